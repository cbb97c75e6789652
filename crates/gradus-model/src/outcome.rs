//! What came of a check. `Failed` blames the submission, `Broken` blames us or the machine; nothing turns one into the other.

use crate::source::Excerpt;
use std::time::Duration;

/// What came of a check.
#[expect(
    clippy::large_enum_variant,
    reason = "a grading has a few hundred of them, and most are looked into"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything held.
    Passed,
    /// The submission fell short.
    Failed(Failure),
    /// It was not tried.
    Skipped(Because),
    /// It could not be judged, and that is not the submission's fault.
    Broken(Fault),
}

/// Why a check was not tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// This check did not pass, and it is needed.
    Needed(String),
    /// The target cannot do this: "signals". Such a check leaves the maximum.
    Unsupported(String),
    /// The server is gone and does not come back: why.
    ServerGone(String),
    /// It was never built or booted.
    NeverRan,
    /// The grading ended before: why ("interrupted", "the grading's 10 min were over").
    CutShort(String),
}

/// A fault of ours or of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong.
    pub what: String,
    /// The way out.
    pub way_out: Option<String>,
}

/// The step in which a submission fell short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The step in a few words: `POST /todos`.
    pub step: String,
    /// Which case, turn or try it was: "case 2 of 3 (title: \"\")". Holds the author's data: expectation, not answer.
    pub circumstance: Option<String>,
    /// How many expectations the step has.
    pub expectations: usize,
    /// Every one that did not hold; at least one.
    pub mismatches: Vec<Mismatch>,
    /// What was sent and what came back.
    pub exchange: Option<Exchange>,
    /// What became of the server, if it ended during this step: "the server exited with code 1".
    pub server: Option<String>,
}

/// One expectation that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Where in the answer: `status`, `headers.location`, `json.items[0].id`, `text`.
    pub path: String,
    /// What was wanted, in words with its type: `the string "buy milk"`.
    pub wanted: String,
    /// What was there, in the same form, shortened.
    pub got: String,
    /// What helps to see it: the nearest element, the first line that differs.
    pub note: Option<String>,
    /// Line by line, for text.
    pub difference: Vec<DiffLine>,
    /// The expectation in the grader's file.
    pub place: Option<Excerpt>,
}

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiffLine {
    /// In both.
    Same(String),
    /// Wanted, but not there.
    Missing(String),
    /// There, but not wanted.
    Extra(String),
    /// So many equal lines are left out.
    Gap(usize),
}

/// What was sent and what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// What was sent.
    pub request: SentRequest,
    /// What came back; the sentence says why nothing (whole) did.
    pub answer: Result<Answer, String>,
    /// A command line that sends the same.
    pub curl: String,
}

/// A request as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentRequest {
    /// The method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// In order, as text.
    pub headers: Vec<(String, String)>,
    /// The body, shortened.
    pub body: Shown,
}

/// An answer as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// In order, as text.
    pub headers: Vec<(String, String)>,
    /// The body, decompressed, shortened.
    pub body: Shown,
    /// From the first byte sent to the last byte read.
    pub took: Duration,
}

/// Bytes as they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The beginning as text; what is not UTF-8 is replaced.
    pub text: String,
    /// How many bytes there were.
    pub bytes: u64,
    /// Whether `text` is not all.
    pub cut: bool,
}

impl Shown {
    /// Adds what somebody else said, below a line that names them.
    pub fn append(&mut self, who: &str, said: &Shown) {
        let ends = self.text.is_empty() || self.text.ends_with('\n');
        self.text.push_str(if ends { "" } else { "\n" });
        self.text.push_str(&format!("[{who}]\n{}", said.text));
        self.bytes += said.bytes;
        self.cut |= said.cut;
    }

    /// The first `limit` bytes or so of `bytes` as text.
    pub fn new(bytes: &[u8], limit: usize) -> Self {
        let cut = bytes.len() > limit;
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(limit)]).into_owned();
        let text = if cut { text.trim_end_matches('\u{fffd}').to_owned() } else { text };
        Self { text, bytes: bytes.len() as u64, cut }
    }
}
