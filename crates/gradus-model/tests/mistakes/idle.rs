//! What a grader says that nothing can ever come of.

use super::*;

fn grader(routes: &str, steps: &str) -> String {
    format!(
        "format: 1\nexercise: x\npass: 50\nstubs: {{ rates: {{ routes: [ {routes} ] }} }}\nchecks:\n  - {{ id: a, claim: A, points: 1, steps: [ {{ get: /, expect: {{ status: 200 }} }}{steps} ] }}\n"
    )
}

const ONE: &str = "{ get: /v1, reply: { json: 1 } }";

#[test]
fn a_route_below_one_that_answers_the_same_never_does() {
    let below = |first: &str, second: &str| {
        let route = |asked: &str| format!("{{ {asked}, reply: {{ json: 1 }} }}");
        grader(&format!("{}, {}", route(first), route(second)), "")
    };
    let never =
        |path: &str| format!("this route never answers: one above it answers the same requests @ `{path}`");
    check(&below("get: /v1/*", "get: /v1/*"), &[&never("/v1/*")]);
    check(&below("get: /v1/*", "get: /v1/a"), &[&never("/v1/a")]);
    check(&below("get: /v1/a", "get: /v1/a, query: { b: c }"), &[&never("/v1/a")]);
    check(&below("get: /$(seed)", "get: /$(seed)"), &[&never("/$(seed)")]);
    for (first, second) in [
        ("get: /v1/a", "get: /v1/*"),
        ("get: /v1/a", "post: /v1/a"),
        ("get: /v1/*", "get: /v1/a/b"),
        ("get: /v1/a, query: { b: c }", "get: /v1/a"),
        ("post: /v1, json: { $partial: { a: 1 } }", "post: /v1"),
        ("get: /$(seed)", "get: /v1"),
    ] {
        assert_eq!(mistakes(&below(first, second)), Vec::<String>::new(), "{first}, then {second}");
    }
}

#[test]
fn a_route_has_one_way_to_answer() {
    let both = "{ get: /v1, reply: { json: 1 }, replies: [ { json: 2 } ] }";
    check(&grader(both, ""), &["a route has `reply` or `replies` @ `[ { json: 2 } ]`"]);
    let none = "{ get: /v1, replies: [] }";
    check(&grader(none, ""), &["this list is empty: this route answers nothing @ `[]`"]);
}

#[test]
fn what_goes_wrong_instead_of_an_answer_says_nothing() {
    let reply = |reply: &str| grader(ONE, &format!(", {{ stub: {{ rates: {{ {reply} }} }} }}"));
    check(&reply("fault: hang, json: 1"), &["`json` is never sent: no answer ever comes @ `json`"]);
    check(
        &reply("fault: reset, status: 503"),
        &["`status` is never sent: the connection is reset instead @ `status`"],
    );
    check(
        &reply("fault: close, headers: { a: b }"),
        &["`headers` is never sent: the connection is closed instead @ `headers`"],
    );
    check(
        &reply("fault: garbage, text: a"),
        &["`text` is never sent: bytes come instead that are no HTTP @ `text`"],
    );
    check(
        &reply("fault: { trickle: 10ms }"),
        &["there is no body to come byte by byte @ `{ fault: { trickle: 10ms } }`"],
    );
    for right in ["fault: hang, delay: 1s", "fault: short", "fault: short, json: 1, status: 201"] {
        assert_eq!(mistakes(&reply(right)), Vec::<String>::new(), "{right}");
    }
}

#[test]
fn what_is_waited_for_is_something_a_stub_answers() {
    let after = |path: &str| {
        let waits = format!("{{ get: /v2, reply: {{ json: 1, after: {{ stub: rates, get: {path} }} }} }}");
        grader(&format!("{ONE}, {waits}"), "")
    };
    assert_eq!(mistakes(&after("/v1")), Vec::<String>::new());
    check(&after("/v3"), &["no route of the stub `rates` answers this @ `/v3`"]);
    let ends = |path: &str| {
        let request = "{ get: /, expect: { status: 200 } }";
        format!(", {{ server: kill, after: {{ stub: rates, get: {path} }}, meanwhile: [ {request} ] }}")
    };
    assert_eq!(mistakes(&grader(ONE, &ends("/v1"))), Vec::<String>::new());
    check(&grader(ONE, &ends("/v1/a")), &["no route of the stub `rates` answers this @ `/v1/a`"]);
    // What answers everything answers this, too.
    let all = format!(", {{ stub: {{ rates: {{ json: 2 }} }} }}{}", ends("/v1/a"));
    assert_eq!(mistakes(&grader(ONE, &all)), Vec::<String>::new());
}

#[test]
fn what_is_undone_was_done() {
    let release = ", { stub: { rates: release } }";
    let problem = "the stub `rates` holds no answer that could be released @ `rates`";
    check(&grader(ONE, release), &[problem]);
    let held = "{ get: /v1, reply: { json: 1, hold: true } }";
    assert_eq!(mistakes(&grader(held, release)), Vec::<String>::new());
    let holds = format!(", {{ stub: {{ rates: {{ hold: true }} }} }}{release}");
    assert_eq!(mistakes(&grader(ONE, &holds)), Vec::<String>::new());
    let resumed = ", { server: resume }";
    check(&grader(ONE, resumed), &["nothing of this check pauses that server @ `{ server: resume }`"]);
    let paused = |instance: &str| format!(", {{ server: pause{instance} }}, {{ server: resume }}");
    assert_eq!(mistakes(&grader(ONE, &paused(""))), Vec::<String>::new());
    check(
        &grader(ONE, &paused(", instance: b")),
        &["nothing of this check pauses that server @ `{ server: resume }`"],
    );
}
