//! What the grader serves where the submission runs: each stub on a port of its own, found by the submission in a variable.

use crate::courier::ToSubmission;
use crate::target::{Origin, Target};
use gradus_model::grader::Grader;
use gradus_model::stub::StubChange;
use gradus_model::value::Bindings;
use gradus_probe::Loopback;
use gradus_sandbox::{PortHold, free_port};
use gradus_services::Stubs;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

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
        self.stubs.begin(bindings, Arc::new(ToSubmission::new(target.dial(), target.origin())));
        if target.capabilities().listen { self.listen(target).await } else { Ok(()) }
    }

    /// The same on this machine itself, where no submission runs; callbacks go to what somebody else starts at `origin`.
    pub async fn begin_here(&mut self, origin: Origin, bindings: Bindings) -> io::Result<()> {
        self.stubs.begin(bindings, Arc::new(ToSubmission::new(Arc::new(Loopback), origin)));
        for (name, port) in &self.ports {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.port())).await?;
            let serving = tokio::spawn(self.stubs.clone().serve(name.clone(), listener));
            self.serving.insert(name.clone(), serving);
        }
        Ok(())
    }

    /// Whoever does not listen yet does.
    pub async fn listen(&mut self, target: &dyn Target) -> io::Result<()> {
        for (name, port) in &self.ports {
            if !self.serving.contains_key(name) {
                let listener = target.listen(port.port()).await?;
                let serving = tokio::spawn(self.stubs.clone().serve(name.clone(), listener));
                self.serving.insert(name.clone(), serving);
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
    ) -> io::Result<()> {
        self.stubs.change(name, change, bindings);
        match change {
            StubChange::Down => {
                if let Some(serving) = self.serving.remove(name) {
                    serving.abort();
                    // Its port is closed once the task is gone; it ends by being aborted.
                    let _ = serving.await;
                }
                Ok(())
            }
            StubChange::Up | StubChange::Reply(_) => self.listen(target).await,
            StubChange::Release => Ok(()),
        }
    }
}

impl Drop for Upstreams {
    fn drop(&mut self) {
        self.leave();
    }
}
