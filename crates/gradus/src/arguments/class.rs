//! The part of the command line that is about classes: `gradus batch` and `gradus gradebook`.

use super::Sandbox;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// `gradus batch`.
#[derive(Args, Clone, Debug)]
pub struct Batch {
    /// The exercise
    pub slug: String,
    /// A folder of folders or archives, one archive of them all, or a roster in CSV
    pub source: PathBuf,
    /// How many are graded at a time; as many as there are processors unless told
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub jobs: Option<u16>,
    /// The file that keeps every grading
    #[arg(long, value_name = "FILE", default_value = "gradebook.db")]
    pub gradebook: PathBuf,
    /// Write a page of the class, and one for each learner, into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Grade each so many times, and tell which checks waver
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub repeat: u32,
    /// Which submissions are graded again that were graded before
    #[arg(long, value_enum, default_value_t)]
    pub regrade: Regrade,
    /// Where the random data of all gradings comes from
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How submissions are kept apart from this machine; native unless a weaker way is named
    #[arg(long, value_enum)]
    pub sandbox: Option<Sandbox>,
    /// Hosts of package registries that a build in the sandbox may reach
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    pub build_network: Vec<String>,
    /// How marks are made
    #[command(flatten)]
    pub policy: Policy,
}

/// Which submissions are graded again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Regrade {
    /// Those that changed, or whose grader did
    #[default]
    Changed,
    /// Those too that failed
    Failed,
    /// All
    All,
}

/// How marks are made of gradings; kept in the gradebook once it was said.
#[derive(Args, Clone, Debug, Default)]
pub struct Policy {
    /// Until when, with its distance from UTC: 2026-11-20T23:59:00+01:00; `none` takes it back
    #[arg(long, value_name = "TIME")]
    pub deadline: Option<String>,
    /// What each day or hour after the deadline costs: 10%/day; `none` takes it back
    #[arg(long, value_name = "PERCENT/UNIT")]
    pub late: Option<String>,
    /// Which of several submissions of one learner counts
    #[arg(long, value_enum)]
    pub counts: Option<Counts>,
}

/// Which of several submissions counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Counts {
    /// The one that was handed in last
    Latest,
    /// The one with the best mark
    Best,
}

/// `gradus gradebook`.
#[derive(Args, Clone, Debug)]
pub struct Gradebook {
    /// What to do with it
    #[command(subcommand)]
    pub command: GradebookCommand,
    /// The gradebook
    #[arg(long, global = true, value_name = "FILE", default_value = "gradebook.db")]
    pub gradebook: PathBuf,
    /// The exercise; the one that was graded last unless told
    #[arg(long = "exercise", global = true, value_name = "SLUG")]
    pub slug: Option<String>,
}

/// What to do with a gradebook.
#[derive(Clone, Debug, Subcommand)]
pub enum GradebookCommand {
    /// Show the class, with those on top that ask to be looked at
    Show {
        /// How marks are made
        #[command(flatten)]
        policy: Policy,
    },
    /// Write the marks for another system, or the class as a page
    Export {
        /// For what
        #[arg(long, value_enum, default_value_t)]
        format: ExportFormat,
        /// Where to; standard output unless told. Of a page: the folder
        #[arg(long, value_name = "PATH")]
        out: Option<PathBuf>,
        /// What other systems call the assignment; the exercise's title unless told. For Canvas with its number: "Hello (4711)"
        #[arg(long, value_name = "NAME")]
        assignment: Option<String>,
        /// How marks are made
        #[command(flatten)]
        policy: Policy,
    },
    /// Show what changed with the latest gradings, and why
    Diff {
        /// The run to look at; the latest unless told
        #[arg(long, value_name = "RUN")]
        run: Option<i64>,
        /// The run to compare it with; what was last before, unless told
        #[arg(long, value_name = "RUN")]
        with: Option<i64>,
    },
    /// Explain a learner's mark: every grading, the report, what was changed by hand
    Explain {
        /// The learner
        student: String,
        /// Write the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// Keep a note on a learner
    Note {
        /// The learner
        student: String,
        /// The note
        text: String,
    },
    /// Change a learner's mark by hand; it survives every later grading
    Adjust {
        /// The learner
        student: String,
        /// By so many points: 5 or -5
        #[arg(long, value_name = "POINTS", allow_hyphen_values = true, conflicts_with_all = ["to", "undo"])]
        by: Option<i32>,
        /// To so many points
        #[arg(long, value_name = "POINTS", conflicts_with = "undo")]
        to: Option<u32>,
        /// Why
        #[arg(long, value_name = "SENTENCE")]
        reason: Option<String>,
        /// Take back the last change
        #[arg(long)]
        undo: bool,
    },
}

/// What marks can be written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// A table with everything, for spreadsheets
    #[default]
    Csv,
    /// Moodle's grading worksheet
    Moodle,
    /// Canvas's gradebook
    Canvas,
    /// A page, with one for each learner beside it
    Html,
}

/// `gradus similar`.
#[derive(Args, Clone, Debug)]
pub struct Similar {
    /// The exercise; its starters count for nothing
    pub slug: String,
    /// What `gradus batch` takes
    pub source: PathBuf,
    /// Write pages that show the pairs side by side into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// How many pairs are shown
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub top: u16,
}
