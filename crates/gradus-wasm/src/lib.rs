//! Run one untrusted WebAssembly program under counted limits, and ask it over HTTP. It knows nothing of exercises or
//! graders: no other crate of ours.
//!
//! Everything random, every clock and every count of work ("fuel") is a function of the program, its requests and a seed:
//! the same on every run and every machine. One instance answers one request at a time; whatever ends it is a [`Stopped`].

mod asking;
mod call;
mod chance;
mod clock;
mod command;
mod compiled;
mod components;
mod engine;
mod files;
mod instance;
mod limits;
mod meter;
mod output;
mod pipe;
pub mod plugin;
mod program;
mod proxy;
mod runner;
mod serve;
mod server;
mod state;
mod stdio;
mod stopped;
mod upstream;

pub use command::{Command, Outcome};
pub use engine::{Engine, LINE};
pub use files::Files;
pub use limits::{Limits, SLOWEST, Settings};
pub use output::Output;
pub use program::{Kind, NotLoaded, Program};
pub use runner::{Installed, Language, NotInstalled, Runners};
pub use server::Server;
pub use stopped::Stopped;
