//! Many clients at once: what only shows when they are.

use crate::support::course::{Course, http_server};

/// Sells tickets of events; `GUARD` is what stands around a sale.
const TICKETS: &str = r#"
import contextlib, threading
lock = threading.Lock()
left = {}
def answer(method, path, body):
    parts = path.strip("/").split("/")
    if path == "/events":
        name = str(len(left)); left[name] = json.loads(body)["seats"]
        return 201, {"content-type": "application/json"}, json.dumps({"id": name}).encode()
    if len(parts) == 2:
        return 200, {"content-type": "application/json"}, json.dumps({"left": left[parts[1]]}).encode()
    with GUARD:
        seats = left[parts[1]]
        if seats == 0: return 409, {}, b""
        time.sleep(0.001)
        left[parts[1]] = seats - 1
        return 201, {"content-type": "application/json"}, json.dumps({"left": seats - 1}).encode()
"#;

const RACE: &str = "  - id: last-tickets
    claim: The last tickets are sold once
    points: 10
    steps:
      - race:
          rounds: 5
          clients: 16
          before:
            - post: /events
              json: { seats: 3 }
              expect: { status: 201 }
              save: { event: json.id }
          each:
            - post: /events/$(event)/orders
              json: { user: $(client) }
              expect: { status: { $one_of: [201, 409] } }
              op: { withdraw: 1, done: { status: 201 }, refused: { status: 409 } }
          after:
            - get: /events/$(event)
              expect: { json: { left: 0 } }
          holds:
            - { linearizable: account, start: 3 }
            - { count: { status: 201 }, is: 3 }
";

fn course(guard: &str, checks: &str) -> Course {
    let server = http_server(&TICKETS.replace("GUARD", guard)).replace(
        "ThreadingHTTPServer((os",
        "ThreadingHTTPServer.request_queue_size = 128\nThreadingHTTPServer((os",
    );
    Course::new(checks, &server)
}

#[test]
fn a_guarded_sale_holds_and_an_unguarded_one_is_explained() {
    course("lock", RACE).check(&[]).code(0);
    let without_after = RACE.split("          after:").next().expect("a part").to_owned()
        + "          holds:\n            - { linearizable: account, start: 3 }\n";
    for sandbox in ["native", "none"] {
        course("contextlib.nullcontext()", &without_after)
            .check(&["--sandbox", sandbox])
            .code(1)
            .says("of 5, 16 clients at once, 201 ×")
            .says("were there, ")
            .says("were given out")
            .says("withdraw 1 → done");
    }
}

#[test]
fn the_number_of_answers_is_judged_and_told() {
    let only_count =
        RACE.split("          after:").next().expect("a part").replace(
            "              op: { withdraw: 1, done: { status: 201 }, refused: { status: 409 } }\n",
            "",
        ) + "          holds:\n            - { count: { status: 201 }, is: 3 }\n";
    course("lock", &only_count).check(&[]).code(0);
    course("contextlib.nullcontext()", &only_count).check(&[]).code(1).says("count: got the number");
}

#[test]
fn what_is_expected_of_each_answer_names_round_and_client() {
    let wrong = RACE.replace("{ $one_of: [201, 409] }", "201");
    course("lock", &wrong)
        .check(&[])
        .code(1)
        .says("round 1 of 5, 16 clients at once, client")
        .says("status: got the number 409");
}

#[test]
fn a_race_that_nothing_can_judge_is_a_mistake() {
    let no_op = RACE
        .replace("              op: { withdraw: 1, done: { status: 201 }, refused: { status: 409 } }\n", "");
    course("lock", &no_op).check(&[]).code(3).complains("no request of this race is an operation");
    let wrong = RACE.replace("withdraw: 1, done", "withdrw: 1, done");
    course("lock", &wrong).check(&[]).code(3).complains("did you mean `withdraw`?");
    let wrong = RACE.replace("linearizable: account, start: 3", "linearizable: account, start: many");
    course("lock", &wrong).check(&[]).code(4).says("`start` is an amount, not \"many\"");
}

#[test]
fn nobody_answered_is_no_pass() {
    let closing = "import os, socket\nserver = socket.create_server((\"127.0.0.1\", int(os.environ[\"PORT\"])), backlog=256)\nwhile True:\n    connection, _ = server.accept()\n    data = connection.recv(65536)\n    if b'/ok' in data: connection.sendall(b'HTTP/1.1 200 OK\\r\\ncontent-length: 0\\r\\n\\r\\n')\n    connection.close()\n";
    let checks = "  - id: a\n    claim: A\n    points: 1\n    steps:\n      - get: /ok\n        expect: { status: 200 }\n      - race:\n          rounds: 1\n          clients: 4\n          each:\n            - post: /x\n              op: { add: 1, done: { status: 200 } }\n          holds: [ { linearizable: counter } ]\n";
    Course::new(checks, closing).check(&[]).code(1).says("at least one client that is answered");
}

#[test]
fn a_load_is_judged_by_all_its_answers_together() {
    let load = |expect: &str| {
        format!(
            "  - id: load\n    claim: It bears load\n    points: 1\n    steps:\n      - load:\n          connections: 8\n          for: 500ms\n          warm_up: 100ms\n          requests:\n            - get: /a?turn=$(turn)\n              expect: {{ status: 200, text: /a }}\n            - get: /b\n              expect: {{ status: 200, text: /b }}\n        expect: {expect}\n"
        )
    };
    let server = |answer: &str| {
        http_server(&format!(
            "import itertools\ncount = itertools.count()\ndef answer(method, path, body):\n    {answer}\n    return 200, {{}}, path.split('?')[0].encode()\n"
        ))
    };
    let all_well =
        "{ errors: 0, judged: { $at_least: 20 }, answers: { $at_least: 40 }, p99: { $at_most: 2 } }";
    Course::new(&load(all_well), &server("pass")).check(&[]).code(0);
    Course::new(&load(all_well), &server("if next(count) > 50: return 500, {}, b'tired'"))
        .check(&[])
        .code(1)
        .says("8 connections for 500 ms: ")
        .says("errors: got the number")
        .says("500 Internal Server Error");
    Course::new(&load("{ p99: { $at_most: 0.0001 } }"), &server("time.sleep(0.01)"))
        .check(&[])
        .code(1)
        .says("p99: got the number 0.");
}

/// Looks for something among `size` things, by `FINDS`.
const FINDS: &str = r#"
import urllib.request
def answer(method, path, body):
    if method == "POST":
        open(DATA + "/n", "w").write(body.decode()); return 204, {}, b""
    n = int(open(DATA + "/n").read())
    FINDS
    return 200, {}, b"found"
"#;

fn growth(measure: &str, at_most: &str) -> String {
    format!(
        "  - id: grows\n    claim: It grows as it may\n    points: 1\n    steps:\n      - growth:\n          sizes: [64, 256, 1024]\n          before: [ {{ post: /n, text: $(size), expect: {{ status: 204 }} }} ]\n          steps: [ {{ get: /find, expect: {{ status: 200 }} }} ]\n          measure: {measure}\n          at_most: {at_most}\n"
    )
}

#[test]
fn what_is_asked_of_a_stub_is_counted_exactly() {
    let course = |finds: &str| {
        let course = Course::new(
            &growth("{ calls: shelf }", "logarithmic"),
            &http_server(&FINDS.replace("FINDS", finds)),
        );
        let grader =
            std::fs::read_to_string(course.root.path().join("graders/demo/grader.yaml")).expect("a grader");
        let stubs = "stubs: { shelf: { routes: [ { get: /item/*, reply: { text: $(path_1) } } ] } }\nchecks:";
        course.write("graders/demo/grader.yaml", &grader.replace("checks:", stubs));
        course
    };
    let reads = |times: &str| {
        format!(
            "for i in range({times}): urllib.request.urlopen(os.environ['SHELF_URL'] + f'/item/{{i}}').read()"
        )
    };
    course(&reads("n.bit_length()")).check(&[]).code(0);
    course(&reads("n // 8"))
        .check(&[])
        .code(1)
        .says("64: 8 requests, 256: 32 requests, 1024: 128 requests")
        .says("as the logarithm of the size at most");
    course("pass").check(&[]).code(1).says("nothing was measured at any size");
}

#[test]
fn time_is_judged_by_how_it_grows() {
    let course = |finds: &str, at_most: &str| {
        Course::new(&growth("time", at_most), &http_server(&FINDS.replace("FINDS", finds)))
    };
    course("time.sleep(n / 20000)", "linear").check(&[]).code(0);
    course("time.sleep(n * n / 2000000)", "linear")
        .check(&[])
        .code(1)
        .says("a cost that grows as the size at most")
        .says("as the size to the power of ");
    course("pass", "quadratic").check(&[]).code(0);
}
