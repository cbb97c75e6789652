//! Times that are measured again and again until they tell something, or it is plain that they will not.

use super::{Bench, Stop};
use crate::effort::Effort;
use gradus_judge::median::Reaches;
use gradus_judge::speed::{Spent, Told, is_time_to_look};
use gradus_model::outcome::Fault;
use std::time::{Duration, Instant};

/// What is done about what was measured so far.
pub enum Next {
    /// More of it is measured.
    More,
    /// It tells.
    Judge(Told),
    /// It does not tell, and there is no time for more.
    GiveUp,
}

/// Measurements that go on until they tell.
pub struct Measuring {
    /// How many processors our programs could have.
    pub processors: f64,
    most: usize,
    ends: Instant,
    begun: Instant,
    longest: Duration,
}

impl Measuring {
    /// Of at most so many, within the time of the check.
    pub fn new(bench: &Bench<'_>, most: usize) -> Self {
        Self {
            processors: processors(),
            most,
            ends: bench.ends,
            begun: Instant::now(),
            longest: Duration::ZERO,
        }
    }

    /// One more measurement begins.
    pub fn begin(&mut self) {
        self.begun = Instant::now();
    }

    /// So many are done, the last one just now. Programs that were `starved` are not failed for what could not be done in time.
    pub fn next(&mut self, count: usize, told: Option<Told>, starved: bool) -> Next {
        self.longest = self.longest.max(self.begun.elapsed());
        let is_last = count >= self.most || Instant::now() + self.longest * 2 > self.ends;
        match told {
            Some(told) if told.reaches == Reaches::Unclear && is_last => Next::GiveUp,
            Some(told)
                if told.reaches != Reaches::Unclear && (is_last || is_time_to_look(count, self.most)) =>
            {
                Next::Judge(told)
            }
            None if is_last && starved => Next::GiveUp,
            _ => Next::More,
        }
    }
}

/// How many processors our programs could have.
pub fn processors() -> f64 {
    std::thread::available_parallelism().map_or(1.0, |count| count.get() as f64)
}

/// What was done so many times within this time, since `effort` began.
pub fn spent(effort: &Effort, took: Duration, times: u64) -> Spent {
    let taken = effort.end();
    let seconds = |time: Duration| time.as_secs_f64();
    // In WebAssembly nothing runs below us, and the work is our own.
    let worked = if taken.below.is_zero() { taken.ours } else { taken.below };
    Spent {
        times: times as f64,
        took: seconds(took),
        ran: seconds(taken.ours + taken.below),
        worked: seconds(worked),
        waited: seconds(taken.waited),
    }
}

/// `, and 6.1 by processor time`, where that was asked, too.
pub fn by_processor(told: &Told) -> String {
    told.by_processor.map_or_else(String::new, |number| format!(", and {number:.2} by processor time"))
}

/// A check that is not judged.
pub fn could_not_tell(what: &str, told: Option<Told>, count: usize, of: &str) -> Stop {
    let figures = match &told {
        Some(told) => format!("{}{}, from {count} {of}", told.median, by_processor(told)),
        None => format!("there was time for {count} {of} only"),
    };
    let starved = match told {
        Some(Told { by_processor: None, .. }) => "",
        _ => "; something else kept the processors busy",
    };
    Stop::Broken(try_again(format!("could not tell {what}: {figures}{starved}")))
}

/// What another time may tell.
pub fn try_again(what: String) -> Fault {
    Fault { what, way_out: Some("Try again while less else runs.".into()) }
}
