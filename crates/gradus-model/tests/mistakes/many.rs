//! Mistakes in races, loads and growth.

use super::*;

fn steps(step: &str) -> String {
    format!(
        "format: 1\nexercise: x\npass: 50\nchecks:\n  - {{ id: a, claim: A, points: 1, steps: [ {step} ] }}\n"
    )
}

fn race(each: &str, holds: &str) -> String {
    steps(&format!("{{ race: {{ each: [ {each} ], holds: [ {holds} ] }} }}"))
}

const OP: &str = "{ post: /, op: { withdraw: 1, done: { status: 201 }, refused: { status: 409 } } }";

#[test]
fn a_race_is_read() {
    let text = race(OP, "{ linearizable: account, start: 3 }, { count: { status: 201 }, is: 3 }");
    assert_eq!(mistakes(&text), Vec::<String>::new());
    let names = race("{ get: /$(client)/$(round), expect: { status: 200 } }", "");
    assert_eq!(mistakes(&names), Vec::<String>::new());
}

#[test]
fn operations_and_what_judges_them_go_together() {
    let plain = "{ post: /, expect: { status: 201 } }";
    check(
        &race(plain, "{ linearizable: account }"),
        &["no request of this race is an operation @ `{ linearizable: account }`"],
    );
    check(
        &race(OP, "{ count: { status: 201 }, is: 1 }"),
        &[
            "nothing judges this operation @ `{ withdraw: 1, done: { status: 201 }, refused: { status: 409 } }`",
        ],
    );
    check(
        &race("{ post: /, op: { withdraw: 1 } }", "{ linearizable: account }"),
        &["no answer tells what became of this operation @ `{ withdraw: 1 }`"],
    );
    check(
        &race("{ post: /, op: { read: true, add: 1, done: { status: 200 } } }", "{ linearizable: counter }"),
        &["an operation is exactly one call @ `{ read: true, add: 1, done: { status: 200 } }`"],
    );
    check(
        &race(OP, "{ linearizable: stack }"),
        &["`stack` is not one of register, counter, set, queue, account @ `stack`"],
    );
}

#[test]
fn a_load_only_sends_requests_and_expects_something() {
    let load = |requests: &str, expect: &str| {
        steps(&format!("{{ load: {{ for: 1s, requests: [ {requests} ] }}{expect} }}"))
    };
    assert_eq!(mistakes(&load("{ get: /$(turn) }", ", expect: { errors: 0 }")), Vec::<String>::new());
    check(
        &load("{ server: kill }", ", expect: { errors: 0 }"),
        &["a load only sends requests @ `{ server: kill }`"],
    );
    assert_eq!(
        mistakes(&load("{ get: / }", ""))[0].split(" @").next(),
        Some("nothing is expected of this load")
    );
}

#[test]
fn a_load_has_bounds_a_rate_and_memory_of_their_own() {
    let load = |keys: &str, expect: &str| {
        steps(&format!("{{ load: {{ requests: [ {{ get: / }} ], {keys} }}, expect: {{ {expect} }} }}"))
    };
    let right = load("for: 1s, rate: 100, warm_up: 200ms", "memory: { $at_most: 20 MiB more }");
    assert_eq!(mistakes(&right), Vec::<String>::new());
    for rate in ["0", "100001", "1.5"] {
        let wanted = format!("expected a whole number from 1 to 100000 @ `{rate}`");
        check(&load(&format!("for: 1s, rate: {rate}"), "errors: 0"), &[&wanted]);
    }
    check(
        &load("for: 1s, connections: 257", "errors: 0"),
        &["expected a whole number from 1 to 256 @ `257`"],
    );
    check(&load("for: soon", "errors: 0"), &["expected a duration @ `soon`"]);
    check(&load("rate: 5", "errors: 0"), &["the key `for` is missing @ `requests`"]);
    for memory in ["{ $at_most: 20 MiB }", "20 MiB more", "{ $at_least: 1 MiB more }", "{ $at_most: 20 }"] {
        let text = load("for: 1s", &format!("memory: {memory}"));
        check(&text, &[&format!("expected how much more memory there may be @ `{memory}`")]);
        assert_eq!(help(&text), "write { $at_most: 20 MiB more }");
    }
}

#[test]
fn a_comparison_is_with_the_baseline_by_a_load_or_steps() {
    let compare = |keys: &str| steps(&format!("{{ compare: {{ {keys} }} }}"));
    const WORK: &str = "steps: [ { get: /, expect: { status: 200 } } ]";
    assert_eq!(mistakes(&compare(&format!("with: baseline, {WORK}, at_least: 1.5x"))), Vec::<String>::new());
    check(
        &compare(&format!("with: starter, {WORK}, at_least: 2x")),
        &["`starter` is not one of baseline @ `starter`"],
    );
    check(&compare("with: baseline, at_least: 2x"), &["nothing is compared @ `with`"]);
    check(
        &compare(&format!(
            "with: baseline, {WORK}, load: {{ for: 1s, requests: [ {{ get: / }} ] }}, at_least: 2x"
        )),
        &["a load or steps are compared, not both @ `steps`"],
    );
    check(&compare("with: baseline, steps: [], at_least: 2x"), &["these steps do nothing @ `compare`"]);
    for times in ["20", "fast", "0x", "-2x"] {
        let text = compare(&format!("with: baseline, {WORK}, at_least: {times}"));
        check(&text, &[&format!("expected how many times as fast @ `{times}`")]);
        assert_eq!(help(&text), "write it like 20x or 1.5x");
    }
}

#[test]
fn sizes_must_show_how_something_grows() {
    let growth = |sizes: &str, more: &str| {
        steps(&format!(
            "{{ growth: {{ sizes: {sizes}, steps: [ {{ get: /$(size), expect: {{ status: 200 }} }} ], at_most: linear{more} }} }}"
        ))
    };
    assert_eq!(mistakes(&growth("[10, 20, 80]", "")), Vec::<String>::new());
    for sizes in ["[10, 100]", "[10, 20, 40]", "[100, 20, 800]"] {
        check(&growth(sizes, ""), &[&format!("these sizes do not show how anything grows @ `{sizes}`")]);
    }
    check(&growth("[1, 4, 16]", ", measure: { calls: none }"), &["there is no stub `none` @ `none`"]);
    check(&growth("[1, 4, 16]", ", measure: speed"), &["`speed` is not one of time, select, fuel @ `speed`"]);
    check(&growth("[1, 4, 16]", ", measure: feul"), &["`feul` is not one of time, select, fuel @ `feul`"]);
}
