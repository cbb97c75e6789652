//! A way out of a room to hosts that were permitted, and to no other: an HTTP proxy that tunnels (CONNECT, RFC 9110 §9.3.6)
//! and passes on plain requests. It looks names up itself: a room needs neither a resolver nor a route.

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HOST, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// How long a connection to a permitted host may take to come about.
const CONNECTS: Duration = Duration::from_secs(20);
/// Ports that a host is permitted on unless another one is named.
const PORTS: [u16; 2] = [80, 443];

type Body = BoxBody<Bytes, hyper::Error>;

/// The way out. Clones share it.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    permitted: Vec<Permitted>,
    noted: Mutex<Noted>,
}

#[derive(Clone, Debug, Default)]
struct Noted {
    denied: BTreeSet<String>,
    unreachable: BTreeSet<String>,
}

/// A host that may be reached, on one port or on the usual ones.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Permitted {
    host: String,
    port: Option<u16>,
}

/// What was written is no host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoHost(pub String);

impl Gate {
    /// One that leads to these hosts: `registry.example`, or `registry.example:8443`.
    pub fn new(hosts: &[String]) -> Result<Self, NoHost> {
        let permitted = hosts.iter().map(|host| permitted(host).ok_or_else(|| NoHost(host.clone())));
        let permitted = permitted.collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(Shared { permitted, noted: Mutex::default() })))
    }

    /// Hosts that were asked for and are not permitted.
    pub fn denied(&self) -> Vec<String> {
        self.noted().denied.iter().cloned().collect()
    }

    /// Hosts that are permitted and could not be reached, with the reason.
    pub fn unreachable(&self) -> Vec<String> {
        self.noted().unreachable.iter().cloned().collect()
    }

    /// Serves until the future is dropped; then its connections are gone too.
    pub fn serve(self, listener: TcpListener) -> BoxFuture<'static, ()> {
        self.serving(listener).boxed()
    }

    async fn serving(self, listener: TcpListener) {
        let mut connections = tokio::task::JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => drop(connections.spawn(self.clone().connection(stream))),
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    async fn connection(self, stream: TcpStream) {
        let (tunnels, mut opened) = tokio::sync::mpsc::unbounded_channel();
        let service = service_fn(move |request| self.clone().answer(request, tunnels.clone()));
        let serving = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        // However the connection ends, the gate goes on.
        let _ = serving.await;
        if let Some(Tunnel { client, mut server }) = opened.recv().await
            && let Ok(client) = client.await
        {
            // Whichever side closes first has its reasons.
            let _ = tokio::io::copy_bidirectional(&mut TokioIo::new(client), &mut server).await;
        }
    }

    async fn answer(
        self,
        mut request: Request<Incoming>,
        tunnels: tokio::sync::mpsc::UnboundedSender<Tunnel>,
    ) -> Result<Response<Body>, hyper::Error> {
        let default = if request.method() == Method::CONNECT { 443 } else { 80 };
        let Some((host, port)) = address(request.uri(), default) else {
            return Ok(said(StatusCode::BAD_REQUEST, "this is a proxy: name a host".to_owned()));
        };
        let name = format!("{host}:{port}");
        if !self.0.permitted.iter().any(|permitted| permitted.covers(&host, port)) {
            self.noted().denied.insert(if PORTS.contains(&port) { host } else { name.clone() });
            return Ok(said(StatusCode::FORBIDDEN, format!("{name} is not permitted")));
        }
        let server = match tokio::time::timeout(CONNECTS, TcpStream::connect((host.as_str(), port))).await {
            Ok(Ok(server)) => server,
            Ok(Err(error)) => return Ok(self.gone(format!("{name}: {error}"))),
            Err(_) => return Ok(self.gone(format!("{name}: no answer"))),
        };
        if request.method() == Method::CONNECT {
            let client = hyper::upgrade::on(&mut request);
            // Who asks twice on one connection is answered once.
            let _ = tunnels.send(Tunnel { client, server });
            return Ok(Response::new(empty()));
        }
        match pass_on(request, server, &name).await {
            Ok(response) => Ok(response.map(BodyExt::boxed)),
            Err(error) => Ok(self.gone(format!("{name}: {error}"))),
        }
    }

    fn gone(&self, why: String) -> Response<Body> {
        let answer = said(StatusCode::BAD_GATEWAY, why.clone());
        self.noted().unreachable.insert(why);
        answer
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Two connections that are to be one.
struct Tunnel {
    client: hyper::upgrade::OnUpgrade,
    server: TcpStream,
}

impl Permitted {
    fn covers(&self, host: &str, port: u16) -> bool {
        self.host.eq_ignore_ascii_case(host) && self.port.map_or(PORTS.contains(&port), |own| own == port)
    }
}

fn permitted(text: &str) -> Option<Permitted> {
    let authority: hyper::http::uri::Authority = text.parse().ok()?;
    let plain = !authority.host().is_empty() && !text.contains('@');
    plain.then(|| Permitted { host: authority.host().to_owned(), port: authority.port_u16() })
}

/// The host and the port that a request to a proxy names.
fn address(uri: &Uri, default: u16) -> Option<(String, u16)> {
    let host = uri.host()?.trim_start_matches('[').trim_end_matches(']');
    Some((host.to_owned(), uri.port_u16().unwrap_or(default)))
}

/// Sends a plain request to the host that it names.
async fn pass_on(
    request: Request<Incoming>,
    server: TcpStream,
    name: &str,
) -> Result<Response<Incoming>, hyper::Error> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(server)).await?;
    // It ends with the answer.
    tokio::spawn(connection);
    let (mut head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    // What was a path in one address is one in another.
    head.uri = path.parse().unwrap_or_default();
    head.headers.remove(HeaderName::from_static("proxy-connection"));
    head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    if !head.headers.contains_key(HOST)
        && let Ok(host) = HeaderValue::from_str(name)
    {
        head.headers.insert(HOST, host);
    }
    sender.send_request(Request::from_parts(head, body)).await
}

fn said(status: StatusCode, text: String) -> Response<Body> {
    let mut response =
        Response::new(Full::new(Bytes::from(text + "\n")).map_err(|never| match never {}).boxed());
    *response.status_mut() = status;
    response
}

fn empty() -> Body {
    Full::new(Bytes::new()).map_err(|never| match never {}).boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// What comes back for these bytes through a gate that leads to a server saying `hello`.
    async fn through(request: &str, permit: fn(u16) -> String) -> (String, Vec<String>) {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = server.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = server.accept().await {
                let mut asked = [0; 4096];
                let length = stream.read(&mut asked).await.unwrap_or(0);
                let asked = String::from_utf8_lossy(&asked[..length]).into_owned();
                let first = asked.lines().next().unwrap_or("");
                let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{first}", first.len());
                stream.write_all(answer.as_bytes()).await.expect("an answer");
            }
        });
        let gate = Gate::new(&[permit(port)]).expect("a host");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(gate.clone().serve(listener));
        let mut client = TcpStream::connect(address).await.expect("a gate");
        let request = request.replace("PORT", &port.to_string());
        let (head, inside) = request.split_once('|').unwrap_or((&request, ""));
        client.write_all(head.as_bytes()).await.expect("a request");
        let mut answer = vec![0; 4096];
        let length = client.read(&mut answer).await.expect("an answer");
        let mut answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        if !inside.is_empty() {
            client.write_all(inside.as_bytes()).await.expect("a request");
            client.shutdown().await.expect("an end");
            client.read_to_string(&mut answer).await.expect("an answer");
        }
        serving.abort();
        (answer, gate.denied())
    }

    #[tokio::test]
    async fn a_permitted_host_is_reached_through_a_tunnel_and_by_plain_requests() {
        let own = |port| format!("localhost:{port}");
        let tunnel = "CONNECT localhost:PORT HTTP/1.1\r\nhost: x\r\n\r\n|GET /inside HTTP/1.1\r\n\r\n";
        let (answer, denied) = through(tunnel, own).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("GET /inside HTTP/1.1"), "{answer}");
        assert!(denied.is_empty());
        let (answer, _) =
            through("GET http://localhost:PORT/a?b HTTP/1.1\r\nhost: localhost\r\n\r\n", own).await;
        assert!(answer.contains("GET /a?b HTTP/1.1"), "{answer}");
    }

    #[tokio::test]
    async fn another_host_and_another_port_are_denied_and_named() {
        let elsewhere = |_| "registry.example".to_owned();
        let (answer, denied) = through("CONNECT localhost:PORT HTTP/1.1\r\nhost: x\r\n\r\n", elsewhere).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
        assert!(denied[0].starts_with("localhost:"), "{denied:?}");
        let (answer, denied) =
            through("GET http://other.example/ HTTP/1.1\r\nhost: x\r\n\r\n", elsewhere).await;
        assert!(answer.contains("not permitted") && denied == ["other.example"], "{answer}");
        let (answer, _) = through("GET /origin-form HTTP/1.1\r\nhost: x\r\n\r\n", elsewhere).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for wrong in ["", "http://a.example/", "a b", "user@a.example"] {
            assert!(Gate::new(&[wrong.to_owned()]).is_err(), "{wrong}");
        }
    }
}
