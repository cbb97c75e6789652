//! How submissions start and end: every cause is named, and nothing is left behind.

use crate::support::course::{Course, http_server};
use crate::support::wait_until;
use std::time::Duration;

const HELLO: &str = "def answer(method, path, body):\n    return 200, {}, b'hello'\n";

/// What is said of a submission that does not start.
#[track_caller]
fn says(program: &str, sentence: &str) {
    let course = Course::get_root(program).limits("boot = \"4s\"");
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

/// Whether any process of this machine has this word among its arguments; those in a sandbox are seen from outside too.
fn runs(word: &str) -> bool {
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    processes
        .filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok())
        .any(|arguments| arguments.split(|byte| *byte == 0).any(|argument| argument == word.as_bytes()))
}

/// Both ways to keep a submission apart.
const SANDBOXES: [&str; 2] = ["native", "none"];

#[test]
fn a_daemon_of_the_submission_is_gone_afterwards() {
    for (sandbox, seconds) in SANDBOXES.into_iter().zip(["7701", "7702"]) {
        let server = http_server(&format!(
            "import subprocess\nsubprocess.run(['sh', '-c', 'setsid sleep {seconds} &'])\n\
             print(subprocess.run(['pgrep', '-f', 'sleep {seconds}'], stdout=subprocess.PIPE).stdout, flush=True)\n{HELLO}"
        ));
        for course in Course::each(|| Course::get_root(&server)) {
            let (code, report) = course.report(&["--sandbox", sandbox]);
            assert_eq!(code, 0);
            let output = report["boot"]["output"]["text"].as_str().expect("text");
            assert!(output.contains("\\n"), "the daemon never ran: {output:?}");
            assert!(!runs(seconds), "the daemon outlived the grading in the sandbox {sandbox}");
        }
    }
}

/// In each sandbox and for whoever grades, a course whose server hangs in its first answer.
fn hanging() -> impl Iterator<Item = (&'static str, Course)> {
    let server = http_server("def answer(method, path, body):\n    time.sleep(600)\n");
    SANDBOXES.into_iter().flat_map(move |sandbox| {
        let course = || Course::get_root(&server).limits("request = \"60s\"");
        Course::each(course).map(|course| (sandbox, course)).collect::<Vec<_>>()
    })
}

/// Starts a check of it, and waits until it was asked. The word is among the server's arguments.
fn hangs(course: &Course, sandbox: &str, word: &str) -> (std::process::Child, tempfile::TempDir) {
    course.write(
        "work/gradus.toml",
        &format!("format = 1\nexercise = \"demo\"\n[run]\nstart = \"exec python3 -u app.py {word}\"\n"),
    );
    let arguments = ["--report", "json", "--sandbox", sandbox];
    let (child, cache) = course.gradus(&arguments).env("TMPDIR", course.root.path()).spawn();
    wait_until("the server starts", Duration::from_secs(30), || runs(word));
    // Long enough to be asked; a grading that is interrupted before ends in the same way.
    std::thread::sleep(Duration::from_millis(300));
    (child, cache)
}

#[test]
fn ctrl_c_ends_with_130_a_report_and_nothing_left_behind() {
    for (sandbox, course) in hanging() {
        let word = format!("hangs-until-interrupted-{sandbox}");
        let (child, _cache) = hangs(&course, sandbox, &word);
        let killed = std::process::Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(killed.success());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(130));
        let report: serde_json::Value =
            serde_json::from_slice(&output.stdout).expect("a report all the same");
        assert_eq!(
            (&report["verdict"], &report["progress"]["kind"]),
            (&"incomplete".into(), &"cut-short".into())
        );
        assert_eq!(report["isolation"]["kind"], sandbox);
        assert!(!runs(&word), "the server outlived the grading");
        let left: Vec<_> = std::fs::read_dir(course.root.path())
            .expect("a folder")
            .flatten()
            .map(|entry| entry.file_name())
            .filter(|name| name.to_string_lossy().starts_with("gradus-data-"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn a_killed_gradus_takes_the_submission_with_it() {
    for (sandbox, course) in hanging() {
        let word = format!("hangs-until-killed-{sandbox}");
        let (mut child, _cache) = hangs(&course, sandbox, &word);
        child.kill().and_then(|()| child.wait()).expect("it is killed");
        wait_until("the server ends with its grader", Duration::from_secs(5), || !runs(&word));
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

/// Remembers in memory what it was told.
const REMEMBERS: &str = "import sys\nsaid = {}\ndef answer(method, path, body):\n    if path == '/die': os._exit(3)\n    \
    if method == 'POST': said[path] = body\n    print('asked', method, flush=True)\n    return (200, {}, said[path]) if path in said else (404, {}, b'')\n";

#[test]
fn another_instance_shows_what_lives_only_in_memory() {
    let steps = |last: &str| {
        format!(
            "  - id: memory\n    claim: A session does not live in memory\n    points: 1\n    steps:\n      - post: /a\n        text: x\n        expect: {{ status: 200 }}\n{last}"
        )
    };
    for sandbox in ["native", "guarded", "none"] {
        let apart = "      - get: /a\n        instance: b\n        expect: { status: 404 }\n      - post: /a\n        instance: b\n        text: y\n        \
            expect: { status: 200 }\n      - get: /a\n        expect: { text: x }\n      - get: /a\n        instance: b\n        expect: { text: y }\n      \
            - server: kill\n        instance: b\n      - get: /a\n        expect: { text: x }\n      - server: start\n        instance: b\n      \
            - printed: { lines: { $size: 3 } }\n        until: { every: 10ms, at_most: 2s }\n";
        let course = Course::new(&steps(apart), &http_server(REMEMBERS));
        course.check(&["--sandbox", sandbox]).code(0);
    }
    let shared = "      - get: /a\n        instance: b\n        expect: { status: 200 }\n";
    let course = Course::new(&steps(shared), &http_server(REMEMBERS));
    course.check(&[]).code(1).says("instance b").says("[instance b]").says("asked GET");
}

/// Answers with what is in a file beside its data, in which it keeps what it was sent last.
const LEAVES: &str = "def answer(method, path, body):\n    \
    if method == 'POST': open('left', 'wb').write(body)\n    \
    return 200, {}, open('left', 'rb').read() if os.path.exists('left') else b'nothing'\n";

#[test]
fn another_instance_finds_what_was_built_as_it_was() {
    let steps = "  - id: apart\n    claim: Each has a copy of its own\n    points: 1\n    steps:\n      - post: /\n        text: x\n        expect: { text: x }\n      \
        - get: /\n        instance: b\n        expect: { text: nothing }\n      - post: /\n        instance: b\n        text: y\n        expect: { text: y }\n      \
        - get: /\n        expect: { text: x }\n      - get: /\n        instance: c\n        expect: { text: nothing }\n";
    for sandbox in ["native", "guarded", "none"] {
        for course in Course::each(|| Course::new(steps, &http_server(LEAVES))) {
            let folder = course.root.path().join("temporary");
            std::fs::create_dir(&folder).expect("a folder");
            course.gradus(&["--sandbox", sandbox]).env("TMPDIR", &folder).run().code(0);
            let left = std::fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.file_name());
            // Which ports are taken is noted in one place for all gradings of this machine.
            let left: Vec<_> = left.filter(|name| name != "gradus-ports").collect();
            assert!(left.is_empty(), "{left:?}");
        }
    }
}

#[test]
fn an_instance_that_ends_by_itself_fails_the_check() {
    let steps = "  - id: dies\n    claim: It goes on\n    points: 1\n    steps:\n      - get: /die\n        instance: b\n        expect: { status: 200 }\n";
    Course::new(steps, &http_server(REMEMBERS)).check(&[]).code(1).says("instance b exited with code 3");
}

#[test]
fn clients_of_a_race_are_spread_over_instances() {
    let race = "  - id: spread\n    claim: Each answers\n    points: 1\n    steps:\n      - race:\n          rounds: 1\n          clients: 8\n          instances: 2\n          \
        each: [ { post: /a, text: x, expect: { status: 200 } } ]\n      - printed: { lines: { $size: 4 } }\n        until: { every: 10ms, at_most: 2s }\n      \
        - printed: { lines: { $size: 4 } }\n        instance: \"2\"\n";
    Course::new(race, &http_server(REMEMBERS)).check(&[]).code(0);
}
