//! A value that is read, written, and compared and set.

mod waiting;

use super::{Deed, Object, by_value};
use crate::history::search::Case;
use crate::history::told::{Told, Values};
use crate::history::{Call, Operation};
use gradus_model::json::Json;
use std::collections::BTreeSet;
pub(in crate::history) use waiting::Waiting;

pub(in crate::history) struct Register {
    values: Values,
    start: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::history) enum Step {
    Read(u32),
    Write { value: u32, told: Told<u32> },
    CompareAndSet { old: u32, new: u32, told: Told<u32> },
}

/// Stands for all values that nobody asks for.
const UNSEEN: u32 = u32::MAX;

impl Register {
    pub(in crate::history) fn new(start: &Json) -> Self {
        let mut values = Values::default();
        let start = values.number(start);
        Self { values, start }
    }
}

impl Object for Register {
    type Step = Step;
    type State = u32;
    type Watch = Waiting;

    fn start(&self) -> u32 {
        self.start
    }

    fn step(&mut self, operation: &Operation) -> Option<Step> {
        let told = Told::new(operation, |value| self.values.number(value));
        match (&operation.call, told) {
            (Call::Read, Told::After(value)) => Some(Step::Read(value)),
            (Call::Write(_), Told::Refused) => None,
            (Call::Write(value), told) => Some(Step::Write { value: self.values.number(value), told }),
            (Call::CompareAndSet { old, new }, told) => {
                let (old, new) = (self.values.number(old), self.values.number(new));
                Some(Step::CompareAndSet { old, new, told })
            }
            _ => None,
        }
    }

    fn is_pure(step: &Step) -> bool {
        matches!(step, Step::Read(_) | Step::CompareAndSet { told: Told::Refused, .. })
    }

    fn apply(state: &u32, step: &Step) -> Option<u32> {
        let (after, fits) = match *step {
            Step::Read(value) => (value, value == *state),
            Step::Write { value, told } => (value, told.allows(state, &value)),
            Step::CompareAndSet { old, new, told } => {
                let is_there = *state == old;
                let after = if is_there { new } else { *state };
                let fits = match told {
                    Told::Nothing => is_there,
                    Told::Refused => !is_there,
                    told => told.allows(state, &after),
                };
                (after, fits)
            }
        };
        fits.then_some(after)
    }

    /// Values that are written and never asked for are all the same.
    fn simplify(&self, deeds: &mut [Deed<Step>]) {
        let mut asked_for = BTreeSet::from([self.start]);
        for deed in deeds.iter() {
            match deed.step {
                Step::Read(value) => asked_for.extend([value]),
                Step::Write { told: Told::Before(told) | Told::After(told), .. } => asked_for.extend([told]),
                Step::Write { .. } => {}
                Step::CompareAndSet { old, told: Told::Before(told) | Told::After(told), .. } => {
                    asked_for.extend([old, told]);
                }
                Step::CompareAndSet { old, .. } => asked_for.extend([old]),
            }
        }
        for deed in deeds {
            match &mut deed.step {
                Step::Write { value: new, .. } | Step::CompareAndSet { new, .. }
                    if !asked_for.contains(new) =>
                {
                    *new = UNSEEN;
                }
                _ => {}
            }
        }
    }

    /// Those that put a value there that somebody needs who matters; if a compare-and-set was refused, any value may matter.
    fn useful(&self, deeds: &[Deed<Step>], case: &Case) -> Vec<usize> {
        let tells_little = |deed: &usize| matches!(deeds[*deed].step, Step::CompareAndSet { told, .. } if told != Told::Nothing);
        if case.required.iter().any(tells_little) {
            return case.optional.clone();
        }
        let mut needed: BTreeSet<u32> =
            case.required.iter().filter_map(|deed| deeds[*deed].step.needs()).collect();
        let mut useful = BTreeSet::new();
        loop {
            let found: Vec<usize> = case
                .optional
                .iter()
                .copied()
                .filter(|deed| deeds[*deed].step.gives().is_some_and(|value| needed.contains(&value)))
                .filter(|deed| useful.insert(*deed))
                .collect();
            if found.is_empty() {
                return useful.into_iter().collect();
            }
            needed.extend(found.into_iter().filter_map(|deed| deeds[deed].step.uses()));
        }
    }

    fn ties_all(step: &Step) -> bool {
        matches!(step, Step::CompareAndSet { told: Told::Refused, .. })
    }

    /// All that is about one value, or about several if an answer ties one to another. Without them the value before them is
    /// there for longer, which only a refused compare-and-set could notice.
    fn groups(&self, deeds: &[Deed<Step>], case: &Case) -> Vec<Vec<usize>> {
        let mut values = Vec::new();
        for deed in case.all() {
            let (value, other) = match deeds[deed].step {
                Step::Write { value: UNSEEN, told: Told::Before(before) } => (before, before),
                Step::Write { value, told: Told::Before(before) } => (value, before),
                Step::Read(value) | Step::Write { value, .. } => (value, value),
                Step::CompareAndSet { old, new: UNSEEN, told: Told::Nothing } => (old, old),
                Step::CompareAndSet { old, new, told: Told::Nothing } => (old, new),
                Step::CompareAndSet { .. } => return Vec::new(),
            };
            values.push((deed, value, other));
        }
        by_value(&values, &[self.start])
    }
}

impl Step {
    /// What must be there right before it.
    fn needs(&self) -> Option<u32> {
        match *self {
            Step::Read(value) => Some(value),
            Step::CompareAndSet { old, told: Told::Nothing, .. } => Some(old),
            Step::Write { told: Told::Before(value), .. }
            | Step::CompareAndSet { told: Told::Before(value), .. } => Some(value),
            Step::Write { .. } | Step::CompareAndSet { .. } => None,
        }
    }

    /// What must be there right before it for it to put another value there.
    fn uses(&self) -> Option<u32> {
        match *self {
            Step::CompareAndSet { old, .. } => Some(old),
            _ => self.needs(),
        }
    }

    /// What it may put there.
    fn gives(&self) -> Option<u32> {
        match *self {
            Step::Read(_) => None,
            Step::Write { value, .. } | Step::CompareAndSet { new: value, .. } => Some(value),
        }
    }

    /// Whether there is certainly something else after it.
    fn replaces(&self) -> bool {
        match self {
            Step::Write { .. } => true,
            Step::CompareAndSet { old, new, told: Told::Nothing } => old != new,
            Step::Read(_) | Step::CompareAndSet { .. } => false,
        }
    }
}
