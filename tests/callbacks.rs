//! Webhooks: stubs that call back, addresses that a submission gives, and requests that may go unanswered.

use crate::support::course::{Course, http_server};
use std::io::ErrorKind;
use std::net::TcpListener;

/// Charges by a gateway that calls back, and keeps what it is told in the order in which it happened.
const SHOP: &str = r#"
import hashlib, hmac, threading, urllib.parse, urllib.request
OWN = "http://127.0.0.1:" + os.environ["PORT"]
log = []
def answer(method, path, body, headers):
    url = urllib.parse.urlsplit(path)
    if url.path == "/log":
        if url.query == "later": time.sleep(2)
        return 200, {"content-type": "application/json"}, json.dumps(log).encode()
    if url.path == "/hooks":
        signature = hmac.new(os.environ["KEY"].encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signature, headers["x-signature"] or ""):
            return 401, {}, b"who are you?"
        log.append(json.loads(body)["event"])
        return 200, {"content-type": "application/json"}, json.dumps({"seen": len(log)}).encode()
    where = urllib.parse.parse_qs(url.query).get("hook", [OWN + "/hooks"])[0]
    where = where.replace("OTHER", str(other.server_port)).replace("STUB", os.environ["PAY_URL"])
    charge = {"id": 7, "callback_url": json.loads(where) if where.isdigit() else where}
    if where == "none": del charge["callback_url"]
    request = urllib.request.Request(os.environ["PAY_URL"] + "/charges", json.dumps(charge).encode())
    with urllib.request.urlopen(request, timeout=10) as charged:
        charged.read()
    log.append("answered")
    return 201, {}, b""
"#;

/// A gateway whose callback about a charge is this, besides what all of them have in common.
fn gateway(callbacks: &[&str]) -> String {
    let signed = "headers: { x-signature: { $hmac_sha256: { key: $(key), message: $(sent_body) } } }";
    let all: Vec<String> = callbacks
        .iter()
        .map(|callback| match callback.contains("headers") {
            true => format!("{{ post: $(json_callback_url), {callback} }}"),
            false => format!("{{ post: $(json_callback_url), {signed}, {callback} }}"),
        })
        .collect();
    format!("{{ status: 201, json: {{ charged: $(json_id) }}, callbacks: [ {} ] }}", all.join(", "))
}

fn course(reply: &str, steps: &str) -> Course {
    let server = http_server(SHOP)
        .replace("answer(self.command, self.path, body)", "answer(self.command, self.path, body, self.headers)")
        .replace(
            "ThreadingHTTPServer((os.environ[\"HOST\"], int",
            "other = ThreadingHTTPServer((\"127.0.0.1\", 0), Handler)\nthreading.Thread(target=other.serve_forever, daemon=True).start()\nThreadingHTTPServer((os.environ[\"HOST\"], int",
        );
    let course = Course::get_root(&server).limits("request = \"10s\"");
    let grader = format!(
        "format: 1\nexercise: demo\npass: 80\nvars: {{ key: {{ $string: {{ length: 20 }} }} }}\nenv: {{ KEY: $(key) }}\n\
         stubs:\n  pay:\n    routes:\n      - post: /charges\n        reply: {reply}\n\
         checks:\n  - id: a\n    claim: About a\n    points: 1\n    steps:\n{steps}"
    );
    course.write("graders/demo/grader.yaml", &grader);
    course
}

const SANDBOXES: [&str; 2] = ["native", "none"];

#[test]
fn callbacks_are_signed_repeated_and_sent_in_the_authors_order() {
    let reply = gateway(&[
        "json: { event: $(json_id) }, times: 2",
        "json: { event: late, of: $(request_number) }, delay: 50ms",
        "json: { event: forged }, headers: { x-signature: abc }",
    ]);
    let steps = "      - post: /orders
        expect: { status: 201 }
      - calls: { stub: pay, post: /charges }
        expect:
          callbacks:
            - { method: POST, url: $(origin)/hooks, status: 200, headers: $object, json: { seen: $int }, text: $string, error: null }
            - { $partial: { status: 200 } }
            - { $partial: { status: 200, headers: { $partial: { content-type: application/json } } } }
            - { $partial: { status: 401, json: null, text: who are you?, error: null } }
        until: { every: 20ms, at_most: 10s }
        save: { hook: 'json[0].json.callback_url', charge: 'json[0].json.id' }
      - post: $(hook)
        json: { event: by hand $(charge) }
        headers: { x-signature: { $hmac_sha256: { key: $(key), message: $(sent_body) } } }
        expect: { status: 200 }
      - get: /log
        expect: { json: { $all_of: [ { $contains: answered }, { $size: 5 }, { $contains: by hand 7 } ] } }
";
    for sandbox in SANDBOXES {
        course(&reply, steps).check(&["--sandbox", sandbox]).code(0);
    }
}

#[test]
fn a_callback_may_come_before_the_answer_and_after_one_that_never_comes() {
    let reply = gateway(&["json: { event: early }, when: before_answer"]);
    let steps = "      - post: /orders
        expect: { status: 201 }
      - get: /log
        expect: { json: [early, answered] }
";
    course(&reply, steps).check(&[]).code(0);
    let hangs = gateway(&["json: { event: late }"]).replacen(
        "{ status: 201, json: { charged: $(json_id) }",
        "{ fault: hang",
        1,
    );
    let steps = "      - post: /orders
        timeout: 200ms
        unanswered: allowed
      - get: /log
        expect: { json: [late] }
        until: { every: 20ms, at_most: 10s }
";
    course(&hangs, steps).check(&[]).code(0);
}

#[test]
fn another_port_of_the_submission_is_reached_and_nobody_else() {
    let reply = gateway(&["json: { event: x }"]);
    let there = "      - post: /orders?hook=http://localhost:OTHER/hooks
        expect: { status: 201 }
      - calls: { stub: pay }
        expect: { callbacks: [ { $partial: { status: 200 } } ] }
        until: { every: 20ms, at_most: 10s }
        save: { url: 'json[0].json.callback_url' }
      - post: $(url)
        json: { event: y }
        headers: { x-signature: { $hmac_sha256: { key: $(key), message: $(sent_body) } } }
        expect: { status: 200 }
";
    let strangers = TcpListener::bind("127.0.0.1:0").expect("a port");
    strangers.set_nonblocking(true).expect("a socket");
    let port = strangers.local_addr().expect("an address").port();
    for sandbox in SANDBOXES {
        course(&reply, there).check(&["--sandbox", sandbox]).code(0);
        for url in [format!("http://127.0.0.1:{port}/x"), "STUB/charges".to_owned()] {
            let steps = format!(
                "      - post: /orders?hook={url}
        expect: {{ status: 201 }}
      - calls: {{ stub: pay }}
        expect: {{ count: 1, callbacks: [ {{ $partial: {{ status: null, error: {{ $contains: nothing of the submission listens on port }} }} }} ] }}
        until: {{ every: 20ms, at_most: 10s }}
        save: {{ url: 'json[0].json.callback_url' }}
      - post: $(url)
        expect: {{ status: 200 }}
"
            );
            let course = course(&reply, &steps);
            course.check(&["--sandbox", sandbox]).code(1).says("nothing of the submission listens on port");
        }
    }
    let came = strangers.accept().expect_err("nobody may come");
    assert_eq!(came.kind(), ErrorKind::WouldBlock);
}

#[test]
fn an_address_that_is_not_the_submissions_fails_the_check_in_words() {
    let reply = gateway(&["json: { event: x }"]);
    for (given, got, why) in [
        ("http://example.com/hooks", "\"http://example.com/hooks\"", "it names another host"),
        ("file:///etc/passwd", "\"file:///etc/passwd\"", "only http and https are asked"),
        ("none", "\"$(json_callback_url)\"", "what it was asked has no `callback_url`"),
        ("7", "\"7\"", "`callback_url` is 7, and no address"),
    ] {
        let steps = format!(
            "      - post: /orders?hook={given}
        expect: {{ status: 201 }}
      - calls: {{ stub: pay }}
        expect: {{ callbacks: {{ $size: 1 }} }}
        until: {{ every: 20ms, at_most: 10s }}
"
        );
        course(&reply, &steps)
            .check(&[])
            .code(1)
            .says("where the stub pay should send its callback")
            .says("wanted an address of the submission, http://127.0.0.1:")
            .says(&format!("got    {got}"))
            .says(why)
            .says("$(json_callback_url)");
    }
}

#[test]
fn no_callback_outlives_its_check() {
    let late = gateway(&["json: { event: late }, delay: 1500ms"]);
    let steps = "      - post: /orders
        expect: { status: 201 }
  - id: b
    claim: About b
    points: 1
    steps:
      - get: /log?later
        expect: { json: [answered] }
";
    course(&late, steps).check(&[]).code(0).says("2 of 2 points");
}

#[test]
fn a_request_that_a_kill_cuts_off_may_go_unanswered() {
    let holds = "{ status: 201, hold: true }";
    let kill = |after: &str, unanswered: &str| {
        format!(
            "      - server: kill
        after: {{ stub: pay, {after} }}
        meanwhile:
          - post: /orders
            {unanswered}
            expect: {{ status: 201 }}
      - server: start
      - get: /log
        expect: {{ json: [] }}
      - calls: {{ stub: pay }}
        expect: {{ count: 1 }}
"
        )
    };
    course(holds, &kill("post: /charges", "unanswered: allowed")).check(&[]).code(0);
    course(holds, &kill("post: /charges", "timeout: 5s"))
        .check(&[])
        .code(1)
        .says("POST /orders, on its way meanwhile")
        .says("wanted an answer");
    course(holds, &kill("post: /charges, json: $string", "unanswered: allowed"))
        .limits("request = \"300ms\"")
        .check(&[])
        .code(1)
        .says("wanted POST /charges, meanwhile")
        .says("got    nothing within 300 ms");
}

#[test]
fn what_may_go_unanswered_is_judged_when_it_is_answered() {
    let steps = |status: u16| {
        format!(
            "      - get: /log
        unanswered: allowed
        expect: {{ status: {status} }}
      - get: /log
        expect: {{ status: 200 }}
"
        )
    };
    course("{ status: 201 }", &steps(200)).check(&[]).code(0);
    course("{ status: 201 }", &steps(204)).check(&[]).code(1).says("wanted the number 204");
}
