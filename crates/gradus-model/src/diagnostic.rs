//! What is wrong with a file that a person wrote, as data; whoever shows it decides how.

use crate::source::{Sources, Span};

/// One mistake: what, where, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, as a sentence without a full stop: "unknown key `expct`".
    pub message: String,
    /// Where.
    pub span: Span,
    /// What stands beside the underline, or empty.
    pub label: String,
    /// The way out: "did you mean `expect`?".
    pub help: Option<String>,
}

/// A file, or a file and those that it names, could not be used: every mistake in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The files that the spans point into.
    pub sources: Sources,
    /// At least one mistake, in the order of the file.
    pub diagnostics: Vec<Diagnostic>,
}

impl Diagnostic {
    /// A mistake without help.
    pub fn new(message: impl Into<String>, span: Span) -> Self {
        Self { message: message.into(), span, label: String::new(), help: None }
    }

    /// The same with what stands beside the underline.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
