//! What a program may use, and what surrounds it.

use std::path::PathBuf;
use std::time::Duration;

/// Programs are given time by their own clock, which counts work and what they wait for. By this machine's clock, no time may
/// take longer than so many times as long, whatever a program finds to do that its own clock does not count.
pub const SLOWEST: u32 = 6;

/// What a program may use. Each limit that is reached has a [`Stopped`](crate::Stopped) of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Units of work until it waits for its first request.
    pub fuel_start: u64,
    /// Units of work for one request.
    pub fuel_request: u64,
    /// Units of work for everything.
    pub fuel_grading: u64,
    /// Until it waits for its first request, by its own clock.
    pub start: Duration,
    /// For one request, by its own clock.
    pub request: Duration,
    /// Bytes of all its linear memories.
    pub memory: u64,
    /// Elements of all its tables.
    pub table: u64,
    /// Bytes printed while it answers one request.
    pub output: u64,
    /// Bytes of one answer.
    pub answer: u64,
    /// Bytes in `DATA_DIR`.
    pub disk: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            fuel_start: 20_000_000_000,
            fuel_request: 10_000_000_000,
            fuel_grading: 1_000_000_000_000,
            start: Duration::from_secs(20),
            request: Duration::from_secs(5),
            memory: 512 << 20,
            table: 1_000_000,
            output: 1 << 20,
            answer: 8 << 20,
            disk: 512 << 20,
        }
    }
}

/// What surrounds a program.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What it may use.
    pub limits: Limits,
    /// Where its random numbers come from.
    pub seed: u64,
    /// What its clock says when it starts, in seconds since 1970-01-01 UTC.
    pub epoch: u64,
    /// Its variables.
    pub environment: Vec<(String, String)>,
    /// What it sees as `/app`, and can't change.
    pub folder: Option<PathBuf>,
    /// What it sees as `/data`.
    pub data: Option<PathBuf>,
    /// Ports of this machine's loopback that it may ask over HTTP.
    pub upstreams: Vec<u16>,
}
