//! What measured times tell on a machine whose processors others may take. Whoever must wait for a processor looks slow, and
//! beside such a wait all work looks alike. It knows neither clock nor processors, only what was measured.

use crate::growth::exponent;
use crate::median::{LEAST, Median, Reaches};

/// Of the time that something took, its programs waited at most so much for a processor, or they are starved.
const WAITED: f64 = 0.25;
/// Programs that have this part of all processors wait for each other, and for nobody else.
const OURS: f64 = 0.75;
/// After so many measurements one looks at them. To look after each would be to wait until noise says something.
const LOOKS: [usize; 8] = [LEAST, 9, 12, 16, 21, 28, 37, 49];

/// Of so many measurements of starved programs the median counts, however far they lie apart: processor time says the same.
const MANY: usize = 28;

/// What some work took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spent {
    /// How many times it was done.
    pub times: f64,
    /// Seconds from its beginning to its end.
    pub took: f64,
    /// Seconds for which programs ran, all threads together, and those that asked for it, too.
    pub ran: f64,
    /// Seconds of these that the work itself took.
    pub worked: f64,
    /// Seconds for which programs waited for a processor; like `ran` 0 where nobody counts them.
    pub waited: f64,
}

impl Spent {
    /// Seconds that it took once.
    pub fn cost(&self) -> f64 {
        self.took / self.times
    }

    /// Whether its programs waited for a processor because others had it.
    pub fn is_starved(&self, processors: f64) -> bool {
        self.waited > WAITED * self.took && self.ran < OURS * processors * self.took
    }
}

/// What measurements tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// By the clock.
    pub median: Median,
    /// By processor time, where programs were starved so often that the clock alone tells nothing.
    pub by_processor: Option<f64>,
    /// Whether the bound is reached.
    pub reaches: Reaches,
}

/// Whether one looks at so many measurements, of which there will be `most`.
pub fn is_time_to_look(count: usize, most: usize) -> bool {
    count == most || LOOKS.contains(&count)
}

/// How many times as fast as the other one is, by pairs of both, and whether that is at least so many times. None, if there are
/// too few pairs.
pub fn compare(pairs: &[[Spent; 2]], at_least: f64, processors: f64) -> Option<Told> {
    let ratios = pairs.iter().map(|[one, other]| {
        let ratio = other.cost() / one.cost().max(f64::MIN_POSITIVE);
        (ratio, one.is_starved(processors) || other.is_starved(processors))
    });
    let worked = |which: usize| worked_once(pairs.iter().map(|pair| pair[which]));
    tell(&ratios.collect::<Vec<_>>(), worked(1) / worked(0), at_least)
}

/// How a cost grows with the size, as an exponent, by rounds of one measurement for each size; and whether that is at least so
/// much. None, if there are too few rounds.
pub fn growth(sizes: &[f64], rounds: &[Vec<Spent>], bound: f64, processors: f64) -> Option<Told> {
    let exponents = rounds.iter().map(|round| {
        let costs: Vec<f64> = round.iter().map(|spent| spent.cost().max(1e-9)).collect();
        (exponent(sizes, &costs), round.iter().any(|spent| spent.is_starved(processors)))
    });
    let worked = (0..sizes.len()).map(|at| worked_once(rounds.iter().map(|round| round[at])));
    let by_processor = exponent(sizes, &worked.collect::<Vec<_>>());
    tell(&exponents.collect::<Vec<_>>(), by_processor, bound)
}

/// Processor time of doing it once, over all measurements.
fn worked_once(all: impl Iterator<Item = Spent>) -> f64 {
    let add = |(worked, times), spent: Spent| (worked + spent.worked, times + spent.times);
    let (worked, times) = all.fold((0.0, 0.0), add);
    worked / times
}

/// Measurements of programs that had their processors decide. Where these are too few, all of them do, and processor time must
/// say the same: it can't tell who sleeps, as the clock can't tell who is starved.
fn tell(measured: &[(f64, bool)], by_processor: f64, bound: f64) -> Option<Told> {
    let calm = measured.iter().filter(|(_, starved)| !starved).map(|(value, _)| *value);
    if let Some(median) = Median::of(&calm.collect::<Vec<_>>()) {
        return Some(Told { median, by_processor: None, reaches: median.reaches(bound) });
    }
    let median = Median::of(&measured.iter().map(|(value, _)| *value).collect::<Vec<_>>())?;
    let clock = match median.reaches(bound) {
        Reaches::Unclear if median.count >= MANY && median.median >= bound => Reaches::Yes,
        Reaches::Unclear if median.count >= MANY => Reaches::No,
        clock => clock,
    };
    let says_the_same = match clock {
        Reaches::Yes => by_processor >= bound,
        Reaches::No => by_processor < bound,
        Reaches::Unclear => false,
    };
    let is_known = by_processor.is_finite();
    let reaches = if says_the_same && is_known { clock } else { Reaches::Unclear };
    Some(Told { median, by_processor: Some(by_processor), reaches })
}

#[cfg(test)]
mod tests;
