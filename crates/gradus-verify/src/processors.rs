//! Whether this machine's processors, and this thread, have time to spare. Where nobody tells, they have none.

use std::cell::RefCell;
use std::time::{Duration, Instant};

/// Over how long one looks. A shorter look sees a program that just waits for its next packet as nothing.
const OVER: Duration = Duration::from_millis(100);
/// What must be idle, in processors.
const SPARE: f64 = 0.125;
/// At most so much of the time this thread runs, or what happens in it takes time from each other.
const RUNS: f64 = 0.5;

/// Looks at how busy they are.
#[derive(Debug)]
pub struct Processors {
    last: RefCell<Look>,
}

/// Who had time to spare since the last look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spare {
    /// The processors.
    pub processors: bool,
    /// The thread that looks.
    pub thread: bool,
}

#[derive(Clone, Copy, Debug)]
struct Look {
    at: Instant,
    idle: Option<u64>,
    ran: Option<u64>,
}

impl Processors {
    /// One that begins to look now.
    pub fn new() -> Self {
        Self { last: RefCell::new(Look::now()) }
    }

    /// Who had time to spare since the last look; nothing, if that was not long enough ago.
    pub fn look(&self) -> Option<Spare> {
        let mut last = self.last.borrow_mut();
        let over = last.at.elapsed();
        if over < OVER {
            return None;
        }
        let before = std::mem::replace(&mut *last, Look::now());
        Some(last.spare_since(&before))
    }
}

/// `_SC_CLK_TCK` of Linux, in which /proc counts processor time on every architecture.
const TICKS: f64 = 100.0;

impl Look {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            idle: std::fs::read_to_string("/proc/stat").ok().as_deref().and_then(idle),
            ran: std::fs::read_to_string("/proc/thread-self/schedstat").ok().as_deref().and_then(ran),
        }
    }

    fn spare_since(&self, before: &Look) -> Spare {
        let over = (self.at - before.at).as_secs_f64();
        let passed = |now: Option<u64>, before: Option<u64>| Some(now?.saturating_sub(before?) as f64);
        let idle = passed(self.idle, before.idle).map(|ticks| ticks / TICKS);
        let ran = passed(self.ran, before.ran).map(|nanoseconds| nanoseconds / 1e9);
        Spare {
            processors: idle.is_some_and(|idle| idle >= SPARE * over),
            thread: ran.is_some_and(|ran| ran <= RUNS * over),
        }
    }
}

/// Ticks of all processors in which they had nothing to do or waited for disks: two fields of the first line of /proc/stat.
fn idle(stat: &str) -> Option<u64> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_ascii_whitespace();
    let fields: Vec<u64> = fields.map_while(|field| field.parse().ok()).collect();
    let [_, _, _, idle, disks, ..] = fields[..] else { return None };
    Some(idle + disks)
}

/// Nanoseconds for which a thread ran: the first number of its schedstat.
fn ran(schedstat: &str) -> Option<u64> {
    schedstat.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_busy_has_no_time_nor_has_anybody_of_whom_nothing_is_told() {
        let at = Instant::now();
        let before = Look { at, idle: Some(1000), ran: Some(5_000_000) };
        let after = |ticks: u64, milliseconds: u64| {
            let now = Look {
                at: at + Duration::from_millis(200),
                idle: Some(1000 + ticks),
                ran: Some(5_000_000 + milliseconds * 1_000_000),
            };
            now.spare_since(&before)
        };
        assert_eq!(after(3, 100), Spare { processors: true, thread: true });
        assert_eq!(after(2, 101), Spare::default());
        let nothing = Look { at: at + Duration::from_millis(200), idle: None, ran: None };
        assert_eq!(nothing.spare_since(&before), Spare::default());
        assert_eq!(Processors::new().look(), None, "too early");
    }

    #[test]
    fn idle_time_is_read_from_the_line_of_all_processors() {
        let stat = "cpu  100 5 30 4000 25 0 3 0 0 0\ncpu0 50 2 15 2000 12 0 1 0 0 0\n";
        assert_eq!(idle(stat), Some(4025));
        assert_eq!(idle("cpu0 1 2 3 4 5\n"), None);
        assert_eq!(idle(""), None);
        assert_eq!(ran("1500000 20 3\n"), Some(1_500_000));
        assert_eq!(ran(""), None);
    }
}
