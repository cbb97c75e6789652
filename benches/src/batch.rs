//! A class of five hundred small servers, graded in the sandbox; and a gradebook of a hundred thousand gradings, shown and
//! written.

use crate::measure;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Submissions of the large class, and of the small one that its memory is compared with.
const CLASS: [usize; 2] = [50, 500];
/// Learners of the large gradebook, and how often each was graded.
const LEARNERS: usize = 1000;
const TIMES: usize = 100;

/// An exercise of the benchmarks, in any language.
pub const EXERCISE: &str = "format = 1\nslug = \"bench\"\ntitle = \"Bench\"\nsummary = \"An exercise of the benchmarks.\"\n\
    track = \"foundations\"\ndifficulty = 1\nsubmission = \"server\"\nskills = [\"HTTP\"]\nlanguages = []\n";
/// How the server is started.
pub const START: &str = "format = 1\nexercise = \"bench\"\n\n[run]\nstart = [\"./server\"]\n";
/// It answers every request with the same, and is small enough to be copied without being noticed.
const SERVER: &str = r#"
use std::io::{Read, Write};
fn main() {
    let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
    for connection in std::net::TcpListener::bind(("127.0.0.1", port)).unwrap().incoming() {
        let mut connection = connection.unwrap();
        let mut buffer = [0; 4096];
        while connection.read(&mut buffer).is_ok_and(|read| read > 0) {
            if connection.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").is_err() {
                break;
            }
        }
    }
}
"#;

/// Measures and prints.
pub fn run(gradus: &Path) {
    let course = tempfile::tempdir().expect("a temporary folder");
    let root = course.path();
    write(root, "exercises/bench/exercise.toml", EXERCISE);
    write(root, "exercises/bench/README.md", "# Bench\n");
    write(root, "graders/bench/grader.yaml", &grader());
    compile_server(root);
    println!(
        "\n## A class\n\n| submissions | graded a second | memory of the grader at its peak |\n| --- | --- | --- |"
    );
    for submissions in CLASS {
        class(gradus, root, submissions);
    }
    gradebook(gradus, root);
}

/// Makes `server`, which answers every request.
pub fn compile_server(root: &Path) {
    write(root, "server.rs", SERVER);
    let compiled = Command::new("rustc")
        .args(["-O", "-C", "strip=symbols", "-C", "panic=abort", "--edition", "2021", "server.rs"])
        .current_dir(root)
        .status();
    assert!(compiled.is_ok_and(|status| status.success()), "rustc makes the server");
}

fn grader() -> String {
    let check = |at: usize| {
        format!(
            "  - id: check-{at}\n    claim: It answers\n    points: 1\n    steps: [ {{ get: /{at}, expect: {{ status: 200, text: ok }} }} ]\n"
        )
    };
    format!("format: 1\nexercise: bench\npass: 80\nchecks:\n{}", (0..10).map(check).collect::<String>())
}

fn class(gradus: &Path, root: &Path, submissions: usize) {
    let folder = format!("class-{submissions}");
    for at in 0..submissions {
        write(root, &format!("{folder}/s{at:04}/gradus.toml"), START);
        fs::copy(root.join("server"), root.join(&folder).join(format!("s{at:04}/server"))).expect("a copy");
    }
    let begun = Instant::now();
    let book = format!("{submissions}.db");
    let mut batch = Command::new(gradus)
        .args(["batch", "bench", &folder, "--gradebook", &book, "--exercises", "."])
        .current_dir(root)
        .stdout(Stdio::null())
        .spawn()
        .expect("gradus runs");
    let status = format!("/proc/{}/status", batch.id());
    let mut peak = 0;
    let ended = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
        peak = peak.max(kib.unwrap_or(0_u64));
        if let Some(ended) = batch.try_wait().expect("a child") {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(ended.success(), "the batch ended with {ended}");
    let rate = submissions as f64 / begun.elapsed().as_secs_f64();
    println!("| {submissions} | {rate:.1} | {:.1} MiB |", peak as f64 / 1024.0);
}

/// The gradings of the small class, again and again.
fn gradebook(gradus: &Path, root: &Path) {
    fs::copy(root.join(format!("{}.db", CLASS[0])), root.join("large.db")).expect("a copy");
    let database = rusqlite::Connection::open(root.join("large.db")).expect("a gradebook");
    let multiply = format!(
        "begin;
         create temp table times as with recursive t(n) as (select 2 union all select n + 1 from t where n < {TIMES} + 1) select n from t;
         create temp table learners as with recursive t(n) as (select 1 union all select n + 1 from t where n < {LEARNERS}) select n from t;
         insert into runs (exercise, title, pass, source, grader_digest, seed, isolation, regrade, repeat, begun, ended)
           select exercise, title, pass, source, grader_digest, seed, isolation, regrade, repeat, begun, ended from runs, times where id = 1;
         insert into submissions (exercise, student, members, label, digest, source, self_declared)
           select 'bench', 'learner ' || n, '', '', 'x', '', 0 from learners;
         insert into gradings (run, submission, turn, grader_digest, seed, isolation, limits, verdict, earned, maximum, took_ms, graded, came)
           select n, s.id, 0, g.grader_digest, g.seed, g.isolation, g.limits, g.verdict, g.earned, g.maximum, g.took_ms, g.graded, g.came
           from times, submissions s, (select * from gradings limit 1) g where s.student like 'learner %';
         insert into outcomes select g.id, o.position, o.outcome, o.took_ms from gradings g, outcomes o where g.run > 1 and o.grading = 1;
         insert into reports select g.id, r.json from gradings g, reports r where g.run > 1 and r.grading = 1;
         commit;"
    );
    database.execute_batch(&multiply).expect("many gradings");
    let gradings: u32 =
        database.query_row("select count(*) from gradings", [], |row| row.get(0)).expect("a count");
    drop(database);
    println!("\n## A gradebook of {gradings} gradings\n\n| what | took |\n| --- | --- |");
    for arguments in [&["show"][..], &["export"], &["diff"], &["explain", "learner 7"]] {
        let mut command = Command::new(gradus);
        command.arg("gradebook").args(arguments).args(["--gradebook", "large.db"]).current_dir(root);
        let took = measure::median((0..3).map(|_| measure::time(&mut command)).collect());
        println!("| {} | {:.0} ms |", arguments[0], took.as_secs_f64() * 1e3);
    }
}

/// Writes a file and the folders above it.
pub fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}
