//! Find exercises; take submissions in; plan how they build and run. It reads and writes folders, and starts no process.

pub mod archive;
pub mod aside;
pub mod cache;
pub mod catalogue;
pub mod class;
pub mod configuration;
pub mod git;
pub mod moment;
pub mod pack;
pub mod packages;
pub mod patch;
pub mod plan;
pub mod start;
pub mod trace;
pub mod tree;
