//! A program that runs below its keeper.

use crate::ending::{Ending, Exit, Usage};
use crate::launcher::SandboxError;
use crate::listeners::{self, Listening};
use crate::output::OutputLog;
use crate::spec::SandboxSpec;
use crate::tree;
use crate::wire::{self, Order, Told};
use std::io::{self, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long the keeper may take to end everything before we do.
const KEEPER_PATIENCE: Duration = Duration::from_secs(5);
/// How long the rest of the output may take once nobody is left who could write it.
const OUTPUT_PATIENCE: Duration = Duration::from_millis(500);

/// What can be sent to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// `SIGTERM` to it and what is in its process group.
    Term,
    /// `SIGKILL` to all of it.
    Kill,
    /// `SIGSTOP` to all of it.
    Pause,
    /// `SIGCONT` to all of it.
    Resume,
}

/// What the keeper has told so far.
#[derive(Clone, Debug, Default)]
struct Known {
    keeper: Option<u32>,
    refused: Option<(String, String)>,
    ending: Option<Ending>,
    usage: Usage,
    /// We ended it because its time was over.
    out_of_time: bool,
    /// It tells nothing more: everything below it is gone.
    silent: bool,
}

impl Known {
    fn ended(&self) -> bool {
        self.ending.is_some() || self.silent
    }
}

/// A program that runs. When it is dropped, the program and all that it started are ended.
#[derive(Debug)]
pub struct Running {
    control: StdUnixStream,
    known: watch::Receiver<Known>,
    listener: JoinHandle<()>,
    drain: JoinHandle<()>,
    log: OutputLog,
    wall: Option<Duration>,
    stopped: bool,
}

impl Running {
    /// Listens to a keeper.
    pub(crate) fn watch(
        control: StdUnixStream,
        _sockets: StdUnixStream,
        log: OutputLog,
        drain: JoinHandle<()>,
        spec: &SandboxSpec,
    ) -> io::Result<Self> {
        control.set_nonblocking(true)?;
        let stream = UnixStream::from_std(control.try_clone()?)?;
        let (sender, known) = watch::channel(Known::default());
        let listener = tokio::spawn(listen(stream, sender, wire::encode(spec)?, spec.limits.wall));
        let wall = spec.limits.wall;
        Ok(Self { control, known, listener, drain, log, wall, stopped: false })
    }

    /// Waits until the program runs, or it is known why it does not.
    pub(crate) async fn begin(&mut self, spec: &SandboxSpec) -> Result<(), SandboxError> {
        let known = self.known_when(|known| known.keeper.is_some() || known.ended()).await;
        match known {
            Known { refused: Some((step, why)), .. } => Err(SandboxError::Refused { step, why }),
            Known { keeper: None, ending: None, .. } => Err(SandboxError::Refused {
                step: format!("start {}", spec.command.first().cloned().unwrap_or_default().display()),
                why: "its keeper ended at once".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// What it prints.
    pub fn output(&self) -> &OutputLog {
        &self.log
    }

    /// How it ended, if it did. What it started may still run.
    pub fn exited(&self) -> Option<Exit> {
        let known = self.known.borrow();
        known.ended().then(|| self.exit(&known))
    }

    /// Waits until the program ends or its time is over. It may be dropped and called again.
    pub async fn wait(&mut self) -> Exit {
        let known = self.known_when(Known::ended).await;
        self.exit(&known)
    }

    /// Ends the program and everything that it started. When it returns, nothing of it is left.
    pub async fn stop(&mut self) -> Exit {
        self.stopped = self.stopped || self.exited().is_none();
        // A keeper that is gone has ended everything already.
        let _ = self.order(Order::End);
        let gone = self.known_when(|known| known.silent);
        let known = match tokio::time::timeout(KEEPER_PATIENCE, gone).await {
            Ok(known) => known,
            Err(_) => self.end_without_keeper(),
        };
        // Whoever still holds the pipe is no process of the program's.
        let _ = tokio::time::timeout(OUTPUT_PATIENCE, &mut self.drain).await;
        self.drain.abort();
        self.exit(&known)
    }

    /// Sends a signal.
    ///
    /// # Errors
    /// [`SandboxError::Gone`] if nothing of the program is left.
    pub async fn signal(&mut self, signal: Signal) -> Result<(), SandboxError> {
        let order = match signal {
            Signal::Term => Order::Term,
            Signal::Kill => Order::Kill,
            Signal::Pause => Order::Pause,
            Signal::Resume => Order::Resume,
        };
        if self.known.borrow().silent { Err(SandboxError::Gone) } else { self.order(order) }
    }

    /// Who listens on a port of this machine.
    pub async fn owners_of(&self, port: u16) -> Listening {
        match self.known.borrow().keeper {
            Some(keeper) => listeners::on(port, keeper),
            None => Listening::Unknown,
        }
    }

    fn order(&self, order: Order) -> Result<(), SandboxError> {
        (&self.control).write_all(&[order.byte()]).map_err(|_| SandboxError::Gone)
    }

    /// A program that runs as we do can stop its keeper. Then we do the keeper's work, for one look at the tree.
    fn end_without_keeper(&self) -> Known {
        let known = self.known.borrow().clone();
        if let Some(keeper) = known.keeper {
            tree::signal_below(keeper, rustix::process::Signal::KILL);
            tree::signal(keeper, rustix::process::Signal::KILL);
        }
        known
    }

    async fn known_when(&mut self, done: impl Fn(&Known) -> bool) -> Known {
        match self.known.wait_for(done).await {
            Ok(known) => known.clone(),
            // The listening task sets `silent` before it ends, so this is the same.
            Err(_) => Known { silent: true, ..Known::default() },
        }
    }

    fn exit(&self, known: &Known) -> Exit {
        let ending = match (&known.ending, self.wall) {
            (_, Some(limit)) if known.out_of_time => Ending::OutOfTime { limit },
            (Some(Ending::Exited(_) | Ending::Signaled(_)) | None, _) if self.stopped => Ending::Stopped,
            (Some(ending), _) => ending.clone(),
            (None, _) => Ending::Unknown,
        };
        Exit { ending, usage: known.usage.clone() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // The keeper sees this at once, whether or not the runtime ever turns again. One that is gone can't.
        let _ = self.control.shutdown(Shutdown::Both);
        self.listener.abort();
        self.drain.abort();
    }
}

/// Says what is to be run, then notes whatever the keeper tells until it is gone.
async fn listen(stream: UnixStream, known: watch::Sender<Known>, spec: Vec<u8>, wall: Option<Duration>) {
    let (reader, mut writer) = stream.into_split();
    // If the keeper is gone, its silence says so.
    let _ = writer.write_all(&spec).await;
    let mut lines = BufReader::new(reader).lines();
    let mut deadline = std::pin::pin!(tokio::time::sleep(wall.unwrap_or(Duration::MAX)));
    loop {
        tokio::select! {
            line = lines.next_line() => match line {
                Ok(Some(line)) => known.send_modify(|known| note(known, &line)),
                _ => break,
            },
            () = &mut deadline, if wall.is_some() && !known.borrow().ended() => {
                known.send_modify(|known| known.out_of_time = true);
                let _ = writer.write_all(&[Order::End.byte()]).await;
            }
        }
    }
    known.send_modify(|known| known.silent = true);
}

fn note(known: &mut Known, line: &str) {
    match serde_json::from_str(line) {
        Ok(Told::Started { keeper }) => known.keeper = Some(keeper),
        Ok(Told::Refused { step, why }) => known.refused = Some((step, why)),
        Ok(Told::NotStarted(why)) => known.ending = Some(Ending::NotStarted(why)),
        Ok(Told::Exited(code)) => known.ending = Some(Ending::Exited(code)),
        Ok(Told::Signaled(signal)) => known.ending = Some(Ending::Signaled(signal)),
        Ok(Told::OutOfMemory(limit)) => known.ending = Some(Ending::OutOfMemory { limit }),
        Ok(Told::OutOfCpu(seconds)) => {
            known.ending = Some(Ending::OutOfCpu { limit: Duration::from_secs(seconds) });
        }
        Ok(Told::Gone { cpu, memory, tasks }) => {
            let source = if tasks.is_some() { "rusage, looked at each 10 ms" } else { "rusage" };
            known.usage = Usage { cpu: Duration::from_micros(cpu), peak_memory: memory, tasks, source };
        }
        // Nothing of ours writes it.
        Err(_) => {}
    }
}
