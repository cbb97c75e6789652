//! The clocks that a program sees, and its waits for them: they say what its meter counts.

use crate::meter::Meter;
use std::time::Duration;
use wasmtime::component::{HasData, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::clocks::monotonic_clock;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
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

/// A clock that only goes on, for whoever does not wait for it by [`Waits`].
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

/// The clock that only goes on, as components have it. WASI's own measures how long a wait took, which is a little more each time.
pub struct Waits<'g> {
    /// What counts.
    pub meter: &'g Meter,
    /// Where what is waited for is kept.
    pub table: &'g mut ResourceTable,
}

impl HasData for Waits<'static> {
    type Data<'g> = Waits<'g>;
}

impl monotonic_clock::Host for Waits<'_> {
    fn now(&mut self) -> wasmtime::Result<u64> {
        Ok(self.meter.now().as_nanos() as u64)
    }

    fn resolution(&mut self) -> wasmtime::Result<u64> {
        Ok(1)
    }

    fn subscribe_instant(&mut self, when: u64) -> wasmtime::Result<Resource<DynPollable>> {
        let due = Duration::from_nanos(when);
        let timer = self.table.push(Timer { meter: self.meter.clone(), due, has_yielded: false })?;
        subscribe(self.table, timer)
    }

    fn subscribe_duration(&mut self, time: u64) -> wasmtime::Result<Resource<DynPollable>> {
        self.subscribe_instant((self.meter.now().as_nanos() as u64).saturating_add(time))
    }
}

/// Something that is due by the program's clock.
struct Timer {
    meter: Meter,
    due: Duration,
    has_yielded: bool,
}

#[async_trait::async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        if self.due > self.meter.now() {
            return self.meter.waits_until(self.due).await;
        }
        // A program that asks again and again what is there leaves others their turn, so that something can be there.
        if !std::mem::replace(&mut self.has_yielded, true) {
            tokio::task::yield_now().await;
        }
    }
}
