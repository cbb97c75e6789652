//! HTTP/1.1 over the standard input and output of one long-lived WASI process: C, Go, Zig, Rust, whatever compiles to WASI.

use crate::asking::Asker;
use crate::components::Guest;
use crate::instance::Ask;
use crate::pipe::Pipe;
use crate::state::{Bounds, OPEN, World};
use crate::stopped::Stopped;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::future::Future;
use tokio::sync::mpsc;
use wasmtime::{InstancePre, Store};
use wasmtime_wasi::WasiView;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::bindings::CommandPre;

/// What belongs to an instance of a core module.
pub struct State {
    /// WASI.
    pub wasi: WasiP1Ctx,
    /// What asks upstreams for it.
    pub asker: Asker,
    bounds: Bounds,
}

/// A store for a core module's instance.
pub fn store(
    module: &InstancePre<State>,
    world: &World,
    number: u64,
    pipe: &Pipe,
    arguments: &[String],
) -> Result<Store<State>, Stopped> {
    let mut wasi = world.wasi(number, pipe.input(), pipe.output())?;
    // Where it may block this thread, a program that sleeps would put all gradings to sleep.
    let mut wasi = wasi.args(arguments).allow_blocking_current_thread(false).build_p1();
    wasi.ctx().table.set_max_capacity(OPEN);
    world.meter.measures();
    let state = State { wasi, asker: Asker::new(world), bounds: Bounds::of(world) };
    world.store(module.module().engine(), state, |state| &mut state.bounds)
}

/// Runs a core module's `_start` to its end.
pub async fn start(module: &InstancePre<State>, store: &mut Store<State>, world: &World) -> Stopped {
    let ran = async {
        let instance = module.instantiate_async(&mut *store).await?;
        let start = instance.get_typed_func::<(), ()>(&mut *store, "_start")?;
        start.call_async(&mut *store, ()).await
    }
    .await;
    world.meter.note_left(store.get_fuel().unwrap_or(0));
    match ran {
        Ok(()) => Stopped::Exited(0),
        Err(error) => Stopped::of(&error, &world.meter),
    }
}

/// The life of a core module that answers HTTP.
pub async fn live(
    module: InstancePre<State>,
    world: World,
    number: u64,
    inbox: mpsc::Receiver<Ask>,
) -> Stopped {
    let pipe = Pipe::new(&world);
    let mut store = match store(&module, &world, number, &pipe, &["server".to_owned()]) {
        Ok(store) => store,
        Err(stopped) => return stopped,
    };
    let running = start(&module, &mut store, &world);
    converse(pipe, running, inbox).await
}

/// The life of a component of WASI's command world that answers HTTP.
pub async fn live_cli(
    cli: CommandPre<Guest>,
    world: World,
    number: u64,
    inbox: mpsc::Receiver<Ask>,
) -> Stopped {
    let pipe = Pipe::new(&world);
    let store =
        Guest::store(cli.engine(), &world, number, pipe.input(), pipe.output(), &["server".to_owned()]);
    let mut store = match store {
        Ok(store) => store,
        Err(stopped) => return stopped,
    };
    let running = start_cli(&cli, &mut store, &world);
    converse(pipe, running, inbox).await
}

/// Runs a command component to its end.
pub async fn start_cli(cli: &CommandPre<Guest>, store: &mut Store<Guest>, world: &World) -> Stopped {
    let ran = async {
        let command = cli.instantiate_async(&mut *store).await?;
        command.wasi_cli_run().call_run(&mut *store).await
    }
    .await;
    world.meter.note_left(store.get_fuel().unwrap_or(0));
    match ran {
        Ok(Ok(())) => Stopped::Exited(0),
        Ok(Err(())) => Stopped::Exited(1),
        Err(error) => Stopped::of(&error, &world.meter),
    }
}

/// Brings requests to a program that runs, and answers back, until it ends.
async fn converse(pipe: Pipe, running: impl Future<Output = Stopped>, inbox: mpsc::Receiver<Ask>) -> Stopped {
    let talking = talk(pipe.clone(), inbox);
    tokio::select! {
        stopped = running => {
            pipe.end_output();
            stopped
        }
        stopped = talking => stopped,
    }
}

async fn talk(pipe: Pipe, mut inbox: mpsc::Receiver<Ask>) -> Stopped {
    let (mut sender, connection) = match http1::handshake(TokioIo::new(pipe)).await {
        Ok(both) => both,
        Err(error) => return Stopped::NotHttp(error.to_string()),
    };
    let asking = async {
        while let Some(Ask { request, answer }) = inbox.recv().await {
            match send(&mut sender, request).await {
                // Whoever asked may have gone.
                Ok(response) => drop(answer.send(response)),
                Err(error) => return Stopped::NotHttp(error.to_string()),
            }
        }
        Stopped::Killed
    };
    tokio::pin!(connection);
    tokio::pin!(asking);
    let mut open = true;
    loop {
        tokio::select! {
            stopped = &mut asking => return stopped,
            ended = &mut connection, if open => {
                open = false;
                if let Err(error) = ended {
                    return Stopped::NotHttp(error.to_string());
                }
            }
        }
    }
}

async fn send(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Request<Bytes>,
) -> hyper::Result<Response<Bytes>> {
    let (mut parts, body) = request.into_parts();
    parts.headers.remove(TRANSFER_ENCODING);
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    parts.headers.entry(HOST).or_insert(HeaderValue::from_static("127.0.0.1"));
    sender.ready().await?;
    let response = sender.send_request(Request::from_parts(parts, Full::new(body))).await?;
    let (parts, body) = response.into_parts();
    Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
}
