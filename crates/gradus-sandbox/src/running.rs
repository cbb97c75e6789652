//! A program that runs below its keeper.

use crate::ending::{Ending, Exit, Usage};
use crate::launcher::SandboxError;
use crate::listeners::{self, Listening};
use crate::output::OutputLog;
use crate::spec::Limits;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::Child;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How long the keeper may take to end everything before it is ended itself.
const KEEPER_PATIENCE: Duration = Duration::from_secs(5);
/// How long the rest of the output may take once nobody is left who could write it.
const OUTPUT_PATIENCE: Duration = Duration::from_millis(500);

/// What the keeper has told so far.
#[derive(Clone, Debug, Default)]
struct Told {
    started: bool,
    refused: Option<String>,
    ending: Option<Ending>,
    usage: Usage,
    /// It tells nothing more: everything below it is gone.
    silent: bool,
}

/// A program that runs. When it is dropped, the program and all that it started are ended.
#[derive(Debug)]
pub struct Running {
    keeper: Child,
    control: Option<OwnedWriteHalf>,
    told: watch::Receiver<Told>,
    listener: JoinHandle<()>,
    drains: Vec<JoinHandle<()>>,
    log: OutputLog,
    deadline: Option<(Instant, Duration)>,
    out_of_time: Option<Duration>,
    stopped: bool,
}

impl Running {
    /// Waits until the keeper has started the program.
    pub(crate) async fn begin(
        keeper: Child,
        control: UnixStream,
        log: OutputLog,
        drains: Vec<JoinHandle<()>>,
        limits: Limits,
    ) -> Result<Self, SandboxError> {
        let (reader, writer) = control.into_split();
        let (sender, told) = watch::channel(Told::default());
        let listener = tokio::spawn(listen(reader, sender));
        let mut running = Self {
            keeper,
            control: Some(writer),
            told,
            listener,
            drains,
            log,
            deadline: limits.wall.map(|wall| (Instant::now() + wall, wall)),
            out_of_time: None,
            stopped: false,
        };
        let told = running.told_when(|told| told.started || told.silent).await;
        match told {
            Told { started: true, .. } => Ok(running),
            Told { refused: Some(why), .. } => Err(SandboxError::Refused(why)),
            _ => Err(SandboxError::Refused("its keeper ended at once".into())),
        }
    }

    /// What it prints.
    pub fn output(&self) -> &OutputLog {
        &self.log
    }

    /// How it ended, if it did. What it started may still run.
    pub fn exited(&self) -> Option<Exit> {
        let told = self.told.borrow();
        if told.ending.is_none() && !told.silent { None } else { Some(self.exit(&told)) }
    }

    /// Waits until the program ends or its time is over. It may be dropped and called again.
    pub async fn wait(&mut self) -> Exit {
        let ended = |told: &Told| told.ending.is_some() || told.silent;
        if let Some((deadline, wall)) = self.deadline {
            match tokio::time::timeout_at(deadline, self.told_when(ended)).await {
                Ok(told) => return self.exit(&told),
                Err(_) => {
                    self.out_of_time = Some(wall);
                    self.end().await;
                }
            }
        }
        let told = self.told_when(ended).await;
        self.exit(&told)
    }

    /// Ends the program and everything that it started. When it returns, nothing of it is left.
    pub async fn stop(&mut self) -> Exit {
        self.stopped = self.exited().is_none();
        self.end().await;
        let gone = self.told_when(|told| told.silent);
        let told = match tokio::time::timeout(KEEPER_PATIENCE, gone).await {
            Ok(told) => told,
            Err(_) => {
                // It may be gone already.
                let _ = self.keeper.start_kill();
                self.told.borrow().clone()
            }
        };
        // Its status says nothing that it has not told.
        let _ = self.keeper.wait().await;
        for drain in &mut self.drains {
            let _ = tokio::time::timeout(OUTPUT_PATIENCE, &mut *drain).await;
            drain.abort();
        }
        self.exit(&told)
    }

    /// Who listens on a port of this machine.
    pub async fn owners_of(&self, port: u16) -> Listening {
        match self.keeper.id() {
            Some(keeper) => listeners::on(port, keeper),
            None => Listening::Unknown,
        }
    }

    async fn end(&mut self) {
        if let Some(control) = &mut self.control {
            // Should the keeper be gone, there is nothing to end.
            let _ = control.write_all(b"k").await;
        }
    }

    async fn told_when(&mut self, done: impl Fn(&Told) -> bool) -> Told {
        match self.told.wait_for(done).await {
            Ok(told) => told.clone(),
            // The listening task sets `silent` before it ends, so this is the same.
            Err(_) => Told { silent: true, ..Told::default() },
        }
    }

    fn exit(&self, told: &Told) -> Exit {
        let ending = match (&told.ending, self.out_of_time) {
            (_, Some(limit)) => Ending::OutOfTime(limit),
            (Some(_), None) if self.stopped => Ending::Stopped,
            (Some(ending), None) => ending.clone(),
            (None, None) => Ending::Unknown,
        };
        Exit { ending, usage: told.usage.clone() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Closing both halves of the socket tells the keeper to end everything.
        self.control = None;
        self.listener.abort();
        self.drains.iter().for_each(JoinHandle::abort);
    }
}

async fn listen(reader: OwnedReadHalf, told: watch::Sender<Told>) {
    let mut lines = BufReader::new(reader).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        told.send_modify(|told| note(told, &line));
    }
    told.send_modify(|told| told.silent = true);
}

fn note(told: &mut Told, line: &str) {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "started" => told.started = true,
        "refused" => told.refused = Some(rest.to_owned()),
        "exited" => told.ending = rest.parse().ok().map(Ending::Exited),
        "signaled" => told.ending = rest.parse().ok().map(Ending::Signaled),
        "used" => {
            if let Some((cpu, memory)) = rest.split_once(' ') {
                told.usage = Usage {
                    cpu: Duration::from_micros(cpu.parse().unwrap_or(0)),
                    peak_memory: memory.parse().unwrap_or(0),
                    source: "rusage",
                };
            }
        }
        _ => {}
    }
}
