//! What a submission says to a service that can't refuse anything by itself, and what of that must not pass.

use super::memcached::Reset;
use gradus_model::service::Engine;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A connection to a service, for a submission.
#[derive(Debug)]
pub struct Guarded {
    stream: TcpStream,
    /// Memcached has no roles: its counters are begun anew by whoever asks.
    refuses: Option<Reset>,
}

impl Guarded {
    /// One to a service of this kind.
    pub fn new(engine: Engine, stream: TcpStream) -> Self {
        Self { stream, refuses: (engine == Engine::Memcached).then(Reset::default) }
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let Some(before) = self.refuses else { return Pin::new(&mut self.stream).poll_write(cx, buf) };
        // What does not pass now is offered again.
        let mut looked = before;
        if looked.is_in(buf) {
            return Poll::Ready(Err(io::ErrorKind::PermissionDenied.into()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        if let Poll::Ready(Ok(length)) = written {
            let mut passed = before;
            passed.is_in(&buf[..length]);
            self.refuses = Some(passed);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
