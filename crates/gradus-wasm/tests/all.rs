//! Programs in WebAssembly that go wrong in every way, and what is said of each; what counts alike, and what is refused.

mod support;

mod answers;
mod asking;
mod counting;
mod files;
mod limits;
mod loading;
