//! What can be wrong with the answers about one element of a set.

use super::Story;
use super::words::{both_were, value};
use crate::history::told::same;
use crate::history::{Call, Operation, Outcome};
use gradus_model::json::Json;

pub(super) fn explain(story: &Story<'_>, start: &[Json]) -> Option<String> {
    let (Call::Insert(element) | Call::Remove(element) | Call::Contains(element)) = &story.last.call else {
        return None;
    };
    let was_in = start.iter().any(|other| same(other, element));
    let shown = value(element);
    changed_twice(story, &shown)
        .or_else(|| never_changed(story, was_in, &shown))
        .or_else(|| stale(story, &shown))
}

fn changed_twice(story: &Story<'_>, shown: &str) -> Option<String> {
    let (a, b) = story.pair()?;
    let is_change = |operation: &Operation| operation.result == Some(Outcome::Bool(true));
    if !is_change(a) || !is_change(b) {
        return None;
    }
    let is_undone = |undoes: fn(&Call) -> bool| story.possible().any(|operation| undoes(&operation.call));
    match (&a.call, &b.call) {
        (Call::Insert(_), Call::Insert(_)) if !is_undone(|call| matches!(call, Call::Remove(_))) => {
            Some(format!("{} told that {shown} was new, and nobody had removed it", both_were(a, b)))
        }
        (Call::Remove(_), Call::Remove(_)) if !is_undone(|call| matches!(call, Call::Insert(_))) => {
            Some(format!(
                "{} told that {shown} was there to be removed, and nobody had inserted it",
                both_were(a, b)
            ))
        }
        _ => None,
    }
}

fn never_changed(story: &Story<'_>, was_in: bool, shown: &str) -> Option<String> {
    let (told, found) = found(story.last, shown)?;
    let is_known = told == was_in
        || story.possible().any(|operation| match operation.call {
            Call::Insert(_) => told,
            Call::Remove(_) => !told,
            _ => false,
        });
    let nobody = if told { "inserted" } else { "removed" };
    (!is_known)
        .then(|| format!("client {} was told that {found}, which nobody had {nobody}", story.last.client))
}

fn stale(story: &Story<'_>, shown: &str) -> Option<String> {
    let (told, found) = found(story.last, shown)?;
    let earlier = story.earlier(|earlier| left(earlier).is_some_and(|(is_in, _)| is_in != told))?;
    let (_, how) = left(earlier)?;
    Some(format!(
        "client {} was told that {found} after client {} had {how}",
        story.last.client, earlier.client
    ))
}

/// Whether the element was in when the operation came, by its answer, and in words.
fn found(operation: &Operation, shown: &str) -> Option<(bool, String)> {
    let told = match operation.result.as_ref()? {
        Outcome::Bool(told) => *told,
        Outcome::Refused => false,
        _ => return None,
    };
    Some(match (&operation.call, told) {
        (Call::Contains(_), true) => (true, format!("the set contains {shown}")),
        (Call::Contains(_), false) => (false, format!("the set does not contain {shown}")),
        (Call::Insert(_), true) => (false, format!("{shown} was new")),
        (Call::Insert(_), false) => (true, format!("{shown} was in already")),
        (Call::Remove(_), true) => (true, format!("it removed {shown}")),
        (_, _) => (false, format!("there was no {shown} to remove")),
    })
}

/// Whether an answered operation left the element in, and how one says so.
fn left(operation: &Operation) -> Option<(bool, &'static str)> {
    Some(match (&operation.call, operation.result.as_ref()?) {
        (Call::Insert(_), Outcome::Refused | Outcome::Bool(false)) => {
            (true, "been told that it was in already")
        }
        (Call::Insert(_), _) => (true, "inserted it"),
        (Call::Remove(_), Outcome::Refused | Outcome::Bool(false)) => (false, "been told that it was not in"),
        (Call::Remove(_), _) => (false, "removed it"),
        (Call::Contains(_), Outcome::Bool(true)) => (true, "been told that it is in"),
        (Call::Contains(_), Outcome::Bool(false)) => (false, "been told that it is not in"),
        _ => return None,
    })
}
