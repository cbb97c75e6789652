//! Bytes that an author writes as text, in hexadecimal digits or Base64, in which names may stand.

use crate::value::{Bindings, Part, Template};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Bytes as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coded {
    /// The text.
    pub text: Template,
    /// How it stands for bytes.
    pub code: Code,
}

/// How text stands for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Two hexadecimal digits for each byte.
    Hex,
    /// Base64 with padding (RFC 4648 §4).
    Base64,
}

/// Text that stands for no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncoded {
    /// What it should have been.
    pub wanted: &'static str,
    /// What it is.
    pub text: String,
}

impl Code {
    /// What a text must be.
    pub fn wanted(self) -> &'static str {
        match self {
            Code::Hex => "hexadecimal digits, two for a byte",
            Code::Base64 => "Base64 with padding",
        }
    }

    /// The bytes that a text stands for; blanks and ends of lines stand for nothing.
    pub fn decode(self, text: &str) -> Result<Vec<u8>, Uncoded> {
        let dense = text.replace([' ', '\n'], "");
        let bytes = match self {
            Code::Hex => hex(&dense),
            Code::Base64 => STANDARD.decode(&dense).ok(),
        };
        bytes.ok_or_else(|| Uncoded { wanted: self.wanted(), text: text.to_owned() })
    }

    /// Whether a part of a text can be a part of what stands for bytes.
    fn may_hold(self, part: &str) -> bool {
        part.chars().all(|c| match self {
            Code::Hex => c.is_ascii_hexdigit() || " \n".contains(c),
            Code::Base64 => c.is_ascii_alphanumeric() || "+/= \n".contains(c),
        })
    }
}

impl Coded {
    /// The bytes, with what names stand for.
    pub fn bytes(&self, bindings: &Bindings) -> Result<Vec<u8>, Uncoded> {
        self.code.decode(&self.text.fill(bindings))
    }

    /// Whether no values of its names could make it stand for bytes.
    pub fn is_hopeless(&self) -> bool {
        match self.text.literal() {
            Some(text) => self.code.decode(text).is_err(),
            None => self.text.parts.iter().any(|part| match part {
                Part::Literal(text) => !self.code.may_hold(text),
                Part::Name(_) => false,
            }),
        }
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
