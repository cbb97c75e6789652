//! Which answers still need a value of a register, and what could still put it there.

use super::Step;
use crate::history::object::Watch;
use crate::history::search::Cast;
use std::collections::{BTreeSet, HashMap};

pub(in crate::history) struct Waiting {
    values: HashMap<u32, Value>,
    /// What will replace whatever is there, by when at the latest.
    replacing: BTreeSet<(u64, usize)>,
    /// Of each deed.
    ends: Vec<u64>,
    required: usize,
}

struct Value {
    /// How many answers that are still to come need it.
    needed: usize,
    /// How many deeds that are not done yet could put it there.
    given: usize,
    /// How many there were.
    given_in_all: usize,
    /// When the first of those that need it ends.
    first_end: u64,
    /// When the last of those that need it begins.
    last_begin: u64,
}

impl Default for Value {
    fn default() -> Self {
        Self { needed: 0, given: 0, given_in_all: 0, first_end: u64::MAX, last_begin: 0 }
    }
}

impl Waiting {
    fn value(&mut self, value: u32) -> &mut Value {
        self.values.entry(value).or_default()
    }

    fn learn(&mut self, deed: usize, begin: u64, step: &Step) {
        let end = self.ends[deed];
        if let Some(needed) = step.needs().filter(|_| deed < self.required) {
            let value = self.value(needed);
            value.first_end = value.first_end.min(end);
            value.last_begin = value.last_begin.max(begin);
        }
        if let Some(given) = step.gives() {
            self.value(given).given_in_all += 1;
        }
    }

    fn latest(&self, deed: usize, step: &Step) -> u64 {
        self.ends[deed].min(self.due(step))
    }
}

impl Watch<u32, Step> for Waiting {
    fn new(start: &u32, cast: &Cast<'_, Step>) -> Self {
        let mut waiting = Self {
            values: HashMap::new(),
            replacing: BTreeSet::new(),
            ends: (0..cast.deeds.len()).map(|deed| cast.end(deed)).collect(),
            required: cast.required,
        };
        waiting.value(*start).given_in_all += 1;
        for (index, deed) in cast.deeds.iter().enumerate() {
            waiting.learn(index, deed.begin, &deed.step);
        }
        for (index, deed) in cast.deeds.iter().enumerate() {
            waiting.unmark(index, &deed.step);
        }
        waiting
    }

    fn mark(&mut self, deed: usize, step: &Step) {
        if deed < self.required {
            self.replacing.remove(&(self.latest(deed, step), deed));
            if let Some(value) = step.needs() {
                self.value(value).needed -= 1;
            }
        }
        if let Some(value) = step.gives() {
            self.value(value).given -= 1;
        }
    }

    fn unmark(&mut self, deed: usize, step: &Step) {
        if deed < self.required {
            if step.replaces() {
                self.replacing.insert((self.latest(deed, step), deed));
            }
            if let Some(value) = step.needs() {
                self.value(value).needed += 1;
            }
        }
        if let Some(value) = step.gives() {
            self.value(value).given += 1;
        }
    }

    /// A value went that is still needed and that nothing can bring back; or one came that will be needed after something else
    /// must have replaced it for good.
    fn is_hopeless(&self, before: &u32, step: &Step, after: &u32) -> bool {
        if before == after {
            return false;
        }
        if self.values.get(before).is_some_and(|gone| gone.needed > 0 && gone.given == 0) {
            return true;
        }
        let first = self.replacing.first().map_or(u64::MAX, |(end, _)| *end);
        let came = self.values.get(after).filter(|_| step.gives() == Some(*after));
        came.is_some_and(|came| came.given_in_all == 1 && came.needed > 0 && first < came.last_begin)
    }

    /// By when those that need the value must be served, if nothing else can do it.
    fn due(&self, step: &Step) -> u64 {
        let value = step.gives().and_then(|value| self.values.get(&value));
        value.filter(|value| value.given_in_all == 1).map_or(u64::MAX, |value| value.first_end)
    }
}
