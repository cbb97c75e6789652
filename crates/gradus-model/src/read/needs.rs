//! What checks say of each other: ids that are unique, and needs that stand above.

use crate::decode::{Problems, nearest};
use crate::diagnostic::Diagnostic;
use crate::grader::{Check, Visibility, Worth};
use crate::source::Spanned;
use std::collections::BTreeSet;

/// Notes ids that stand twice, and needs that can't be met.
pub fn check_needs(checks: &[Check], problems: &mut Problems) {
    unique_ids(checks, problems);
    hidden_gates(checks, problems);
    for (index, check) in checks.iter().enumerate() {
        for (at, need) in check.needs.iter().enumerate() {
            if check.needs[..at].iter().any(|other| other.value == need.value) {
                problems.add(Diagnostic::new(format!("`{}` is needed twice", need.value), need.span));
            } else {
                need_of(checks, index, need, problems);
            }
        }
    }
}

fn unique_ids(checks: &[Check], problems: &mut Problems) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for check in checks {
        for id in std::iter::once(&check.id.value).chain(&check.was).filter(|id| !id.is_empty()) {
            if !seen.insert(id) {
                problems
                    .add(Diagnostic::new(format!("another check is or was called `{id}`"), check.id.span));
            }
        }
    }
}

/// A gate holds up what stands below it, and hidden checks run after the visible ones.
fn hidden_gates(checks: &[Check], problems: &mut Problems) {
    for (at, gate) in checks.iter().enumerate() {
        let hidden_gate = gate.worth == Worth::Gate && gate.visibility == Visibility::Hidden;
        if hidden_gate && checks[at..].iter().any(|below| below.visibility == Visibility::Visible) {
            problems.add(
                Diagnostic::new("a hidden gate runs last, and visible checks stand below it", gate.id.span)
                    .help("make it visible, or move it below them"),
            );
        }
    }
}

fn need_of(checks: &[Check], index: usize, need: &Spanned<String>, problems: &mut Problems) {
    let check = &checks[index];
    let Some(at) = checks.iter().position(|other| other.id.value == need.value) else {
        let problem = Diagnostic::new(format!("there is no check `{}`", need.value), need.span);
        let known = checks.iter().map(|other| other.id.value.as_str()).filter(|id| !id.is_empty());
        problems.add(match nearest(&need.value, known) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        });
        return;
    };
    if at == index {
        problems.add(Diagnostic::new("a check can't need itself", need.span));
    } else if at > index {
        let circle = leads_to(checks, at, index);
        let message = if circle {
            format!("`{}` and `{}` need each other", check.id.value, need.value)
        } else {
            format!("`{}` stands below, and checks run in the file's order", need.value)
        };
        problems.add(Diagnostic::new(message, need.span).help("a check needs only checks above it"));
    } else if check.visibility == Visibility::Visible && checks[at].visibility == Visibility::Hidden {
        problems.add(
            Diagnostic::new(format!("`{}` is hidden, and hidden checks run last", need.value), need.span)
                .help("a visible check needs only visible ones"),
        );
    }
}

/// Whether what `from` needs comes, directly or not, to `to`.
fn leads_to(checks: &[Check], from: usize, to: usize) -> bool {
    let mut open = vec![from];
    let mut seen = vec![false; checks.len()];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            open.extend(
                checks[at]
                    .needs
                    .iter()
                    .filter_map(|need| checks.iter().position(|other| other.id.value == need.value)),
            );
        }
    }
    false
}
