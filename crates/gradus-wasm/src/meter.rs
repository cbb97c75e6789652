//! What a program's work costs, and what it may still cost. Its time is counted, not measured: it goes on with the work done,
//! with what the program waits for itself, and with what the grader waits.

use crate::call::Call;
use crate::limits::{Limits, SLOWEST};
use crate::stopped::Stopped;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use wasmtime::{AsContext, AsContextMut, CallHook, StoreContextMut};

/// So many units of work are a nanosecond of the program's clock.
const FUEL_PER_NANOSECOND: u64 = 10;
/// Whoever was at work for so long gives way.
const LONG: Duration = Duration::from_millis(1);

/// Counts for all instances of one program. Clones share it.
#[derive(Clone, Debug)]
pub struct Meter {
    gauge: Arc<Mutex<Gauge>>,
    /// How often the program has waited for a request.
    idle: Arc<watch::Sender<u64>>,
}

#[derive(Debug)]
struct Gauge {
    limits: Limits,
    /// Which instance is counted.
    instance: u64,
    /// What instances had spent when fuel was given last.
    spent: u64,
    given: u64,
    left: u64,
    /// What is to be given at the next chance.
    refill: Option<u64>,
    budget: Budget,
    /// What was waited, by the program and by the grader.
    waited: Duration,
    call: Call,
    /// What the clock said when this turn began.
    turn: Duration,
    /// Bytes printed in this turn.
    printed: u64,
    /// Bytes of memory that the instance holds, and that any has held.
    held: u64,
    peak: u64,
    /// Since when the program itself is at work, and how long it was before.
    working: Option<Instant>,
    worked: Duration,
    /// When it gave way last.
    gave_way: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Budget {
    Start,
    Request,
    Grading,
}

impl Meter {
    /// One that has counted nothing yet.
    pub fn new(limits: &Limits) -> Self {
        let gauge = Gauge {
            limits: limits.clone(),
            instance: 0,
            spent: 0,
            given: 0,
            left: 0,
            refill: None,
            budget: Budget::Start,
            waited: Duration::ZERO,
            call: Call::default(),
            turn: Duration::ZERO,
            printed: 0,
            held: 0,
            peak: 0,
            working: None,
            worked: Duration::ZERO,
            gave_way: Instant::now(),
        };
        Self { gauge: Arc::new(Mutex::new(gauge)), idle: Arc::new(watch::Sender::new(0)) }
    }

    fn gauge(&self) -> MutexGuard<'_, Gauge> {
        self.gauge.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Units of work so far.
    pub fn fuel(&self) -> u64 {
        let gauge = self.gauge();
        gauge.spent + (gauge.given - gauge.left)
    }

    /// Work that was done elsewhere, and counts here.
    pub fn add(&self, fuel: u64) {
        self.gauge().spent += fuel;
    }

    /// A new instance begins; answers its number, which its calls of `hook` give.
    pub fn begin_instance(&self) -> u64 {
        let most = self.gauge().limits.fuel_start;
        self.settle();
        self.give(most, Budget::Start);
        self.gauge().instance
    }

    /// A request begins.
    pub fn begin_request(&self) {
        let most = self.gauge().limits.fuel_request;
        self.give(most, Budget::Request);
    }

    /// An instance is gone.
    pub fn settle(&self) {
        let mut gauge = self.gauge();
        gauge.spent += gauge.given - gauge.left;
        (gauge.given, gauge.left, gauge.refill, gauge.working) = (0, 0, None, None);
        gauge.call.forget();
        gauge.held = 0;
        gauge.turn = gauge.now();
        // One that was aborted is unwound later: what it counts then is nobody's.
        gauge.instance += 1;
    }

    fn give(&self, most: u64, budget: Budget) {
        let rest = {
            let gauge = self.gauge();
            gauge.limits.fuel_grading.saturating_sub(gauge.spent + (gauge.given - gauge.left))
        };
        let mut gauge = self.gauge();
        gauge.refill = Some(most.min(rest));
        gauge.budget = if rest < most { Budget::Grading } else { budget };
        gauge.printed = 0;
        gauge.turn = gauge.now();
    }

    /// Which budget is used up.
    pub fn exhausted(&self) -> Stopped {
        let gauge = self.gauge();
        match gauge.budget {
            Budget::Start => Stopped::StartFuel(gauge.limits.fuel_start),
            Budget::Request => Stopped::RequestFuel(gauge.limits.fuel_request),
            Budget::Grading => Stopped::GradingFuel(gauge.limits.fuel_grading),
        }
    }

    /// Notes bytes that were printed.
    pub fn print(&self, bytes: usize) -> Result<(), Stopped> {
        let mut gauge = self.gauge();
        gauge.printed += bytes as u64;
        match gauge.printed > gauge.limits.output {
            true => Err(Stopped::Output(gauge.limits.output)),
            false => Ok(()),
        }
    }

    /// Notes bytes of memory that the instance holds.
    pub fn hold(&self, bytes: u64) {
        let mut gauge = self.gauge();
        gauge.held = bytes;
        gauge.peak = gauge.peak.max(bytes);
    }

    /// Bytes of memory that the instance holds, and the most that any has held.
    pub fn memory(&self) -> (u64, u64) {
        let gauge = self.gauge();
        (gauge.held, gauge.peak)
    }

    /// How long the program itself was at work, by this machine's clock.
    pub fn worked(&self) -> Duration {
        self.gauge().worked
    }

    /// The grader waits, and the program's clock goes on.
    pub fn pass(&self, time: Duration) {
        self.gauge().waited += time;
    }

    /// From now on, each call that takes long counts as a wait: a core module does not tell us which of them are.
    pub fn measures(&self) {
        self.gauge().call.measure();
    }

    /// The program asks an upstream; until this is dropped, it may wait for the answer.
    pub fn asks(&self) -> Asking {
        self.gauge().call.ask();
        Asking(self.clone())
    }

    /// Waits until the program's clock says that, which goes on as this machine's does meanwhile, but comes to exactly that.
    pub async fn waits_until(&self, due: Duration) {
        let left = {
            let mut gauge = self.gauge();
            gauge.call.wait(due);
            due.saturating_sub(gauge.now())
        };
        tokio::time::sleep(left).await;
        let ends = self.gauge().call.ring(due);
        if !ends {
            std::future::pending().await
        }
    }

    /// Returns once this turn has taken longer than that by the program's own clock, so that neither a slow machine nor who
    /// else runs on it counts; or, whatever it does there, very much longer by this machine's clock.
    pub async fn outlasts(&self, most: Duration) {
        let begun = Instant::now();
        loop {
            let counted = most.saturating_sub(self.gauge().turn());
            let left = counted.min((most * SLOWEST).saturating_sub(begun.elapsed()));
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.max(Duration::from_millis(1))).await;
        }
    }

    /// The program waits for a request.
    pub fn is_idle(&self) {
        self.gauge().call.idle();
        self.idle.send_modify(|count| *count += 1);
    }

    /// How often it has waited for a request.
    pub fn idles(&self) -> u64 {
        *self.idle.borrow()
    }

    /// Waits until it has waited for a request more often than that.
    pub async fn idle_after(&self, count: u64) {
        let mut idle = self.idle.subscribe();
        // The sender lives as long as we do.
        let _ = idle.wait_for(|now| *now > count).await;
    }

    /// To be called whenever control passes between a program and us.
    pub fn hook<T: 'static>(
        &self,
        instance: u64,
        mut context: StoreContextMut<'_, T>,
        at: CallHook,
    ) -> wasmtime::Result<()> {
        let mut gauge = self.gauge();
        if gauge.instance != instance {
            return Ok(());
        }
        match at {
            CallHook::CallingHost | CallHook::ReturningFromWasm => {
                gauge.left = context.as_context().get_fuel()?;
                let now = Instant::now();
                gauge.call.begin(now);
                if let Some(since) = gauge.working.take() {
                    gauge.worked += now - since;
                }
            }
            CallHook::ReturningFromHost | CallHook::CallingWasm => {
                let (now, clock) = (Instant::now(), gauge.now());
                let waited = gauge.call.end(now, clock);
                gauge.waited += waited;
                gauge.working = Some(now);
                if let Some(fuel) = gauge.refill.take() {
                    context.as_context_mut().set_fuel(fuel)?;
                    gauge.spent += gauge.given - gauge.left;
                    (gauge.given, gauge.left) = (fuel, fuel);
                }
            }
        }
        Ok(())
    }

    /// Whether it is time to give way to others.
    pub fn is_long_at_it(&self) -> bool {
        self.gauge().gave_way.elapsed() >= LONG
    }

    /// It gave way, and goes on.
    pub fn goes_on(&self) {
        let mut gauge = self.gauge();
        let now = Instant::now();
        (gauge.gave_way, gauge.working) = (now, Some(now));
    }

    /// Notes what is left when a call has ended.
    pub fn note_left(&self, left: u64) {
        let mut gauge = self.gauge();
        gauge.left = left.min(gauge.given);
    }

    /// What the program's clock says since its first start.
    pub fn now(&self) -> Duration {
        self.gauge().now()
    }
}

/// A question to an upstream that is not answered yet.
pub struct Asking(Meter);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.gauge().call.answered();
    }
}

impl Gauge {
    fn now(&self) -> Duration {
        let fuel = self.spent + (self.given - self.left);
        self.waited + Duration::from_nanos(fuel / FUEL_PER_NANOSECOND)
    }

    /// How long this turn has taken, with what the program waits for right now.
    fn turn(&self) -> Duration {
        self.now().saturating_sub(self.turn) + self.call.counts(Instant::now(), self.now())
    }
}
