//! Memcached and NATS: private, asked by steps, and told by what was said to them.

use crate::support::course::{Course, http_server};

fn course(program: &str, services: &str, steps: &str) -> Course {
    let course = Course::get_root(&http_server(program));
    let grader = format!(
        "format: 1\nexercise: demo\npass: 80\nservices: {services}\nchecks:\n  - id: first\n    claim: The first\n    points: 1\n    steps:\n{steps}"
    );
    course.write("graders/demo/grader.yaml", &grader);
    course
}

fn ask(text: &str, expect: &str) -> String {
    format!("      - post: /\n        text: {text}\n        expect: {{ text: {expect} }}\n")
}

/// A server that says to Memcached what it is told, and answers what comes back; what is cut off is `gone`.
const ASKS_MEMCACHED: &str = r#"
import socket
def answer(method, path, body):
    host, port = os.environ["CACHE_URL"].split("//")[1].split(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5) as cache:
            cache.sendall(body.replace(b"|", b"\r\n") + b"\r\n")
            said = cache.recv(4096)
    # Whether a reset is met when it connects, writes or reads is up to the kernel.
    except ConnectionError: said = b""
    return 200, {}, said.replace(b"\r\n", b"|") or b"gone"
"#;

#[test]
fn memcached_is_asked_and_counts_only_what_the_submission_asks() {
    let get = "{ post: /, text: get greeting, expect: { status: 200 } }";
    let own = "{ memcached: { cache: [get, greeting] }, expect: { reply: hello there } }";
    let steps = ask("get greeting", "\"VALUE greeting 0 11|hello there|END|\"")
        + &ask("set a 0 0 1|b", "STORED|")
        + "      - memcached: { cache: [get, a] }\n        expect: { reply: b }\n"
        + "      - memcached: { cache: [set, n, \"41\"] }\n        expect: { reply: STORED }\n"
        + "      - memcached: { cache: [incr, n, \"1\"] }\n        expect: { reply: 42 }\n"
        + "      - memcached: { cache: [get, nothing] }\n        expect: { reply: null }\n"
        + &format!(
            "      - work:\n          steps: [ {get}, {own}, {get}, {{ post: /, text: get nothing, expect: {{ status: 200 }} }} ]\n          expect: {{ cache.cmd_get: 3, cache.get_hits: 2, cache.get_misses: 1, cache.cmd_set: 0, cache.bytes: {{ $at_least: 50 }} }}\n"
        )
        + &ask("stats reset", "gone")
        + &ask("\"set a 0 0 3|abcxxstats reset\"", "{ $not: { $contains: RESET } }")
        + "  - id: fresh\n    claim: As at the beginning\n    points: 1\n    fresh: data\n    steps:\n      - memcached: { cache: [get, a] }\n        expect: { reply: null }\n      - memcached: { cache: [get, greeting] }\n        expect: { reply: hello there }\n";
    let course = course(ASKS_MEMCACHED, "{ cache: { engine: memcached, seed: seed.txt } }", &steps);
    course.write("graders/demo/seed.txt", "set greeting \"hello there\"\n");
    for sandbox in ["native", "none"] {
        course.check(&["--sandbox", sandbox]).code(0);
    }
}

#[test]
fn memcached_dies_comes_back_empty_and_its_way_goes_wrong() {
    let steps = ask("set a 0 0 1|b", "STORED|")
        + "      - service: { cache: kill }\n"
        + &ask("get a", "gone")
        + "      - service: { cache: start }\n"
        + &ask("get a", "END|")
        + "      - faults: { cache: [ { reset_peer: 0ms } ] }\n"
        + &ask("get a", "gone");
    course(ASKS_MEMCACHED, "{ cache: memcached }", &steps).check(&[]).code(0);
}

#[test]
fn a_seed_that_memcached_does_not_take_is_the_authors() {
    let steps = ask("get a", "END|");
    let course = course(ASKS_MEMCACHED, "{ cache: { engine: memcached, seed: seed.txt } }", &steps);
    course.write("graders/demo/seed.txt", "set a b\nsett a b\n");
    course.check(&[]).code(4).says("the service `cache`: seed.txt: line 2: ERROR");
}

/// A server that speaks NATS by hand: it publishes what it is told on the path's subject, and answers requests on `price.*`.
const SPEAKS_NATS: &str = r#"
import socket, threading
def connect():
    host, port = os.environ["BUS_URL"].split("//")[1].split(":")
    link = socket.create_connection((host, int(port)), timeout=5)
    stream = link.makefile("rb")
    stream.readline()
    link.sendall(b'CONNECT {"verbose":false,"headers":true}\r\nPING\r\n')
    while not stream.readline().startswith(b"PONG"): pass
    return link, stream
def serve():
    link, stream = connect()
    link.settimeout(None)
    link.sendall(b"SUB price.* 1\r\nPING\r\n")
    while line := stream.readline():
        words = line.split()
        if words[0] == b"MSG":
            name = stream.read(int(words[-1]) + 2)[:-2]
            reply = json.dumps({"name": name.decode(), "price": 5}).encode()
            link.sendall(b"PUB %s %d\r\n%s\r\n" % (words[3], len(reply), reply))
        if words[0] == b"PONG": ready.set()
ready = threading.Event()
def answer(method, path, body):
    if path == "/serve":
        threading.Thread(target=serve, daemon=True).start()
        return (200 if ready.wait(5) else 500), {}, b""
    link, stream = connect()
    link.sendall(b"PUB %s %d\r\n%s\r\nPING\r\n" % (path[1:].encode(), len(body), body))
    while not stream.readline().startswith(b"PONG"): pass
    link.close()
    return 200, {}, b""
"#;

const BUS: &str = "{ bus: { engine: nats, streams: { ORDERS: { subjects: [orders.>], consumers: { worker: { ack_wait: 300ms, max_deliver: 5 } } } } } }";

#[test]
fn what_is_published_and_what_a_stream_keeps_is_judged() {
    let publish = |subject: &str, text: &str| {
        format!("      - post: /{subject}\n        text: '{text}'\n        expect: {{ status: 200 }}\n")
    };
    let judge = |said: &str, expect: &str| {
        format!("      - nats: {{ bus: {{ {said} }} }}\n        expect: {expect}\n")
    };
    let steps = publish("orders.created", "{\"id\": 7}")
        + &publish("mails.sent", "hello")
        + "      - nats: { bus: { publish: mails.own, text: the grader says this } }\n"
        + "      - nats: { bus: { publish: orders.paid, json: { id: 7 }, headers: { Nats-Msg-Id: seven } } }\n        repeat: 2\n"
        + &judge(
            "published: mails.>",
            "{ count: 1, json: [ { $partial: { subject: mails.sent, text: hello, json: null } } ] }",
        )
        + &judge(
            "stream: ORDERS",
            "{ count: 2, json: [ { $partial: { json: { id: 7 } } }, { subject: orders.paid, headers: { Nats-Msg-Id: seven }, text: $string, json: { id: 7 } } ] }",
        )
        + &judge(
            "request: $$JS.API.CONSUMER.INFO.ORDERS.worker",
            "{ json: { $partial: { num_pending: 2 } } }",
        )
        + "      - post: /serve\n        expect: { status: 200 }\n"
        + &judge(
            "request: price.of, text: apple",
            "{ json: { name: apple, price: 5 }, text: { $contains: apple } }",
        )
        + "        save: { price: json.price }\n"
        + "      - post: /orders.$(price)\n        text: last\n        expect: { status: 200 }\n"
        + "      - service: { bus: kill }\n      - service: { bus: start }\n"
        + &publish("mails.again", "hello")
        + &judge("published: mails.>", "{ count: 2 }")
        + &judge("stream: ORDERS", "{ count: 3 }")
        + "  - id: fresh\n    claim: As at the beginning\n    points: 1\n    fresh: data\n    steps:\n"
        + &judge("stream: ORDERS", "{ count: 0 }")
        + &judge("published: mails.>", "{ count: 0 }");
    let course = course(SPEAKS_NATS, BUS, &steps);
    for sandbox in ["native", "none"] {
        course.check(&["--sandbox", sandbox]).code(0);
    }
}

#[test]
fn what_is_missing_on_a_subject_is_told_with_what_is_there() {
    let steps = "      - post: /orders.created\n        text: x\n        expect: { status: 200 }\n      - nats: { bus: { stream: ORDERS } }\n        expect: { count: 2 }\n";
    course(SPEAKS_NATS, BUS, steps)
        .check(&[])
        .code(1)
        .says("count: got the number 1")
        .says("there are messages on orders.created");
    let nobody =
        "      - nats: { bus: { request: price.of, text: apple } }\n        expect: { text: $any }\n";
    let nobody = nobody.replace("$any", "5");
    course(SPEAKS_NATS, BUS, &nobody).check(&[]).code(1).says("nobody listens on that subject");
    let none = "      - nats: { bus: { stream: NONE } }\n        expect: { count: 0 }\n";
    course(SPEAKS_NATS, BUS, none).check(&[]).code(1).says("stream not found");
}

#[test]
fn a_stream_that_nats_does_not_take_is_the_authors() {
    let steps = "      - nats: { bus: { stream: A } }\n        expect: { count: 0 }\n";
    let services = "{ bus: { engine: nats, streams: { A: { subjects: [a.>] }, B: { subjects: [a.b] } } } }";
    course(SPEAKS_NATS, services, steps)
        .check(&[])
        .code(4)
        .says("the service `bus`")
        .says("the stream `B`")
        .says("overlap");
}
