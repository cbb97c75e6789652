//! A program's standard input and output as one connection. A message enters it whole, so that what the program reads at
//! once never depends on chance.

use crate::state::World;
use crate::stopped::Stopped;
use bytes::{Bytes, BytesMut};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use wasmtime_wasi::cli::{IsTerminal, StdinStream, StdoutStream};
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

const AT_ONCE: usize = 64 << 10;

/// Both directions. Clones share it.
#[derive(Clone, Debug)]
pub struct Pipe {
    bytes: Arc<Mutex<InBoth>>,
    came: Arc<Notify>,
    world: World,
}

#[derive(Debug, Default)]
struct InBoth {
    /// What the program may read.
    input: BytesMut,
    input_ends: bool,
    /// What was sent and is not whole yet.
    staged: BytesMut,
    /// What the program wrote.
    output: BytesMut,
    output_ends: bool,
    written: u64,
    reader: Option<Waker>,
}

impl Pipe {
    /// That of a program in this world, which bounds what it writes for each message.
    pub fn new(world: &World) -> Self {
        Self { bytes: Arc::default(), came: Arc::default(), world: world.clone() }
    }

    fn bytes(&self) -> MutexGuard<'_, InBoth> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the program all that it will ever read.
    pub fn feed_and_close(&self, input: &[u8]) {
        let mut bytes = self.bytes();
        bytes.input.extend_from_slice(input);
        bytes.input_ends = true;
        drop(bytes);
        self.came.notify_one();
    }

    /// What the program wrote, all of it.
    pub fn take_output(&self) -> Bytes {
        self.bytes().output.split().freeze()
    }

    /// The program writes nothing more.
    pub fn end_output(&self) {
        let mut bytes = self.bytes();
        bytes.output_ends = true;
        if let Some(waker) = bytes.reader.take() {
            waker.wake();
        }
    }

    /// The program's end for reading.
    pub fn input(&self) -> Input {
        Input(self.clone())
    }

    /// The program's end for writing.
    pub fn output(&self) -> Outlet {
        Outlet(self.clone())
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut bytes = self.bytes();
        if bytes.output.is_empty() && !bytes.output_ends {
            bytes.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let count = bytes.output.len().min(buffer.remaining());
        buffer.put_slice(&bytes.output.split_to(count));
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, sent: &[u8]) -> Poll<io::Result<usize>> {
        self.bytes().staged.extend_from_slice(sent);
        Poll::Ready(Ok(sent.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bytes = self.bytes();
        if !bytes.staged.is_empty() {
            let staged = bytes.staged.split();
            bytes.input.unsplit(staged);
            bytes.written = 0;
            drop(bytes);
            self.came.notify_one();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

/// Standard input.
#[derive(Clone, Debug)]
pub struct Input(Pipe);

#[async_trait::async_trait]
impl Pollable for Input {
    async fn ready(&mut self) {
        let mut told = false;
        loop {
            {
                let bytes = self.0.bytes();
                if !bytes.input.is_empty() || bytes.input_ends {
                    return;
                }
            }
            if !told {
                told = true;
                self.0.world.is_idle();
            }
            self.0.came.notified().await;
        }
    }
}

#[async_trait::async_trait]
impl InputStream for Input {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        let mut bytes = self.0.bytes();
        if bytes.input.is_empty() && bytes.input_ends {
            return Err(StreamError::Closed);
        }
        let count = bytes.input.len().min(size);
        Ok(bytes.input.split_to(count).freeze())
    }
}

impl IsTerminal for Input {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for Input {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(tokio::io::empty())
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(self.clone())
    }
}

/// Standard output.
#[derive(Clone, Debug)]
pub struct Outlet(Pipe);

#[async_trait::async_trait]
impl Pollable for Outlet {
    async fn ready(&mut self) {}
}

impl OutputStream for Outlet {
    fn write(&mut self, written: Bytes) -> StreamResult<()> {
        let mut bytes = self.0.bytes();
        bytes.written += written.len() as u64;
        let most = self.0.world.settings.limits.answer;
        if bytes.written > most {
            return Err(StreamError::Trap(wasmtime::Error::new(Stopped::Answer(most))));
        }
        bytes.output.extend_from_slice(&written);
        if let Some(waker) = bytes.reader.take() {
            waker.wake();
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(AT_ONCE)
    }
}

impl IsTerminal for Outlet {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Outlet {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}
