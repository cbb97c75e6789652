//! What a submission may lean on. Today: stub upstreams that the grader serves, which answer as their routes say, go wrong
//! when they are told to, hold items that can be swapped, and remember what they were asked; the way to them, which can go
//! wrong too; a way out to hosts that were permitted; databases and caches; desks, where a learner's queries are run. Where they
//! listen is somebody else's business.

mod call;
mod callback;
pub mod desk;
pub mod engine;
mod fault;
mod gate;
mod matching;
mod proxy;
mod reply;
mod shelf;
mod sqlite;
mod stub;

pub use call::{Call, Unexpected};
pub use callback::{Back, Courier, Delivered, Delivering, Undelivered};
pub use gate::{Gate, NoHost};
pub use proxy::Way;
pub use stub::{NoList, Stubs};
