//! What a submission says of itself in `gradus.toml`.

use crate::select::Dialect;
use crate::source::Spanned;

/// What `gradus.toml` says. It carries no limits and no scoring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionFile {
    /// The exercise that it answers.
    pub exercise: Spanned<String>,
    /// How it runs; detected when missing.
    pub run: Option<Run>,
    /// The dialect of its queries, where it is SQL.
    pub dialect: Option<Spanned<Dialect>>,
}

/// `[run]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The folder in which everything happens, relative to the submission.
    pub dir: Option<Spanned<String>>,
    /// How it is built.
    pub build: Option<Spanned<CommandLine>>,
    /// How it is started.
    pub start: Option<Spanned<CommandLine>>,
}

/// A command as a person writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandLine {
    /// A string: a line for `sh -c`.
    Shell(String),
    /// An array: a program and its arguments, at least the program.
    Argv(Vec<String>),
}
