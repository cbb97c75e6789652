//! Whole answers: status, headers, and the body in each of its readings.

use crate::build::{bind, lines, pat};
use gradus_judge::answer::{AnswerView, judge, mistakes};
use gradus_model::grader::{Expect, ExpectedContent, ExpectedFile};
use gradus_model::outcome::DiffLine;
use gradus_model::source::{Span, Spanned};

/// An answer of literal data.
struct Answer {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), value.as_bytes().to_vec())).collect();
    Answer { status, headers, body: body.as_ref().to_vec() }
}

#[track_caller]
fn check(expect: &Expect, answer: &Answer, expected: &[&str]) {
    let view = AnswerView { status: answer.status, headers: &answer.headers, body: &answer.body };
    let misses = judge(expect, &view, &bind(&[("tag", "\"t1\"")]));
    assert_eq!(lines(&misses), expected, "\n{}", lines(&misses).join("\n"));
}

fn json(pattern: &str) -> Expect {
    Expect { json: Some(pat(pattern)), ..Expect::default() }
}

fn text(pattern: &str) -> Expect {
    Expect { text: Some(pat(pattern)), ..Expect::default() }
}

fn header(name: &str, pattern: &str) -> Expect {
    Expect { headers: vec![(spanned(name), pat(pattern))], ..Expect::default() }
}

fn file(path: &str, content: ExpectedContent) -> Expect {
    Expect { file: Some(ExpectedFile { path: spanned(path), content }), ..Expect::default() }
}

fn spanned(text: &str) -> Spanned<String> {
    Spanned::new(text.to_owned(), Span::default())
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let expect = Expect {
        status: Some(pat("201")),
        headers: vec![(spanned("location"), pat("\"$url\""))],
        json: Some(pat(r#"{"id":"$int","tag":"$(tag)"}"#)),
        ..Expect::default()
    };
    check(
        &expect,
        &answer(200, &[], r#"{"id":"1","tag":"t2"}"#),
        &[
            "status: wanted the number 201, got the number 200",
            "headers.location: wanted an absolute http or https URL, got nothing",
            r#"json.id: wanted a whole number, got the string "1" (it stands in quotes, so it is a string)"#,
            r#"json.tag: wanted the string "t1", got the string "t2""#,
        ],
    );
    check(&expect, &answer(201, &[("Location", "http://h/1")], r#"{"tag":"t1","id":1}"#), &[]);
}

#[test]
fn nothing_expected_is_nothing_judged() {
    check(&Expect::default(), &answer(500, &[], b"\xff"), &[]);
}

#[test]
fn a_status_may_be_a_pattern() {
    let expect = Expect { status: Some(pat(r#"{"$between":[200,299]}"#)), ..Expect::default() };
    check(&expect, &answer(204, &[], ""), &[]);
    check(&expect, &answer(302, &[], ""), &["status: wanted a number from 200 to 299, got the number 302"]);
}

#[test]
fn header_names_have_no_case_and_values_have() {
    check(&header("x-cache", "\"miss\""), &answer(200, &[("X-CACHE", "miss")], ""), &[]);
    check(
        &header("x-cache", "\"miss\""),
        &answer(200, &[("x-cache", "MISS")], ""),
        &[
            r#"headers.x-cache: wanted the string "miss", got the string "MISS" (only upper and lower case differ)"#,
        ],
    );
}

#[test]
fn several_headers_of_one_name_are_one_list() {
    let several = answer(200, &[("Vary", "accept"), ("x", "y"), ("vary", " origin ")], "");
    check(&header("vary", "\"accept, origin\""), &several, &[]);
    check(&header("vary", r#"{"$contains":"origin"}"#), &several, &[]);
}

#[test]
fn any_cookie_may_fit_but_none_may_be_denied() {
    let cookies = answer(200, &[("set-cookie", "a=1; HttpOnly"), ("set-cookie", "b=2")], "");
    check(&header("set-cookie", r#"{"$regex":"^b=2$"}"#), &cookies, &[]);
    check(
        &header("set-cookie", r#"{"$all_of":[{"$contains":"a="},{"$contains":"HttpOnly"}]}"#),
        &cookies,
        &[],
    );
    check(
        &header("set-cookie", r#"{"$all_of":[{"$contains":"b="},{"$contains":"HttpOnly"}]}"#),
        &cookies,
        &[
            r#"headers.set-cookie: wanted text that contains "b=", got the string "a=1; HttpOnly" (none of 2 such headers fits)"#,
        ],
    );
    check(
        &header("set-cookie", r#"{"$not":{"$contains":"b="}}"#),
        &cookies,
        &[
            r#"headers.set-cookie: wanted anything but text that contains "b=", or a list with the string "b=", got the string "b=2""#,
        ],
    );
    check(
        &header("set-cookie", "\"$absent\""),
        &cookies,
        &[r#"headers.set-cookie: wanted nothing, got the string "a=1; HttpOnly""#],
    );
}

#[test]
fn an_absent_header_is_not_an_empty_one() {
    check(&header("x", "\"$absent\""), &answer(200, &[], ""), &[]);
    check(
        &header("x", "\"$absent\""),
        &answer(200, &[("x", "")], ""),
        &[r#"headers.x: wanted nothing, got the string """#],
    );
    check(&header("x", "\"$empty\""), &answer(200, &[("x", "")], ""), &[]);
    check(&header("x", "\"$any\""), &answer(200, &[], ""), &["headers.x: wanted anything, got nothing"]);
}

#[test]
fn a_header_that_is_not_utf_8_is_still_text() {
    let mut latin = answer(200, &[], "");
    latin.headers.push(("x".into(), b"caf\xe9".to_vec()));
    check(&header("x", "\"café\""), &latin, &[]);
}

#[test]
fn a_body_that_is_not_json_is_one_miss_that_shows_it() {
    check(
        &json(r#"{"id":1}"#),
        &answer(500, &[], "<!DOCTYPE html><p>Oops"),
        &[
            "json: wanted an object with the key id, got the body \"<!DOCTYPE html><p>Oops\" (not JSON: it begins with `<!DOCTYPE`)",
        ],
    );
    check(
        &json("[]"),
        &answer(200, &[], ""),
        &["json: wanted an empty list, got an empty body (not JSON: it is empty)"],
    );
    let long = format!("nope{}", "e".repeat(5000));
    check(
        &json("[]"),
        &answer(200, &[], &long),
        &[&format!(
            "json: wanted an empty list, got a body of 5004 bytes that begins \"nope{}\" (not JSON: expected a value at byte 0, found `nopeeeeeeeeeeeee`)",
            "e".repeat(196)
        )],
    );
}

#[test]
fn duplicate_keys_in_a_body_are_misses() {
    check(
        &json(r#"{"$partial":{"id":1}}"#),
        &answer(200, &[], r#"{"id":1,"x":[{"y":1,"y":2}]}"#),
        &[
            "json.x[0].y: wanted each key once, got the key more than once (readers of JSON disagree about which of the values counts)",
        ],
    );
}

#[test]
fn the_type_that_a_body_claims_is_not_judged_here() {
    check(&json("[1]"), &answer(200, &[("content-type", "text/plain")], "[1]"), &[]);
}

#[test]
fn text_is_exact() {
    check(&text("\"hello\""), &answer(200, &[], "hello"), &[]);
    check(
        &text("\"hello\""),
        &answer(200, &[], "hello\n"),
        &[
            r#"text: wanted the string "hello", got the string "hello\n" (only the newline at the end is too much)"#,
        ],
    );
    check(&text("42"), &answer(200, &[], "42"), &[]);
    check(&text(r#"{"$contains":"ell"}"#), &answer(200, &[], "hello"), &[]);
    check(&text("\"$empty\""), &answer(200, &[], ""), &[]);
    check(
        &text("\"caf\""),
        &answer(200, &[], b"caf\xe9"),
        &["text: wanted the string \"caf\", got the body \"caf\u{fffd}\" (not UTF-8 at byte 3)"],
    );
}

#[test]
fn text_of_several_lines_comes_with_its_difference() {
    let expect = text(r#""a\nb\nc""#);
    let view = AnswerView { status: 200, headers: &[], body: b"a\nx\nc" };
    let misses = judge(&expect, &view, &bind(&[]));
    assert_eq!(misses[0].difference[1..3], [DiffLine::Missing("b".into()), DiffLine::Extra("x".into())]);
}

#[test]
fn a_file_of_json_may_hold_markers() {
    let expect = file("todo.json", ExpectedContent::Json(pat(r#"{"id":"$int"}"#)));
    check(&expect, &answer(200, &[], "{\"id\": 7}"), &[]);
    check(&expect, &answer(200, &[], "{\"id\": null}"), &["json.id: wanted a whole number, got null"]);
}

#[test]
fn a_file_of_text_is_compared_line_by_line() {
    let expect = file("out.txt", ExpectedContent::Text("a\nb\n".into()));
    check(&expect, &answer(200, &[], "a\nb\n"), &[]);
    check(
        &expect,
        &answer(200, &[], "a\nc\n"),
        &[r#"text: wanted the text of out.txt, got the string "a\nc\n""#],
    );
    check(
        &expect,
        &answer(200, &[], b"\xff"),
        &["text: wanted the text of out.txt, got the body \"\u{fffd}\" (not UTF-8 at byte 0)"],
    );
}

#[test]
fn an_empty_body_has_no_bytes() {
    let expect = Expect { empty_body: Some(Span::default()), ..Expect::default() };
    check(&expect, &answer(204, &[], ""), &[]);
    check(&expect, &answer(200, &[], " "), &[r#"body: wanted no body, got the body " ""#]);
}

#[test]
fn what_can_never_be_judged_is_found_beforehand() {
    let expect = Expect {
        status: Some(pat("200")),
        json: Some(pat(
            r#"{"a":{"$each":{"$regex":"("}},"b":{"$schema":{"type":"strng"}},"c":{"$regex":"ok"}}"#,
        )),
        ..Expect::default()
    };
    let found = mistakes(&expect);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].what.contains("unclosed group"), "{found:?}");
    assert!(found[1].what.contains("strng"), "{found:?}");
}
