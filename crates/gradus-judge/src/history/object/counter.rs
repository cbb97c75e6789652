//! A whole number that is added to and read.

use super::sums::Sums;
use super::{Object, Watch};
use crate::history::search::Cast;
use crate::history::told::{Told, whole};
use crate::history::{Call, Operation};

pub(in crate::history) struct Counter {
    start: i128,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::history) struct Step {
    by: i128,
    /// `None` inside: an answer that is no whole number, so never right.
    told: Told<Option<i128>>,
}

impl Counter {
    pub(in crate::history) fn new(start: i64) -> Self {
        Self { start: start.into() }
    }
}

impl Object for Counter {
    type Step = Step;
    type State = i128;
    type Watch = Waiting;

    fn start(&self) -> i128 {
        self.start
    }

    fn step(&mut self, operation: &Operation) -> Option<Step> {
        match (&operation.call, Told::new(operation, whole)) {
            (_, Told::Refused) | (Call::Read, Told::Nothing) => None,
            (Call::Read, told) => Some(Step { by: 0, told }),
            (Call::Add(by), told) => Some(Step { by: i128::from(*by), told }),
            _ => None,
        }
    }

    fn is_pure(step: &Step) -> bool {
        step.by == 0
    }

    fn apply(state: &i128, step: &Step) -> Option<i128> {
        let after = state + step.by;
        step.told.allows(&Some(*state), &Some(after)).then_some(after)
    }
}

impl Step {
    /// What must be there right before it, if the answer tells.
    fn needs(&self) -> Option<i128> {
        match self.told {
            Told::After(told) => told.map(|told| told - self.by),
            Told::Before(told) => told,
            Told::Nothing | Told::Refused => None,
        }
    }
}

pub(in crate::history) struct Waiting {
    required: usize,
    sums: Sums,
}

impl Watch<i128, Step> for Waiting {
    fn new(_start: &i128, cast: &Cast<'_, Step>) -> Self {
        let mut waiting = Self { required: cast.required, sums: Sums::default() };
        for (index, deed) in cast.deeds.iter().enumerate() {
            waiting.unmark(index, &deed.step);
        }
        waiting
    }

    fn mark(&mut self, deed: usize, step: &Step) {
        self.sums.remove(step.by);
        if let Some(number) = step.needs().filter(|_| deed < self.required) {
            self.sums.serve(number);
        }
    }

    fn unmark(&mut self, deed: usize, step: &Step) {
        self.sums.add(step.by);
        if let Some(number) = step.needs().filter(|_| deed < self.required) {
            self.sums.need(number);
        }
    }

    fn is_hopeless(&self, _before: &i128, _step: &Step, after: &i128) -> bool {
        self.sums.is_hopeless(*after)
    }

    fn due(&self, _step: &Step) -> u64 {
        u64::MAX
    }
}
