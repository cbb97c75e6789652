//! Patterns from JSON in the grader's notation, so that a test is one line. It stands in for the reader of grader.yaml.

use gradus_judge::json::{ReadLimits, read};
use gradus_judge::miss::Miss;
use gradus_judge::pattern;
use gradus_model::json::Json;
use gradus_model::pattern::{Bound, Field, Marker, Pattern, PatternKind};
use gradus_model::source::Span;
use gradus_model::value::{Bindings, Part, Template};

/// Judges `value` (JSON) by `pattern` (JSON with markers) and compares the misses, each as a line of [`line`].
#[track_caller]
pub fn check(pattern: &str, value: &str, expected: &[&str]) {
    check_with(&[], pattern, value, expected);
}

/// As [`check`], with names bound to values.
#[track_caller]
pub fn check_with(names: &[(&str, &str)], pattern: &str, value: &str, expected: &[&str]) {
    let (pattern, value, bindings) = (pat(pattern), json(value), bind(names));
    let misses = pattern::judge(&pattern, Some(&value), "json", &bindings);
    assert_eq!(lines(&misses), expected, "\n{}", lines(&misses).join("\n"));
    assert_eq!(
        pattern::fits(&pattern, Some(&value), &bindings),
        expected.is_empty(),
        "fits agrees with judge"
    );
}

/// The value fits.
#[track_caller]
pub fn fits(pattern: &str, value: &str) {
    check(pattern, value, &[]);
}

/// The value does not fit, in however many ways.
#[track_caller]
pub fn misses(pattern: &str, value: &str) {
    let (pattern, value) = (pat(pattern), json(value));
    assert!(!pattern::judge(&pattern, Some(&value), "json", &Bindings::new()).is_empty());
    assert!(!pattern::fits(&pattern, Some(&value), &Bindings::new()));
}

/// A header's value or a body of text fits, or does not.
#[track_caller]
pub fn written(pattern: &str, got: &str, expected: &[&str]) {
    let misses = pattern::judge_written(&pat(pattern), Some(got), "headers.x", &Bindings::new());
    assert_eq!(lines(&misses), expected, "\n{}", lines(&misses).join("\n"));
}

pub fn lines(misses: &[Miss]) -> Vec<String> {
    misses.iter().map(line).collect()
}

/// `path: wanted …, got … (note)`.
pub fn line(miss: &Miss) -> String {
    let note = miss.note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default();
    format!("{}: wanted {}, got {}{note}", miss.path, miss.wanted, miss.got)
}

pub fn json(text: &str) -> Json {
    read(text.as_bytes(), ReadLimits::default()).unwrap_or_else(|error| panic!("{text}: {error}")).value
}

pub fn bind(names: &[(&str, &str)]) -> Bindings {
    names.iter().map(|(name, value)| ((*name).to_owned(), json(value))).collect()
}

pub fn pat(text: &str) -> Pattern {
    pattern(&json(text))
}

/// A pattern of the kind, without a place.
pub fn of(kind: PatternKind) -> Pattern {
    Pattern { kind, span: Span::default() }
}

fn pattern(value: &Json) -> Pattern {
    of(match value {
        Json::String(text) => word(text),
        Json::Array(items) => PatternKind::List(items.iter().map(pattern).collect()),
        Json::Object(entries) => match entries.as_slice() {
            [(key, value)] if key.starts_with('$') && !key[1..].starts_with(['$', '(']) => {
                operator(&key[1..], value)
            }
            entries => PatternKind::Object(fields(entries)),
        },
        scalar => PatternKind::Scalar(scalar.clone()),
    })
}

fn word(text: &str) -> PatternKind {
    let marker = Marker::ALL.iter().find(|(word, _)| text.strip_prefix('$') == Some(word));
    marker.map_or_else(|| PatternKind::Text(template(text)), |(_, marker)| PatternKind::Marker(*marker))
}

fn operator(name: &str, value: &Json) -> PatternKind {
    let one = || Box::new(pattern(value));
    let all = || as_list(value).iter().map(pattern).collect();
    match name {
        "regex" => PatternKind::Regex(value.to_text()),
        "partial" => PatternKind::Partial(as_fields(value)),
        "contains" => PatternKind::Contains(one()),
        "any_order" => PatternKind::AnyOrder(all()),
        "each" => PatternKind::Each(one()),
        "size" => PatternKind::Size(one()),
        "one_of" => PatternKind::OneOf(all()),
        "all_of" => PatternKind::AllOf(all()),
        "not" => PatternKind::Not(one()),
        "between" => PatternKind::Between(bound(&as_list(value)[0]), bound(&as_list(value)[1])),
        "at_most" => PatternKind::AtMost(bound(value)),
        "at_least" => PatternKind::AtLeast(bound(value)),
        "approx" => {
            PatternKind::Approx { value: bound(&part(value, "value")), within: bound(&part(value, "within")) }
        }
        "json" => PatternKind::Json(one()),
        "schema" => PatternKind::Schema(value.clone()),
        "optional" => PatternKind::Optional(one()),
        other => panic!("no operator ${other}"),
    }
}

fn part(value: &Json, key: &str) -> Json {
    value.get(key).cloned().unwrap_or_else(|| panic!("no {key}"))
}

fn bound(value: &Json) -> Bound {
    match value {
        Json::Number(text) => Bound::Number(text.clone()),
        Json::String(text) => Bound::Name(template(text)),
        other => panic!("no bound: {other}"),
    }
}

fn as_list(value: &Json) -> &[Json] {
    match value {
        Json::Array(items) => items,
        other => panic!("no list: {other}"),
    }
}

fn as_fields(value: &Json) -> Vec<Field> {
    match value {
        Json::Object(entries) => fields(entries),
        other => panic!("no object: {other}"),
    }
}

fn fields(entries: &[(String, Json)]) -> Vec<Field> {
    entries.iter().map(|(key, value)| Field { key: template(key), pattern: pattern(value) }).collect()
}

/// `$(name)` and `$$` within text.
pub fn template(text: &str) -> Template {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix("$(").and_then(|rest| rest.split_once(')')) {
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Name(name.to_owned()));
            rest = after;
        } else {
            literal.push(next);
            rest = rest.strip_prefix("$$").unwrap_or(&rest[next.len_utf8()..]);
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Template { parts, span: Span::default() }
}
