//! Lists in order, in any order, and by their elements.

use crate::build::{check, fits, misses};

#[test]
fn the_order_of_elements_matters() {
    check(
        "[1,2]",
        "[2,1]",
        &["json[0]: wanted the number 1, got the number 2", "json[1]: wanted the number 2, got the number 1"],
    );
}

#[test]
fn missing_and_unexpected_elements_are_misses() {
    check("[1,2]", "[1]", &["json[1]: wanted the number 2, got nothing"]);
    check("[1]", "[1,2]", &["json[1]: wanted nothing, got the number 2 (an unexpected element)"]);
    check("[]", "[null]", &["json[0]: wanted nothing, got null (an unexpected element)"]);
}

#[test]
fn each_of_nothing_is_a_miss() {
    check(
        r#"{"$each":"$int"}"#,
        "[]",
        &["json: wanted a list of one or more elements, each a whole number, got an empty list"],
    );
}

#[test]
fn each_tells_every_element_that_does_not_fit() {
    fits(r#"{"$each":"$int"}"#, "[1,2]");
    check(
        r#"{"$each":{"$partial":{"id":"$int"}}}"#,
        r#"[{"id":1},{"id":"2"},3]"#,
        &[
            r#"json[1].id: wanted a whole number, got the string "2" (it stands in quotes, so it is a string)"#,
            "json[2]: wanted an object at least with the key id, got the number 3",
        ],
    );
    check(
        r#"{"$each":"$int"}"#,
        "{}",
        &["json: wanted a list of one or more elements, each a whole number, got an empty object"],
    );
}

#[test]
fn a_list_contains_an_element_that_fits() {
    fits(r#"{"$contains":2}"#, "[1,2.0,3]");
    fits(r#"{"$contains":{"$partial":{"id":2}}}"#, r#"[{"id":1},{"id":2,"x":0}]"#);
    misses(r#"{"$contains":"$any"}"#, "[]");
    misses(r#"{"$contains":2}"#, r#"["2"]"#);
}

#[test]
fn the_nearest_element_is_shown_when_none_is_contained() {
    check(
        r#"{"$contains":{"id":2,"title":"a","done":true}}"#,
        r#"[{"id":1,"title":"b","done":false},{"id":2,"title":"a","done":false},7]"#,
        &[
            "json: wanted an element that is an object with the keys id, title, done, got no such element among 3 \
         (the nearest is json[1], but json[1].done: wanted the bool true, got the bool false)",
        ],
    );
    check(
        r#"{"$contains":{"id":2}}"#,
        "[]",
        &["json: wanted an element that is an object with the key id, got an empty list"],
    );
}

#[test]
fn any_order_is_exact_but_for_the_order() {
    fits(r#"{"$any_order":[1,2,3]}"#, "[3,1,2]");
    fits(r#"{"$any_order":[]}"#, "[]");
    misses(r#"{"$any_order":[1,2]}"#, "[1]");
    misses(r#"{"$any_order":[1,2]}"#, "[1,2,2]");
    misses(r#"{"$any_order":[1,1,2]}"#, "[1,2,2]");
    misses(r#"{"$any_order":[1]}"#, r#"{"0":1}"#);
}

#[test]
fn a_loose_pattern_does_not_steal_the_element_of_a_strict_one() {
    fits(r#"{"$any_order":["$any",1]}"#, "[1,2]");
    fits(r#"{"$any_order":["$any","$int",1]}"#, r#"[1,2,"x"]"#);
    fits(r#"{"$any_order":["$int",{"$at_most":2},{"$at_most":1}]}"#, "[1,2,3]");
    misses(r#"{"$any_order":["$int",{"$at_most":1},{"$at_most":1}]}"#, "[1,2,3]");
}

#[test]
fn the_nearest_free_element_is_shown_for_each_that_is_missing() {
    check(
        r#"{"$any_order":[{"id":1,"n":"a"},{"id":2,"n":"b"}]}"#,
        r#"[{"id":2,"n":"x"},{"id":1,"n":"a"}]"#,
        &["json: wanted an element that is an object with the keys id, n, got no such element among 2 \
         (the nearest is json[0], but json[0].n: wanted the string \"b\", got the string \"x\")"],
    );
    check(
        r#"{"$any_order":[1,2]}"#,
        "[1,3]",
        &[
            "json: wanted an element that is the number 2, got no such element among 2 (json[1] is the number 3)",
        ],
    );
    check(
        r#"{"$any_order":[1,2]}"#,
        "[2]",
        &["json: wanted an element that is the number 1, got no such element among 1"],
    );
    check(
        r#"{"$any_order":[1]}"#,
        "[1,5]",
        &["json[1]: wanted nothing, got the number 5 (an unexpected element)"],
    );
}

#[test]
fn size_counts_characters_elements_and_keys() {
    fits(r#"{"$size":3}"#, "\"äöü\"");
    fits(r#"{"$size":2}"#, "[1,[2,3]]");
    fits(r#"{"$size":1}"#, r#"{"a":{}}"#);
    fits(r#"{"$size":{"$at_least":1}}"#, "[1]");
    check(r#"{"$size":3}"#, "[1]", &["json: wanted a size of 3, got a list of 1 element"]);
    check(
        r#"{"$size":{"$at_most":2}}"#,
        "\"abc\"",
        &["json: wanted a size of at most 2, got a string of 3 characters"],
    );
    check(r#"{"$size":0}"#, r#"{"a":1}"#, &["json: wanted a size of 0, got an object of 1 key"]);
    check(r#"{"$size":1}"#, "7", &["json: wanted a size of 1, got the number 7"]);
}
