//! Objects: exact, partial, missing and unexpected keys.

use crate::build::{check, check_with, fits, misses};

#[test]
fn the_order_of_keys_means_nothing() {
    fits(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#);
}

#[test]
fn every_missing_and_unexpected_key_is_a_miss() {
    check(
        r#"{"id":"$int","done":false}"#,
        r#"{"owner":null,"extra":[]}"#,
        &[
            "json.id: wanted a whole number, got nothing",
            "json.done: wanted the bool false, got nothing",
            "json.owner: wanted nothing, got null (an unexpected key)",
            "json.extra: wanted nothing, got an empty list (an unexpected key)",
        ],
    );
}

#[test]
fn a_key_that_is_nearly_right_is_noticed() {
    check(
        r#"{"title":"a"}"#,
        r#"{"titel":"a"}"#,
        &[
            r#"json.title: wanted the string "a", got nothing (`titel` is there: is it meant?)"#,
            r#"json.titel: wanted nothing, got the string "a" (an unexpected key: is `title` meant?)"#,
        ],
    );
    check(
        r#"{"$partial":{"created_at":"$datetime"}}"#,
        r#"{"createdAt":1}"#,
        &[
            "json.created_at: wanted a date and time (RFC 3339), got nothing (`createdAt` is there: is it meant?)",
        ],
    );
    check(
        r#"{"$partial":{"title":"a","titles":[]}}"#,
        r#"{"titles":[]}"#,
        &[r#"json.title: wanted the string "a", got nothing"#],
    );
}

#[test]
fn null_is_not_absent() {
    check(r#"{"a":null}"#, "{}", &["json.a: wanted null, got nothing"]);
    check(r#"{"a":"$absent"}"#, r#"{"a":null}"#, &["json.a: wanted nothing, got null"]);
    fits(r#"{"a":"$absent"}"#, "{}");
    fits(r#"{"a":"$any"}"#, r#"{"a":null}"#);
    check(r#"{"a":"$any"}"#, "{}", &["json.a: wanted anything, got nothing"]);
}

#[test]
fn partial_allows_other_keys_but_is_exact_below() {
    fits(r#"{"$partial":{"a":1}}"#, r#"{"a":1,"b":2}"#);
    check(
        r#"{"$partial":{"a":{"x":1}}}"#,
        r#"{"a":{"x":1,"y":2},"b":2}"#,
        &["json.a.y: wanted nothing, got the number 2 (an unexpected key)"],
    );
    check(
        r#"{"$partial":{"a":1}}"#,
        "[]",
        &["json: wanted an object at least with the key a, got an empty list"],
    );
}

#[test]
fn optional_keys_may_be_missing_but_must_fit() {
    fits(r#"{"a":{"$optional":"$int"}}"#, "{}");
    fits(r#"{"a":{"$optional":"$int"}}"#, r#"{"a":1}"#);
    check(
        r#"{"a":{"$optional":"$int"}}"#,
        r#"{"a":"x"}"#,
        &[r#"json.a: wanted a whole number, got the string "x""#],
    );
}

#[test]
fn absent_can_be_one_of_several() {
    fits(r#"{"a":{"$one_of":["$absent",null]}}"#, "{}");
    fits(r#"{"a":{"$one_of":["$absent",null]}}"#, r#"{"a":null}"#);
    check(
        r#"{"a":{"$one_of":["$absent",null]}}"#,
        r#"{"a":1}"#,
        &["json.a: wanted nothing or null, got the number 1"],
    );
}

#[test]
fn a_denied_value_must_still_be_there() {
    check(r#"{"a":{"$not":1}}"#, "{}", &["json.a: wanted anything but the number 1, got nothing"]);
    misses(r#"{"a":{"$not":"$absent"}}"#, "{}");
    fits(r#"{"a":{"$not":"$absent"}}"#, r#"{"a":null}"#);
}

#[test]
fn odd_keys_are_quoted_in_paths() {
    check(
        r#"{"a b":{"0":1,"":2,"x-y":3,"q\"":4}}"#,
        r#"{"a b":{"0":0,"":0,"x-y":0,"q\"":0}}"#,
        &[
            r#"json["a b"]["0"]: wanted the number 1, got the number 0"#,
            r#"json["a b"][""]: wanted the number 2, got the number 0"#,
            r#"json["a b"].x-y: wanted the number 3, got the number 0"#,
            r#"json["a b"]["q\""]: wanted the number 4, got the number 0"#,
        ],
    );
}

#[test]
fn keys_may_be_names() {
    check_with(
        &[("key", "\"k1\"")],
        r#"{"$(key)":1}"#,
        r#"{"k1":2}"#,
        &["json.k1: wanted the number 1, got the number 2"],
    );
}

#[test]
fn long_objects_are_judged_like_short_ones() {
    let entries: Vec<String> = (0..200).map(|key| format!("\"k{key}\":{key}")).collect();
    let object = format!("{{{}}}", entries.join(","));
    fits(&object, &object);
    let other = object.replace("\"k150\":150", "\"other\":1");
    check(
        &object,
        &other,
        &[
            "json.k150: wanted the number 150, got nothing",
            "json.other: wanted nothing, got the number 1 (an unexpected key)",
        ],
    );
}
