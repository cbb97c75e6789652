//! Values that leave in the order in which they came.

use super::{Deed, Object, by_value};
use crate::history::search::Case;
use crate::history::told::{Told, Values};
use crate::history::{Call, Operation};
use gradus_model::json::Json;

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

    /// All that is about one value: the others keep their order without it. Whoever took something unseen may have taken it.
    fn groups(&self, deeds: &[Deed<Step>], case: &Case) -> Vec<Vec<usize>> {
        if case.required.iter().any(|deed| deeds[*deed].step == Step::Dequeue(None)) {
            return Vec::new();
        }
        let values = case.all().filter_map(|deed| match deeds[deed].step {
            Step::Enqueue(value) | Step::Dequeue(Some(value)) => Some((deed, value)),
            Step::Dequeue(None) | Step::Empty => None,
        });
        by_value(values, |value| self.start.contains(&value))
    }
}
