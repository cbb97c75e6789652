//! The rules of the grader's language that judging must keep, each as a fact.

use crate::build::{check, fits, json, lines, misses, of, pat, template};
use gradus_judge::pattern::judge;
use gradus_model::pattern::PatternKind;
use gradus_model::source::{SourceId, Span};
use gradus_model::value::Bindings;

#[test]
fn json_is_compared_as_data_and_exactly_unless_a_node_says_otherwise() {
    fits(r#"{"a":[1,{"b":2}]}"#, "{ \"a\" : [ 1.0, {\"b\": 2e0} ] }");
    check(
        r#"{"a":{"$partial":{"x":1}},"b":{"x":1}}"#,
        r#"{"a":{"x":1,"y":2},"b":{"x":1,"y":2}}"#,
        &["json.b.y: wanted nothing, got the number 2 (an unexpected key)"],
    );
}

#[test]
fn a_literal_is_never_a_matcher_because_of_its_shape() {
    for shape in ["$int", "^a+$", "/a/", ".*", "{{x}}", "<string>", "2024-01-01", "null", "true", "7"] {
        let literal = of(PatternKind::Text(template(&shape.replace('$', "$$"))));
        let bindings = Bindings::new();
        assert!(judge(&literal, Some(&shape.into()), "json", &bindings).is_empty(), "{shape}");
        for other in ["\"aaa\"", "\"2024-01-02\"", "null", "true", "7", "{}"] {
            assert_eq!(judge(&literal, Some(&json(other)), "json", &bindings).len(), 1, "{shape} {other}");
        }
    }
}

#[test]
fn nothing_measured_is_never_a_pass() {
    misses(r#"{"$each":"$any"}"#, "[]");
    misses(r#"{"$contains":"$any"}"#, "[]");
    misses(r#"{"$one_of":[]}"#, "1");
    misses(r#"{"a":"$any"}"#, "{}");
}

#[test]
fn every_mismatch_is_told_not_only_the_first() {
    check(
        r#"{"a":1,"b":{"c":[1,2]},"d":"x"}"#,
        r#"{"a":2,"b":{"c":[2,2,3]},"e":0}"#,
        &[
            "json.a: wanted the number 1, got the number 2",
            "json.b.c[0]: wanted the number 1, got the number 2",
            "json.b.c[2]: wanted nothing, got the number 3 (an unexpected element)",
            r#"json.d: wanted the string "x", got nothing"#,
            "json.e: wanted nothing, got the number 0 (an unexpected key)",
        ],
    );
}

#[test]
fn a_miss_points_at_the_expectation_that_failed() {
    let mut pattern = pat(r#"{"$partial":{"a":1}}"#);
    let span = Span { source: SourceId(1), start: 10, end: 12 };
    if let PatternKind::Partial(fields) = &mut pattern.kind {
        fields[0].pattern.span = span;
    }
    let misses = judge(&pattern, Some(&json(r#"{"a":2}"#)), "json", &Bindings::new());
    assert_eq!(misses[0].span, span);
}

#[test]
fn the_nearest_element_of_an_unordered_list_is_shown_with_what_differs() {
    check(
        r#"{"$any_order":[{"id":1,"s":"open"},{"id":2,"s":"open"}]}"#,
        r#"[{"id":2,"s":"done"},{"id":1,"s":"open"}]"#,
        &["json: wanted an element that is an object with the keys id, s, got no such element among 2 \
         (the nearest is json[0], but json[0].s: wanted the string \"open\", got the string \"done\")"],
    );
}

#[test]
fn an_expectation_that_does_not_work_spoils_no_other() {
    let found = judge(
        &pat(r#"{"a":{"$regex":"("},"b":1}"#),
        Some(&json(r#"{"a":"x","b":2}"#)),
        "json",
        &Bindings::new(),
    );
    assert_eq!(found.len(), 2);
    assert!(found[0].note.as_deref().is_some_and(|note| note.starts_with("this is the grader's mistake")));
    assert_eq!(lines(&found[1..]), ["json.b: wanted the number 1, got the number 2"]);
}

#[test]
fn misses_are_capped_and_the_rest_is_counted() {
    let value = format!("[{}]", vec!["0"; 1000].join(","));
    let misses = judge(&pat(r#"{"$each":1}"#), Some(&json(&value)), "json", &Bindings::new());
    assert_eq!(misses.len(), 50);
    assert_eq!(misses[49].note.as_deref(), Some("and 950 more that did not hold"));
}
