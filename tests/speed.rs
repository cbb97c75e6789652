//! Speed without a stopwatch: loads, open and closed, memory over a load, and comparisons with a baseline.

use crate::support::class::Class;
use crate::support::course::{Course, http_server};

/// A check with one step.
fn one(step: &str) -> String {
    format!("  - id: speed\n    claim: It is fast\n    points: 1\n    timeout: 2m\n    steps:\n{step}")
}

/// Answers after so much work.
fn works(rounds: u32) -> String {
    http_server(&format!(
        "def answer(method, path, body):\n    total = 0\n    for number in range({rounds}): total += number\n    return 200, {{}}, b'done'\n"
    ))
}

/// A comparison with a baseline that works this much.
fn compared(step: &str, program: &str, baseline: u32) -> Course {
    let course = Course::new(&one(step), program);
    course.write("exercises/demo/baseline/python/app.py", &works(baseline));
    course
}

const BY_STEPS: &str = "      - compare:\n          with: baseline\n          before: [ { get: /, expect: { status: 200 } } ]\n          steps: [ { get: /, expect: { text: done } } ]\n          at_least: 3x\n";
const BY_LOAD: &str = "      - compare:\n          with: baseline\n          load: { connections: 4, for: 150ms, requests: [ { get: /, expect: { text: done } } ] }\n          at_least: 3x\n";

#[test]
fn a_submission_is_as_many_times_as_fast_as_the_baseline_as_it_must_be() {
    for step in [BY_STEPS, BY_LOAD] {
        compared(step, &works(10), 400_000).check(&[]).code(0);
        compared(step, &works(400_000), 400_000)
            .check(&[])
            .code(1)
            .says("at least 3 times as fast as the baseline")
            .says("pairs");
    }
}

#[test]
fn a_wrong_answer_is_not_fast_and_a_broken_baseline_is_not_the_submissions_fault() {
    let wrong = http_server("def answer(method, path, body):\n    return 200, {}, b'quick'\n");
    compared(BY_STEPS, &wrong, 400_000).check(&[]).code(1).says("got the string \"quick\"");
    compared(BY_LOAD, &wrong, 400_000).check(&[]).code(1).says("answers that are all right");
    let course = compared(BY_STEPS, &works(10), 10);
    course.write("exercises/demo/baseline/python/app.py", "raise SystemExit('no')\n");
    course.check(&[]).code(4).says("the baseline: the server exited with code 1");
}

#[test]
fn without_a_baseline_in_its_language_a_comparison_is_unsupported() {
    Course::new(&one(BY_STEPS), &works(10))
        .check(&[])
        .code(4)
        .says("a baseline in the submission's language")
        .says("its author can add one");
}

#[test]
fn an_open_loop_sends_at_its_rate_and_waiting_counts_as_slow() {
    let load = |sleep: &str, expect: &str| {
        let step = format!(
            "      - load:\n          connections: 4\n          rate: 100\n          for: 1s\n          requests: [ {{ get: /, expect: {{ status: 200 }} }} ]\n        expect: {expect}\n"
        );
        let server = format!("def answer(method, path, body):\n    {sleep}\n    return 200, {{}}, b''\n");
        Course::new(&one(&step), &http_server(&server))
    };
    load("pass", "{ answers: 100, errors: 0, p99: { $at_most: 1 } }").check(&[]).code(0);
    // Four connections answer 40 requests a second at most, so that the last of 100 is more than a second late.
    load("time.sleep(0.1)", "{ p99: { $at_most: 1 } }").check(&[]).code(1).says("p99: got the number ");
}

#[test]
fn a_server_that_serves_one_connection_after_another_answers_them_all() {
    let step = "      - load:\n          connections: 4\n          for: 100ms\n          requests: [ { get: /, expect: { status: 200 } } ]\n        expect: { errors: 0, p99: { $at_most: 3 } }\n";
    let one_by_one = works(10).replace("ThreadingHTTPServer", "HTTPServer");
    Course::new(&one(step), &one_by_one).check(&[]).code(0);
    let course = Course::new(&one(BY_LOAD), &one_by_one);
    let baseline = works(400_000).replace("ThreadingHTTPServer", "HTTPServer");
    course.write("exercises/demo/baseline/python/app.py", &baseline);
    course.check(&[]).code(0);
}

#[test]
fn memory_that_grows_with_every_request_is_found() {
    let step = "      - load:\n          connections: 2\n          rate: 200\n          for: 700ms\n          warm_up: 200ms\n          requests: [ { get: /, expect: { status: 200 } } ]\n        expect: { errors: 0, memory: { $at_most: 20 MiB more } }\n";
    let server = |keeps: &str| {
        http_server(&format!(
            "kept = []\ndef answer(method, path, body):\n    page = bytes(1 << 18)\n    {keeps}\n    return 200, {{}}, b''\n"
        ))
    };
    for sandbox in ["native", "none"] {
        Course::new(&one(step), &server("pass")).check(&["--sandbox", sandbox]).code(0);
        // Pages count once they are written to.
        let leaks = server("kept.append(bytearray(b'x' * (1 << 18)))");
        Course::new(&one(step), &leaks)
            .check(&["--sandbox", sandbox])
            .code(1)
            .says("memory")
            .says("at most 20 MiB more than before");
    }
}

/// What a submission of two does: each waits for the other at `/meet`, and during `/measured` looks whether the other is asked
/// something. Both tell in one file what they are asked, in the order in which it happens.
fn meets(me: &str, other: &str, told: &std::path::Path) -> String {
    http_server(&format!(
        "TOLD, ME, OTHER = {told:?}, {me:?}, {other:?}
def lines():
    return open(TOLD).read().splitlines()
def wait(seconds, is_over):
    ends = time.monotonic() + seconds
    while not is_over() and time.monotonic() < ends: time.sleep(0.002)
def answer(method, path, body):
    told = os.open(TOLD, os.O_WRONLY | os.O_APPEND)
    os.write(told, (ME + ' ' + path + '\\n').encode())
    os.close(told)
    if path == '/meet': wait(60, lambda: OTHER + ' /meet' in lines())
    if path == '/measured': wait(0.03, lambda: lines()[-1].startswith(OTHER))
    return 200, {{}}, b''
"
    ))
}

#[test]
fn while_one_grading_measures_time_no_other_asks_anything() {
    let dir = tempfile::tempdir().expect("a folder");
    let told = dir.path().join("told");
    std::fs::write(&told, "").expect("a file");
    let class =
        Class::new().program("ada", &meets("ada", "bob", &told)).program("bob", &meets("bob", "ada", &told));
    class.0.write(
        "graders/demo/grader.yaml",
        "format: 1\nexercise: demo\npass: 50\nchecks:
  - { id: meet, claim: Both are there, points: 1, timeout: 90s, steps: [ { get: /meet, timeout: 61s, expect: { status: 200 } } ] }
  - { id: before, claim: It answers, points: 1, steps: [ { get: /before, repeat: 3, expect: { status: 200 } } ] }
  - id: measured
    claim: It does not grow
    points: 1
    timeout: 2m
    steps: [ { growth: { sizes: [1, 3, 9], steps: [ { get: /measured, headers: { x-size: $(size) }, expect: { status: 200 } } ], at_most: quadratic } } ]
  - { id: after, claim: It answers still, points: 1, steps: [ { get: /after, repeat: 30, expect: { status: 200 } } ] }
",
    );
    // They tell each other what no sandbox would let them.
    class.batch(&["--jobs", "2", "--sandbox", "none"]).code(0).says("2 submissions graded");
    let told = std::fs::read_to_string(&told).expect("what they told");
    let lines: Vec<&str> = told.lines().collect();
    let places = |line: &str| -> Vec<usize> {
        lines.iter().enumerate().filter(|(_, told)| **told == line).map(|(at, _)| at).collect()
    };
    for (me, other) in [("ada", "bob"), ("bob", "ada")] {
        let measured = places(&format!("{me} /measured"));
        let (first, last) = (measured[0], measured[measured.len() - 1]);
        assert!(measured.len() >= 21, "{told}");
        assert!(places(&format!("{other} /meet"))[0] < first, "both are graded at once\n{told}");
        assert!(lines[first..=last].iter().all(|line| line.starts_with(me)), "{me} was not alone\n{told}");
    }
}

#[test]
fn only_measuring_is_done_alone_and_waiting_for_that_costs_a_check_none_of_its_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let told = dir.path().join("told");
    std::fs::write(&told, "").expect("a file");
    // Bob is at work until long after Ada's check began that measures; her first request does not wait for him.
    let holds = |me: &str| {
        meets(me, if me == "ada" { "bob" } else { "ada" }, &told).replace(
            "    if path == '/measured'",
            "    if path == '/hold' and ME == 'bob':
        wait(60, lambda: 'ada /first' in lines())
        time.sleep(9)
        open(TOLD, 'a').write('bob is done\\n')
    if path == '/measured'",
        )
    };
    let class = Class::new().program("ada", &holds("ada")).program("bob", &holds("bob"));
    class.0.write(
        "graders/demo/grader.yaml",
        "format: 1\nexercise: demo\npass: 50\nchecks:
  - { id: meet, claim: Both are there, points: 1, timeout: 90s, steps: [ { get: /meet, timeout: 61s, expect: { status: 200 } } ] }
  - { id: hold, claim: It takes its time, points: 1, timeout: 90s, steps: [ { get: /hold, timeout: 80s, expect: { status: 200 } } ] }
  - id: measured
    claim: It does not grow
    points: 1
    timeout: 8s
    steps:
      - { get: /first, expect: { status: 200 } }
      - growth: { sizes: [1, 3, 9], steps: [ { get: /fast, headers: { x-size: $(size) }, expect: { status: 200 } } ], at_most: quadratic }
",
    );
    class.batch(&["--jobs", "2", "--sandbox", "none"]).code(0).says("2 submissions graded");
    let told = std::fs::read_to_string(&told).expect("what they told");
    let place = |line: &str| {
        told.lines().position(|told| told == line).unwrap_or_else(|| panic!("nobody told {line}\n{told}"))
    };
    let (first, done) = (place("ada /first"), place("bob is done"));
    assert!(first < done && done < place("ada /fast"), "{told}");
    class.gradebook(&["explain", "ada"]).code(0).never_says("time was over");
}
