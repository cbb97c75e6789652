//! Numbers within limits, at them and beyond them.

use crate::shape::{Limit, Shape};
use gradus_model::draw::Random;
use serde_json::{Number, Value};

/// The whole numbers that a schema allows, if limits bound them: the least and the greatest.
pub fn bounds(shape: &Shape<'_>) -> (Option<i128>, Option<i128>) {
    let least = shape.least.and_then(|limit| {
        let (floor, is_whole) = floor(&limit)?;
        Some(if is_whole && !limit.exclusive { floor } else { floor + 1 })
    });
    let most = shape.most.and_then(|limit| {
        let (floor, is_whole) = floor(&limit)?;
        Some(if is_whole && limit.exclusive { floor - 1 } else { floor })
    });
    match shape.format {
        Some("int32") => (
            Some(least.unwrap_or(i128::MIN).max(i128::from(i32::MIN))),
            Some(most.unwrap_or(i128::MAX).min(i128::from(i32::MAX))),
        ),
        Some("int64") => (
            Some(least.unwrap_or(i128::MIN).max(i128::from(i64::MIN))),
            Some(most.unwrap_or(i128::MAX).min(i128::from(i64::MAX))),
        ),
        _ => (least, most),
    }
}

fn floor(limit: &Limit<'_>) -> Option<(i128, bool)> {
    match limit.value {
        Value::Number(number) => {
            let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
            whole.map(|whole| (whole, true)).or_else(|| {
                let real = number.as_f64()?;
                Some((real.floor() as i128, real.fract() == 0.0))
            })
        }
        _ => None,
    }
}

/// A whole number as JSON, if 64 bits hold it.
pub fn whole(number: i128) -> Option<Value> {
    let small = i64::try_from(number).map(Number::from);
    small.or_else(|_| u64::try_from(number).map(Number::from)).ok().map(Value::Number)
}

/// A whole number that a schema allows, not at its limits where there is room.
pub fn integer(shape: &Shape<'_>, random: &mut Random) -> Option<Value> {
    let (least, most) = bounds(shape);
    let (from, to) = match (least, most) {
        (Some(least), Some(most)) => (least, most.min(least.saturating_add(1000))),
        (Some(least), None) => (least, least + 1000),
        (None, Some(most)) => (most - 1000, most),
        (None, None) => (1, 1000),
    };
    let room = u64::try_from(to - from).ok()?;
    let edge = u64::from(room >= 2);
    let drawn = from + i128::from(edge + random.below(room + 1 - 2 * edge));
    match shape.multiple_of.filter(|step| step.fract() == 0.0 && *step >= 1.0) {
        Some(step) => whole(multiple(drawn, step as i128, from, most)?),
        None => whole(drawn),
    }
}

/// The multiple next to a number.
fn multiple(near: i128, step: i128, from: i128, most: Option<i128>) -> Option<i128> {
    let below = near - near.rem_euclid(step);
    let found = if below >= from { below } else { below + step };
    most.is_none_or(|most| found <= most).then_some(found)
}

/// A number that a schema allows, with up to two digits behind the point.
pub fn number(shape: &Shape<'_>, random: &mut Random) -> Option<Value> {
    if let Some(step) = shape.multiple_of {
        let (least, most) = (limit(shape.least), limit(shape.most));
        let first = least.map_or(1.0, |least| (least / step).floor() + 1.0);
        let count = random.below(10) as f64;
        let number = (first + count) * step;
        return real(if most.is_some_and(|most| number > most) { first * step } else { number });
    }
    let (from, to) = match (limit(shape.least), limit(shape.most)) {
        (Some(least), Some(most)) => (least, most.min(least + 1000.0)),
        (Some(least), None) => (least, least + 1000.0),
        (None, Some(most)) => (most - 1000.0, most),
        (None, None) => (0.0, 1000.0),
    };
    let part = (1 + random.below(98)) as f64 / 100.0;
    let drawn = from + (to - from) * part;
    let rounded = (drawn * 100.0).round() / 100.0;
    real(if rounded > from && rounded < to { rounded } else { drawn })
}

fn limit(limit: Option<Limit<'_>>) -> Option<f64> {
    limit.and_then(|limit| limit.value.as_f64())
}

/// A number as JSON, without a point where it is whole.
pub fn real(number: f64) -> Option<Value> {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return whole(number as i128);
    }
    Number::from_f64(number).map(Value::Number)
}

/// Just beyond a limit, away from zero to the side that `sign` tells.
pub fn beyond(limit: &Limit<'_>, whole_only: bool, sign: i8) -> Option<Value> {
    if limit.exclusive {
        return Some(limit.value.clone());
    }
    match floor(limit)? {
        (floor, true) => whole(floor + i128::from(sign)),
        (floor, false) if whole_only => whole(if sign < 0 { floor } else { floor + 1 }),
        _ => real(limit.value.as_f64()? + f64::from(sign) * 0.01),
    }
}
