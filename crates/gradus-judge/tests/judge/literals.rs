//! Literals mean themselves, names what they stand for.

use crate::build::{check, check_with, fits, misses};

#[test]
fn a_literal_fits_only_itself() {
    for value in ["null", "true", "0", "\"\"", "\"a\"", "[]", "{}", "[1,[2]]", r#"{"a":{"b":null}}"#] {
        fits(value, value);
    }
    let different =
        ["null", "true", "false", "0", "1", "\"\"", "\"0\"", "\"null\"", "[]", "[0]", "{}", r#"{"a":0}"#];
    for pattern in different {
        different.iter().filter(|value| **value != pattern).for_each(|value| misses(pattern, value));
    }
}

#[test]
fn a_mismatch_tells_types() {
    check("3", "4", &["json: wanted the number 3, got the number 4"]);
    check("\"a\"", "null", &[r#"json: wanted the string "a", got null"#]);
    check("true", "false", &["json: wanted the bool true, got the bool false"]);
    check("null", "0", &["json: wanted null, got the number 0"]);
    check("[]", "{}", &["json: wanted an empty list, got an empty object"]);
    check(r#"{"a":1,"b":2}"#, "[1, 2]", &["json: wanted an object with the keys a, b, got the list [1, 2]"]);
    check(r#"{"a":1}"#, "\"a\"", &[r#"json: wanted an object with the key a, got the string "a""#]);
}

#[test]
fn numbers_compare_by_value() {
    fits("1", "1.0");
    fits("100", "1e2");
    fits("1e400", "10e399");
    misses("9007199254740993", "9007199254740992");
}

#[test]
fn the_right_value_in_quotes_is_told_apart() {
    check(
        "3",
        "\"3\"",
        &[r#"json: wanted the number 3, got the string "3" (it stands in quotes, so it is a string)"#],
    );
    check(
        "true",
        "\"true\"",
        &[r#"json: wanted the bool true, got the string "true" (it stands in quotes, so it is a string)"#],
    );
    check(
        "null",
        "\"null\"",
        &[r#"json: wanted null, got the string "null" (it stands in quotes, so it is a string)"#],
    );
    check(
        "\"3\"",
        "3",
        &[r#"json: wanted the string "3", got the number 3 (it is a number; a string stands in quotes)"#],
    );
    check(
        "\"$int\"",
        "\"3\"",
        &[r#"json: wanted a whole number, got the string "3" (it stands in quotes, so it is a string)"#],
    );
    check("\"$bool\"", "\"no\"", &[r#"json: wanted true or false, got the string "no""#]);
}

#[test]
fn text_that_differs_invisibly_gets_a_hint() {
    check(
        r#""Bread""#,
        r#""bread""#,
        &[r#"json: wanted the string "Bread", got the string "bread" (only upper and lower case differ)"#],
    );
    check(
        r#""a""#,
        r#""a ""#,
        &[r#"json: wanted the string "a", got the string "a " (only blanks or newlines at the end differ)"#],
    );
    check(
        r#""a b""#,
        "\"a\u{a0}b\"",
        &["json: wanted the string \"a b\", got the string \"a\\u{a0}b\" (only blanks differ)"],
    );
    check(r#""ab""#, "\"a\u{200b}b\"", &["json: wanted the string \"ab\", got the string \"a\\u{200b}b\""]);
}

#[test]
fn a_name_alone_keeps_its_type() {
    check_with(&[("id", "7")], r#""$(id)""#, "7.0", &[]);
    check_with(
        &[("id", "7")],
        r#""$(id)""#,
        "\"7\"",
        &[r#"json: wanted the number 7, got the string "7" (it stands in quotes, so it is a string)"#],
    );
    check_with(
        &[("id", "\"7\"")],
        r#""$(id)""#,
        "7",
        &[r#"json: wanted the string "7", got the number 7 (it is a number; a string stands in quotes)"#],
    );
    check_with(&[("n", "null")], r#""$(n)""#, "null", &[]);
}

#[test]
fn a_name_inside_text_is_inserted() {
    check_with(&[("id", "7")], r#""/todos/$(id)""#, r#""/todos/7""#, &[]);
    check_with(
        &[("id", "7")],
        r#""/todos/$(id)""#,
        r#""/todos/8""#,
        &[r#"json: wanted the string "/todos/7", got the string "/todos/8""#],
    );
}

#[test]
fn a_name_of_an_object_is_compared_inside() {
    check_with(
        &[("todo", r#"{"id":1,"tags":["a","b"]}"#)],
        r#""$(todo)""#,
        r#"{"tags":["a","b"],"id":1.0}"#,
        &[],
    );
    check_with(
        &[("todo", r#"{"id":1,"tags":["a","b"]}"#)],
        r#"{"got":"$(todo)"}"#,
        r#"{"got":{"id":1,"tags":["a","c"]}}"#,
        &[r#"json.got.tags[1]: wanted the string "b", got the string "c""#],
    );
    check_with(
        &[("todo", r#"{"id":1}"#)],
        r#""$(todo)""#,
        "3",
        &["json: wanted an object with the key id, got the number 3"],
    );
}

#[test]
fn a_saved_value_that_looks_like_a_marker_is_text() {
    check_with(&[("title", r#""$any""#)], r#""$(title)""#, r#""$any""#, &[]);
    check_with(
        &[("title", r#""$any""#)],
        r#""$(title)""#,
        "3",
        &[r#"json: wanted the string "$any", got the number 3"#],
    );
    check_with(
        &[("o", r#"{"$not":1}"#)],
        r#""$(o)""#,
        "2",
        &["json: wanted an object with the key $not, got the number 2"],
    );
}

#[test]
fn long_strings_are_shortened_and_still_told_apart() {
    let (wanted, got) = (format!("{}x", "a".repeat(300)), format!("{}y", "a".repeat(300)));
    let shown = format!("the string \"{}…\" (301 characters)", "a".repeat(200));
    check(
        &format!("\"{wanted}\""),
        &format!("\"{got}\""),
        &[&format!(
            "json: wanted {shown}, got {shown} (the first difference is at character 301: wanted \"x\", got \"y\")"
        )],
    );
}
