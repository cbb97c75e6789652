//! A whole number that is added to and read.

use super::Object;
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
