//! Scalars, markers and the operators on numbers: patterns that look at one value and into nothing.

use super::judging::{Form, Judging, Said};
use super::path::Path;
use super::rising;
use crate::{format, number, words};
use gradus_model::json::Json;
use gradus_model::pattern::{Bound, Marker, Pattern, PatternKind};
use std::borrow::Cow;

impl Judging<'_> {
    pub(super) fn leaf(&mut self, pattern: &Pattern, got: &Json, path: &Path<'_>) {
        let holds = match &pattern.kind {
            PatternKind::Scalar(wanted) => same_scalar(wanted, &self.read_as(wanted, got)),
            PatternKind::Marker(marker) => self.is_of(*marker, got),
            _ => return self.number(pattern, got, path),
        };
        if !holds {
            self.leaf_miss(pattern, got, path);
        }
    }

    fn leaf_miss(&mut self, pattern: &Pattern, got: &Json, path: &Path<'_>) {
        self.miss(pattern, path, |judging| Said {
            note: match pattern.kind {
                PatternKind::Marker(Marker::Sorted) => rising::note(got),
                _ => other_type_note(pattern, got),
            },
            ..judging.said(pattern, Some(got))
        });
    }

    fn number(&mut self, pattern: &Pattern, got: &Json, path: &Path<'_>) {
        let bounds: &[&Bound] = match &pattern.kind {
            PatternKind::Between(least, most) => &[least, most],
            PatternKind::AtMost(most) => &[most],
            PatternKind::AtLeast(least) => &[least],
            PatternKind::Approx { value, within } => &[value, within],
            _ => &[],
        };
        let bounds: Vec<String> = bounds.iter().map(|bound| words::bound(bound, self.bindings)).collect();
        if let Some(bad) = bounds.iter().find(|bound| !number::is_number(bound)) {
            let note = format!("the expectation itself needs a number, but {} is none", words::quoted(bad));
            return self.miss(pattern, path, |judging| Said {
                note: Some(note),
                ..judging.said(pattern, Some(got))
            });
        }
        let seen = self.read_as(&Json::Number(String::new()), got);
        let holds = match &*seen {
            Json::Number(text) => within(&pattern.kind, text, &bounds),
            _ => false,
        };
        if !holds {
            self.leaf_miss(pattern, got, path);
        }
    }

    fn is_of(&self, marker: Marker, got: &Json) -> bool {
        let text = |holds: fn(&str) -> bool| matches!(got, Json::String(text) if holds(text));
        match marker {
            Marker::Int => matches!(&*self.read_as_number(got), Json::Number(text) if number::is_whole(text)),
            Marker::Number => matches!(&*self.read_as_number(got), Json::Number(_)),
            Marker::Bool => matches!(&*self.read_as(&Json::Bool(true), got), Json::Bool(_)),
            Marker::String => matches!(got, Json::String(_)),
            Marker::Null => matches!(got, Json::Null),
            Marker::Object => matches!(got, Json::Object(_)),
            Marker::Array => matches!(got, Json::Array(_)),
            Marker::Uuid => text(format::is_uuid),
            Marker::Datetime => text(format::is_datetime),
            Marker::Date => text(format::is_date),
            Marker::Url => text(format::is_url),
            Marker::Email => text(format::is_email),
            Marker::Any => true,
            Marker::Absent => false,
            Marker::Sorted => rising::is_sorted(got),
            Marker::Empty => match got {
                Json::String(text) => text.is_empty(),
                Json::Array(items) => items.is_empty(),
                Json::Object(entries) => entries.is_empty(),
                _ => false,
            },
        }
    }

    fn read_as_number<'v>(&self, got: &'v Json) -> Cow<'v, Json> {
        self.read_as(&Json::Number(String::new()), got)
    }

    /// What a text spells when a value of the wanted type is looked for; anything but a text stands for itself.
    pub(super) fn read_as<'v>(&self, wanted: &Json, got: &'v Json) -> Cow<'v, Json> {
        let (Form::Written, Json::String(text)) = (self.form, got) else { return Cow::Borrowed(got) };
        match (wanted, text.as_str()) {
            (Json::Number(_), _) if number::is_number(text) => Cow::Owned(Json::Number(text.clone())),
            (Json::Bool(_), "true") => Cow::Owned(Json::Bool(true)),
            (Json::Bool(_), "false") => Cow::Owned(Json::Bool(false)),
            (Json::Null, "null") => Cow::Owned(Json::Null),
            _ => Cow::Borrowed(got),
        }
    }
}

/// Whether two values, neither a list nor an object, are the same; numbers by value.
pub(super) fn same_scalar(wanted: &Json, got: &Json) -> bool {
    match (wanted, got) {
        (Json::Number(wanted), Json::Number(got)) => number::equal(wanted, got),
        (wanted, got) => wanted == got,
    }
}

fn within(kind: &PatternKind, got: &str, bounds: &[String]) -> bool {
    let (not_less, not_more) = (
        |bound: &str| number::compare(got, bound).is_some_and(|order| order.is_ge()),
        |bound: &str| number::compare(got, bound).is_some_and(|order| order.is_le()),
    );
    match (kind, bounds) {
        (PatternKind::Between(..), [least, most]) => not_less(least) && not_more(most),
        (PatternKind::AtMost(_), [most]) => not_more(most),
        (PatternKind::AtLeast(_), [least]) => not_less(least),
        (PatternKind::Approx { .. }, [value, within]) => number::near(got, value, within).unwrap_or(false),
        _ => false,
    }
}

/// The commonest slip: the right value in quotes.
fn other_type_note(pattern: &Pattern, got: &Json) -> Option<String> {
    let Json::String(text) = got else { return None };
    let spelled = match &pattern.kind {
        PatternKind::Scalar(Json::Number(wanted)) => number::equal(wanted, text),
        PatternKind::Scalar(wanted @ (Json::Bool(_) | Json::Null)) => wanted.to_string() == *text,
        PatternKind::Marker(Marker::Int | Marker::Number)
        | PatternKind::Between(..)
        | PatternKind::AtMost(_)
        | PatternKind::AtLeast(_)
        | PatternKind::Approx { .. } => number::is_number(text),
        PatternKind::Marker(Marker::Bool) => matches!(text.as_str(), "true" | "false"),
        _ => false,
    };
    spelled.then(|| "it stands in quotes, so it is a string".to_owned())
}
