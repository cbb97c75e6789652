//! The search for an order that explains a case: Wing and Gong's, with Lowe's memory. It is iterative, and it counts its steps.
//!
//! Three rules keep it small, none of which changes a verdict. A deed that changes nothing is done as soon as it fits. Of two equal
//! deeds, the one that began and ended no later goes first. A deed that may have happened, and was used, only narrows what is
//! left, so of two configurations that differ in nothing else the one with fewer of them stands for both.

mod memory;
mod timeline;

use super::budget::Budget;
use super::object::{Deed, Object};
use memory::Memory;
use std::collections::HashMap;
use timeline::{Place, Timeline};

/// Some deeds of a history, as indices, by their beginnings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    /// These happened between their beginnings and their ends.
    pub(super) required: Vec<usize>,
    /// These may have happened, after their beginnings. None is pure.
    pub(super) optional: Vec<usize>,
}

impl Case {
    pub(super) fn whole<S>(deeds: &[Deed<S>]) -> Self {
        let (required, optional) = (0..deeds.len()).partition(|deed| deeds[*deed].end.is_some());
        Self { required, optional }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = usize> + '_ {
        self.required.iter().chain(&self.optional).copied()
    }
}

/// What a search found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Order,
    NoOrder,
    OutOfSteps,
}

/// Whether some order of the required deeds, and of any of the optional ones, explains every answer.
pub(super) fn search<O: Object>(
    object: &O,
    deeds: &[Deed<O::Step>],
    case: &Case,
    budget: &mut Budget,
) -> Found {
    Search::<O>::new(object, deeds, case, budget).run()
}

struct Search<'a, O: Object> {
    deeds: Vec<&'a Deed<O::Step>>,
    timeline: Timeline,
    /// For each deed an equal one that goes first.
    twins: Vec<Option<usize>>,
    state: O::State,
    memory: Memory<O::State>,
    done: Vec<(Choice, O::State)>,
    budget: &'a mut Budget,
}

/// What can be done next.
#[derive(Clone, Copy)]
struct Choice {
    place: Place,
    /// If this leads nowhere, nothing else does.
    is_only: bool,
}

impl<'a, O: Object> Search<'a, O> {
    fn new(object: &O, deeds: &'a [Deed<O::Step>], case: &Case, budget: &'a mut Budget) -> Self {
        let required = case.required.len();
        let deeds: Vec<_> = case.all().map(|deed| &deeds[deed]).collect();
        Self {
            timeline: Timeline::new(&deeds, required),
            twins: twins(&deeds, required),
            state: object.start(),
            memory: Memory::new(required, deeds.len() - required),
            done: Vec::new(),
            budget,
            deeds,
        }
    }

    fn run(mut self) -> Found {
        let mut next = self.first();
        while !self.timeline.is_over() {
            let Some(choice) = next else {
                let Some(choice) = self.take_back() else { return Found::NoOrder };
                next = self.after(choice);
                continue;
            };
            if self.budget.is_spent() {
                return Found::OutOfSteps;
            }
            next = if self.play(choice) { self.first() } else { self.after(choice) };
        }
        Found::Order
    }

    /// The first choice in a new configuration.
    fn first(&mut self) -> Option<Choice> {
        let mut place = self.timeline.first();
        while let Some(at) = place {
            let deed = self.deeds[at.deed()];
            if deed.is_pure {
                self.budget.spend(1);
                if O::apply(&self.state, &deed.step).is_some() {
                    return Some(Choice { place: at, is_only: true });
                }
            }
            place = self.timeline.after(at);
        }
        self.impure(self.timeline.first())
    }

    fn after(&self, choice: Choice) -> Option<Choice> {
        if choice.is_only { None } else { self.impure(self.timeline.after(choice.place)) }
    }

    fn impure(&self, mut place: Option<Place>) -> Option<Choice> {
        while let Some(at) = place {
            if !self.deeds[at.deed()].is_pure {
                return Some(Choice { place: at, is_only: false });
            }
            place = self.timeline.after(at);
        }
        None
    }

    /// Does a deed; `false` if it can't be done now, or leads to where the search has been.
    fn play(&mut self, choice: Choice) -> bool {
        let deed = choice.place.deed();
        if self.twins[deed].is_some_and(|twin| !self.memory.is_done(twin)) {
            return false;
        }
        self.budget.spend(1);
        let Some(state) = O::apply(&self.state, &self.deeds[deed].step) else { return false };
        self.memory.mark(deed);
        let (is_new, cost) = self.memory.insert(&state, O::weight(&state));
        self.budget.spend(cost);
        if !is_new {
            self.memory.unmark(deed);
            return false;
        }
        self.timeline.lift(choice.place);
        self.done.push((choice, std::mem::replace(&mut self.state, state)));
        true
    }

    fn take_back(&mut self) -> Option<Choice> {
        let (choice, state) = self.done.pop()?;
        self.timeline.unlift(choice.place);
        self.memory.unmark(choice.place.deed());
        self.state = state;
        Some(choice)
    }
}

/// How many equal deeds are looked at to find one that goes first.
const MOST_TWINS: usize = 32;

/// For each deed an equal one that neither began nor ended later. If an order has them the other way round, swapping them gives
/// an order too.
fn twins<S: Eq + std::hash::Hash>(deeds: &[&Deed<S>], required: usize) -> Vec<Option<usize>> {
    let end = |deed: usize| if deed < required { deeds[deed].end } else { None }.unwrap_or(u64::MAX);
    let mut by_begin: Vec<usize> = (0..deeds.len()).filter(|deed| !deeds[*deed].is_pure).collect();
    by_begin.sort_by_key(|deed| deeds[*deed].begin);
    let mut equal: HashMap<&S, Vec<usize>> = HashMap::new();
    let mut twins = vec![None; deeds.len()];
    for deed in by_begin {
        let earlier = equal.entry(&deeds[deed].step).or_default();
        twins[deed] =
            earlier.iter().rev().take(MOST_TWINS).copied().find(|earlier| end(*earlier) <= end(deed));
        earlier.push(deed);
    }
    twins
}
