//! Mistakes of `$(name)`: each stands for something when its step runs.

use super::*;

const NOTHING: &str = "`$(it)` stands for nothing here @ `$(it)`";

#[test]
fn undefined_names_are_mistakes_when_the_file_is_read() {
    for undefined in [
        "get: '/$(it)', expect: { status: 200 }",
        "get: /, query: { a: $(it) }, expect: { status: 200 }",
        "get: /, headers: { a: [x, $(it)] }, expect: { status: 200 }",
        "post: /, json: { a: [ { $sha256: $(it) } ] }, expect: { status: 200 }",
        "post: /, json: { a: { $jwt: { secret: x, claims: { sub: $(it) } } } }, expect: { status: 200 }",
        "post: /, text: 'a $(it)', expect: { status: 200 }",
        "post: /, form: { a: $(it) }, expect: { status: 200 }",
        "get: /, expect: { status: $(it) }",
        "get: /, expect: { headers: { a: { $contains: $(it) } } }",
        "get: /, expect: { json: { $partial: { a: { $at_most: $(it) } } } }",
        "get: /, expect: { json: { '$(it)': 1 } }",
        "get: /, expect: { text: { $not: $(it) } }",
        "get: '/$(x)', cases: [ { x: $(it) } ], expect: { status: 200 }",
    ] {
        check(&step(undefined), &[NOTHING]);
    }
    check(&drawing("{ a: $(it) }"), &[NOTHING]);
    check(&format!("{}env: {{ A: $(it) }}\n", expecting("{ status: 200 }")), &[NOTHING]);
    check_help(&step("get: /$(orign), expect: { status: 200 }"), "did you mean `$(origin)`?");
}

#[test]
fn some_names_are_always_there() {
    check(&step("get: '/$(origin)$(host)$(seed)$(secret)', expect: { status: 200 }"), &[]);
}

#[test]
fn the_turn_is_known_inside_repeat_only() {
    check(&step("get: '/$(turn)', repeat: 3, expect: { status: 200 }"), &[]);
    check(
        &step("get: '/$(turn)', expect: { status: 200 }"),
        &["`$(turn)` stands for nothing here @ `$(turn)`"],
    );
}

#[test]
fn the_keys_of_a_case_are_known_to_its_step_only() {
    check(&step("get: '/$(it)', cases: [ { it: 1 } ], expect: { status: 200 }"), &[]);
    let second = "steps: [ { get: /, cases: [ { it: 1 } ], expect: { status: 200 } }, { get: '/$(it)' } ]";
    check(&two_checks(second, ""), &[NOTHING]);
}

#[test]
fn a_saved_name_is_known_to_later_steps_and_to_checks_that_need_it() {
    let save = "steps: [ { get: /, expect: { status: 200 }, save: { it: json.id } } ]";
    let used = "steps: [ { get: '/$(it)', expect: { status: 200 } } ]";
    check(&two_checks(save, &format!("needs: [a], {used}")), &[]);
    check(&two_checks(save, used), &[NOTHING]);
    check(&two_checks(&format!("gate: true, {save}"), used), &[]);
    let own = "steps: [ { get: /, expect: { status: 200 }, save: { it: status } }, { get: '/$(it)' } ]";
    check(&two_checks(own, ""), &[]);
    let too_early = "steps: [ { get: '/$(it)', expect: { status: 200 }, save: { it: status } } ]";
    check(&two_checks(too_early, ""), &[NOTHING]);
}

#[test]
fn a_drawn_name_is_known_to_its_check_to_later_draws_and_to_checks_that_need_it() {
    check(&drawing("{ it: $words, b: { $sha256: $(it) } }"), &[]);
    check(&drawing("{ b: { $sha256: $(it) }, it: $words }"), &[NOTHING]);
    let used = "steps: [ { get: '/$(it)', expect: { status: 200 } } ]";
    check(&two_checks("vars: { it: $words }", &format!("needs: [a], {used}")), &[]);
    check(&two_checks("vars: { it: $words }", used), &[NOTHING]);
    check(&format!("{}vars: {{ it: $int }}\n", two_checks("", used)), &[]);
}

#[test]
fn a_name_whose_value_is_wrong_is_still_known() {
    let used = "steps: [ { get: '/$(it)', expect: { status: 200 } } ]";
    check(
        &two_checks("vars: { it: $word }", &format!("needs: [a], {used}")),
        &["unknown generator `$word` @ `$word`"],
    );
    let save = "steps: [ { get: /, expect: { status: 200 }, save: { it: body } } ]";
    check(&two_checks(save, &format!("needs: [a], {used}")), &["`body` names no part of an answer @ `body`"]);
}

#[test]
fn names_have_a_shape() {
    check(&drawing("{ a-b: 1 }"), &["`a-b` is no name @ `a-b`"]);
    check(&drawing("{ 1a: 1 }"), &["`1a` is no name @ `1a`"]);
    check(&drawing("{ origin: 1 }"), &["`$(origin)` has a meaning of its own @ `origin`"]);
    check(&step("get: '/$(a b)', expect: { status: 200 }"), &["`a b` is no name @ `'/$(a b)'`"]);
    check(&step("get: '/$(a', expect: { status: 200 }"), &["`$(` is not closed @ `'/$(a'`"]);
    check(&step("get: '/$$(a', expect: { status: 200 }"), &[]);
}
