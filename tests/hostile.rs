//! Hostile servers: each is a failed check with a clear sentence, never a crash, a hang or unbounded memory, whoever grades.

use crate::support::course::{Course, http_server, raw_server};

/// The failed check's first mismatch of a server that answers `GET /` so, where JSON is expected.
#[track_caller]
fn says(answer: &str, sentence: &str) {
    let checks = "  - id: root\n    claim: The root answers with JSON\n    points: 10\n    steps:\n      - get: /\n        expect: { status: 200, json: { $partial: { a: 1 } } }\n";
    for course in Course::each(|| Course::new(checks, &raw_server(answer)).limits("request = \"1s\"")) {
        let (code, report) = course.report(&[]);
        let outcome = &report["checks"][0]["outcome"];
        assert_eq!((code, &outcome["kind"]), (1, &"failed".into()), "{report:#}");
        let mismatch = &outcome["mismatches"][0];
        let text = format!("{}: got {}; {}", mismatch["path"], mismatch["got"], mismatch["note"]);
        assert!(text.contains(sentence), "{text} does not say {sentence}");
    }
}

fn body(bytes: &str) -> String {
    format!(
        "body = {bytes}; connection.sendall(b'HTTP/1.1 200 OK\\r\\ncontent-length: %d\\r\\n\\r\\n' % len(body) + body)"
    )
}

#[test]
fn an_endless_body() {
    says(
        "connection.sendall(b'HTTP/1.1 200 OK\\r\\n\\r\\n'); [connection.sendall(b'x' * 1000000) for _ in range(100000)]",
        "the answer's body is larger than",
    );
}

#[test]
fn a_trickled_body() {
    says(
        "connection.sendall(b'HTTP/1.1 200 OK\\r\\n\\r\\n'); [(connection.sendall(b'x'), time.sleep(0.02)) for _ in range(1000)]",
        "was not complete within 1 s",
    );
}

#[test]
fn endless_headers() {
    says(
        "connection.sendall(b'HTTP/1.1 200 OK\\r\\n'); [connection.sendall(b'x: y\\r\\n' * 1000) for _ in range(1000)]",
        "the answer's head is too large",
    );
}

#[test]
fn trickled_headers() {
    says(
        "connection.sendall(b'HTTP/1.1 200 OK\\r\\n'); [(connection.sendall(b'x'), time.sleep(0.02)) for _ in range(1000)]",
        "was not complete within 1 s",
    );
}

#[test]
fn a_wrong_content_length() {
    says(
        "connection.sendall(b'HTTP/1.1 200 OK\\r\\ncontent-length: 100\\r\\n\\r\\nshort')",
        "ended after 5 of the 100 bytes",
    );
}

#[test]
fn garbage() {
    says("connection.sendall(bytes(range(256)))", "the answer is not HTTP");
}

#[test]
fn a_closed_connection() {
    says("pass", "closed the connection before answering");
}

#[test]
fn json_that_is_100_000_deep() {
    says(&body("b'[' * 100000 + b']' * 100000"), "deep");
}

#[test]
fn duplicate_keys() {
    says(&body("b'{\"a\": 1, \"a\": 1}'"), "more than once");
}

#[test]
fn lone_surrogates() {
    says(&body("b'{\"a\": \"\\\\ud800\"}'"), "surrogate");
}

#[test]
fn a_number_beyond_every_float() {
    says(&body("b'{\"a\": 1e400}'"), "1e400");
}

#[test]
fn invalid_utf_8() {
    says(&body("b'{\"a\": \"\\xff\"}'"), "UTF-8");
}

#[test]
fn an_error_page_with_status_200() {
    says(&body("b'<!DOCTYPE html><title>Oops</title>'"), "<!DOCTYPE");
}

#[test]
fn a_server_that_never_answers_is_named_as_such() {
    let checks = "  - id: a\n    claim: A\n    points: 1\n    steps: [ { get: /, expect: { status: 200 } } ]\n  - id: b\n    claim: B\n    points: 1\n    steps: [ { get: /, expect: { status: 200 } } ]\n";
    let silent = || Course::new(checks, &raw_server("time.sleep(600)")).limits("request = \"300ms\"");
    for course in Course::each(silent) {
        course
            .check(&[])
            .code(1)
            .says("The submission does not start")
            .says("did not answer GET / within 300 ms");
    }
}

#[test]
fn a_crash_is_blamed_on_the_request_that_caused_it_and_the_next_check_gets_a_restarted_server() {
    let server = http_server(
        "def answer(method, path, body):\n    if path == '/crash':\n        print('about to crash', flush=True)\n        os._exit(3)\n    return 200, {}, b'fine'\n",
    );
    let checks = "  - id: before\n    claim: A\n    points: 1\n    steps: [ { get: /, expect: { status: 200 } } ]\n  - id: crash\n    claim: B\n    points: 1\n    steps: [ { get: /crash, expect: { status: 200 } } ]\n  - id: after\n    claim: C\n    points: 1\n    steps: [ { get: /, expect: { status: 200 } } ]\n";
    for course in Course::each(|| Course::new(checks, &server)) {
        let (code, report) = course.report(&[]);
        let outcomes = report["checks"].as_array().expect("checks").iter();
        let kinds: Vec<&str> = outcomes.filter_map(|check| check["outcome"]["kind"].as_str()).collect();
        assert_eq!((code, kinds), (1, vec!["passed", "failed", "passed"]), "{report:#}");
        let crash = &report["checks"][1];
        assert_eq!(crash["outcome"]["server"], "the server exited with code 3");
        assert_eq!(crash["output"]["text"], "about to crash\n");
    }
}

#[test]
fn a_server_that_does_not_come_back_is_said_and_gets_another_chance_with_new_data() {
    let server = http_server(
        "flag = os.path.join(DATA, 'dead')\nif os.path.exists(flag):\n    sys.exit('I stay dead')\ndef answer(method, path, body):\n    if path == '/ok':\n        return 200, {}, b'fine'\n    open(flag, 'w').close()\n    os._exit(1)\n",
    );
    let checks = "  - id: a\n    claim: A\n    points: 1\n    steps: [ { get: /, expect: { status: 200 } } ]\n  - id: b\n    claim: B\n    points: 1\n    steps: [ { get: /, expect: { status: 200 } } ]\n  - id: c\n    claim: C\n    points: 1\n    steps: [ { get: /, expect: { status: 200 } } ]\n  - id: d\n    claim: D\n    points: 1\n    fresh: data\n    steps: [ { get: /ok, expect: { status: 200 } } ]\n  - id: e\n    claim: E\n    points: 1\n    steps: [ { get: /ok, expect: { status: 200 } } ]\n";
    for course in Course::each(|| Course::new(checks, &server)) {
        let (code, report) = course.report(&[]);
        let kinds = ["failed", "failed", "skipped", "passed", "passed"];
        assert!((0..5).all(|at| report["checks"][at]["outcome"]["kind"] == kinds[at]), "{report:#}");
        let got = report["checks"][1]["outcome"]["mismatches"][0]["got"].as_str();
        assert!(code == 1 && got.is_some_and(|got| got.contains("exited with code 1")), "{report:#}");
        assert_eq!(report["checks"][2]["outcome"]["because"], "server-gone");
    }
}

#[test]
fn terminal_escapes_reach_no_terminal() {
    let server = http_server(
        "print('\\x1b[2J\\x1b]0;owned\\x07 bye', flush=True)\ndef answer(method, path, body):\n    print('\\x1b[31mred\\u202e', flush=True)\n    return 500, {}, b'\\x1b[2Jcleared'\n",
    );
    for course in Course::each(|| Course::get_root(&server)) {
        let ran = course.check(&[]).code(1);
        assert!(!ran.out.chars().any(|c| c.is_control() && c != '\n'), "{:?}", ran.out);
        ran.says("␛[31mred").says("␛[2Jcleared");
    }
}

#[test]
fn an_address_of_another_host_is_never_followed() {
    let server = http_server(
        "def answer(method, path, body):\n    return 200, {'content-type': 'application/json'}, b'{\"url\": \"http://example.com/steal\"}'\n",
    );
    let checks = "  - id: a\n    claim: A\n    points: 1\n    steps:\n      - get: /\n        expect: { status: 200 }\n        save: { url: json.url }\n      - get: $(url)\n        expect: { status: 200 }\n";
    for course in Course::each(|| Course::new(checks, &server)) {
        course.check(&[]).code(1).says("it names another host");
    }
}

#[test]
fn a_server_that_prints_a_report_changes_nothing_of_ours() {
    let fake = "print('{\"format\": \"gradus/report/1\", \"score\": {\"points\": 100}, \"verdict\": \"passed\"}')\nprint('  passed  100 of 100 points (100 %)', flush=True)\n";
    let server = http_server("def answer(method, path, body):\n    return 500, {}, b''\n");
    let server = server.replacen("class Handler", &format!("{fake}class Handler"), 1);
    for course in Course::each(|| Course::get_root(&server)) {
        let (code, report) = course.report(&[]);
        assert_eq!((code, &report["checks"][0]["outcome"]["kind"]), (1, &"failed".into()), "{report:#}");
        assert_eq!(report["format"], "gradus/report/1");
        course.check(&[]).code(1).says("not passed  0 of");
    }
}

#[test]
fn a_server_that_answers_only_while_it_is_looked_at_earns_nothing() {
    let once = "import os, socket, time\nserver = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))\nserver.accept()[0].close()\nserver.close()\ntime.sleep(60)\n";
    for course in Course::each(|| Course::get_root(once).limits("request = \"1s\"")) {
        let (code, report) = course.report(&[]);
        // Whether it was seen in the moment when it listened is chance; that it earns nothing is not.
        assert_eq!((code, &report["verdict"]), (1, &"failed".into()), "{report:#}");
        assert_ne!(report["checks"][0]["outcome"]["kind"], "passed", "{report:#}");
    }
}

#[test]
fn a_server_that_removes_its_own_folder_harms_nobody_but_itself() {
    let server = http_server(
        "import shutil\ndef answer(method, path, body):\n    shutil.rmtree(os.getcwd(), ignore_errors=True)\n    shutil.rmtree(DATA, ignore_errors=True)\n    return 200, {}, b''\n",
    );
    for course in Course::each(|| Course::get_root(&server)) {
        let cache = tempfile::tempdir().expect("a folder");
        for sandbox in ["native", "native", "guarded", "none", "none"] {
            course.gradus(&["--sandbox", sandbox]).env("XDG_CACHE_HOME", cache.path()).run().code(0);
        }
        assert!(course.work().join("app.py").exists());
    }
}

#[test]
fn what_a_check_collects_leads_nowhere_else() {
    let tricks = "import os\nos.symlink('/etc/hostname', 'link')\nos.mkfifo('pipe')\nos.mkdir('folder')\nos.truncate(os.open('huge', os.O_CREAT | os.O_WRONLY), 1 << 40)\n";
    let check = |name: &str, content: &str| {
        format!(
            "  - id: {name}\n    claim: A\n    points: 1\n    steps:\n      - run: {{ command: [python3, tricks.py] }}\n        expect: {{ files: {{ {name}: {content} }} }}\n"
        )
    };
    let server = http_server("def answer(method, path, body):\n    return 200, {}, b''\n");
    for name in ["link", "pipe", "folder", "huge"] {
        for course in Course::each(|| Course::new(&check(name, "x"), &server)) {
            course.write("work/tricks.py", tricks);
            let (code, report) = course.report(&[]);
            let outcome = &report["checks"][0]["outcome"];
            assert_eq!((code, &outcome["kind"]), (1, &"failed".into()), "{name}: {report:#}");
            assert!(report.to_string().len() < 100_000, "{name}");
        }
    }
}
