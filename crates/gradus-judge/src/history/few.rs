//! Violations that one or two values show by themselves, found without the rest of the history.
//!
//! Most are of this kind, and a search through the whole history finds them late: it tries every order of what has nothing to do
//! with them. A history of a register in which each value is written once is violated only if two values show it (Gibbons and
//! Korach, "Testing Shared Memories", 1997), one of a queue too unless it was found empty (Henzinger, Sezgin and Vafeiadis,
//! "Aspect-Oriented Linearizability Proofs", 2013).

use super::budget::Budget;
use super::object::{Deed, Object};
use super::search::{Case, Found, search};
use std::collections::BTreeSet;

/// A part of the history that no order explains, so that none explains the whole either; `None` if the steps end before one is
/// found, or if there is none.
pub(super) fn violated<O: Object>(object: &O, deeds: &[Deed<O::Step>], budget: &mut Budget) -> Option<Case> {
    let mut whole = Case::whole(deeds);
    whole.required.retain(|deed| !O::ties_all(&deeds[*deed].step));
    let groups = object.groups(deeds, &whole);
    let grouped: BTreeSet<usize> = groups.iter().flatten().copied().collect();
    let others: Vec<usize> = whole.all().filter(|deed| !grouped.contains(deed)).collect();
    let changing: Vec<usize> = others.iter().copied().filter(|deed| !deeds[*deed].is_pure).collect();
    let singles = groups.iter().map(|group| [&others[..], group].concat());
    let count = groups.len();
    let near_first = (1..count).flat_map(|apart| (apart..count).map(move |later| (later - apart, later)));
    let pairs = near_first.map(|(a, b)| [&changing[..], &groups[a], &groups[b]].concat());
    for mut part in singles.chain(pairs) {
        part.sort_unstable();
        let (required, optional) = part.iter().partition(|deed| deeds[**deed].end.is_some());
        let case = Case { required, optional };
        budget.spend(part.len() as u64);
        match search(object, deeds, &case, budget) {
            Found::NoOrder => return Some(case),
            Found::Order => {}
            Found::OutOfSteps => return None,
        }
    }
    None
}
