//! How alike programs are, whatever their names, their layout and the order of their functions. Texts come in, pairs come out.
//!
//! It knows no file system, network, clock or terminal, and no language in particular.
//!
//! Programs become tokens in which every name is alike; stretches of so many tokens become fingerprints; of those some are chosen
//! that every common stretch must share (winnowing: Schleimer, Wilkerson, Aiken, "Winnowing: local algorithms for document
//! fingerprinting", SIGMOD 2003). What everybody was given, and what nearly everybody has, counts for nothing.

mod compare;
mod lexer;
mod prints;
mod stretch;

pub use compare::{Pair, Program, Source, rank};
pub use stretch::{Stretch, stretches};
