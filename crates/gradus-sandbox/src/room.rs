//! An open room, as the grader holds it.

use crate::ending::{Ending, Usage};
use crate::launcher::SandboxError;
use crate::listeners::Listening;
use crate::output::OutputLog;
use crate::running::Running;
use crate::spec::{Program, RoomSpec, Rung, Stdin};
use crate::wire::{self, Answer, Ask, Holds, Order, Told};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::net::{IpAddr, Shutdown, SocketAddr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Interest};
use tokio::net::unix::pipe;
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long the keeper may take to end everything.
const KEEPER_PATIENCE: Duration = Duration::from_secs(5);
/// How many sockets are fetched at a time.
const BATCH: usize = 16;

/// What a keeper has told so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub holds: Option<Holds>,
    pub refused: Option<(String, String)>,
    pub started: BTreeSet<u32>,
    pub ended: BTreeMap<u32, Ending>,
    pub usage: Usage,
    /// How many times everything was cleared.
    pub cleared: u32,
    /// How many times everything was stopped.
    pub paused: u32,
    /// It tells nothing more: everything is gone.
    pub silent: bool,
}

/// A room in which programs run. Clones share it; when the last one is gone, whatever still runs in it is ended.
#[derive(Clone, Debug)]
pub struct Room(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    control: StdUnixStream,
    supplies: tokio::sync::Mutex<UnixStream>,
    known: watch::Receiver<Known>,
    listener: JoinHandle<()>,
    /// Sockets that were fetched and not yet used, for IPv4 and IPv6.
    sockets: [Mutex<Vec<OwnedFd>>; 2],
    programs: AtomicU32,
    own_network: bool,
}

impl Room {
    pub(crate) async fn begin(
        control: StdUnixStream,
        supplies: StdUnixStream,
        spec: &RoomSpec,
    ) -> Result<Self, SandboxError> {
        // A keeper that could not be made has gone, and has told why before.
        let _ = wire::send(&control, spec, &[]);
        let (listener, known) = listen(&control).map_err(SandboxError::NoFiles)?;
        supplies.set_nonblocking(true).map_err(SandboxError::NoFiles)?;
        let supplies = UnixStream::from_std(supplies).map_err(SandboxError::NoFiles)?;
        let room = Self(Arc::new(Shared {
            control,
            supplies: tokio::sync::Mutex::new(supplies),
            known,
            listener,
            sockets: Default::default(),
            programs: AtomicU32::new(0),
            own_network: matches!(spec.rung, Rung::Native(_)),
        }));
        let known = room.known_when(|known| known.holds.is_some() || known.refused.is_some()).await;
        match known {
            Known { refused: Some((step, why)), .. } => Err(SandboxError::Refused { step, why }),
            Known { holds: Some(_), .. } => Ok(room),
            _ => Err(SandboxError::Gone),
        }
    }

    /// What of it holds on this machine.
    pub fn holds(&self) -> Holds {
        self.0.known.borrow().holds.clone().unwrap_or_default()
    }

    /// What all that ran in it has used, as far as it was told: whenever a program ends or all is cleared.
    pub fn usage(&self) -> Usage {
        self.0.known.borrow().usage.clone()
    }

    /// Runs a program, whose standard output and error are one. One that can't be executed is no error: its ending is
    /// [`Ending::NotStarted`].
    pub async fn run(&self, program: Program) -> Result<Running, SandboxError> {
        let (output, printed) = io::pipe().map_err(SandboxError::NoFiles)?;
        let log = OutputLog::new(program.output_cap);
        let id = self.start(program, printed.as_fd(), printed.as_fd())?;
        drop(printed);
        let drain = drain(output.into(), &log).map_err(SandboxError::NoFiles)?;
        self.started(id).await?;
        Ok(Running::new(self.clone(), id, log, OutputLog::new(0), vec![drain]))
    }

    /// The same, with standard error apart: [`Running::errors`].
    pub async fn run_apart(&self, program: Program) -> Result<Running, SandboxError> {
        let (output, printed) = io::pipe().map_err(SandboxError::NoFiles)?;
        let (errors, complained) = io::pipe().map_err(SandboxError::NoFiles)?;
        let logs = [OutputLog::new(program.output_cap), OutputLog::new(program.output_cap)];
        let id = self.start(program, printed.as_fd(), complained.as_fd())?;
        drop((printed, complained));
        let [log, complaints] = logs;
        let drains = [drain(output.into(), &log), drain(errors.into(), &complaints)];
        let drains = drains.into_iter().collect::<io::Result<_>>().map_err(SandboxError::NoFiles)?;
        self.started(id).await?;
        Ok(Running::new(self.clone(), id, log, complaints, drains))
    }

    fn start(
        &self,
        program: Program,
        output: BorrowedFd<'_>,
        errors: BorrowedFd<'_>,
    ) -> Result<u32, SandboxError> {
        let id = self.0.programs.fetch_add(1, Ordering::Relaxed);
        let stdin = input(&program.stdin).map_err(SandboxError::NoFiles)?;
        self.order(&Order::Run { id, program }, &[stdin.as_fd(), output, errors])?;
        Ok(id)
    }

    async fn started(&self, id: u32) -> Result<(), SandboxError> {
        let done = |known: &Known| {
            known.started.contains(&id) || known.ended.contains_key(&id) || known.refused.is_some()
        };
        match self.known_when(done).await {
            Known { refused: Some((step, why)), .. } => Err(SandboxError::Refused { step, why }),
            known if known.silent && !known.ended.contains_key(&id) => Err(SandboxError::Gone),
            _ => Ok(()),
        }
    }

    /// Bytes of memory that all that runs in it uses right now.
    pub async fn memory(&self) -> io::Result<u64> {
        match self.ask(&Ask::Memory).await? {
            (Answer::Memory(bytes), _) => Ok(bytes),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Ends everything that runs in it; what was written stays. When it returns, no process is left.
    pub async fn clear(&self) -> Usage {
        let before = self.0.known.borrow().cleared;
        // A keeper that is gone has ended everything already.
        let _ = self.order(&Order::Clear, &[]);
        let cleared = self.known_when(|known| known.cleared > before);
        if let Ok(known) = tokio::time::timeout(KEEPER_PATIENCE, cleared).await {
            return known.usage;
        }
        // Whoever hinders a keeper this long has its room closed.
        let _ = self.0.control.shutdown(Shutdown::Both);
        self.0.known.borrow().usage.clone()
    }

    /// Kills everything that runs in it once.
    pub fn kill(&self) -> Result<(), SandboxError> {
        self.order(&Order::Kill, &[])
    }

    /// Stops everything that runs in it until it is resumed. When it returns, everything stands still, but for what the system
    /// itself keeps from that, such as a program that waits for a disk.
    pub async fn pause(&self) -> Result<(), SandboxError> {
        let before = self.0.known.borrow().paused;
        self.order(&Order::Pause, &[])?;
        let paused = self.known_when(|known| known.paused > before);
        // Whoever hinders a keeper this long can't be waited for.
        let _ = tokio::time::timeout(KEEPER_PATIENCE, paused).await;
        Ok(())
    }

    /// Lets everything in it go on.
    pub fn resume(&self) -> Result<(), SandboxError> {
        self.order(&Order::Resume, &[])
    }

    /// Who listens on a port of its network.
    pub async fn listening(&self, port: u16) -> Listening {
        match self.ask(&Ask::Listening { port }).await {
            Ok((Answer::Listening(listening), _)) => listening,
            _ => Listening::Unknown,
        }
    }

    /// Connects to an address of its network: its own where it has one, else this machine's.
    pub async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        let stream = if self.0.own_network {
            self.socket(address.ip()).await?.connect(address).await?
        } else {
            TcpStream::connect(address).await?
        };
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Listens on an address of its network; port 0 means any.
    pub async fn listen(&self, address: SocketAddr) -> io::Result<TcpListener> {
        if !self.0.own_network {
            return TcpListener::bind(address).await;
        }
        let socket = self.socket(address.ip()).await?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(1024)
    }

    /// Opens a file, as programs of the room see it, for reading. Only a regular one; its content is hostile.
    pub async fn file(&self, path: &Path) -> io::Result<File> {
        let answer = self.ask(&Ask::File { path: path.into() }).await?;
        match answer {
            (Answer::Files, files) => {
                files.into_iter().next().map(File::from).ok_or(io::ErrorKind::UnexpectedEof.into())
            }
            (Answer::No(why), _) => Err(io::Error::other(why)),
            (Answer::Listening(_) | Answer::Memory(_), _) => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    async fn socket(&self, address: IpAddr) -> io::Result<TcpSocket> {
        let v6 = address.is_ipv6();
        let pool = &self.0.sockets[usize::from(v6)];
        let kept = || pool.lock().unwrap_or_else(PoisonError::into_inner);
        let socket = kept().pop();
        let socket = match socket {
            Some(socket) => socket,
            None => match self.ask(&Ask::Sockets { count: BATCH, v6 }).await? {
                (Answer::No(why), _) => return Err(io::Error::other(why)),
                (_, mut files) => {
                    let socket = files.pop().ok_or(io::ErrorKind::UnexpectedEof)?;
                    kept().append(&mut files);
                    socket
                }
            },
        };
        Ok(TcpSocket::from_std_stream(socket.into()))
    }

    async fn ask(&self, ask: &Ask) -> io::Result<(Answer, Vec<OwnedFd>)> {
        // One question at a time: the answers come in order.
        let supplies = self.0.supplies.lock().await;
        supplies.async_io(Interest::WRITABLE, || wire::send(&*supplies, ask, &[])).await?;
        let answer = supplies.async_io(Interest::READABLE, || wire::receive(&*supplies)).await?;
        answer.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    pub(crate) fn order(&self, order: &Order, files: &[BorrowedFd<'_>]) -> Result<(), SandboxError> {
        if self.0.known.borrow().silent {
            return Err(SandboxError::Gone);
        }
        wire::send(&self.0.control, order, files).map_err(|_| SandboxError::Gone)
    }

    pub(crate) fn known(&self) -> watch::Ref<'_, Known> {
        self.0.known.borrow()
    }

    /// Waits until what is known is so, or nothing more will be.
    pub(crate) async fn known_when(&self, done: impl Fn(&Known) -> bool) -> Known {
        let mut known = self.0.known.clone();
        match known.wait_for(|known| known.silent || done(known)).await {
            Ok(known) => known.clone(),
            // The listening task sets `silent` before it ends, so this is the same.
            Err(_) => Known { silent: true, ..Known::default() },
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // The keeper sees this at once, whether or not the runtime ever turns again.
        let _ = self.control.shutdown(Shutdown::Both);
        self.listener.abort();
    }
}

/// Reads what is printed into a pipe until nobody is left who could print.
fn drain(pipe: OwnedFd, log: &OutputLog) -> io::Result<JoinHandle<()>> {
    Ok(tokio::spawn(log.clone().drain(pipe::Receiver::from_owned_fd(pipe)?)))
}

/// A file from which a program reads its input.
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

/// Notes whatever a keeper tells until it is gone.
fn listen(control: &StdUnixStream) -> io::Result<(JoinHandle<()>, watch::Receiver<Known>)> {
    control.set_nonblocking(true)?;
    let stream = UnixStream::from_std(control.try_clone()?)?;
    let (known, receiver) = watch::channel(Known::default());
    let listener = tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            known.send_modify(|known| note(known, &line));
        }
        known.send_modify(|known| known.silent = true);
    });
    Ok((listener, receiver))
}

fn note(known: &mut Known, line: &str) {
    match serde_json::from_str(line) {
        Ok(Told::Ready(holds)) => known.holds = Some(holds),
        Ok(Told::Refused { step, why }) => known.refused = Some((step, why)),
        Ok(Told::Started { id }) => drop(known.started.insert(id)),
        Ok(Told::Ended { id, ending }) => drop(known.ended.insert(id, ending)),
        Ok(Told::Used(usage)) => known.usage = usage,
        Ok(Told::Cleared) => known.cleared += 1,
        Ok(Told::Paused) => known.paused += 1,
        // Nothing of ours writes it.
        Err(_) => {}
    }
}
