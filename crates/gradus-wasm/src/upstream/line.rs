//! One connection to an upstream, over which one question is asked after another. Nothing happens on it unless it is asked
//! or looked at: what the upstream did meanwhile is seen then.

use super::{MOST, Silence};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::future::{Future, poll_fn};
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::task::Poll;
use tokio::net::TcpStream;

/// A connection.
pub struct Line {
    sender: SendRequest<Full<Bytes>>,
    /// What carries the bytes, until it has ended.
    carrier: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

/// Why no answer came.
pub enum NotAsked {
    /// Not one byte was written, and the request is still here.
    Unsent(Box<Request<Full<Bytes>>>),
    /// It was asked.
    Silent(Silence),
}

impl Line {
    /// A new connection.
    pub async fn to(port: u16) -> Result<Self, Silence> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await;
        let stream = stream.map_err(|error| Silence::Refused(error.to_string()))?;
        // Small messages should not wait for one another.
        let _ = stream.set_nodelay(true);
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        // How it ends is told to whoever asks.
        let carrier = Box::pin(async move { drop(connection.await) });
        Ok(Self { sender, carrier: Some(carrier) })
    }

    /// Whether it can be asked: neither side has ended it, and nothing came that nobody asked for.
    pub async fn is_open(&mut self) -> bool {
        let Some(carrier) = &mut self.carrier else { return false };
        let ended = poll_fn(|context| Poll::Ready(carrier.as_mut().poll(context).is_ready())).await;
        if ended {
            self.carrier = None;
        }
        !ended && self.sender.is_ready()
    }

    /// Asks, and takes the whole answer.
    pub async fn ask(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, NotAsked> {
        let Self { sender, carrier } = self;
        let asked = async {
            let response = sender.try_send_request(request).await;
            let response = response.map_err(|mut error| match error.take_message() {
                Some(request) => NotAsked::Unsent(Box::new(request)),
                None => NotAsked::Silent(broken(error.into_error())),
            })?;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, MOST).collect().await;
            let body = body.map_err(|error| NotAsked::Silent(Silence::Broken(error.to_string())))?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        };
        tokio::pin!(asked);
        let ended = async {
            match carrier {
                Some(carrier) => carrier.await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            answer = &mut asked => return answer,
            () = ended => {}
        }
        *carrier = None;
        // What came before the end may be a whole answer.
        asked.await
    }
}

fn broken(error: hyper::Error) -> Silence {
    Silence::Broken(error.to_string())
}
