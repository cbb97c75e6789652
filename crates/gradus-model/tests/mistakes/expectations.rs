//! Mistakes in `expect`: unknown words, and expectations that nothing can fail or fulfil.

use super::*;

#[test]
fn right_expectations_have_no_mistakes() {
    for right in [
        "{ json: { $partial: { a: $int, b: { $optional: $string } } } }",
        "{ json: { a: { $optional: $any }, b: $any } }",
        "{ headers: { location: $absent, etag: $any, vary: { $optional: { $contains: origin } } } }",
        "{ headers: { content-length: 5, age: $int } }",
        "{ text: { $regex: '^a+$' } }",
        "{ text: { $regex: '^$' } }",
        "{ text: { $regex: '^[^<]*$' } }",
        "{ status: 204, body: $empty }",
        "{ status: { $not: 500 } }",
        "{ status: { $between: [200, 299] } }",
        "{ status: { $all_of: [ { $at_least: 200 }, { $not: 204 } ] } }",
        "{ json: { $each: $any } }",
        "{ json: { $size: { $at_least: 1 } } }",
        "{ json: { $size: 0 } }",
        "{ json: { $any_order: [] } }",
        "{ json: { $json: { a: 1 } } }",
        "{ json: { $schema: { type: object } } }",
        "{ json: { $approx: { value: 10.9, within: 0.01 } } }",
        "{ json: { $approx: { value: $(seed), within: 0 } } }",
        "{ json: { $$partial: {}, a: $$int } }",
        "{ json: { $$partial: {} } }",
        "{ text: 'costs $5' }",
    ] {
        check(&expecting(right), &[]);
    }
}

#[test]
fn unknown_keys_and_words_are_mistakes() {
    check(&expecting("{ statsu: 200, status: 200 }"), &["unknown key `statsu` @ `statsu`"]);
    check_help(&expecting("{ statsu: 200, status: 200 }"), "did you mean `status`?");
    check(&json("{ a: $strng }"), &["unknown marker `$strng` @ `$strng`"]);
    check_help(&json("{ a: $strng }"), "did you mean `$string`? For the text itself, write `$$strng`");
    check(&json("{ a: { $contain: x } }"), &["unknown operator `$contain` @ `$contain`"]);
    check(&json("$regex"), &["`$regex` needs an operand @ `$regex`"]);
    check(&json("{ $int: 1 }"), &["unknown operator `$int` @ `$int`"]);
}

#[test]
fn an_operator_stands_alone_in_its_map() {
    check(
        &json("{ $partial: { a: 1 }, $size: 3 }"),
        &[
            "`$partial` does not stand beside other keys @ `$partial`",
            "`$size` does not stand beside other keys @ `$size`",
        ],
    );
    check_help(&json("{ $size: 3, a: 1 }"), "give it a map of its own, or write `$$size` for the key itself");
}

#[test]
fn operands_have_their_types() {
    check(&json("{ $one_of: 3 }"), &["expected a list, found a number @ `3`"]);
    check(&json("{ $partial: [1] }"), &["expected a map, found a list @ `[1]`"]);
    check(&json("{ $at_most: many }"), &["expected a number or $(name), found text @ `many`"]);
    check(&json("{ $between: [1] }"), &["expected two numbers @ `[1]`"]);
    check(&json("{ $approx: 3 }"), &["expected a map with `value` and `within`, found a number @ `3`"]);
    check(&json("{ $approx: { value: 3 } }"), &["the key `within` is missing @ `value`"]);
    check(&json("{ $regex: 3 }"), &["expected text, found a number @ `3`"]);
    check(&json("{ $schema: 3 }"), &["expected a JSON Schema, or the path of one, found a number @ `3`"]);
}

#[test]
fn expectations_that_cannot_fail_are_mistakes() {
    cannot_fail(&expecting("{}"), "nothing is expected @ `{}`");
    cannot_fail(&expecting("{ headers: {} }"), "nothing is expected @ `{ headers: {} }`");
    cannot_fail(&json("{ $partial: {} }"), "every object has at least these keys @ `{}`");
    cannot_fail(&json("{ a: { $contains: '' } }"), "every text contains the empty text @ `''`");
    cannot_fail(&expecting("{ text: $any }"), "this is always text, if only an empty one @ `$any`");
    cannot_fail(&expecting("{ text: $string }"), "this is always text, if only an empty one @ `$string`");
    cannot_fail(&expecting("{ status: $int }"), "every status is a whole number from 100 to 599 @ `$int`");
    cannot_fail(&json("{ $one_of: [1, $any] }"), "this fits everything @ `$any`");
    cannot_fail(
        &json("{ $one_of: [$null, { $not: $null }] }"),
        "what is not one of these is another one @ `[$null, { $not: $null }]`",
    );
    assert_eq!(mistakes(&json("{ $one_of: [1, { $not: $int }] }")), Vec::<String>::new());
    check(
        &json("{ $all_of: [$int, { $not: $int }] }"),
        &["this expectation can't hold: what is one of these is not another one @ `[$int, { $not: $int }]`"],
    );
    cannot_fail(
        &json("{ $size: { $at_least: 0 } }"),
        "every size is a whole number from 0 @ `{ $at_least: 0 }`",
    );
    cannot_fail(&json("{ $size: $any }"), "every size is a whole number from 0 @ `$any`");
    cannot_fail(&json("{ $schema: {} }"), "everything is valid by the empty schema @ `{}`");
    let optional = "it may be missing, and may hold anything @ `$any`";
    cannot_fail(&json("{ $partial: { a: { $optional: $any } } }"), optional);
    cannot_fail(&expecting("{ headers: { a: { $optional: $any } } }"), optional);
}

#[test]
fn an_expression_that_is_found_in_every_text_cannot_fail() {
    for regex in ["a*", ".*", "^", "$", "a*$", "^(a|b*)", "", "(?m)^", "x?|y"] {
        let text = expecting(&format!("{{ text: {{ $regex: '{regex}' }} }}"));
        cannot_fail(&text, &format!("it is found in every text @ `'{regex}'`"));
    }
}

#[test]
fn expectations_that_nothing_can_fulfil_are_mistakes() {
    cannot_hold(&json("{ $one_of: [] }"), "there is nothing to choose from @ `[]`");
    cannot_hold(&json("{ $between: [5, 1] }"), "no number is between 5 and 1 @ `[5, 1]`");
    cannot_hold(&json("{ $not: $any }"), "the value must be there, and every value fits @ `$any`");
    cannot_hold(&json("{ $size: -1 }"), "every size is a whole number from 0 @ `-1`");
    cannot_hold(&json("{ $size: many }"), "every size is a whole number from 0 @ `many`");
    cannot_hold(&json("{ $approx: { value: 1, within: -1 } }"), "no distance is below 0 @ `-1`");
    cannot_hold(&expecting("{ status: 20 }"), "every status is a whole number from 100 to 599 @ `20`");
    cannot_hold(&expecting("{ status: ok }"), "every status is a whole number from 100 to 599 @ `ok`");
    cannot_hold(
        &expecting("{ status: [200, 204] }"),
        "every status is a whole number from 100 to 599 @ `[200, 204]`",
    );
    check_help(&expecting("{ status: [200, 204] }"), "write 200, or { $one_of: [200, 204] }");
    cannot_hold(&expecting("{ text: { a: 1 } }"), "this is always text, if only an empty one @ `{ a: 1 }`");
    cannot_hold(&expecting("{ headers: { vary: [a] } }"), "a header is text @ `[a]`");
    cannot_hold(&step("head: /, expect: { json: 1 }"), "an answer to HEAD has no body @ `1`");
}

#[test]
fn a_word_that_means_nothing_where_it_stands_is_a_mistake() {
    let absent = "`$absent` means something only at a key of an object or at a header @ `$absent`";
    check(&json("$absent"), &[absent]);
    check(&json("[$absent]"), &[absent]);
    check(&json("{ $one_of: [$absent, 1] }"), &[absent]);
    check(
        &json("{ $each: { $optional: 1 } }"),
        &["`$optional` means something only at a key of an object or at a header @ `{ $optional: 1 }`"],
    );
    check(&json("{ a: { $not: $absent } }"), &["`$not: $absent` says no more than `$any` @ `$absent`"]);
}

#[test]
fn the_body_is_expected_in_one_way() {
    let twice = |expect: &str, whole: &str| {
        check(&expecting(expect), &[&format!("the body is expected in two ways @ `{whole}`")]);
    };
    twice("{ json: 1, body: $empty }", "{ json: 1, body: $empty }");
    check(&expecting("{ body: nothing }"), &["expected `$empty` @ `nothing`"]);
    check(&expecting("{ json: { a: 1 }, text: { $contains: a } }"), &[]);
}

#[test]
fn a_wrong_expression_is_underlined_where_it_is_wrong() {
    let regex = |regex: &str| expecting(&format!("{{ text: {{ $regex: {regex} }} }}"));
    check(&regex("'ab(c'"), &["this is no regular expression: unclosed group @ `(`"]);
    check(
        &regex("'a{3,1}'"),
        &[
            "this is no regular expression: invalid repetition count range, the start must be <= the end @ `{3,1}`",
        ],
    );
    check(
        &regex("'a(?=b)'"),
        &[
            "this is no regular expression: look-around, including look-ahead and look-behind, is not supported @ `(?=`",
        ],
    );
    check(
        &regex("'\\p{Greeek}'"),
        &["this is no regular expression: Unicode property not found @ `\\p{Greeek}`"],
    );
    check(&regex("'^$(name)$'"), &["names are not filled into regular expressions @ `$(name)`"]);
    let large = mistakes(&regex("'(a{1000}){1000}'"));
    assert!(large[0].starts_with("this regular expression is too large"), "{large:?}");
}

#[test]
fn header_names_are_names() {
    check(&expecting("{ headers: { 'a b': 1 } }"), &["`a b` is no name of a header @ `'a b'`"]);
    check(&expecting("{ headers: { Vary: a, vary: b } }"), &["the header `vary` stands here twice @ `vary`"]);
}
