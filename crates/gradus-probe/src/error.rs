//! Why there is no whole answer, in plain words.

use std::time::Duration;

/// Why there is no whole answer. Each is one sentence about the server, never a crash of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// Nobody listens.
    #[error("the server refused the connection")]
    Refused,
    /// The connection could not be made: the system's reason.
    #[error("the connection could not be made: {0}")]
    Unreachable(String),
    /// It closed the connection and had sent nothing.
    #[error("the server closed the connection before answering")]
    ClosedEarly,
    /// It reset the connection and had sent nothing.
    #[error("the server reset the connection before answering")]
    ResetEarly,
    /// The head broke off.
    #[error("the server closed the connection in the middle of the answer's head, after {0} bytes")]
    HeadBrokeOff(u64),
    /// Nothing came in time.
    #[error("no answer came within {}", seconds(.0))]
    Silent(Duration),
    /// Not everything came in time.
    #[error("the answer was not complete within {} ({received} bytes came)", seconds(.limit))]
    Slow {
        /// The time it had.
        limit: Duration,
        /// Bytes that came.
        received: u64,
    },
    /// It does not begin like HTTP.
    #[error("the answer is not HTTP: it begins with {0}")]
    NotHttp(String),
    /// It begins like HTTP, but is not.
    #[error("the answer's head is not valid HTTP; it begins with {0}")]
    BadHead(String),
    /// The head is too large.
    #[error("the answer's head is too large (more than {bytes} bytes or {count} headers)")]
    HeadTooLarge {
        /// Bytes that it may have.
        bytes: usize,
        /// Headers that it may have.
        count: usize,
    },
    /// The body is too large.
    #[error("the answer's body is larger than {0} bytes")]
    BodyTooLarge(usize),
    /// The body is shorter than it should be.
    #[error("the body ended after {got} of the {promised} bytes that Content-Length promises")]
    BodyShort {
        /// Bytes that came.
        got: u64,
        /// Bytes that were promised.
        promised: u64,
    },
    /// The body broke off.
    #[error("the body broke off after {0} bytes")]
    BodyBrokeOff(u64),
    /// The body can't be decompressed.
    #[error("the body can't be decompressed ({encoding}): {why}")]
    NotCompressed {
        /// What the header says.
        encoding: String,
        /// What is wrong.
        why: String,
    },
    /// The body grows too large.
    #[error("decompressing the body gives more than {0} bytes")]
    Bomb(usize),
    /// The request can't be sent as HTTP; the author's mistake.
    #[error("this request can't be sent: {0}")]
    BadRequest(String),
    /// Anything else that went wrong on the way.
    #[error("the exchange failed: {0}")]
    Other(String),
}

impl ProbeError {
    /// Whether nothing at all came, in all the time there was.
    pub fn is_silence(&self) -> bool {
        matches!(self, ProbeError::Silent(_))
    }
}

fn seconds(duration: &Duration) -> String {
    format!("{} s", duration.as_secs_f64())
}
