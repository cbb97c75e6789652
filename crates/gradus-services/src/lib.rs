//! What a submission may lean on. Today: stub upstreams that the grader serves, which answer as their routes say, go wrong
//! when they are told to, hold items that can be swapped, and remember what they were asked. Where they listen is somebody else's business.

mod call;
mod fault;
mod matching;
mod reply;
mod shelf;
mod stub;

pub use call::{Call, Unexpected};
pub use stub::{NoList, Stubs};
