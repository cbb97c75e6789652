//! Stubs that the grader serves, what they were asked, what becomes of the server, and what it prints.

use crate::support::course::{Course, http_server};

/// A server that passes on what its upstream says, and tries three times on `/retry`.
const PASSES_ON: &str = r#"
import signal, threading, urllib.error, urllib.request
UP = os.environ["RATES_URL"]
def up(path, data=None, headers={}):
    request = urllib.request.Request(UP + path, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=2) as answer:
        return answer.read()
def answer(method, path, body):
    print(json.dumps({"path": path}), flush=True)
    if path == "/slow":
        time.sleep(0.5)
        return 200, {}, b"done"
    if path == "/both":
        answers = []
        threads = [threading.Thread(target=lambda p: answers.append(up(p)), args=(p,)) for p in ("/a", "/b")]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        return 200 if len(answers) == 2 else 502, {}, b""
    if path == "/in-turn":
        try: return 200, {}, up("/a") + up("/b")
        except Exception: return 502, {}, b""
    if path == "/store":
        if body: open(DATA + "/x", "wb").write(body)
        return 200, {}, open(DATA + "/x", "rb").read()
    for turn in range(3 if path == "/retry" else 1):
        try: return 200, {"content-type": "application/json"}, up(path, body or None, {"x-turn": str(turn)})
        except Exception as error: print("upstream:", error, flush=True)
    return 502, {}, b""
"#;

/// The course with these stubs and checks.
fn course(stubs: &str, checks: &str) -> Course {
    let course = Course::get_root(&http_server(PASSES_ON).replace(
        "ThreadingHTTPServer((os.environ[\"HOST\"], int(os.environ[\"PORT\"])), Handler).serve_forever()",
        "S = ThreadingHTTPServer((os.environ[\"HOST\"], int(os.environ[\"PORT\"])), Handler)\nS.daemon_threads = False\nsignal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=S.shutdown).start())\nS.serve_forever()\nS.server_close()",
    ));
    course.write(
        "work/gradus.toml",
        "format = 1\nexercise = \"demo\"\n\n[run]\nstart = \"exec python3 -u app.py\"\n",
    );
    let grader = format!(
        "format: 1\nexercise: demo\npass: 80\nstubs:\n  rates:\n    routes:\n{stubs}\nchecks:\n{checks}"
    );
    course.write("graders/demo/grader.yaml", &grader);
    course
}

fn check(id: &str, steps: &str) -> String {
    format!("  - id: {id}\n    claim: About {id}\n    points: 1\n    steps:\n{steps}\n")
}

const ROUTES: &str = "      - get: /v1/*
        query: { base: $string }
        reply: { json: { of: $(path_1), base: $(query_base), turn: $(request_number) } }
      - post: /echo
        json: { $partial: { id: $int } }
        reply: { status: 201, json: { id: $(json_id) } }
      - get: /retry
        replies: [ { status: 503 }, { fault: reset }, { json: [well] } ]
      - get: /a
        reply: { text: a, after: { stub: rates, get: /b } }
      - get: /b
        reply: { text: b, after: { stub: rates, get: /a } }
      - get: /bad
        replies: [ { fault: close }, { fault: garbage }, { fault: short, text: half of it }, { fault: { trickle: 5ms }, text: slow } ]";

#[test]
fn stubs_answer_from_the_request_in_sequence_and_wrongly() {
    let checks = check(
        "computed",
        "      - get: /v1/usd?base=EUR
        repeat: 2
        expect: { json: { of: usd, base: EUR, turn: $(turn) } }
      - post: /echo
        json: { id: 7, more: true }
        expect: { json: { id: 7 } }",
    ) + &check(
        "sequence",
        "      - get: /retry
        expect: { json: [well] }
      - calls: { stub: rates, get: /retry }
        expect: { count: 3, json: { $each: { $partial: { headers: { $partial: { x-turn: $string } } } } }, gaps: { $size: 2 } }
      - calls: { stub: rates, post: /echo }
        expect: { count: 0 }",
    ) + &check(
        "barrier",
        "      - get: /both
        repeat: 2
        expect: { status: 200 }
      - get: /in-turn
        expect: { status: 502 }",
    )
        + &check(
            "faults",
            "      - get: /bad
        repeat: 3
        expect: { status: 502 }
      - get: /bad
        expect: { status: 200, text: slow }",
        );
    for sandbox in ["native", "none"] {
        course(ROUTES, &checks).check(&["--sandbox", sandbox]).code(0).says("4 of 4 points");
    }
}

/// Tells what comes over the wire, byte for byte, how it ends, and what the thread that asked for `/held` has got.
const LOOKS: &str = r#"
import socket, threading, urllib.request
from urllib.parse import urlparse
GOT = []
def answer(method, path, body):
    up = urlparse(os.environ["RATES_URL"])
    if path == "/later":
        ask = lambda: GOT.append(urllib.request.urlopen(os.environ["RATES_URL"] + "/held", timeout=20).read().decode())
        threading.Thread(target=ask).start()
        return 202, {}, b""
    if path == "/got":
        return 200, {}, json.dumps(GOT).encode()
    came, ended, began = [], "hangs", time.monotonic()
    with socket.create_connection((up.hostname, up.port)) as line:
        line.settimeout(0.6)
        line.sendall(b"GET " + path.encode() + b" HTTP/1.1\r\nhost: x\r\n\r\n")
        try:
            while True:
                piece = line.recv(65536)
                if not piece:
                    ended = "closed"
                    break
                came.append((time.monotonic() - began, piece))
        except ConnectionResetError: ended = "reset"
        except TimeoutError: pass
    text = b"".join(piece for _, piece in came).decode("latin-1")
    seen = {"text": text, "ended": ended, "pieces": len(came), "first": came[0][0] if came else None}
    return 200, {"content-type": "application/json"}, json.dumps(seen).encode()
"#;

const WRONG: &str = r#"      - get: /close
        reply: { fault: close }
      - get: /reset
        reply: { fault: reset }
      - get: /hang
        reply: { fault: hang }
      - get: /garbage
        reply: { fault: garbage }
      - get: /short
        reply: { fault: short, text: half of it }
      - get: /trickle
        reply: { fault: { trickle: 30ms }, text: slow }
      - get: /delay
        reply: { delay: 300ms, text: late }
      - get: /held
        reply: { hold: true, text: let go }"#;

#[test]
fn each_fault_is_seen_on_the_wire_as_what_it_is() {
    let see = |path: &str, seen: &str| {
        format!("      - get: {path}\n        expect: {{ json: {{ $partial: {seen} }} }}\n")
    };
    let checks = check(
        "wire",
        &[
            see("/close", "{ text: '', ended: closed }"),
            see("/reset", "{ text: '', ended: reset }"),
            see("/hang", "{ text: '', ended: hangs }"),
            see("/garbage", "{ text: { $contains: this is no HTTP }, ended: closed }"),
            see(
                "/short",
                "{ text: { $regex: '(?s)content-length: 10\\r\\n.*\\r\\n\\r\\nhalf $' }, ended: closed }",
            ),
            see("/trickle", "{ text: { $regex: 'slow$' }, ended: closed, pieces: { $at_least: 4 } }"),
            see("/delay", "{ text: { $regex: 'late$' }, first: { $at_least: 0.3 } }"),
        ]
        .concat(),
    ) + &check(
        "held",
        "      - get: /later
        expect: { status: 202 }
      - calls: { stub: rates, get: /held }
        until: { every: 20ms, at_most: 5s }
        expect: { count: 1 }
      - get: /got
        expect: { text: '[]' }
      - stub: { rates: release }
      - get: /got
        until: { every: 20ms, at_most: 5s }
        expect: { text: '[\"let go\"]' }",
    );
    let grader = format!(
        "format: 1\nexercise: demo\npass: 80\nstubs:\n  rates:\n    routes:\n{WRONG}\nchecks:\n{checks}"
    );
    let course = Course::get_root(&http_server(LOOKS));
    course.write("graders/demo/grader.yaml", &grader);
    course.check(&[]).code(0).says("2 of 2 points");
}

#[test]
fn a_stub_that_is_down_refuses_and_one_that_is_changed_answers_so_until_the_check_ends() {
    let steps = "      - stub: { rates: down }
      - get: /v1/usd?base=EUR
        expect: { status: 502 }
      - printed: { text: { $contains: Connection refused } }
      - stub: { rates: up }
      - get: /v1/usd?base=EUR
        expect: { status: 200 }
      - stub: { rates: { status: 500 } }
      - get: /v1/usd?base=EUR
        expect: { status: 502 }";
    let after = "      - get: /v1/usd?base=EUR\n        expect: { status: 200 }\n      - calls: { stub: rates }\n        expect: { count: 1 }";
    course(ROUTES, &(check("down", steps) + &check("after", after))).check(&[]).code(0);
}

#[test]
fn the_way_to_a_stub_goes_wrong_as_it_is_told_to_until_the_check_ends() {
    let ask = |expect: &str| format!("      - get: /v1/usd?base=EUR\n        expect: {expect}\n");
    let fine = ask("{ status: 200 }");
    let gone = ask("{ status: 502 }");
    let checks = check("fine-before", &fine)
        + &check("reset", &format!("      - faults: {{ rates: [ {{ reset_peer: 0ms }} ] }}\n{gone}"))
        + &check("fine-after", &fine)
        + &check(
            "closed",
            &format!(
                "      - faults: {{ rates: [ {{ timeout: 50ms }} ] }}\n{gone}      - faults: {{ rates: [] }}\n{fine}"
            ),
        )
        + &check("cut", &format!("      - faults: {{ rates: [ {{ limit_data: 5 }} ] }}\n{gone}"))
        + &check(
            "hangs",
            &format!(
                "      - faults: {{ rates: [ {{ timeout: never, stream: upstream }} ] }}\n{gone}      - calls: {{ stub: rates }}\n        expect: {{ count: 0 }}\n"
            ),
        )
        + &check(
            "pieces",
            &format!(
                "      - faults: {{ rates: [ {{ slicer: 7, delay: 1ms }}, {{ bandwidth: 64 KiB }}, {{ latency: 20ms, jitter: 10ms }} ] }}\n{fine}"
            ),
        );
    course(ROUTES, &checks).check(&[]).code(0).says("7 of 7 points");
    // A second passes between an answer and its arrival, in both directions.
    let late = "      - faults: { rates: [ { latency: 600ms }, { latency: 500ms, stream: upstream } ] }\n      - get: /v1/usd?base=EUR\n        timeout: 1s\n        expect: { status: 200 }\n";
    course(ROUTES, &check("late", late)).check(&[]).code(1).says("an answer");
}

#[test]
fn a_stub_stays_down_while_another_one_changes() {
    let steps = "      - stub: { rates: down, other: { status: 500 } }
      - get: /v1/usd?base=EUR
        expect: { status: 502 }
      - printed: { text: { $contains: Connection refused } }";
    let stubs = format!("{ROUTES}\n  other:\n    routes: [ {{ get: /, reply: {{ text: well }} }} ]");
    course(&stubs, &check("down", steps)).check(&[]).code(0);
}

/// A server that reads what a shelf holds, one by one, and swaps its ends.
const READS_A_SHELF: &str = r#"
import urllib.error, urllib.request
UP = os.environ["SHELF_URL"]
def up(path, data=None):
    with urllib.request.urlopen(urllib.request.Request(UP + path, data=data), timeout=2) as answer:
        return answer.read()
def answer(method, path, body):
    size = json.loads(up("/size"))["size"]
    if path == "/swap": up("/swaps", json.dumps({"a": 0, "b": size - 1}).encode())
    return 200, {}, json.dumps([json.loads(up(f"/items/{n}"))["item"] for n in range(size)]).encode()
"#;

/// The same course with such a server, and a shelf beside the stub `rates`.
fn shelf(items: &str, steps: &str) -> Course {
    let stubs = format!("{ROUTES}\n  shelf: {items}");
    let course = course(&stubs, &check("a", steps));
    course.write("work/app.py", &http_server(READS_A_SHELF));
    course
}

#[test]
fn a_shelf_is_read_swapped_filled_anew_and_counted() {
    let steps = "      - get: /
        expect: { json: [3, 1, 2] }
      - get: /swap
        expect: { json: [2, 1, 3] }
      - calls: { stub: shelf, get: /items/* }
        expect: { count: 6, items: [2, 1, 3] }
      - stub: { shelf: { items: { $ints: { size: 4, order: sorted } } } }
      - calls: { stub: shelf }
        expect: { count: 0, items: { $all_of: [$sorted, { $size: 4 }] } }
      - stub: { shelf: { items: [5] } }
      - get: /swap
        expect: { json: [5] }
      - calls: { stub: shelf, post: /swaps }
        expect: { count: 1 }
      - growth:
          sizes: [2, 8, 16]
          before: [ { stub: { shelf: { items: { $ints: { size: $(size) } } } } } ]
          steps: [ { get: /, expect: { json: { $size: $(size) } } } ]
          measure: { calls: shelf, get: /items/* }
          at_most: linear";
    let steps = steps.replace("{ $size: $(size) }", "{ $size: { $at_least: $(size) } }");
    shelf("{ items: [3, 1, 2] }", &steps).check(&[]).code(0);
}

#[test]
fn a_shelf_has_routes_beside_it_and_its_order_is_shown() {
    let routes = "{ items: [3, 1, 2], routes: [ { get: /items/1, reply: { json: { item: seven } } } ] }";
    shelf(routes, "      - get: /\n        expect: { json: [3, seven, 2] }").check(&[]).code(0);
    let wrong = "      - get: /
        expect: { status: 200 }
      - calls: { stub: shelf }
        expect: { items: $sorted }";
    shelf("{ items: [3, 1, 2] }", wrong).check(&[]).code(1).says("[1] is the number 1, after the number 3");
}

#[test]
fn items_that_are_no_list_are_the_graders_fault() {
    let steps = "      - get: /
        expect: { json: [3, 1, 2] }
        save: { it: 'json[0]' }
      - stub: { shelf: { items: $(it) } }";
    let (code, report) = shelf("{ items: [3, 1, 2] }", steps).report(&[]);
    assert_eq!((code, &report["verdict"]), (4, &"incomplete".into()));
    assert!(report["checks"][0]["outcome"].to_string().contains("the items of the stub `shelf` are no list"));
}

#[test]
fn what_a_stub_was_not_prepared_for_is_told_with_the_nearest_route() {
    course(ROUTES, &check("a", "      - get: /v1/usd\n        expect: { status: 200 }"))
        .check(&[])
        .code(1)
        .says("the stub rates")
        .says("got    GET /v1/usd")
        .says("wanted GET /v1/*")
        .says("no route of the stub answers this: the parameter `base` differs");
}

#[test]
fn what_a_stub_was_not_prepared_for_is_told_by_itself_where_the_check_passes() {
    let passes = check("a", "      - get: /v1/usd\n        expect: { status: 502 }");
    let told =
        "the stub rates was asked GET /v1/usd, and no route answers this: the parameter `base` differs";
    course(ROUTES, &passes).check(&[]).code(0).says("notice: the stub rates was asked GET /v1/usd, and");
    let (code, report) = course(ROUTES, &passes).report(&[]);
    assert_eq!(code, 0);
    let remark = report["checks"][0]["remarks"][0].as_str().expect("a remark");
    assert!(remark.starts_with(told) && remark.ends_with("the nearest is GET /v1/*"), "{remark}");
}

#[test]
fn a_server_is_killed_paused_resumed_and_restarted() {
    let steps = "      - post: /store
        text: kept
        expect: { status: 200 }
      - server: kill
      - server: start
      - get: /store
        expect: { text: kept }
      - server: pause
      - server: resume
      - server: restart
      - get: /store
        expect: { text: kept }";
    let left_down = "      - get: /store\n        expect: { text: kept }\n      - server: kill";
    let checks = check("life", steps)
        + &check("leaves-it-down", left_down)
        + &check("next", "      - get: /store\n        expect: { text: kept }");
    for sandbox in ["native", "none"] {
        course(ROUTES, &checks).check(&["--sandbox", sandbox]).code(0);
    }
    course(ROUTES, &check("paused", "      - server: pause\n      - get: /store\n        timeout: 300ms\n        expect: { status: 200 }"))
        .check(&[])
        .code(1)
        .says("0 of 1 points");
}

#[test]
fn a_request_on_its_way_is_answered_before_a_server_ends() {
    let steps = "      - server: term
        within: 5s
        expect: { exit: 0 }
        meanwhile:
          - get: /slow
            expect: { status: 200, text: done }
            save: { said: text }
      - server: start
      - post: /store
        text: $(said)
        expect: { text: done }";
    let course = course(ROUTES, &check("graceful", steps));
    course.check(&[]).code(0);
    let app = std::fs::read_to_string(course.work().join("app.py")).expect("a file");
    course.write(
        "work/app.py",
        &app.replace("lambda *_: threading.Thread(target=S.shutdown).start()", "lambda *_: os._exit(0)"),
    );
    course
        .check(&[])
        .code(1)
        .says("GET /slow, on its way meanwhile")
        .says("closed the connection before answering");
    course.write(
        "work/app.py",
        &app.replace("lambda *_: threading.Thread(target=S.shutdown).start()", "signal.SIG_IGN"),
    );
    course.check(&[]).code(1).says("it still ran 5 s after SIGTERM");
}

#[test]
fn what_was_printed_is_judged_by_line_and_as_json() {
    let steps = "      - get: /store
        expect: { status: $int }
      - printed: { json: { $contains: { path: /store } }, lines: { $size: { $at_least: 1 } } }
        until: { every: 10ms, at_most: 2s }";
    let steps = steps.replace("$int", "{ $between: [200, 500] }");
    course(ROUTES, &check("a", &("      - post: /store\n        text: x\n".to_owned() + &steps)))
        .check(&[])
        .code(0);
    let wrong = "      - post: /store\n        text: x\n      - printed: { text: { $contains: never } }";
    course(ROUTES, &check("a", wrong)).check(&[]).code(1).says("what the server printed");
}

#[test]
fn a_check_whose_time_is_over_tells_what_no_route_answered() {
    let hangs = "import urllib.request\ndef answer(method, path, body):\n    try: urllib.request.urlopen(os.environ['RATES_URL'] + '/nowhere')\n    except OSError: time.sleep(600)\n";
    let check = check("a", "      - { get: /, timeout: 60s, expect: { status: 200 } }");
    let course = course(ROUTES, &check.replace("points: 1", "points: 1\n    timeout: 5s"));
    course.write("work/app.py", &http_server(hangs));
    let ran = course.check(&[]).code(1);
    ran.says("the check's time was over").says("no route of the stub answers this").says("GET /nowhere");
}

#[test]
fn a_url_has_neither_signals_nor_stubs() {
    let course = course(
        ROUTES,
        &(check("a", "      - server: restart")
            + &check("b", "      - calls: { stub: rates }\n        expect: { count: 0 }")
            + &check(
                "c",
                "      - growth: { sizes: [1, 4, 8], steps: [ { get: /a?size=$(size), expect: { text: a } } ], measure: { calls: rates }, at_most: linear }",
            )),
    );
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (code, report) = course.report(&["--url", &url]);
    assert_eq!((code, &report["verdict"]), (4, &"incomplete".into()));
    for check in report["checks"].as_array().expect("checks") {
        assert_eq!(check["outcome"]["because"], "unsupported");
        assert!(check["outcome"].to_string().contains("grade the folder"), "{check}");
    }
}
