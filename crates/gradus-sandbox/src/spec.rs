//! What is to be run and where, and under which limits, as plain data. It knows nothing of how either is done.

use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// A room: a place in which programs run, one after another or side by side.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RoomSpec {
    /// How it is kept apart from the machine.
    pub rung: Rung,
    /// What all that runs in it may use.
    pub limits: Limits,
}

/// How a room is kept apart from the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rung {
    /// Not at all: plain child processes below a keeper.
    None,
    /// By Landlock and seccomp alone, where there are no namespaces to be had: files, and ports of the machine's own
    /// loopback. A view's folders are then the machine's own, and every source is where it is.
    Guarded {
        /// What it sees of the machine.
        view: View,
        /// The TCP ports that it may listen on and connect to.
        ports: Vec<u16>,
    },
    /// By namespaces of its own, seccomp and Landlock.
    Native(View),
}

/// What a room lets its programs see of the machine. Whatever is not named here is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Folders and files of the machine.
    pub sources: Vec<Source>,
    /// Empty folders to be written into. They share `Limits::disk`.
    #[serde(with = "as_bytes::list")]
    pub folders: Vec<PathBuf>,
    /// Small files that are made for it, each with its text.
    pub files: Vec<(String, String)>,
    /// Symbolic links, each with its target.
    pub links: Vec<(OsString, OsString)>,
    /// Whether programs may use System V shared memory, as servers of databases do; it is gone with the room.
    pub shared_memory: bool,
    /// The id of the host that stands behind the programs' user; ours when missing. Root must name one.
    pub host_id: Option<u32>,
}

/// A folder or file of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Where it is.
    #[serde(with = "as_bytes")]
    pub from: PathBuf,
    /// Where the programs see it.
    #[serde(with = "as_bytes")]
    pub at: PathBuf,
    /// What they may do with it.
    pub access: Access,
}

/// What programs may do with a folder of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    /// Read it and run what is in it.
    Read,
    /// Change it.
    Write,
    /// Change what they see of it: the changes go with the room, and count as its disk.
    Overlay,
}

/// One program to be run in a room.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Program {
    /// The program and its arguments. A program without a slash is looked up in the `PATH` of `env`.
    pub command: Vec<OsString>,
    /// The folder in which it begins, as programs of the room see it.
    #[serde(with = "as_bytes")]
    pub dir: PathBuf,
    /// Its whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// What it can read from its standard input.
    #[serde(skip)]
    pub stdin: Stdin,
    /// How many bytes of its output are kept.
    pub output_cap: usize,
    /// How long it may run.
    pub wall: Option<Duration>,
    /// The id of the machine that it becomes, where root starts it and it must not be root. In a room of namespaces nobody is.
    pub user: Option<u32>,
}

/// What a program can read from its standard input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stdin {
    /// Nothing: `/dev/null`.
    #[default]
    Null,
    /// These bytes, then the end.
    Bytes(Vec<u8>),
}

/// What all that runs in a room may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of memory, of all processes together.
    pub memory: u64,
    /// Processes and threads at once.
    pub tasks: u32,
    /// Open files of one process.
    pub files: u32,
    /// Bytes of one file.
    pub file_size: Option<u64>,
    /// Processor time of one process, in whole seconds rounded up.
    pub cpu: Option<Duration>,
    /// Bytes of everything that is written.
    pub disk: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: 512 << 20, tasks: 512, files: 1024, file_size: None, cpu: None, disk: 512 << 20 }
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

    /// Several of them.
    pub mod list {
        use super::*;

        pub fn serialize<S: Serializer>(paths: &[PathBuf], serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq(paths.iter().map(|path| path.as_os_str()))
        }

        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PathBuf>, D::Error> {
            Vec::<OsString>::deserialize(deserializer)
                .map(|paths| paths.into_iter().map(PathBuf::from).collect())
        }
    }
}
