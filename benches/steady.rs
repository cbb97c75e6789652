//! Whether speed is judged rightly on a machine whose processors others take: right and wrong submissions, compared with a
//! baseline and measured at several sizes, again and again.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const EXERCISE: &str = "format = 1\nslug = \"bench\"\ntitle = \"Bench\"\nsummary = \"An exercise of the benchmarks.\"\ntrack = \"foundations\"\ndifficulty = 1\nsubmission = \"server\"\nskills = [\"HTTP\"]\nlanguages = [\"python\"]\n";
const COMPARE: &str =
    "      - compare: { with: baseline, steps: [ { get: /1600, expect: { status: 200 } } ], at_least: 5x }\n";
const LOAD: &str = "      - compare: { with: baseline, load: { connections: 4, for: 150ms, requests: [ { get: /800, expect: { status: 200 } } ] }, at_least: 3x }\n";
const GROWTH: &str = "      - growth: { sizes: [200, 800, 3200], steps: [ { get: \"/$(size)\", expect: { status: 200 } } ], at_most: linear }\n";

/// What else runs meanwhile.
struct Pressure {
    name: &'static str,
    /// Others, for each processor.
    others: usize,
    /// Whether they rest now and then.
    in_bursts: bool,
    /// What is put before the command.
    before: &'static [&'static str],
    /// How often each question is asked of a right and of a wrong submission.
    runs: usize,
}

const PRESSURES: [Pressure; 3] = [
    Pressure { name: "all processors busy", others: 1, in_bursts: false, before: &[], runs: 25 },
    Pressure { name: "bursts of 50 to 500 ms", others: 1, in_bursts: true, before: &[], runs: 25 },
    Pressure {
        name: "at priority 19, two others for each processor",
        others: 2,
        in_bursts: false,
        before: &["nice", "-n", "19"],
        runs: 8,
    },
];

/// A server whose `/N` costs as N, or as its square.
fn server(quadratic: bool) -> String {
    let work = if quadratic { "n * n // 4" } else { "n * 20" };
    format!(
        "import os\nfrom http.server import BaseHTTPRequestHandler, HTTPServer\nclass Handler(BaseHTTPRequestHandler):\n    protocol_version = 'HTTP/1.1'\n    def do_GET(self):\n        n = int(self.path[1:])\n        total = 0\n        for number in range({work}): total += number\n        self.send_response(200)\n        self.send_header('content-length', '0')\n        self.end_headers()\n    def log_message(self, *_): pass\nHTTPServer((os.environ['HOST'], int(os.environ['PORT'])), Handler).serve_forever()\n"
    )
}

/// Measures and prints.
pub fn run(gradus: &Path) {
    println!("\n## Speed judged while others take the processors\n");
    println!("| meanwhile | question | runs | right | wrong | could not tell |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for pressure in &PRESSURES {
        let others = Others::begin(pressure);
        for (name, step) in [("compare by steps", COMPARE), ("compare by load", LOAD), ("growth", GROWTH)] {
            let (mut right, mut wrong, mut unclear) = (0, 0, 0);
            for slow in [false, true] {
                let course = course(step, slow);
                for _ in 0..pressure.runs {
                    match (check(gradus, course.path(), pressure.before), slow) {
                        (Some(0), false) | (Some(1), true) => right += 1,
                        (Some(4), _) => unclear += 1,
                        _ => wrong += 1,
                    }
                }
            }
            let runs = 2 * pressure.runs;
            println!("| {} | {name} | {runs} | {right} | {wrong} | {unclear} |", pressure.name);
        }
        others.end();
    }
}

/// Threads that take processors from others.
struct Others {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Others {
    fn begin(pressure: &Pressure) -> Self {
        let processors = std::thread::available_parallelism().map_or(2, usize::from);
        let stop = Arc::new(AtomicBool::new(false));
        let in_bursts = pressure.in_bursts;
        let other = |number: usize| {
            let stop = stop.clone();
            std::thread::spawn(move || match in_bursts {
                true => burst(&stop, number as u64),
                false => while !stop.load(Ordering::Relaxed) {},
            })
        };
        let threads = (0..processors * pressure.others).map(other).collect();
        Self { stop, threads }
    }

    fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().for_each(|thread| drop(thread.join()));
    }
}

/// Works and rests for 50 to 500 ms in turn, each time for another while.
fn burst(stop: &AtomicBool, number: u64) {
    let mut drawn = number;
    while !stop.load(Ordering::Relaxed) {
        let [work, rest] = [0, 1].map(|_| {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            Duration::from_millis(50 + (drawn >> 33) % 451)
        });
        let begun = Instant::now();
        while begun.elapsed() < work {}
        std::thread::sleep(rest);
    }
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
            "format: 1\nexercise: bench\npass: 100\nchecks:\n  - id: speed\n    claim: It is fast\n    points: 1\n    timeout: 1m\n    steps:\n{step}"
        ),
    );
    write("work/app.py", &server(slow));
    root
}

fn check(gradus: &Path, root: &Path, before: &[&str]) -> Option<i32> {
    let words: Vec<&std::ffi::OsStr> =
        before.iter().map(|word| word.as_ref()).chain([gradus.as_os_str()]).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).arg("check").arg(root.join("work"));
    command.args(["--exercise", "bench", "--exercises"]).arg(root);
    command.env("XDG_CACHE_HOME", root.join("cache")).stdin(Stdio::null()).stdout(Stdio::null());
    command.status().expect("a command that can be started").code()
}
