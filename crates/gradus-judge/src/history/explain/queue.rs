//! What can be wrong with the answers of a queue.

use super::Story;
use super::words::{both_were, value};
use crate::history::told::same;
use crate::history::{Call, Operation, Outcome};
use gradus_model::json::Json;

pub(super) fn explain(story: &Story<'_>, start: &[Json]) -> Option<String> {
    let last = story.last;
    match (&last.call, last.result.as_ref()?) {
        (Call::Dequeue, Outcome::Refused) => not_empty(story),
        (Call::Dequeue, Outcome::Value(got)) => too_often(story, start, got)
            .or_else(|| overtaken(story, start, got))
            .or_else(|| out_of_order(story, start, got)),
        _ => None,
    }
}

/// What an operation took.
fn taken(operation: &Operation) -> Option<&Json> {
    match (&operation.call, &operation.result) {
        (Call::Dequeue, Some(Outcome::Value(got))) if operation.is_answered() => Some(got),
        _ => None,
    }
}

fn has_put(operation: &Operation, wanted: &Json) -> bool {
    matches!(&operation.call, Call::Enqueue(put) if same(put, wanted))
}

fn too_often(story: &Story<'_>, start: &[Json], got: &Json) -> Option<String> {
    let put = start.iter().filter(|value| same(value, got)).count()
        + story.possible().filter(|operation| has_put(operation, got)).count();
    let took = |operation: &&&Operation| taken(operation).is_some_and(|value| same(value, got));
    let takers: Vec<&Operation> = story.core.iter().filter(took).copied().collect();
    match (put, &takers[..]) {
        (0, _) => {
            Some(format!("client {} was given {}, which nobody had put in", story.last.client, value(got)))
        }
        (1, [a, b]) => Some(format!("{} given {}, which was put in only once", both_were(a, b), value(got))),
        (put, takers) if takers.len() > put => {
            Some(format!("{} was put in {put} times and taken {} times", value(got), takers.len()))
        }
        _ => None,
    }
}

fn not_empty(story: &Story<'_>) -> Option<String> {
    let is_left = |earlier: &Operation| match &earlier.call {
        Call::Enqueue(put) => !story.possible().any(|operation| match (&operation.call, taken(operation)) {
            (Call::Dequeue, None) => true,
            (_, Some(got)) => same(got, put),
            _ => false,
        }),
        _ => false,
    };
    let earlier = story.earlier(|earlier| !earlier.is_refused() && is_left(earlier))?;
    let Call::Enqueue(put) = &earlier.call else { return None };
    Some(format!(
        "client {} was told that the queue is empty after client {} had put in {}, which nobody had taken",
        story.last.client,
        earlier.client,
        value(put)
    ))
}

/// Another value was put in earlier and must still have been there.
fn overtaken(story: &Story<'_>, start: &[Json], got: &Json) -> Option<String> {
    let last = story.last;
    let mut puts = story.possible().filter(|operation| has_put(operation, got));
    let put = puts.next().filter(|_| puts.next().is_none() && !start.iter().any(|value| same(value, got)))?;
    let may_have_taken = |operation: &Operation, wanted: &Json| {
        operation.call == Call::Dequeue && taken(operation).is_none_or(|value| same(value, wanted))
    };
    let mut others = story.possible().filter_map(|operation| match &operation.call {
        Call::Enqueue(other) if operation.is_before(put) => Some(other),
        _ => None,
    });
    let other = others.find(|other| !story.possible().any(|operation| may_have_taken(operation, other)))?;
    Some(format!(
        "client {} was given {}, but {} had been put in before it and was still there",
        last.client,
        value(got),
        value(other)
    ))
}

/// Two values were put in one after the other, and the later one was taken first.
fn out_of_order(story: &Story<'_>, start: &[Json], got: &Json) -> Option<String> {
    let put_of = |wanted: &Json| {
        let mut puts = story.possible().filter(|operation| has_put(operation, wanted));
        puts.next().filter(|_| puts.next().is_none())
    };
    let overtaker = story.earlier(|earlier| {
        let Some(other) = taken(earlier) else { return false };
        let was_behind = match (put_of(got), put_of(other)) {
            (Some(front), Some(back)) => front.is_before(back),
            (None, Some(_)) => start.iter().any(|value| same(value, got)),
            _ => false,
        };
        was_behind && !start.iter().any(|value| same(value, other))
    })?;
    Some(format!(
        "client {} was given {} after client {} had been given {}, but {} had been put in first",
        story.last.client,
        value(got),
        overtaker.client,
        value(taken(overtaker)?),
        value(got)
    ))
}
