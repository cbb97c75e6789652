//! Mistakes in what is sent and drawn: values, value functions, generators.

use super::*;

fn body(json: &str) -> String {
    step(&format!("post: /, json: {json}, expect: {{ status: 200 }}"))
}

#[test]
fn right_values_have_no_mistakes() {
    check(&body("{ a: { $sha256: x }, b: { $base64: x }, c: $$words, d: 'costs $5', $$int: 1 }"), &[]);
    check(&body("{ a: { $hmac_sha256: { key: k, message: m } } }"), &[]);
    check(&body("{ a: { $jwt: { secret: s, claims: { sub: x } } } }"), &[]);
    check(&body("$ecret"), &[]);
}

#[test]
fn value_functions_are_known_and_take_their_operands() {
    check(&body("{ $sha25: x }"), &["unknown value function `$sha25` @ `$sha25`"]);
    check_help(&body("{ $sha25: x }"), "did you mean `$sha256`? For the text itself, write `$$sha25`");
    check(&body("{ $jwt: { secret: s } }"), &["the key `claims` is missing @ `secret`"]);
    check(&body("{ $hmac_sha256: x }"), &["expected a map, found text @ `x`"]);
    check(&body("$sha256"), &["`$sha256` needs an operand @ `$sha256`"]);
}

#[test]
fn markers_and_generators_mean_nothing_in_a_value() {
    check(&body("{ a: $words }"), &["`$words` means something only in `vars` @ `$words`"]);
    check(&body("{ a: { $pick: [1] } }"), &["`$pick` means something only in `vars` @ `$pick`"]);
    check(&body("{ a: $datetime }"), &["`$datetime` means something only in `expect` @ `$datetime`"]);
    check_help(&body("{ a: $datetime }"), "for the text itself, write `$$datetime`");
}

#[test]
fn generators_are_known_and_take_their_operands() {
    check(
        &drawing(
            "{ a: $words, b: { $words: 3 }, c: { $int: { from: 1, to: 6 } }, d: { $string: { length: 8 } }, \
             e: { $pick: [1, x] }, f: { $now_plus: 1h }, g: [1], h: $uuid, i: $email, j: $name, k: $bool, l: $number }",
        ),
        &[],
    );
    check(&drawing("{ a: $wrds }"), &["unknown generator `$wrds` @ `$wrds`"]);
    check(&drawing("{ a: $pick }"), &["`$pick` needs an operand @ `$pick`"]);
    check(&drawing("{ a: { $uuid: 4 } }"), &["`$uuid` takes no operand @ `$uuid`"]);
    check(&drawing("{ a: { $pick: [] } }"), &["there is nothing to pick from @ `[]`"]);
    check(
        &drawing("{ a: { $int: { from: 6, to: 1 } } }"),
        &["`from` 6 is greater than `to` 1 @ `{ from: 6, to: 1 }`"],
    );
    check(&drawing("{ a: { $words: 0 } }"), &["expected a whole number from 1 to 100 @ `0`"]);
    check(&drawing("{ a: { $now_plus: soon } }"), &["expected a duration @ `soon`"]);
}

#[test]
fn what_gradus_sets_is_not_set_by_a_grader() {
    let env = |env: &str| format!("{}env: {env}\n", expecting("{ status: 200 }"));
    check(&env("{ CACHE_TTL: 1s, KEY: $(secret) }"), &[]);
    check(&env("{ PORT: 80 }"), &["`PORT` is set by Gradus @ `PORT`"]);
    check(&env("{ A-B: 80 }"), &["`A-B` is no name @ `A-B`"]);
}
