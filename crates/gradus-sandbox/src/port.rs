//! Ports that nobody holds, and that no two gradings on this machine are given at a time.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use tokio::net::TcpSocket;

/// A port that is ours until this is dropped. Nothing listens on it.
#[derive(Debug)]
pub struct PortHold {
    port: u16,
    path: PathBuf,
    /// The lock lives as long as the open file.
    _lock: File,
}

impl Drop for PortHold {
    fn drop(&mut self) {
        // As long as we hold the lock, nobody else relies on this file; who waits for it will see that it is gone.
        let _ = fs::remove_file(&self.path);
    }
}

impl PortHold {
    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// A port on which nobody listens, neither on IPv4 nor on IPv6.
pub fn free_port() -> io::Result<PortHold> {
    for _ in 0..100 {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        if let Some(hold) = hold_port(port)? {
            return Ok(hold);
        }
    }
    Err(io::Error::new(io::ErrorKind::AddrInUse, "no free port was found in 100 tries"))
}

/// This very port, if nobody listens on it and nobody else holds it.
pub fn hold_port(port: u16) -> io::Result<Option<PortHold>> {
    let folder = std::env::temp_dir().join("gradus-ports");
    fs::create_dir_all(&folder)?;
    share(&folder);
    let path = folder.join(port.to_string());
    let lock = match File::options().create(true).append(true).open(&path) {
        // Another user's, who holds it or was killed while they did.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && path.exists() => return Ok(None),
        opened => opened?,
    };
    if lock.try_lock().is_err() || !is_still_there(&lock, &path) {
        return Ok(None);
    }
    let hold = PortHold { port, path, _lock: lock };
    Ok(nobody_listens(port).then_some(hold))
}

/// Whether a server can have this port on this machine that does not ask to reuse it: connections of the last one that had it
/// may be there for a minute.
pub fn is_forgotten(port: u16) -> bool {
    let bound = TcpSocket::new_v4().and_then(|socket| {
        socket.set_reuseaddr(false)?;
        socket.bind((Ipv4Addr::UNSPECIFIED, port).into())
    });
    bound.is_ok()
}

/// Whether a locked file is the one at this path, and not one that its holder has just removed.
fn is_still_there(lock: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |meta: fs::Metadata| (meta.dev(), meta.ino());
    lock.metadata().ok().map(id) == fs::metadata(path).ok().map(id)
}

/// Other users of this machine grade too.
fn share(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // It fails when the folder is another user's, who has shared it already.
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o1777));
}

fn nobody_listens(port: u16) -> bool {
    let v4 = TcpListener::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))).is_ok();
    let v6 = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port)));
    v4 && !v6.is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_somebody_has_is_not_held_again() {
        let hold = free_port().expect("a free port");
        assert!(hold_port(hold.port()).expect("an answer").is_none(), "it is held");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("it listens");
        let port = listener.local_addr().expect("an address").port();
        assert!(hold_port(port).expect("an answer").is_none(), "somebody listens");
        assert!(!is_forgotten(port));
        drop(listener);
    }

    #[test]
    fn a_port_is_not_forgotten_while_connections_of_its_last_server_linger() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("it listens");
        let address = listener.local_addr().expect("an address");
        let client = std::net::TcpStream::connect(address).expect("a connection");
        let (server, _) = listener.accept().expect("a connection");
        // Who closes first has to remember it.
        drop(server);
        drop(client);
        drop(listener);
        assert!(!is_forgotten(address.port()));
    }

    #[test]
    fn two_holds_never_have_the_same_port() {
        let holds: Vec<PortHold> = (0..50).map(|_| free_port().expect("a free port")).collect();
        let mut ports: Vec<u16> = holds.iter().map(PortHold::port).collect();
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 50);
        let files: Vec<PathBuf> = holds.iter().map(|hold| hold.path.clone()).collect();
        assert!(files.iter().all(|file| file.exists()));
        drop(holds);
        assert!(!files.iter().any(|file| file.exists()), "a hold that is dropped leaves nothing behind");
    }
}
