//! The command line, as `gradus --help` tells it.

pub mod class;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Hands-on practice for backend developers: it starts your server, asks it hard questions over HTTP, and shows where the
/// answers differ from what was expected.
#[derive(Debug, Parser)]
#[command(name = "gradus", version, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Where the exercises are: a folder with `exercises/` and `graders/`, or a pack
    #[arg(long, global = true, value_name = "DIR|PACK")]
    pub exercises: Option<PathBuf>,
    /// The SHA-256 that the pack must have; no other is used
    #[arg(long, global = true, value_name = "SHA256")]
    pub pin: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the exercises
    List,
    /// Show an exercise: its story, its contract, its checks
    Show {
        /// The exercise
        slug: String,
    },
    /// Begin an exercise: copy its starter into a new folder
    Start {
        /// The exercise
        slug: String,
        /// The language of the starter
        #[arg(long, value_name = "LANGUAGE")]
        lang: String,
        /// The new folder; named like the exercise unless told
        dir: Option<PathBuf>,
    },
    /// Build, start and grade a submission
    Check(Check),
    /// Show the hint of a check, or of the first one that failed last time
    Hint {
        /// The check
        id: Option<String>,
        /// The submission
        #[arg(long, value_name = "DIR", default_value = ".")]
        dir: PathBuf,
        /// The exercise, if the submission does not say
        #[arg(long, value_name = "SLUG")]
        exercise: Option<String>,
    },
    /// Print how a submission would be built and started, and why
    Plan {
        /// The submission
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// Print the JSON Schema of a file
    Schema {
        /// Which file
        file: SchemaFile,
    },
    /// Test a grader: solutions earn everything, starters do not pass, mutants fail what they name
    Verify(Verify),
    /// Record what a right solution answers into a grader's files of expected output
    Bless(Bless),
    /// Grade a class: folders, archives, git repositories; resumed where it was cut off
    Batch(class::Batch),
    /// What a class came to: tables, exports, what changed, notes and changes by hand
    Gradebook(class::Gradebook),
    /// Show which submissions of a class are alike, whatever their names and their order
    Similar(class::Similar),
    /// The interpreters that run plain files in WebAssembly
    #[command(subcommand)]
    Runner(Runner),
    /// Make mutants
    #[command(subcommand)]
    Mutant(Mutant),
    /// Grade a good and a wrong submission, to see what it looks like
    Demo,
    /// Boot the stubs of an exercise, and the server if you like, and stay: to develop against them
    Up(Up),
    /// Begin an exercise: a check, a solution, a starter and a mutant that work
    New {
        /// Its name: a-z, 0-9 and -
        slug: String,
    },
    /// Say what a careful reviewer would
    Lint {
        /// The exercises
        #[arg(required = true)]
        slugs: Vec<String>,
    },
    /// Pack an exercise with its grader into one file, to be pinned by its digest
    Pack(Pack),
    /// Say what of a sandbox holds on this machine, and how to mend what does not
    Doctor,
    /// Print the completions of a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

/// `gradus check`.
#[derive(Args, Clone, Debug)]
pub struct Check {
    /// The submission
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The exercise, if the submission does not say
    #[arg(long, value_name = "SLUG")]
    pub exercise: Option<String>,
    /// Run only this check and what it needs, without a score; may be given several times
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// Where all random data comes from; a report prints it
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Grade a server that is already up
    #[arg(long, value_name = "URL", conflicts_with_all = ["keep", "watch", "sandbox"])]
    pub url: Option<String>,
    /// Leave the server up afterwards, until Ctrl-C
    #[arg(long, conflicts_with = "watch")]
    pub keep: bool,
    /// Check again whenever a file is saved
    #[arg(long)]
    pub watch: bool,
    /// Write a report: FORMAT or FORMAT=PATH; may be given several times
    #[arg(long, value_name = "FORMAT[=PATH]")]
    pub report: Vec<String>,
    /// How the submission is kept apart from this machine
    #[arg(long, value_enum)]
    pub sandbox: Option<Sandbox>,
    /// Hosts of package registries that a build in the sandbox may reach
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    pub build_network: Vec<String>,
    /// For whom the reports are written
    #[arg(long = "for", value_enum, default_value_t, value_name = "READER")]
    pub reader: Reader,
    /// How the exercises were named; none where what is graded is gone afterwards
    #[arg(skip)]
    pub catalogue: Option<Vec<OsString>>,
}

impl Arguments {
    /// How the exercises were named, for a command that repeats this one.
    pub fn catalogue(&self) -> Vec<OsString> {
        let exercises = self.exercises.iter().flat_map(|path| ["--exercises".into(), path.into()]);
        exercises.chain(self.pin.iter().flat_map(|pin| ["--pin".into(), pin.into()])).collect()
    }
}

impl Check {
    /// What decides what is graded, and how, besides a check and a seed: for a command that repeats this one, if any can.
    pub fn again(&self) -> Option<Vec<OsString>> {
        let mut words = Vec::new();
        if self.dir != Path::new(".") {
            words.push(self.dir.clone().into_os_string());
        }
        let mut option = |name: &str, value: Option<String>| {
            words.extend(value.into_iter().flat_map(|value| [name.into(), OsString::from(value)]));
        };
        option("--exercise", self.exercise.clone());
        let sandbox = self.sandbox.and_then(|sandbox| sandbox.to_possible_value());
        option("--sandbox", sandbox.map(|value| value.get_name().to_owned()));
        option("--build-network", Some(self.build_network.join(",")).filter(|hosts| !hosts.is_empty()));
        words.extend(self.catalogue.as_ref()?.iter().cloned());
        Some(words)
    }
}

/// `gradus up`.
#[derive(Debug, Args)]
pub struct Up {
    /// The submission
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The exercise, if the submission does not say
    #[arg(long, value_name = "SLUG")]
    pub exercise: Option<String>,
    /// Build and start the server too, in the sandbox, and make it reachable from here
    #[arg(long)]
    pub server: bool,
    /// Where all random data comes from
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// How the server and the services are kept apart from this machine
    #[arg(long, value_enum)]
    pub sandbox: Option<Sandbox>,
    /// Hosts of package registries that a build in the sandbox may reach
    #[arg(long, value_name = "HOST", value_delimiter = ',')]
    pub build_network: Vec<String>,
}

/// How a submission is kept apart; the strongest way that this machine has, unless told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sandbox {
    /// Files, processes and network of its own (Linux)
    Native,
    /// Landlock and seccomp alone, where there are no namespaces (Linux 6.7)
    Guarded,
    /// WebAssembly: a .wasm, or plain Python and JavaScript under an installed runner
    Wasm,
    /// Not at all: a plain child process, for your own code
    None,
}

/// For whom reports are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Reader {
    /// Hidden checks show only whether they hold
    #[default]
    Learner,
    /// Everything
    Instructor,
}

/// Files that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum SchemaFile {
    /// graders/<slug>/grader.yaml
    Grader,
    /// exercises/<slug>/exercise.toml
    Exercise,
    /// gradus.toml
    Submission,
    /// mutant.toml
    Mutant,
    /// graders/<slug>/solutions/<name>.toml
    Solution,
}

/// `gradus verify`.
#[derive(Args, Clone, Debug)]
pub struct Verify {
    /// The exercises
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub slugs: Vec<String>,
    /// Every exercise
    #[arg(long)]
    pub all: bool,
    /// With how many seeds; what draws nothing is the same with each, and graded with the first
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=100))]
    pub seeds: u64,
    /// How many gradings run at a time; as many as keep the processors busy unless told
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    pub jobs: Option<u8>,
    /// Grade those solutions that run in WebAssembly, and their mutants, there as well
    #[arg(long)]
    pub wasm: bool,
    /// Only this solution, starter or mutant; may be given several times
    #[arg(long, value_name = "NAME", conflicts_with = "all")]
    pub only: Vec<String>,
    /// Grade what was as it should be before, too, though nothing has changed
    #[arg(long)]
    pub again: bool,
    /// How the programs are kept apart from this machine
    #[arg(long, value_enum)]
    pub sandbox: Option<Sandbox>,
}

/// `gradus pack`.
#[derive(Args, Clone, Debug)]
pub struct Pack {
    /// The exercise
    pub slug: String,
    /// What learners and CI may have: visible checks, and no solutions or mutants
    #[arg(long, required_unless_present = "full", conflicts_with = "full")]
    pub public: bool,
    /// Everything, for instructors
    #[arg(long)]
    pub full: bool,
    /// The file; SLUG-public.tar.gz or SLUG-full.tar.gz here unless told
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `gradus bless`.
#[derive(Args, Clone, Debug)]
pub struct Bless {
    /// The exercise
    pub slug: String,
    /// The solution that is right; the first one unless told
    #[arg(long, value_name = "STACK")]
    pub of: Option<String>,
    /// Write without asking
    #[arg(long, conflicts_with = "check")]
    pub yes: bool,
    /// Write nothing; there being something to write is a failure
    #[arg(long)]
    pub check: bool,
}

/// `gradus runner`.
#[derive(Debug, Subcommand)]
pub enum Runner {
    /// Install the runners in a file, an archive or a folder; nothing is ever downloaded
    Install {
        /// python.wasm, javascript.wasm, a tar archive of them, or their folder
        from: PathBuf,
        /// Take one that this Gradus was not released with, too
        #[arg(long)]
        trust: bool,
    },
    /// Say which are installed
    List,
}

/// `gradus mutant`.
#[derive(Debug, Subcommand)]
pub enum Mutant {
    /// Record how a changed copy of a solution differs from it, and which checks it fails
    Record {
        /// The exercise
        slug: String,
        /// The mutant's name
        name: String,
        /// The solution that was changed
        #[arg(long, value_name = "STACK")]
        of: String,
        /// The changed copy
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// What is wrong with it, one sentence
        #[arg(long, value_name = "SENTENCE")]
        because: String,
    },
}
