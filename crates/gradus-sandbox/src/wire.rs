//! What is said between us, the zygote and the keepers: open files for the zygote, one specification to the keeper, then
//! one-byte orders to it and lines of JSON back. All ends are the same binary, so none of it is versioned.

use crate::spec::SandboxSpec;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};
use serde::{Deserialize, Serialize};
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// The most open files that one message carries.
pub const MOST_FILES: usize = 32;

/// What a keeper tells, in this order, each at most once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Told {
    /// The program runs.
    Started {
        /// The keeper's id, as we see it.
        keeper: u32,
    },
    /// We could not run it; nothing else follows.
    Refused {
        /// What we were doing.
        step: String,
        /// The system's reason.
        why: String,
    },
    /// The program can't be executed; nothing else follows.
    NotStarted(String),
    /// The program ended by itself, with this code.
    Exited(i32),
    /// The program ended by this signal.
    Signaled(i32),
    /// The program was ended because all of it used more than this many bytes of memory.
    OutOfMemory(u64),
    /// The program was ended because one process of it used more than this many seconds of processor time.
    OutOfCpu(u64),
    /// Nothing of it is left.
    Gone {
        /// Processor time in microseconds.
        cpu: u64,
        /// Bytes of memory.
        memory: u64,
        /// Processes and threads at once, where they were counted.
        tasks: Option<u32>,
    },
}

/// What a keeper is ordered to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Ask the program to end.
    Term,
    /// Kill all of it, but stay.
    Kill,
    /// Stop all of it until it is resumed.
    Pause,
    /// Let all of it go on.
    Resume,
    /// End everything, yourself too.
    End,
}

impl Order {
    /// It as a byte.
    pub fn byte(self) -> u8 {
        match self {
            Order::Term => b't',
            Order::Kill => b'k',
            Order::Pause => b'p',
            Order::Resume => b'r',
            Order::End => b'e',
        }
    }

    /// A byte as an order; what we never send means the end.
    pub fn from_byte(byte: u8) -> Self {
        match byte {
            b't' => Order::Term,
            b'k' => Order::Kill,
            b'p' => Order::Pause,
            b'r' => Order::Resume,
            _ => Order::End,
        }
    }
}

/// Sends one byte and these open files.
pub fn send_files(socket: impl AsFd, byte: u8, files: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !files.is_empty() && !control.push(SendAncillaryMessage::ScmRights(files)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    sendmsg(socket, &[IoSlice::new(&[byte])], &mut control, NO_SIGNAL)?;
    Ok(())
}

/// Receives one byte and the open files that came with it; `None` at the end of the stream.
pub fn receive_files(socket: impl AsFd) -> io::Result<Option<(u8, Vec<OwnedFd>)>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let received = recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut control, CLOSE_ON_EXEC)?;
    if received.bytes == 0 {
        return Ok(None);
    }
    let rights = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(files) => Some(files),
        _ => None,
    });
    Ok(Some((byte[0], rights.flatten().collect())))
}

#[cfg(target_os = "linux")]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(not(target_os = "linux"))]
const NO_SIGNAL: SendFlags = SendFlags::empty();
#[cfg(target_os = "linux")]
const CLOSE_ON_EXEC: RecvFlags = RecvFlags::CMSG_CLOEXEC;
#[cfg(not(target_os = "linux"))]
const CLOSE_ON_EXEC: RecvFlags = RecvFlags::empty();

/// A specification with its length before it.
pub fn encode(spec: &SandboxSpec) -> io::Result<Vec<u8>> {
    let body = serde_json::to_vec(spec)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    Ok([&length.to_ne_bytes(), body.as_slice()].concat())
}

/// Reads what [`encode`] wrote.
pub fn read_spec(mut from: impl Read) -> io::Result<SandboxSpec> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut body = vec![0; u32::from_ne_bytes(length) as usize];
    from.read_exact(&mut body)?;
    Ok(serde_json::from_slice(&body)?)
}

/// Tells one thing. Whoever should hear it may be gone; then its socket says so soon enough.
pub fn tell(mut to: impl Write, told: &Told) {
    if let Ok(mut line) = serde_json::to_vec(told) {
        line.push(b'\n');
        let _ = to.write_all(&line);
    }
}
