//! HTTP/1.1 on our end of a connection in memory: each request is handed to the program whole.

use crate::server::Server;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;

/// Bytes of a request's body at most.
const LARGEST_BODY: usize = 16 << 20;

/// Why a connection ends without an answer; the server itself knows why.
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

async fn answer(server: &Server, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Unanswered> {
    let (mut parts, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_BODY).collect().await.map_err(|_| Unanswered)?.to_bytes();
    parts.headers.remove(CONNECTION);
    let is_head = parts.method == Method::HEAD;
    let response = server.ask(Request::from_parts(parts, body)).await.map_err(|_| Unanswered)?;
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(TRANSFER_ENCODING);
    parts.headers.remove(CONNECTION);
    if !is_head && parts.headers.contains_key(CONTENT_LENGTH) {
        // It came whole: a length that says something else would only break our own connection.
        parts.headers.insert(CONTENT_LENGTH, body.len().into());
    }
    Ok(Response::from_parts(parts, Full::new(body)))
}
