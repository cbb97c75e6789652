//! How the cost of the same work grows with its size, as plain data.

use crate::grader::Step;
use crate::service::Counter;
use crate::source::{Span, Spanned};
use crate::stub::Asked;

/// The same steps at several sizes, and how fast their cost may grow.
#[derive(Clone, Debug)]
pub struct GrowthStep {
    /// The sizes, each larger than the one before; steps see one as `$(size)`.
    pub sizes: Vec<u32>,
    /// What is done at each size before anything is measured.
    pub before: Vec<Step>,
    /// What is measured.
    pub steps: Vec<Step>,
    /// What their cost is.
    pub measure: Measure,
    /// The greatest exponent: work of size n may cost as n to the power of this, and a little more.
    pub at_most: Exponent,
    /// Where it stands.
    pub span: Span,
}

/// What the cost of steps is.
#[derive(Clone, Debug)]
pub enum Measure {
    /// The time that they take, in several rounds.
    Time,
    /// How many requests of theirs a stub sees.
    Calls {
        /// Which stub.
        stub: Spanned<String>,
        /// Only these requests; all of them when missing.
        asked: Option<Box<Asked>>,
    },
    /// What they cost a service, or the submission itself, counted exactly.
    Work(Counter),
    /// What queries of the submission cost, by the first counter of their dialect.
    Select,
}

/// How fast a cost may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exponent {
    /// Not at all.
    Constant,
    /// As the logarithm.
    Logarithmic,
    /// As the size.
    Linear,
    /// As the size times its logarithm.
    Linearithmic,
    /// As the square.
    Quadratic,
}

impl Exponent {
    /// How many times a cost grows at most, from one size to a larger one.
    pub fn factor(self, from: f64, to: f64) -> f64 {
        let sizes = to / from;
        // The logarithm of 1 is no cost that could grow.
        let logarithms = (to.max(2.0)).ln() / (from.max(2.0)).ln();
        match self {
            Exponent::Constant => 1.0,
            Exponent::Logarithmic => logarithms,
            Exponent::Linear => sizes,
            Exponent::Linearithmic => sizes * logarithms,
            Exponent::Quadratic => sizes * sizes,
        }
    }
}
