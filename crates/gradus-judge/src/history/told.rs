//! What an answer claims about the value before and after its operation, and JSON values as small numbers.

use super::{Operation, Outcome};
use crate::number;
use gradus_model::json::Json;
use std::collections::HashMap;
use std::fmt::Write;

/// What an answer claims. An operation that may have happened claims nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Told<V> {
    /// That it took effect, if it was answered at all.
    Nothing,
    /// That it had no effect.
    Refused,
    /// That it took effect and what is there then.
    After(V),
    /// That it took effect and what was there until then.
    Before(V),
}

impl<V: PartialEq> Told<V> {
    pub(super) fn new(operation: &Operation, mut value: impl FnMut(&Json) -> V) -> Self {
        match &operation.result {
            Some(outcome) if operation.is_answered() => match outcome {
                Outcome::Done | Outcome::Bool(true) => Told::Nothing,
                Outcome::Refused | Outcome::Bool(false) => Told::Refused,
                Outcome::Value(json) => Told::After(value(json)),
                Outcome::Before(json) => Told::Before(value(json)),
            },
            _ => Told::Nothing,
        }
    }

    /// Whether an effect from one value to another fits.
    pub(super) fn allows(&self, before: &V, after: &V) -> bool {
        match self {
            Told::Nothing => true,
            Told::Refused => false,
            Told::After(value) => value == after,
            Told::Before(value) => value == before,
        }
    }
}

/// Values as small numbers: equal ones (1 and 1.0; objects in any order) have the same.
#[derive(Default)]
pub(super) struct Values(HashMap<String, u32>);

impl Values {
    pub(super) fn number(&mut self, value: &Json) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(canonical(value)).or_insert(next)
    }
}

pub(super) fn same(a: &Json, b: &Json) -> bool {
    canonical(a) == canonical(b)
}

/// One text for all values that are equal as data.
pub(super) fn canonical(value: &Json) -> String {
    let mut text = String::new();
    write_canonical(&mut text, value);
    text
}

fn write_canonical(text: &mut String, value: &Json) {
    match value {
        Json::Number(digits) => match number::parse(digits) {
            Some(decimal) => {
                text.push(if decimal.negative { '-' } else { '+' });
                text.extend(decimal.digits.iter().map(|digit| char::from(b'0' + digit)));
                let _ = write!(text, "e{}", decimal.exponent);
            }
            None => text.push_str(digits),
        },
        Json::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(text, item);
                text.push(',');
            }
            text.push(']');
        }
        Json::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            text.push('{');
            for (key, value) in entries {
                let _ = write!(text, "{}:", Json::from(key.as_str()));
                write_canonical(text, value);
                text.push(',');
            }
            text.push('}');
        }
        other => {
            let _ = write!(text, "{other}");
        }
    }
}

/// A whole number by value (`3`, `3.0`, `3e2`); `None` for anything else and for what has more than thirty digits.
pub(super) fn whole(value: &Json) -> Option<i128> {
    let Json::Number(text) = value else { return None };
    let decimal = number::parse(text)?;
    let places = usize::try_from(decimal.exponent).ok().filter(|places| *places <= 30)?;
    if decimal.digits.len() > places {
        return None;
    }
    let digits = decimal.digits.iter().copied().chain(std::iter::repeat(0)).take(places);
    let size = digits.fold(0_i128, |size, digit| size * 10 + i128::from(digit));
    Some(if decimal.negative { -size } else { size })
}
