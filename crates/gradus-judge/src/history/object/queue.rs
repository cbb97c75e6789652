//! Values that leave in the order in which they came.

mod waiting;

use super::{Deed, Object, by_value};
use crate::history::search::Case;
use crate::history::told::{Told, Values};
use crate::history::{Call, Operation};
use gradus_model::json::Json;
use std::collections::BTreeSet;
pub(in crate::history) use waiting::Waiting;

pub(in crate::history) struct Queue {
    values: Values,
    start: Vec<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::history) enum Step {
    Enqueue(u32),
    /// `None`: whatever was at the front.
    Dequeue(Option<u32>),
    Empty,
}

/// Stands for all values that nobody was told to have taken.
const UNSEEN: u32 = u32::MAX;

impl Queue {
    pub(in crate::history) fn new(start: &[Json]) -> Self {
        let mut values = Values::default();
        let start = start.iter().map(|value| values.number(value)).collect();
        Self { values, start }
    }
}

impl Object for Queue {
    type Step = Step;
    type State = Vec<u32>;
    type Watch = Waiting;

    fn start(&self) -> Vec<u32> {
        self.start.clone()
    }

    fn step(&mut self, operation: &Operation) -> Option<Step> {
        let told = Told::new(operation, |value| self.values.number(value));
        match (&operation.call, told) {
            (Call::Enqueue(_), Told::Refused) => None,
            (Call::Enqueue(value), _) => Some(Step::Enqueue(self.values.number(value))),
            (Call::Dequeue, Told::Refused) => Some(Step::Empty),
            (Call::Dequeue, Told::After(value)) => Some(Step::Dequeue(Some(value))),
            (Call::Dequeue, _) => Some(Step::Dequeue(None)),
            _ => None,
        }
    }

    fn is_pure(step: &Step) -> bool {
        matches!(step, Step::Empty)
    }

    fn apply(state: &Vec<u32>, step: &Step) -> Option<Vec<u32>> {
        match *step {
            Step::Enqueue(value) => Some(state.iter().copied().chain([value]).collect()),
            Step::Dequeue(wanted) => {
                let (front, rest) = state.split_first()?;
                wanted.is_none_or(|wanted| wanted == *front).then(|| rest.to_vec())
            }
            Step::Empty => state.is_empty().then(Vec::new),
        }
    }

    fn weight(state: &Vec<u32>) -> usize {
        state.len().div_ceil(2)
    }

    /// Values that are never seen again are all the same. And whoever took a value may as well have taken it as soon as it was
    /// at the front, unless somebody who had to be served by then may have taken it unseen.
    fn simplify(&self, deeds: &mut [Deed<Step>]) {
        let mut seen: BTreeSet<u32> = self.start.iter().copied().collect();
        let mut is_unseen = false;
        for deed in deeds.iter() {
            match deed.step {
                Step::Dequeue(Some(value)) => seen.extend([value]),
                Step::Dequeue(None) => is_unseen |= deed.end.is_some(),
                Step::Enqueue(_) | Step::Empty => {}
            }
        }
        for deed in deeds {
            match &mut deed.step {
                Step::Enqueue(value) if !seen.contains(value) => *value = u32::MAX,
                Step::Dequeue(Some(_)) => deed.is_eager = !is_unseen,
                _ => {}
            }
        }
    }

    /// A value that nobody was told to have taken only stands in the way, unless somebody took something unseen.
    fn useful(&self, deeds: &[Deed<Step>], case: &Case) -> Vec<usize> {
        let step = |deed: &usize| deeds[*deed].step;
        if case.required.iter().any(|deed| step(deed) == Step::Dequeue(None)) {
            return case.optional.clone();
        }
        case.optional.iter().copied().filter(|deed| step(deed) != Step::Enqueue(UNSEEN)).collect()
    }

    /// All that is about one value: the others keep their order without it. Whoever took something unseen may have taken it.
    fn groups(&self, deeds: &[Deed<Step>], case: &Case) -> Vec<Vec<usize>> {
        if case.required.iter().any(|deed| deeds[*deed].step == Step::Dequeue(None)) {
            return Vec::new();
        }
        let values = case.all().filter_map(|deed| match deeds[deed].step {
            Step::Enqueue(value) | Step::Dequeue(Some(value)) => Some((deed, value, value)),
            Step::Dequeue(None) | Step::Empty => None,
        });
        by_value(&values.collect::<Vec<_>>(), &self.start)
    }
}
