//! Schemas and readers say the same: the same keys, the same words, the same verdict of samples.

use gradus_model::diagnostic::Invalid;
use gradus_model::{read, schema};
use serde_json::Value;
use std::collections::BTreeSet;

const GUIDE: &str = include_str!("../../../docs/grader-language.md");

fn parsed(schema: &str) -> Value {
    serde_json::from_str(schema).expect("a schema is JSON")
}

fn valid(schema: &str, sample: &Value) -> bool {
    jsonschema::validator_for(&parsed(schema)).expect("a schema compiles").is_valid(sample)
}

/// A grader with one step, as JSON, which is YAML too.
fn grader(step: &str) -> String {
    format!(
        r#"{{"format": 1, "exercise": "demo", "pass": 80, "checks": [{{"id": "a", "claim": "A", "points": 1, "steps": [{step}]}}]}}"#
    )
}

fn read_grader(text: &str) -> Result<(), Invalid> {
    read::grader("g", text, &|_| Err("none".into())).map(drop)
}

/// What the reader says that it knows, where it met an unknown word.
fn known<T: std::fmt::Debug>(result: Result<T, Invalid>) -> BTreeSet<String> {
    let invalid = result.expect_err("an unknown word");
    let unknown = invalid.diagnostics.iter().find(|problem| problem.message.contains("zzzzzzzz"));
    let help = unknown.and_then(|problem| problem.help.clone()).expect("what is known");
    let list = help.split_once(": ").map_or("", |(_, list)| list.split(';').next().unwrap_or(""));
    list.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn keys(schema: &str, pointer: &str) -> BTreeSet<String> {
    let schema = parsed(schema);
    let properties = schema.pointer(pointer).and_then(Value::as_object).expect("properties");
    properties.keys().cloned().collect()
}

/// Every word with a dollar sign that a definition offers.
fn words(definition: &str) -> BTreeSet<String> {
    let schema = parsed(schema::grader());
    let alternatives = schema["$defs"][definition]["anyOf"].as_array().expect("alternatives").clone();
    let mut words = BTreeSet::new();
    for alternative in alternatives {
        words.extend(
            alternative["required"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
        words.extend(
            alternative["enum"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned),
        );
        let nested = alternative["anyOf"].as_array().into_iter().flatten();
        for marker in nested.filter_map(|inner| inner["enum"].as_array()).flatten() {
            words.extend(marker.as_str().map(str::to_owned));
        }
    }
    words
}

#[test]
fn schema_and_reader_know_the_same_keys_of_a_grader() {
    let at = |step: &str| known(read_grader(&grader(step)));
    let same = |found: BTreeSet<String>, pointer: &str| {
        assert_eq!(found, keys(schema::grader(), pointer), "{pointer}")
    };
    same(known(read_grader(r#"{"zzzzzzzz": 1}"#)), "/properties");
    same(known(read_grader(r#"{"checks": [{"zzzzzzzz": 1}]}"#)), "/$defs/check/properties");
    same(at(r#"{"get": "/", "zzzzzzzz": 1}"#), "/$defs/request_step/properties");
    same(at(r#"{"get": "/", "expect": {"zzzzzzzz": 1}}"#), "/$defs/expect/properties");
    same(at(r#"{"request": {"zzzzzzzz": 1}}"#), "/$defs/request_step/properties/request/properties");
    same(
        at(r#"{"get": "/", "expect": {"status": 200}, "until": {"zzzzzzzz": 1}}"#),
        "/$defs/request_step/properties/until/properties",
    );
    same(at(r#"{"server": "kill", "zzzzzzzz": 1}"#), "/$defs/server_step/properties");
    same(at(r#"{"stub": {}, "zzzzzzzz": 1}"#), "/$defs/stub_step/properties");
    same(at(r#"{"stub": {"a": {"zzzzzzzz": 1}}}"#), "/$defs/reply/properties");
    same(at(r#"{"faults": {"a": [{"zzzzzzzz": 1}]}}"#), "/$defs/toxic/properties");
    same(
        at(r#"{"calls": {"stub": "a"}, "expect": {"zzzzzzzz": 1}}"#),
        "/$defs/calls_step/properties/expect/properties",
    );
    same(at(r#"{"calls": {"zzzzzzzz": 1}, "expect": {}}"#), "/$defs/of_stub/properties");
    same(at(r#"{"calls": {"stub": "a"}, "expect": {}, "zzzzzzzz": 1}"#), "/$defs/calls_step/properties");
    same(
        at(r#"{"stub": {"a": {"callbacks": [{"post": "/", "zzzzzzzz": 1}]}}}"#),
        "/$defs/callback/properties",
    );
    same(at(r#"{"printed": {"zzzzzzzz": 1}}"#), "/$defs/printed_step/properties/printed/properties");
    same(at(r#"{"run": {"zzzzzzzz": 1}}"#), "/$defs/run_step/properties/run/properties");
    same(at(r#"{"run": {}, "expect": {"zzzzzzzz": 1}}"#), "/$defs/run_step/properties/expect/properties");
    same(at(r#"{"raw": {"zzzzzzzz": 1}}"#), "/$defs/raw_step/properties/raw/properties");
    same(
        at(r#"{"raw": {"send": "x"}, "expect": {"zzzzzzzz": 1}}"#),
        "/$defs/raw_step/properties/expect/properties",
    );
    same(at(r#"{"race": {"zzzzzzzz": 1}}"#), "/$defs/race_step/properties/race/properties");
    same(at(r#"{"race": {"each": [{"get": "/", "op": {"zzzzzzzz": 1}}]}}"#), "/$defs/op/properties");
    same(at(r#"{"load": {"zzzzzzzz": 1}, "expect": {}}"#), "/$defs/load/properties");
    same(at(r#"{"load": {}, "expect": {"zzzzzzzz": 1}}"#), "/$defs/load_step/properties/expect/properties");
    same(at(r#"{"sql": {"a": "x"}, "zzzzzzzz": 1}"#), "/$defs/sql_step/properties");
    same(
        at(r#"{"sql": {"a": "x"}, "expect": {"zzzzzzzz": 1}}"#),
        "/$defs/sql_step/properties/expect/properties",
    );
    same(
        at(r#"{"select": {"zzzzzzzz": 1}, "expect": {}}"#),
        "/$defs/select_step/properties/select/properties",
    );
    same(
        at(r#"{"select": {}, "expect": {"zzzzzzzz": 1}}"#),
        "/$defs/select_step/properties/expect/properties",
    );
    same(
        at(r#"{"select": {"file": "a", "data": "b"}, "expect": {"rows": []}, "zzzzzzzz": 1}"#),
        "/$defs/select_step/properties",
    );
    same(at(r#"{"nats": {"a": {"zzzzzzzz": 1}}}"#), "/$defs/nats_said/properties");
    same(at(r#"{"nats": {"a": {"stream": "x"}}, "zzzzzzzz": 1}"#), "/$defs/nats_step/properties");
    same(
        at(r#"{"nats": {"a": {"stream": "x"}}, "expect": {"zzzzzzzz": 1}}"#),
        "/$defs/nats_step/properties/expect/properties",
    );
    same(
        known(read_grader(r#"{"services": {"a": {"engine": "sqlite", "seed": {"zzzzzzzz": 1}}}}"#)),
        "/$defs/rows/properties",
    );
    let streams = |text: &str| {
        let service = format!(r#"{{"services": {{"a": {{"engine": "nats", "streams": {{"b": {text}}}}}}}}}"#);
        known(read_grader(&service))
    };
    same(streams(r#"{"zzzzzzzz": 1}"#), "/$defs/stream/properties");
    same(
        streams(r#"{"subjects": ["a"], "consumers": {"c": {"zzzzzzzz": 1}}}"#),
        "/$defs/consumer/properties",
    );
    same(at(r#"{"work": {"zzzzzzzz": 1}}"#), "/$defs/work_step/properties/work/properties");
    same(known(read_grader(r#"{"services": {"a": {"zzzzzzzz": 1}}}"#)), "/$defs/service/properties");
    same(at(r#"{"compare": {"zzzzzzzz": 1}}"#), "/$defs/compare_step/properties/compare/properties");
    same(at(r#"{"growth": {"zzzzzzzz": 1}}"#), "/$defs/growth_step/properties/growth/properties");
    same(at(r#"{"conform": {"zzzzzzzz": 1}}"#), "/$defs/conform_step/properties/conform/properties");
    same(
        at(r#"{"growth": {"measure": {"zzzzzzzz": 1}}}"#),
        "/$defs/growth_step/properties/growth/properties/measure/anyOf/1/properties",
    );
    let stub = |text: &str| known(read_grader(&format!(r#"{{"stubs": {{"a": {text}}}}}"#)));
    same(stub(r#"{"zzzzzzzz": 1}"#), "/properties/stubs/additionalProperties/properties");
    same(stub(r#"{"items": {"$ints": {"zzzzzzzz": 1}}}"#), "/$defs/ints/properties");
    let route = r#"{"stubs": {"a": {"routes": [{"zzzzzzzz": 1}]}}}"#;
    same(known(read_grader(route)), "/$defs/route/properties");
}

#[test]
fn schema_and_reader_know_the_same_keys_of_the_other_files() {
    let exercise = |text| known(read::exercise("x", text));
    assert_eq!(exercise("zzzzzzzz = 1"), keys(schema::exercise(), "/properties"));
    assert_eq!(exercise("[limits]\nzzzzzzzz = 1"), keys(schema::exercise(), "/properties/limits/properties"));
    let submission = |text| known(read::submission("x", text));
    assert_eq!(submission("zzzzzzzz = 1"), keys(schema::submission(), "/properties"));
    assert_eq!(submission("[run]\nzzzzzzzz = 1"), keys(schema::submission(), "/properties/run/properties"));
    assert_eq!(known(read::solution("x", "zzzzzzzz = 1")), keys(schema::solution(), "/properties"));
    assert_eq!(submission("[sql]\nzzzzzzzz = 1"), keys(schema::submission(), "/properties/sql/properties"));
    assert_eq!(known(read::mutant("x", "zzzzzzzz = 1")), keys(schema::mutant(), "/properties"));
}

#[test]
fn schema_and_reader_know_the_same_words() {
    let at = |step: &str| known(read_grader(&grader(step)));
    let markers = at(r#"{"get": "/", "expect": {"json": "$zzzzzzzz"}}"#);
    let operators = at(r#"{"get": "/", "expect": {"json": {"$zzzzzzzz": 1}}}"#);
    assert_eq!(&markers | &operators, words("pattern"));
    let functions = at(r#"{"post": "/", "json": {"$zzzzzzzz": 1}}"#);
    assert_eq!(functions, words("value"));
    let generators = known(read_grader(r#"{"vars": {"a": "$zzzzzzzz"}}"#));
    assert_eq!(generators, &words("draw") | &functions);
    for word in markers.iter().chain(&operators).chain(&functions).chain(&generators) {
        assert!(GUIDE.contains(word.as_str()), "{word} in the guide");
    }
}

#[test]
fn schema_and_reader_agree_on_items() {
    for (items, right) in [
        ("[1, \"b\", { \"c\": 2 }]", true),
        (r#""$(list)""#, true),
        (r#"{"$ints": {"size": 3, "order": "nearly", "distinct": true}}"#, true),
        (r#"{"$ints": {"size": "$(seed)"}}"#, true),
        (r#"{"$ints": {"size": "3"}}"#, false),
        (r#"{"$ints": {"size": -1}}"#, false),
        (r#"{"$ints": {"from": 1}}"#, false),
        (r#"{"$ints": {"size": 3, "order": "wild"}}"#, false),
        (r#"{"$words": 3}"#, false),
        (r#""list""#, false),
        ("5", false),
    ] {
        let text = grader(r#"{"get": "/", "expect": {"status": 200}}"#);
        let start = format!(r#"{{"vars": {{"list": [1]}}, "stubs": {{"a": {{"items": {items}}}}}, "#);
        let text = text.replacen('{', &start, 1);
        let json: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read_grader(&text).is_ok(), right, "reader: {items}");
        assert_eq!(valid(schema::grader(), &json), right, "schema: {items}");
    }
}

#[test]
fn schema_and_reader_agree_on_samples() {
    for (step, right) in [
        (r#"{"get": "/", "expect": {"status": 200}}"#, true),
        (r#"{"get": "/", "expect": {"status": {"$one_of": [200, 204]}}}"#, true),
        (
            r#"{"post": "/", "json": {"a": "$(origin)"}, "expect": {"json": {"$partial": {"a": "$uuid"}}}}"#,
            true,
        ),
        (
            r#"{"get": "/", "until": {"every": "10ms", "at_most": "1s"}, "expect": {"headers": {"etag": "$absent"}}}"#,
            true,
        ),
        (
            r#"{"post": "/", "json": {"a": {"$sha256": "x"}, "$$b": "$$int"}, "expect": {"status": 200}}"#,
            true,
        ),
        (r#"{"get": "/", "headers": {"a": ["b", 1], "c": null}, "expect": {"status": 200}}"#, true),
        (r#"{"conform": {"operations": "all"}}"#, true),
        (r#"{"conform": {"operations": ["POST /"], "cases": 5, "allow": {"POST /": [404]}}}"#, true),
        (r#"{"get": "/", "contract": false, "expect": {"status": 200}}"#, true),
        (r#"{"conform": {"operations": []}}"#, false),
        (r#"{"conform": {"operations": "some"}}"#, false),
        (r#"{"conform": {"operations": "all", "cases": 0}}"#, false),
        (r#"{"conform": {"cases": 5}}"#, false),
        (r#"{"get": "/", "contract": "no", "expect": {"status": 200}}"#, false),
        (r#"{"get": "/", "expct": {"status": 200}}"#, false),
        (r#"{"get": "/", "unanswered": "maybe", "expect": {"status": 200}}"#, false),
        (r#"{"get": "/", "expect": {"json": "$strng"}}"#, false),
        (r#"{"get": "/", "expect": {"json": {"$contain": "x"}}}"#, false),
        (r#"{"get": "/", "expect": {"json": {"$partial": {}}}}"#, false),
        (r#"{"get": "/", "expect": {"json": {"$size": 1, "$partial": {"a": 1}}}}"#, false),
        (r#"{"get": "/", "post": "/", "expect": {"status": 200}}"#, false),
        (r#"{"get": "/", "repeat": 0, "expect": {"status": 200}}"#, false),
        (r#"{"get": "/", "save": {"a": "body"}, "expect": {"status": 200}}"#, false),
        (r#"{"get": "/", "save": {"a-b": "json"}, "expect": {"status": 200}}"#, false),
        (r#"{"post": "/", "json": "$words", "expect": {"status": 200}}"#, false),
        (r#"{"post": "/", "json": {"$jwt": "x"}, "expect": {"status": 200}}"#, false),
    ] {
        let text = grader(step);
        let json: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read_grader(&text).is_ok(), right, "reader: {step}");
        assert_eq!(valid(schema::grader(), &json), right, "schema: {step}");
    }
}
