//! One expectation that did not hold, as plain data; it knows a span but no file, so whoever shows it adds the excerpt.

use gradus_model::outcome::DiffLine;
use gradus_model::source::Span;

/// How many misses one judgement keeps; the last one tells how many more there are.
pub const MOST_MISSES: usize = 50;

/// One expectation that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Miss {
    /// Where in the answer: `status`, `headers.location`, `json.items[0].id`, `text`.
    pub path: String,
    /// What was wanted, in words with its type: `the string "buy milk"`.
    pub wanted: String,
    /// What was there, in the same form, shortened.
    pub got: String,
    /// What helps to see it: the nearest element, the first line that differs.
    pub note: Option<String>,
    /// Line by line, for text of several lines.
    pub difference: Vec<DiffLine>,
    /// The expectation in the grader's file.
    pub span: Span,
}

impl Miss {
    /// Adds a sentence to the note.
    pub(crate) fn remark(&mut self, sentence: &str) {
        match &mut self.note {
            Some(note) => {
                note.push_str("; ");
                note.push_str(sentence);
            }
            None => self.note = Some(sentence.to_owned()),
        }
    }
}
