//! Why bytes are not JSON, in sentences a learner understands; it does no reading.

use std::fmt;

/// Why a text could not be read as JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ReadError {
    /// What is wrong.
    pub problem: Problem,
    /// The offset in bytes, from 0.
    pub byte: usize,
    /// The line, from 1.
    pub line: usize,
}

/// What is wrong with a text that should be JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There are no bytes, or only blanks.
    Empty,
    /// It begins with `<`: a page or XML. The first word of it.
    Markup(String),
    /// It begins with U+FEFF.
    ByteOrderMark,
    /// A byte that is not UTF-8.
    NotUtf8,
    /// Something else stands there than JSON allows.
    Expected {
        /// What JSON allows there.
        wanted: &'static str,
        /// What stands there; `None` at the end of the text.
        found: Option<String>,
    },
    /// A number that begins with a superfluous zero.
    LeadingZero,
    /// A string that holds a control character as it is.
    ControlCharacter(u8),
    /// A backslash with something after it that JSON does not know.
    Escape(String),
    /// A `\u` escape of one half of a surrogate pair (RFC 8259 §8.2).
    LoneSurrogate(u16),
    /// It is nested deeper than so many levels.
    TooDeep(usize),
    /// It holds more than so many values.
    TooMany(usize),
}

impl ReadError {
    pub(super) fn at(bytes: &[u8], byte: usize, problem: Problem) -> Self {
        let before = &bytes[..byte.min(bytes.len())];
        Self { problem, byte, line: before.iter().filter(|byte| **byte == b'\n').count() + 1 }
    }
}

/// Refuses what can be told from the first bytes, where a general sentence would help nobody.
pub(super) fn refuse_at_sight(bytes: &[u8]) -> Result<(), ReadError> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err(ReadError::at(bytes, 0, Problem::ByteOrderMark));
    }
    match bytes.iter().position(|byte| !byte.is_ascii_whitespace()) {
        None => Err(ReadError::at(bytes, bytes.len(), Problem::Empty)),
        Some(start) if bytes[start] == b'<' => {
            let word = bytes[start..].iter().take(24).take_while(|byte| byte.is_ascii_graphic());
            let word = word.map(|byte| *byte as char).collect();
            Err(ReadError::at(bytes, start, Problem::Markup(word)))
        }
        Some(_) => Ok(()),
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Place { byte: self.byte, line: self.line };
        match &self.problem {
            Problem::Empty => f.write_str("not JSON: it is empty"),
            Problem::Markup(word) => write!(f, "not JSON: it begins with `{word}`"),
            Problem::ByteOrderMark => f.write_str("not JSON: it begins with a byte order mark (U+FEFF)"),
            Problem::NotUtf8 => write!(f, "not JSON: not UTF-8 {at}"),
            Problem::Expected { wanted, found: Some(found) } => {
                write!(f, "not JSON: expected {wanted} {at}, found `{found}`")
            }
            Problem::Expected { wanted, found: None } => {
                write!(f, "not JSON: expected {wanted} {at}, where the text ends")
            }
            Problem::LeadingZero => write!(f, "not JSON: a number begins with a superfluous zero {at}"),
            Problem::ControlCharacter(byte) => {
                write!(f, "not JSON: the control character U+{byte:04X} unescaped in a string {at}")
            }
            Problem::Escape(escape) => write!(f, "not JSON: the unknown escape `{escape}` {at}"),
            Problem::LoneSurrogate(unit) => {
                write!(f, "not JSON: the lone surrogate `\\u{unit:04x}` {at}, which stands for no character")
            }
            Problem::TooDeep(limit) => write!(f, "the JSON is nested deeper than {limit} levels {at}"),
            Problem::TooMany(limit) => write!(f, "the JSON holds more than {limit} values {at}"),
        }
    }
}

struct Place {
    byte: usize,
    line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}", self.byte)?;
        if self.line > 1 { write!(f, " (line {})", self.line) } else { Ok(()) }
    }
}
