//! What can be wrong with the answers of a register.

use super::Story;
use super::words::{both_were, value};
use crate::history::told::same;
use crate::history::{Call, Operation, Outcome};
use gradus_model::json::Json;

pub(super) fn explain(story: &Story<'_>, start: &Json) -> Option<String> {
    replaced_twice(story)
        .or_else(|| never_written(story, start))
        .or_else(|| never_replaced(story, start))
        .or_else(|| stale(story))
}

fn replaced_twice(story: &Story<'_>) -> Option<String> {
    let (a, b) = story.pair()?;
    let (Call::CompareAndSet { old, new }, Call::CompareAndSet { old: other_old, new: other_new }) =
        (&a.call, &b.call)
    else {
        return None;
    };
    let is_done = |operation: &Operation| {
        matches!(operation.result, Some(Outcome::Done | Outcome::Bool(true))) && operation.is_answered()
    };
    let is_gone = !same(old, new) && !same(old, other_new) && !is_written(story, old);
    (is_done(a) && is_done(b) && same(old, other_old) && is_gone).then(|| {
        format!(
            "{} told that they replaced {}: only one can have found it, and it was not written again",
            both_were(a, b),
            value(old)
        )
    })
}

fn never_written(story: &Story<'_>, start: &Json) -> Option<String> {
    let (Call::Read, Some(Outcome::Value(read))) = (&story.last.call, &story.last.result) else {
        return None;
    };
    let is_known = same(read, start) || is_written(story, read);
    (!is_known)
        .then(|| format!("client {} read {}, which nobody had written", story.last.client, value(read)))
}

fn never_replaced(story: &Story<'_>, start: &Json) -> Option<String> {
    let Call::CompareAndSet { old, .. } = &story.last.call else { return None };
    let is_replaced = story.possible().any(|operation| match &operation.call {
        Call::Write(new) | Call::CompareAndSet { new, .. } => !same(new, old),
        _ => false,
    });
    (story.last.is_refused() && same(old, start) && !is_replaced).then(|| {
        format!(
            "client {} was told that {} was not there, but nothing else had been written",
            story.last.client,
            value(old)
        )
    })
}

fn is_written(story: &Story<'_>, value: &Json) -> bool {
    story.possible().any(|operation| match &operation.call {
        Call::Write(new) | Call::CompareAndSet { new, .. } => same(new, value),
        _ => false,
    })
}

/// The last answer is about a value that had been replaced.
fn stale(story: &Story<'_>) -> Option<String> {
    let last = story.last;
    let (found, says_that_it_is_there, did) = match (&last.call, last.result.as_ref()?) {
        (Call::Read, Outcome::Value(read)) => (read, true, format!("read {}", value(read))),
        (Call::CompareAndSet { old, .. }, Outcome::Done | Outcome::Bool(true)) => {
            (old, true, format!("replaced {}", value(old)))
        }
        (Call::CompareAndSet { old, .. }, Outcome::Refused | Outcome::Bool(false)) => {
            (old, false, format!("was told that {} was not there", value(old)))
        }
        (_, Outcome::Before(before)) => (before, true, format!("was told that {} was there", value(before))),
        _ => return None,
    };
    let contradicts = |earlier: &Operation| {
        left(earlier).is_some_and(|(left, _)| same(left, found) != says_that_it_is_there)
    };
    let earlier = story.earlier(contradicts)?;
    let (left, how) = left(earlier)?;
    Some(format!("client {} {did} after client {} had {how} {}", last.client, earlier.client, value(left)))
}

/// What an answered operation left there, and how one says so.
fn left(operation: &Operation) -> Option<(&Json, &'static str)> {
    match (&operation.call, operation.result.as_ref()?) {
        (Call::Read, Outcome::Value(read)) => Some((read, "read")),
        (Call::Write(new), Outcome::Done | Outcome::Value(_) | Outcome::Before(_)) => Some((new, "written")),
        (Call::CompareAndSet { new, .. }, Outcome::Done | Outcome::Bool(true)) => Some((new, "set it to")),
        (Call::CompareAndSet { .. }, Outcome::Value(left)) => Some((left, "been told that it is")),
        _ => None,
    }
}
