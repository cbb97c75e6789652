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
