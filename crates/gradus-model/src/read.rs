//! From the text of a file to data, or to every mistake in it. Files that a file names come through a callback.

mod check;
mod exercise;
mod expect;
mod files;
mod grader;
mod mutant;
mod pattern;
mod scope;
mod step;
mod submission;
mod value;

pub use exercise::exercise;
pub use files::Files;
pub use grader::grader;
pub use mutant::mutant;
pub use submission::submission;

use crate::decode::Problems;
use crate::diagnostic::{Diagnostic, Invalid};
use crate::source::{SourceId, Sources};
use crate::toml_text;
use crate::tree::Node;

/// A TOML file's tree, and the sources that its spans point into.
fn toml_file(path: &str, text: &str) -> Result<(Node, Sources), Invalid> {
    let mut sources = Sources::default();
    let id: SourceId = sources.add(path, text);
    match toml_text::parse(text, id) {
        Ok(node) => Ok((node, sources)),
        Err(diagnostics) => Err(Invalid { sources, diagnostics }),
    }
}

/// The value if nothing was wrong, every mistake otherwise.
fn finish<T>(value: Option<T>, sources: &Sources, problems: Problems) -> Result<T, Invalid> {
    let mut diagnostics = problems.into_sorted();
    match value {
        Some(value) if diagnostics.is_empty() => Ok(value),
        _ => {
            if diagnostics.is_empty() {
                // Reading gives up only after it has noted why; should that ever fail, the reader still gets an answer.
                diagnostics.push(Diagnostic::new("this file can't be read", crate::source::Span::default()));
            }
            Err(Invalid { sources: sources.clone(), diagnostics })
        }
    }
}
