//! How a core module asks upstreams: by two functions of ours, as the WASI of core modules has no way to connect. Both speak
//! HTTP/1.1 in whole messages, as the module itself does over its standard streams.

use crate::output::Printer;
use crate::state::World;
use crate::stdio::State;
use crate::upstream::{MOST, Silence};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING};
use http::{Method, Request, Response};
use std::time::Duration;
use wasmtime::{Caller, Extern, Linker, Memory, Trap};
use wasmtime_wasi::p2::OutputStream;

/// The imports' module and names.
pub const MODULE: &str = "gradus";
const ASK: &str = "ask";
const ANSWER: &str = "answer";

/// What `ask` answers instead of a length: nobody listens or it may not be asked, nothing came in time, what came was no
/// answer, and that was no request.
const REFUSED: i32 = -1;
const TIMED_OUT: i32 = -2;
const BROKEN: i32 = -3;
const NO_REQUEST: i32 = -4;

const MOST_HEADERS: usize = 100;

/// Asks upstreams for an instance of a core module.
pub struct Asker {
    world: World,
    /// The answer that came last, until it is taken.
    answer: Vec<u8>,
}

impl Asker {
    /// One that has asked nothing yet.
    pub fn new(world: &World) -> Self {
        Self { world: world.clone(), answer: Vec::new() }
    }

    /// Asks, and answers how many bytes came, or why none did; but for a timeout, the program's output tells that in words.
    async fn ask(&mut self, message: Vec<u8>, within: Duration) -> wasmtime::Result<i32> {
        self.answer.clear();
        let request = match parsed(message) {
            Ok(request) => request,
            Err(why) => return self.tell(NO_REQUEST, &why),
        };
        let is_head = request.method() == Method::HEAD;
        let _asking = self.world.meter.asks();
        match self.world.upstreams.ask(request, within).await {
            Ok(answer) => {
                self.answer = written(answer, is_head);
                Ok(i32::try_from(self.answer.len())?)
            }
            Err(Silence::TimedOut) => Ok(TIMED_OUT),
            Err(Silence::Refused(why)) => self.tell(REFUSED, &why),
            Err(Silence::Broken(why)) => self.tell(BROKEN, &why),
        }
    }

    fn tell(&self, code: i32, why: &str) -> wasmtime::Result<i32> {
        let mut printer: Printer = self.world.printer();
        printer.write(Bytes::from(format!("{MODULE}.{ASK}: {why}\n")))?;
        Ok(code)
    }
}

/// Gives modules both functions:
///
/// - `ask(request, length, milliseconds) -> i32` sends the message at that place, whose target is an absolute address, and
///   waits for the answer so long at most. It answers the answer's length in bytes, or one of the negative numbers above.
/// - `answer(into)` writes the answer that came last there.
///
/// A place outside of the module's memory is a trap, as elsewhere.
pub fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    linker.func_wrap_async(MODULE, ASK, |mut caller: Caller<'_, State>, asked: (u32, u32, u32)| {
        Box::new(async move {
            let (at, length, milliseconds) = asked;
            let (at, length) = (at as usize, length as usize);
            let memory = memory(&mut caller)?;
            let (bytes, state) = memory.data_and_store_mut(&mut caller);
            let message = at.checked_add(length).and_then(|end| bytes.get(at..end));
            let message = message.ok_or(Trap::MemoryOutOfBounds)?;
            if length > MOST {
                return state.asker.tell(NO_REQUEST, &format!("it has {length} bytes; {MOST} are the most"));
            }
            let message = message.to_vec();
            state.asker.ask(message, Duration::from_millis(milliseconds.into())).await
        })
    })?;
    linker.func_wrap(MODULE, ANSWER, |mut caller: Caller<'_, State>, into: u32| -> wasmtime::Result<()> {
        let memory = memory(&mut caller)?;
        let answer = std::mem::take(&mut caller.data_mut().asker.answer);
        memory.write(&mut caller, into as usize, &answer).map_err(|_| Trap::MemoryOutOfBounds.into())
    })?;
    Ok(())
}

fn memory(caller: &mut Caller<'_, State>) -> wasmtime::Result<Memory> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    memory.ok_or_else(|| wasmtime::format_err!("it exports no `memory`"))
}

/// The request that a message says.
fn parsed(message: Vec<u8>) -> Result<Request<Bytes>, String> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(&message) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Err("no empty line ends the headers of the request".into()),
        Err(error) => return Err(format!("that is no request of HTTP/1.1: {error}")),
    };
    let mut request =
        Request::builder().method(head.method.unwrap_or_default()).uri(head.path.unwrap_or_default());
    for header in &*head.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        if name.as_ref().is_ok_and(|name| name == TRANSFER_ENCODING) {
            return Err("the body of a request comes as it is, without Transfer-Encoding".into());
        }
        request = request.header(header.name, header.value);
    }
    let request = request.body(()).map_err(|error| format!("that is no request: {error}"))?;
    Ok(request.map(|()| Bytes::from(message).slice(length..)))
}

/// An answer as a message. Its length is always told; to HEAD, it is that which the upstream told.
fn written(answer: Response<Bytes>, is_head: bool) -> Vec<u8> {
    let (mut parts, body) = answer.into_parts();
    parts.headers.remove(TRANSFER_ENCODING);
    if !is_head {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    let reason = parts.status.canonical_reason().unwrap_or_default();
    let mut message = format!("HTTP/1.1 {} {reason}\r\n", parts.status.as_u16()).into_bytes();
    for (name, value) in &parts.headers {
        message.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    message.extend(b"\r\n");
    message.extend(&body);
    message
}
