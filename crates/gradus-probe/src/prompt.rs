//! A connection that acknowledges at once what it waits for more of. A server that writes head and body apart waits for the
//! acknowledgement of the first before it sends the second (RFC 896); put off by 40 ms, as usual, it would make every answer of such
//! a server that late. One whose answers come in one piece is spared a packet for each.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// After so many answers in one piece, one in pieces is not expected any more.
const ENOUGH: u32 = 8;

/// A TCP connection without delays of ours.
#[derive(Debug)]
pub struct Prompt {
    stream: TcpStream,
    /// What came since we wrote last.
    came: Came,
    /// How many answers in a row came in one piece.
    whole: u32,
}

/// What came since we wrote last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Nothing,
    /// Something, which is not acknowledged yet.
    Something,
    /// Something, and we wait for more.
    Acknowledged,
}

impl Prompt {
    /// Nothing is put off, in either direction.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, came: Came::Nothing, whole: 0 })
    }

    /// We write: what came before was an answer.
    fn begin(&mut self) {
        if self.came != Came::Nothing {
            self.whole = self.whole.saturating_add(1);
        }
        self.came = Came::Nothing;
    }

    /// The system forgets it again and again (tcp(7), TCP_QUICKACK). Without it, answers are only later.
    fn acknowledge(&self) {
        #[cfg(target_os = "linux")]
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.stream, true);
    }
}

impl AsyncRead for Prompt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if read.is_ready() {
            if self.came != Came::Nothing {
                self.whole = 0;
            }
            self.came = Came::Something;
        } else if self.came == Came::Something && self.whole < ENOUGH {
            self.acknowledge();
            self.came = Came::Acknowledged;
        }
        read
    }
}

impl AsyncWrite for Prompt {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.begin();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.begin();
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
