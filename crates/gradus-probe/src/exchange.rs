//! What is sent, what comes back, and how much of it at most.

use bytes::Bytes;
use std::time::Duration;

/// A request, as it is sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The request target (RFC 9112 §3.2): path and query, or `*`.
    pub target: String,
    /// In this order, duplicates included. `Host` and `Content-Length` are added where they are missing.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body; empty for none.
    pub body: Bytes,
    /// How the connection is used.
    pub connection: Connection,
}

/// How a request uses connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// Over the idle one, if there is one.
    #[default]
    Keep,
    /// Over a new one, which is kept.
    Fresh,
    /// Over a new one, with `Connection: close`.
    Close,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The reason phrase, if it sent one of its own; else the usual one.
    pub reason: String,
    /// In their order, duplicates included; names in lower case.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, decompressed.
    pub body: Bytes,
    /// When things happened.
    pub timing: Timing,
}

/// When things happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long connecting took; none on a connection that was there.
    pub connected: Option<Duration>,
    /// From the beginning to the whole head.
    pub head: Duration,
    /// From the beginning to the last byte.
    pub total: Duration,
}

/// Headers of an answer at most: as many as hyper finds room for without asking for memory.
pub(crate) const MOST_HEADERS: usize = 100;

/// How much is read at most, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the status line and all headers, of which there are 100 at most.
    pub head_bytes: usize,
    /// Bytes of the body as it is sent.
    pub body_bytes: usize,
    /// Bytes of the body once it is decompressed.
    pub decoded_bytes: usize,
    /// For the whole exchange, connecting included.
    pub timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 64 * 1024,
            body_bytes: 8 << 20,
            decoded_bytes: 16 << 20,
            timeout: Duration::from_secs(5),
        }
    }
}
