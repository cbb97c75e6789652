//! Values are worked out, and drawn from the seed: the same for the same seed, on every machine.

use gradus_model::grader::{Action, Body, Grader};
use gradus_model::json::Json;
use gradus_model::value::Bindings;
use gradus_model::{draw, eval, read};

fn grader(vars: &str, json: &str) -> Grader {
    let text = format!(
        "format: 1\nexercise: demo\npass: 80\nchecks:\n  - {{ id: a, claim: A, points: 1, vars: {vars}, steps: [ {{ post: /, json: {json}, expect: {{ status: 200 }} }} ] }}\n"
    );
    read::grader("grader.yaml", &text, &|_| Err("none".into())).expect("a right grader")
}

fn drawn(vars: &str, seed: u64) -> Bindings {
    let mut bindings = Bindings::new();
    draw::vars(&grader(vars, "1").checks[0].vars, seed, "a", 1_000_000_000, &mut bindings);
    bindings
}

fn text(bindings: &Bindings, name: &str) -> String {
    bindings.get(name).map_or_else(String::new, Json::to_text)
}

/// What a body stands for, with `it` bound to a number.
fn sent(json: &str) -> String {
    let grader = grader("{ it: 5 }", json);
    let mut bindings = Bindings::new();
    draw::vars(&grader.checks[0].vars, 0, "a", 0, &mut bindings);
    let Action::Request(request) = &grader.checks[0].steps[0].action else { panic!("a request") };
    match &request.outgoing.body {
        Body::Json(value) => eval::value(value, &bindings).to_string(),
        other => panic!("no JSON: {other:?}"),
    }
}

#[test]
fn the_same_seed_draws_the_same_everywhere() {
    let bindings = drawn("{ w: $words, i: $int, u: $uuid, e: $email, n: $name, s: $string, d: $number }", 42);
    let all: Vec<String> =
        bindings.iter().map(|(name, value)| format!("{name}={}", value.to_text())).collect();
    assert_eq!(
        all.join(" "),
        "d=355.39 e=sunset.ulpca@example.com i=283519 n=Nadia Turing s=kqzvfm2cla2c u=1950babb-8338-44ee-8500-06d419f7db05 w=bridge biscuit"
    );
}

#[test]
fn another_seed_draws_something_else() {
    assert_eq!(drawn("{ w: $words }", 1), drawn("{ w: $words }", 1));
    let distinct: std::collections::BTreeSet<String> =
        (0..100).map(|seed| text(&drawn("{ w: $words }", seed), "w")).collect();
    assert!(distinct.len() > 95, "{}", distinct.len());
}

#[test]
fn lists_are_drawn_and_keep_to_their_ends() {
    let list = "{ a: { $ints: { size: 5, from: 3, to: 9, order: sorted, distinct: true } } }";
    let first = text(&drawn(list, 1), "a");
    assert_eq!(first, "[4,5,7,8,9]");
    assert_eq!(first, text(&drawn(list, 1), "a"));
    assert_ne!(first, text(&drawn(list, 2), "a"));
}

#[test]
fn a_new_name_changes_no_other() {
    assert_eq!(text(&drawn("{ a: $uuid, b: $uuid }", 1), "b"), text(&drawn("{ b: $uuid }", 1), "b"));
    let both = drawn("{ a: $uuid, b: $uuid }", 1);
    assert_ne!(both.get("a"), both.get("b"));
}

#[test]
fn what_is_drawn_is_what_was_asked_for() {
    for seed in 0..200 {
        let found = drawn(
            "{ w: { $words: 3 }, i: { $int: { from: -1, to: 1 } }, s: { $string: { length: 8 } }, p: { $pick: [x, 2] }, \
             t: { $now_plus: 1h }, u: $uuid, e: $email, n: $name, b: $bool }",
            seed,
        );
        assert_eq!(text(&found, "w").split(' ').count(), 3);
        assert!(["-1", "0", "1"].contains(&text(&found, "i").as_str()));
        assert!(text(&found, "s").len() == 8 && text(&found, "s").chars().all(|c| c.is_ascii_alphanumeric()));
        assert!(matches!(found.get("p"), Some(Json::String(_) | Json::Number(_))));
        assert_eq!(text(&found, "t"), "2001-09-09T02:46:40Z");
        assert!(text(&found, "u").len() == 36 && text(&found, "u").as_bytes()[14] == b'4');
        assert!(text(&found, "e").ends_with("@example.com"));
        assert_eq!(text(&found, "n").split(' ').count(), 2);
        assert!(matches!(found.get("b"), Some(Json::Bool(_))));
    }
}

#[test]
fn every_end_of_a_range_is_drawn() {
    let found: std::collections::BTreeSet<String> =
        (0..200).map(|seed| text(&drawn("{ i: { $int: { from: 1, to: 6 } } }", seed), "i")).collect();
    assert_eq!(found.into_iter().collect::<String>(), "123456");
    let whole = format!("{{ i: {{ $int: {{ from: {}, to: {} }} }} }}", i64::MIN, i64::MAX);
    assert_ne!(drawn(&whole, 1), drawn(&whole, 2));
}

#[test]
fn a_lone_name_keeps_its_type_and_a_name_in_text_is_text() {
    assert_eq!(sent("{ a: $(it), b: 'no $(it)', '$(it)': $$(it) }"), r#"{"a":5,"b":"no 5","5":"$(it)"}"#);
    assert_eq!(sent("{ $$int: $$$$ }"), r#"{"$int":"$$"}"#);
}

#[test]
fn a_token_is_the_one_that_everybody_makes() {
    let token = sent(
        "{ $jwt: { secret: your-256-bit-secret, claims: { sub: '1234567890', name: John Doe, iat: 1516239022 } } }",
    );
    // The sample of RFC 7519's best known debugger, which every JWT library is shown with.
    assert_eq!(
        token,
        "\"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c\""
    );
}
