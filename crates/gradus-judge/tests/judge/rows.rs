//! Rows of queries: multisets or lists, numbers by value, `null` only like itself.

use gradus_judge::rows::{Table, judge};
use gradus_model::json::Json;
use gradus_model::outcome::DiffLine;
use gradus_model::select::Likeness;
use gradus_model::source::Span;

/// A table from text: columns, then rows; `1` is a number, `-` is null, `yes` a bool, anything else text.
fn table(text: &str) -> Table {
    let mut lines = text.split(';').map(|line| line.split_whitespace().collect::<Vec<_>>());
    let columns = lines.next().unwrap_or_default().into_iter().map(str::to_owned).collect();
    let cell = |word: &str| match word {
        "-" => Json::Null,
        "yes" => Json::Bool(true),
        _ if gradus_judge::number::is_number(word) => Json::Number(word.to_owned()),
        _ => Json::from(word),
    };
    Table { columns, rows: lines.map(|line| line.into_iter().map(cell).collect()).collect() }
}

fn said(wanted: &str, got: &str, like: &Likeness) -> Vec<String> {
    let misses = judge(&table(wanted), &table(got), like, Span::default());
    let lines = |difference: Vec<DiffLine>| {
        let lines = difference.into_iter().map(|line| match line {
            DiffLine::Missing(text) => format!("- {text}"),
            DiffLine::Extra(text) => format!("+ {text}"),
            other => format!("{other:?}"),
        });
        lines.collect::<Vec<_>>()
    };
    misses
        .into_iter()
        .flat_map(|miss| {
            let head = format!("{}: wanted {}, got {}", miss.path, miss.wanted, miss.got);
            [vec![head], lines(miss.difference)].concat()
        })
        .collect()
}

fn any(wanted: &str, got: &str) -> Vec<String> {
    said(wanted, got, &Likeness::default())
}

const NONE: [&str; 0] = [];

#[test]
fn rows_come_in_any_order_unless_one_is_wanted() {
    assert_eq!(any("a b;1 x;2 y", "a b;2 y;1 x"), NONE);
    let ordered = Likeness { ordered: true, ..Likeness::default() };
    assert_eq!(said("a;1;2", "a;1;2", &ordered), NONE);
    assert_eq!(
        said("a;1;2;3", "a;1;3;2", &ordered),
        [
            "rows: wanted 3 rows in this order, got the right rows in another order: row 2 differs first",
            "- a = 2",
            "+ a = 3"
        ]
    );
}

#[test]
fn a_row_counts_as_often_as_it_comes() {
    assert_eq!(
        any("a;1;1;2", "a;1;2;2"),
        ["rows: wanted 3 rows, got 3 rows, of which 1 is missing, and 1 is too many", "- a = 1", "+ a = 2"]
    );
    assert_eq!(any("a;1", "a;1;1"), ["rows: wanted 1 row, got 2 rows, of which 1 is too many", "+ a = 1"]);
    assert_eq!(any("a;1", "a"), ["rows: wanted 1 row, got no rows: 1 is missing", "- a = 1"]);
    assert_eq!(any("a", "a"), NONE);
}

#[test]
fn what_is_missing_stands_beside_what_is_there_in_its_place() {
    assert_eq!(
        any("who total;ada 1;bob 2", "who total;bob 3;ada 4"),
        [
            "rows: wanted 2 rows, got 2 rows, of which 2 are missing, and 2 are too many",
            "- who = \"ada\", total = 1",
            "+ who = \"ada\", total = 4",
            "- who = \"bob\", total = 2",
            "+ who = \"bob\", total = 3"
        ]
    );
}

#[test]
fn columns_are_told_by_name_in_any_order_or_by_place() {
    assert_eq!(any("a B;1 x", "b A;x 1"), NONE);
    assert_eq!(any("a b;1 x", "a c;1 x"), ["columns: wanted a, b, got a, c"]);
    assert_eq!(any("a b;1 x", "a;1"), ["columns: wanted a, b, got a"]);
    assert_eq!(any("a b;1 1", "a a;1 1"), ["columns: wanted a, b, got a, a"]);
    let placed = Likeness { placed: true, ..Likeness::default() };
    assert_eq!(said("a b;1 x", "c d;1 x", &placed), NONE);
    assert_eq!(said("a b;1 x", "b a;x 1", &placed).len(), 3);
    // Fixed rows of which there are none have no columns.
    assert_eq!(any("", "a b"), NONE);
}

#[test]
fn numbers_are_compared_by_value_and_null_is_nothing_else() {
    assert_eq!(any("a;1.50;100", "a;1.5;1e2"), NONE);
    assert_eq!(any("a;yes", "a;1"), NONE);
    for other in ["0", "x", "yes"] {
        assert_eq!(any("a;-", &format!("a;{other}")).len(), 3, "{other}");
    }
    // Text is no number, whatever it looks like.
    let text = Table { columns: vec!["a".into()], rows: vec![vec![Json::from("1")]] };
    assert_eq!(judge(&table("a;1"), &text, &Likeness::default(), Span::default()).len(), 1);
}

#[test]
fn numbers_may_differ_by_as_much_as_is_said_and_no_more() {
    let within = Likeness { within: Some("0.005".to_owned()), ..Likeness::default() };
    assert_eq!(said("a b;x 0.333;x 0.667", "a b;x 0.6666667;x 0.3333333", &within), NONE);
    assert_eq!(said("a;0.33", "a;0.34", &within).len(), 3);
    assert_eq!(said("a;0.33;0.33", "a;0.331;0.5", &within).len(), 3);
    let ordered = Likeness { ordered: true, ..within };
    assert_eq!(said("a;0.333;0.667", "a;0.3333;0.6667", &ordered), NONE);
}

#[test]
fn only_the_first_differences_are_shown() {
    let wanted = format!("a{}", (0..40).map(|n| format!(";{n}")).collect::<String>());
    let misses = judge(&table(&wanted), &table("a;x"), &Likeness::default(), Span::default());
    assert_eq!(misses[0].difference.len(), 6);
    assert_eq!(misses[0].note.as_deref(), Some("35 more are not shown"));
}
