//! A grader that is itself tested: solutions earn everything, starters do not pass, each mutant fails exactly the checks
//! that it names, and each check holds alone. It prints nothing.

mod bless;
mod candidate;
mod judgement;
mod lint;
mod memory;
mod run;

pub use bless::{Blessing, bless};
pub use candidate::{Candidate, Kind, NotPrepared};
pub use judgement::{Cell, Row};
pub use lint::{Remark, lint};
pub use memory::Memory;
pub use run::{NotVerified, Options, Verification, Workshop, failures, verify};
