//! A submission that is a program: it runs in a room, with a port of its own.

use super::{Capabilities, DataAtStart, Doing, Done, Errand, Origin, Target};
use crate::boot::{self, NotReady};
use crate::configure::{Blank, Filled};
use crate::ground::Ground;
use gradus_model::duration::format_duration;
use gradus_model::exercise::Limits;
use gradus_model::outcome::Shown;
use gradus_model::report::{Isolation, Usage};
use gradus_probe::{BoxStream, Dial, Prompt};
use gradus_sandbox::{
    Ending, Exit, Holds, Launcher, Listening, Mark, OutputLog, PortHold, Program, Room, Running, Stdin,
    Usage as RoomUsage, free_port, hold_port, is_forgotten,
};
use gradus_services::engine::sqlite;
use std::ffi::OsString;
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How many bytes of output a report shows of one check or phase.
const SHOWN_OUTPUT: usize = 8 * 1024;
/// How long putting a file into a room may take.
const PUTS: Duration = Duration::from_secs(30);
/// How long a server's end may take to become known once its connection broke.
const END_BECOMES_KNOWN: Duration = Duration::from_millis(300);

/// How a program is run: everything that each of its runs has in common.
#[derive(Clone)]
pub struct Recipe {
    /// What opens rooms.
    pub launcher: Launcher,
    /// Where it runs.
    pub ground: Arc<Ground>,
    /// The command that starts it.
    pub command: Vec<OsString>,
    /// Where it is started, as it sees it.
    pub dir: PathBuf,
    /// What the grader adds to its environment.
    pub told: Vec<(OsString, OsString)>,
    /// Ports on which it finds what the grader serves.
    pub upstreams: Vec<u16>,
    /// The port that its server gets, if nobody else has it; else any.
    pub usual_port: Option<u16>,
    /// What each new `DATA_DIR` holds.
    pub files: Vec<DataAtStart>,
    /// Whether it is a server; a command is only run by checks.
    pub serves: bool,
    /// A configuration that each run of its server finds filled in.
    pub blank: Option<Arc<Blank>>,
    /// What it may use.
    pub limits: Limits,
}

impl Recipe {
    /// How another instance is run, the first, second … beside this one: it finds what was built as it was, whatever this one
    /// changes, and its usual port is that far from this one's.
    pub fn another(&self, number: u16) -> io::Result<Self> {
        let usual_port = self.usual_port.map(|port| port + number);
        if self.blank.is_some() {
            // Each run fills in a copy of its own.
            return Ok(Self { usual_port, ..self.clone() });
        }
        let ground = self.ground.another()?;
        let first = self.ground.dir(None);
        let below = self.dir.strip_prefix(&first).ok().filter(|below| !below.as_os_str().is_empty());
        let dir = ground.dir(below);
        Ok(Self { ground, dir, usual_port, ..self.clone() })
    }

    /// The usual port, or any.
    fn port(&self) -> io::Result<PortHold> {
        match self.usual_port.map(hold_port).transpose()?.flatten() {
            Some(hold) => Ok(hold),
            None => free_port(),
        }
    }
}

/// A program in a room.
pub struct ProgramTarget {
    recipe: Recipe,
    port: PortHold,
    /// `DATA_DIR` where the room has none of its own.
    data: Option<TempDir>,
    filled: Option<Filled>,
    reach: Reach,
    running: Option<Running>,
    log: Option<OutputLog>,
    mark: Option<Mark>,
    /// What earlier rooms used.
    before: RoomUsage,
    printed: u64,
    published: Option<JoinHandle<()>>,
}

impl ProgramTarget {
    /// Prepares a program; nothing runs yet.
    pub fn new(recipe: Recipe) -> io::Result<Self> {
        let mut target = Self {
            port: recipe.port()?,
            data: recipe.ground.data()?,
            recipe,
            filled: None,
            reach: Reach::default(),
            running: None,
            log: None,
            mark: None,
            before: RoomUsage::default(),
            printed: 0,
            published: None,
        };
        target.fill()?;
        Ok(target)
    }

    /// Fills a configuration in with what holds now. The last one goes, and the room that shows it must have gone before.
    fn fill(&mut self) -> io::Result<()> {
        let Some(blank) = &self.recipe.blank else { return Ok(()) };
        if let Some(data) = &self.data {
            self.recipe.ground.open_to_servers(data.path())?;
        }
        let mut told = self.recipe.told.clone();
        told.extend(self.recipe.ground.address(self.port.port(), self.data.as_ref()));
        let filled = blank.fill(&told).map_err(io::Error::other)?;
        (self.recipe.ground, self.recipe.dir) = (filled.ground.clone(), filled.dir.clone());
        self.filled = Some(filled);
        Ok(())
    }

    fn program(&self) -> Program {
        let mut env = self.recipe.ground.environment().to_vec();
        env.extend(self.recipe.told.iter().cloned());
        env.extend(self.recipe.ground.address(self.port.port(), self.data.as_ref()));
        for file in &self.recipe.files {
            env.extend(sqlite::addresses(&file.name, &self.path_of(file)));
        }
        Program {
            command: self.recipe.command.clone(),
            dir: self.recipe.dir.clone(),
            env,
            stdin: Stdin::Null,
            output_cap: self.recipe.limits.output as usize,
            wall: None,
            user: None,
        }
    }

    fn ports(&self) -> Vec<u16> {
        self.recipe.upstreams.iter().copied().chain([self.port.port()]).collect()
    }

    /// The room that there is, or a new one.
    async fn room(&self) -> Result<Room, NotReady> {
        if let Some(room) = self.reach.room() {
            return Ok(room);
        }
        let ours = |error: gradus_sandbox::SandboxError| NotReady::Launch(error.to_string());
        let spec = self.recipe.ground.run_room(&self.recipe.limits, self.data.as_ref(), &self.ports());
        let room = self.recipe.launcher.open(&spec).await.map_err(ours)?;
        for file in &self.recipe.files {
            self.put(&room, file).await.map_err(NotReady::Launch)?;
        }
        self.reach.found().room = Some(room.clone());
        Ok(room)
    }

    fn own_data(&self) -> PathBuf {
        let places = self.recipe.ground.places(self.data.as_ref());
        places
            .into_iter()
            .find(|(name, _)| name == "DATA_DIR")
            .map(|(_, path)| path.into())
            .unwrap_or_default()
    }

    fn path_of(&self, file: &DataAtStart) -> PathBuf {
        self.own_data().join(format!("{}.db", file.name))
    }

    /// Puts a file where the submission finds it, as a file of its own.
    async fn put(&self, room: &Room, file: &DataAtStart) -> Result<(), String> {
        let mut program = self.program();
        program.command = ["sh", "-c", "cat > \"$0\""].map(OsString::from).to_vec();
        program.command.push(self.path_of(file).into());
        program.stdin = Stdin::Bytes(file.bytes.to_vec());
        let running = room.run_apart(program).await.map_err(|error| error.to_string())?;
        match tokio::time::timeout(PUTS, running.wait()).await {
            Ok(Exit { ending: Ending::Exited(0), .. }) => Ok(()),
            Ok(exit) => Err(format!("what puts `{}.db` into its DATA_DIR {}", file.name, exit.ending)),
            Err(_) => {
                running.kill();
                Err(format!("putting `{}.db` into its DATA_DIR takes too long", file.name))
            }
        }
    }

    async fn boot(&mut self) -> Result<(), NotReady> {
        let room = self.room().await?;
        let running = room.run(self.program()).await.map_err(|error| NotReady::Launch(error.to_string()))?;
        self.log = Some(running.output().clone());
        self.mark = None;
        let result = boot::ready(&running, self.port.port(), self.recipe.limits.boot).await;
        self.running = Some(running);
        match result {
            Ok(address) => {
                let mut found = self.reach.found();
                (found.address, found.port) = (address, Some(self.port.port()));
            }
            Err(cause) => {
                self.end().await;
                return Err(cause);
            }
        }
        Ok(())
    }

    /// Whether it may have ended for want of its port: on this machine's own loopback, connections of the last server that had it
    /// are in the way of one that does not ask to reuse it.
    fn lingers(&self, cause: &NotReady) -> bool {
        let ended = matches!(cause, NotReady::Exited { .. });
        ended && !self.recipe.ground.is_native() && !is_forgotten(self.port.port())
    }

    async fn end(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.stop().await;
            let output = running.output().all();
            self.printed += output.bytes.len() as u64 + output.dropped;
        } else if let Some(room) = self.reach.room() {
            // A start that was interrupted has left us nothing but the room.
            room.clear().await;
        }
    }

    /// What all rooms used.
    fn used(&self) -> RoomUsage {
        let now = self.reach.room().map(|room| room.usage()).unwrap_or_default();
        let before = &self.before;
        RoomUsage {
            cpu: before.cpu + now.cpu,
            peak_memory: before.peak_memory.max(now.peak_memory),
            peak_tasks: before.peak_tasks.max(now.peak_tasks),
            peak_disk: before.peak_disk.max(now.peak_disk),
            source: if now.source.is_empty() { before.source.clone() } else { now.source },
        }
    }
}

impl Target for ProgramTarget {
    fn capabilities(&self) -> Capabilities {
        let apart = self.recipe.ground.is_native();
        Capabilities {
            restart: true,
            wipe: true,
            signals: true,
            prints: true,
            concurrent: true,
            memory: true,
            raw: true,
            fuel: false,
            commands: true,
            others: true,
            listen: true,
            apart,
            instances: true,
            pieces: true,
        }
    }

    fn instead(&self) -> &'static str {
        "grade it with --sandbox wasm"
    }

    fn isolation(&self) -> Isolation {
        let holds = self.reach.room().map_or_else(Holds::default, |room| room.holds());
        self.recipe.ground.isolation(&self.recipe.limits, &holds)
    }

    fn origin(&self) -> Origin {
        Origin { tls: false, host: "127.0.0.1".into(), port: self.port.port(), base: String::new() }
    }

    fn dial(&self) -> Arc<dyn Dial> {
        Arc::new(self.reach.clone())
    }

    fn start(&mut self) -> Doing<'_, Result<(), NotReady>> {
        Box::pin(async move {
            if !self.recipe.serves {
                return self.room().await.map(drop);
            }
            match self.boot().await {
                // Somebody took the port between our look and the server's bind: another port, once.
                Err(cause) if matches!(cause, NotReady::Stranger { .. }) || self.lingers(&cause) => {
                    self.reach.found().room = None;
                    let ours = |error: io::Error| NotReady::Launch(error.to_string());
                    self.port = free_port().map_err(ours)?;
                    self.fill().map_err(ours)?;
                    self.boot().await
                }
                other => other,
            }
        })
    }

    fn open(&mut self) -> Doing<'_, Result<bool, NotReady>> {
        Box::pin(async move {
            let is_new = self.reach.room().is_none();
            self.room().await.map(|_| is_new)
        })
    }

    fn listen(&self, port: u16) -> Doing<'_, io::Result<TcpListener>> {
        Box::pin(async move {
            let room = self.reach.room().ok_or(io::ErrorKind::NotConnected)?;
            room.listen((Ipv4Addr::LOCALHOST, port).into()).await
        })
    }

    fn is_up(&self) -> bool {
        self.running.is_some() || !self.recipe.serves
    }

    fn term(&mut self, within: Duration) -> Doing<'_, Result<i32, String>> {
        Box::pin(async move {
            let Some(running) = &self.running else { return Err("does not run".to_owned()) };
            // One that is gone has an exit code all the same.
            let _ = running.term();
            let exit = tokio::time::timeout(within, running.wait()).await;
            self.end().await;
            match exit {
                Ok(Exit { ending: Ending::Exited(code), .. }) => Ok(code),
                Ok(exit) => Err(exit.ending.to_string()),
                Err(_) => Err(format!("still ran {} after SIGTERM", format_duration(within))),
            }
        })
    }

    fn run(&mut self, errand: Errand) -> Doing<'_, Result<Done, String>> {
        Box::pin(async move {
            let room = self.room().await.map_err(|cause| cause.to_string())?;
            let mut program = self.program();
            program.command = errand.program.unwrap_or_else(|| self.recipe.command.clone());
            program.command.extend(errand.args);
            program.env.extend(errand.env);
            program.stdin = Stdin::Bytes(errand.stdin);
            let mut running = room.run_apart(program).await.map_err(|error| error.to_string())?;
            let exit = tokio::time::timeout(errand.timeout, running.wait()).await;
            let ending = match exit {
                Ok(Exit { ending: Ending::Exited(code), .. }) => Ok(code),
                Ok(exit) => Err(exit.ending.to_string()),
                Err(_) => {
                    running.kill();
                    Err(format!("ran longer than {}", format_duration(errand.timeout)))
                }
            };
            running.drained().await;
            let all = |log: &OutputLog| log.all().bytes;
            Ok(Done { ending, stdout: all(running.output()), stderr: all(running.errors()) })
        })
    }

    fn collect<'s>(&'s self, path: &'s str, most: u64) -> Doing<'s, Result<Vec<u8>, String>> {
        Box::pin(async move {
            let room = self.reach.room().ok_or("nothing has run yet")?;
            let path = self.recipe.dir.join(path);
            let file = room.file(&path).await.map_err(|error| error.to_string())?;
            let mut bytes = Vec::new();
            file.take(most).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
            Ok(bytes)
        })
    }

    fn data_dir(&self) -> Option<PathBuf> {
        Some(self.own_data())
    }

    fn pause(&mut self) -> Doing<'_, ()> {
        Box::pin(async move {
            if let Some(room) = self.reach.room() {
                // A room that is gone is as quiet as it can be.
                let _ = room.pause().await;
            }
        })
    }

    fn resume(&mut self) {
        if let Some(room) = self.reach.room() {
            let _ = room.resume();
        }
    }

    fn stop(&mut self) -> Doing<'_, ()> {
        Box::pin(self.end())
    }

    fn wipe_data(&mut self) -> io::Result<()> {
        self.before = self.used();
        // A new room has an empty folder, and nothing else of the old one either.
        self.reach.found().room = None;
        self.data = self.recipe.ground.data()?;
        self.fill()
    }

    fn publish(&mut self) -> Doing<'_, io::Result<()>> {
        Box::pin(async move {
            if self.recipe.ground.is_native() {
                // The hold of the port says that nobody else on this machine has it.
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port.port())).await?;
                self.published = Some(tokio::spawn(forward(listener, self.reach.clone(), self.port.port())));
            }
            Ok(())
        })
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

    fn memory(&self) -> Doing<'_, Option<u64>> {
        Box::pin(async move { self.reach.room()?.memory().await.ok() })
    }

    fn usage(&self) -> Option<Usage> {
        let used = self.used();
        (!used.source.is_empty()).then_some(Usage {
            cpu: used.cpu,
            peak_memory: used.peak_memory,
            peak_tasks: used.peak_tasks,
            peak_disk: used.peak_disk,
            output: self.printed,
            source: used.source,
        })
    }
}

impl Drop for ProgramTarget {
    fn drop(&mut self) {
        if let Some(published) = self.published.take() {
            published.abort();
        }
    }
}

/// How the program is reached: its room, and whichever loopback address it was found on. Clones share it.
#[derive(Clone)]
struct Reach(Arc<Mutex<Found>>);

struct Found {
    room: Option<Room>,
    address: IpAddr,
    /// The port that it was told, once it was found there.
    port: Option<u16>,
}

impl Default for Reach {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Found { room: None, address: IpAddr::V4(Ipv4Addr::LOCALHOST), port: None })))
    }
}

impl Reach {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn room(&self) -> Option<Room> {
        self.found().room.clone()
    }
}

impl Dial for Reach {
    fn connect(&self, port: u16) -> Doing<'_, io::Result<BoxStream>> {
        Box::pin(async move {
            let (room, address, told) = {
                let found = self.found();
                (found.room.clone(), found.address, found.port)
            };
            let room = room.ok_or(io::ErrorKind::NotConnected)?;
            let address = match told == Some(port) {
                true => address,
                false => its_own(&room, port).await?,
            };
            let stream = room.connect((address, port).into()).await?;
            Ok(Box::new(Prompt::new(stream)?) as BoxStream)
        })
    }
}

/// Where something of the submission's listens on a port that it was not told. Whoever else listens there, the grader's
/// stubs or somebody on this machine, is never connected to.
async fn its_own(room: &Room, port: u16) -> io::Result<IpAddr> {
    let Listening::Mine { addresses } = room.listening(port).await else {
        let why = format!("nothing of the submission listens on port {port}");
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    };
    let v6_only = addresses.iter().all(SocketAddr::is_ipv6);
    Ok(if v6_only { Ipv6Addr::LOCALHOST.into() } else { Ipv4Addr::LOCALHOST.into() })
}

/// Carries connections of this machine into the room, until it is aborted.
async fn forward(listener: TcpListener, reach: Reach, port: u16) {
    while let Ok((mut outside, _)) = listener.accept().await {
        let reach = reach.clone();
        tokio::spawn(async move {
            if let Ok(mut inside) = reach.connect(port).await {
                // Whichever side closes first has its reasons.
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            }
        });
    }
}
