//! One running instance, whatever its kind: it takes requests one at a time until something ends it.

use crate::program::Program;
use crate::state::World;
use crate::stopped::Stopped;
use crate::{proxy, runner, stdio};
use bytes::Bytes;
use http::{Request, Response};
use std::future::Future;
use std::pin::Pin;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// A request and where its answer goes.
#[derive(Debug)]
pub struct Ask {
    /// What is asked.
    pub request: Request<Bytes>,
    /// Where the answer goes.
    pub answer: oneshot::Sender<Response<Bytes>>,
}

/// An instance's whole life; it answers why it ended.
pub type Life = Pin<Box<dyn Future<Output = Stopped> + Send>>;

/// A running instance.
#[derive(Debug)]
pub struct Instance {
    asks: mpsc::Sender<Ask>,
    life: JoinHandle<Stopped>,
}

impl Instance {
    /// Starts one, which is the `number`th, and waits until it waits for a request.
    pub async fn start(program: &Program, world: &World, number: u64) -> Result<Self, Stopped> {
        let (asks, inbox) = mpsc::channel(1);
        world.look_at_data();
        let idles = world.meter.idles();
        let life: Life = match program {
            Program::Module(module) => Box::pin(stdio::live(module.clone(), world.clone(), number, inbox)),
            Program::Cli(cli) => Box::pin(stdio::live_cli(cli.clone(), world.clone(), number, inbox)),
            Program::Proxy(proxy) => Box::pin(proxy::live(proxy.clone(), world.clone(), number, inbox)),
            Program::Runner(app) => Box::pin(runner::live(app.clone(), world.clone(), number, inbox)),
        };
        let mut instance = Self { asks, life: tokio::spawn(life) };
        let most = world.settings.limits.start;
        let ready = tokio::select! {
            biased;
            () = world.meter.idle_after(idles) => world.data_fits(),
            stopped = &mut instance.life => Err(stopped.unwrap_or_else(|error| panicked(&error))),
            stopped = world.outgrows() => Err(stopped),
            () = world.meter.outlasts(most) => Err(Stopped::Start(most)),
        };
        ready.map(|()| instance)
    }

    /// What can end it from anywhere.
    pub fn handle(&self) -> tokio::task::AbortHandle {
        self.life.abort_handle()
    }

    /// Asks it; then waits until it waits again. The answer may be there though something ended the instance afterwards.
    pub async fn ask(
        &mut self,
        request: Request<Bytes>,
        world: &World,
    ) -> (Option<Response<Bytes>>, Result<(), Stopped>) {
        let idles = world.meter.idles();
        world.meter.begin_request();
        let (answer, mut answered) = oneshot::channel();
        // One that has ended is told below.
        let _ = self.asks.send(Ask { request, answer }).await;
        let most = world.settings.limits.request;
        let mut response = None;
        let ended = tokio::select! {
            biased;
            stopped = &mut self.life => Err(stopped.unwrap_or_else(|error| panicked(&error))),
            () = async {
                response = (&mut answered).await.ok();
                world.meter.idle_after(idles).await;
            } => world.data_fits(),
            stopped = world.outgrows() => Err(stopped),
            () = world.meter.outlasts(most) => Err(Stopped::Deadline(most)),
        };
        if let Err(stopped @ Stopped::Disk(_)) = ended {
            // What it answers was bought with room that it may not have.
            return (None, Err(stopped));
        }
        if response.is_none() {
            response = answered.try_recv().ok();
        }
        if ended.is_ok() && response.is_none() {
            return (None, Err(Stopped::NoAnswer));
        }
        (response, ended)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.life.abort();
    }
}

fn panicked(error: &tokio::task::JoinError) -> Stopped {
    match error.is_cancelled() {
        true => Stopped::Killed,
        false => Stopped::Crashed(error.to_string()),
    }
}
