//! A component that its author built for `wasi:http`: it is handed each request, and its instance stays.

use crate::components::Guest;
use crate::instance::Ask;
use crate::state::World;
use crate::stopped::Stopped;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{mpsc, oneshot};
use wasmtime::Store;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::bindings::{Proxy, ProxyPre};

/// The life of such a component.
pub async fn live(
    proxy: ProxyPre<Guest>,
    world: World,
    number: u64,
    mut inbox: mpsc::Receiver<Ask>,
) -> Stopped {
    let store = Guest::store(proxy.engine(), &world, number, tokio::io::empty(), world.printer(), &[]);
    let mut store = match store {
        Ok(store) => store,
        Err(stopped) => return stopped,
    };
    let instance = match proxy.instantiate_async(&mut store).await {
        Ok(instance) => instance,
        Err(error) => return Stopped::of(&error, &world.meter),
    };
    world.is_idle();
    while let Some(Ask { request, answer }) = inbox.recv().await {
        let handled = handle(&instance, &mut store, request, world.settings.limits.answer).await;
        world.meter.note_left(store.get_fuel().unwrap_or(0));
        match handled {
            // Whoever asked may have gone.
            Ok(response) => drop(answer.send(response)),
            Err(Failed::Error(error)) => return Stopped::of(&error, &world.meter),
            Err(Failed::Stopped(stopped)) => return stopped,
        }
        world.is_idle();
    }
    Stopped::Killed
}

enum Failed {
    Error(wasmtime::Error),
    Stopped(Stopped),
}

impl From<wasmtime::Error> for Failed {
    fn from(error: wasmtime::Error) -> Self {
        Self::Error(error)
    }
}

async fn handle(
    instance: &Proxy,
    store: &mut Store<Guest>,
    request: Request<Bytes>,
    most: u64,
) -> Result<Response<Bytes>, Failed> {
    use wasmtime_wasi_http::WasiHttpView;
    let (mut parts, body) = request.into_parts();
    parts.headers.entry(HOST).or_insert(HeaderValue::from_static("127.0.0.1"));
    let body = Full::new(body).map_err(|never| -> wasmtime_wasi_http::Error { match never {} });
    let (sender, receiver) = oneshot::channel();
    let is_set = Arc::new(AtomicBool::new(false));
    let set = is_set.clone();
    let request =
        store.data_mut().http().new_incoming_request(Scheme::Http, Request::from_parts(parts, body))?;
    let out = store.data_mut().http().new_response_outparam_from_callback(move |response| {
        set.store(true, Ordering::Relaxed);
        // Whoever asked may have gone.
        let _ = sender.send(response);
    })?;
    let calling = instance.wasi_http_incoming_handler().call_handle(&mut *store, request, out);
    let answering = async {
        let response = match receiver.await {
            Ok(Ok(response)) => response,
            Ok(Err(code)) => return Err(Stopped::Crashed(format!("it answered with the error {code:?}"))),
            Err(_) => return Err(Stopped::NoAnswer),
        };
        let (parts, body) = response.into_parts();
        // A program may not wait for us while it writes: the body is read at the same time.
        let body = Limited::new(body, most as usize).collect().await;
        let body = body.map_err(|error| match error.is::<http_body_util::LengthLimitError>() {
            true => Stopped::Answer(most),
            false => Stopped::Crashed(format!("its answer broke off: {error}")),
        })?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    };
    tokio::pin!(calling);
    tokio::pin!(answering);
    let mut response = None;
    loop {
        tokio::select! {
            biased;
            called = &mut calling => {
                called?;
                if !is_set.load(Ordering::Relaxed) {
                    return Err(Failed::Stopped(Stopped::NoAnswer));
                }
                break;
            }
            answered = &mut answering, if response.is_none() => match answered {
                Ok(whole) => response = Some(whole),
                Err(stopped @ Stopped::Answer(_)) => return Err(Failed::Stopped(stopped)),
                // The trap that broke it off says more.
                Err(_) => response = None,
            },
        }
        if response.is_none() {
            calling.as_mut().await?;
            return Err(Failed::Stopped(Stopped::NoAnswer));
        }
    }
    match response {
        Some(response) => Ok(response),
        None => answering.await.map_err(Failed::Stopped),
    }
}
