//! What a program prints: its last bytes are kept, cut into slices, and more than it may is an end of it.

use crate::meter::Meter;
use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// So many bytes are kept.
const KEPT: usize = 1 << 20;
/// So many bytes a program writes at once at most.
const AT_ONCE: usize = 64 << 10;

/// What a program printed, over all its instances. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Output(Arc<Mutex<Printed>>);

#[derive(Debug, Default)]
struct Printed {
    last: VecDeque<u8>,
    total: u64,
}

impl Output {
    fn printed(&self) -> MutexGuard<'_, Printed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes so far.
    pub fn total(&self) -> u64 {
        self.printed().total
    }

    /// What came since there were so many bytes: what is kept of it, and how many bytes are not.
    pub fn since(&self, total: u64) -> (Vec<u8>, u64) {
        let printed = self.printed();
        let wanted = printed.total - total.min(printed.total);
        let kept = (printed.last.len() as u64).min(wanted);
        let skip = printed.last.len() - kept as usize;
        (printed.last.iter().skip(skip).copied().collect(), wanted - kept)
    }

    pub(crate) fn push(&self, bytes: &[u8]) {
        let mut printed = self.printed();
        printed.total += bytes.len() as u64;
        printed.last.extend(bytes);
        let surplus = printed.last.len().saturating_sub(KEPT);
        printed.last.drain(..surplus);
    }
}

/// A stream of a program into its output.
#[derive(Clone, Debug)]
pub struct Printer {
    /// Where it goes.
    pub output: Output,
    /// What counts it.
    pub meter: Meter,
}

#[async_trait::async_trait]
impl Pollable for Printer {
    async fn ready(&mut self) {}
}

impl OutputStream for Printer {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.output.push(&bytes);
        self.meter.print(bytes.len()).map_err(|stopped| StreamError::Trap(wasmtime::Error::new(stopped)))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(AT_ONCE)
    }
}

impl IsTerminal for Printer {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printer {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}
