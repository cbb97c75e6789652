//! An exercise as plain data: what `exercises/<slug>/exercise.toml` says.

use std::time::Duration;

/// What a learner is asked to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    /// Its name, the folder's name.
    pub slug: String,
    /// A few words.
    pub title: String,
    /// One line for the list.
    pub summary: String,
    /// The part of the curriculum: `foundations`, `apis`, …
    pub track: String,
    /// 1 (first steps) to 5.
    pub difficulty: u8,
    /// What is handed in.
    pub submission: SubmissionKind,
    /// What it trains.
    pub skills: Vec<String>,
    /// The OpenAPI file, relative to the exercise's folder.
    pub contract: Option<String>,
    /// Languages that have a starter.
    pub languages: Vec<String>,
    /// Solutions that earn the same in WebAssembly, on the checks that can run there.
    pub wasm: Vec<String>,
    /// Limits of a grading.
    pub limits: Limits,
}

/// What is handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmissionKind {
    /// A program that listens on `PORT`.
    Server,
    /// A program that is run.
    Command,
    /// SQL files.
    Sql,
    /// A configuration of a known server.
    Config,
    /// Files.
    Files,
}

/// Limits of a grading, with the defaults of the design.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory of the whole submission.
    pub memory: u64,
    /// Bytes of everything that it writes.
    pub disk: u64,
    /// Processes and threads.
    pub tasks: u32,
    /// Open files of a process.
    pub files: u32,
    /// For one request.
    pub request: Duration,
    /// For one check.
    pub check: Duration,
    /// Until it listens.
    pub boot: Duration,
    /// For the build.
    pub build: Duration,
    /// For everything.
    pub grading: Duration,
    /// Bytes of output that are kept.
    pub output: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 512 << 20,
            disk: 512 << 20,
            tasks: 512,
            files: 1024,
            request: Duration::from_secs(5),
            check: Duration::from_secs(30),
            boot: Duration::from_secs(20),
            build: Duration::from_secs(300),
            grading: Duration::from_secs(600),
            output: 1 << 20,
        }
    }
}
