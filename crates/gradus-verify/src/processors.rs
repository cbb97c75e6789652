//! Whether this machine's processors have time to spare. Where nobody tells, they have none.

use std::cell::RefCell;
use std::time::{Duration, Instant};

/// Over how long one looks. A shorter look sees a program that just waits for its next packet as nothing.
const OVER: Duration = Duration::from_millis(100);
/// What must be idle, in processors.
const SPARE: f64 = 0.125;

/// Looks at how busy they are.
#[derive(Debug)]
pub struct Processors {
    last: RefCell<Look>,
}

#[derive(Clone, Copy, Debug)]
struct Look {
    at: Instant,
    idle: Option<u64>,
}

impl Processors {
    /// One that begins to look now.
    pub fn new() -> Self {
        Self { last: RefCell::new(Look::now()) }
    }

    /// Whether they had time to spare since the last look; nothing, if that was not long enough ago.
    pub fn have_time(&self) -> Option<bool> {
        let mut last = self.last.borrow_mut();
        let over = last.at.elapsed();
        if over < OVER {
            return None;
        }
        let before = std::mem::replace(&mut *last, Look::now());
        Some(last.has_time_since(&before))
    }
}

/// `_SC_CLK_TCK` of Linux, in which /proc counts processor time on every architecture.
const TICKS: f64 = 100.0;

impl Look {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            idle: std::fs::read_to_string("/proc/stat").ok().as_deref().and_then(idle),
        }
    }

    fn has_time_since(&self, before: &Look) -> bool {
        let over = (self.at - before.at).as_secs_f64();
        let (Some(now), Some(before)) = (self.idle, before.idle) else { return false };
        now.saturating_sub(before) as f64 / TICKS >= SPARE * over
    }
}

/// Ticks of all processors in which they had nothing to do or waited for disks: two fields of the first line of /proc/stat.
fn idle(stat: &str) -> Option<u64> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_ascii_whitespace();
    let fields: Vec<u64> = fields.map_while(|field| field.parse().ok()).collect();
    let [_, _, _, idle, disks, ..] = fields[..] else { return None };
    Some(idle + disks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_was_busy_has_no_time_nor_has_anybody_of_whom_nothing_is_told() {
        let at = Instant::now();
        let before = Look { at, idle: Some(1000) };
        let after = |idle: Option<u64>| Look { at: at + Duration::from_millis(200), idle };
        assert!(after(Some(1003)).has_time_since(&before));
        assert!(!after(Some(1002)).has_time_since(&before));
        assert!(!after(None).has_time_since(&before));
        assert_eq!(Processors::new().have_time(), None, "too early");
    }

    #[test]
    fn idle_time_is_read_from_the_line_of_all_processors() {
        let stat = "cpu  100 5 30 4000 25 0 3 0 0 0\ncpu0 50 2 15 2000 12 0 1 0 0 0\n";
        assert_eq!(idle(stat), Some(4025));
        assert_eq!(idle("cpu0 1 2 3 4 5\n"), None);
        assert_eq!(idle(""), None);
    }
}
