//! Requests of programs to the grading's upstreams, and to nobody else.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::net::TcpStream;

/// Bytes of a message at most.
pub const MOST: usize = 8 << 20;

/// Why an upstream did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Not in time.
    TimedOut,
    /// Nobody listens, or it may not be asked.
    Refused(String),
    /// Something came, and it was no answer.
    Broken(String),
}

/// Asks an upstream on one of these ports; the request names it by an absolute address.
pub async fn send(
    ports: &[u16],
    request: Request<Bytes>,
    within: Duration,
) -> Result<Response<Bytes>, Silence> {
    let port = permitted(ports, request.uri())?;
    match tokio::time::timeout(within, exchange(port, request)).await {
        Ok(answer) => answer,
        Err(_) => Err(Silence::TimedOut),
    }
}

fn permitted(ports: &[u16], uri: &Uri) -> Result<u16, Silence> {
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(80);
    let is_here = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
    match is_here && uri.scheme_str() == Some("http") && ports.contains(&port) {
        true => Ok(port),
        false => Err(Silence::Refused(format!("{uri} is no upstream of this exercise"))),
    }
}

async fn exchange(port: u16, request: Request<Bytes>) -> Result<Response<Bytes>, Silence> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await;
    let stream = stream.map_err(|error| Silence::Refused(error.to_string()))?;
    let broken = |error: hyper::Error| Silence::Broken(error.to_string());
    // Small messages should not wait for one another.
    let _ = stream.set_nodelay(true);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let (mut parts, body) = request.into_parts();
    if let Some(authority) = parts.uri.authority().and_then(|all| HeaderValue::from_str(all.as_str()).ok()) {
        parts.headers.entry(HOST).or_insert(authority);
    }
    let path = parts.uri.path_and_query().map_or("/", |all| all.as_str());
    parts.uri = path.parse().unwrap_or_default();
    parts.headers.remove(TRANSFER_ENCODING);
    if !body.is_empty() {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    let asked = async {
        let response =
            sender.send_request(Request::from_parts(parts, Full::new(body))).await.map_err(broken)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MOST).collect().await;
        let body = body.map_err(|error| Silence::Broken(error.to_string()))?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    };
    tokio::pin!(asked);
    tokio::pin!(connection);
    tokio::select! {
        biased;
        answer = &mut asked => answer,
        _ = &mut connection => asked.await,
    }
}
