//! What a keeper hands out of its room: sockets of its network, and files. A socket belongs for ever to the network in
//! which it was made, so whoever gets one connects or listens inside.

use crate::wire::{Answer, MOST_FILES};
use rustix::fs::{FileType, Mode, OFlags, fstat};
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
use std::os::fd::OwnedFd;
use std::path::Path;

/// So many unconnected TCP sockets.
pub fn sockets(count: usize, v6: bool) -> (Answer, Vec<OwnedFd>) {
    let family = if v6 { AddressFamily::INET6 } else { AddressFamily::INET };
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let made: Result<Vec<_>, _> =
        (0..count.min(MOST_FILES)).map(|_| socket_with(family, SocketType::STREAM, flags, None)).collect();
    match made {
        Ok(sockets) => (Answer::Files, sockets),
        Err(error) => (Answer::No(error.to_string()), Vec::new()),
    }
}

/// A regular file; never a device, a pipe that would block, or what a link leads to.
pub fn file(path: &Path) -> (Answer, Vec<OwnedFd>) {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    #[cfg(target_os = "linux")]
    let opened = rustix::fs::openat2(
        rustix::fs::CWD,
        path,
        flags,
        Mode::empty(),
        rustix::fs::ResolveFlags::NO_SYMLINKS,
    );
    #[cfg(not(target_os = "linux"))]
    let opened = rustix::fs::open(path, flags, Mode::empty());
    match opened.and_then(|file| Ok((fstat(&file)?, file))) {
        Ok((stat, file)) if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile => {
            (Answer::Files, vec![file])
        }
        Ok(_) => (Answer::No("it is not a regular file".to_owned()), Vec::new()),
        Err(error) => (Answer::No(error.to_string()), Vec::new()),
    }
}
