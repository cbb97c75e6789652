//! Answers that go wrong on the wire, written past the HTTP library, which would refuse to.

use crate::reply::Said;
use gradus_model::stub::Fault;
use rustix::net::sockopt::set_socket_linger;
use rustix::net::{SendFlags, send};
use std::fmt::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The connection that a request came over, beside the HTTP library's own hold of it.
#[derive(Debug)]
pub struct Wire {
    socket: OwnedFd,
    reset: AtomicBool,
}

impl Wire {
    /// Another hold of the connection's socket.
    pub fn new(socket: OwnedFd) -> Self {
        Self { socket, reset: AtomicBool::new(false) }
    }

    /// Whether an answer went wrong by a reset.
    pub fn was_reset(&self) -> bool {
        self.reset.load(Ordering::Relaxed)
    }

    /// Answers wrongly. The connection is closed afterwards.
    pub async fn go_wrong(&self, fault: Fault, said: &Said) {
        match fault {
            Fault::Close => {}
            Fault::Hang => std::future::pending().await,
            Fault::Reset => {
                self.reset.store(true, Ordering::Relaxed);
                reset_on_close(&self.socket);
            }
            Fault::Garbage => self.write(b"\x00\xffthis is no HTTP\r\n\r\n").await,
            Fault::Short => {
                self.write(head(said).as_bytes()).await;
                self.write(&said.body[..said.body.len() / 2]).await;
            }
            Fault::Trickle(pause) => {
                self.write(head(said).as_bytes()).await;
                for byte in &said.body {
                    self.write(&[*byte]).await;
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    /// Writes what fits; who hangs up meanwhile misses nothing.
    async fn write(&self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            match send(&self.socket, rest, SendFlags::empty()) {
                Ok(length) => rest = &rest[length..],
                Err(rustix::io::Errno::AGAIN) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(_) => return,
            }
        }
    }
}

/// Makes the end of a connection a reset: closed without waiting, it is one (socket(7), SO_LINGER).
pub fn reset_on_close(socket: impl AsFd) {
    // Where there is nothing to reset, it is only closed.
    let _ = set_socket_linger(socket, Some(Duration::ZERO));
}

fn head(said: &Said) -> String {
    let mut head = format!("HTTP/1.1 {} \r\ncontent-length: {}\r\n", said.status, said.body.len().max(1));
    for (name, value) in &said.headers {
        // Writing to a string can't fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head + "\r\n"
}
