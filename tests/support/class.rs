//! A class of submissions to a tiny exercise, in a temporary folder.

use super::course::{Course, http_server};
use super::gradus::{Gradus, Ran};
use std::path::PathBuf;

/// Three checks, worth 6, 3 and 1 points; passed from 60 %.
const CHECKS: &str = "  - id: root
    claim: The root answers
    points: 6
    steps: [ { get: /, expect: { status: 200 } } ]
  - id: greets
    claim: It greets
    points: 3
    steps: [ { get: /hello, expect: { text: hello } } ]
  - id: secret
    claim: It keeps a secret
    points: 1
    visibility: hidden
    steps: [ { get: /secret, expect: { status: 404 } } ]
";

/// Everything holds.
pub const GOOD: &str = "def answer(method, path, body):
    return (404, {}, b'') if path == '/secret' else (200, {}, b'hello')
";
/// Only the root answers: 60 %, and so near the pass mark.
pub const NEAR: &str = "def answer(method, path, body):
    return 200, {}, b'root'
";
/// Nothing holds but the secret: 10 %.
pub const BAD: &str = "def answer(method, path, body):
    return 404, {}, b''
";

/// A course with a class.
pub struct Class(pub Course);

impl Class {
    /// Nobody handed anything in yet.
    pub fn new() -> Self {
        let course = Course::new(CHECKS, "");
        let grader = std::fs::read_to_string(course.root.path().join("graders/demo/grader.yaml"));
        let grader = grader.expect("a grader").replace("pass: 80", "pass: 60");
        course.write("graders/demo/grader.yaml", &grader);
        Self(course)
    }

    /// With shorter limits, so that what hangs is soon given up.
    pub fn short_limits(self) -> Self {
        Self(self.0.limits("boot = \"6s\"\nrequest = \"1s\"\ncheck = \"2s\""))
    }

    /// A learner hands in a server with this `answer`.
    pub fn server(self, student: &str, answer: &str) -> Self {
        self.program(student, &http_server(answer))
    }

    /// A learner hands in this program.
    pub fn program(self, student: &str, program: &str) -> Self {
        self.0.write(
            &format!("class/{student}/gradus.toml"),
            "format = 1\nexercise = \"demo\"\n\n[run]\nstart = \"python3 -u app.py\"\n",
        );
        self.0.write(&format!("class/{student}/app.py"), program);
        self
    }

    /// Where they lie.
    pub fn folder(&self) -> PathBuf {
        self.path("class")
    }

    /// A path of the course.
    pub fn path(&self, path: &str) -> PathBuf {
        self.0.root.path().join(path)
    }

    /// `gradus batch demo class` with more arguments.
    pub fn gradus(&self, arguments: &[&str]) -> Gradus {
        self.batch_of("class", arguments)
    }

    /// `gradus batch demo SOURCE` with more arguments.
    pub fn batch_of(&self, source: &str, arguments: &[&str]) -> Gradus {
        let root = self.0.root.path().display().to_string();
        let mut all = vec!["batch", "demo", source, "--exercises", &root];
        all.extend(arguments);
        Gradus::new(all).dir(self.0.root.path())
    }

    /// The same, to its end.
    pub fn batch(&self, arguments: &[&str]) -> Ran {
        self.gradus(arguments).run()
    }

    /// `gradus gradebook …`
    pub fn gradebook(&self, arguments: &[&str]) -> Ran {
        Gradus::new([&["gradebook"], arguments].concat()).dir(self.0.root.path()).run()
    }

    /// The class as the plain CSV tells it, by the columns that are asked for.
    pub fn csv(&self, columns: &[&str]) -> Vec<Vec<String>> {
        let text = self.gradebook(&["export"]).code(0).out;
        let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
        let header = lines.next().expect("a header");
        let place = |name: &str| header.iter().position(|column| column == name).expect("a column");
        let places: Vec<usize> = columns.iter().map(|name| place(name)).collect();
        lines.map(|line| places.iter().map(|place| line[*place].clone()).collect()).collect()
    }

    /// The gradebook itself.
    pub fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path("gradebook.db")).expect("a gradebook")
    }
}
