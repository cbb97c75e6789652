//! What is said between us, the zygote and the keepers. All ends are the same binary, so none of it is versioned.
//!
//! Two sockets lead to a keeper. Over *control* go orders to it, and lines that it tells by itself; over *supplies* it is
//! asked, and answers each question with open files.

use crate::ending::{Ending, Usage};
use crate::listeners::Listening;
use crate::spec::Program;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

/// The most open files that one message carries.
pub const MOST_FILES: usize = 32;

/// What the zygote is asked for: a keeper with these two files, its ends of control and supplies.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub enum Birth {
    /// Below the zygote, like any child.
    Plain {
        /// What its control group is bounded by, if it is to have one.
        bounds: Option<Bounds>,
    },
    /// In namespaces of its own.
    Native {
        /// The id of the host that stands behind its user, or ours when missing.
        host_id: Option<u32>,
        /// What its control group is bounded by.
        bounds: Bounds,
    },
}

/// What the system holds for all processes of a room together, where rooms have control groups.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Bounds {
    /// Bytes of memory; files in memory are charged too.
    pub memory: u64,
    /// Processes and threads at once.
    pub tasks: u32,
}

/// What a keeper is ordered to do. The first message is the room's specification.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Order {
    /// Run a program; with it come three files, its standard input, output and error.
    Run {
        /// Our name for it.
        id: u32,
        /// What it is.
        program: Program,
    },
    /// Ask one program and what is in its process group to end.
    Term {
        /// Which.
        id: u32,
    },
    /// Kill one program and what is in its process group.
    KillOne {
        /// Which.
        id: u32,
    },
    /// Kill everything once, and stay.
    Kill,
    /// Stop everything until it is resumed.
    Pause,
    /// Let everything go on.
    Resume,
    /// Kill until nothing is left, and stay.
    Clear,
}

/// What a keeper tells by itself, one line each.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Told {
    /// The room is there.
    Ready(Holds),
    /// It could not be made, or a program could not be run, through no fault of the program.
    Refused {
        /// What we were doing.
        step: String,
        /// The system's reason.
        why: String,
    },
    /// A program runs.
    Started {
        /// Which.
        id: u32,
    },
    /// A program ended.
    Ended {
        /// Which.
        id: u32,
        /// How.
        ending: Ending,
    },
    /// What was used so far.
    Used(Usage),
    /// Nothing is left of what ran, as it was ordered.
    Cleared,
    /// Everything stands still, as it was ordered.
    Paused,
}

/// What of a room holds on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// What limits the memory of all processes together, or empty.
    pub memory: String,
    /// What limits processes and threads, or empty.
    pub tasks: String,
    /// The version of Landlock's interface, or 0.
    pub landlock: u8,
    /// Whether what may be changed is an overlay, and not a copy.
    pub overlay: bool,
    /// Why it has no control group (cgroup v2) of its own, if it has none and should.
    pub no_cgroup: Option<NoCgroup>,
}

/// Why a room has no control group (cgroup v2) of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum NoCgroup {
    /// There is no hierarchy of version 2 in sight.
    #[error("cgroup v2 is not mounted here")]
    NotMounted,
    /// The hierarchy lacks a controller.
    #[error("cgroup v2 has no controller for {0} on this machine: version 1 holds it")]
    NoController(String),
    /// We may make no groups where we are.
    #[error("we may not make groups in {folder}: {why}", folder = folder.display())]
    NotOurs {
        /// Our own group.
        folder: PathBuf,
        /// The system's reason.
        why: String,
    },
    /// Our own group could pass its controllers on only if others left it.
    #[error("other programs ({others}) run in the same group as we, {folder}", folder = folder.display())]
    Shared {
        /// Our own group.
        folder: PathBuf,
        /// How many there are.
        others: usize,
    },
    /// It failed on the way.
    #[error("could not {step}: {why}")]
    Failed {
        /// What we were doing.
        step: String,
        /// The system's reason.
        why: String,
    },
}

/// What a keeper is asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Ask {
    /// So many TCP sockets of the room's network, for IPv6 or IPv4.
    Sockets {
        /// How many.
        count: usize,
        /// IPv6.
        v6: bool,
    },
    /// A file, opened for reading.
    File {
        /// As programs of the room see it.
        path: OsString,
    },
    /// Who listens on a port.
    Listening {
        /// Which.
        port: u16,
    },
    /// How much memory is used right now.
    Memory,
}

/// What a keeper answers; files come with it where they were asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Answer {
    /// Here they are.
    Files,
    /// Who listens.
    Listening(Listening),
    /// So many bytes.
    Memory(u64),
    /// It can't: the system's reason.
    No(String),
}

/// Sends one message and these open files.
pub fn send<T: Serialize>(socket: impl AsFd, message: &T, files: &[BorrowedFd<'_>]) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    let frame = [&length.to_ne_bytes(), body.as_slice()].concat();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !files.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(files)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut sent = sendmsg(&socket, &[IoSlice::new(&frame)], &mut ancillary, NO_SIGNAL)?;
    while sent < frame.len() {
        sent += rustix::net::send(&socket, &frame[sent..], NO_SIGNAL)?;
    }
    Ok(())
}

/// Receives one message and the open files that came with it; `None` at the end of the stream.
pub fn receive<T: DeserializeOwned>(socket: impl AsFd) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_FILES))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut length = [0; 4];
    let received = recvmsg(&socket, &mut [IoSliceMut::new(&mut length)], &mut ancillary, CLOSE_ON_EXEC)?;
    if received.bytes == 0 {
        return Ok(None);
    }
    let rights = ancillary.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(files) => Some(files),
        _ => None,
    });
    let files = rights.flatten().collect();
    let mut rest = Plain(socket.as_fd());
    rest.read_exact(&mut length[received.bytes..])?;
    let mut body = vec![0; u32::from_ne_bytes(length) as usize];
    rest.read_exact(&mut body)?;
    Ok(Some((serde_json::from_slice(&body)?, files)))
}

/// Reads what carries no files.
struct Plain<'f>(BorrowedFd<'f>);

impl Read for Plain<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(self.0, buffer)?)
    }
}

#[cfg(target_os = "linux")]
const NO_SIGNAL: SendFlags = SendFlags::NOSIGNAL;
#[cfg(not(target_os = "linux"))]
const NO_SIGNAL: SendFlags = SendFlags::empty();
#[cfg(target_os = "linux")]
const CLOSE_ON_EXEC: RecvFlags = RecvFlags::CMSG_CLOEXEC;
#[cfg(not(target_os = "linux"))]
const CLOSE_ON_EXEC: RecvFlags = RecvFlags::empty();

/// Tells one thing. Whoever should hear it may be gone; then its socket says so soon enough.
pub fn tell(mut to: impl Write, told: &Told) {
    if let Ok(mut line) = serde_json::to_vec(told) {
        line.push(b'\n');
        let _ = to.write_all(&line);
    }
}
