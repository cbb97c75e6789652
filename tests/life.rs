//! How submissions start and end: every cause is named, and nothing is left behind.

use crate::support::course::{Course, http_server};
use std::time::{Duration, Instant};

const HELLO: &str = "def answer(method, path, body):\n    return 200, {}, b'hello'\n";

/// What is said of a submission that does not start.
#[track_caller]
fn says(program: &str, sentence: &str) {
    let course = Course::get_root(program).limits("boot = \"1s\"");
    course.check(&[]).code(1).says("The submission does not start").says(sentence);
}

#[test]
fn a_server_that_exits_is_named_with_its_last_words() {
    says("import sys\nsys.exit('no database')\n", "exited with code 1");
    says("import sys\nsys.exit('no database')\n", "│ no database");
}

#[test]
fn a_server_that_opens_no_port_is_named() {
    says("import time\ntime.sleep(60)\n", "opened no port");
}

#[test]
fn a_server_on_another_port_is_named() {
    says(
        "import socket, time\ns = socket.create_server(('127.0.0.1', 0))\ntime.sleep(60)\n",
        "it should read the variable PORT",
    );
}

#[test]
fn a_server_on_another_address_is_named() {
    says(
        "import os, socket, time\ns = socket.create_server(('127.0.0.2', int(os.environ['PORT'])))\ntime.sleep(60)\n",
        "listens only on 127.0.0.2:",
    );
}

#[test]
fn a_server_that_listens_only_on_ipv6_loopback_is_graded() {
    let program = http_server(HELLO).replace(
        "ThreadingHTTPServer((os.environ[\"HOST\"]",
        "import socket\nThreadingHTTPServer.address_family = socket.AF_INET6\nThreadingHTTPServer((\"::1\"",
    );
    Course::get_root(&program).check(&[]).code(0);
}

#[test]
fn fresh_server_keeps_data_dir_and_fresh_data_empties_it() {
    let server = http_server(
        "def answer(method, path, body):\n    file = os.path.join(DATA, 'n')\n    n = (int(open(file).read()) if os.path.exists(file) else 0) + 1\n    open(file, 'w').write(str(n))\n    return 200, {'content-type': 'application/json'}, json.dumps([n, os.getpid()]).encode()\n",
    );
    let check = |id: &str, fresh: &str, n: u8| {
        format!(
            "  - id: {id}\n    claim: A\n    points: 1\n    {fresh}\n    steps: [ {{ get: /, expect: {{ json: [{n}, $int] }} }} ]\n"
        )
    };
    let checks = check("one", "timeout: 30s", 1)
        + &check("two", "timeout: 30s", 2)
        + &check("three", "fresh: server", 3)
        + &check("four", "fresh: data", 1);
    Course::new(&checks, &server).check(&[]).code(0);
}

fn alive(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn folders() -> usize {
    let entries = std::fs::read_dir(std::env::temp_dir()).expect("the temporary folder").flatten();
    entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("gradus-data-life-")).count()
}

#[test]
fn a_daemon_of_the_submission_is_gone_afterwards() {
    let server = http_server(&format!(
        "import subprocess\nchild = subprocess.Popen(['sh', '-c', 'setsid sleep 77 & echo $!'], stdout=subprocess.PIPE)\ndaemon = child.stdout.readline().strip()\nprint('daemon', daemon.decode(), flush=True)\n{HELLO}"
    ));
    let course = Course::get_root(&server);
    let (code, report) = course.report(&[]);
    assert_eq!(code, 0);
    let output = report["boot"]["output"]["text"].as_str().expect("text").to_owned();
    let pid = output.trim().trim_start_matches("daemon ").to_owned();
    assert!(pid.parse::<u32>().is_ok(), "{output:?}");
    assert!(!alive(&pid), "the daemon outlived the grading");
    assert_eq!(folders(), 0);
}

/// Starts a check of a server that hangs in its first answer, waits until it was asked, and gives its pid.
fn hanging() -> (Course, std::process::Child, tempfile::TempDir, String) {
    let server = http_server(
        "def answer(method, path, body):\n    open(os.environ['DATA_DIR'] + '/../gradus-life-pid', 'w').write(str(os.getpid()))\n    time.sleep(600)\n",
    );
    let course = Course::get_root(&server).limits("request = \"60s\"");
    let (child, cache) = course.gradus(&["--report", "json"]).env("TMPDIR", course.root.path()).spawn();
    let file = course.root.path().join("gradus-life-pid");
    let begun = Instant::now();
    let pid = loop {
        match std::fs::read_to_string(&file) {
            Ok(pid) if !pid.is_empty() => break pid,
            _ => assert!(begun.elapsed() < Duration::from_secs(30), "it is never asked"),
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    (course, child, cache, pid)
}

#[test]
fn ctrl_c_ends_with_130_a_report_and_nothing_left_behind() {
    let (course, child, _cache, pid) = hanging();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill runs");
    assert!(killed.success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report all the same");
    assert_eq!(
        (&report["verdict"], &report["progress"]["kind"]),
        (&"incomplete".into(), &"cut-short".into())
    );
    assert!(!alive(&pid), "the server outlived the grading");
    let left: Vec<_> = std::fs::read_dir(course.root.path())
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| name.to_string_lossy().starts_with("gradus-data-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_killed_gradus_takes_the_submission_with_it() {
    let (_course, mut child, _cache, pid) = hanging();
    child.kill().and_then(|()| child.wait()).expect("it is killed");
    let begun = Instant::now();
    while alive(&pid) {
        assert!(begun.elapsed() < Duration::from_secs(5), "the server outlived its grader");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn an_unchanged_submission_is_not_built_again() {
    let course = Course::get_root(&http_server(HELLO));
    course.write("work/gradus.toml", "format = 1\nexercise = \"demo\"\n[run]\nbuild = \"cp app.py built.py\"\nstart = \"python3 built.py\"\n");
    let cache = tempfile::tempdir().expect("a folder");
    let unchanged = || {
        let ran = course.gradus(&["--report", "json"]).env("XDG_CACHE_HOME", cache.path()).run().code(0);
        ran.json()["build"]["unchanged"].clone()
    };
    assert_eq!([unchanged(), unchanged()], [false, true]);
    course.write("work/app.py", &(http_server(HELLO) + "# changed\n"));
    assert_eq!([unchanged(), unchanged()], [false, true]);
    assert!(!course.work().join("built.py").exists(), "the learner's folder stays clean");
}
