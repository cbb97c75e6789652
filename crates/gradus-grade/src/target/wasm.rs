//! A submission that is WebAssembly, or plain files that a runner in WebAssembly runs: an instance in this very process.

use super::{Capabilities, Doing, Done, Errand, Origin, Target};
use crate::boot::NotReady;
use gradus_intake::plan::NamedBy;
use gradus_model::duration::{format_duration, format_size};
use gradus_model::exercise::Limits;
use gradus_model::outcome::Shown;
use gradus_model::report::{Isolation, LimitState, Usage};
use gradus_probe::{BoxStream, Dial};
use gradus_sandbox::{PortHold, free_port, hold_port};
use gradus_wasm::{Command, Files, Kind, LINE, Program, SLOWEST, Server, Settings};
use std::ffi::OsStr;
use std::io;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How many bytes of output a report shows of one check or phase.
const SHOWN_OUTPUT: usize = 8 * 1024;
/// Where its programs find what they keep.
const DATA: &str = "/data";

/// What a program in WebAssembly is made of.
pub struct WasmRecipe {
    /// It.
    pub program: Program,
    /// What surrounds it; its port and its data are added here.
    pub settings: Settings,
    /// Whether it is a server; a command is only run by checks.
    pub serves: bool,
    /// The exercise's limits.
    pub limits: Limits,
    /// The port that its server gets, if nobody else has it; else any.
    pub usual_port: Option<u16>,
    /// The runner that runs it: its language and its hash.
    pub runner: Option<String>,
    /// The file that it is.
    pub file: String,
    /// Who names that file.
    pub by: NamedBy,
}

/// A program in WebAssembly.
pub struct WasmTarget {
    kind: Kind,
    can_ask: bool,
    settings: Settings,
    server: Server,
    serves: bool,
    limits: Limits,
    runner: Option<String>,
    file: String,
    by: NamedBy,
    port: PortHold,
    data: TempDir,
    mark: u64,
    published: Option<JoinHandle<()>>,
}

impl WasmTarget {
    /// Prepares a program; nothing runs yet.
    pub fn new(recipe: WasmRecipe) -> io::Result<Self> {
        let WasmRecipe { program, mut settings, serves, limits, usual_port, runner, file, by } = recipe;
        let usual = usual_port.map(hold_port).transpose()?.flatten();
        let (port, data) = (usual.map_or_else(free_port, Ok)?, TempDir::with_prefix("gradus-data-")?);
        let told =
            [("PORT", port.port().to_string()), ("HOST", "127.0.0.1".into()), ("DATA_DIR", DATA.into())];
        settings.environment.extend(told.map(|(name, value)| (name.to_owned(), value)));
        settings.data = Some(data.path().to_owned());
        let (kind, can_ask) = (program.kind(), program.can_ask());
        let server = Server::new(program, settings.clone());
        Ok(Self {
            kind,
            can_ask,
            settings,
            server,
            serves,
            limits,
            runner,
            file,
            by,
            port,
            data,
            mark: 0,
            published: None,
        })
    }
}

impl Target for WasmTarget {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            restart: true,
            wipe: true,
            prints: true,
            memory: true,
            commands: self.kind == Kind::Stdio,
            listen: self.can_ask,
            fuel: true,
            ..Capabilities::default()
        }
    }

    fn instead(&self) -> &'static str {
        match self.runner {
            Some(_) => "grade it with --sandbox native",
            None => "hand in what is built to WebAssembly from, and grade that with --sandbox native",
        }
    }

    fn isolation(&self) -> Isolation {
        let bounds = &self.settings.limits;
        let limit = |name: &str, value: String, by: &str| LimitState {
            name: name.into(),
            value,
            by: Some(by.into()),
        };
        let fuel = |units: u64| format!("{units} units of fuel");
        let by = match self.by {
            NamedBy::Start => "start names it",
            NamedBy::Package => "package.json names it",
            NamedBy::Convention => "nothing names one, and it is the usual one",
        };
        let mut limits = vec![
            limit("program", self.file.clone(), by),
            limit("engine", LINE.into(), "work is counted alike only within this line"),
            limit("work of a request", fuel(bounds.fuel_request), "fuel"),
            limit("work until it is ready", fuel(bounds.fuel_start), "fuel"),
            limit("work of a grading", fuel(bounds.fuel_grading), "fuel"),
            limit("work so far", fuel(self.server.fuel()), "fuel"),
            limit("boot", format_duration(bounds.start), "its own clock"),
            limit("request", format_duration(bounds.request), "its own clock"),
            limit("check", format_duration(self.limits.check), "clock"),
            limit("grading", format_duration(self.limits.grading), "clock"),
            limit("memory", format_size(bounds.memory), "WebAssembly's memory"),
            limit("tables", format!("{} elements", bounds.table), "WebAssembly's tables"),
            limit("output", format!("{} for a request", format_size(bounds.output)), "cap"),
            limit("disk", format_size(bounds.disk), "looks at DATA_DIR"),
            limit("network", "the grading's stubs".into(), "no sockets"),
            limit("files", "its own, and DATA_DIR".into(), "no others are open to it"),
        ];
        if let Some(runner) = &self.runner {
            limits.insert(2, limit("runner", runner.clone(), "BLAKE3"));
        }
        Isolation {
            kind: "wasm".into(),
            says: "In WebAssembly: files and memory of its own, no network but the grading's stubs; one request at a time, and its work is counted.".into(),
            limits,
        }
    }

    fn origin(&self) -> Origin {
        Origin { tls: false, host: "127.0.0.1".into(), port: self.port.port(), base: String::new() }
    }

    fn dial(&self) -> Arc<dyn Dial> {
        Arc::new(InMemory { server: self.server.clone(), port: self.port.port() })
    }

    fn open(&mut self) -> Doing<'_, Result<bool, NotReady>> {
        Box::pin(async { Ok(false) })
    }

    fn listen(&self, port: u16) -> Doing<'_, io::Result<TcpListener>> {
        Box::pin(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
    }

    fn start(&mut self) -> Doing<'_, Result<(), NotReady>> {
        Box::pin(async move {
            if !self.serves {
                return Ok(());
            }
            self.server.start().await.map_err(|stopped| NotReady::Unfit(stopped.to_string()))
        })
    }

    fn is_up(&self) -> bool {
        self.server.is_up() || !self.serves
    }

    fn term(&mut self, _: Duration) -> Doing<'_, Result<i32, String>> {
        Box::pin(async { Err("can't be sent signals: it is WebAssembly".to_owned()) })
    }

    fn run(&mut self, errand: Errand) -> Doing<'_, Result<Done, String>> {
        Box::pin(async move {
            if errand.program.is_some() {
                return Err("in WebAssembly only the submission itself can be run".to_owned());
            }
            let text = |word: &OsStr| word.to_string_lossy().into_owned();
            let arguments: Vec<String> =
                ["program".to_owned()].into_iter().chain(errand.args.iter().map(|word| text(word))).collect();
            let environment = errand.env.iter().map(|(name, value)| (text(name), text(value))).collect();
            let command = Command { arguments, environment, input: errand.stdin };
            let done = self.server.run(&command, errand.timeout).await;
            let done = done.ok_or("this kind of WebAssembly program can't be run as a command")?;
            let ending = done.ending.map_err(|stopped| stopped.to_string());
            Ok(Done { ending, stdout: done.stdout, stderr: done.stderr })
        })
    }

    fn collect<'s>(&'s self, path: &'s str, most: u64) -> Doing<'s, Result<Vec<u8>, String>> {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/app/{path}") };
        let read = Files::new(&self.settings).read(&path);
        Box::pin(async move {
            let mut bytes = read.map_err(|code| format!("{path}: {code}"))?;
            bytes.truncate(most.try_into().unwrap_or(usize::MAX));
            Ok(bytes)
        })
    }

    fn data_dir(&self) -> Option<PathBuf> {
        Some(DATA.into())
    }

    fn pause(&mut self) -> Doing<'_, ()> {
        Box::pin(async {})
    }

    fn resume(&mut self) {}

    fn stop(&mut self) -> Doing<'_, ()> {
        Box::pin(async move { self.server.stop().await })
    }

    fn wipe_data(&mut self) -> io::Result<()> {
        for entry in std::fs::read_dir(self.data.path())? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => std::fs::remove_dir_all(entry.path())?,
                false => std::fs::remove_file(entry.path())?,
            }
        }
        Ok(())
    }

    fn publish(&mut self) -> Doing<'_, io::Result<()>> {
        Box::pin(async move {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port.port())).await?;
            self.published = Some(tokio::spawn(forward(listener, self.server.clone())));
            Ok(())
        })
    }

    fn ended(&mut self) -> Option<String> {
        self.server.ended().map(|stopped| format!("{stopped} (a fresh instance answers since)"))
    }

    fn ended_soon(&mut self) -> Doing<'_, Option<String>> {
        Box::pin(async move { self.ended() })
    }

    fn mark_output(&mut self) {
        self.mark = self.server.output().total();
    }

    fn output_since_mark(&self) -> Shown {
        let (bytes, dropped) = self.server.output().since(self.mark);
        let from = bytes.len().saturating_sub(SHOWN_OUTPUT);
        let text = String::from_utf8_lossy(&bytes[from..]).into_owned();
        Shown { text, bytes: bytes.len() as u64 + dropped, cut: from > 0 || dropped > 0 }
    }

    fn memory(&self) -> Doing<'_, Option<u64>> {
        let (held, _) = self.server.memory();
        Box::pin(async move { Some(held) })
    }

    fn usage(&self) -> Option<Usage> {
        let (_, peak_memory) = self.server.memory();
        Some(Usage {
            cpu: self.server.worked(),
            peak_memory,
            peak_tasks: None,
            peak_disk: None,
            output: self.server.output().total(),
            source: "WebAssembly's memory, and the time within the program".into(),
        })
    }

    fn fuel(&self) -> Option<u64> {
        Some(self.server.fuel())
    }

    fn counted_under(&self) -> Option<String> {
        Some(
            self.runner
                .as_ref()
                .map_or_else(|| "no runner".to_owned(), |runner| format!("the runner {runner}")),
        )
    }

    fn pass(&mut self, time: Duration) {
        self.server.pass(time);
    }

    fn clock(&self) -> Option<Duration> {
        Some(self.server.clock())
    }

    fn patience(&self, time: Duration) -> Duration {
        // Its own bound should come first, as that has a name.
        time * (SLOWEST + 1)
    }
}

impl Drop for WasmTarget {
    fn drop(&mut self) {
        if let Some(published) = self.published.take() {
            published.abort();
        }
    }
}

/// The way to it: a stream in memory.
struct InMemory {
    server: Server,
    port: u16,
}

impl Dial for InMemory {
    fn connect(&self, port: u16) -> Doing<'_, io::Result<BoxStream>> {
        Box::pin(async move {
            if port != self.port {
                let why = format!("nothing of the submission listens on port {port}");
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
            }
            Ok(Box::new(self.server.connect()?) as BoxStream)
        })
    }
}

/// Carries connections of this machine to it, until it is aborted.
async fn forward(listener: TcpListener, server: Server) {
    while let Ok((mut outside, _)) = listener.accept().await {
        let Ok(mut inside) = server.connect() else { continue };
        tokio::spawn(async move {
            // Whichever side closes first has its reasons.
            let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
        });
    }
}
