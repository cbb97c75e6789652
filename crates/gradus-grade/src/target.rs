//! `Target`: a submission that runs and can be reached. Everything above it is written once; everything below it is one
//! way to run a program.

mod program;
mod url;
#[cfg(feature = "wasm")]
mod wasm;

pub use program::{ProgramTarget, Recipe};
pub use url::UrlTarget;
#[cfg(feature = "wasm")]
pub use wasm::{WasmRecipe, WasmTarget};

use crate::boot::NotReady;
use gradus_model::outcome::Shown;
use gradus_model::report::{Isolation, Usage};
use gradus_probe::Dial;
use std::ffi::OsString;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// A future of a target's operation.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A submission that runs, or will run, and can be reached.
pub trait Target: Send {
    /// What it can do. A check that needs more is skipped as unsupported.
    fn capabilities(&self) -> Capabilities;

    /// How to have judged what it can't do: "grade the folder instead of a URL".
    fn instead(&self) -> &'static str;

    /// How it is kept apart from the machine.
    fn isolation(&self) -> Isolation;

    /// Where its server is reached once it is started.
    fn origin(&self) -> Origin;

    /// How connections to it are made.
    fn dial(&self) -> Arc<dyn Dial>;

    /// Gets ready for the server, so that one can listen where it will run; answers whether that place is a new one.
    fn open(&mut self) -> Doing<'_, Result<bool, NotReady>>;

    /// Listens on a port of the server's own loopback.
    fn listen(&self, port: u16) -> Doing<'_, std::io::Result<TcpListener>>;

    /// Starts the server and waits until it accepts a connection.
    fn start(&mut self) -> Doing<'_, Result<(), NotReady>>;

    /// Whether it was started and nobody ended it since; it may have ended by itself.
    fn is_up(&self) -> bool;

    /// Asks the server to end, and answers how it ended: its exit code, or in words what else became of it within that time.
    /// Whatever it leaves behind is ended too.
    fn term(&mut self, within: Duration) -> Doing<'_, Result<i32, String>>;

    /// Runs a command of the submission beside the server.
    fn run(&mut self, errand: Errand) -> Doing<'_, Result<Done, String>>;

    /// A file of the submission's, as its programs name it; at most so many bytes of it.
    fn collect<'s>(&'s self, path: &'s str, most: u64) -> Doing<'s, Result<Vec<u8>, String>>;

    /// Its `DATA_DIR`, as its programs see it, where files can be read there.
    fn data_dir(&self) -> Option<PathBuf>;

    /// Stops the server and everything that it started until it is resumed, and waits until all of it stands still.
    fn pause(&mut self) -> Doing<'_, ()>;

    /// Lets it go on.
    fn resume(&mut self);

    /// Ends the server and everything that it started. Harmless when nothing runs.
    fn stop(&mut self) -> Doing<'_, ()>;

    /// Gives the next start an empty `DATA_DIR`. The server must be stopped.
    fn wipe_data(&mut self) -> std::io::Result<()>;

    /// Makes the server reachable from this machine at its origin, until the target is dropped.
    fn publish(&mut self) -> Doing<'_, std::io::Result<()>>;

    /// How the server ended, if it did: "exited with code 1".
    fn ended(&mut self) -> Option<String>;

    /// Waits until it is known whether the server ended, a moment at most.
    fn ended_soon(&mut self) -> Doing<'_, Option<String>>;

    /// Marks this moment in the server's output.
    fn mark_output(&mut self);

    /// What the server printed since the mark, shortened from the front so that its last words are kept.
    fn output_since_mark(&self) -> Shown;

    /// Bytes of memory that it uses right now, where that is known.
    fn memory(&self) -> Doing<'_, Option<u64>>;

    /// What it used so far, over all its runs.
    fn usage(&self) -> Option<Usage>;

    /// Units of work so far, where they are counted.
    fn fuel(&self) -> Option<u64> {
        None
    }

    /// What these units depend on besides the program, as `the runner python 1a2b…`: only counts of the same are compared.
    fn counted_under(&self) -> Option<String> {
        None
    }

    /// The grader waits for so long; a clock that only the grader moves goes on.
    fn pass(&mut self, _: Duration) {}

    /// What its own clock says, if that is another one than this machine's.
    fn clock(&self) -> Option<Duration> {
        None
    }

    /// How long to wait by this machine's clock for what may take so long. What counts its own time ends by itself when that is
    /// over, and is only later on a slow machine.
    fn patience(&self, time: Duration) -> Duration {
        time
    }
}

/// A file `NAME.db` that the submission finds in each new `DATA_DIR`.
#[derive(Clone, Debug)]
pub struct DataAtStart {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub bytes: Arc<[u8]>,
}

/// A command to be run.
#[derive(Clone, Debug)]
pub struct Errand {
    /// The program and its arguments; without a program, what starts the submission.
    pub program: Option<Vec<OsString>>,
    /// More arguments.
    pub args: Vec<OsString>,
    /// Variables besides those of the submission.
    pub env: Vec<(OsString, OsString)>,
    /// What it reads.
    pub stdin: Vec<u8>,
    /// How long it may run.
    pub timeout: Duration,
}

/// What came of a command.
#[derive(Clone, Debug)]
pub struct Done {
    /// Its exit code, or in words what else became of it.
    pub ending: Result<i32, String>,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it printed as errors.
    pub stderr: Vec<u8>,
}

/// What a target can do; by default, nothing but answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Its server can be stopped and started again.
    pub restart: bool,
    /// Its `DATA_DIR` can be emptied.
    pub wipe: bool,
    /// It can be sent signals.
    pub signals: bool,
    /// What it prints can be read.
    pub prints: bool,
    /// It answers several requests at a time.
    pub concurrent: bool,
    /// Its memory can be looked at while it runs.
    pub memory: bool,
    /// It can be sent any bytes, and connections can be cut in the middle.
    pub raw: bool,
    /// Its work is counted.
    pub fuel: bool,
    /// The submission can be run as a command, beside its server.
    pub commands: bool,
    /// Other programs can be run where it is.
    pub others: bool,
    /// The grader can listen where it runs, and tell it so.
    pub listen: bool,
    /// Its network is its own: what listens elsewhere is not there.
    pub apart: bool,
    /// It can be run more than once at a time.
    pub instances: bool,
    /// It sees an upstream's answer as it comes, and not only once all of it is there.
    pub pieces: bool,
}

/// Where a server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Whether over TLS.
    pub tls: bool,
    /// The host as it stands in URLs: a name, an IPv4 address or an IPv6 address in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// What stands before every path: empty, or like `/api` without a slash at its end.
    pub base: String,
}

impl Origin {
    /// `host:port`, without the port where it is the scheme's own.
    pub fn authority(&self) -> String {
        if self.port == self.default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    fn default_port(&self) -> u16 {
        if self.tls { 443 } else { 80 }
    }
}

/// `http://127.0.0.1:4711`
impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority())
    }
}
