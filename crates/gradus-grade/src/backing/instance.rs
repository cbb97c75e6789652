//! One running instance of a service: its room, its process, the grader's way in, and the pipe of the submission.

use super::Host;
use crate::files::give;
use crate::ground::Sandbox;
use gradus_intake::aside::copy_all;
use gradus_model::service::Engine;
use gradus_sandbox::{Access, Limits, Program, Room, RoomSpec, Rung, Running, Stdin, View, host_id};
use gradus_services::Way;
use gradus_services::engine::{self, Client, Entrance, Guarded, Places, Programs};
use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Where a service sees its own folders.
const DATA: &str = "/service/data";
const DOOR: &str = "/service/door";
/// The folder within a template's that a service calls its own: a database wants to be the only one who may enter it.
pub const KEPT: &str = "kept";
/// How long it may take to answer.
const READY: Duration = Duration::from_secs(30);
/// How long it has to end by itself.
const ENDS: Duration = Duration::from_secs(5);
const LOOKS: Duration = Duration::from_millis(2);
/// All rooms of services have one user, so that they can read each other's templates.
const USER: &str = "services";
/// Whom a service becomes that refuses to run as root, where there are no rooms: "nobody" of every Linux.
const NOBODY: u32 = 65534;

/// A service that runs, or that can be started again on what it has kept.
pub struct Instance {
    /// The grader's way in.
    pub client: Client,
    engine: Engine,
    room: Room,
    running: Option<Running>,
    program: Program,
    /// The folder of its socket, on this machine.
    door: TempDir,
    /// Its data, where the room does not hold it.
    copy: Option<TempDir>,
    port: u16,
    secret: String,
    reach: Reach,
}

/// How a pipe reaches it; another room may come in its place.
#[derive(Clone)]
pub struct Reach(Arc<Mutex<(Room, u16)>>);

/// Who lives where: a room for a service, `data` being what it keeps.
pub struct Lodging {
    /// The room.
    pub room: Room,
    /// Where the service sees what.
    pub places: Places,
    /// The folder of its socket, on this machine.
    pub door: TempDir,
    /// Whom it becomes, if not whoever we are.
    user: Option<u32>,
}

/// Whom a service becomes, if it must not be whoever we are.
pub fn stand_in(host: &Host, engine: Engine) -> Option<u32> {
    let as_root = host.sandbox != Sandbox::Native && host_id(USER).is_some();
    Some(NOBODY).filter(|_| as_root && engine::refuses_root(engine))
}

/// The first folder on the way to a service's own that whoever it becomes may not enter.
pub fn out_of_reach(host: &Host, engine: Engine) -> Option<PathBuf> {
    stand_in(host, engine)?;
    let temporary = std::env::temp_dir();
    let temporary = temporary.canonicalize().unwrap_or(temporary);
    let closed = |folder: &&Path| folder.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o001 == 0);
    let mut folders: Vec<&Path> = temporary.ancestors().collect();
    folders.reverse();
    folders.into_iter().find(closed).map(Path::to_owned)
}

impl Lodging {
    /// A room for a service whose data is this folder of the machine, seen so.
    pub async fn open(
        host: &Host,
        engine: Engine,
        data: Option<(&Path, Access)>,
        (port, secret): (u16, String),
    ) -> Result<Self, String> {
        let door = TempDir::with_prefix("gradus-door-").map_err(|error| error.to_string())?;
        let limits = Limits { memory: 1 << 30, files: 4096, disk: 2 << 30, ..Limits::default() };
        let user = stand_in(host, engine);
        let (rung, places) = match &host.sandbox {
            Sandbox::Native => {
                let id = host_id(USER);
                if let Some(id) = id {
                    give(door.path(), id).map_err(|error| error.to_string())?;
                }
                let view = View::of_room().put(door.path().to_owned(), DOOR.into(), Access::Write);
                let view = match data {
                    Some((folder, access)) => view.put(folder.to_owned(), DATA.into(), access),
                    None => view.folder(DATA),
                };
                let rung = Rung::Native(View { host_id: id, shared_memory: true, ..view });
                let own = data.map_or_else(|| DATA.into(), |_| Path::new(DATA).join(KEPT));
                (rung, Places { data: own, door: DOOR.into(), port, secret, root: false })
            }
            Sandbox::Guarded { .. } | Sandbox::None { .. } | Sandbox::Wasm => {
                if let Some(id) = user {
                    for folder in [Some(door.path()), data.map(|(folder, _)| folder)].into_iter().flatten() {
                        give(folder, id).map_err(|error| error.to_string())?;
                    }
                }
                let data = data.map_or_else(|| door.path().to_owned(), |(folder, _)| folder.join(KEPT));
                let root = host_id(USER).is_some() && user.is_none();
                (Rung::None, Places { data, door: door.path().to_owned(), port, secret, root })
            }
        };
        let room = host.launcher.open(&RoomSpec { rung, limits }).await.map_err(|error| error.to_string())?;
        Ok(Self { room, places, door, user })
    }

    /// A program of the service.
    pub fn program(&self, host: &Host, command: Vec<OsString>) -> Program {
        let mut env: Vec<_> = host.environment.iter().filter(|(name, _)| name == "PATH").cloned().collect();
        env.push(("LC_ALL".into(), "C.UTF-8".into()));
        let dir =
            if host.sandbox == Sandbox::Native { PathBuf::from(DOOR) } else { self.door.path().to_owned() };
        Program { command, dir, env, stdin: Stdin::Null, output_cap: 64 << 10, wall: None, user: self.user }
    }
}

impl Instance {
    /// Starts one on a clone of a template, and waits until it answers.
    pub async fn start(
        host: &Host,
        programs: &Programs,
        engine: Engine,
        template: Option<&Path>,
        own: (u16, String),
    ) -> Result<Self, String> {
        let (port, secret) = own.clone();
        // Where there is no overlay over it, a copy is what it changes.
        let copy = match (template, &host.sandbox) {
            (Some(template), Sandbox::Guarded { .. } | Sandbox::None { .. } | Sandbox::Wasm) => {
                Some(copied(template)?)
            }
            _ => None,
        };
        let data = match (&copy, template) {
            (Some(copy), _) => Some((copy.path(), Access::Write)),
            (None, Some(template)) => Some((template, Access::Overlay)),
            (None, None) => None,
        };
        let lodging = Lodging::open(host, engine, data, own).await?;
        let program = lodging.program(host, engine::serve(engine, programs, &lodging.places));
        let Lodging { room, door, .. } = lodging;
        let running = room.run(program.clone()).await.map_err(|error| error.to_string())?;
        let way_in = WayIn { engine, room: &room, door: door.path(), port, secret: &secret };
        let client = way_in.answers(&running).await?;
        let reach = Reach(Arc::new(Mutex::new((room.clone(), port))));
        Ok(Self { client, engine, room, running: Some(running), program, door, copy, port, secret, reach })
    }

    /// Another one in its place, as new.
    pub async fn renew(
        &mut self,
        host: &Host,
        programs: &Programs,
        template: Option<&Path>,
    ) -> Result<(), String> {
        self.put_away().await;
        let own = (self.port, self.secret.clone());
        let new = Self::start(host, programs, self.engine, template, own).await?;
        let reach = self.reach.clone();
        *reach.0.lock().unwrap_or_else(PoisonError::into_inner) = (new.room.clone(), new.port);
        *self = Self { reach, ..new };
        Ok(())
    }

    /// How pipes reach it.
    pub fn reach(&self) -> Reach {
        self.reach.clone()
    }

    /// The folder of its socket, and its port.
    pub fn door(&self) -> (&Path, u16) {
        (self.door.path(), self.port)
    }

    /// Whether it runs no longer.
    pub fn is_gone(&self) -> bool {
        self.running.as_ref().is_none_or(|running| running.exited().is_some())
    }

    /// Another way in.
    pub async fn another_client(&self) -> Result<Client, String> {
        self.way_in().enter().await
    }

    fn way_in(&self) -> WayIn<'_> {
        let Self { engine, room, door, port, secret, .. } = self;
        WayIn { engine: *engine, room, door: door.path(), port: *port, secret }
    }

    /// How it ended, if nobody ended it, "exited with code 1", and its last words.
    pub fn died(&self) -> Option<(String, String)> {
        let running = self.running.as_ref()?;
        Some((running.exited()?.ending.to_string(), last_words(running)))
    }

    /// SIGKILL.
    pub async fn kill(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.stop().await;
        }
    }

    /// SIGTERM, and SIGKILL to whoever does not care.
    pub async fn term(&mut self) {
        if let Some(running) = &self.running {
            // One that is gone has ended all the same.
            let _ = running.term();
            let _ = tokio::time::timeout(ENDS, running.wait()).await;
        }
        self.kill().await;
    }

    /// Ends it for good. A PostgreSQL that is killed leaves memory behind that only its own room would take with it.
    pub async fn put_away(&mut self) {
        let shares_memory = self.engine == Engine::Postgresql && self.copy.is_some();
        if shares_memory {
            self.client.leave();
            self.term().await;
        } else {
            self.kill().await;
        }
    }

    /// SIGSTOP; when it returns, it says nothing more.
    pub async fn pause(&mut self) {
        // A room that is gone is as quiet as it can be.
        let _ = self.room.pause().await;
    }

    /// SIGCONT.
    pub fn resume(&mut self) {
        let _ = self.room.resume();
    }

    /// Starts it again on what it has kept, if it does not run; whether that was so.
    pub async fn ensure(&mut self) -> Result<bool, String> {
        if self.running.as_ref().is_some_and(|running| running.exited().is_none()) {
            return Ok(false);
        }
        self.kill().await;
        let running = self.room.run(self.program.clone()).await.map_err(|error| error.to_string())?;
        self.client = self.way_in().answers(&running).await?;
        self.running = Some(running);
        Ok(true)
    }
}

/// Where the grader comes into a service.
pub struct WayIn<'a> {
    /// What it is.
    pub engine: Engine,
    /// Where it runs.
    pub room: &'a Room,
    /// The folder of its socket, on this machine.
    pub door: &'a Path,
    /// Its port in its room.
    pub port: u16,
    /// What only the grader knows.
    pub secret: &'a str,
}

impl WayIn<'_> {
    /// Comes in; the error is why it can't (yet).
    async fn enter(&self) -> Result<Client, String> {
        let stream = if engine::by_port(self.engine) {
            let stream = self.room.connect((Ipv4Addr::LOCALHOST, self.port).into()).await;
            Some(stream.map_err(|error| error.to_string())?)
        } else {
            None
        };
        let entrance = Entrance { door: self.door, port: self.port, secret: self.secret, stream };
        Client::open(self.engine, entrance).await
    }

    /// Waits until it lets the grader in.
    pub async fn answers(&self, running: &Running) -> Result<Client, String> {
        let begun = Instant::now();
        loop {
            let why = match self.enter().await {
                Ok(client) => return Ok(client),
                Err(why) => why,
            };
            let words = || last_words(running);
            if let Some(exit) = running.exited() {
                return Err(format!("it {} before it answered: {}", exit.ending, words()));
            }
            if begun.elapsed() > READY {
                return Err(format!("it does not answer: {why}; {}", words()));
            }
            tokio::time::sleep(LOOKS).await;
        }
    }
}

/// Carries what the submission and the service say to each other, along a way that may go wrong.
pub async fn pipe(listener: TcpListener, engine: Engine, way: Way, reach: Reach) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((mut client, _)) => {
                    let (way, reach) = (way.clone(), reach.clone());
                    connections.spawn(async move {
                        let (room, port) = reach.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
                        // One that is down hangs up, as a port does on which nobody listens.
                        if let Ok(service) = room.connect((Ipv4Addr::LOCALHOST, port).into()).await {
                            way.join(&mut client, Guarded::new(engine, service)).await;
                        }
                    });
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

fn copied(template: &Path) -> Result<TempDir, String> {
    let copy = TempDir::with_prefix("gradus-service-").map_err(|error| error.to_string())?;
    copy_all(template, copy.path()).map_err(|error| error.to_string())?;
    // A database refuses a folder that others may enter.
    let mode = PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(copy.path().join(KEPT), mode).map_err(|error| error.to_string())?;
    Ok(copy)
}

/// The last lines that a program printed, in one.
pub fn last_words(running: &Running) -> String {
    let text = String::from_utf8_lossy(&running.output().all().bytes).into_owned();
    let lines: Vec<&str> = text.lines().rev().filter(|line| !line.trim().is_empty()).take(3).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
}
