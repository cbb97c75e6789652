//! Starts programs, by asking the zygote for a keeper.

use crate::output::OutputLog;
use crate::running::Running;
use crate::spec::{SandboxSpec, Stdin};
use crate::wire;
use crate::zygote;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;

/// Why a program was not run, through no fault of its own.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Our own program can't be found.
    #[error("the path of this program is not known: {0}")]
    NoSelf(io::Error),
    /// What starts programs could not be started.
    #[error("{program} could not be started: {error}")]
    NoZygote {
        /// The program that should start programs.
        program: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// What starts programs is gone.
    #[error("the process that starts programs is gone ({0})")]
    ZygoteGone(io::Error),
    /// The system gave no pipe or socket.
    #[error("no pipe or socket could be had: {0}")]
    NoFiles(io::Error),
    /// One step on the way to the program failed.
    #[error("could not {step}: {why}")]
    Refused {
        /// What we were doing.
        step: String,
        /// The system's reason.
        why: String,
    },
    /// It has ended, or its keeper has.
    #[error("it is gone")]
    Gone,
}

/// What starts programs. Clones share it; it ends with the last of them, and the programs go on.
#[derive(Clone, Debug)]
pub struct Launcher(Arc<Zygote>);

#[derive(Debug)]
struct Zygote {
    /// `None` only while it is dropped.
    socket: Option<UnixStream>,
    process: Child,
}

impl Launcher {
    /// One whose processes are this very program's; its `main` must call [`crate::enter_if_asked`] first.
    pub fn start() -> Result<Self, SandboxError> {
        std::env::current_exe().map_err(SandboxError::NoSelf).and_then(Self::with_keeper)
    }

    /// One whose processes are another program's, for tests: their own `main` is the test harness's.
    pub fn with_keeper(program: impl Into<PathBuf>) -> Result<Self, SandboxError> {
        let program = program.into();
        let (ours, theirs) = UnixStream::pair().map_err(SandboxError::NoFiles)?;
        let process = Command::new(&program)
            .arg(zygote::WORD)
            .env_clear()
            .current_dir("/")
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match process {
            Ok(process) => Ok(Self(Arc::new(Zygote { socket: Some(ours), process }))),
            Err(error) => Err(SandboxError::NoZygote { program, error }),
        }
    }

    /// Runs a program. It must be called within a tokio runtime. A program that can't be executed is no error: its
    /// ending is [`crate::Ending::NotStarted`].
    pub async fn launch(&self, spec: SandboxSpec) -> Result<Running, SandboxError> {
        let (control, theirs) = UnixStream::pair().map_err(SandboxError::NoFiles)?;
        let (sockets, factory) = UnixStream::pair().map_err(SandboxError::NoFiles)?;
        let (output, printed) = io::pipe().map_err(SandboxError::NoFiles)?;
        let stdin = input(&spec.stdin).map_err(SandboxError::NoFiles)?;
        let socket = self.0.socket.as_ref().ok_or(SandboxError::Gone)?;
        let files = [theirs.as_fd(), stdin.as_fd(), printed.as_fd(), factory.as_fd()];
        wire::send_files(socket, b'l', &files).map_err(SandboxError::ZygoteGone)?;
        drop((theirs, stdin, printed, factory));
        let output = pipe::Receiver::from_owned_fd(output.into()).map_err(SandboxError::NoFiles)?;
        let log = OutputLog::new(spec.output_cap);
        let drain = tokio::spawn(log.clone().drain(output));
        let mut running =
            Running::watch(control, sockets, log, drain, &spec).map_err(SandboxError::NoFiles)?;
        running.begin(&spec).await?;
        Ok(running)
    }
}

impl Drop for Zygote {
    fn drop(&mut self) {
        // It ends when its socket closes; a zombie of it must not stay.
        self.socket = None;
        let _ = self.process.wait();
    }
}

/// A file from which the program reads its input.
fn input(stdin: &Stdin) -> io::Result<OwnedFd> {
    let bytes = match stdin {
        Stdin::Null => return File::open("/dev/null").map(OwnedFd::from),
        Stdin::Bytes(bytes) => bytes.clone(),
    };
    let (reader, writer) = io::pipe()?;
    let mut writer = pipe::Sender::from_owned_fd(writer.into())?;
    // A program need not read what it is given.
    tokio::spawn(async move { writer.write_all(&bytes).await.ok() });
    Ok(reader.into())
}
