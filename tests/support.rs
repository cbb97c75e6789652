//! A builder that drives the real binary, and courses and submissions in temporary folders.

pub mod actions;
pub mod class;
pub mod course;
pub mod grader;
pub mod gradus;
pub mod registry;
pub mod staying;

pub use gradus::{Gradus, Ran, repository};
