//! A program as a server: connected to over streams in memory, restarted with a fresh instance after whatever ended it.

use crate::command::{self, Command, Outcome};
use crate::instance::Instance;
use crate::limits::Settings;
use crate::output::Output;
use crate::program::Program;
use crate::serve;
use crate::state::World;
use crate::stopped::Stopped;
use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use http::{Request, Response};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::DuplexStream;
use tokio::task::AbortHandle;

/// Bytes that lie between the two ends of a connection.
const BETWEEN: usize = 256 << 10;

/// A program that answers. Clones share it.
#[derive(Clone, Debug)]
pub struct Server(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    program: Program,
    world: World,
    /// Held by whoever asks: one request at a time.
    instance: tokio::sync::Mutex<Option<Instance>>,
    control: Mutex<Control>,
}

#[derive(Debug, Default)]
struct Control {
    is_up: bool,
    /// What ended an instance since the server was started.
    ended: Option<Stopped>,
    /// Instances so far.
    started: u64,
    running: Option<AbortHandle>,
    connections: Vec<AbortHandle>,
}

impl Server {
    /// A server that is not up yet.
    pub fn new(program: Program, settings: Settings) -> Self {
        let world = World::new(settings);
        Self(Arc::new(Inner {
            program,
            world,
            instance: tokio::sync::Mutex::default(),
            control: Mutex::default(),
        }))
    }

    fn control(&self) -> MutexGuard<'_, Control> {
        self.0.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a fresh instance and waits until it waits for a request.
    pub fn start(&self) -> BoxFuture<'_, Result<(), Stopped>> {
        async move {
            self.stop().await;
            let started = self.fresh().await?;
            *self.0.instance.lock().await = Some(started);
            let mut control = self.control();
            (control.is_up, control.ended) = (true, None);
            Ok(())
        }
        .boxed()
    }

    async fn fresh(&self) -> Result<Instance, Stopped> {
        let number = {
            let mut control = self.control();
            control.started += 1;
            control.started
        };
        self.0.world.meter.settle();
        let instance = Instance::start(&self.0.program, &self.0.world, number).await?;
        self.control().running = Some(instance.handle());
        Ok(instance)
    }

    /// Ends it at once, with whatever it is doing.
    pub async fn stop(&self) {
        let (running, connections) = {
            let mut control = self.control();
            control.is_up = false;
            (control.running.take(), std::mem::take(&mut control.connections))
        };
        running.iter().chain(&connections).for_each(AbortHandle::abort);
        drop(self.0.instance.lock().await.take());
        self.control().ended = None;
    }

    /// Whether it was started and nobody stopped it since.
    pub fn is_up(&self) -> bool {
        self.control().is_up
    }

    /// What ended an instance since the server was started; a fresh one has taken its place.
    pub fn ended(&self) -> Option<Stopped> {
        self.control().ended.clone()
    }

    /// How many instances there were.
    pub fn instances(&self) -> u64 {
        self.control().started
    }

    /// Units of work so far, of all instances. While nothing is asked, this stands still.
    pub fn fuel(&self) -> u64 {
        self.0.world.meter.fuel()
    }

    /// Bytes of memory that its instance holds, and the most that any has held.
    pub fn memory(&self) -> (u64, u64) {
        self.0.world.meter.memory()
    }

    /// How long the program itself was at work, by this machine's clock.
    pub fn worked(&self) -> Duration {
        self.0.world.meter.worked()
    }

    /// What the program's clock says since its first start: what it was asked to do and what was waited, the same on every machine.
    pub fn clock(&self) -> Duration {
        self.0.world.meter.now()
    }

    /// The grader waits for a while, and the program's clock goes on.
    pub fn pass(&self, time: Duration) {
        self.0.world.meter.pass(time);
    }

    /// What it printed.
    pub fn output(&self) -> &Output {
        &self.0.world.output
    }

    /// Connects to it.
    pub fn connect(&self) -> io::Result<DuplexStream> {
        let mut control = self.control();
        if !control.is_up {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        let (ours, theirs) = tokio::io::duplex(BETWEEN);
        control.connections.retain(|connection| !connection.is_finished());
        control.connections.push(tokio::spawn(serve::serve(self.clone(), theirs)).abort_handle());
        Ok(ours)
    }

    /// Asks it; a fresh instance answers if the last one has ended.
    pub async fn ask(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Stopped> {
        let mut place = self.0.instance.lock().await;
        if !self.is_up() {
            return Err(Stopped::Killed);
        }
        let mut instance = match place.take() {
            Some(instance) => instance,
            None => match self.fresh().await {
                Ok(instance) => instance,
                Err(stopped) => return Err(self.note(stopped)),
            },
        };
        let (response, ended) = instance.ask(request, &self.0.world).await;
        match ended {
            Ok(()) => {
                *place = Some(instance);
                response.ok_or(Stopped::NoAnswer)
            }
            Err(stopped) => {
                drop(instance);
                let stopped = self.note(stopped);
                response.ok_or(stopped)
            }
        }
    }

    /// Runs its program once, for so long at most, beside the server; `None` if it is none that is run this way. Its work counts
    /// with the server's, and so do both towards what a grading may take.
    pub fn run<'c>(&'c self, command: &'c Command, within: Duration) -> BoxFuture<'c, Option<Outcome>> {
        async move {
            let world = &self.0.world;
            let done = command::run(&self.0.program, world, command, within).await?;
            world.meter.add(done.fuel);
            Some(done)
        }
        .boxed()
    }

    fn note(&self, stopped: Stopped) -> Stopped {
        let mut control = self.control();
        if control.is_up {
            control.ended.get_or_insert(stopped.clone());
        }
        stopped
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let control = self.control.get_mut().unwrap_or_else(PoisonError::into_inner);
        control.running.iter().chain(&control.connections).for_each(AbortHandle::abort);
    }
}
