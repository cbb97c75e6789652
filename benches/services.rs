//! What services add to a grading: their start on an empty cache and from a template, fifty gradings at once with a
//! PostgreSQL each, and what two hundred in a row leave behind.

use crate::batch::{self, write};
use crate::measure::{self, Contestant};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const COLD: usize = 3;
const WARM: usize = 15;
/// Gradings at once.
const TOGETHER: usize = 50;
/// Gradings one after another.
const IN_A_ROW: usize = 200;
const ENGINES: [&str; 6] = ["postgresql", "mariadb", "redis", "memcached", "nats", "sqlite"];
const SCHEMA: &str = "create table orders (id int primary key, customer int, total int);\n";
const ROWS: &str = "{ rows: orders, count: 20000, columns: { id: $(row), customer: { $int: { from: 1, to: 500 } }, total: $int } }";

/// Measures and prints.
pub fn run(gradus: &Path) {
    let course = tempfile::tempdir().expect("a temporary folder");
    let root = course.path();
    write(root, "exercises/bench/exercise.toml", batch::EXERCISE);
    write(root, "exercises/bench/README.md", "# Bench\n");
    write(root, "graders/bench/schema.sql", SCHEMA);
    write(root, "work/gradus.toml", batch::START);
    batch::compile_server(root);
    fs::copy(root.join("server"), root.join("work/server")).expect("a copy");
    start(gradus, root);
    write(root, "graders/bench/grader.yaml", &grader(Some("postgresql")));
    together(gradus, root);
    in_a_row(gradus, root);
}

fn grader(engine: Option<&str>) -> String {
    let seed = match engine {
        Some("postgresql" | "mariadb" | "sqlite") => format!(", seed: [schema.sql, {ROWS}]"),
        _ => String::new(),
    };
    let services = engine
        .map_or_else(String::new, |engine| format!("services: {{ db: {{ engine: {engine}{seed} }} }}\n"));
    format!(
        "format: 1\nexercise: bench\npass: 80\n{services}checks:\n  - {{ id: a, claim: It answers, points: 1, steps: [ {{ get: /, expect: {{ status: 200 }} }} ] }}\n"
    )
}

fn check(gradus: &Path, root: &Path, cache: &Path) -> Duration {
    let mut command = Command::new(gradus);
    command.arg("check").arg(root.join("work")).arg("--exercises").arg(root);
    command.env("XDG_CACHE_HOME", cache);
    measure::time(&mut command)
}

/// How much longer a grading takes with a service, each time with a cache that knows nothing, and with one that does.
fn start(gradus: &Path, root: &Path) {
    println!(
        "\n## What a service adds to a grading\n\n| service | on an empty cache | from its template |\n| --- | --- | --- |"
    );
    for engine in ENGINES {
        let of = |engine: Option<&str>| {
            let grader = grader(engine);
            move || write(root, "graders/bench/grader.yaml", &grader)
        };
        let (with, without) = (of(Some(engine)), of(None));
        let fresh = || tempfile::tempdir().expect("a temporary folder");
        let cold = |grader: &dyn Fn()| {
            grader();
            measure::median((0..COLD).map(|_| check(gradus, root, fresh().path())).collect())
        };
        let first = cold(&with).saturating_sub(cold(&without));
        let cache = fresh();
        let warm = |grader: &dyn Fn()| {
            grader();
            check(gradus, root, cache.path())
        };
        let mut contestants = [
            Contestant { name: "without", run: Box::new(|| warm(&without)) },
            Contestant { name: "with", run: Box::new(|| warm(&with)) },
        ];
        let medians = measure::medians(WARM, &mut contestants);
        let then = medians[1].saturating_sub(medians[0]);
        println!("| {engine} | {:.0} ms | {:.0} ms |", first.as_secs_f64() * 1e3, then.as_secs_f64() * 1e3);
    }
}

/// A class of so many, and what grades so many of it at a time.
fn class(gradus: &Path, root: &Path, size: usize, jobs: usize) -> Command {
    let folder = format!("class-{size}");
    for at in 0..size {
        write(root, &format!("{folder}/s{at:04}/gradus.toml"), batch::START);
        fs::copy(root.join("server"), root.join(&folder).join(format!("s{at:04}/server"))).expect("a copy");
    }
    let temporary = root.join("temporary");
    fs::create_dir_all(&temporary).expect("a folder");
    let mut command = Command::new(gradus);
    command
        .args(["batch", "bench", &folder, "--gradebook", &format!("{size}.db"), "--exercises", "."])
        .args(["--jobs", &jobs.to_string()])
        .current_dir(root)
        .env("XDG_CACHE_HOME", root.join("cache"))
        .env("TMPDIR", temporary)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// Bytes of memory that the machine could still give.
fn available() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

fn together(gradus: &Path, root: &Path) {
    // The template is there already.
    check(gradus, root, &root.join("cache"));
    let (before, begun) = (available(), Instant::now());
    let mut batch = class(gradus, root, TOGETHER, TOGETHER).spawn().expect("gradus runs");
    let mut least = before;
    let ended = loop {
        least = least.min(available());
        if let Some(ended) = batch.try_wait().expect("a child") {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(ended.success(), "the batch ended with {ended}");
    println!(
        "\n{TOGETHER} gradings at once with a PostgreSQL each took {:.1} s and {:.0} MiB of memory at most.",
        begun.elapsed().as_secs_f64(),
        before.saturating_sub(least) as f64 / f64::from(1 << 20)
    );
}

fn in_a_row(gradus: &Path, root: &Path) {
    let before = (servers(), memory());
    let begun = Instant::now();
    let ended = class(gradus, root, IN_A_ROW, 1).status().expect("gradus runs");
    let took = begun.elapsed();
    assert!(ended.success(), "the batch ended with {ended}");
    let entries = fs::read_dir(root.join("temporary")).expect("a folder").flatten();
    // Which ports are taken is noted in one place for all gradings of this machine.
    let folders = entries.filter(|entry| entry.file_name() != "gradus-ports").count();
    let (processes, pieces) =
        (servers().difference(&before.0).count(), memory().difference(&before.1).count());
    println!(
        "\n{IN_A_ROW} of them in a row took {:.2} s each, and left {processes} processes, {folders} folders and {pieces} pieces of shared memory.",
        took.as_secs_f64() / IN_A_ROW as f64
    );
    assert_eq!((processes, folders, pieces), (0, 0, 0), "something was left behind");
}

/// The ids of all servers of PostgreSQL on this machine.
fn servers() -> BTreeSet<String> {
    let entries = fs::read_dir("/proc").expect("processes").flatten();
    let servers = entries.filter(|entry| {
        fs::read_to_string(entry.path().join("comm")).is_ok_and(|name| name.trim() == "postgres")
    });
    servers.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// The names of all shared memory of this machine: files, and pieces of System V's.
fn memory() -> BTreeSet<String> {
    let files = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    let files = files.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let text = fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    let pieces = text.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1)).map(str::to_owned);
    files.chain(pieces).collect()
}
