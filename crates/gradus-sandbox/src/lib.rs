//! Run one untrusted program and all that it starts; its output; who owns a port. It knows nothing of HTTP, exercises or
//! graders.
//!
//! Each program runs below a *keeper*, a small process of our own binary that adopts whatever the program leaves behind,
//! and ends all of it when it is told to or when we are gone, however we ended.

mod ending;
mod keeper;
mod launcher;
mod listeners;
mod output;
mod port;
mod reaper;
mod running;
mod spec;
mod start;
mod sys;
mod tree;
mod wire;
mod zygote;

pub use ending::{Ending, Exit, Usage};
pub use launcher::{Launcher, SandboxError};
pub use listeners::Listening;
pub use output::{Mark, OutputLog, Slice};
pub use port::{PortHold, free_port};
pub use running::{Running, Signal};
pub use spec::{Limits, Rung, SandboxSpec, Stdin};
pub use zygote::enter_if_asked;
