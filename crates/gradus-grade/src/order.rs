//! Which checks run, and in which order: those that were asked for and what they need, visible ones before hidden ones.

use gradus_model::grader::{Check, Grader, Visibility, Worth};
use gradus_model::report::Selection;
use std::collections::BTreeSet;

/// The checks to run, in the order in which they run.
pub fn checks<'g>(grader: &'g Grader, selection: &Selection) -> Vec<&'g Check> {
    let chosen: Vec<&Check> = match selection {
        Selection::All => grader.checks.iter().collect(),
        Selection::Only(ids) => {
            let closure = closure(grader, ids);
            grader.checks.iter().filter(|check| closure.contains(check.id.value.as_str())).collect()
        }
    };
    let (visible, hidden): (Vec<&Check>, Vec<&Check>) =
        chosen.into_iter().partition(|check| check.visibility == Visibility::Visible);
    visible.into_iter().chain(hidden).collect()
}

/// Every check that this one needs, directly or not, gates above it included.
pub fn needed<'g>(grader: &'g Grader, check: &Check) -> BTreeSet<&'g str> {
    let mut needed = closure(grader, std::slice::from_ref(&check.id.value));
    needed.remove(check.id.value.as_str());
    needed
}

/// What a check needs by name, and each gate above it.
pub fn direct_needs<'g>(grader: &'g Grader, check: &Check) -> Vec<&'g Check> {
    let above = grader.checks.iter().take_while(|other| other.id.value != check.id.value);
    let gates = above.filter(|other| other.worth == Worth::Gate);
    gates.chain(check.needs.iter().filter_map(|need| grader.check(&need.value))).collect()
}

fn closure<'g>(grader: &'g Grader, ids: &[String]) -> BTreeSet<&'g str> {
    let mut open: Vec<&Check> = ids.iter().filter_map(|id| grader.check(id)).collect();
    let mut found = BTreeSet::new();
    while let Some(check) = open.pop() {
        if found.insert(check.id.value.as_str()) {
            open.extend(direct_needs(grader, check));
        }
    }
    found
}
