//! A course of one exercise and one submission in a temporary folder.

use super::grader::{Grader, give, graders};
use super::gradus::{Gradus, Ran};
use serde_json::Value;
use std::path::PathBuf;
use tempfile::TempDir;

/// An exercise `demo` with a grader, and a submission in Python.
pub struct Course {
    pub root: TempDir,
    grader: Grader,
}

const EXERCISE: &str = r#"format = 1
slug = "demo"
title = "Demo"
summary = "An exercise of the tests."
track = "foundations"
difficulty = 1
submission = "server"
skills = ["HTTP"]
languages = ["python"]
"#;

const SUBMISSION: &str = "format = 1\nexercise = \"demo\"\n\n[run]\nstart = \"python3 -u app.py\"\n";

impl Course {
    /// With this text below `checks:`, and this Python program.
    pub fn new(checks: &str, program: &str) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let course = Self { root, grader: Grader::Ourselves };
        course.write("exercises/demo/exercise.toml", EXERCISE);
        course.write("exercises/demo/README.md", "# Demo\n");
        course.write(
            "graders/demo/grader.yaml",
            &format!("format: 1\nexercise: demo\npass: 80\nchecks:\n{checks}"),
        );
        course.write("work/gradus.toml", SUBMISSION);
        course.write("work/app.py", program);
        course
    }

    /// One check of 10 points: `GET /` answers 200.
    pub fn get_root(program: &str) -> Self {
        Self::new(
            "  - id: root\n    claim: The root answers\n    points: 10\n    steps:\n      - get: /\n        expect: { status: 200 }\n",
            program,
        )
    }

    /// The same course for everybody who grades: where we are root, once for us and once for an ordinary user.
    pub fn each(course: impl Fn() -> Self) -> impl Iterator<Item = Self> {
        graders().into_iter().map(move |grader| {
            // Shown where the test fails.
            println!("graded by: {grader:?}");
            Self { grader, ..course() }
        })
    }

    /// More limits in exercise.toml, such as `request = "1s"`.
    pub fn limits(self, limits: &str) -> Self {
        self.write("exercises/demo/exercise.toml", &format!("{EXERCISE}[limits]\n{limits}\n"));
        self
    }

    /// Writes a file of the course.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// The submission's folder.
    pub fn work(&self) -> PathBuf {
        self.root.path().join("work")
    }

    /// `gradus check` with more arguments.
    pub fn gradus(&self, arguments: &[&str]) -> Gradus {
        let mut all = vec!["check".to_owned(), self.work().display().to_string()];
        all.extend(["--exercises".to_owned(), self.root.path().display().to_string()]);
        if !arguments.contains(&"--seed") {
            all.extend(["--seed".to_owned(), seed()]);
        }
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        if self.grader == Grader::User {
            give(self.root.path());
        }
        Gradus::new(all).by(self.grader)
    }

    /// `gradus check` with more arguments, to its end.
    pub fn check(&self, arguments: &[&str]) -> Ran {
        self.gradus(arguments).run()
    }

    /// `gradus check --report json`, and the report.
    pub fn report(&self, arguments: &[&str]) -> (i32, Value) {
        let ran = self.check(&[arguments, &["--report", "json"]].concat());
        (ran.code, ran.json())
    }
}

/// The seed of a test that names none: the same on every run, and another where somebody looks for tests that hang on it.
fn seed() -> String {
    std::env::var("GRADUS_TEST_SEED").unwrap_or_else(|_| "1".to_owned())
}

/// A Python server that answers every connection with these bytes, after it has read a request's head, and closes it.
pub fn raw_server(answer: &str) -> String {
    format!(
        r#"import os, socket, time
server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=64)
def read_head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return False
        data += piece
    return True
while True:
    connection, _ = server.accept()
    try:
        if read_head(connection):
            {answer}
    except OSError:
        pass
    finally:
        connection.close()
"#
    )
}

/// A Python HTTP server whose `answer(method, path, body)` gives status, headers and body.
pub fn http_server(answer: &str) -> String {
    format!(
        r#"import json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
DATA = os.environ["DATA_DIR"]
{answer}
class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        status, headers, out = answer(self.command, self.path, body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(out)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(out)
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any
    def log_message(self, *args):
        pass
ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler).serve_forever()
"#
    )
}
