//! Pure judging: an expectation and a value in, mismatches out.
//!
//! This crate knows no file system, network, clock, terminal or async runtime, and it never decides whose fault a mismatch is.

pub mod answer;
pub mod format;
pub mod growth;
pub mod history;
pub mod json;
pub mod median;
pub mod miss;
pub mod number;
pub mod pattern;
pub mod place;
pub mod rows;
pub mod speed;
pub mod text;
pub mod words;
