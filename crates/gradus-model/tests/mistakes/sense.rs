//! Expectations of values of which something is known before anything runs: none that every value fits, or that none can.

use super::*;

const UPSTREAM: &str =
    "stubs:\n  rates: { routes: [ { get: /, reply: { json: 1 } } ] }\n  shelf: { items: [3, 1] }\n";

/// A grader with a stub, a shelf and a database, whose one check does this after a request.
fn after_a_request(step: &str) -> String {
    let get = "{ get: /, expect: { status: 200 } }";
    let steps =
        grader(&format!("  - {{ id: a, claim: A claim, points: 1, steps: [ {get}, {{ {step} }} ] }}\n"));
    steps.replace(
        "checks:",
        &format!("{UPSTREAM}services: {{ db: postgresql, bus: {{ engine: nats }} }}\nchecks:"),
    )
}

/// Where each kind of value stands, with `_` for what is expected of it.
const STATUSES: [&str; 3] = [
    "get: /, expect: { status: _ }",
    "race: { each: [ { get: /, expect: { status: _ } } ] }",
    "load: { for: 1s, requests: [ { get: /, expect: { status: _ } } ] }, expect: { errors: 0 }",
];
const COUNTS: [&str; 6] = [
    "calls: { stub: rates }, expect: { count: _ }",
    "load: { for: 1s, requests: [ { get: / } ] }, expect: { errors: _ }",
    "load: { for: 1s, requests: [ { get: / } ] }, expect: { judged: _ }",
    "load: { for: 1s, requests: [ { get: / } ] }, expect: { answers: _ }",
    "work: { steps: [ { get: / } ], expect: { db.statements: _ } }",
    "nats: { bus: { published: orders } }, expect: { count: _ }",
];
const EXITS: [&str; 2] = ["run: {}, expect: { exit: _ }", "server: term, expect: { exit: _ }"];
const LISTS: [&str; 8] = [
    "calls: { stub: rates }, expect: { json: _ }",
    "calls: { stub: rates }, expect: { gaps: _ }",
    "calls: { stub: rates }, expect: { callbacks: _ }",
    "calls: { stub: shelf }, expect: { items: _ }",
    "printed: { lines: _ }",
    "printed: { json: _ }",
    "sql: { db: select 1 }, expect: { rows: _ }",
    "nats: { bus: { published: orders } }, expect: { json: _ }",
];
const TEXTS: [&str; 5] = [
    "get: /, expect: { text: _ }",
    "printed: { text: _ }",
    "raw: { send: x }, expect: { bytes: _ }",
    "run: {}, expect: { stdout: _ }",
    "run: {}, expect: { files: { a.txt: _ } }",
];
const SECONDS: &str = "load: { for: 1s, requests: [ { get: / } ] }, expect: { p99: _ }";
const CLIENTS: &str =
    "race: { clients: 8, each: [ { get: / }, { get: /b } ], holds: [ { count: { status: 200 }, is: _ } ] }";

#[track_caller]
fn all(steps: &[&str], pattern: &str, said: Option<(&str, &str)>) {
    for step in steps {
        let found = mistakes(&after_a_request(&step.replace('_', pattern)));
        let wanted = said.map(|(what, why)| format!("this expectation can't {what}: {why} @ `{pattern}`"));
        assert_eq!(found, Vec::from_iter(wanted), "{step} of {pattern}");
    }
}

#[track_caller]
fn every(steps: &[&str], why: &str, idle: &[&str], vain: &[&str], right: &[&str]) {
    idle.iter().for_each(|pattern| all(steps, pattern, Some(("fail", why))));
    vain.iter().for_each(|pattern| all(steps, pattern, Some(("hold", why))));
    right.iter().for_each(|pattern| all(steps, pattern, None));
}

#[test]
fn a_status_is_one_of_http() {
    every(
        &STATUSES,
        "every status is a whole number from 100 to 599",
        &[
            "$any",
            "$int",
            "$number",
            "{ $between: [100, 599] }",
            "{ $at_least: 100 }",
            "{ $at_most: 999 }",
            "{ $not: 999 }",
            "{ $not: ok }",
            "{ $one_of: [200, { $not: 200.0 }] }",
            "{ $one_of: [{ $at_most: 299 }, { $at_least: 300 }] }",
        ],
        &[
            "ok",
            "'200'",
            "20",
            "600",
            "200.5",
            "[200]",
            "$string",
            "{ $at_most: 99 }",
            "{ $all_of: [{ $at_most: 299 }, { $at_least: 300 }] }",
            "{ $not: { $between: [0, 1000] } }",
        ],
        &[
            "200",
            "$(seed)",
            "{ $not: 200 }",
            "{ $at_least: 101 }",
            "{ $between: [100, $(seed)] }",
            "{ $one_of: [$(seed), 700] }",
            "{ $one_of: [{ $at_most: 298 }, { $at_least: 300 }] }",
            "{ $schema: { type: integer } }",
        ],
    );
}

#[test]
fn a_count_is_a_whole_number() {
    every(
        &COUNTS,
        "every count is a whole number from 0",
        &["$any", "$int", "{ $at_least: 0 }", "{ $at_least: -1 }", "{ $not: -1 }", "{ $not: none }"],
        &["none", "-1", "1.5", "{ $between: [1.2, 1.8] }", "$array", "{ $at_most: -1 }"],
        &["0", "7", "{ $at_least: 1 }", "{ $at_most: 0 }", "{ $not: 0 }", "$(seed)", "{ $at_most: 1e12 }"],
    );
}

#[test]
fn a_race_has_so_many_answers_and_no_more() {
    every(
        &[CLIENTS],
        "every client's request is one answer at most",
        &["$int", "{ $at_least: 0 }", "{ $at_most: 16 }", "{ $between: [0, 16] }"],
        &["17", "{ $at_least: 17 }", "all"],
        &["16", "0", "{ $at_most: 15 }", "{ $at_least: 1 }"],
    );
}

#[test]
fn an_exit_code_is_a_byte() {
    every(
        &EXITS,
        "every exit code is a whole number from 0 to 255",
        &["$any", "$int", "{ $at_least: 0 }", "{ $at_most: 255 }", "{ $not: 256 }"],
        &["zero", "256", "-1", "$null"],
        &["0", "{ $not: 0 }", "{ $between: [1, 255] }"],
    );
}

#[test]
fn a_time_is_never_below_zero() {
    every(
        &[SECONDS],
        "every time is a number of seconds from 0",
        &["$any", "$number", "{ $at_least: 0 }"],
        &["1s", "-0.5", "{ $at_most: -1 }"],
        &["{ $at_most: 1 }", "$int", "{ $between: [0, 2.5] }", "{ $not: 0.5 }"],
    );
}

#[test]
fn a_list_is_a_list() {
    every(
        &LISTS,
        "this is always a list, if only an empty one",
        &["$any", "$array", "{ $not: 5 }", "{ $not: $empty }".replace("$empty", "$null").as_str()],
        &["none", "5", "$string", "{ a: 1 }", "{ $partial: { a: 1 } }", "{ $at_least: 1 }"],
        &["$empty", "[]", "{ $not: $empty }", "{ $size: 1 }", "{ $each: $any }", "{ $contains: 1 }"],
    );
}

#[test]
fn text_is_text() {
    every(
        &TEXTS,
        "this is always text, if only an empty one",
        &["$any", "$string", "{ $not: [] }"],
        &["{ a: 1 }", "[a]", "$array", "{ $all_of: [$string, $object] }"],
        &["a", "5", "$int", "$empty", "{ $not: a }", "{ $contains: a }", "{ $json: { a: 1 } }"],
    );
}

#[test]
fn the_way_out_is_said() {
    for (step, help) in [
        (COUNTS[0], "write the number itself, or { $at_most: 3 }"),
        (EXITS[0], "write 0, or { $not: 0 }"),
        (SECONDS, "write a bound of liveness: { $at_most: 1 }"),
        (LISTS[0], "write what stands in it, { $contains: … }, or { $size: 3 }"),
        (CLIENTS, "write the number itself, or { $at_most: 3 }"),
    ] {
        check_help(&after_a_request(&step.replace('_', "$any")), help);
    }
}

#[test]
fn a_step_that_expects_nothing_says_so() {
    for (step, said) in [
        ("run: {}, expect: {}", "this expectation can't fail: nothing is expected of this command @ `{}`"),
        (
            "run: {}, expect: { files: {} }",
            "this expectation can't fail: nothing is expected of this command @ `{ files: {} }`",
        ),
        (
            "raw: { send: x }, expect: {}",
            "this expectation can't fail: nothing is expected of what comes back @ `{}`",
        ),
        ("raw: { send: [] }, expect: { closed: true }", "this list is empty: nothing is done @ `[]`"),
        ("race: { each: [] }", "this list is empty: clients ask nothing @ `[]`"),
        (
            "load: { for: 1s, requests: [] }, expect: { errors: 0 }",
            "this list is empty: nothing is asked @ `[]`",
        ),
        ("work: { steps: [], expect: { db.statements: 1 } }", "this list is empty: nothing is done @ `[]`"),
        (
            "growth: { sizes: [1, 4, 16], steps: [], at_most: linear }",
            "this list is empty: nothing is measured @ `[]`",
        ),
    ] {
        check(&after_a_request(step), &[said]);
    }
}

#[test]
fn growth_names_its_size() {
    let growth = |before: &str, path: &str| {
        let steps = format!("[ {{ get: {path}, expect: {{ status: 200 }} }} ]");
        after_a_request(&format!(
            "growth: {{ sizes: [1, 4, 16], before: [ {before} ], steps: {steps}, at_most: constant }}"
        ))
    };
    check(
        &growth("", "/items"),
        &["this expectation can't fail: all sizes do the same, for no step names the size @ `growth`"],
    );
    check_help(&growth("", "/items"), "write $(size) in `steps`, or in `before`");
    check(&growth("", "/items?count=$(size)"), &[]);
    check(&growth("{ post: /items, json: { count: $(size) }, expect: { status: 201 } }", "/items"), &[]);
}

#[test]
fn a_schema_asks_for_something() {
    for idle in [
        "{ title: A }",
        "{ requird: [a] }",
        "{ properties: { a: { description: A } }, required: [] }",
        "{ minLength: 0, allOf: [ {}, true ] }",
        "{ anyOf: [ { type: string }, {} ] }",
    ] {
        cannot_fail(
            &json(&format!("{{ $schema: {idle} }}")),
            &format!("no keyword of this schema asks for anything @ `{idle}`"),
        );
    }
    for right in [
        "{ type: object }",
        "{ properties: { a: { type: string } } }",
        "{ required: [a] }",
        "{ additionalProperties: false }",
        "{ anyOf: [ { type: string }, { minimum: 1 } ] }",
    ] {
        check(&json(&format!("{{ $schema: {right} }}")), &[]);
    }
}
