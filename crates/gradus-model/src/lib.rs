//! Exercises, graders, checks, outcomes and reports as plain data; their files parsed with spans.
//!
//! This crate knows no file system, network, clock, terminal or async runtime: text comes in, data and diagnostics go out.

pub mod class;
pub mod coded;
pub mod compare;
pub mod conform;
mod decode;
pub mod diagnostic;
pub mod draw;
pub mod duration;
pub mod eval;
pub mod exercise;
pub mod grader;
pub mod growth;
pub mod ints;
pub mod json;
pub mod mutant;
pub mod nats;
pub mod outcome;
pub mod pattern;
pub mod public;
pub mod race;
pub mod read;
pub mod redact;
pub mod report;
pub mod schema;
pub mod score;
pub mod seed;
pub mod select;
pub mod service;
pub mod solution;
pub mod source;
pub mod stub;
pub mod submission;
mod toml_text;
pub mod toxic;
pub mod tree;
pub mod value;
mod varies;
mod words;
mod yaml;
