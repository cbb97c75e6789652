//! One element of a set: it is in or it is not.

use super::{Object, Unwatched};
use crate::history::told::same;
use crate::history::{Call, Operation, Outcome};
use gradus_model::json::Json;

pub(in crate::history) struct Set {
    is_in: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::history) enum Step {
    /// What is true of the element afterwards, and whether that was told to be a change.
    Put {
        is_in: bool,
        is_change: Option<bool>,
    },
    Contains(bool),
}

impl Set {
    /// `element` is in if the elements at the start hold it.
    pub(in crate::history) fn new(start: &[Json], element: Option<&Json>) -> Self {
        Self { is_in: element.is_some_and(|element| start.iter().any(|other| same(other, element))) }
    }
}

impl Object for Set {
    type Step = Step;
    type State = bool;
    type Watch = Unwatched;

    fn start(&self) -> bool {
        self.is_in
    }

    fn step(&mut self, operation: &Operation) -> Option<Step> {
        let told = match &operation.result {
            Some(Outcome::Bool(told)) if operation.is_answered() => Some(*told),
            Some(Outcome::Refused) if operation.is_answered() => Some(false),
            _ => None,
        };
        match operation.call {
            Call::Insert(_) => Some(Step::Put { is_in: true, is_change: told }),
            Call::Remove(_) => Some(Step::Put { is_in: false, is_change: told }),
            Call::Contains(_) => told.map(Step::Contains),
            _ => None,
        }
    }

    fn is_pure(step: &Step) -> bool {
        matches!(step, Step::Contains(_) | Step::Put { is_change: Some(false), .. })
    }

    fn apply(state: &bool, step: &Step) -> Option<bool> {
        match *step {
            Step::Contains(is_in) => (is_in == *state).then_some(is_in),
            Step::Put { is_in, is_change: None } => Some(is_in),
            Step::Put { is_in, is_change: Some(is_change) } => {
                (is_change == (is_in != *state)).then_some(is_in)
            }
        }
    }
}
