//! What the grader serves where the submission runs: each stub on a port of its own, found by the submission in a variable.

use crate::target::Target;
use gradus_model::grader::Grader;
use gradus_model::stub::StubChange;
use gradus_model::value::Bindings;
use gradus_sandbox::{PortHold, free_port};
use gradus_services::{NoList, Stubs};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::net::Ipv4Addr;
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
    ports: BTreeMap<String, PortHold>,
    serving: BTreeMap<String, JoinHandle<()>>,
}

impl Upstreams {
    /// Those of a grader; nobody listens yet.
    pub fn new(grader: &Grader) -> io::Result<Self> {
        let stubs = Stubs::new(&grader.stubs);
        let ports = stubs.names().map(|name| Ok((name.to_owned(), free_port()?)));
        let ports = ports.collect::<io::Result<_>>()?;
        Ok(Self { stubs, ports, serving: BTreeMap::new() })
    }

    /// Their ports.
    pub fn ports(&self) -> Vec<u16> {
        self.ports.values().map(PortHold::port).collect()
    }

    /// What the submission is told: `RATES_URL=http://127.0.0.1:4711`.
    pub fn told(&self) -> impl Iterator<Item = (OsString, OsString)> {
        self.ports.iter().map(|(name, port)| {
            let url = format!("http://127.0.0.1:{}", port.port());
            (format!("{}_URL", name.to_uppercase()).into(), url.into())
        })
    }

    /// What they were asked, and what they answer.
    pub fn stubs(&self) -> &Stubs {
        &self.stubs
    }

    /// The place where they listened is gone.
    pub fn leave(&mut self) {
        self.serving.values().for_each(JoinHandle::abort);
        self.serving.clear();
    }

    /// A check begins: all of them listen, have been asked nothing, and answer as their routes say.
    pub async fn begin(&mut self, target: &dyn Target, bindings: Bindings) -> io::Result<()> {
        self.stubs.begin(bindings);
        if target.capabilities().listen { self.listen(target).await } else { Ok(()) }
    }

    /// The same on this machine itself, where no submission runs.
    pub async fn begin_here(&mut self, bindings: Bindings) -> io::Result<()> {
        self.stubs.begin(bindings);
        for (name, port) in &self.ports {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.port())).await?;
            let serving = tokio::spawn(self.stubs.clone().serve(name.clone(), listener));
            self.serving.insert(name.clone(), serving);
        }
        Ok(())
    }

    /// Whoever does not listen yet does.
    pub async fn listen(&mut self, target: &dyn Target) -> io::Result<()> {
        let names: Vec<String> = self.ports.keys().cloned().collect();
        for name in names {
            self.listen_as(&name, target).await?;
        }
        Ok(())
    }

    /// One of them does, if it does not yet.
    async fn listen_as(&mut self, name: &str, target: &dyn Target) -> io::Result<()> {
        let Some(port) = self.ports.get(name).filter(|_| !self.serving.contains_key(name)) else {
            return Ok(());
        };
        let listener = target.listen(port.port()).await?;
        let serving = tokio::spawn(self.stubs.clone().serve(name.to_owned(), listener));
        self.serving.insert(name.to_owned(), serving);
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
                if let Some(serving) = self.serving.remove(name) {
                    serving.abort();
                    // Its port is closed once the task is gone; it ends by being aborted.
                    let _ = serving.await;
                }
                Ok(())
            }
            StubChange::Up | StubChange::Reply(_) => {
                self.listen_as(name, target).await.map_err(NotChanged::Listening)
            }
            StubChange::Release | StubChange::Items(_) => Ok(()),
        }
    }
}

impl Drop for Upstreams {
    fn drop(&mut self) {
        self.leave();
    }
}
