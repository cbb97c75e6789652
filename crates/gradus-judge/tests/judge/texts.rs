//! Text against text: lines, hints, bounds.

use gradus_judge::text::{self, hint, judge_text};
use gradus_model::outcome::DiffLine::{self, Extra, Gap, Missing, Same};
use gradus_model::source::Span;

fn difference(wanted: &str, got: &str) -> Vec<DiffLine> {
    let difference = text::difference(wanted, got);
    assert!(!difference.is_cut);
    difference.lines
}

fn same(text: &str) -> DiffLine {
    Same(text.into())
}

#[test]
fn equal_texts_have_no_miss_and_no_difference() {
    assert_eq!(judge_text("a\nb\n", "a\nb\n", "text", Span::default()), None);
    assert_eq!(difference("a\nb\n", "a\nb\n"), []);
    assert_eq!(hint("a", "a"), None);
}

#[test]
fn changed_lines_stand_between_equal_ones() {
    let lines = difference("a\nb\nc\n", "a\nx\nc\n");
    assert_eq!(lines, [same("a"), Missing("b".into()), Extra("x".into()), same("c")]);
}

#[test]
fn a_missing_newline_at_the_end_is_a_line_of_its_own() {
    assert_eq!(difference("a\n", "a"), [same("a"), Missing("".into())]);
    assert_eq!(difference("a", "a\n"), [same("a"), Extra("".into())]);
}

#[test]
fn equal_lines_far_from_a_difference_are_left_out() {
    let wanted: Vec<String> = (0..40).map(|line| line.to_string()).collect();
    let mut got = wanted.clone();
    got[10] = "x".into();
    got.remove(30);
    let lines = difference(&wanted.join("\n"), &got.join("\n"));
    assert_eq!(
        lines,
        [
            Gap(7),
            same("7"),
            same("8"),
            same("9"),
            Missing("10".into()),
            Extra("x".into()),
            same("11"),
            same("12"),
            same("13"),
            Gap(13),
            same("27"),
            same("28"),
            same("29"),
            Missing("30".into()),
            same("31"),
            same("32"),
            same("33"),
            Gap(6),
        ]
    );
}

#[test]
fn what_cannot_be_seen_is_said() {
    for (wanted, got, expected) in [
        ("a\n", "a", "only the newline at the end is missing"),
        ("a", "a\n", "only the newline at the end is too much"),
        ("a\nb\n", "a\r\nb\r\n", "only the line ends differ: CR LF and LF"),
        ("a\n", "a \n\n", "only blanks or newlines at the end differ"),
        ("a\nb\n", "a  \nb\n", "only blanks at the ends of lines differ"),
        ("a", " a", "only blanks at the beginning or the end differ"),
        ("a b", "a  b", "only blanks differ"),
        ("Hello", "hello", "only upper and lower case differ"),
    ] {
        assert_eq!(hint(wanted, got).as_deref(), Some(expected), "{wanted:?} {got:?}");
    }
    assert_eq!(hint("a", "b"), None);
}

#[test]
fn control_characters_are_escaped_in_lines() {
    assert_eq!(difference("a", "\u{1b}[31m\r"), [Missing("a".into()), Extra("\\u{1b}[31m\\r".into())]);
}

#[test]
fn a_huge_difference_is_bounded() {
    let wanted: String = (0..200_000).map(|line| format!("{line}\n")).collect();
    let got: String = (0..200_000).map(|line| format!("x{line}\n")).collect();
    let difference = text::difference(&wanted, &got);
    assert!(difference.is_cut && difference.lines.len() == 200, "{}", difference.lines.len());
    let long = text::difference("x", &"y".repeat(1_000_000));
    assert!(matches!(&long.lines[1], Extra(line) if line.len() < 300));
}

#[test]
fn a_difference_beyond_what_is_compared_is_told_as_cut() {
    let mut lines = vec!["same"; 5_000];
    lines[10] = "one";
    lines[4_000] = "two";
    let difference = text::difference(&vec!["same"; 5_000].join("\n"), &lines.join("\n"));
    assert!(difference.is_cut);
    let miss = judge_text("a", &"b\n".repeat(10_000), "text", Span::default()).expect("they differ");
    assert_eq!(miss.note.as_deref(), Some("only the beginning of the difference is shown"));
}
