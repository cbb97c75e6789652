//! HTTP over any stream: bounded, timed, hostile servers as data. It knows nothing of who is on the other end: no other
//! crate of ours.

mod burst;
mod client;
mod content;
mod dial;
mod error;
mod exchange;
mod prompt;
mod witness;

pub use burst::Burst;
pub use client::Client;
pub use dial::{BoxStream, Dial, Dialing, Loopback, Stream};
pub use error::ProbeError;
pub use exchange::{Connection, Limits, Request, Response, Timing};
pub use prompt::Prompt;
