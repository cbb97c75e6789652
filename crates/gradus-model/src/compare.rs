//! How fast a submission is beside the exercise's baseline, as plain data.

use crate::grader::Step;
use crate::race::LoadStep;
use crate::source::Span;

/// The same work of the submission and of the baseline in turn, and how many times as fast it must be.
#[derive(Clone, Debug)]
pub struct CompareStep {
    /// What is done on each of them before anything is measured.
    pub before: Vec<Step>,
    /// What is measured.
    pub work: Work,
    /// How many times as fast as the baseline the submission is at least.
    pub at_least: f64,
    /// Where it stands.
    pub span: Span,
}

/// What is measured.
#[derive(Clone, Debug)]
pub enum Work {
    /// Answers in a given time.
    Load(Box<LoadStep>),
    /// The time that steps take.
    Steps(Vec<Step>),
}

impl Work {
    /// The steps that it does.
    pub fn steps(&self) -> &[Step] {
        match self {
            Work::Load(load) => &load.requests,
            Work::Steps(steps) => steps,
        }
    }
}
