//! What services count is the same on every run: for a slow and for a right way to ask, on ten new instances, while both
//! processors are busy.

use crate::support::course::{Course, http_server};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// No test keeps processors busy for longer than this, whatever becomes of it.
const BUSY_AT_MOST: Duration = Duration::from_secs(120);

/// A server that asks PostgreSQL or MariaDB what it is told, each time over a new connection.
const ASKS: &str = r#"
import glob, subprocess
def answer(method, path, body):
    if os.environ["DB_URL"].startswith("postgresql"):
        psql = sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"))[-1]
        command = [psql, os.environ["DB_URL"], "-AtqX", "-c", body.decode()]
    else:
        command = ["mariadb", "-N", "-h127.0.0.1", "-P" + os.environ["DATABASE_PORT"], "-u" + os.environ["DATABASE_USER"], "-p" + os.environ["DATABASE_PASSWORD"], os.environ["DATABASE_NAME"], "-e", body.decode()]
    done = subprocess.run(command, capture_output=True, timeout=20)
    return (200 if done.returncode == 0 else 409), {}, done.stdout.strip() + done.stderr
"#;

/// A server that sends Redis a line for each line that it is told, and waits for each answer.
const SENDS: &str = r#"
import socket
def answer(method, path, body):
    host, port = os.environ["DB_URL"][8:].split("/")[0].split(":")
    with socket.create_connection((host, int(port)), timeout=5) as redis:
        for line in body.splitlines():
            redis.sendall(line + b"\r\n")
            redis.recv(65536)
    return 200, {}, b""
"#;

/// More than anything here costs, so that a mismatch tells what it did cost.
const IMPOSSIBLE: &str = "1000000000";
const SCHEMA: &str = "create table orders (id int primary key, customer int, total int);\n";
const ROWS: &str = "{ rows: orders, count: 3000, columns: { id: $(row), customer: { $int: { from: 1, to: 50 } }, total: $int } }";

/// An engine, how it is asked slowly and as it should be, and what is counted.
struct Case {
    engine: &'static str,
    server: &'static str,
    seed: String,
    slow: String,
    right: String,
    counters: &'static [&'static str],
}

fn post(text: &str) -> String {
    format!("{{ post: /, text: \"{text}\", expect: {{ status: 200 }} }}")
}

fn grader(case: &Case, asks: &str, checks: usize, expect: &dyn Fn(usize) -> String) -> String {
    let named = case.counters.iter().enumerate();
    let expect: Vec<String> = named.map(|(at, name)| format!("db.{name}: {}", expect(at))).collect();
    let check = |number| {
        format!(
            "  - id: work-{number}\n    claim: As ever\n    points: 1\n    fresh: all\n    steps:\n      - work:\n          steps: [ {asks} ]\n          expect: {{ {} }}\n",
            expect.join(", ")
        )
    };
    let checks: String = (0..checks).map(check).collect();
    format!(
        "format: 1\nexercise: demo\npass: 80\nservices:\n  db: {{ engine: {}, seed: {} }}\nchecks:\n{checks}",
        case.engine, case.seed
    )
}

/// What a way to ask costs, which is the same on each of ten new instances.
fn costs(case: &Case, asks: &str, course: &Course, cache: &TempDir) -> Vec<u64> {
    let check = |text: &str, arguments: &[&str]| {
        course.write("graders/demo/grader.yaml", text);
        course.gradus(arguments).env("XDG_CACHE_HOME", cache.path()).run()
    };
    let report = check(&grader(case, asks, 1, &|_| IMPOSSIBLE.to_owned()), &["--report", "json"]).json();
    let mismatches = report.pointer("/checks/0/outcome/mismatches").and_then(Value::as_array);
    let got = |mismatch: &Value| mismatch["got"].as_str()?.rsplit(' ').next()?.parse().ok();
    let costs: Vec<u64> = mismatches.expect("costs").iter().filter_map(got).collect();
    assert_eq!(costs.len(), case.counters.len(), "{report:#}");
    check(&grader(case, asks, 10, &|at| costs[at].to_string()), &[]).code(0);
    costs
}

fn same_on_every_run(case: &Case) {
    let course = Course::get_root(&http_server(case.server));
    course.write("graders/demo/schema.sql", SCHEMA);
    course.write("graders/demo/seed.redis", &(1..=20).map(|n| format!("SET k{n} v\n")).collect::<String>());
    let (cache, busy) = (TempDir::new().expect("a folder"), Busy::begin());
    let [slow, right] = [&case.slow, &case.right].map(|asks| costs(case, asks, &course, &cache));
    drop(busy);
    assert!(slow.iter().zip(&right).any(|(slow, right)| slow > right), "{slow:?} {right:?}");
}

#[test]
fn postgresql_counts_the_same_on_every_run() {
    same_on_every_run(&Case {
        engine: "postgresql",
        server: ASKS,
        seed: format!("[schema.sql, {ROWS}]"),
        slow: post("select total from orders where id + 0 = 7"),
        right: post("select total from orders where id = 7"),
        counters: &["statements", "blocks", "rows"],
    });
}

#[test]
fn mariadb_counts_the_same_on_every_run() {
    same_on_every_run(&Case {
        engine: "mariadb",
        server: ASKS,
        seed: format!("[schema.sql, {ROWS}]"),
        slow: post("select total from orders where id + 0 = 7"),
        right: post("select total from orders where id = 7"),
        counters: &["statements", "rows_examined", "rows", "full_scans"],
    });
}

#[test]
fn sqlite_counts_the_same_on_every_run() {
    let sql = |condition: &str| {
        format!(
            "{{ sql: {{ db: \"select total from orders where {condition} = 7\" }}, as: app, expect: {{ rows: {{ $size: {{ $at_least: 1 }} }} }} }}"
        )
    };
    same_on_every_run(&Case {
        engine: "sqlite",
        server: "def answer(method, path, body):\n    return 200, {}, b''\n",
        seed: format!("[schema.sql, {ROWS}]"),
        slow: sql("id + 0"),
        right: sql("id"),
        counters: &["statements", "steps", "full_scan_steps", "sorts", "autoindexes"],
    });
}

#[test]
fn redis_counts_the_same_on_every_run() {
    let keys: Vec<String> = (1..=20).map(|n| format!("k{n}")).collect();
    same_on_every_run(&Case {
        engine: "redis",
        server: SENDS,
        seed: "seed.redis".to_owned(),
        slow: post(&format!("GET {}", keys.join("\\nGET "))),
        right: post(&format!("MGET {}", keys.join(" "))),
        counters: &["commands"],
    });
}

/// Keeps two processors busy until it is dropped.
struct Busy(Arc<AtomicBool>, Vec<JoinHandle<()>>);

impl Busy {
    fn begin() -> Self {
        let (stop, until) = (Arc::new(AtomicBool::new(false)), Instant::now() + BUSY_AT_MOST);
        let spin = |stop: Arc<AtomicBool>| {
            move || {
                while !stop.load(Relaxed) && Instant::now() < until {
                    std::hint::spin_loop();
                }
            }
        };
        let threads = (0..2).map(|_| std::thread::spawn(spin(stop.clone()))).collect();
        Self(stop, threads)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
        self.1.drain(..).for_each(|thread| drop(thread.join()));
    }
}
