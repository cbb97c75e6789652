//! The command lines of failures: pasted into a shell, they ask what the grader asked, and of a server that is still there.

use crate::support::course::Course;
use crate::support::staying::Staying;
use serde_json::Value;
use std::process::Command;

/// Answers with what it was asked, without who asked.
const ECHO: &str = r#"import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def echo(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        name = lambda value: "-" if value.startswith(("gradus/", "curl/")) else value
        headers = sorted([key.lower(), name(value)] for key, value in self.headers.items())
        out = json.dumps([self.requestline, headers, body.hex()]).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(out)))
        self.end_headers()
        self.wfile.write(out)
    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_BREW = echo
    def log_message(self, *args):
        pass
ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"#;

/// Requests that curl would change, or a shell, or a terminal.
const ODD: [&str; 20] = [
    "get: /a/../b/./c",
    "get: \"/x?ids[]=1&f={a}&b=a|b\"",
    "get: \"/it's/$HOME/`id`\"",
    "post: /x, text: \"a,b\\n1,2\\n\"",
    "post: /x, text: \"-n %s \\\\n it's \\t\\u200b\\u00e9\\U0001F980\\r\\n\"",
    "post: /x, text: \"@file\"",
    "post: /x, json: { title: \"it's \\\"so\\\" & $HOME\" }",
    "post: /x, json: { a: 1 }, headers: { content-type: null }",
    "post: /x, bytes: { hex: 00ff0a2d2d }",
    "post: /x, form: { a: \"1 2\", b: ü }",
    "post: /x",
    "put: /x",
    "patch: /x, json: [ 1 ]",
    "delete: /x, json: { really: true }",
    "get: /x, headers: { x-empty: \"\" }",
    "get: /x, headers: { accept: application/xml, user-agent: me }",
    "get: /x, headers: { accept: null, user-agent: null }",
    "get: /x, headers: { x-list: [ a, b ], x-tab: \"a\\tb\", x-name: Zoë }",
    "get: /x, connection: close",
    "get: /x, headers: { host: other.example }",
];

#[test]
fn a_pasted_line_asks_what_was_asked() {
    let checks: Vec<String> = ODD
        .iter()
        .enumerate()
        .map(|(number, request)| {
            format!("  - {{ id: c{number}, claim: A, points: 1, steps: [ {{ {request}, expect: {{ status: 299 }} }} ] }}\n")
        })
        .collect();
    let course = Course::new(&checks.concat(), ECHO);
    let written = course.root.path().join("report.json");
    let report = format!("json={}", written.display());
    let kept = Staying::start(&course, &["--keep", "--report", "terminal", "--report", &report]);
    let shown: Vec<String> =
        ODD.iter().map(|_| kept.wait_for("try:  ").replacen("  try:  ", "", 1)).collect();
    kept.wait_for("the server stays up at");
    let report: Value =
        serde_json::from_str(&std::fs::read_to_string(written).expect("a report")).expect("JSON");
    assert!(report["usage"].is_null(), "what it uses is not over: {report}");
    for ((check, line), odd) in report["checks"].as_array().expect("checks").iter().zip(&shown).zip(ODD) {
        let exchange = &check["outcome"]["exchange"];
        assert_eq!(exchange["curl"], line.as_str());
        let ran = Command::new("sh").args(["-c", line]).output().expect("a shell");
        let answer = String::from_utf8_lossy(&ran.stdout).into_owned();
        let (_, asked) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{line}\n{ran:?}"));
        assert_eq!(asked, exchange["answer"]["body"]["text"].as_str().expect("a body"), "{odd}\n{line}");
    }
    kept.interrupt();
}
