//! A plain child process with a port of its own. It is kept apart from nothing; that is said in its report.

use super::{Capabilities, Doing, Origin, Target};
use crate::boot::{self, NotReady};
use gradus_model::duration::{format_duration, format_size};
use gradus_model::exercise::Limits;
use gradus_model::outcome::Shown;
use gradus_model::report::{Isolation, LimitState, Usage};
use gradus_probe::{BoxStream, Dial};
use gradus_sandbox::{Exit, Launcher, Mark, OutputLog, PortHold, Rung, Running, SandboxSpec, Stdin};
use std::ffi::OsString;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpStream;

/// How many bytes of output a report shows of one check or phase.
const SHOWN_OUTPUT: usize = 8 * 1024;
/// How long a server's end may take to become known once its connection broke.
const END_BECOMES_KNOWN: Duration = Duration::from_millis(100);

/// A plain child process.
pub struct ProcessTarget<'a> {
    launcher: &'a Launcher,
    command: Vec<OsString>,
    dir: PathBuf,
    environment: Vec<(OsString, OsString)>,
    limits: Limits,
    port: PortHold,
    data: TempDir,
    address: Arc<Mutex<IpAddr>>,
    running: Option<Running>,
    log: Option<OutputLog>,
    mark: Option<Mark>,
    used: Option<Usage>,
}

impl<'a> ProcessTarget<'a> {
    /// Prepares a server that is started by `command` in `dir`; nothing runs yet.
    pub fn new(
        launcher: &'a Launcher,
        command: Vec<OsString>,
        dir: &Path,
        environment: Vec<(OsString, OsString)>,
        limits: &Limits,
    ) -> io::Result<Self> {
        Ok(Self {
            launcher,
            command,
            dir: dir.to_owned(),
            environment,
            limits: limits.clone(),
            port: gradus_sandbox::free_port()?,
            data: TempDir::with_prefix("gradus-data-")?,
            address: Arc::new(Mutex::new(IpAddr::V4(Ipv4Addr::LOCALHOST))),
            running: None,
            log: None,
            mark: None,
            used: None,
        })
    }

    fn spec(&self) -> SandboxSpec {
        let mut env = self.environment.clone();
        env.push(("PORT".into(), self.port.port().to_string().into()));
        env.push(("HOST".into(), "127.0.0.1".into()));
        env.push(("DATA_DIR".into(), self.data.path().into()));
        SandboxSpec {
            command: self.command.clone(),
            dir: self.dir.clone(),
            env,
            stdin: Stdin::Null,
            limits: gradus_sandbox::Limits::default(),
            output_cap: self.limits.output as usize,
            rung: Rung::None,
        }
    }

    async fn boot(&mut self) -> Result<(), NotReady> {
        let mut running =
            self.launcher.launch(self.spec()).await.map_err(|error| NotReady::Launch(error.to_string()))?;
        self.log = Some(running.output().clone());
        self.mark = None;
        let result = boot::ready(&mut running, self.port.port(), self.limits.boot).await;
        self.running = Some(running);
        match result {
            Ok(address) => *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address,
            Err(cause) => {
                self.end().await;
                return Err(cause);
            }
        }
        Ok(())
    }

    async fn end(&mut self) {
        if let Some(mut running) = self.running.take() {
            let exit = running.stop().await;
            self.add_usage(&exit);
        }
    }

    fn add_usage(&mut self, exit: &Exit) {
        let before = self.used.take();
        let (cpu, peak) = before.map_or((Duration::ZERO, 0), |used| (used.cpu, used.peak_memory));
        self.used = Some(Usage {
            cpu: cpu + exit.usage.cpu,
            peak_memory: peak.max(exit.usage.peak_memory),
            source: exit.usage.source.to_string(),
        });
    }
}

impl Target for ProcessTarget<'_> {
    fn capabilities(&self) -> Capabilities {
        Capabilities { restart: true, wipe: true }
    }

    fn isolation(&self) -> Isolation {
        let limit = |name: &str, value: String, by: &str| LimitState {
            name: name.into(),
            value,
            by: Some(by.to_owned()).filter(|by| !by.is_empty()),
        };
        Isolation {
            kind: "none".into(),
            says:
                "A plain child process, not a sandbox: it could do whatever you can. For your own code only."
                    .into(),
            limits: vec![
                limit("boot", format_duration(self.limits.boot), "clock"),
                limit("request", format_duration(self.limits.request), "clock"),
                limit("check", format_duration(self.limits.check), "clock"),
                limit("grading", format_duration(self.limits.grading), "clock"),
                limit("output", format_size(self.limits.output), "cap"),
                limit("memory", format_size(self.limits.memory), ""),
                limit("tasks", self.limits.tasks.to_string(), ""),
                limit("network", "loopback".into(), ""),
                limit("files", "its own".into(), ""),
            ],
        }
    }

    fn origin(&self) -> Origin {
        Origin { tls: false, host: "127.0.0.1".into(), port: self.port.port(), base: String::new() }
    }

    fn dial(&self) -> Arc<dyn Dial> {
        Arc::new(Loopback { address: self.address.clone() })
    }

    fn start(&mut self) -> Doing<'_, Result<(), NotReady>> {
        Box::pin(async move {
            match self.boot().await {
                // Somebody took the port between our look and the server's bind: another port, once.
                Err(NotReady::Stranger { .. }) => {
                    self.port =
                        gradus_sandbox::free_port().map_err(|error| NotReady::Launch(error.to_string()))?;
                    self.boot().await
                }
                other => other,
            }
        })
    }

    fn stop(&mut self) -> Doing<'_, ()> {
        Box::pin(self.end())
    }

    fn wipe_data(&mut self) -> io::Result<()> {
        self.data = TempDir::with_prefix("gradus-data-")?;
        Ok(())
    }

    fn ended(&mut self) -> Option<String> {
        self.running.as_ref()?.exited().map(|exit| exit.ending.to_string())
    }

    fn ended_soon(&mut self) -> Doing<'_, Option<String>> {
        Box::pin(async move {
            let running = self.running.as_mut()?;
            let exit = tokio::time::timeout(END_BECOMES_KNOWN, running.wait()).await.ok()?;
            Some(exit.ending.to_string())
        })
    }

    fn mark_output(&mut self) {
        self.mark = self.log.as_ref().map(OutputLog::mark);
    }

    fn output_since_mark(&self) -> Shown {
        let Some(log) = &self.log else { return Shown::default() };
        let slice = match &self.mark {
            Some(mark) => log.since(*mark),
            None => log.all(),
        };
        let total = slice.bytes.len() as u64 + slice.dropped;
        let from = slice.bytes.len().saturating_sub(SHOWN_OUTPUT);
        let text = String::from_utf8_lossy(&slice.bytes[from..]).into_owned();
        Shown { text, bytes: total, cut: from > 0 || slice.dropped > 0 }
    }

    fn usage(&self) -> Option<Usage> {
        self.used.clone()
    }
}

/// Connects to whichever loopback address the server was found on.
struct Loopback {
    address: Arc<Mutex<IpAddr>>,
}

impl Dial for Loopback {
    fn connect(&self, port: u16) -> Doing<'_, io::Result<BoxStream>> {
        Box::pin(async move {
            let address = *self.address.lock().unwrap_or_else(PoisonError::into_inner);
            let stream = TcpStream::connect((address, port)).await?;
            stream.set_nodelay(true)?;
            Ok(Box::new(stream) as BoxStream)
        })
    }
}
