//! The ten rules of the grader's language, one test for each: what it must never do, however an answer looks.

use crate::support::course::{Course, http_server};

/// A server whose every answer is this JSON.
fn answers(json: &str) -> String {
    http_server(&format!(
        "def answer(method, path, body):\n    return 200, {{'content-type': 'application/json'}}, {json:?}.encode()\n"
    ))
}

/// A course whose one check asks once and expects this of the JSON that is always answered.
fn expects(expect: &str, json: &str) -> Course {
    Course::new(&check("asks", &format!("      - get: /\n        expect: {{ {expect} }}\n")), &answers(json))
}

fn check(id: &str, steps: &str) -> String {
    format!("  - id: {id}\n    claim: It does {id}\n    points: 1\n    steps:\n{steps}")
}

#[test]
fn one_json_is_compared_as_data_and_looser_only_where_the_author_says_so() {
    expects("json: { a: 1, b: [2, { c: 3 }] }", r#"{ "b": [2,{"c":3.0}],   "a":1 }"#).check(&[]).code(0);
    expects("json: { a: 1, b: { c: 2 } }", r#"{"a":1,"b":{"c":2,"d":3}}"#)
        .check(&[])
        .code(1)
        .says("json.b.d");
    // Looser at one node is not looser everywhere.
    let partial = "json: { a: { $partial: { x: 1 } }, b: { y: 2 } }";
    expects(partial, r#"{"a":{"x":1,"more":true},"b":{"y":2}}"#).check(&[]).code(0);
    expects(partial, r#"{"a":{"x":1},"b":{"y":2,"more":true}}"#).check(&[]).code(1).says("json.b.more");
}

#[test]
fn two_a_path_means_one_value_by_its_syntax_whatever_the_data() {
    let saved = |path: &str, expect: &str| {
        let steps = format!(
            "      - get: /\n        expect: {{ status: 200 }}\n        save: {{ found: \"{path}\" }}\n      - get: /\n        expect: {{ json: {{ $partial: {{ same: {expect} }} }} }}\n"
        );
        Course::new(&check("saves", &steps), &answers(r#"{"items":[{"id":7}],"ids":[7],"same":7}"#))
    };
    saved("json.items[0].id", "$(found)").check(&[]).code(0);
    // A list of one is neither its element nor looked through.
    saved("json.ids", "$(found)").check(&[]).code(1).says("json.same");
    saved("json.items.id", "$int")
        .check(&[])
        .code(1)
        .says("got nothing, as json.items is the list [{\"id\":7}]");
    saved("json.items[*].id", "$int").check(&[]).code(3);
}

#[test]
fn three_a_literal_is_no_matcher_whatever_it_looks_like() {
    let literals = [".*", "^a$", "*", "2024-01-01", "null", "<string>", "#number", "[0]"];
    let list = |literals: &[&str]| serde_json::to_string(literals).expect("JSON");
    let expect = format!("json: {}", list(&literals));
    expects(&expect, &list(&literals)).check(&[]).code(0);
    let ran = expects(&expect, &list(&["anything"; 8])).check(&[]).code(1);
    for index in 0..literals.len() {
        assert!(ran.out.contains(&format!("json[{index}]: got the string \"anything\"")), "{}", ran.out);
    }
}

#[test]
fn four_nothing_measured_is_no_pass_and_what_can_not_fail_is_a_mistake() {
    expects("json: { $each: { id: $int } }", "[]").check(&[]).code(1);
    for empty in ["json: { $partial: {} }", "json: { $all_of: [] }", "text: { $contains: \"\" }"] {
        let ran = expects(empty, "{}").check(&[]).code(3);
        assert!(ran.err.contains('^'), "{empty} is not underlined:\n{}", ran.err);
    }
    let load = "      - load: { connections: 1, for: 200ms, requests: [ { get: /, expect: { status: 200 } } ] }\n        expect: { errors: { $at_most: 1000000 } }\n";
    let hangs = http_server("def answer(method, path, body):\n    time.sleep(30)\n    return 200, {}, b''\n");
    Course::new(&check("load", load), &hangs).check(&[]).code(1).says("nobody was answered");
}

#[test]
fn five_unknown_keys_are_errors_with_what_was_meant() {
    for (wrong, meant) in [
        ("      - get: /\n        expects: { status: 200 }\n", "`expect`"),
        ("      - get: /\n        expect: { statuss: 200 }\n", "`status`"),
        ("      - get: /\n        expect: { json: { $partail: { a: 1 } } }\n", "`$partial`"),
    ] {
        let ran = Course::new(&check("asks", wrong), &answers("{}")).check(&[]).code(3);
        assert!(ran.err.contains(&format!("did you mean {meant}?")), "{meant}:\n{}", ran.err);
    }
}

#[test]
fn six_a_failure_shows_every_mismatch_of_its_step_and_how_to_ask_again() {
    expects("status: 201, headers: { x-a: b }, json: { id: $int, name: Ann }", r#"{"id":"7","name":"Ben"}"#)
        .check(&["--seed", "5"])
        .code(1)
        .says("status: got the number 200")
        .says("headers.x-a: got nothing")
        .says("json.id: got the string \"7\"")
        .says("json.name: got the string \"Ben\"")
        .says("^^^")
        .says("curl -i http://127.0.0.1:")
        .says(" --only asks --seed 5");
}

#[test]
fn seven_a_missing_element_is_shown_with_the_nearest_one() {
    expects(
        "json: { $any_order: [ { id: 1, name: Ann, age: 30 }, { id: 2, name: Ben, age: 31 } ] }",
        r#"[{"id":2,"name":"Ben","age":32},{"id":1,"name":"Ann","age":30}]"#,
    )
    .check(&[])
    .code(1)
    .says("age")
    .says("32")
    .never_says("got the string \"Ann\"");
}

/// A server that asks its upstream for a path and tells which kind of error it met.
const ASKS: &str = r#"
import urllib.request, urllib.error
def answer(method, path, body):
    try:
        urllib.request.urlopen(os.environ['RATES_URL'] + path)
        return 200, {}, b'well'
    except urllib.error.HTTPError as error:
        return 502, {}, str(error.code).encode()
    except urllib.error.URLError as error:
        return 503, {}, type(error.reason).__name__.encode()
"#;

#[test]
fn eight_a_stub_tells_unexpected_calls_and_is_truly_closed_when_it_is_down() {
    let course = |steps: &str| {
        let course = Course::new(&check("asks", steps), &http_server(ASKS));
        let path = course.root.path().join("graders/demo/grader.yaml");
        let grader = std::fs::read_to_string(path).expect("a grader");
        let stubs = "stubs: { rates: { routes: [ { get: /v1/usd, reply: { json: {} } } ] } }\nchecks:";
        course.write("graders/demo/grader.yaml", &grader.replace("checks:", stubs));
        course
    };
    course("      - get: /v1/eur\n        expect: { status: 200 }\n")
        .check(&[])
        .code(1)
        .says("GET /v1/eur")
        .says("wanted GET /v1/usd");
    for sandbox in ["native", "none"] {
        course("      - stub: { rates: down }\n      - get: /v1/usd\n        expect: { status: 503, text: ConnectionRefusedError }\n")
            .check(&["--sandbox", sandbox])
            .code(0);
    }
}

#[test]
fn nine_a_check_that_can_not_be_evaluated_leaves_the_others_alone() {
    let fine = "      - get: /\n        expect: { status: 200 }\n";
    let no_amount = "      - race:\n          rounds: 1\n          clients: 2\n          each:\n            - get: /\n              op: { withdraw: 1, done: { status: 200 }, refused: { status: 409 } }\n          holds: [ { linearizable: account, start: many } ]\n";
    let checks = check("before", fine) + &check("unclear", no_amount) + &check("after", fine);
    let (code, report) = Course::new(&checks, &answers("{}")).report(&[]);
    assert_eq!((code, &report["verdict"]), (4, &"incomplete".into()));
    let outcomes: Vec<_> = (0..3).map(|check| report["checks"][check]["outcome"].to_string()).collect();
    assert!(outcomes[0].contains("passed") && outcomes[2].contains("passed"), "{outcomes:?}");
    assert!(outcomes[1].contains("`start` is an amount"), "{outcomes:?}");
}

#[test]
fn ten_a_timeout_in_a_history_may_have_happened() {
    // The first withdrawal is booked and never answered; with one thing in stock, everybody else is rightly refused.
    let server = http_server(
        "import threading\nlock = threading.Lock()\nstock = 1\ndef answer(method, path, body):\n    global stock\n    with lock:\n        got = stock > 0\n        stock -= got\n    if got: time.sleep(30)\n    return 409, {}, b''\n",
    );
    let race = |start: u32| {
        check(
            "sells",
            &format!(
                "      - race:\n          rounds: 1\n          clients: 4\n          each:\n            - post: /x\n              timeout: 1s\n              unanswered: allowed\n              op: {{ withdraw: 1, done: {{ status: 201 }}, refused: {{ status: 409 }} }}\n          holds: [ {{ linearizable: account, start: {start} }} ]\n"
            ),
        )
    };
    Course::new(&race(1), &server).check(&[]).code(0);
    // It may have happened once, not twice: with two in stock somebody was refused wrongly.
    Course::new(&race(2), &server).check(&[]).code(1).says("withdraw 1 → refused");
}
