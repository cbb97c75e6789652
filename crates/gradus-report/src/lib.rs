//! A report as text for people and for programs. It writes strings, sees only the model, and prints nothing.
//!
//! Writers take only what is [redacted](gradus_model::redact) already.

pub mod diagnostics;
mod format;
pub mod json;
mod snippet;
pub mod terminal;

pub use format::Format;
