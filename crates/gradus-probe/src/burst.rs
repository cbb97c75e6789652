//! Requests that many clients begin at one moment: each is written but for its last byte, then all last bytes go out.

use crate::dial::{BoxStream, Dial, Dialing};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;

/// Holds the first request of each client back until it is released.
#[derive(Clone, Debug)]
pub struct Burst {
    /// When it was released.
    go: watch::Sender<Option<Instant>>,
    /// How many requests wait for it.
    held: watch::Sender<usize>,
}

impl Default for Burst {
    fn default() -> Self {
        Self { go: watch::Sender::new(None), held: watch::Sender::new(0) }
    }
}

impl Burst {
    /// A way to the same server whose first connection is held back.
    pub fn hold(&self, dial: Arc<dyn Dial>) -> Arc<dyn Dial> {
        Arc::new(HeldDial { dial, burst: self.clone() })
    }

    /// Waits until so many requests are held back.
    pub async fn is_held(&self, clients: usize) {
        // We hold a sender ourselves, so the wait ends only when it is so.
        let _ = self.held.subscribe().wait_for(|held| *held >= clients).await;
    }

    /// Lets all of them go, at this moment.
    pub fn release(&self) -> Instant {
        let now = Instant::now();
        self.go.send_replace(Some(now));
        now
    }
}

struct HeldDial {
    dial: Arc<dyn Dial>,
    burst: Burst,
}

impl Dial for HeldDial {
    fn connect(&self, port: u16) -> Dialing<'_> {
        Box::pin(async move {
            let stream = self.dial.connect(port).await?;
            if self.burst.go.borrow().is_some() {
                return Ok(stream);
            }
            let mut go = self.burst.go.subscribe();
            let released = Box::pin(async move {
                let _ = go.wait_for(Option::is_some).await;
            });
            let held = HeldStream {
                stream,
                first: Some(Vec::new()),
                last: None,
                released,
                burst: self.burst.clone(),
            };
            Ok(Box::new(held) as BoxStream)
        })
    }
}

/// Keeps what is written until it is flushed for the first time; then writes it but for its last byte, and that one when the
/// burst is released.
struct HeldStream {
    stream: BoxStream,
    /// What of the first request is not written yet.
    first: Option<Vec<u8>>,
    /// Its last byte.
    last: Option<u8>,
    released: Pin<Box<dyn Future<Output = ()> + Send>>,
    burst: Burst,
}

impl HeldStream {
    fn poll_first(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.last.is_none()
            && let Some(byte) = self.first.as_mut().and_then(Vec::pop)
        {
            self.last = Some(byte);
            self.burst.held.send_modify(|held| *held += 1);
        }
        while let Some(rest) = self.first.as_mut().filter(|rest| !rest.is_empty()) {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, rest))?;
            rest.drain(..written);
        }
        if let Some(byte) = self.last {
            ready!(Pin::new(&mut self.stream).poll_flush(context))?;
            ready!(self.released.as_mut().poll(context));
            if ready!(Pin::new(&mut self.stream).poll_write(context, &[byte]))? == 1 {
                self.last = None;
            }
        }
        self.first = None;
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for HeldStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for HeldStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.first {
            Some(first) => {
                first.extend_from_slice(bytes);
                Poll::Ready(Ok(bytes.len()))
            }
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let is_empty = self.first.as_ref().is_some_and(Vec::is_empty) && self.last.is_none();
        if self.first.is_some() && !is_empty {
            ready!(self.poll_first(context))?;
        }
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
