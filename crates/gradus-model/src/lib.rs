//! Exercises, graders, checks, outcomes and reports as plain data; their files parsed with spans.
//!
//! This crate knows no file system, network, clock, terminal or async runtime: text comes in, data and diagnostics go out.

pub mod diagnostic;
pub mod duration;
pub mod exercise;
pub mod grader;
pub mod json;
pub mod mutant;
pub mod outcome;
pub mod pattern;
pub mod redact;
pub mod report;
pub mod score;
pub mod source;
pub mod submission;
pub mod value;
