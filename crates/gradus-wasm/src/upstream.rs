//! Requests of programs to the grading's upstreams, and to nobody else.

mod line;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, HeaderValue, TRANSFER_ENCODING};
use http::{Request, Response, Uri};
use http_body_util::Full;
use line::{Line, NotAsked};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

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

/// A program's way to the upstreams. Clones share it.
///
/// Its connections stay open from one question to the next, but only until the program waits for a request itself: what a
/// step of a grader does to an upstream between two requests never meets a connection from before.
#[derive(Clone)]
pub struct Upstreams {
    ports: Arc<[u16]>,
    open: Arc<Mutex<HashMap<u16, Line>>>,
}

impl std::fmt::Debug for Upstreams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Upstreams({:?})", self.ports)
    }
}

impl Upstreams {
    /// The upstreams on these ports.
    pub fn new(ports: &[u16]) -> Self {
        Self { ports: ports.into(), open: Arc::default() }
    }

    /// Asks one of them, which the request names by an absolute address.
    pub async fn ask(&self, request: Request<Bytes>, within: Duration) -> Result<Response<Bytes>, Silence> {
        let port = self.permitted(request.uri())?;
        match tokio::time::timeout(within, self.exchange(port, as_sent(request))).await {
            Ok(answer) => answer,
            Err(_) => Err(Silence::TimedOut),
        }
    }

    /// Ends all connections that wait for a question.
    pub fn hang_up(&self) {
        self.open().clear();
    }

    fn permitted(&self, uri: &Uri) -> Result<u16, Silence> {
        let host = uri.host().unwrap_or_default();
        let port = uri.port_u16().unwrap_or(80);
        let is_here = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
        match is_here && uri.scheme_str() == Some("http") && self.ports.contains(&port) {
            true => Ok(port),
            false => Err(Silence::Refused(format!("{uri} is no upstream of this exercise"))),
        }
    }

    async fn exchange(
        &self,
        port: u16,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, Silence> {
        let before = self.open().remove(&port);
        if let Some(mut line) = before
            && line.is_open().await
        {
            match self.over(port, line, request).await {
                // Not one byte of it was written, so that nobody can be asked twice.
                Err(NotAsked::Unsent(back)) => request = *back,
                Err(NotAsked::Silent(silence)) => return Err(silence),
                Ok(answer) => return Ok(answer),
            }
        }
        self.over(port, Line::to(port).await?, request).await.map_err(|failed| match failed {
            NotAsked::Unsent(_) => Silence::Broken("the connection ended at once".into()),
            NotAsked::Silent(silence) => silence,
        })
    }

    /// Asks over a connection, which is kept if an answer came.
    async fn over(
        &self,
        port: u16,
        mut line: Line,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, NotAsked> {
        let answer = line.ask(request).await?;
        self.open().insert(port, line);
        Ok(answer)
    }

    fn open(&self) -> MutexGuard<'_, HashMap<u16, Line>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The request as it goes over a connection: the path alone, and the length of its body.
fn as_sent(request: Request<Bytes>) -> Request<Full<Bytes>> {
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
    Request::from_parts(parts, Full::new(body))
}

#[cfg(test)]
mod tests;
