//! A report as text for people and for programs. It writes strings, sees only the model, and prints nothing.
//!
//! Writers take only what is [redacted](gradus_model::redact) already.

pub mod beside;
pub mod class;
pub mod classroom50;
mod clean;
pub mod codequality;
pub mod diagnostics;
pub mod exercism;
mod format;
pub mod github;
pub mod gradescope;
mod harmless;
pub mod html;
pub mod json;
pub mod junit;
mod mark;
pub mod markdown;
mod plain;
mod snippet;
pub mod terminal;
mod words;

pub use format::{Format, Surroundings};
