//! The call of ours that a program is in, and what its clock counts for it: what the program waits for, and not how busy this
//! machine is.

use std::time::{Duration, Instant};

/// Where calls are measured, only a longer one is one that waits.
const WAITS: Duration = Duration::from_millis(5);
/// In such steps an upstream's time is counted: also a slow machine carries a question there and back within one.
const STEP: Duration = Duration::from_millis(25);
/// What a question counts that is answered within a step, however long it took: one that asks without end comes to an end.
const QUESTION: Duration = Duration::from_micros(500);

/// The call, if the program is in one.
#[derive(Debug, Default)]
pub struct Call {
    since: Option<Instant>,
    /// It waits for a request.
    is_idle: bool,
    /// It asks an upstream, or waits for the answer of one.
    asks: bool,
    /// Questions to upstreams that are not answered yet, whatever call they were asked in.
    open: usize,
    /// When what it waits for is due by the program's clock, and which of that has come.
    due: Vec<Duration>,
    rang: Option<Duration>,
    /// Whether calls are measured of which nobody tells what they wait for.
    measures: bool,
}

impl Call {
    /// From now on, each call that takes long counts as a wait: a core module does not tell us which of them are.
    pub fn measure(&mut self) {
        self.measures = true;
    }

    /// The program calls us.
    pub fn begin(&mut self, now: Instant) {
        self.forget();
        self.since = Some(now);
    }

    /// It goes on, at this time of its clock; how much later it is for that.
    pub fn end(&mut self, now: Instant, clock: Duration) -> Duration {
        let counted = self.counts(now, clock);
        self.forget();
        counted
    }

    /// It is over, or never will be: what it waited for is nobody's.
    pub fn forget(&mut self) {
        (self.since, self.is_idle, self.asks, self.rang) = (None, false, false, None);
        self.due.clear();
    }

    /// It waits for a request, which counts nothing.
    pub fn idle(&mut self) {
        self.is_idle = true;
    }

    /// It asks an upstream.
    pub fn ask(&mut self) {
        self.asks = true;
        self.open += 1;
    }

    /// An upstream has answered, or nobody waits for it any more.
    pub fn answered(&mut self) {
        self.asks = true;
        self.open -= 1;
    }

    /// It waits until its clock says that.
    pub fn wait(&mut self, due: Duration) {
        self.due.push(due);
    }

    /// That time has come. Whether it is what ends the wait: of several, those do that are due first, also when all are over.
    pub fn ring(&mut self, due: Duration) -> bool {
        let is_first = self.due.iter().min() == Some(&due);
        if is_first {
            self.rang = Some(due);
        }
        is_first
    }

    /// What it counts so far, at this time of the program's clock: what the program asked to wait; what an upstream takes, in
    /// steps; nothing, if it does not wait.
    pub fn counts(&self, now: Instant, clock: Duration) -> Duration {
        if let Some(due) = self.rang {
            return due.saturating_sub(clock);
        }
        let Some(since) = self.since.filter(|_| !self.is_idle) else { return Duration::ZERO };
        let took = now.saturating_duration_since(since);
        if self.asks && took < STEP {
            return QUESTION;
        }
        if self.asks || self.open > 0 {
            return STEP * (took.as_millis() / STEP.as_millis()) as u32;
        }
        let waits = self.measures || !self.due.is_empty();
        if waits && took >= WAITS { Duration::from_millis(took.as_millis() as u64) } else { Duration::ZERO }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn milliseconds(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    /// What a call counts that takes so long, after this was said of it.
    fn counted(took: u64, said: impl Fn(&mut Call)) -> Duration {
        let (mut call, now) = (Call::default(), Instant::now());
        call.begin(now);
        said(&mut call);
        let counted = call.end(now + milliseconds(took), HOUR);
        assert_eq!(call.counts(now + HOUR, HOUR), Duration::ZERO, "it is over");
        counted
    }

    #[test]
    fn what_was_asked_for_counts_and_not_how_long_it_took() {
        let several = |call: &mut Call| {
            call.wait(HOUR + milliseconds(70));
            call.wait(HOUR + milliseconds(50));
            assert!(!call.ring(HOUR + milliseconds(70)), "another one is due before");
            assert!(call.ring(HOUR + milliseconds(50)));
        };
        assert_eq!(counted(90, several), milliseconds(50));
        // What a program waited for that was killed meanwhile is in nobody's way.
        let (mut call, now) = (Call::default(), Instant::now());
        call.begin(now);
        call.wait(HOUR);
        call.forget();
        call.begin(now);
        call.wait(2 * HOUR);
        assert!(call.ring(2 * HOUR));
        // Something else came first.
        assert_eq!(counted(30, |call| call.wait(HOUR + milliseconds(50))), milliseconds(30));
    }

    #[test]
    fn an_upstream_counts_in_steps_and_a_stall_nothing() {
        assert_eq!(counted(60, |_| ()), Duration::ZERO);
        assert_eq!(counted(60, Call::ask), 2 * STEP);
        assert_eq!(counted(24, Call::ask), QUESTION);
        let (mut call, now) = (Call::default(), Instant::now());
        call.ask();
        call.end(now, HOUR);
        call.begin(now);
        assert_eq!(call.counts(now + milliseconds(60), HOUR), 2 * STEP, "the answer is still to come");
        call.answered();
        assert_eq!(call.end(now + milliseconds(10), HOUR), QUESTION, "it came");
        call.begin(now);
        assert_eq!(call.end(now + milliseconds(60), HOUR), Duration::ZERO);
    }

    #[test]
    fn where_nobody_tells_long_calls_are_measured_but_for_idle_ones() {
        assert_eq!(counted(60, Call::measure), milliseconds(60));
        assert_eq!(counted(4, Call::measure), Duration::ZERO);
        let idle = |call: &mut Call| {
            call.measure();
            call.idle();
        };
        assert_eq!(counted(60, idle), Duration::ZERO);
    }
}
