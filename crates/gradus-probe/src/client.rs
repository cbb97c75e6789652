//! Sends requests, one at a time, over one connection that is kept as long as the server keeps it.

use crate::content;
use crate::dial::Dial;
use crate::error::ProbeError;
use crate::exchange::{Connection, Limits, MOST_HEADERS, Request, Response, Timing};
use crate::witness::{Seen, Witness};
use bytes::{Bytes, BytesMut};
use futures_util::future::{BoxFuture, FutureExt};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use hyper_util::rt::TokioIo;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// After so long, a server may be about to close an idle connection; a request that must not be sent twice takes a new one.
const STALE: Duration = Duration::from_secs(1);

/// Sends requests to one server.
pub struct Client {
    dial: Arc<dyn Dial>,
    port: u16,
    host: String,
    limits: Limits,
    idle: Option<Line>,
}

/// One connection.
struct Line {
    sender: SendRequest<Full<Bytes>>,
    seen: Seen,
    driver: JoinHandle<()>,
    used: Instant,
    /// How long connecting took, until it was first used.
    connected: Option<Duration>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Client {
    /// A client of the server on `port`; `host` is what `Host` says unless a request says otherwise.
    pub fn new(dial: Arc<dyn Dial>, port: u16, host: String, limits: Limits) -> Self {
        Self { dial, port, host, limits, idle: None }
    }

    /// How long the next exchanges may take.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.limits.timeout = timeout;
    }

    /// Closes the idle connection.
    pub fn drop_connections(&mut self) {
        self.idle = None;
    }

    /// Sends a request and reads its whole answer. It must be called within a tokio runtime.
    ///
    /// A kept connection that the server has closed in the meantime is replaced once, if nothing of an answer came and the
    /// method is idempotent (RFC 9110 §9.2.2).
    pub fn send<'c>(&'c mut self, request: &'c Request) -> BoxFuture<'c, Result<Response, ProbeError>> {
        async move {
            let limit = self.limits.timeout;
            let seen = Seen::default();
            let mut current = seen.clone();
            let begun = Instant::now();
            let outcome = tokio::time::timeout(limit, self.exchange(request, &mut current, begun)).await;
            match outcome {
                Ok(Ok(response)) => Ok(response),
                Ok(Err(error)) => {
                    self.idle = None;
                    Err(error)
                }
                Err(_) => {
                    self.idle = None;
                    match current.bytes() {
                        0 => Err(ProbeError::Silent(limit)),
                        received => Err(ProbeError::Slow { limit, received }),
                    }
                }
            }
        }
        .boxed()
    }

    async fn exchange(
        &mut self,
        request: &Request,
        seen: &mut Seen,
        begun: Instant,
    ) -> Result<Response, ProbeError> {
        let reused = self.take_idle(request);
        let was_reused = reused.is_some();
        let line = match reused {
            Some(line) => line,
            None => self.connect().await?,
        };
        match self.exchange_on(line, request, seen, begun).await {
            Err(ProbeError::ClosedEarly | ProbeError::ResetEarly)
                if was_reused && is_idempotent(&request.method) =>
            {
                let line = self.connect().await?;
                self.exchange_on(line, request, seen, begun).await
            }
            other => other,
        }
    }

    fn take_idle(&mut self, request: &Request) -> Option<Line> {
        let line = self.idle.take().filter(|line| !line.sender.is_closed())?;
        let stale = line.used.elapsed() > STALE && !is_idempotent(&request.method);
        (request.connection == Connection::Keep && !stale).then_some(line)
    }

    async fn connect(&self) -> Result<Line, ProbeError> {
        let begun = Instant::now();
        let stream = self.dial.connect(self.port).await.map_err(|error| match error.kind() {
            ErrorKind::ConnectionRefused => ProbeError::Refused,
            _ => ProbeError::Unreachable(error.to_string()),
        })?;
        let (witness, seen) = Witness::new(stream);
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(self.limits.head_bytes.max(8 * 1024))
            .handshake(TokioIo::new(witness))
            .await
            .map_err(|error| ProbeError::Other(error.to_string()))?;
        // What goes wrong on the connection is told to whoever waits for its answer.
        let driver = tokio::spawn(async move { drop(connection.await) });
        Ok(Line { sender, seen, driver, used: begun, connected: Some(begun.elapsed()) })
    }

    async fn exchange_on(
        &mut self,
        mut line: Line,
        request: &Request,
        seen: &mut Seen,
        begun: Instant,
    ) -> Result<Response, ProbeError> {
        line.seen.forget();
        *seen = line.seen.clone();
        let sent = self.hyper_request(request)?;
        if line.sender.ready().await.is_err() {
            return Err(ProbeError::ClosedEarly);
        }
        let answer =
            line.sender.send_request(sent).await.map_err(|error| self.head_error(&error, &line.seen))?;
        let head = begun.elapsed();
        let (parts, body) = answer.into_parts();
        let promised = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = self.read_body(body, promised).await?;
        let body = content::decode(
            body,
            parts.headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes),
            self.limits.decoded_bytes,
        )?;
        let timing = Timing { connected: line.connected.take(), head, total: begun.elapsed() };
        let closes = request.connection == Connection::Close;
        line.used = Instant::now();
        if !closes && !line.sender.is_closed() {
            self.idle = Some(line);
        }
        let reason = parts.extensions.get::<hyper::ext::ReasonPhrase>();
        Ok(Response {
            status: parts.status.as_u16(),
            reason: match reason {
                Some(reason) => String::from_utf8_lossy(reason.as_bytes()).into_owned(),
                None => parts.status.canonical_reason().unwrap_or("").to_owned(),
            },
            headers: parts
                .headers
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
                .collect(),
            body,
            timing,
        })
    }

    fn hyper_request(&self, request: &Request) -> Result<hyper::Request<Full<Bytes>>, ProbeError> {
        let bad = |why: String| ProbeError::BadRequest(why);
        let mut sent = hyper::Request::new(Full::new(request.body.clone()));
        *sent.method_mut() =
            request.method.parse().map_err(|_| bad(format!("{:?} is no method", request.method)))?;
        *sent.uri_mut() = request
            .target
            .parse()
            .map_err(|error| bad(format!("{:?} is no target: {error}", request.target)))?;
        let headers = sent.headers_mut();
        for (name, value) in &request.headers {
            let name: HeaderName = name.parse().map_err(|_| bad(format!("{name:?} is no header's name")))?;
            let value = HeaderValue::from_bytes(value)
                .map_err(|_| bad(format!("the value of {name} holds a control character")))?;
            headers.append(name, value);
        }
        if !headers.contains_key(HOST) {
            headers.insert(HOST, HeaderValue::from_str(&self.host).map_err(|error| bad(error.to_string()))?);
        }
        if request.connection == Connection::Close {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(sent)
    }

    async fn read_body(&self, mut body: Incoming, promised: Option<u64>) -> Result<Bytes, ProbeError> {
        let limit = self.limits.body_bytes;
        // Most bodies come in one piece, which then is not copied.
        let mut whole = Bytes::new();
        let mut pieces: Option<BytesMut> = None;
        while let Some(frame) = body.frame().await {
            let got = pieces.as_ref().map_or(whole.len(), BytesMut::len);
            let frame = frame.map_err(|_| match promised {
                Some(promised) if (got as u64) < promised => {
                    ProbeError::BodyShort { got: got as u64, promised }
                }
                _ => ProbeError::BodyBrokeOff(got as u64),
            })?;
            let Ok(data) = frame.into_data() else { continue };
            if got + data.len() > limit {
                return Err(ProbeError::BodyTooLarge(limit));
            }
            match &mut pieces {
                Some(pieces) => pieces.extend_from_slice(&data),
                None if whole.is_empty() => whole = data,
                None => pieces = Some([whole.as_ref(), data.as_ref()].concat().as_slice().into()),
            }
        }
        Ok(pieces.map_or(whole, BytesMut::freeze))
    }

    /// Why there is no head.
    fn head_error(&self, error: &hyper::Error, seen: &Seen) -> ProbeError {
        let too_large = ProbeError::HeadTooLarge { bytes: self.limits.head_bytes, count: MOST_HEADERS };
        match seen.bytes() {
            0 if seen.was_reset() => ProbeError::ResetEarly,
            0 => ProbeError::ClosedEarly,
            _ if error.is_parse_too_large() => too_large,
            _ if error.is_parse() && seen.begins_like_http() => ProbeError::BadHead(seen.beginning()),
            _ if error.is_parse() => ProbeError::NotHttp(seen.beginning()),
            bytes if error.is_incomplete_message() && seen.begins_like_http() => {
                ProbeError::HeadBrokeOff(bytes)
            }
            _ if !seen.begins_like_http() => ProbeError::NotHttp(seen.beginning()),
            bytes => ProbeError::HeadBrokeOff(bytes),
        }
    }
}

/// RFC 9110 §9.2.2.
fn is_idempotent(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE")
}
