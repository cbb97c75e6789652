//! One grading: a submission and a grader in, one report out. It prints nothing and decides nothing about exit codes.
//!
//! The way of the data: [`Job`] → build → boot → checks → [`gradus_model::report::Report`]; what happens meanwhile is told
//! to an [`Observer`].

mod backing;
mod boot;
mod build;
mod check;
mod configure;
mod contracts;
mod courier;
mod effort;
mod files;
mod further;
mod grading;
mod ground;
mod interrupt;
mod job;
mod kept;
mod lacks;
mod mistakes;
mod observe;
mod order;
mod plugins;
mod portable;
mod provide;
mod quiet;
mod record;
pub mod runners;
mod session;
mod shell;
mod shims;
mod target;
mod traces;
mod up;
mod upstreams;

pub use backing::{Host, services_on};
pub use grading::{grade, grade_and_keep};
pub use ground::{Sandbox, most_memory};
pub use interrupt::Interrupt;
pub use job::{Folder, Job, Remote, Subject, Supplies, Unrunnable, UrlError, Where};
pub use kept::Kept;
pub use mistakes::compiles;
pub use observe::{Event, Observer, Silent};
pub use order::alone;
pub use quiet::Quiet;
pub use record::{Came, Compared, Record};
pub use shell::word as shell_word;
pub use target::Origin;
pub use up::{Up, up};

/// What comes of a whole grading, in a box: a crate that awaits an `async fn` of another one compiles all that is in it anew.
pub type Doing<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + 'a>>;
