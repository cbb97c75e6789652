//! Opens rooms, by asking the zygote for a keeper.

use crate::room::Room;
use crate::running::Running;
use crate::spec::{Program, RoomSpec, Rung};
use crate::wire::{self, Birth, Bounds};
use crate::zygote;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

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

/// What opens rooms. Clones share it; it ends with the last of them, and the rooms stay.
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
            // Programs of a room can read it of its keeper; our path is none of their business.
            .arg0("gradus")
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

    /// Opens a room. It must be called within a tokio runtime.
    pub async fn open(&self, spec: &RoomSpec) -> Result<Room, SandboxError> {
        let (control, theirs) = UnixStream::pair().map_err(SandboxError::NoFiles)?;
        let (supplies, asked) = UnixStream::pair().map_err(SandboxError::NoFiles)?;
        let bounds = |memory: u64| Bounds { memory, tasks: spec.limits.tasks };
        let birth = match &spec.rung {
            Rung::None => Birth::Plain { bounds: None },
            Rung::Guarded { .. } => Birth::Plain { bounds: Some(bounds(spec.limits.memory)) },
            // What is on the room's disk lies in memory; the gauge holds the limit of what does not.
            Rung::Native(view) => {
                let memory = spec.limits.memory.saturating_add(spec.limits.disk);
                Birth::Native { host_id: view.host_id, bounds: bounds(memory) }
            }
        };
        let socket = self.0.socket.as_ref().ok_or(SandboxError::Gone)?;
        wire::send(socket, &birth, &[theirs.as_fd(), asked.as_fd()]).map_err(SandboxError::ZygoteGone)?;
        drop((theirs, asked));
        Room::begin(control, supplies, spec).await
    }

    /// Runs a program in a room that ends with it.
    pub async fn launch(&self, spec: &RoomSpec, program: Program) -> Result<Running, SandboxError> {
        self.open(spec).await?.run(program).await
    }
}

impl Drop for Zygote {
    fn drop(&mut self) {
        // It ends when its socket closes; a zombie of it must not stay.
        self.socket = None;
        let _ = self.process.wait();
    }
}
