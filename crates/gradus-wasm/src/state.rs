//! What belongs to one instance on our side: its bounds, and what it is given of the world.

use crate::chance::Chance;
use crate::limits::Settings;
use crate::meter::Meter;
use crate::output::{Output, Printer};
use crate::stopped::Stopped;
use wasmtime::{ResourceLimiter, Store};
use wasmtime_wasi::cli::{StdinStream, StdoutStream};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// What all instances of a program have in common.
#[derive(Clone, Debug)]
pub struct World {
    /// What surrounds it.
    pub settings: Settings,
    /// What counts.
    pub meter: Meter,
    /// What it prints.
    pub output: Output,
}

impl World {
    /// Its standard streams, clocks, numbers and folders; `instance` numbers the instances.
    pub fn wasi(
        &self,
        instance: u64,
        input: impl StdinStream + 'static,
        output: impl StdoutStream + 'static,
    ) -> Result<WasiCtxBuilder, Stopped> {
        let settings = &self.settings;
        let mut chance = Chance::new(settings.seed, instance);
        let hash_seed = u128::from(chance.draw()) << 64 | u128::from(chance.draw());
        let mut builder = WasiCtxBuilder::new();
        builder
            .stdin(input)
            .stdout(output)
            .stderr(self.printer())
            .envs(&settings.environment)
            .insecure_random_seed(hash_seed)
            .secure_random(chance.clone())
            .insecure_random(chance)
            .wall_clock(self.meter.wall(settings.epoch))
            .monotonic_clock(self.meter.clone())
            .allow_blocking_current_thread(true);
        let folders =
            [(&settings.folder, "/app", FsPerms::ReadOnly), (&settings.data, "/data", FsPerms::ReadWrite)];
        for (folder, seen, permissions) in folders {
            if let Some(folder) = folder {
                let opened = builder.preopened_dir(folder, seen, permissions);
                opened.map_err(|error| Stopped::NotRun(format!("{seen}: {error}")))?;
            }
        }
        Ok(builder)
    }

    /// Into its output.
    pub fn printer(&self) -> Printer {
        Printer { output: self.output.clone(), meter: self.meter.clone() }
    }

    /// A store for one instance, bounded and counted.
    pub fn store<T: Send + 'static>(
        &self,
        engine: &wasmtime::Engine,
        state: T,
        bounds: fn(&mut T) -> &mut Bounds,
    ) -> Result<Store<T>, Stopped> {
        let mut store = Store::new(engine, state);
        store.limiter(move |state| bounds(state) as &mut dyn ResourceLimiter);
        let meter = self.meter.clone();
        let instance = meter.begin_instance();
        store.call_hook(move |context, at| meter.hook(instance, context, at));
        let ready =
            store.set_fuel(0).and_then(|()| store.fuel_async_yield_interval(Some(crate::engine::YIELD)));
        ready.map_err(|error| Stopped::NotRun(error.to_string()))?;
        Ok(store)
    }
}

/// Bounds of what an instance allocates.
#[derive(Clone, Debug)]
pub struct Bounds {
    memory: u64,
    table: u64,
}

impl Bounds {
    /// Those of a world.
    pub fn of(world: &World) -> Self {
        Self { memory: world.settings.limits.memory, table: world.settings.limits.table }
    }
}

impl ResourceLimiter for Bounds {
    fn memory_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        match wanted as u64 > self.memory {
            // A program that handled it would go on in a way that no other machine shows: it ends here, with a name.
            true => Err(wasmtime::Error::new(Stopped::Memory(self.memory))),
            false => Ok(true),
        }
    }

    fn table_growing(&mut self, _: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        match wanted as u64 > self.table {
            true => Err(wasmtime::Error::new(Stopped::Table(self.table))),
            false => Ok(true),
        }
    }

    fn instances(&self) -> usize {
        100
    }

    fn tables(&self) -> usize {
        100
    }

    fn memories(&self) -> usize {
        20
    }
}
