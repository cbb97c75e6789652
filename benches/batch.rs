//! A class of five hundred small servers, graded in the sandbox and compared with what they cost one by one; a class of slow
//! ones; and a gradebook of a hundred thousand gradings, shown and written.

use crate::measure;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Submissions of the large class, and of the small one that its memory is compared with.
const CLASS: [usize; 2] = [50, 500];
/// Checks of each.
const CHECKS: usize = 20;
/// Submissions that are graded one by one.
const ALONE: usize = 60;
/// Submissions of which each takes a second.
const SLOW: usize = 20;
/// Learners of the large gradebook, and how often each was graded.
const LEARNERS: usize = 1000;
const TIMES: usize = 100;

/// An exercise of the benchmarks, in any language.
pub const EXERCISE: &str = "format = 1\nslug = \"bench\"\ntitle = \"Bench\"\nsummary = \"An exercise of the benchmarks.\"\n\
    track = \"foundations\"\ndifficulty = 1\nsubmission = \"server\"\nskills = [\"HTTP\"]\nlanguages = []\n";
/// How the server is started.
pub const START: &str = "format = 1\nexercise = \"bench\"\n\n[run]\nstart = [\"./server\"]\n";
/// It answers every request with the same, `/slow` after almost a second, and is small enough to be copied without being noticed.
const SERVER: &str = r#"
use std::io::{Read, Write};
fn main() {
    let port: u16 = std::env::var("PORT").unwrap().parse().unwrap();
    for connection in std::net::TcpListener::bind(("127.0.0.1", port)).unwrap().incoming() {
        let mut connection = connection.unwrap();
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = connection.read(&mut buffer) {
            if buffer[..read].starts_with(b"GET /slow ") {
                std::thread::sleep(std::time::Duration::from_millis(980));
            }
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
    for (folder, grader) in [("fast", fast()), ("slow", slow())] {
        write(root, &format!("{folder}/exercises/bench/exercise.toml"), EXERCISE);
        write(root, &format!("{folder}/exercises/bench/README.md"), "# Bench\n");
        write(root, &format!("{folder}/graders/bench/grader.yaml"), &grader);
    }
    compile_server(root);
    classes(gradus, root);
    slow_class(gradus, root);
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

fn fast() -> String {
    let check = |at: usize| {
        format!(
            "  - id: check-{at}\n    claim: It answers\n    points: 1\n    steps: [ {{ get: /{at}, expect: {{ status: 200, text: ok }} }} ]\n"
        )
    };
    format!("format: 1\nexercise: bench\npass: 80\nchecks:\n{}", (0..CHECKS).map(check).collect::<String>())
}

fn slow() -> String {
    fast().replace("get: /0,", "get: /slow,")
}

fn hand_in(root: &Path, folder: &str, submissions: usize) {
    for at in 0..submissions {
        write(root, &format!("{folder}/s{at:04}/gradus.toml"), START);
        fs::copy(root.join("server"), root.join(folder).join(format!("s{at:04}/server"))).expect("a copy");
    }
}

fn batch(gradus: &Path, root: &Path, exercises: &str, folder: &str, book: &str) -> Command {
    let mut command = Command::new(gradus);
    command
        .args(["batch", "bench", folder, "--gradebook", book, "--exercises", exercises])
        .current_dir(root)
        .stdout(Stdio::null());
    command
}

/// Rate and memory; and what a grading costs in processor time, beside what the same costs when each is a command of its own.
fn classes(gradus: &Path, root: &Path) {
    for submissions in CLASS {
        hand_in(root, &format!("class-{submissions}"), submissions);
    }
    let alone = one_by_one(gradus, root, &format!("class-{}", CLASS[1]));
    println!("\n## A class of small servers, {CHECKS} checks each\n");
    println!("One by one, a grading costs {:.1} ms of processor time.\n", alone.as_secs_f64() * 1e3);
    println!(
        "| submissions | graded a second (at least 40) | CPU of a grading | one by one / batch (at least 0.85) | processors in use | memory of the grader at its peak (at most 120 MiB) |\n| --- | --- | --- | --- | --- | --- |"
    );
    let processors = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    for submissions in CLASS {
        let cpu = measure::cpu_of_children();
        let command =
            batch(gradus, root, "fast", &format!("class-{submissions}"), &format!("{submissions}.db"));
        let (took, peak) = watched(command);
        let cpu = (measure::cpu_of_children() - cpu).as_secs_f64();
        let each = cpu / submissions as f64;
        println!(
            "| {submissions} | {:.1} | {:.1} ms | {:.2} | {:.2} | {:.1} MiB |",
            submissions as f64 / took.as_secs_f64(),
            each * 1e3,
            alone.as_secs_f64() / each,
            cpu / took.as_secs_f64() / processors,
            peak as f64 / 1024.0
        );
    }
}

/// Processor time of a grading, where each is a `gradus check` of its own.
fn one_by_one(gradus: &Path, root: &Path, folder: &str) -> Duration {
    let before = measure::cpu_of_children();
    for at in 0..ALONE {
        let mut check = Command::new(gradus);
        check
            .args(["check", &format!("{folder}/s{at:04}"), "--exercises", "fast", "--seed", "1"])
            .env("XDG_CACHE_HOME", root.join("cache"))
            .current_dir(root);
        measure::time(&mut check);
    }
    (measure::cpu_of_children() - before) / ALONE as u32
}

/// Runs a batch to its end: how long it took, and the grader's memory at its peak in KiB.
fn watched(mut command: Command) -> (Duration, u64) {
    let begun = Instant::now();
    let mut batch = command.spawn().expect("gradus runs");
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
    (begun.elapsed(), peak)
}

/// What a batch adds to the sum of its gradings, one after another, if each takes a second.
fn slow_class(gradus: &Path, root: &Path) {
    hand_in(root, "class-slow", SLOW);
    let mut command = batch(gradus, root, "slow", "class-slow", "slow.db");
    command.args(["--jobs", "1"]);
    let (took, _) = watched(command);
    let database = rusqlite::Connection::open(root.join("slow.db")).expect("a gradebook");
    let (gradings, sum): (u32, f64) = database
        .query_row("select count(*), sum(took_ms) / 1000.0 from gradings", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("a sum");
    let added = (took.as_secs_f64() / sum - 1.0) * 100.0;
    println!(
        "\n## Submissions that take a second\n\n| gradings | sum of them | batch, one at a time | added (under 2 %) |\n| --- | --- | --- | --- |"
    );
    println!("| {gradings} | {sum:.2} s | {:.2} s | {added:.1} % |", took.as_secs_f64());
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
    println!("\n## A gradebook of {gradings} gradings\n\n| what | took (under 1000 ms) |\n| --- | --- |");
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
