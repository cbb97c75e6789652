//! What is to be run, and under which limits, as plain data.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// One program to be run.
#[derive(Clone, Debug)]
pub struct SandboxSpec {
    /// The program and its arguments.
    pub command: Vec<OsString>,
    /// The folder in which it begins.
    pub dir: PathBuf,
    /// Its whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// What it may use.
    pub limits: Limits,
    /// How many bytes of its output are kept.
    pub output_cap: usize,
    /// How it is kept apart.
    pub rung: Rung,
}

/// How a program is kept apart from the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// Not at all: a plain child process below a keeper.
    None,
}

/// What a program may use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// How long it may run.
    pub wall: Option<Duration>,
}
