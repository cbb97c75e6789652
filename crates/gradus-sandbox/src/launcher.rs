//! Starts a keeper for each program.

use crate::keeper;
use crate::output::OutputLog;
use crate::running::Running;
use crate::spec::{Rung, SandboxSpec};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::PathBuf;
use std::process::Stdio;
use tokio::net::UnixStream;
use tokio::process::Command;

/// Why a program was not run, through no fault of its own.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Our own program can't be found.
    #[error("the path of this program is not known: {0}")]
    NoSelf(std::io::Error),
    /// The keeper could not be started.
    #[error("the keeper could not be started in {dir}: {error}")]
    NoKeeper {
        /// The folder in which it should have begun.
        dir: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// The program could not be started.
    #[error("{0}")]
    Refused(String),
}

/// What starts programs.
#[derive(Clone, Debug)]
pub struct Launcher {
    keeper: PathBuf,
}

impl Launcher {
    /// One whose keepers are this very program; its `main` must call [`crate::enter_if_asked`].
    pub fn start() -> Result<Self, SandboxError> {
        std::env::current_exe().map(|keeper| Self { keeper }).map_err(SandboxError::NoSelf)
    }

    /// One whose keepers are another program, for tests.
    pub fn with_keeper(keeper: impl Into<PathBuf>) -> Self {
        Self { keeper: keeper.into() }
    }

    /// Runs a program. It must be called within a tokio runtime.
    pub async fn launch(&self, spec: SandboxSpec) -> Result<Running, SandboxError> {
        let Rung::None = spec.rung;
        let failed = |error| SandboxError::NoKeeper { dir: spec.dir.clone(), error };
        let (ours, theirs) = StdUnixStream::pair().map_err(failed)?;
        ours.set_nonblocking(true).map_err(failed)?;
        let control = UnixStream::from_std(ours).map_err(failed)?;
        let mut child = Command::new(&self.keeper)
            .arg(keeper::WORD)
            .args(&spec.command)
            .env_clear()
            .envs(spec.env.iter().map(|(name, value)| (name, value)))
            .current_dir(&spec.dir)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let log = OutputLog::new(spec.output_cap);
        let drains = [
            child.stdout.take().map(|pipe| tokio::spawn(log.clone().drain(pipe))),
            child.stderr.take().map(|pipe| tokio::spawn(log.clone().drain(pipe))),
        ];
        Running::begin(child, control, log, drains.into_iter().flatten().collect(), spec.limits).await
    }
}
