//! A stream that remembers how its answer began, so that an error can show it.

use crate::dial::BoxStream;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How many bytes are remembered.
const REMEMBERED: usize = 48;

/// What was seen since the last [`Seen::forget`]. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Seen(Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
struct Memory {
    first: Vec<u8>,
    bytes: u64,
    reset: bool,
}

impl Seen {
    /// A new exchange begins.
    pub fn forget(&self) {
        let mut memory = self.memory();
        memory.first.clear();
        memory.bytes = 0;
    }

    /// How many bytes came.
    pub fn bytes(&self) -> u64 {
        self.memory().bytes
    }

    /// Whether the other side reset the connection.
    pub fn was_reset(&self) -> bool {
        self.memory().reset
    }

    /// Whether the answer begins like HTTP/1.
    pub fn begins_like_http(&self) -> bool {
        self.memory().first.starts_with(b"HTTP/1")
    }

    /// The first bytes, quoted, with everything that is not printable escaped.
    pub fn beginning(&self) -> String {
        format!("\"{}\"", self.memory().first.escape_ascii())
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The stream.
pub struct Witness {
    stream: BoxStream,
    seen: Seen,
}

impl Witness {
    /// Watches a stream.
    pub fn new(stream: BoxStream) -> (Self, Seen) {
        let seen = Seen::default();
        (Self { stream, seen: seen.clone() }, seen)
    }
}

impl AsyncRead for Witness {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = ready!(Pin::new(&mut self.stream).poll_read(cx, buffer));
        let mut memory = self.seen.memory();
        match &result {
            Ok(()) => {
                let new = &buffer.filled()[before..];
                memory.bytes += new.len() as u64;
                let room = REMEMBERED.saturating_sub(memory.first.len()).min(new.len());
                memory.first.extend_from_slice(&new[..room]);
            }
            Err(error) => memory.reset |= error.kind() == io::ErrorKind::ConnectionReset,
        }
        drop(memory);
        Poll::Ready(result)
    }
}

impl AsyncWrite for Witness {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
