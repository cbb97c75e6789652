//! What is to be run, and under which limits, as plain data. It knows nothing of how either is done.

use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// One program to be run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SandboxSpec {
    /// The program and its arguments. A program without a slash is looked up in the `PATH` of `env`.
    pub command: Vec<OsString>,
    /// The folder in which it begins.
    #[serde(with = "as_bytes")]
    pub dir: PathBuf,
    /// Its whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// What it can read from its standard input.
    pub stdin: Stdin,
    /// What it may use.
    pub limits: Limits,
    /// How many bytes of its output are kept.
    pub output_cap: usize,
    /// How it is kept apart.
    pub rung: Rung,
}

/// What a program can read from its standard input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stdin {
    /// Nothing: `/dev/null`.
    #[default]
    Null,
    /// These bytes, then the end.
    Bytes(Vec<u8>),
}

/// How a program is kept apart from the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rung {
    /// Not at all: a plain child process below a keeper.
    None,
}

/// What a program and all that it starts may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: u64,
    /// Processes and threads.
    pub tasks: u32,
    /// Open files of one process.
    pub files: u32,
    /// Bytes of one file.
    pub file_size: Option<u64>,
    /// Processor time of one process, in whole seconds rounded up.
    pub cpu: Option<Duration>,
    /// How long it may run.
    pub wall: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 512 << 20, tasks: 512, files: 1024, file_size: None, cpu: None, wall: None }
    }
}

/// A path need not be UTF-8, and serde's own form of it must be.
mod as_bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};

    pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
        path.as_os_str().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
        OsString::deserialize(deserializer).map(PathBuf::from)
    }
}
