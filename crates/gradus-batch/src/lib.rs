//! Many gradings: scheduling, resuming, the gradebook, fairness. It prints nothing and knows no exit code; clock, seed and
//! writers of reports are passed in.

mod crew;
mod fairness;
pub mod gradebook;
mod one;
mod purse;
mod run;
mod scratch;

pub use one::Graded;
pub use run::{Batch, BatchError, Event, Pace, Summary, run};
pub use scratch::Scratch;
