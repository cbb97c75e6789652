//! Mistakes of a check: its keys, its worth, its needs.

use super::*;

#[test]
fn a_right_grader_has_no_mistakes() {
    check(&expecting("{ status: 200 }"), &[]);
    check(&two_checks("gate: true", "needs: [a]"), &[]);
    check(&two_checks("visibility: visible", "visibility: hidden, needs: [a], was: [c]"), &[]);
}

#[test]
fn a_check_that_is_missing_its_keys_is_told_all_of_them() {
    check(
        &grader("  - { hint: x }\n"),
        &[
            "the key `id` is missing @ `hint`",
            "the key `claim` is missing @ `hint`",
            "this check has no points @ `hint`",
            "the key `steps` is missing @ `hint`",
        ],
    );
    check(
        "exercise: demo\n",
        &[
            "the key `format` is missing @ `exercise`",
            "the key `pass` is missing @ `exercise`",
            "the key `checks` is missing @ `exercise`",
        ],
    );
}

#[test]
fn unknown_keys_are_mistakes() {
    check(&two_checks("pionts: 3", ""), &["unknown key `pionts` @ `pionts`"]);
    check_help(&two_checks("pionts: 3", ""), "did you mean `points`?");
    check(&format!("{}cheks: []\n", expecting("{ status: 200 }")), &["unknown key `cheks` @ `cheks`"]);
    check_help(
        &format!("{}zzzzz: []\n", expecting("{ status: 200 }")),
        "known here: format, exercise, pass, detail, env, vars, stubs, services, dialects, data, conform, checks",
    );
}

#[test]
fn wrong_types_are_mistakes() {
    check(
        &grader("  - { id: a, claim: [x], points: many, steps: { get: / } }\n"),
        &[
            "expected text, found a list @ `[x]`",
            "expected a positive whole number, found text @ `many`",
            "expected a list, found a map @ `{ get: / }`",
        ],
    );
    check(&grader("  - just text\n"), &["expected a check, a map, found text @ `just text`"]);
    check("- a\n", &["expected a map, found a list @ `- a`"]);
}

#[test]
fn a_value_that_is_not_written_is_a_mistake() {
    check(&two_checks("hint:", ""), &["expected text, found nothing @ ``"]);
}

#[test]
fn the_pass_mark_is_a_percentage() {
    let pass = |pass: &str| expecting("{ status: 200 }").replace("pass: 80", &format!("pass: {pass}"));
    for wrong in ["0", "101", "80.5", "-1"] {
        let expect = format!("expected a whole number from 1 to 100 @ `{wrong}`");
        check(&pass(wrong), &[&expect]);
    }
    check(&pass("80%"), &["expected a whole number, found text @ `80%`"]);
}

#[test]
fn points_are_positive_and_said_once() {
    let worth = |worth: &str| {
        grader(&format!(
            "  - {{ id: a, claim: A, {worth} steps: [ {{ get: /, expect: {{ status: 200 }} }} ] }}\n"
        ))
    };
    check(&worth("points: 0,"), &["points are positive whole numbers @ `0`"]);
    check(&worth("points: -3,"), &["points are positive whole numbers @ `-3`"]);
    check(&worth("points: 1.5,"), &["points are positive whole numbers @ `1.5`"]);
    check(&worth("points: 10001,"), &["a check has at most 10000 points @ `10001`"]);
    check(
        &worth("bonus: 1, points: 1,"),
        &["a check has points, a bonus or is a gate: only one of these @ `points`"],
    );
    check(&worth("gate: false, points: 1,"), &["a gate is written `gate: true` @ `false`"]);
    check(&worth("bonus: 1,"), &["no check has points, so nothing can be earned @ `a`"]);
    check(&worth(""), &["this check has no points @ `id`"]);
    check_help(&worth(""), "add `points`, `bonus` or `gate: true`");
}

#[test]
fn ids_are_plain_unique_and_not_reserved() {
    let id = |id: &str| expecting("{ status: 200 }").replace("id: a", &format!("id: {id}"));
    check(&id("A b"), &["`A b` is no id of a check @ `A b`"]);
    check(&id("boot"), &["`boot` is reserved for mutants that fail to boot @ `boot`"]);
    check(&id("ä"), &["`ä` is no id of a check @ `ä`"]);
    check(&two_checks("", "").replace("id: b", "id: a"), &["another check is or was called `a` @ `a`"]);
    check(&two_checks("", "was: [a]"), &["another check is or was called `a` @ `b`"]);
    check(&two_checks("", "was: [Old Name]"), &["`Old Name` is no id of a check @ `Old Name`"]);
}

#[test]
fn needs_stand_above_and_never_in_a_circle() {
    check(&two_checks("needs: [b]", ""), &["`b` stands below, and checks run in the file's order @ `b`"]);
    check(&two_checks("needs: [b]", "needs: [a]"), &["`a` and `b` need each other @ `b`"]);
    check(&two_checks("needs: [a]", ""), &["a check can't need itself @ `a`"]);
    check(&two_checks("", "needs: [aa]"), &["there is no check `aa` @ `aa`"]);
    check_help(&two_checks("", "needs: [aa]"), "did you mean `a`?");
    check(&two_checks("", "needs: [a, a]"), &["`a` is needed twice @ `a`"]);
}

#[test]
fn what_is_visible_waits_for_nothing_hidden() {
    check(
        &two_checks("visibility: hidden", "needs: [a]"),
        &["`a` is hidden, and hidden checks run last @ `a`"],
    );
    check(
        &two_checks("visibility: hidden, gate: true", ""),
        &["a hidden gate runs last, and visible checks stand below it @ `a`"],
    );
    check(&two_checks("", "visibility: hidden, gate: true"), &[]);
}

#[test]
fn a_check_that_needs_a_wrong_one_is_not_blamed() {
    check(&two_checks("needs: [], poinst: 1", "needs: [a]"), &["unknown key `poinst` @ `poinst`"]);
    check(
        &two_checks("was: 1", "needs: [a]").replace("claim: A claim, points: 1", "points: 1"),
        &[
            "the key `claim` is missing @ `id`",
            "expected a list, found a number @ `1`",
            "the key `claim` is missing @ `id`",
        ],
    );
}

#[test]
fn words_come_from_closed_lists() {
    check(&two_checks("fresh: servr", ""), &["`servr` is not one of server, data, all @ `servr`"]);
    check_help(&two_checks("fresh: servr", ""), "did you mean `server`?");
    check(&two_checks("visibility: secret", ""), &["`secret` is not one of visible, hidden @ `secret`"]);
    check(&two_checks("detail: half", ""), &["`half` is not one of full, actual, none @ `half`"]);
}

#[test]
fn durations_have_a_unit() {
    check(&two_checks("timeout: 5", ""), &["expected a duration @ `5`"]);
    check(&two_checks("timeout: 5 minutes", ""), &["expected a duration @ `5 minutes`"]);
    check(&two_checks("timeout: 0s", ""), &["expected a duration @ `0s`"]);
    check_help(&two_checks("timeout: 5", ""), "write it with its unit: 150ms, 2s, 1m");
}

#[test]
fn a_check_expects_something() {
    check(&step("get: /"), &["this check can't fail: none of its steps expects anything @ `{ get: / }`"]);
    check(&two_checks("steps: []", ""), &["this check has no steps @ `[]`"]);
    check("format: 1\nexercise: demo\npass: 80\nchecks: []\n", &["there are no checks @ `[]`"]);
}

#[test]
fn all_mistakes_of_a_file_are_found_at_once_in_its_order() {
    let text = "format: 2\nexercise: demo\npass: 101\nchecks:\n\
        \x20 - { id: A b, claim: x, points: 1, steps: [ { get: /, text: *x, expect: { status: 2 } } ] }\n\
        \x20 - { id: b, claim: x, points: 0, needs: [c], steps: [ { get: '/$(ghost)', expct: 1, expct: 2 } ] }\n";
    check(
        text,
        &[
            "this format is not known @ `2`",
            "expected a whole number from 1 to 100 @ `101`",
            "`A b` is no id of a check @ `A b`",
            "aliases are not used here @ `*x`",
            "expected text, found nothing @ `*x`",
            "this expectation can't hold: every status is a whole number from 100 to 599 @ `2`",
            "points are positive whole numbers @ `0`",
            "there is no check `c` @ `c`",
            "`$(ghost)` stands for nothing here @ `$(ghost)`",
            "unknown key `expct` @ `expct`",
            "the key `expct` stands here twice @ `expct`",
        ],
    );
}
