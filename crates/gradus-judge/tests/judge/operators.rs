//! Markers and operators, one fact each.

use crate::build::{check, check_with, fits, misses, written};

#[test]
fn markers_take_their_class_and_nothing_else() {
    let right = [
        ("$int", vec!["1", "1.0", "1e2", "-3"]),
        ("$number", vec!["1", "1.0", "1e2", "-3", "1.5", "1e-400"]),
        ("$bool", vec!["true", "false"]),
        ("$null", vec!["null"]),
        ("$object", vec!["{}", r#"{"a":1}"#]),
        ("$array", vec!["[]", "[1]"]),
        ("$empty", vec!["\"\"", "[]", "{}"]),
        ("$uuid", vec!["\"123e4567-e89b-12d3-a456-426614174000\""]),
        ("$date", vec!["\"2024-02-29\""]),
        ("$datetime", vec!["\"2024-02-29T01:02:03Z\""]),
        ("$url", vec!["\"http://127.0.0.1:1/x\""]),
        ("$email", vec!["\"a@b.co\""]),
    ];
    let every: Vec<&str> = right.iter().flat_map(|(_, values)| values).copied().collect();
    for (marker, values) in &right {
        for value in &every {
            let pattern = format!("\"{marker}\"");
            if values.contains(value) { fits(&pattern, value) } else { misses(&pattern, value) }
        }
    }
    every.iter().for_each(|value| fits("\"$any\"", value));
    every.iter().for_each(|value| misses("\"$absent\"", value));
    every.iter().for_each(|value| {
        if value.starts_with('"') { fits("\"$string\"", value) } else { misses("\"$string\"", value) }
    });
}

#[test]
fn a_list_is_sorted_when_nothing_is_less_than_what_stands_before_it() {
    let sorted = "\"$sorted\"";
    for list in ["[1,2]", "[1,1.0,1e0,2]", "[-2,-1.5,0]", r#"["B","a","é"]"#] {
        fits(sorted, list);
    }
    // Fewer than two, or things that have no order.
    for list in ["[]", "[1]", r#"[1,"2"]"#, "[true,true]", "[[1],[2]]", "\"ab\"", "{}"] {
        misses(sorted, list);
    }
    let wanted = "a list of two or more numbers or texts, each not less than the one before";
    check(
        sorted,
        "[1,7,3]",
        &[&format!(
            "json: wanted {wanted}, got the list [1, 7, 3] ([2] is the number 3, after the number 7)"
        )],
    );
}

#[test]
fn a_regex_is_found_anywhere_unless_anchored() {
    fits(r#"{"$regex":"b+"}"#, "\"abbc\"");
    misses(r#"{"$regex":"^b+$"}"#, "\"abbc\"");
    check(
        r#"{"$regex":"^\\d+$"}"#,
        "\"12a\"",
        &[r#"json: wanted a string in which `^\d+$` is found, got the string "12a""#],
    );
    check(r#"{"$regex":"1"}"#, "1", &["json: wanted a string in which `1` is found, got the number 1"]);
}

#[test]
fn text_contains_text() {
    fits(r#"{"$contains":"json"}"#, "\"application/json\"");
    check(
        r#"{"$contains":"json"}"#,
        "\"text/html\"",
        &[r#"json: wanted text that contains "json", got the string "text/html""#],
    );
    check(
        r#"{"$contains":"json"}"#,
        "\"JSON\"",
        &[
            r#"json: wanted text that contains "json", got the string "JSON" (it is there in other upper and lower case)"#,
        ],
    );
    check(
        r#"{"$contains":"json"}"#,
        "3",
        &[r#"json: wanted text that contains "json", or a list with the string "json", got the number 3"#],
    );
}

#[test]
fn one_of_takes_any_and_shows_the_nearest() {
    fits(r#"{"$one_of":[200,204]}"#, "204");
    check(
        r#"{"$one_of":[200,204]}"#,
        "404",
        &["json: wanted the number 200 or the number 204, got the number 404"],
    );
    check(
        r#"{"$one_of":[{"a":1,"b":2},{"c":3}]}"#,
        r#"{"a":1,"b":3}"#,
        &[
            "json: wanted an object with the keys a, b or an object with the key c, got an object with the keys a, b \
         (nearest: json.b: wanted the number 2, got the number 3)",
        ],
    );
}

#[test]
fn all_of_tells_each_part_that_fails() {
    fits(r#"{"$all_of":["$int",{"$at_least":1}]}"#, "1");
    check(
        r#"{"$all_of":["$int",{"$at_least":1},{"$not":0}]}"#,
        "0.5",
        &[
            "json: wanted a whole number, got the number 0.5",
            "json: wanted a number of at least 1, got the number 0.5",
        ],
    );
    // What is not there is told once.
    check(
        r#"{"a":{"$all_of":["$int",{"$at_least":1}]}}"#,
        "{}",
        &["json.a: wanted a whole number and a number of at least 1, got nothing"],
    );
}

#[test]
fn not_turns_a_pattern_round() {
    fits(r#"{"$not":{"$contains":"x"}}"#, "\"abc\"");
    check(
        r#"{"$not":{"$contains":"x"}}"#,
        "\"x\"",
        &[
            r#"json: wanted anything but text that contains "x", or a list with the string "x", got the string "x""#,
        ],
    );
}

#[test]
fn bounds_include_their_ends() {
    for (value, holds) in
        [("1", true), ("5.0", true), ("0.999", false), ("5.00000000000000000001", false), ("1e400", false)]
    {
        if holds { fits(r#"{"$between":[1,5]}"#, value) } else { misses(r#"{"$between":[1,5]}"#, value) }
    }
    fits(r#"{"$at_most":5}"#, "5");
    fits(r#"{"$at_least":5}"#, "5");
    check(r#"{"$at_most":5}"#, "6", &["json: wanted a number of at most 5, got the number 6"]);
    check(
        r#"{"$between":[1,5]}"#,
        "\"3\"",
        &[
            r#"json: wanted a number from 1 to 5, got the string "3" (it stands in quotes, so it is a string)"#,
        ],
    );
}

#[test]
fn approx_is_exact_about_its_distance() {
    fits(r#"{"$approx":{"value":10.9,"within":0.01}}"#, "10.91");
    check(
        r#"{"$approx":{"value":10.9,"within":0.01}}"#,
        "10.911",
        &["json: wanted a number within 0.01 of 10.9, got the number 10.911"],
    );
}

#[test]
fn bounds_may_be_names() {
    check_with(&[("n", "5")], r#"{"$at_most":"$(n)"}"#, "5", &[]);
    check_with(
        &[("n", "5")],
        r#"{"$at_most":"$(n)"}"#,
        "6",
        &["json: wanted a number of at most 5, got the number 6"],
    );
    check_with(
        &[("n", "\"x\"")],
        r#"{"$at_most":"$(n)"}"#,
        "6",
        &[
            r#"json: wanted a number of at most x, got the number 6 (the expectation itself needs a number, but "x" is none)"#,
        ],
    );
}

#[test]
fn json_within_a_string_is_judged_with_its_own_path() {
    fits(r#"{"$json":{"a":1}}"#, r#""{\"a\":1}""#);
    check(
        r#"{"p":{"$json":{"a":[1]}}}"#,
        r#"{"p":"{\"a\":[2]}"}"#,
        &["json.p.$json.a[0]: wanted the number 1, got the number 2"],
    );
    check(
        r#"{"$json":{"a":1}}"#,
        r#""{a:1}""#,
        &["json: wanted a string of JSON that is an object with the key a, got the string \"{a:1}\" \
         (not JSON: expected a key in quotes or `}` at byte 1, found `a`)"],
    );
    check(
        r#"{"$json":"$any"}"#,
        r#""{\"a\":1,\"a\":1}""#,
        &[
            "json.$json.a: wanted each key once, got the key more than once (readers of JSON disagree about which of the values counts)",
        ],
    );
}

#[test]
fn a_schema_tells_each_error_at_its_place() {
    let schema = r#"{"$schema":{"type":"object","required":["id"],"properties":{"id":{"type":"integer"},"mail":{"format":"email"}}}}"#;
    fits(schema, r#"{"id":1,"mail":"a@b.co"}"#);
    check(
        schema,
        r#"{"id":"x","mail":"nobody"}"#,
        &[
            r#"json.id: wanted a value that is valid by the JSON Schema, got the string "x" (value is not of type "integer")"#,
            r#"json.mail: wanted a value that is valid by the JSON Schema, got the string "nobody" (value is not a "email")"#,
        ],
    );
    check(
        schema,
        "{}",
        &[
            r#"json: wanted a value that is valid by the JSON Schema, got an empty object ("id" is a required property)"#,
        ],
    );
}

#[test]
fn a_header_is_text_that_may_spell_a_number() {
    written("5", "5", &[]);
    written("5", "5.0", &[]);
    written("true", "true", &[]);
    written("null", "null", &[]);
    written("\"$int\"", "60", &[]);
    written("\"$number\"", "0.5", &[]);
    written("\"$bool\"", "false", &[]);
    written("\"$string\"", "60", &[]);
    written("\"60\"", "60", &[]);
    written(r#"{"$between":[1,60]}"#, "60", &[]);
    written(r#"{"$one_of":[1,{"$at_most":3}]}"#, "2", &[]);
    written(r#"{"$all_of":["$int",{"$regex":"^6"}]}"#, "60", &[]);
    written(r#"{"$contains":6}"#, "a 60 b", &[]);
    written(r#"{"$size":2}"#, "60", &[]);
    written(r#"{"$json":{"a":1}}"#, r#"{"a":1}"#, &[]);
    written(
        r#"{"$json":{"a":"$int"}}"#,
        r#"{"a":"1"}"#,
        &[
            r#"headers.x.$json.a: wanted a whole number, got the string "1" (it stands in quotes, so it is a string)"#,
        ],
    );
    written("5", "05", &[r#"headers.x: wanted the number 5, got the string "05""#]);
    written("\"$int\"", "x", &[r#"headers.x: wanted a whole number, got the string "x""#]);
    written("\"$null\"", "null", &[r#"headers.x: wanted null, got the string "null""#]);
}
