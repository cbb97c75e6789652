//! A builder that drives the real binary, and courses and submissions in temporary folders.

pub mod actions;
pub mod class;
pub mod course;
pub mod grader;
pub mod gradus;
pub mod registry;
pub mod staying;

pub use gradus::{Gradus, Ran, repository};

use std::time::{Duration, Instant};

/// Waits until it is so, and says what was awaited if it never is.
#[track_caller]
pub fn wait_until(what: &str, within: Duration, done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < within, "never: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
