//! The seam: whoever can be connected to.

use crate::prompt::Prompt;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::pin::Pin;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Bytes in both directions.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Any stream.
pub type BoxStream = Box<dyn Stream>;

/// A connection in the making.
pub type Dialing<'a> = Pin<Box<dyn Future<Output = io::Result<BoxStream>> + Send + 'a>>;

/// Whoever can be connected to.
pub trait Dial: Send + Sync {
    /// Connects to a port. The error is the system's.
    fn connect(&self, port: u16) -> Dialing<'_>;
}

/// This machine's loopback: IPv4, and IPv6 where that refuses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loopback;

impl Dial for Loopback {
    fn connect(&self, port: u16) -> Dialing<'_> {
        Box::pin(async move {
            let stream = match TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
                Ok(stream) => stream,
                Err(error) => TcpStream::connect((Ipv6Addr::LOCALHOST, port)).await.map_err(|_| error)?,
            };
            Ok(Box::new(Prompt::new(stream)?) as BoxStream)
        })
    }
}
