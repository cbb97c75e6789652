//! A body as JSON, as text or as nothing, read at most once.

use crate::json::{self, Read, ReadError, ReadLimits};
use crate::miss::Miss;
use crate::text;
use crate::{pattern, words};
use gradus_model::coded::{Coded, Uncoded};
use gradus_model::pattern::Pattern;
use gradus_model::source::{Span, Spanned};
use gradus_model::value::Bindings;
use std::cell::OnceCell;

pub(super) struct Body<'a> {
    bytes: &'a [u8],
    json: OnceCell<Result<Read, ReadError>>,
}

impl<'a> Body<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, json: OnceCell::new() }
    }

    pub(super) fn judge_json(&self, pattern: &Pattern, bindings: &Bindings) -> Vec<Miss> {
        match self.json.get_or_init(|| json::read(self.bytes, ReadLimits::default())) {
            Ok(read) => pattern::judge_read(pattern, read, "json", bindings),
            Err(error) => {
                vec![Miss { note: Some(error.to_string()), ..self.unreadable("json", pattern, bindings) }]
            }
        }
    }

    pub(super) fn judge_text(&self, pattern: &Pattern, bindings: &Bindings) -> Vec<Miss> {
        match std::str::from_utf8(self.bytes) {
            Ok(text) => pattern::judge_written(pattern, Some(text), "text", bindings),
            Err(error) => {
                let note = Some(undecodable(error));
                vec![Miss { note, ..self.unreadable("text", pattern, bindings) }]
            }
        }
    }

    pub(super) fn judge_file(&self, wanted: &str, file: &Spanned<String>) -> Option<Miss> {
        let wanted_words = format!("the text of {}", words::shortened(&file.value));
        match std::str::from_utf8(self.bytes) {
            Ok(got) => {
                let miss = text::judge_text(wanted, got, "text", file.span)?;
                Some(Miss { wanted: wanted_words, ..miss })
            }
            Err(error) => Some(Miss {
                path: "text".to_owned(),
                wanted: wanted_words,
                got: self.beginning(),
                note: Some(undecodable(error)),
                difference: Vec::new(),
                span: file.span,
            }),
        }
    }

    pub(super) fn judge_bytes(&self, wanted: &Spanned<Coded>, bindings: &Bindings) -> Option<Miss> {
        let span = wanted.span;
        let wanted = match wanted.value.bytes(bindings) {
            Ok(wanted) if self.bytes == wanted.as_slice() => return None,
            Ok(wanted) => wanted,
            Err(uncoded) => return Some(no_bytes(&uncoded, span)),
        };
        let same = self.bytes.iter().zip(&wanted).take_while(|(got, wanted)| got == wanted).count();
        Some(Miss {
            path: "bytes".to_owned(),
            wanted: counted(&wanted, same),
            got: counted(self.bytes, same),
            note: Some(format!("the first {same} bytes are the same")),
            difference: Vec::new(),
            span,
        })
    }

    pub(super) fn judge_empty(&self, span: Span) -> Option<Miss> {
        (!self.bytes.is_empty()).then(|| Miss {
            path: "body".to_owned(),
            wanted: "no body".to_owned(),
            got: self.beginning(),
            note: None,
            difference: Vec::new(),
            span,
        })
    }

    fn unreadable(&self, path: &str, pattern: &Pattern, bindings: &Bindings) -> Miss {
        Miss {
            path: path.to_owned(),
            wanted: words::wanted(pattern, bindings),
            got: self.beginning(),
            note: None,
            difference: Vec::new(),
            span: pattern.span,
        }
    }

    /// The beginning of the body in words.
    fn beginning(&self) -> String {
        if self.bytes.is_empty() {
            return "an empty body".to_owned();
        }
        // Four bytes a character at most, and one character more, so that what is cut is told.
        let start = &self.bytes[..self.bytes.len().min(4 * words::MOST_CHARACTERS + 4)];
        let text = String::from_utf8_lossy(start);
        let shown: String = text.chars().take(words::MOST_CHARACTERS).collect();
        let bytes = words::counted(self.bytes.len(), "byte");
        if text.chars().count() > words::MOST_CHARACTERS {
            format!("a body of {bytes} that begins {}", words::quoted(&shown))
        } else {
            format!("the body {}", words::quoted(&shown))
        }
    }
}

/// Text, of names that an answer before gave their values, that should stand for bytes and does not.
pub fn no_bytes(uncoded: &Uncoded, span: Span) -> Miss {
    Miss {
        path: "bytes".to_owned(),
        wanted: uncoded.wanted.to_owned(),
        got: format!("the string {}", words::quoted(&uncoded.text)),
        note: Some("A name stands here for what an answer before gave.".to_owned()),
        difference: Vec::new(),
        span,
    }
}

/// Why bytes are not text.
pub(crate) fn undecodable(error: std::str::Utf8Error) -> String {
    format!("not UTF-8 at byte {}", error.valid_up_to())
}

/// `5 bytes, from byte 3 on 0d 0a ff`
fn counted(bytes: &[u8], from: usize) -> String {
    const SHOWN: usize = 16;
    let rest = bytes.get(from..).unwrap_or(&[]);
    let shown: Vec<String> = rest.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
    let more = if rest.len() > SHOWN { " …" } else { "" };
    match shown.as_slice() {
        [] => format!("{} bytes", bytes.len()),
        shown => format!("{} bytes, from byte {} on {}{more}", bytes.len(), from + 1, shown.join(" ")),
    }
}
