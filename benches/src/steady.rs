//! Whether speed is judged rightly on a machine whose processors are all kept busy by something else: right and wrong
//! submissions, compared with a baseline and measured at several sizes, again and again.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

/// How often each question is asked of a right and of a wrong submission.
const RUNS: usize = 25;
const EXERCISE: &str = "format = 1\nslug = \"bench\"\ntitle = \"Bench\"\nsummary = \"An exercise of the benchmarks.\"\ntrack = \"foundations\"\ndifficulty = 1\nsubmission = \"server\"\nskills = [\"HTTP\"]\nlanguages = [\"python\"]\n";
const COMPARE: &str =
    "      - compare: { with: baseline, steps: [ { get: /1600, expect: { status: 200 } } ], at_least: 5x }\n";
const GROWTH: &str = "      - growth: { sizes: [200, 800, 3200], steps: [ { get: \"/$(size)\", expect: { status: 200 } } ], at_most: linear }\n";

/// A server whose `/N` costs as N, or as its square.
fn server(quadratic: bool) -> String {
    let work = if quadratic { "n * n // 4" } else { "n * 20" };
    format!(
        "import os\nfrom http.server import BaseHTTPRequestHandler, HTTPServer\nclass Handler(BaseHTTPRequestHandler):\n    protocol_version = 'HTTP/1.1'\n    def do_GET(self):\n        n = int(self.path[1:])\n        total = 0\n        for number in range({work}): total += number\n        self.send_response(200)\n        self.send_header('content-length', '0')\n        self.end_headers()\n    def log_message(self, *_): pass\nHTTPServer((os.environ['HOST'], int(os.environ['PORT'])), Handler).serve_forever()\n"
    )
}

/// Measures and prints.
pub fn run(gradus: &Path) {
    let stop = Arc::new(AtomicBool::new(false));
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let busy: Vec<_> = (0..cores)
        .map(|_| {
            let stop = stop.clone();
            std::thread::spawn(move || while !stop.load(Ordering::Relaxed) {})
        })
        .collect();
    println!("\n## Speed judged while all processors are busy\n");
    println!("| question | runs | right | wrong | could not tell |\n| --- | --- | --- | --- | --- |");
    for (name, step) in [("compare", COMPARE), ("growth", GROWTH)] {
        let (mut right, mut wrong, mut unclear) = (0, 0, 0);
        for slow in [false, true] {
            let course = course(step, slow);
            for _ in 0..RUNS {
                match (check(gradus, course.path()), slow) {
                    (Some(0), false) | (Some(1), true) => right += 1,
                    (Some(4), _) => unclear += 1,
                    _ => wrong += 1,
                }
            }
        }
        println!("| `{name}` | {} | {right} | {wrong} | {unclear} |", 2 * RUNS);
    }
    stop.store(true, Ordering::Relaxed);
    busy.into_iter().for_each(|thread| drop(thread.join()));
}

/// The baseline's cost grows as the square; a slow submission is like it.
fn course(step: &str, slow: bool) -> TempDir {
    let root = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("exercises/bench/exercise.toml", EXERCISE);
    write("exercises/bench/README.md", "# Bench\n");
    write("exercises/bench/baseline/python/app.py", &server(true));
    write(
        "graders/bench/grader.yaml",
        &format!(
            "format: 1\nexercise: bench\npass: 100\nchecks:\n  - id: speed\n    claim: It is fast\n    points: 1\n    timeout: 5m\n    steps:\n{step}"
        ),
    );
    write("work/app.py", &server(slow));
    root
}

fn check(gradus: &Path, root: &Path) -> Option<i32> {
    let mut command = Command::new(gradus);
    command.arg("check").arg(root.join("work")).args(["--exercise", "bench", "--exercises"]).arg(root);
    command.env("XDG_CACHE_HOME", root.join("cache")).stdin(Stdio::null()).stdout(Stdio::null());
    command.status().expect("a command that can be started").code()
}
