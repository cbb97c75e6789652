//! How the command ends, as other programs see it. The README's table is checked against this.

use gradus_model::score::Verdict;
use std::process::ExitCode;

/// An exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The submission passed, or the command did what it should.
    Passed = 0,
    /// The submission is below the pass mark.
    BelowPass = 1,
    /// The command line or its input is wrong.
    Usage = 2,
    /// An exercise or a grader is broken.
    GraderBroken = 3,
    /// This machine can't run it.
    Machine = 4,
    /// A bug of ours.
    Bug = 70,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

impl From<Verdict> for Exit {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Passed | Verdict::SelectionPassed => Exit::Passed,
            Verdict::Failed | Verdict::SelectionFailed => Exit::BelowPass,
            Verdict::Incomplete => Exit::Machine,
        }
    }
}

/// Why a command could not do what it was asked.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The exit code.
    pub exit: Exit,
    /// What is wrong, one sentence; or a rendered diagnostic, which speaks for itself.
    pub what: What,
    /// The way out.
    pub way_out: Option<String>,
}

/// What is wrong.
#[derive(Clone, Debug)]
pub enum What {
    /// One sentence.
    Sentence(String),
    /// Mistakes in a file.
    Invalid(Box<gradus_model::diagnostic::Invalid>),
}

impl Problem {
    /// A problem in one sentence.
    pub fn new(exit: Exit, what: impl ToString) -> Self {
        Self { exit, what: What::Sentence(what.to_string()), way_out: None }
    }

    /// The same with the way out.
    #[must_use]
    pub fn way_out(mut self, way_out: impl Into<String>) -> Self {
        self.way_out = Some(way_out.into());
        self
    }

    /// Mistakes in a file that belongs to a grader or an exercise, or to the submission.
    pub fn invalid(exit: Exit, invalid: gradus_model::diagnostic::Invalid) -> Self {
        Self { exit, what: What::Invalid(Box::new(invalid)), way_out: None }
    }
}
