//! What belongs to one instance on our side: its bounds, and what it is given of the world.

use crate::chance::Chance;
use crate::clock::{Monotonic, Wall};
use crate::limits::Settings;
use crate::meter::Meter;
use crate::output::{Output, Printer};
use crate::stopped::Stopped;
use crate::upstream::Upstreams;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use wasmtime::{CallHook, CallHookHandler, ResourceLimiter, Store, StoreContextMut};
use wasmtime_wasi::cli::{StdinStream, StdoutStream};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// So many files and other things of ours an instance holds open at once at most: our own process has only so many.
pub const OPEN: usize = 512;

/// While a program is at work, its data is looked at so often.
const LOOK_AT_DATA: Duration = Duration::from_millis(50);

/// So many bytes more than it may have an ended instance may leave behind; with more, none is started any more.
const LEFT_BEHIND: u64 = 256 << 20;

/// What all instances of a program have in common.
#[derive(Clone, Debug)]
pub struct World {
    /// What surrounds it.
    pub settings: Settings,
    /// What counts.
    pub meter: Meter,
    /// What it prints.
    pub output: Output,
    /// Whom it may ask.
    pub upstreams: Upstreams,
    /// Bytes of its data when that was looked at last.
    data: Arc<AtomicU64>,
}

impl World {
    /// One in which nothing has happened yet.
    pub fn new(settings: Settings) -> Self {
        let meter = Meter::new(&settings.limits);
        let upstreams = Upstreams::new(&settings.upstreams);
        Self { settings, meter, output: Output::default(), upstreams, data: Arc::default() }
    }

    /// The program waits for a request: what it asked for the one before is over.
    pub fn is_idle(&self) {
        self.upstreams.hang_up();
        self.meter.is_idle();
    }

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
            .wall_clock(Wall { meter: self.meter.clone(), epoch: Duration::from_secs(settings.epoch) })
            .monotonic_clock(Monotonic(self.meter.clone()))
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

    /// That of a command beside the server: its output is its own, and it has what the server has left of the grading's work.
    pub fn of_command(&self, environment: &[(String, String)]) -> Self {
        let mut settings = self.settings.clone();
        settings.environment.extend_from_slice(environment);
        let world = Self { data: self.data.clone(), ..Self::new(settings) };
        world.meter.add(self.meter.fuel());
        world
    }

    /// Looks at the program's data, and answers how many bytes there are now and were before.
    pub fn look_at_data(&self) -> (u64, u64) {
        let held = self.settings.data.as_deref().map_or(0, crate::files::size);
        (held, self.data.swap(held, Ordering::Relaxed))
    }

    /// Whether the program's data is no more than it may be. Whoever finds too much of it there may still read it and remove
    /// some, as long as it does not grow.
    pub fn data_fits(&self) -> Result<(), Stopped> {
        let most = self.settings.limits.disk;
        let (held, before) = self.look_at_data();
        let bound = most.max(before.min(most.saturating_add(LEFT_BEHIND)));
        if held > bound { Err(Stopped::Disk(most)) } else { Ok(()) }
    }

    /// Returns once the program's data is more than it may be. Who ends its turn sooner is looked at then.
    pub async fn outgrows(&self) -> Stopped {
        loop {
            tokio::time::sleep(LOOK_AT_DATA).await;
            if let Err(stopped) = self.data_fits() {
                return stopped;
            }
        }
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
        // What another instance has open is none of this one's.
        self.upstreams.hang_up();
        let meter = self.meter.clone();
        let instance = meter.begin_instance();
        store.call_hook_async(Passage { meter, instance });
        let ready =
            store.set_fuel(0).and_then(|()| store.fuel_async_yield_interval(Some(crate::engine::YIELD)));
        ready.map_err(|error| Stopped::NotRun(error.to_string()))?;
        Ok(store)
    }
}

/// Stands where control passes between a program and us: what is counted is counted here, and a program that calls us without end gives
/// way to others, as calls cost no fuel.
struct Passage {
    meter: Meter,
    instance: u64,
}

#[async_trait::async_trait]
impl<T: Send + 'static> CallHookHandler<T> for Passage {
    async fn handle_call_event(&self, context: StoreContextMut<'_, T>, at: CallHook) -> wasmtime::Result<()> {
        self.meter.hook(self.instance, context, at)?;
        if matches!(at, CallHook::ReturningFromHost) && self.meter.is_long_at_it() {
            tokio::task::yield_now().await;
            self.meter.goes_on();
        }
        Ok(())
    }
}

/// Bounds of what an instance allocates: of all its memories together, and of all its tables.
#[derive(Clone, Debug)]
pub struct Bounds {
    memory: Bound,
    table: Bound,
    meter: Meter,
}

#[derive(Clone, Copy, Debug)]
struct Bound {
    held: u64,
    most: u64,
}

impl Bounds {
    /// Those of a world.
    pub fn of(world: &World) -> Self {
        let bound = |most| Bound { held: 0, most };
        let limits = &world.settings.limits;
        Self { memory: bound(limits.memory), table: bound(limits.table), meter: world.meter.clone() }
    }
}

impl Bound {
    /// Whether there is room for one that grows.
    fn grows(&mut self, from: usize, to: usize) -> bool {
        let held = self.held.saturating_sub(from as u64).saturating_add(to as u64);
        let fits = held <= self.most;
        if fits {
            self.held = held;
        }
        fits
    }
}

impl ResourceLimiter for Bounds {
    fn memory_growing(&mut self, now: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        match self.memory.grows(now, wanted) {
            true => {
                self.meter.hold(self.memory.held);
                Ok(true)
            }
            // A program that handled it would go on in a way that no other machine shows: it ends here, with a name.
            false => Err(wasmtime::Error::new(Stopped::Memory(self.memory.most))),
        }
    }

    fn table_growing(&mut self, now: usize, wanted: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        match self.table.grows(now, wanted) {
            true => Ok(true),
            false => Err(wasmtime::Error::new(Stopped::Table(self.table.most))),
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
