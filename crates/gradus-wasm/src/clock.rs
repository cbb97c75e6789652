//! The clocks that a program sees: they say what its meter counts.

use crate::meter::Meter;
use std::time::Duration;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// A clock of days and hours that goes on as the meter counts.
#[derive(Debug)]
pub struct Wall {
    /// What counts.
    pub meter: Meter,
    /// What it says at first, since 1970-01-01 UTC.
    pub epoch: Duration,
}

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        self.epoch + self.meter.now()
    }
}

/// A clock that only goes on.
#[derive(Debug)]
pub struct Monotonic(pub Meter);

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        self.0.now().as_nanos() as u64
    }
}
