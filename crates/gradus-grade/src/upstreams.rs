//! What the grader serves where the submission runs: each stub on a port of its own, found by the submission in a variable.

use crate::backing::Backing;
use crate::courier::ToSubmission;
use crate::target::{Origin, Target};
use gradus_model::grader::Grader;
use gradus_model::outcome::Fault;
use gradus_model::stub::StubChange;
use gradus_model::toxic::Toxic;
use gradus_model::value::Bindings;
use gradus_probe::Loopback;
use gradus_sandbox::{PortHold, free_port};
use gradus_services::{NoList, Stubs};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Why a stub is not as it was to be.
pub enum NotChanged {
    /// It can't listen.
    Listening(io::Error),
    /// What was to be its items is no list.
    NoList(NoList),
}

/// The stubs of one grading, and where they are served.
pub struct Upstreams {
    stubs: Stubs,
    backing: Backing,
    ports: BTreeMap<String, PortHold>,
    /// Those that nobody shall reach.
    down: BTreeSet<String>,
    /// By place and name.
    serving: BTreeMap<(String, String), JoinHandle<()>>,
}

/// Where the server that is graded runs.
pub const MAIN: &str = "";
/// This machine itself, as a place where they are reached besides.
const HERE: &str = "here";

/// `RATES_URL=http://127.0.0.1:4711`.
fn url_of(name: &str, port: u16) -> (OsString, OsString) {
    (format!("{}_URL", name.to_uppercase()).into(), format!("http://127.0.0.1:{port}").into())
}

impl Upstreams {
    /// Those of a grader; nobody listens yet. `apart` says whether the submission has a network of its own.
    pub fn new(grader: &Grader, seed: u64, apart: bool) -> io::Result<Self> {
        let stubs = Stubs::new(grader);
        let ports = stubs.names().map(|name| Ok((name.to_owned(), free_port()?)));
        let ports = ports.collect::<io::Result<_>>()?;
        Ok(Self {
            stubs,
            backing: Backing::new(grader, seed, apart)?,
            ports,
            down: BTreeSet::new(),
            serving: BTreeMap::new(),
        })
    }

    /// Their ports.
    pub fn ports(&self) -> Vec<u16> {
        self.ports.values().map(PortHold::port).chain(self.backing.ports()).collect()
    }

    /// What the submission is told: `RATES_URL=http://127.0.0.1:4711`.
    pub fn told(&self) -> impl Iterator<Item = (OsString, OsString)> {
        let stubs = self.ports.iter().map(|(name, port)| url_of(name, port.port()));
        stubs.chain(self.backing.told())
    }

    /// Databases and caches.
    pub fn backing(&mut self) -> &mut Backing {
        &mut self.backing
    }

    /// Disturbs the way to one of them, or no longer.
    pub fn disturb(&self, name: &str, toxics: &[Toxic]) {
        self.stubs.disturb(name, toxics);
        self.backing.disturb(name, toxics);
    }

    /// What they were asked, and what they answer.
    pub fn stubs(&self) -> &Stubs {
        &self.stubs
    }

    /// A place where they listened is gone.
    pub async fn leave(&mut self, place: &str) {
        self.backing.leave(place);
        self.close(|(of, _)| of == place).await;
    }

    /// Closes the ports of some, by place and name.
    async fn close(&mut self, goes: impl Fn(&(String, String)) -> bool) {
        let all = std::mem::take(&mut self.serving);
        let (gone, stay): (BTreeMap<_, _>, _) = all.into_iter().partition(|(key, _)| goes(key));
        self.serving = stay;
        for serving in gone.into_values() {
            serving.abort();
            // Its port is closed once the task is gone; it ends by being aborted.
            let _ = serving.await;
        }
    }

    /// A check begins: all of them listen, have been asked nothing, and answer as their routes say.
    pub async fn begin(&mut self, target: &dyn Target, seed: u64, bindings: Bindings) -> Result<(), Fault> {
        self.stubs.begin(seed, bindings, Arc::new(ToSubmission::new(target.dial(), target.origin())));
        self.down.clear();
        self.backing.begin(seed).await?;
        if target.capabilities().listen {
            self.listen(MAIN, target).await.map_err(|error| Fault {
                what: format!("what the submission leans on can't listen: {error}"),
                way_out: None,
            })?;
        }
        Ok(())
    }

    /// The same on this machine itself, where no submission runs; callbacks go to what somebody else starts at `origin`.
    pub async fn begin_here(&mut self, seed: u64, origin: Origin, bindings: Bindings) -> io::Result<()> {
        self.stubs.begin(seed, bindings, Arc::new(ToSubmission::new(Arc::new(Loopback), origin)));
        for (name, port) in &self.ports {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.port())).await?;
            let serving = tokio::spawn(self.stubs.clone().serve(name.clone(), listener));
            self.serving.insert((MAIN.to_owned(), name.clone()), serving);
        }
        self.backing.listen_here().await
    }

    /// Has all of them reached on this machine besides, where the submission has a network of its own; what a program here is
    /// told.
    pub async fn publish(&mut self) -> io::Result<Vec<(OsString, OsString)>> {
        let mut told = self.backing.publish().await?;
        for (name, port) in &self.ports {
            // The hold of the port says that nobody else on this machine has it.
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.port())).await?;
            let serving = tokio::spawn(self.stubs.clone().serve(name.clone(), listener));
            self.serving.insert((HERE.to_owned(), name.clone()), serving);
            told.push(url_of(name, port.port()));
        }
        Ok(told)
    }

    /// Whoever is up and does not listen yet at a place does; `target` is who runs there.
    pub async fn listen(&mut self, place: &str, target: &dyn Target) -> io::Result<()> {
        if place != MAIN && !target.capabilities().apart {
            // It finds them where the server that is graded does.
            return Ok(());
        }
        self.backing.listen(place, target).await?;
        for (name, port) in &self.ports {
            let key = (place.to_owned(), name.clone());
            if !self.down.contains(name) && !self.serving.contains_key(&key) {
                let listener = target.listen(port.port()).await?;
                let serving = tokio::spawn(self.stubs.clone().serve(name.clone(), listener));
                self.serving.insert(key, serving);
            }
        }
        Ok(())
    }

    /// Changes one of them.
    pub async fn change(
        &mut self,
        name: &str,
        change: &StubChange,
        bindings: &Bindings,
        target: &dyn Target,
    ) -> Result<(), NotChanged> {
        self.stubs.change(name, change, bindings).map_err(NotChanged::NoList)?;
        match change {
            StubChange::Down => {
                self.down.insert(name.to_owned());
                self.close(|(_, of)| of == name).await;
                Ok(())
            }
            StubChange::Up | StubChange::Reply(_) => {
                self.down.remove(name);
                self.listen(MAIN, target).await.map_err(NotChanged::Listening)
            }
            StubChange::Release | StubChange::Items(_) => Ok(()),
        }
    }
}

impl Drop for Upstreams {
    fn drop(&mut self) {
        self.serving.values().for_each(JoinHandle::abort);
    }
}
