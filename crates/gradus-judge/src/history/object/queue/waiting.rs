//! When the values of a queue can leave, and when they must have left.

use super::{Step, UNSEEN};
use crate::history::object::Watch;
use crate::history::search::Cast;
use std::collections::{BTreeSet, HashMap};

pub(in crate::history) struct Waiting {
    /// When the first that may have taken the value began.
    earliest: HashMap<u32, u64>,
    /// When those that may have taken anything began, in order.
    takers: Vec<u64>,
    /// How many of the values were put in that only they can take.
    unseen: usize,
    /// When the first that must have taken the value ended, if there is only one such value.
    latest: HashMap<u32, u64>,
    /// Those values that are not put in yet.
    absent: BTreeSet<(u64, u32)>,
    /// When those that found the queue empty ended, if they are not done yet.
    empty: BTreeSet<(u64, usize)>,
    /// Of each deed.
    ends: Vec<u64>,
}

impl Waiting {
    /// When the value that was put in last can leave at the earliest.
    fn earliest(&self, value: u32) -> u64 {
        let earliest = self.earliest.get(&value).copied().unwrap_or(u64::MAX);
        // Whoever must have taken the only such value was the only one to take it.
        if self.latest.get(&value).is_some_and(|latest| *latest < u64::MAX) {
            return earliest;
        }
        let taker = if value == UNSEEN { self.unseen - 1 } else { 0 };
        self.takers.get(taker).copied().unwrap_or(u64::MAX).min(earliest)
    }

    fn learn(&mut self, deed: usize, begin: u64, step: &Step) {
        match *step {
            Step::Dequeue(None) => self.takers.push(begin),
            Step::Dequeue(Some(value)) => {
                let earliest = self.earliest.entry(value).or_insert(u64::MAX);
                *earliest = begin.min(*earliest);
                let latest = self.latest.entry(value).or_insert(u64::MAX);
                *latest = self.ends[deed].min(*latest);
            }
            Step::Enqueue(_) | Step::Empty => {}
        }
    }
}

impl Watch<Vec<u32>, Step> for Waiting {
    fn new(start: &Vec<u32>, cast: &Cast<'_, Step>) -> Self {
        let mut waiting = Self {
            earliest: HashMap::new(),
            takers: Vec::new(),
            unseen: 0,
            latest: HashMap::new(),
            absent: BTreeSet::new(),
            empty: BTreeSet::new(),
            ends: (0..cast.deeds.len()).map(|deed| cast.end(deed)).collect(),
        };
        let mut put: HashMap<u32, usize> = HashMap::new();
        let enqueued = cast.deeds.iter().filter_map(|deed| match deed.step {
            Step::Enqueue(value) => Some(value),
            _ => None,
        });
        for value in start.iter().copied().chain(enqueued) {
            *put.entry(value).or_default() += 1;
        }
        for (index, deed) in cast.deeds.iter().enumerate() {
            waiting.learn(index, deed.begin, &deed.step);
        }
        waiting.takers.sort_unstable();
        waiting.unseen = put.get(&UNSEEN).copied().unwrap_or(0);
        waiting.latest.retain(|value, _| put.get(value) == Some(&1));
        for (index, deed) in cast.deeds.iter().enumerate() {
            waiting.unmark(index, &deed.step);
        }
        waiting
    }

    fn mark(&mut self, deed: usize, step: &Step) {
        match step {
            Step::Empty => {
                self.empty.remove(&(self.ends[deed], deed));
            }
            Step::Enqueue(value) => {
                self.absent.remove(&(self.due(step), *value));
                self.unseen += usize::from(*value == UNSEEN);
            }
            Step::Dequeue(_) => {}
        }
    }

    fn unmark(&mut self, deed: usize, step: &Step) {
        match step {
            Step::Empty => {
                self.empty.insert((self.ends[deed], deed));
            }
            Step::Enqueue(value) => {
                self.absent.insert((self.due(step), *value));
                self.unseen -= usize::from(*value == UNSEEN);
            }
            Step::Dequeue(_) => {}
        }
    }

    /// A value was put in that can't leave before another one must that will be behind it, or before the queue must be empty.
    fn is_hopeless(&self, _before: &Vec<u32>, step: &Step, _after: &Vec<u32>) -> bool {
        let Step::Enqueue(value) = step else { return false };
        let earliest = self.earliest(*value);
        let is_too_late = |first: Option<u64>| first.is_some_and(|end| end < earliest);
        is_too_late(self.absent.first().map(|(end, _)| *end))
            || is_too_late(self.empty.first().map(|(end, _)| *end))
    }

    fn due(&self, step: &Step) -> u64 {
        match step {
            Step::Enqueue(value) => self.latest.get(value).copied().unwrap_or(u64::MAX),
            Step::Dequeue(_) | Step::Empty => u64::MAX,
        }
    }
}
