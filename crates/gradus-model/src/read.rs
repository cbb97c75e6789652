//! From the text of a file to data, or to every mistake in it. Files that a file names come through a callback.

mod callback;
mod check;
mod compare;
mod conform;
mod exercise;
mod expect;
mod files;
mod grader;
mod growth;
mod idle;
mod ints;
mod load;
mod mutant;
mod nats;
mod needs;
mod operation;
mod pattern;
mod race;
mod regex;
mod request;
mod run;
mod scope;
mod seed;
mod select;
mod sense;
mod server;
mod service;
mod solution;
mod step;
mod stub;
mod stubs_named;
mod submission;
mod template;
mod toxic;
mod value;
mod vars;

pub use exercise::exercise;
pub use expect::expected;
pub use files::Files;
pub use grader::grader;
pub use mutant::mutant;
pub use solution::solution;
pub use submission::submission;

use crate::decode::Problems;
use crate::diagnostic::{Diagnostic, Invalid};
use crate::source::{SourceId, Sources, Span};
use crate::toml_text;
use crate::tree::Node;
use crate::yaml;

/// The tree of a document of any kind, in JSON or in our strict subset of YAML.
///
/// # Errors
/// Every mistake in it, in the file's order.
pub fn document(text: &str, source: SourceId) -> Result<Node, Vec<Diagnostic>> {
    let mut problems = Problems::default();
    let root = yaml::parse(text, source, "YAML", &mut problems);
    match (root, problems.into_sorted()) {
        (Some(root), mistakes) if mistakes.is_empty() => Ok(root),
        (_, mistakes) => Err(mistakes),
    }
}

/// A file in TOML: its tree is read by `read`.
fn toml_file<T>(
    path: &str,
    text: &str,
    read: fn(&Node, &mut Problems) -> Option<T>,
) -> Result<(T, Sources), Invalid> {
    let mut sources = Sources::default();
    let id = sources.add(path, text);
    let mut problems = Problems::default();
    let value = toml_text::parse(text, id, &mut problems).and_then(|root| read(&root, &mut problems));
    finish(value, sources, problems)
}

/// The value if nothing was wrong, every mistake otherwise.
///
/// After a mistake, readers go on with a stand-in, so that what follows is still read as it is meant; this is where
/// stand-ins end.
fn finish<T>(value: Option<T>, sources: Sources, problems: Problems) -> Result<(T, Sources), Invalid> {
    let mut diagnostics = problems.into_sorted();
    match value {
        Some(value) if diagnostics.is_empty() => Ok((value, sources)),
        _ => {
            if diagnostics.is_empty() {
                // Reading gives up only after it has noted why; should that ever fail, the caller still gets an answer.
                diagnostics.push(Diagnostic::new("this file can't be read", Span::default()));
            }
            Err(Invalid { sources, diagnostics })
        }
    }
}
