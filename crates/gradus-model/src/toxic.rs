//! What goes wrong on the way to an upstream, as plain data. Its vocabulary is Toxiproxy's: a *toxic* disturbs one
//! direction of every connection, whatever protocol is spoken over it.

use crate::source::Spanned;
use std::time::Duration;

/// What disturbs the way to upstreams until the check ends or another step says otherwise.
#[derive(Clone, Debug)]
pub struct FaultsStep {
    /// Each upstream with all that disturbs it from now on; none means nothing does.
    pub changes: Vec<(Spanned<String>, Vec<Toxic>)>,
}

/// What disturbs one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toxic {
    /// What it does.
    pub kind: ToxicKind,
    /// To which bytes.
    pub stream: Direction,
}

/// Which bytes of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the submission to the upstream: requests.
    Upstream,
    /// From the upstream to the submission: answers.
    Downstream,
}

/// What a toxic does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToxicKind {
    /// Bytes arrive later.
    Latency {
        /// By so much.
        delay: Duration,
        /// And by up to so much more or less.
        jitter: Duration,
    },
    /// At most so many bytes pass in a second.
    Bandwidth(u64),
    /// Bytes pass in pieces.
    Slicer {
        /// Of so many bytes.
        size: u64,
        /// With a pause after each.
        delay: Duration,
    },
    /// Nothing passes, and after this time the connection is closed; never, without one.
    Timeout(Option<Duration>),
    /// Nothing passes, and after this time the connection is reset.
    ResetPeer(Duration),
    /// The end of the connection is passed on later.
    SlowClose(Duration),
    /// The connection is closed once so many bytes have passed.
    LimitData(u64),
}
