//! A mutant as plain data: a wrong solution that a good grader must catch.

use crate::source::Spanned;

/// What `mutants/<name>/mutant.toml` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// The solution that its `change.patch` changes: a folder's name below `solutions/`.
    pub of: Spanned<String>,
    /// The checks that must fail: ids, or only `build`, or only `boot`.
    pub fails: Vec<Spanned<String>>,
    /// What is wrong with it, one sentence.
    pub because: String,
}
