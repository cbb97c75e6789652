//! What a pattern wants, in words; it sees no value that was got.

use super::{object, quoted, seen, shortened};
use gradus_model::json::Json;
use gradus_model::pattern::{Bound, Field, Marker, Pattern, PatternKind};
use gradus_model::value::{Bindings, Template};

/// What a pattern wants: `the string "buy milk"`, `a whole number`, `a list of exactly 3 elements in any order`.
pub fn wanted(pattern: &Pattern, bindings: &Bindings) -> String {
    shortened(&words(pattern, bindings))
}

fn words(pattern: &Pattern, bindings: &Bindings) -> String {
    match &pattern.kind {
        PatternKind::Scalar(value) => seen(Some(value)),
        PatternKind::Text(template) => seen(Some(&template.fill_value(bindings))),
        PatternKind::List(items) if items.is_empty() => "an empty list".to_owned(),
        PatternKind::List(items) => format!("a list of {}", super::counted(items.len(), "element")),
        PatternKind::Object(fields) => fields_in("an object", fields, bindings),
        PatternKind::Partial(fields) => fields_in("an object at least", fields, bindings),
        PatternKind::Marker(marker) => class(*marker).to_owned(),
        PatternKind::Regex(expression) => format!("a string in which `{expression}` is found"),
        PatternKind::Contains(inner) => contains(inner, bindings),
        PatternKind::AnyOrder(items) => {
            format!("a list of exactly {} in any order", super::counted(items.len(), "element"))
        }
        PatternKind::Each(inner) => {
            format!("a list of one or more elements, each {}", words(inner, bindings))
        }
        PatternKind::Size(inner) => format!("a size of {}", amount(inner, bindings)),
        PatternKind::OneOf(choices) => join(choices, " or ", bindings),
        PatternKind::AllOf(parts) => join(parts, " and ", bindings),
        PatternKind::Not(inner) => format!("anything but {}", words(inner, bindings)),
        PatternKind::Between(least, most) => {
            format!("a number from {} to {}", bound(least, bindings), bound(most, bindings))
        }
        PatternKind::AtMost(most) => format!("a number of at most {}", bound(most, bindings)),
        PatternKind::AtLeast(least) => format!("a number of at least {}", bound(least, bindings)),
        PatternKind::Approx { value, within } => {
            format!("a number within {} of {}", bound(within, bindings), bound(value, bindings))
        }
        PatternKind::Json(inner) => format!("a string of JSON that is {}", words(inner, bindings)),
        PatternKind::Schema(_) => "a value that is valid by the JSON Schema".to_owned(),
        PatternKind::Optional(inner) => format!("nothing, or {}", words(inner, bindings)),
    }
}

fn fields_in(start: &str, fields: &[Field], bindings: &Bindings) -> String {
    let keys: Vec<String> = fields.iter().map(|field| key(&field.key, bindings)).collect();
    object(start, keys.iter().map(String::as_str))
}

/// A field's key with its names filled in.
fn key(template: &Template, bindings: &Bindings) -> String {
    match template.literal() {
        Some(text) => text.to_owned(),
        None => template.fill(bindings),
    }
}

fn contains(inner: &Pattern, bindings: &Bindings) -> String {
    match &inner.kind {
        PatternKind::Text(template) => match template.fill_value(bindings) {
            Json::String(text) => {
                format!("text that contains {0}, or a list with the string {0}", quoted(&text))
            }
            other => format!("a list with {}", seen(Some(&other))),
        },
        _ => format!("a list with an element that is {}", words(inner, bindings)),
    }
}

/// A pattern of a number in the middle of a sentence: `3`, `at least 1`.
fn amount(pattern: &Pattern, bindings: &Bindings) -> String {
    match &pattern.kind {
        PatternKind::Scalar(Json::Number(text)) => shortened(text),
        PatternKind::Between(least, most) => {
            format!("{} to {}", bound(least, bindings), bound(most, bindings))
        }
        PatternKind::AtMost(most) => format!("at most {}", bound(most, bindings)),
        PatternKind::AtLeast(least) => format!("at least {}", bound(least, bindings)),
        _ => words(pattern, bindings),
    }
}

fn join(patterns: &[Pattern], with: &str, bindings: &Bindings) -> String {
    patterns.iter().map(|pattern| words(pattern, bindings)).collect::<Vec<_>>().join(with)
}

/// The number of an operator, or what its name stands for.
pub(crate) fn bound(bound: &Bound, bindings: &Bindings) -> String {
    match bound {
        Bound::Number(text) => text.clone(),
        Bound::Name(template) => template.fill(bindings),
    }
}

fn class(marker: Marker) -> &'static str {
    match marker {
        Marker::Int => "a whole number",
        Marker::Number => "a number",
        Marker::String => "a string",
        Marker::Bool => "true or false",
        Marker::Null => "null",
        Marker::Object => "an object",
        Marker::Array => "a list",
        Marker::Uuid => "a UUID",
        Marker::Datetime => "a date and time (RFC 3339)",
        Marker::Date => "a date (RFC 3339)",
        Marker::Url => "an absolute http or https URL",
        Marker::Email => "an email address",
        Marker::Any => "anything",
        Marker::Absent => "nothing",
        Marker::Empty => "an empty string, list or object",
        Marker::Sorted => "a list of two or more numbers or texts, each not less than the one before",
    }
}
