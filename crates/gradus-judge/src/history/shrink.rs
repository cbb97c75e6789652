//! A violated history cut down to the operations that show it.
//!
//! The core is such that no order explains it *whatever became of all the other operations*: an operation that changes something is
//! not left out but may have happened or not. Otherwise a read would look wrong as soon as its write was dropped.

use super::budget::Budget;
use super::object::{Deed, Object};
use super::search::{Case, Found, search};
use std::collections::BTreeSet;

/// How many steps one attempt may take. One that takes more than that leaves its operations in the core.
const ATTEMPT: u64 = 50_000;

/// The core of a case that no order explains: indices of deeds, by their beginnings.
pub(super) fn core<O: Object>(
    object: &O,
    deeds: &[Deed<O::Step>],
    case: &Case,
    budget: &mut Budget,
) -> Vec<usize> {
    let mut shrink = Shrink { object, deeds, budget };
    let mut case = shrink.first_violated(case);
    loop {
        let before = case.clone();
        case = shrink.without_groups(case);
        case = shrink.without_singles(case);
        if case == before {
            return case.required;
        }
    }
}

struct Shrink<'a, O: Object> {
    object: &'a O,
    deeds: &'a [Deed<O::Step>],
    budget: &'a mut Budget,
}

impl<O: Object> Shrink<'_, O> {
    fn is_violated(&mut self, case: &Case) -> bool {
        self.budget.spend((case.required.len() + case.optional.len()) as u64);
        let mut attempt = self.budget.portion(ATTEMPT);
        let found = search(self.object, self.deeds, case, &mut attempt);
        self.budget.give_back(&attempt);
        found == Found::NoOrder
    }

    /// The case up to the first answer that can't be explained: if a history can be, so can each beginning of it.
    fn first_violated(&mut self, case: &Case) -> Case {
        let mut ends: Vec<u64> = case.required.iter().filter_map(|deed| self.deeds[*deed].end).collect();
        ends.sort_unstable();
        ends.dedup();
        let (mut holds, mut violated) = (0, ends.len());
        while holds + 1 < violated {
            let middle = holds.midpoint(violated);
            if self.is_violated(&self.until(case, ends[middle - 1])) {
                violated = middle;
            } else {
                holds = middle;
            }
        }
        self.until(case, ends[violated - 1])
    }

    fn until(&self, case: &Case, time: u64) -> Case {
        let has_begun = |deed: &usize| self.deeds[*deed].begin <= time;
        let is_over = |deed: &usize| self.deeds[*deed].end.is_some_and(|end| end <= time);
        let (required, open): (Vec<_>, Vec<_>) =
            case.required.iter().copied().filter(has_begun).partition(is_over);
        let optional = case.optional.iter().copied().filter(has_begun);
        let open = open.into_iter().filter(|deed| !self.deeds[*deed].is_pure);
        let mut optional: Vec<usize> = optional.chain(open).collect();
        optional.sort_unstable();
        Case { required, optional }
    }

    fn without_groups(&mut self, case: Case) -> Case {
        let groups = self.object.groups(self.deeds, &case);
        let without = |dropped: &[Vec<usize>]| {
            let dropped: BTreeSet<usize> = dropped.iter().flatten().copied().collect();
            let rest =
                |deeds: &[usize]| deeds.iter().copied().filter(|deed| !dropped.contains(deed)).collect();
            Case { required: rest(&case.required), optional: rest(&case.optional) }
        };
        without(&dropped(groups, |dropped| !self.budget.is_spent() && self.is_violated(&without(dropped))))
    }

    fn without_singles(&mut self, case: Case) -> Case {
        let deeds = self.deeds;
        let without = |dropped: &[usize]| {
            let dropped: BTreeSet<usize> = dropped.iter().copied().collect();
            let mut optional = case.optional.clone();
            optional.extend(dropped.iter().filter(|deed| !deeds[**deed].is_pure));
            optional.sort_unstable();
            let required = case.required.iter().copied().filter(|deed| !dropped.contains(deed)).collect();
            Case { required, optional }
        };
        without(&dropped(case.required.clone(), |dropped| {
            !self.budget.is_spent() && self.is_violated(&without(dropped))
        }))
    }
}

/// Which items can be dropped together, so many that none of the others can be dropped as well. Tries halves, then quarters,
/// down to one by one (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002).
fn dropped<T: Clone>(items: Vec<T>, mut is_allowed: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut kept = items;
    let mut dropped: Vec<T> = Vec::new();
    let mut chunk = kept.len().div_ceil(2);
    while chunk > 0 && !kept.is_empty() {
        let count = kept.len();
        let mut from = 0;
        while from < kept.len() {
            let to = kept.len().min(from + chunk);
            let attempt = [&dropped[..], &kept[from..to]].concat();
            if is_allowed(&attempt) {
                dropped = attempt;
                kept.drain(from..to);
            } else {
                from = to;
            }
        }
        let is_stuck = kept.len() == count;
        chunk = if chunk > 1 { chunk / 2 } else { usize::from(!is_stuck) };
    }
    dropped
}
