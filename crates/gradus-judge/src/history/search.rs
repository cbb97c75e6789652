//! The search for an order that explains a case: Wing and Gong's, with Lowe's memory. It is iterative, and it counts its steps.
//!
//! A few rules keep it small; none changes a verdict. A deed that can't hurt (a read that fits) is done at once. Of equal deeds that
//! can be done now, only the one that has to be done first is tried. An optional deed that was used only narrows what is left, so
//! of two configurations that differ in nothing else the one with fewer of them stands for both. And each object has a
//! [`Watch`] that knows when an answer still to come can't be given any more.

mod memory;
mod timeline;

use super::budget::Budget;
use super::object::{Deed, Object, Watch};
use memory::Memory;
use std::collections::HashMap;
use timeline::Timeline;

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

/// The deeds of a case, the required ones first. To the search a deed is its index in here.
pub(super) struct Cast<'a, S> {
    pub(super) deeds: Vec<&'a Deed<S>>,
    /// How many are required.
    pub(super) required: usize,
}

impl<S> Cast<'_, S> {
    /// When the deed must be done at the latest, in nanoseconds.
    pub(super) fn end(&self, deed: usize) -> u64 {
        if deed < self.required { self.deeds[deed].end.unwrap_or(u64::MAX) } else { u64::MAX }
    }
}

/// Whether some order of the required deeds, and of any of the optional ones, explains every answer.
pub(super) fn search<O: Object>(
    object: &O,
    deeds: &[Deed<O::Step>],
    case: &Case,
    budget: &mut Budget,
) -> Found {
    let useful = object.useful(deeds, case);
    let all = case.required.iter().chain(&useful);
    let cast = Cast { deeds: all.map(|deed| &deeds[*deed]).collect(), required: case.required.len() };
    Search::<O>::new(object, &cast, budget).run()
}

struct Search<'a, O: Object> {
    cast: &'a Cast<'a, O::Step>,
    timeline: Timeline,
    classes: Classes,
    /// When each deed should be done so that nothing that waits for it is late, then its own end: what is tried first.
    due: Vec<(u64, u64)>,
    state: O::State,
    watch: O::Watch,
    memory: Memory<O::State>,
    /// What is left to try in the present configuration, the best last.
    choices: Vec<usize>,
    done: Vec<Done<O::State>>,
    budget: &'a mut Budget,
}

/// A deed that was done, and the configuration before it.
struct Done<S> {
    deed: usize,
    state: S,
    choices: Vec<usize>,
}

impl<'a, O: Object> Search<'a, O> {
    fn new(object: &O, cast: &'a Cast<'a, O::Step>, budget: &'a mut Budget) -> Self {
        let state = object.start();
        let watch = O::Watch::new(&state, cast);
        let due = |deed: usize| (cast.end(deed).min(watch.due(&cast.deeds[deed].step)), cast.end(deed));
        Self {
            timeline: Timeline::new(cast),
            classes: Classes::new(cast),
            due: (0..cast.deeds.len()).map(due).collect(),
            state,
            memory: Memory::new(cast.required, cast.deeds.len() - cast.required),
            choices: Vec::new(),
            done: Vec::new(),
            watch,
            cast,
            budget,
        }
    }

    fn run(mut self) -> Found {
        self.choices = self.choose();
        while !self.timeline.is_over() {
            if self.budget.is_spent() {
                return Found::OutOfSteps;
            }
            match self.choices.pop() {
                Some(deed) => self.play(deed),
                None => match self.done.pop() {
                    Some(done) => self.take_back(done),
                    None => return Found::NoOrder,
                },
            }
        }
        Found::Order
    }

    /// What can be done next, the best last. One that can't hurt is all that has to be tried.
    fn choose(&mut self) -> Vec<usize> {
        let mut harmless = None;
        let mut choices = Vec::new();
        for deed in self.timeline.possible() {
            let &Deed { ref step, is_eager, .. } = self.cast.deeds[deed];
            if !is_eager || deed >= self.cast.required {
                choices.push(deed);
                continue;
            }
            self.budget.spend(1);
            if O::apply(&self.state, step).is_some() {
                harmless = harmless.into_iter().chain([deed]).min_by_key(|deed| self.cast.end(*deed));
            }
        }
        if let Some(deed) = harmless {
            return vec![deed];
        }
        self.budget.spend(choices.len() as u64 / 8);
        choices.sort_by_key(|deed| (self.due[*deed], *deed));
        self.classes.keep_first(&mut choices);
        choices.reverse();
        choices
    }

    /// Does a deed, unless it can't be done now or leads nowhere or to where the search has been.
    fn play(&mut self, deed: usize) {
        self.budget.spend(1);
        let step = &self.cast.deeds[deed].step;
        let Some(state) = O::apply(&self.state, step) else { return };
        self.memory.mark(deed);
        self.watch.mark(deed, step);
        if self.watch.is_hopeless(&self.state, step, &state) || !self.is_new(&state) {
            self.unmark(deed);
            return;
        }
        self.timeline.lift(deed);
        let state = std::mem::replace(&mut self.state, state);
        let next = self.choose();
        self.done.push(Done { deed, state, choices: std::mem::replace(&mut self.choices, next) });
    }

    fn is_new(&mut self, state: &O::State) -> bool {
        let (is_new, cost) = self.memory.insert(state, O::weight(state));
        self.budget.spend(cost);
        is_new
    }

    fn take_back(&mut self, done: Done<O::State>) {
        self.timeline.unlift(done.deed);
        self.unmark(done.deed);
        self.state = done.state;
        self.choices = done.choices;
    }

    fn unmark(&mut self, deed: usize) {
        self.memory.unmark(deed);
        self.watch.unmark(deed, &self.cast.deeds[deed].step);
    }
}

/// Which deeds are equal.
struct Classes {
    of: Vec<usize>,
    /// For each class, when it was last seen.
    seen: Vec<u64>,
    now: u64,
}

impl Classes {
    fn new<'a, S: Eq + std::hash::Hash>(cast: &Cast<'a, S>) -> Self {
        let mut classes: HashMap<&S, usize> = HashMap::new();
        let class = |deed: &&'a Deed<S>| {
            let next = classes.len();
            *classes.entry(&deed.step).or_insert(next)
        };
        let of: Vec<usize> = cast.deeds.iter().map(class).collect();
        Self { seen: vec![0; of.len()], of, now: 0 }
    }

    /// Drops every deed that an equal one precedes. Where an order has the later of two first, swapping them gives an order
    /// too: both have begun, and the earlier one ends no later.
    fn keep_first(&mut self, deeds: &mut Vec<usize>) {
        self.now += 1;
        deeds.retain(|deed| std::mem::replace(&mut self.seen[self.of[*deed]], self.now) < self.now);
    }
}
