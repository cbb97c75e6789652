//! Run untrusted programs and all that they start; their output; who owns a port. It knows nothing of HTTP, exercises or
//! graders.
//!
//! Programs run in a *room*. Each room has a *keeper*, a small process of our own binary that makes the room, adopts
//! whatever a program leaves behind, and ends all of it when it is told to or when we are gone, however we ended.
//! Description ([`RoomSpec`], [`Program`]) is apart from entry: `native` is the one short way in.

#[cfg(target_os = "linux")]
mod cgroup;
mod ending;
#[cfg(target_os = "linux")]
mod fence;
mod gauge;
#[cfg(target_os = "linux")]
mod guarded;
mod keeper;
mod launcher;
mod listeners;
mod meter;
#[cfg(target_os = "linux")]
mod native;
mod output;
mod port;
mod room;
mod running;
mod spec;
mod start;
mod supplies;
mod sys;
#[cfg(target_os = "linux")]
mod syscalls;
mod tree;
pub mod trial;
mod view;
mod wire;
mod zygote;

pub use ending::{Ending, Exit, Usage};
pub use launcher::{Launcher, SandboxError};
pub use listeners::Listening;
pub use output::{Mark, OutputLog, Slice};
pub use port::{PortHold, free_port, hold_port, is_forgotten};
pub use room::Room;
pub use running::Running;
pub use spec::{Access, Limits, Program, RoomSpec, Rung, Source, Stdin, View};
pub use view::{HOME, TEMPORARY, host_id};
pub use wire::{Holds, NoCgroup};
pub use zygote::enter_if_asked;
