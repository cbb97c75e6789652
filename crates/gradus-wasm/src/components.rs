//! What belongs to an instance of a component: WASI, and HTTP that reaches only the grading's upstreams.

use crate::clock::Waits;
use crate::meter::Meter;
use crate::state::{Bounds, OPEN, World};
use crate::stopped::Stopped;
use crate::upstream::{MOST, Silence};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use std::future::Future;
use std::time::Duration;
use wasmtime::Store;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{StdinStream, StdoutStream};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{
    Error, RequestOptions, Result as HttpResult, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks,
    WasiHttpView,
};

/// What belongs to an instance of a component.
pub struct Guest {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Hooks,
    bounds: Bounds,
    meter: Meter,
    /// What a runner has besides.
    pub desk: crate::runner::Desk,
}

impl Guest {
    /// A store for an instance.
    pub fn store(
        engine: &wasmtime::Engine,
        world: &World,
        number: u64,
        input: impl StdinStream + 'static,
        output: impl StdoutStream + 'static,
        arguments: &[String],
    ) -> Result<Store<Self>, Stopped> {
        let mut wasi = world.wasi(number, input, output)?;
        let mut table = ResourceTable::new();
        table.set_max_capacity(OPEN);
        let guest = Self {
            wasi: wasi.args(arguments).build(),
            http: WasiHttpCtx::new(),
            table,
            hooks: Hooks(world.clone()),
            bounds: Bounds::of(world),
            meter: world.meter.clone(),
            desk: crate::runner::Desk::new(world),
        };
        world.store(engine, guest, |guest| &mut guest.bounds)
    }

    /// Everything that components are given.
    pub fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<Self>> {
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
        linker.allow_shadowing(true);
        monotonic_clock::add_to_linker::<Self, Waits<'static>>(&mut linker, Self::waits)?;
        linker.allow_shadowing(false);
        Ok(linker)
    }

    fn waits(&mut self) -> Waits<'_> {
        Waits { meter: &self.meter, table: &mut self.table }
    }
}

impl WasiView for Guest {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for Guest {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}

struct Hooks(World);

/// What is in the making when a request has been sent.
type Sent = Box<
    dyn Future<Output = HttpResult<(Response<WasiBody>, Box<dyn Future<Output = HttpResult<()>> + Send>)>>
        + Send,
>;

impl WasiHttpHooks for Hooks {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = HttpResult<()>> + Send>,
    ) -> Sent {
        let (upstreams, asking) = (self.0.upstreams.clone(), self.0.meter.asks());
        Box::new(async move {
            let _asking = asking;
            let (parts, body) = request.into_parts();
            let body = Limited::new(body, MOST).collect().await;
            let body = body.map_err(|_| Error::HttpRequestBodySize(None))?.to_bytes();
            let patience = options.and_then(|options| options.first_byte_timeout);
            let asked = Request::from_parts(parts, body);
            let answer = upstreams.ask(asked, patience.unwrap_or(Duration::from_secs(60))).await;
            let answer = answer.map_err(|silence| match silence {
                Silence::TimedOut => Error::ConnectionReadTimeout,
                Silence::Refused(_) => Error::HttpRequestDenied,
                Silence::Broken(_) => Error::ConnectionTerminated,
            })?;
            let whole = |body: Bytes| Full::new(body).map_err(|never| match never {}).boxed_unsync();
            let done: Box<dyn Future<Output = HttpResult<()>> + Send> = Box::new(async { Ok(()) });
            Ok((answer.map(whole), done))
        })
    }
}
