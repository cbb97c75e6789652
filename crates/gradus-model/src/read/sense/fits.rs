//! Whether a value of which only the kind is known fits a pattern: yes, no, or nobody can tell before a run.

use super::Kind;
use crate::json::Json;
use crate::pattern::{Bound, Marker, Pattern, PatternKind};

/// A value as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sample {
    /// This number.
    Number(f64),
    /// Some list.
    List,
    /// Some text.
    Text,
}

/// A step beside a number that is no whole one, far below what is ever measured.
const BESIDE: f64 = 1e-9;

/// The values that speak for all of a kind.
///
/// A pattern changes its answer only at the numbers that it names: what it says of those, of what lies right beside them,
/// and of both ends, it says of every number.
pub fn samples(pattern: &Pattern, kind: Kind) -> Vec<Sample> {
    let (least, most, beside) = match kind {
        Kind::List => return vec![Sample::List],
        Kind::Text => return vec![Sample::Text],
        Kind::Whole(least, most) => (least, most, 1.0),
        Kind::Measured => (0.0, f64::MAX, BESIDE),
    };
    let mut named = vec![least, most];
    numbers(pattern, &mut named);
    let around = named.into_iter().flat_map(|number| {
        let whole = |number: f64| if beside == 1.0 { number.floor() } else { number };
        [number - beside, number, number + beside, number + 2.0 * beside].map(whole)
    });
    around.filter(|number| (least..=most).contains(number)).map(Sample::Number).collect()
}

/// The numbers that a pattern names for the value itself.
fn numbers(pattern: &Pattern, found: &mut Vec<f64>) {
    match &pattern.kind {
        PatternKind::Scalar(Json::Number(text)) => found.extend(text.parse::<f64>()),
        PatternKind::AtLeast(bound) | PatternKind::AtMost(bound) => found.extend(number(bound)),
        PatternKind::Between(from, to) => found.extend(number(from).into_iter().chain(number(to))),
        PatternKind::Approx { value, within } => {
            if let Some((value, within)) = number(value).zip(number(within)) {
                found.extend([value - within, value, value + within]);
            }
        }
        PatternKind::OneOf(inner) | PatternKind::AllOf(inner) => {
            inner.iter().for_each(|pattern| numbers(pattern, found));
        }
        PatternKind::Not(inner) | PatternKind::Optional(inner) => numbers(inner, found),
        _ => {}
    }
}

/// Whether the value fits; nothing where that depends on more than is known.
pub fn fits(pattern: &Pattern, sample: Sample) -> Option<bool> {
    match &pattern.kind {
        PatternKind::Marker(Marker::Any) => Some(true),
        PatternKind::Not(inner) => fits(inner, sample).map(|fits| !fits),
        PatternKind::Optional(inner) => fits(inner, sample),
        PatternKind::OneOf(choices) => any(choices.iter().map(|choice| fits(choice, sample))),
        PatternKind::AllOf(parts) => {
            any(parts.iter().map(|part| fits(part, sample).map(|fits| !fits))).map(|some_fails| !some_fails)
        }
        PatternKind::Schema(_) => None,
        PatternKind::Text(text) if text.only_name().is_some() => None,
        kind => match sample {
            Sample::Number(got) => number_fits(kind, got),
            Sample::List => list_fits(kind),
            Sample::Text => text_fits(kind),
        },
    }
}

/// Whether one of them is yes.
fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(false);
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            Some(false) => {}
            None => all = None,
        }
    }
    all
}

fn number_fits(kind: &PatternKind, got: f64) -> Option<bool> {
    match kind {
        PatternKind::Scalar(Json::Number(wanted)) => wanted.parse::<f64>().ok().map(|wanted| wanted == got),
        PatternKind::Marker(Marker::Int) => Some(got.fract() == 0.0),
        PatternKind::Marker(Marker::Number) => Some(true),
        PatternKind::AtLeast(least) => number(least).map(|least| got >= least),
        PatternKind::AtMost(most) => number(most).map(|most| got <= most),
        PatternKind::Between(least, most) => {
            let (not_less, not_more) =
                (number(least).map(|least| got >= least), number(most).map(|most| got <= most));
            any([not_less, not_more].into_iter().map(|fits| fits.map(|fits| !fits))).map(|out| !out)
        }
        PatternKind::Approx { value, within } => {
            let (value, within) = number(value).zip(number(within))?;
            Some((value - within..=value + within).contains(&got))
        }
        _ => Some(false),
    }
}

fn list_fits(kind: &PatternKind) -> Option<bool> {
    match kind {
        PatternKind::Marker(Marker::Array) => Some(true),
        PatternKind::Marker(Marker::Empty | Marker::Sorted)
        | PatternKind::List(_)
        | PatternKind::AnyOrder(_)
        | PatternKind::Contains(_)
        | PatternKind::Each(_)
        | PatternKind::Size(_) => None,
        _ => Some(false),
    }
}

/// Text that is a number fits one, so that only lists and objects are out of the question.
fn text_fits(kind: &PatternKind) -> Option<bool> {
    match kind {
        PatternKind::Marker(Marker::String) => Some(true),
        PatternKind::List(_)
        | PatternKind::Object(_)
        | PatternKind::Partial(_)
        | PatternKind::AnyOrder(_)
        | PatternKind::Each(_)
        | PatternKind::Marker(Marker::Object | Marker::Array | Marker::Sorted) => Some(false),
        _ => None,
    }
}

fn number(bound: &Bound) -> Option<f64> {
    match bound {
        Bound::Number(text) => text.parse().ok(),
        Bound::Name(_) => None,
    }
}
