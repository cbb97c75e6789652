//! Whether the elements of a list rise.

use crate::{number, words};
use gradus_model::json::Json;
use std::cmp::Ordering;

/// Whether this is a list of two or more numbers, or of texts, none less than the one before it. Fewer are in no order.
pub(super) fn is_sorted(got: &Json) -> bool {
    matches!(got, Json::Array(items) if items.len() >= 2 && first_fall(items).is_none())
}

/// Where a list does not rise, in words.
pub(super) fn note(got: &Json) -> Option<String> {
    let Json::Array(items) = got else { return None };
    if items.len() < 2 {
        return Some("fewer than two elements are in no order".to_owned());
    }
    let at = first_fall(items)?;
    let (before, one) = (words::seen(Some(&items[at - 1])), words::seen(Some(&items[at])));
    Some(format!("[{at}] is {one}, after {before}"))
}

/// The first element that is less than the one before it, or that can't be compared with it.
fn first_fall(items: &[Json]) -> Option<usize> {
    let rises = |two: &[Json]| matches!(compare(&two[0], &two[1]), Some(Ordering::Less | Ordering::Equal));
    items.windows(2).position(|two| !rises(two)).map(|before| before + 1)
}

fn compare(one: &Json, other: &Json) -> Option<Ordering> {
    match (one, other) {
        (Json::Number(one), Json::Number(other)) => number::compare(one, other),
        // Bytes of UTF-8 are ordered as the characters that they stand for.
        (Json::String(one), Json::String(other)) => Some(one.cmp(other)),
        _ => None,
    }
}
