//! HTTP/1.1 on our end of a connection in memory: each request is handed to the program whole.

use crate::server::Server;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::DuplexStream;

/// Bytes of a request's body at most.
const LARGEST_BODY: usize = 16 << 20;

/// Why a connection ends without an answer, or in the middle of one; the server itself knows why.
#[derive(Debug, thiserror::Error)]
#[error("no answer")]
struct Unanswered;

/// Serves a connection to its end.
pub async fn serve(server: Server, stream: DuplexStream) {
    let service = service_fn(|request| answer(&server, request));
    let connection = http1::Builder::new()
        // The machine's time is nothing that an answer may depend on.
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service);
    // A client may hang up; a program that was stopped leaves its connection without an answer.
    let _ = connection.await;
}

async fn answer(server: &Server, request: Request<Incoming>) -> Result<Response<Answer>, Unanswered> {
    let (mut parts, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(|_| Unanswered)?.to_bytes();
    parts.headers.remove(CONNECTION);
    let is_head = parts.method == Method::HEAD;
    let response = server.ask(Request::from_parts(parts, body)).await.map_err(|_| Unanswered)?;
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(TRANSFER_ENCODING);
    parts.headers.remove(CONNECTION);
    let is_bare = is_head || matches!(parts.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let told = told(&parts.headers)?;
    if let Some(told) = told {
        parts.headers.insert(CONTENT_LENGTH, told.into());
    }
    let answer = match told.filter(|_| !is_bare) {
        Some(told) => Answer::of_length(body, told),
        None => Answer { bytes: body, missing: 0, is_told: told.is_some(), has_paused: false },
    };
    Ok(Response::from_parts(parts, answer))
}

/// How long the program says that its answer is. Lengths that are none, or that contradict each other, are no answer.
fn told(headers: &HeaderMap) -> Result<Option<u64>, Unanswered> {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter().map(|value| {
        let text = value.to_str().ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        text.and_then(|text| text.parse().ok()).ok_or(Unanswered)
    });
    let Some(first) = lengths.next().transpose()? else { return Ok(None) };
    match lengths.all(|length| length.is_ok_and(|length: u64| length == first)) {
        true => Ok(Some(first)),
        false => Err(Unanswered),
    }
}

/// The body of an answer as a client has it of a process: no byte more than its length tells, and where there are fewer, the
/// connection ends.
struct Answer {
    bytes: Bytes,
    /// Bytes that were promised and are not there.
    missing: u64,
    is_told: bool,
    has_paused: bool,
}

impl Answer {
    fn of_length(mut bytes: Bytes, told: u64) -> Self {
        bytes.truncate(told.try_into().unwrap_or(usize::MAX));
        Self { missing: told - bytes.len() as u64, bytes, is_told: true, has_paused: false }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Unanswered;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Unanswered>>> {
        if !self.bytes.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.bytes)))));
        }
        if self.missing == 0 {
            return Poll::Ready(None);
        }
        if !self.has_paused {
            // What was written goes out before the connection ends.
            self.has_paused = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(Unanswered)))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.missing == 0
    }

    /// Where a header tells a length, that one counts.
    fn size_hint(&self) -> SizeHint {
        if self.is_told { SizeHint::default() } else { SizeHint::with_exact(self.bytes.len() as u64) }
    }
}
