//! What came of one grading, as plain data. It carries the excerpts that it needs, so that writers read no files.

use crate::grader::{Detail, Visibility, Worth};
use crate::outcome::{Fault, Outcome, Shown};
use std::time::Duration;

/// What came of one grading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The exercise.
    pub exercise: ExerciseName,
    /// What was graded.
    pub submission: Graded,
    /// BLAKE3 of the grader's files, in hex.
    pub grader_digest: String,
    /// What all random data came from.
    pub seed: u64,
    /// Percent from which it passes.
    pub pass: u32,
    /// How it was kept apart from the machine.
    pub isolation: Isolation,
    /// When it began, RFC 3339.
    pub started: String,
    /// How long everything took.
    pub took: Duration,
    /// The build, if there was one.
    pub build: Option<Phase>,
    /// The first boot, if it came to that.
    pub boot: Option<Phase>,
    /// How far it came.
    pub progress: Progress,
    /// Whether everything was run; a selection by id is not scored.
    pub selection: Selection,
    /// In the order in which they ran: visible ones first.
    pub checks: Vec<CheckReport>,
    /// What the submission used.
    pub usage: Option<Usage>,
    /// What it used until hidden checks began: whoever may not see these may know no more.
    pub visible_usage: Option<Usage>,
    /// What was not checked, if this was only the public part of a grader.
    pub withheld: Option<Withheld>,
}

/// What the whole grader has and its public part lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Withheld {
    /// How many hidden checks.
    pub checks: u32,
    /// What they are worth, without bonuses.
    pub points: u32,
}

/// Which exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExerciseName {
    /// Its slug.
    pub slug: String,
    /// Its title.
    pub title: String,
}

/// What was graded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graded {
    /// As it is shown: a folder or a URL.
    pub name: String,
    /// BLAKE3 of what was taken in, in hex; none for a URL.
    pub digest: Option<String>,
    /// How it is started, as a shell line.
    pub start: Option<String>,
}

/// How the submission was kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isolation {
    /// `none`, `url`, `native`, `wasm`.
    pub kind: String,
    /// One sentence: what that means.
    pub says: String,
    /// Limit by limit: its name, its value, and what enforces it.
    pub limits: Vec<LimitState>,
}

/// A limit and what enforces it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitState {
    /// "memory".
    pub name: String,
    /// "512 MiB".
    pub value: String,
    /// What enforces it, or none.
    pub by: Option<String>,
}

/// A build or a boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// What was run, as a shell line.
    pub command: String,
    /// How long it took.
    pub took: Duration,
    /// Whether it was left out, as nothing had changed.
    pub unchanged: bool,
    /// What it printed last.
    pub output: Shown,
    /// Lines of the submission that this points at, if it went wrong.
    pub places: Vec<CodePlace>,
}

/// A line of the submission's own files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePlace {
    /// The file, relative to the submission.
    pub path: String,
    /// From 1.
    pub line: u32,
}

/// How far a grading came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// To the end.
    Complete,
    /// The submission did not build: one sentence; its output is in `build`.
    NotBuilt(String),
    /// The submission did not boot: one sentence; its output is in `boot`.
    NotBooted(String),
    /// It ended early, and that is not the submission's fault: one sentence ("interrupted").
    CutShort(String),
    /// It could not begin.
    Broken(Fault),
}

/// Which checks were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All of them.
    All,
    /// These and what they need; nothing is scored.
    Only(Vec<String>),
}

/// What came of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// Its id.
    pub id: String,
    /// Its claim.
    pub claim: String,
    /// What it is worth.
    pub worth: Worth,
    /// Who sees it.
    pub visibility: Visibility,
    /// What a learner sees when it fails.
    pub detail: Detail,
    /// One next step.
    pub hint: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// What was noticed although it passed, one sentence each; it costs nothing.
    pub remarks: Vec<String>,
    /// How long it took.
    pub took: Duration,
    /// How many requests were sent.
    pub requests: u32,
    /// What the submission printed meanwhile.
    pub output: Shown,
    /// Lines of the submission that this points at, if it failed.
    pub places: Vec<CodePlace>,
    /// The line of its id in grader.yaml, from 1.
    pub line: usize,
    /// The command that runs it alone with the same seed.
    pub rerun: String,
}

/// What the submission used; each figure names its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Processor time, user and system.
    pub cpu: Duration,
    /// Bytes at the peak.
    pub peak_memory: u64,
    /// Processes and threads at once at most, where they were counted.
    pub peak_tasks: Option<u32>,
    /// Bytes written at most at once, where they were counted.
    pub peak_disk: Option<u64>,
    /// Bytes printed.
    pub output: u64,
    /// Where the figures come from: "rusage", "cgroup".
    pub source: String,
}
