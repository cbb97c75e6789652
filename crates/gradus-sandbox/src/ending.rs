//! How a program ended and what it used: values, never errors.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// How a program ended and what its room used so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// How it ended.
    pub ending: Ending,
    /// What all that ran in the room used, from its beginning.
    pub usage: Usage,
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal.
    Signaled(i32),
    /// It ran longer than this, and was ended.
    OutOfTime {
        /// How long it was allowed to run.
        limit: Duration,
    },
    /// One process of it used more processor time than this, and was ended.
    OutOfCpu {
        /// How much it was allowed to use.
        limit: Duration,
    },
    /// All of it together used more memory than this, and was ended.
    OutOfMemory {
        /// How many bytes it was allowed to use.
        limit: u64,
    },
    /// It could not be started: the system's reason.
    NotStarted(String),
    /// We ended it.
    Stopped,
    /// Its keeper is gone, and with it the knowledge.
    Unknown,
}

/// What all that ran in a room used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Processor time, user and system.
    pub cpu: Duration,
    /// Bytes of memory at the peak: of all processes together where they are looked at, else of the largest one.
    pub peak_memory: u64,
    /// How many processes and threads there were at once at most, where they are looked at.
    pub peak_tasks: Option<u32>,
    /// How many bytes were written at most at once, where it is known.
    pub peak_disk: Option<u64>,
    /// How the figures were found: "rusage", "/proc, looked at each 10 to 50 ms".
    pub source: String,
}

/// "exited with code 1"
impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ending::Exited(code) => write!(f, "exited with code {code}"),
            Ending::Signaled(signal) => match name(*signal) {
                Some(name) => write!(f, "was ended by signal {signal} ({name})"),
                None => write!(f, "was ended by signal {signal}"),
            },
            Ending::OutOfTime { limit } => write!(f, "ran longer than {} s", limit.as_secs_f64()),
            Ending::OutOfCpu { limit } => {
                write!(f, "used more than {} s of processor time", limit.as_secs_f64())
            }
            Ending::OutOfMemory { limit } => write!(f, "used more than {} MiB of memory", limit >> 20),
            Ending::NotStarted(why) => write!(f, "could not be started ({why})"),
            Ending::Stopped => write!(f, "was stopped"),
            Ending::Unknown => write!(f, "ended in an unknown way"),
        }
    }
}

fn name(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGABRT => "SIGABRT, it gave up",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGILL => "SIGILL",
        libc::SIGINT => "SIGINT",
        libc::SIGKILL => "SIGKILL",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGSEGV => "SIGSEGV, a wrong memory access",
        libc::SIGSYS => "SIGSYS, a forbidden system call",
        libc::SIGTERM => "SIGTERM",
        libc::SIGXFSZ => "SIGXFSZ, a file grew beyond its limit",
        _ => return None,
    })
}
