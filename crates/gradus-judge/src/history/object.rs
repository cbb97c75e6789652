//! What a model does, one operation after another. Nothing here is concurrent.

mod account;
mod counter;
mod queue;
mod register;
mod set;
mod sums;
mod watch;

pub(super) use account::Account;
pub(super) use counter::Counter;
pub(super) use queue::Queue;
pub(super) use register::Register;
pub(super) use set::Set;
pub(super) use watch::{Unwatched, Watch};

use super::{Operation, search::Case, ties::Ties};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

/// Something that operations are done to.
pub(super) trait Object {
    /// An operation with what was answered.
    type Step: Eq + Hash;
    /// What is there between two operations.
    type State: Clone + Eq + Hash;
    /// What tells early that an answer can't be given any more; [`Unwatched`] if nothing does.
    type Watch: Watch<Self::State, Self::Step>;

    fn start(&self) -> Self::State;

    /// What an operation is to this object; `None` if it can neither change nor contradict anything.
    fn step(&mut self, operation: &Operation) -> Option<Self::Step>;

    /// Whether the step never changes anything, whatever is there.
    fn is_pure(step: &Self::Step) -> bool;

    /// What is there after a step; `None` if the answer doesn't fit what was there before.
    fn apply(state: &Self::State, step: &Self::Step) -> Option<Self::State>;

    /// How many words of memory a state takes, besides itself.
    fn weight(_state: &Self::State) -> usize {
        0
    }

    /// Makes steps equal whose difference nobody can notice, and marks more of them as eager.
    fn simplify(&self, _deeds: &mut [Deed<Self::Step>]) {}

    /// The optional deeds of the case that an order could need; any order does as well without the others.
    fn useful(&self, _deeds: &[Deed<Self::Step>], case: &Case) -> Vec<usize> {
        case.optional.clone()
    }

    /// Whether nothing can be left out together while the (pure) step is in.
    fn ties_all(_step: &Self::Step) -> bool {
        false
    }

    /// Deeds of the case that can be left out together: if an order explains the case, then one explains the rest of it.
    fn groups(&self, _deeds: &[Deed<Self::Step>], _case: &Case) -> Vec<Vec<usize>> {
        Vec::new()
    }
}

/// An operation as the search sees it.
pub(super) struct Deed<S> {
    /// The index of the operation.
    pub(super) operation: usize,
    pub(super) begin: u64,
    /// `None`: it may have happened.
    pub(super) end: Option<u64>,
    pub(super) step: S,
    /// Whether it never changes anything.
    pub(super) is_pure: bool,
    /// Whether doing it as soon as its answer fits can't hurt, provided that it must be done. All pure ones are.
    pub(super) is_eager: bool,
}

/// Deeds by the values that they are about: a deed that is about two values ties them together. What is tied to one of the
/// `kept` values is left out. Those that began first come first.
fn by_value(deeds: &[(usize, u32, u32)], kept: &[u32]) -> Vec<Vec<usize>> {
    let mut tied = Ties::default();
    for (_, a, b) in deeds {
        tied.tie(*a, *b);
    }
    let kept: BTreeSet<u32> = kept.iter().map(|value| tied.first(*value)).collect();
    let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (deed, value, _) in deeds {
        let first = tied.first(*value);
        if !kept.contains(&first) {
            groups.entry(first).or_default().push(*deed);
        }
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    groups.sort_by_key(|group| group.iter().min().copied());
    groups
}
