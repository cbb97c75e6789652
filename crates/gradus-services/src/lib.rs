//! What a submission may lean on. Today: stub upstreams that the grader serves, which answer as their routes say, go wrong
//! when they are told to, and remember what they were asked. Where they listen is somebody else's business.

mod call;
mod callback;
mod fault;
mod matching;
mod reply;
mod stub;

pub use call::{Call, Unexpected};
pub use callback::{Back, Courier, Delivered, Delivering, Undelivered};
pub use stub::Stubs;
