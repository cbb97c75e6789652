//! Expectations that no answer can fail, or that none can fulfil: mistakes of an author that a run would never show.

use crate::decode::Problems;
use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::pattern::{Bound, Marker, Pattern, PatternKind};
use crate::source::Span;

/// An expectation that no answer can fail.
pub fn cannot_fail(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(format!("this expectation can't fail: {why}"), span)
}

/// An expectation that no answer can fulfil.
pub fn cannot_hold(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(format!("this expectation can't hold: {why}"), span)
}

/// Whether every value that is there fits.
pub fn always_holds(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Marker(Marker::Any) => true,
        PatternKind::OneOf(choices) => choices.iter().any(always_holds),
        PatternKind::AllOf(parts) => parts.iter().all(always_holds),
        _ => false,
    }
}

/// The operand of `$size`.
pub fn size(operand: &Pattern, problems: &mut Problems) {
    match &operand.kind {
        PatternKind::AtLeast(Bound::Number(least)) if number(least).is_some_and(|least| least <= 0.0) => {
            problems.add(cannot_fail(operand.span, "no size is below 0"));
        }
        PatternKind::AtMost(Bound::Number(most)) if number(most).is_some_and(|most| most < 0.0) => {
            problems.add(cannot_hold(operand.span, "no size is below 0"));
        }
        PatternKind::Scalar(Json::Number(text))
            if number(text).is_some_and(|size| size >= 0.0 && size.fract() == 0.0) => {}
        PatternKind::Scalar(_) => problems.add(cannot_hold(operand.span, "a size is a whole number from 0")),
        _ if !may_be_number(operand) => problems.add(cannot_hold(operand.span, "a size is a number")),
        _ if always_holds(operand) => {
            problems.add(cannot_fail(operand.span, "texts, lists and objects have a size"))
        }
        _ => {}
    }
}

/// The pattern of a status.
pub fn status(pattern: &Pattern, problems: &mut Problems) {
    let any_number = matches!(pattern.kind, PatternKind::Marker(Marker::Int | Marker::Number));
    if any_number || always_holds(pattern) {
        problems.add(cannot_fail(pattern.span, "every answer has a status"));
    } else if let PatternKind::Scalar(Json::Number(text)) = &pattern.kind {
        if text.parse::<u16>().is_ok_and(|status| (100..=999).contains(&status)) {
            return;
        }
        problems.add(cannot_hold(pattern.span, "a status has three digits"));
    } else if !may_be_number(pattern) {
        problems.add(
            cannot_hold(pattern.span, "a status is a number").help("write 200, or { $one_of: [200, 204] }"),
        );
    }
}

/// The pattern of a body read as text.
pub fn text(pattern: &Pattern, problems: &mut Problems) {
    if matches!(pattern.kind, PatternKind::Marker(Marker::String)) || always_holds(pattern) {
        problems.add(
            cannot_fail(pattern.span, "every answer has a body, if only an empty one")
                .help("write { $size: { $at_least: 1 } } if there must be one"),
        );
    } else if never_text(pattern) {
        problems.add(cannot_hold(pattern.span, "text is neither a list nor an object").help("use `json`"));
    }
}

/// The pattern of a header.
pub fn header(pattern: &Pattern, problems: &mut Problems) {
    if never_text(pattern) {
        problems.add(
            cannot_hold(pattern.span, "a header is text")
                .help("write text, a marker, { $contains: … } or { $regex: … }"),
        );
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn may_be_number(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Scalar(json) => matches!(json, Json::Number(_)),
        PatternKind::Text(template) => template.only_name().is_some(),
        PatternKind::Marker(marker) => matches!(marker, Marker::Any | Marker::Int | Marker::Number),
        PatternKind::OneOf(choices) => choices.iter().any(may_be_number),
        PatternKind::AllOf(parts) => parts.iter().all(may_be_number),
        PatternKind::Not(_)
        | PatternKind::Between(..)
        | PatternKind::AtMost(_)
        | PatternKind::AtLeast(_)
        | PatternKind::Approx { .. }
        | PatternKind::Schema(_) => true,
        _ => false,
    }
}

fn never_text(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::List(_)
        | PatternKind::Object(_)
        | PatternKind::Partial(_)
        | PatternKind::AnyOrder(_)
        | PatternKind::Each(_)
        | PatternKind::Marker(Marker::Object | Marker::Array | Marker::Sorted) => true,
        PatternKind::OneOf(choices) => choices.iter().all(never_text),
        PatternKind::AllOf(parts) => parts.iter().any(never_text),
        PatternKind::Optional(inner) => never_text(inner),
        _ => false,
    }
}
