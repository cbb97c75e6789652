//! Answers that go wrong on the wire, written past the HTTP library, which would refuse to.

use crate::reply::Said;
use gradus_model::stub::Fault;
use rustix::net::sockopt::set_socket_linger;
use rustix::net::{SendFlags, send};
use std::fmt::Write;
use std::os::fd::OwnedFd;
use std::time::Duration;

/// The connection that a request came over, beside the HTTP library's own hold of it.
#[derive(Debug)]
pub struct Wire(pub OwnedFd);

impl Wire {
    /// Answers wrongly. The connection is closed afterwards.
    pub async fn go_wrong(&self, fault: Fault, said: &Said) {
        match fault {
            Fault::Close => {}
            Fault::Hang => std::future::pending().await,
            Fault::Reset => {
                // Closed without waiting, a connection is reset (socket(7), SO_LINGER).
                let _ = set_socket_linger(&self.0, Some(Duration::ZERO));
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
            match send(&self.0, rest, SendFlags::empty()) {
                Ok(length) => rest = &rest[length..],
                Err(rustix::io::Errno::AGAIN) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(_) => return,
            }
        }
    }
}

fn head(said: &Said) -> String {
    let mut head = format!("HTTP/1.1 {} \r\ncontent-length: {}\r\n", said.status, said.body.len().max(1));
    for (name, value) in &said.headers {
        // Writing to a string can't fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head + "\r\n"
}
