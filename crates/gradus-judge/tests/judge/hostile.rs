//! Answers made to break the judge: deep, huge, or slow to compare. Each must end, in a miss.

use crate::build::{json, pat};
use gradus_judge::answer::{AnswerView, judge};
use gradus_judge::json::{ReadLimits, read};
use gradus_judge::pattern;
use gradus_model::grader::Expect;
use gradus_model::value::Bindings;

fn judge_body(expectation: &str, body: &[u8]) -> Vec<gradus_judge::miss::Miss> {
    let expect = Expect { json: Some(pat(expectation)), ..Expect::default() };
    judge(&expect, &AnswerView { status: 200, headers: &[], body }, &Bindings::new())
}

#[test]
fn json_a_hundred_thousand_deep_is_refused_in_a_sentence() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let misses = judge_body("\"$any\"", deep.as_bytes());
        let note = misses[0].note.as_deref().unwrap_or_default();
        assert!(note.starts_with("the JSON is nested deeper than 512 levels"), "{note}");
    }
}

#[test]
fn json_at_the_limit_is_judged() {
    let deep = format!("{}{}", "[".repeat(512), "]".repeat(512));
    assert_eq!(judge_body("[]", deep.as_bytes()).len(), 1);
    let saved = json(&deep);
    let names = Bindings::from([("deep".to_owned(), saved.clone())]);
    assert!(pattern::fits(&pat("\"$(deep)\""), Some(&saved), &names));
}

#[test]
fn too_many_values_are_refused() {
    let many = format!("[{}0]", "0,".repeat(1_100_000));
    let error = read(many.as_bytes(), ReadLimits::default()).expect_err("too many").to_string();
    assert!(error.starts_with("the JSON holds more than 1000000 values"), "{error}");
}

#[test]
fn a_huge_list_where_few_elements_were_wanted_ends_soon() {
    let many = format!("[{}0]", "0,".repeat(300_000));
    for expectation in
        [r#"{"$any_order":[1,2,3]}"#, r#"{"$contains":{"a":1}}"#, "[1]", r#"{"$each":{"a":1}}"#]
    {
        let misses = judge_body(expectation, many.as_bytes());
        assert!((1..=50).contains(&misses.len()), "{expectation}");
    }
}

#[test]
fn patterns_that_compete_for_elements_are_matched_without_trying_every_order() {
    let wanted = format!("{{\"$any_order\":[{}]}}", vec!["\"$int\""; 300].join(","));
    let got = format!("[\"x\",{}]", vec!["1"; 299].join(","));
    assert_eq!(judge_body(&wanted, got.as_bytes()).len(), 1);
    let fits: Vec<String> = (0..300).rev().map(|most| format!("{{\"$at_most\":{most}}}")).collect();
    let numbers: Vec<String> = (0..300).map(|number: u32| number.to_string()).collect();
    let wanted = format!("{{\"$any_order\":[{}]}}", fits.join(","));
    assert_eq!(judge_body(&wanted, format!("[{}]", numbers.join(",")).as_bytes()), []);
}

#[test]
fn expressions_that_ruin_backtracking_engines_do_not_matter() {
    let body = format!("\"{}\"", "a".repeat(100_000));
    assert_eq!(judge_body(r#"{"$regex":"^(a+)+$"}"#, body.replace("a\"", "!\"").as_bytes()).len(), 1);
    assert_eq!(
        judge_body(r#"{"$schema":{"pattern":"^(a+)+$"}}"#, body.replace("a\"", "!\"").as_bytes()).len(),
        1
    );
}

#[test]
fn numbers_beyond_floating_point_are_judged_or_refused_never_rounded() {
    assert_eq!(judge_body("1e400", b"10e399"), []);
    assert_eq!(judge_body("\"$int\"", b"1e999999999999999999"), []);
    let misses = judge_body(r#"{"$schema":{"type":"number"}}"#, b"1e400");
    assert_eq!(misses[0].note.as_deref(), Some("JSON Schema cannot judge a number as great as 1e400"));
}

#[test]
fn what_is_shown_of_a_hostile_value_is_short_and_visible() {
    let keys: Vec<String> =
        (0..5000).map(|key| format!("\"\\u001b[31m{key}{}\":1", "k".repeat(500))).collect();
    let misses = judge_body("[]", format!("{{{}}}", keys.join(",")).as_bytes());
    assert!(misses[0].got.len() < 4_000, "{}", misses[0].got.len());
    assert!(!misses[0].got.contains('\u{1b}'));
    let misses = judge_body("1", format!("9{}", "0".repeat(100_000)).as_bytes());
    assert!(misses[0].got.len() < 300);
}
