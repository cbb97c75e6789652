//! Databases and caches of a grading: each runs in a room of its own, made from a template that was filled once, and is
//! reached by the submission through a pipe of ours, on the port where everybody expects it.

mod file;
mod instance;
mod readings;
mod template;

use crate::ground::Sandbox;
use crate::job::Folder;
use crate::target::{DataAtStart, Target};
use gradus_model::draw;
use gradus_model::grader::{Act, Action, Check, Grader};
use gradus_model::nats::Said;
use gradus_model::outcome::Fault;
use gradus_model::select::Dialect;
use gradus_model::service::{DataFile, Engine, Service};
use gradus_model::toxic::Toxic;
use gradus_sandbox::{Launcher, PortHold, free_port};
use gradus_services::Way;
use gradus_services::engine::{self, Client, Cost, Counters, Heard, Programs};
use instance::Instance;
pub use readings::{Asked, Readings};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// This machine itself, as a place where they are reached besides.
const HERE: &str = "here";

/// Every kind of service, the package that brings it, and where this machine has it; `path` is as in `PATH`.
pub fn services_on(path: &OsStr) -> impl Iterator<Item = (&'static str, &'static str, Option<PathBuf>)> {
    Engine::ALL.into_iter().map(|engine| {
        let found = engine::find(engine, path).map(|programs| programs.server);
        (engine.word(), engine::package(engine), found)
    })
}

/// What services need of the machine to run.
#[derive(Clone, Debug)]
pub struct Host {
    /// What opens rooms.
    pub launcher: Launcher,
    /// How services are kept apart.
    pub sandbox: Sandbox,
    /// Where templates are kept.
    pub templates: PathBuf,
    /// Variables that their programs get.
    pub environment: Vec<(OsString, OsString)>,
}

impl Host {
    /// The same as a submission has.
    pub fn of(folder: &Folder) -> Self {
        Self {
            launcher: folder.launcher.clone(),
            sandbox: folder.sandbox.clone(),
            templates: folder.supplies.templates.clone(),
            environment: folder.environment.clone(),
        }
    }
}

/// All services of one grading.
pub struct Backing {
    services: BTreeMap<String, One>,
    files: BTreeMap<String, OneFile>,
    /// Pipes by place and name.
    pipes: BTreeMap<(String, String), JoinHandle<()>>,
    /// Where queries of the submission are run.
    readings: Option<Readings>,
}

/// One service.
struct One {
    service: Service,
    /// The port by which the submission comes, and what keeps others from it where the network is shared.
    port: u16,
    hold: Option<PortHold>,
    secret: String,
    way: Way,
    /// What of its messages is remembered, by their subjects.
    heard: Heard,
    subjects: Vec<String>,
    running: Option<Running>,
}

/// A file that the submission begins with.
struct OneFile {
    file: DataFile,
    /// Nothing until it is made.
    made: Arc<[u8]>,
    /// What was asked of it as the submission.
    cost: Counters,
}

struct Running {
    host: Host,
    programs: Programs,
    template: Option<PathBuf>,
    instance: Instance,
}

impl Backing {
    /// Those of a grader; nothing runs yet. Where the submission has a network of its own, `apart`, they are on their usual
    /// ports.
    pub fn new(grader: &Grader, seed: u64, apart: bool) -> io::Result<Self> {
        let mut services = BTreeMap::new();
        let mut taken: Vec<u16> = Vec::new();
        for service in &grader.services {
            let hold = if apart { None } else { Some(free_port()?) };
            let usual = engine::usual_port(service.engine);
            let next = (usual..).find(|port| !taken.contains(port)).unwrap_or(usual);
            let port = hold.as_ref().map_or(next, PortHold::port);
            taken.push(port);
            let one = One {
                service: service.clone(),
                port,
                hold,
                secret: draw::secret(seed ^ 0x5eed_0f5e_c4e7),
                way: Way::default(),
                heard: Heard::default(),
                subjects: subjects(grader, &service.name.value),
                running: None,
            };
            services.insert(service.name.value.clone(), one);
        }
        let files = grader.files.iter().map(|file| {
            let one = OneFile { file: file.clone(), made: Arc::from([]), cost: Counters::new() };
            (file.name.value.clone(), one)
        });
        Ok(Self { services, files: files.collect(), pipes: BTreeMap::new(), readings: None })
    }

    /// The ports by which the submission comes.
    pub fn ports(&self) -> impl Iterator<Item = u16> {
        self.services.values().map(|one| one.port)
    }

    /// What the submission is told.
    pub fn told(&self) -> impl Iterator<Item = (OsString, OsString)> {
        self.services.iter().flat_map(|(name, one)| engine::addresses(one.service.engine, name, one.port))
    }

    /// What the submission finds in its `DATA_DIR` at the beginning, once they are started.
    pub fn files(&self) -> Vec<DataAtStart> {
        let files = self.files.iter();
        files.map(|(name, one)| DataAtStart { name: name.clone(), bytes: one.made.clone() }).collect()
    }

    /// Whether it is a file, and no program.
    pub fn is_file(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// A file was asked something as the submission.
    pub fn note_cost(&mut self, name: &str, cost: Counters) {
        if let Some(one) = self.files.get_mut(name) {
            for (what, more) in cost {
                *one.cost.entry(what).or_default() += more;
            }
        }
    }

    /// What has ended though nobody ended it.
    pub fn died(&self) -> Option<Fault> {
        self.services.iter().find_map(|(name, one)| {
            let (how, words) = one.running.as_ref()?.instance.died()?;
            Some(Fault {
                what: format!("the service `{name}` {how} while it was needed; its last words: {words}"),
                way_out: Some(
                    "Grade again; if it happens each time, look for what its last words name.".into(),
                ),
            })
        })
    }

    /// Starts all of them, each as its template is.
    pub async fn start(&mut self, host: &Host) -> Result<(), Fault> {
        for (name, one) in &mut self.files {
            let made = file::made(host, &one.file).await;
            let broken = |why| Fault { what: format!("the service `{name}`: {why}"), way_out: None };
            one.made = made.map_err(broken)?;
        }
        for (name, one) in &mut self.services {
            let engine = one.service.engine;
            let programs = programs(host, engine, &format!("the service `{name}`"))?;
            let broken = |why: String| Fault { what: format!("the service `{name}`: {why}"), way_out: None };
            let template = template::template(host, &programs, &one.service).await.map_err(broken)?;
            let places = (one.inner_port().map_err(|error| broken(error.to_string()))?, one.secret.clone());
            let instance = Instance::start(host, &programs, engine, template.as_deref(), places)
                .await
                .map_err(broken)?;
            one.running = Some(Running { host: host.clone(), programs, template, instance });
            one.begins(Begins::Anew).await.map_err(broken)?;
        }
        Ok(())
    }

    /// All of them as they were at the beginning.
    pub async fn renew(&mut self) -> Result<(), Fault> {
        for (name, one) in &mut self.services {
            one.renew()
                .await
                .map_err(|why| Fault { what: format!("the service `{name}`: {why}"), way_out: None })?;
        }
        Ok(())
    }

    /// A check begins: nothing disturbs the ways, and every service is up.
    pub async fn begin(&mut self, seed: u64) -> Result<(), Fault> {
        for (name, one) in &mut self.services {
            one.way.begin(seed);
            one.heard.begin();
            if let Some(running) = &mut one.running {
                running.instance.resume();
            }
            one.ensure()
                .await
                .map_err(|why| Fault { what: format!("the service `{name}`: {why}"), way_out: None })?;
        }
        Ok(())
    }

    /// Has each of them reached at a place.
    pub async fn listen(&mut self, place: &str, target: &dyn Target) -> io::Result<()> {
        for (name, one) in &self.services {
            let key = (place.to_owned(), name.clone());
            let Some(running) = one.running.as_ref().filter(|_| !self.pipes.contains_key(&key)) else {
                continue;
            };
            let listener = match &one.hold {
                None => target.listen(one.port).await?,
                // The network is the machine's own.
                Some(_) if place.is_empty() => TcpListener::bind((Ipv4Addr::LOCALHOST, one.port)).await?,
                Some(_) => continue,
            };
            let (way, reach) = (one.way.clone(), running.instance.reach());
            let pipe = instance::pipe(listener, one.service.engine, way, reach);
            self.pipes.insert(key, tokio::spawn(pipe));
        }
        Ok(())
    }

    /// Has each of them reached on this machine itself, where no submission runs.
    pub async fn listen_here(&mut self) -> io::Result<()> {
        for (name, one) in &self.services {
            let Some(running) = &one.running else { continue };
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, one.port)).await?;
            let (way, reach) = (one.way.clone(), running.instance.reach());
            let pipe = instance::pipe(listener, one.service.engine, way, reach);
            self.pipes.insert((String::new(), name.clone()), tokio::spawn(pipe));
        }
        Ok(())
    }

    /// Has each of them reached on this machine besides, where the submission has a network of its own; what a program here is
    /// told.
    pub async fn publish(&mut self) -> io::Result<Vec<(OsString, OsString)>> {
        let mut told = Vec::new();
        for (name, one) in &self.services {
            let Some(running) = &one.running else { continue };
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            told.extend(engine::addresses(one.service.engine, name, listener.local_addr()?.port()));
            let (way, reach) = (one.way.clone(), running.instance.reach());
            let pipe = instance::pipe(listener, one.service.engine, way, reach);
            self.pipes.insert((HERE.to_owned(), name.clone()), tokio::spawn(pipe));
        }
        Ok(told)
    }

    /// Puts the files into a folder of this machine; what a program here is told.
    pub fn put_files(&self, folder: &Path) -> io::Result<Vec<(OsString, OsString)>> {
        let mut told = Vec::new();
        for (name, one) in &self.files {
            let path = folder.join(format!("{name}.db"));
            std::fs::write(&path, &one.made)?;
            told.extend(engine::sqlite::addresses(name, &path));
        }
        Ok(told)
    }

    /// A place where they were reached is gone; this machine itself never is.
    pub fn leave(&mut self, place: &str) {
        let here = |name: &str| self.services.get(name).is_some_and(|one| one.hold.is_some());
        self.pipes.retain(|(of, name), pipe| {
            let goes = of == place && !here(name);
            if goes {
                pipe.abort();
            }
            !goes
        });
    }

    /// Disturbs the way to one of them, if it is one.
    pub fn disturb(&self, name: &str, toxics: &[Toxic]) {
        if let Some(one) = self.services.get(name) {
            one.way.disturb(toxics);
        }
    }

    /// Gets ready to run queries of the submission.
    pub async fn open_readings(&mut self, host: &Host, dialect: Dialect) -> Result<(), Fault> {
        self.readings = Some(Readings::open(host, dialect).await?);
        Ok(())
    }

    /// Where queries of the submission are run, if it is queries.
    pub fn readings(&mut self) -> Option<&mut Readings> {
        self.readings.as_mut()
    }

    /// The grader's own way into one of them.
    pub fn client(&mut self, name: &str) -> Result<&mut Client, String> {
        let running = self.services.get_mut(name).and_then(|one| one.running.as_mut());
        running.map(|running| &mut running.instance.client).ok_or_else(|| "it does not run".to_owned())
    }

    /// Another way into it, of a session's own.
    pub async fn another_client(&self, name: &str) -> Result<Client, String> {
        let running = self.services.get(name).and_then(|one| one.running.as_ref());
        running.ok_or_else(|| "it does not run".to_owned())?.instance.another_client().await
    }

    /// What the submission has had one of them do, bytes over its pipe included.
    pub async fn counters(&mut self, name: &str) -> Result<Counters, String> {
        if let Some(one) = self.files.get(name) {
            return Ok(one.cost.clone());
        }
        let passed = self.services.get(name).map_or(0, |one| one.way.passed());
        let mut counters = self.client(name)?.counters().await?;
        counters.insert("bytes".to_owned(), passed);
        Ok(counters)
    }

    /// Begins to count the statements of one of them anew.
    pub async fn reset(&mut self, name: &str) -> Result<(), String> {
        if self.is_file(name) { Ok(()) } else { self.client(name)?.reset().await }
    }

    /// The statements that cost one of them most since the count began, the dearest first.
    pub async fn dearest(&mut self, name: &str) -> Vec<Cost> {
        match self.client(name) {
            Ok(client) => client.dearest().await.unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }

    /// Does something to one of them.
    pub async fn act(&mut self, name: &str, act: Act) -> Result<(), String> {
        let one = self.services.get_mut(name).ok_or("there is none")?;
        let running = one.running.as_mut().ok_or("it does not run")?;
        match act {
            Act::Start => one.ensure().await?,
            Act::Restart => {
                running.instance.kill().await;
                one.ensure().await?;
            }
            Act::Kill => running.instance.kill().await,
            Act::Term => running.instance.term().await,
            Act::Pause => running.instance.pause().await,
            Act::Resume => running.instance.resume(),
        }
        Ok(())
    }

    /// What was published on a subject since the check began.
    pub fn heard(&self, name: &str, subject: &str) -> Vec<engine::Message> {
        self.services.get(name).map_or_else(Vec::new, |one| one.heard.on(subject))
    }

    /// Ends all of them.
    pub async fn end(&mut self) {
        self.pipes.values().for_each(JoinHandle::abort);
        self.pipes.clear();
        if let Some(mut readings) = self.readings.take() {
            readings.end().await;
        }
        for one in self.services.values_mut() {
            if let Some(mut running) = one.running.take() {
                running.instance.put_away().await;
            }
        }
    }
}

/// The programs of an engine that something needs here, if they can run.
fn programs(host: &Host, engine: Engine, what: &str) -> Result<Programs, Fault> {
    if let Some(folder) = instance::out_of_reach(host, engine) {
        return Err(Fault {
            what: format!(
                "{what} is {}, which never runs as root; without a sandbox it is `nobody`, who may not enter {}, and its files \
                 are made below that",
                engine.word(),
                folder.display()
            ),
            way_out: Some(
                "set TMPDIR to a folder that everybody may enter, such as /tmp, or grade in the native sandbox".into(),
            ),
        });
    }
    let path = host.environment.iter().find(|(name, _)| name == "PATH");
    let path = path.map_or(OsStr::new(""), |(_, path)| path.as_os_str());
    engine::find(engine, path).ok_or_else(|| Fault {
        what: format!("{what} is {}, which this machine does not have", engine.word()),
        way_out: Some(format!("install it, for example with: apt-get install {}", engine::package(engine))),
    })
}

/// On what a service that was just started begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Begins {
    /// On its seed.
    Anew,
    /// On what it has kept.
    Again,
}

/// The subjects on which some check asks what was published.
fn subjects(grader: &Grader, service: &str) -> Vec<String> {
    let steps = grader.checks.iter().flat_map(Check::every_step);
    let named = steps.filter_map(|step| match &step.action {
        Action::Nats(nats) if nats.service.value == service => match &nats.said {
            Said::Published(subject) => Some(subject.value.clone()),
            _ => None,
        },
        _ => None,
    });
    let mut subjects: Vec<String> = named.collect();
    subjects.sort();
    subjects.dedup();
    subjects
}

impl One {
    /// One that was just started is furnished, and listened to.
    async fn begins(&mut self, on: Begins) -> Result<(), String> {
        let Some(running) = &mut self.running else { return Ok(()) };
        let client = &mut running.instance.client;
        if on == Begins::Anew && !engine::is_cloned(self.service.engine) {
            client.furnish(&self.service).await?;
        }
        if let Ok(nats) = client.nats() {
            nats.attend(&self.heard, &self.subjects).await?;
        }
        Ok(())
    }

    /// Has it run, if it does not.
    async fn ensure(&mut self) -> Result<(), String> {
        let Some(running) = &mut self.running else { return Ok(()) };
        if running.instance.ensure().await? { self.begins(Begins::Again).await } else { Ok(()) }
    }

    /// The port on which it listens in its own room, or on this machine where there are none.
    fn inner_port(&self) -> io::Result<u16> {
        match &self.hold {
            None => Ok(engine::usual_port(self.service.engine)),
            Some(_) => Ok(free_port()?.port()),
        }
    }

    async fn renew(&mut self) -> Result<(), String> {
        let Some(running) = &mut self.running else { return Ok(()) };
        let Running { host, programs, template, instance } = running;
        instance.renew(host, programs, template.as_deref()).await?;
        self.begins(Begins::Anew).await
    }
}

impl Drop for Backing {
    fn drop(&mut self) {
        self.pipes.values().for_each(JoinHandle::abort);
    }
}
