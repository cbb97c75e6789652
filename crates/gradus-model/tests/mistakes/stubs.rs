//! Mistakes in stubs, and in the steps that are no requests.

use super::*;

fn grader(stubs: &str, steps: &str) -> String {
    format!(
        "format: 1\nexercise: x\npass: 50\nstubs: {stubs}\nchecks:\n  - {{ id: a, claim: A, points: 1, steps: [ {steps} ] }}\n"
    )
}

const RATES: &str = "{ rates: { routes: [ { get: /v1, reply: { json: 1 } } ] } }";

#[test]
fn stubs_and_their_steps_are_read() {
    let steps = "{ stub: { rates: down } }, { stub: { rates: { fault: { trickle: 10ms }, json: 1 } } }, { get: /, expect: { status: 200 } }, \
        { calls: { stub: rates, get: /v1, query: { a: $absent } }, expect: { count: 1, gaps: { $each: { $at_least: 0.1 } } } }, \
        { server: term, within: 2s, expect: { exit: 0 }, meanwhile: [ { get: /slow, expect: { status: 200 } } ] }, \
        { printed: { lines: { $contains: ready } }, until: { every: 10ms, at_most: 1s } }";
    assert_eq!(mistakes(&grader(RATES, steps)), Vec::<String>::new());
}

#[test]
fn a_route_needs_a_request_and_a_reply() {
    check(&grader("{ a: { routes: [ { reply: {} } ] } }", GET), &["no request is named @ `{ reply: {} }`"]);
    check(&grader("{ a: { routes: [ { get: / } ] } }", GET), &["this route answers nothing @ `get`"]);
    check(
        &grader("{ a: { routes: [ { get: /, reply: { fault: rest } } ] } }", GET),
        &["`rest` is not one of reset, close, hang, garbage, short @ `rest`"],
    );
}

const GET: &str = "{ get: /, expect: { status: 200 } }";

#[test]
fn faults_on_the_way_do_one_thing_each_to_an_upstream_that_is_there() {
    let one = |fault: &str| grader(RATES, &format!("{GET}, {{ faults: {{ rates: [ {fault} ] }} }}"));
    let all = "{ latency: 20ms, jitter: 5ms }, { bandwidth: 10 KiB, stream: upstream }, { slicer: 3, delay: 1ms }, { timeout: never }, \
        { timeout: 1s }, { reset_peer: 0ms }, { slow_close: 1s }, { limit_data: 0 }";
    check(&one(all), &[]);
    check(&one("{ stream: upstream }"), &["this fault does nothing @ `stream`"]);
    check(&one("{ latency: 1s, slicer: 2 }"), &["a fault does one thing @ `slicer`"]);
    check(&one("{ slicer: 2, jitter: 1s }"), &["`jitter` goes with `latency` only @ `jitter`"]);
    check(&one("{ latency: 5ms, jitter: 20ms }"), &["a latency varies by no more than itself @ `20ms`"]);
    check(&one("{ latency: soon }"), &["expected a duration @ `soon`"]);
    check(
        &one("{ latenzy: 1s }"),
        &["unknown key `latenzy` @ `latenzy`", "this fault does nothing @ `latenzy`"],
    );
    let elsewhere = grader(RATES, &format!("{GET}, {{ faults: {{ rats: [] }} }}"));
    check(&elsewhere, &["there is no stub `rats` @ `rats`"]);
    let within = format!("{{ race: {{ before: [ {{ stub: {{ rats: down }} }} ], each: [ {GET} ] }} }}");
    check(&grader(RATES, &within), &["there is no stub `rats` @ `rats`"]);
}

#[test]
fn a_stub_that_is_not_there_gets_a_suggestion() {
    let text = grader(RATES, &format!("{GET}, {{ calls: {{ stub: rate }}, expect: {{ count: 1 }} }}"));
    check(&text, &["there is no stub `rate` @ `rate`"]);
    assert_eq!(help(&text), "did you mean `rates`?");
    check(
        &grader(RATES, &format!("{GET}, {{ stub: {{ rtes: down }} }}")),
        &["there is no stub `rtes` @ `rtes`"],
    );
}

#[test]
fn names_of_the_request_are_known_in_replies_alone() {
    let reply = |json: &str| {
        grader(&format!("{{ a: {{ routes: [ {{ get: /x/*, reply: {{ json: {json} }} }} ] }} }}"), GET)
    };
    assert_eq!(
        mistakes(&reply("[$(path_1), $(query_q), $(json_id), $(request_number)]")),
        Vec::<String>::new()
    );
    check(&reply("$(nobody)"), &["`$(nobody)` stands for nothing here @ `$(nobody)`"]);
    check(
        &grader(RATES, "{ get: /$(path_1), expect: { status: 200 } }"),
        &["`$(path_1)` stands for nothing here @ `$(path_1)`"],
    );
}

#[test]
fn the_bytes_of_a_reply_are_the_same_whatever_was_asked() {
    let reply = |hex: &str| {
        grader(
            &format!("{{ a: {{ routes: [ {{ get: /x, reply: {{ bytes: {{ hex: {hex} }} }} }} ] }} }}"),
            GET,
        )
    };
    assert_eq!(mistakes(&reply("00ff")), Vec::<String>::new());
    check(
        &reply("$(json_id)"),
        &["names do not stand in the bytes of a reply: what a request says may be anything @ `$(json_id)`"],
    );
}

#[test]
fn the_items_of_a_stub_are_a_list() {
    let stub = |items: &str| grader(&format!("{{ a: {{ items: {items} }} }}"), GET);
    assert_eq!(mistakes(&stub("[1, b, { c: 2 }]")), Vec::<String>::new());
    check(&stub("5"), &["the items of a stub are a list @ `5`"]);
    check(&stub("$words"), &["the items of a stub are a list @ `$words`"]);
    check(&stub("$(nobody)"), &["`$(nobody)` stands for nothing here @ `$(nobody)`"]);
    let named = stub("$(word)").replace("pass: 50", "pass: 50\nvars: { word: $words }");
    check(&named, &["the items of a stub are a list @ `$(word)`"]);
    check(
        &stub("{ $ints: { size: 5, to: 4, distinct: true } }"),
        &["there are no 5 different numbers @ `{ size: 5, to: 4, distinct: true }`"],
    );
    check(
        &stub("{ $ints: { size: 5, from: 2, to: 1 } }"),
        &["`from` 2 is greater than `to` 1 @ `{ size: 5, from: 2, to: 1 }`"],
    );
    check(&stub("{ $ints: { size: 1000001 } }"), &["expected a whole number from 0 to 1000000 @ `1000001`"]);
    check(&stub("$ints"), &["`$ints` needs an operand @ `$ints`"]);
}

#[test]
fn the_size_of_a_list_is_a_name_only_where_it_is_used() {
    let growth = |size: &str| {
        let before = format!("{{ stub: {{ a: {{ items: {{ $ints: {{ size: {size} }} }} }} }} }}");
        let measure = "{ calls: a, get: /items/* }";
        let steps = format!(
            "{{ growth: {{ sizes: [1, 4, 8], before: [ {before} ], steps: [ {GET} ], measure: {measure}, at_most: linear }} }}"
        );
        grader("{ a: { items: [] } }", &steps)
    };
    assert_eq!(mistakes(&growth("$(size)")), Vec::<String>::new());
    let cases = "{ get: /$(a), cases: [ { a: 1 } ], repeat: 2, expect: { text: $(turn) } }";
    assert_eq!(mistakes(&growth("$(size)").replace(GET, cases)), Vec::<String>::new());
    check(&growth("$(siz)"), &["`$(siz)` stands for nothing here @ `$(siz)`"]);
    check(&growth("n$(size)"), &["expected a whole number or $(name), found text @ `n$(size)`"]);
    let var = grader("{ a: { items: [] } }", GET)
        .replace("pass: 50", "pass: 50\nvars: { n: 3, l: { $ints: { size: $(n) } } }");
    check(&var, &["in `vars` the size of a list is a number @ `$(n)`"]);
}

#[test]
fn items_are_those_of_a_stub_that_holds_some() {
    let calls = format!("{GET}, {{ calls: {{ stub: rates }}, expect: {{}} }}");
    check(
        &grader(RATES, &calls),
        &["this expectation can't fail: nothing is expected of these calls @ `{}`"],
    );
    let calls = format!("{GET}, {{ calls: {{ stub: rates }}, expect: {{ items: $sorted }} }}");
    check(&grader(RATES, &calls), &["the stub `rates` holds no items @ `$sorted`"]);
    let inside = format!(
        "{{ race: {{ before: [ {{ stub: {{ rates: {{ items: [1] }} }} }}, {{ stub: {{ shelf: up }} }} ], each: [ {GET} ] }} }}"
    );
    check(
        &grader(RATES, &inside),
        &["the stub `rates` holds no items @ `[1]`", "there is no stub `shelf` @ `shelf`"],
    );
    check(&grader("{ a: { items: [], routs: [] } }", GET), &["unknown key `routs` @ `routs`"]);
    check(&grader("{ a: {} }", GET), &["the key `routes` is missing @ `{}`"]);
}

#[test]
fn what_goes_with_term_goes_with_nothing_else() {
    check(
        &grader(RATES, &format!("{GET}, {{ server: kill, within: 1s }}")),
        &["`within` goes with `server: term` only @ `within`"],
    );
    check(
        &grader(RATES, &format!("{GET}, {{ server: stop }}")),
        &["`stop` is not one of kill, term, pause, resume, start, restart @ `stop`"],
    );
    check(
        &grader(RATES, &format!("{GET}, {{ printed: {{}} }}")),
        &["this expectation can't fail: nothing is expected @ `{}`"],
    );
    check(
        &grader(RATES, "{ stub: { rates: down } }"),
        &["this check can't fail: none of its steps expects anything @ `{ stub: { rates: down } }`"],
    );
}
