//! Who listens on a port: the kernel's list of listening sockets (sock_diag(7)), then the open files of a process tree.

use crate::tree;
use rustix::net::netlink::{SOCK_DIAG, SocketAddrNetlink};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Who listens on a port of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Listening {
    /// Nobody, and the program listens nowhere.
    Nobody,
    /// The program or something that it started.
    Mine {
        /// On which addresses.
        addresses: Vec<SocketAddr>,
    },
    /// Nobody on this port, but the program listens on others.
    MineElsewhere {
        /// Where.
        ports: Vec<SocketAddr>,
    },
    /// Somebody else.
    Strangers {
        /// The process, where we may know it.
        pid: Option<i32>,
        /// Its name.
        name: Option<String>,
    },
    /// The system does not tell.
    Unknown,
}

/// A listening socket.
struct Listener {
    address: SocketAddr,
    inode: u64,
}

/// Who listens on `port`; what runs below the process `root` counts as the program.
pub fn on(port: u16, root: u32) -> Listening {
    let Ok(listeners) = all() else { return Listening::Unknown };
    let mine = sockets(tree::below(root));
    let (own, others): (Vec<&Listener>, Vec<&Listener>) =
        listeners.iter().partition(|listener| mine.contains(&listener.inode));
    let addresses: Vec<SocketAddr> =
        own.iter().map(|listener| listener.address).filter(|address| address.port() == port).collect();
    if !addresses.is_empty() {
        return Listening::Mine { addresses };
    }
    if let Some(stranger) = others.iter().find(|listener| listener.address.port() == port) {
        return owner(stranger.inode);
    }
    let ports: Vec<SocketAddr> = own.iter().map(|listener| listener.address).collect();
    if ports.is_empty() { Listening::Nobody } else { Listening::MineElsewhere { ports } }
}

/// The inodes of all sockets that these processes have open.
fn sockets(processes: Vec<u32>) -> BTreeSet<u64> {
    processes.into_iter().flat_map(sockets_of).collect()
}

fn sockets_of(process: u32) -> Vec<u64> {
    let files = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    let target = |entry: fs::DirEntry| fs::read_link(entry.path()).ok();
    files
        .filter_map(target)
        .filter_map(|path| path.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok())
        .collect()
}

fn owner(inode: u64) -> Listening {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pid = processes
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .find(|process| sockets_of(*process).contains(&inode));
    let name = pid.and_then(|pid| fs::read_to_string(format!("/proc/{pid}/comm")).ok());
    Listening::Strangers {
        pid: pid.and_then(|pid| pid.try_into().ok()),
        name: name.map(|name| name.trim_end().to_owned()),
    }
}

/// All listening TCP sockets of our network namespace.
fn all() -> io::Result<Vec<Listener>> {
    let mut listeners = Vec::new();
    for family in [libc::AF_INET as u8, libc::AF_INET6 as u8] {
        dump(family, &mut listeners)?;
    }
    Ok(listeners)
}

/// `SOCK_DIAG_BY_FAMILY` of `linux/sock_diag.h`.
const BY_FAMILY: u16 = 20;
/// A state mask with only `TCP_LISTEN` of `net/tcp_states.h`.
const LISTEN: u32 = 1 << 10;

fn dump(family: u8, listeners: &mut Vec<Listener>) -> io::Result<()> {
    let socket = socket_with(AddressFamily::NETLINK, SocketType::RAW, SocketFlags::CLOEXEC, Some(SOCK_DIAG))?;
    sendto(&socket, &request(family), SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    let mut buffer = vec![0_u8; 64 * 1024];
    loop {
        let (length, _) = recv(&socket, buffer.as_mut_slice(), RecvFlags::empty())?;
        let mut rest = &buffer[..length];
        if rest.is_empty() {
            return Ok(());
        }
        while let Some(message) = message(&mut rest) {
            match message {
                Message::Done => return Ok(()),
                Message::Error => return Err(io::Error::other("the kernel refused to list sockets")),
                Message::Socket(body) => listeners.extend(listener(body)),
            }
        }
    }
}

/// `struct nlmsghdr` and `struct inet_diag_req_v2`, asking for a dump of listening TCP sockets.
fn request(family: u8) -> Vec<u8> {
    const LENGTH: u32 = 16 + 56;
    let flags = (libc::NLM_F_REQUEST | libc::NLM_F_DUMP) as u16;
    let mut request = Vec::with_capacity(LENGTH as usize);
    request.extend(LENGTH.to_ne_bytes());
    request.extend(BY_FAMILY.to_ne_bytes());
    request.extend(flags.to_ne_bytes());
    request.extend([0; 8]);
    request.extend([family, libc::IPPROTO_TCP as u8, 0, 0]);
    request.extend(LISTEN.to_ne_bytes());
    request.resize(LENGTH as usize, 0);
    request
}

enum Message<'b> {
    Done,
    Error,
    Socket(&'b [u8]),
}

fn message<'b>(rest: &mut &'b [u8]) -> Option<Message<'b>> {
    let length = u32::from_ne_bytes(rest.get(0..4)?.try_into().ok()?) as usize;
    let kind = u16::from_ne_bytes(rest.get(4..6)?.try_into().ok()?);
    let body = rest.get(16..length)?;
    *rest = rest.get(length.next_multiple_of(4)..).unwrap_or(&[]);
    Some(match i32::from(kind) {
        libc::NLMSG_DONE => Message::Done,
        libc::NLMSG_ERROR => Message::Error,
        _ => Message::Socket(body),
    })
}

/// `struct inet_diag_msg` of `linux/inet_diag.h`.
fn listener(body: &[u8]) -> Option<Listener> {
    let family = i32::from(*body.first()?);
    let port = u16::from_be_bytes(body.get(4..6)?.try_into().ok()?);
    let address = if family == libc::AF_INET {
        IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(body.get(8..12)?).ok()?))
    } else {
        IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(body.get(8..24)?).ok()?))
    };
    let inode = u32::from_ne_bytes(body.get(68..72)?.try_into().ok()?);
    Some(Listener { address: SocketAddr::new(address, port), inode: inode.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn our_own_listeners_are_in_the_kernels_list() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let socket = TcpListener::bind(address).expect("a listener");
            let address = socket.local_addr().expect("an address");
            let listed = all().expect("a list");
            let found = listed.iter().find(|listener| listener.address == address).expect("it is listed");
            assert!(sockets_of(std::process::id()).contains(&found.inode));
        }
    }
}
