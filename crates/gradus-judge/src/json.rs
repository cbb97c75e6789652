//! JSON text to data: bounded, iterative and strict (RFC 8259). It knows nothing of patterns, and no input makes it recurse.

mod problem;
mod reader;
mod string;

pub use problem::{Problem, ReadError};

use gradus_model::json::Json;

/// What a reader accepts at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadLimits {
    /// How many lists and objects may stand in one another. What handles the value afterwards recurses that deep.
    pub depth: usize,
    /// How many values there may be, lists and objects included.
    pub values: usize,
}

impl Default for ReadLimits {
    /// 512 levels and a million values.
    fn default() -> Self {
        Self { depth: 512, values: 1_000_000 }
    }
}

/// JSON that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The value. Numbers keep their text, objects their order and any duplicate keys.
    pub value: Json,
    /// The paths of keys that stand more than once in their object, below the root: `.items[0].id`. At most fifty.
    pub duplicates: Vec<String>,
}

/// Reads one JSON text.
///
/// # Errors
/// Anything that RFC 8259 does not allow, a lone surrogate (§8.2) and a byte order mark (§8.1) included, and anything beyond
/// the limits. The error is a whole sentence: "not JSON: expected `,` or `]` at byte 17".
pub fn read(bytes: &[u8], limits: ReadLimits) -> Result<Read, ReadError> {
    problem::refuse_at_sight(bytes)?;
    let text = std::str::from_utf8(bytes)
        .map_err(|error| ReadError::at(bytes, error.valid_up_to(), Problem::NotUtf8))?;
    reader::Reader::new(text, limits).read()
}
