//! Submissions that are components of `wasi:http`, built from `tests/proxy`: state, streams, upstreams, and each way to go wrong.

use crate::support::course::Course;
use crate::support::gradus::Ran;
use crate::support::repository;

/// A course whose submission is a component; `grader` stands before its checks.
fn course(component: &[u8], grader: &str, checks: &str) -> Course {
    let course = Course::new("", "");
    course.write(
        "graders/demo/grader.yaml",
        &format!("format: 1\nexercise: demo\npass: 80\n{grader}checks:\n{checks}"),
    );
    let start = "format = 1\nexercise = \"demo\"\n\n[run]\nstart = [\"server.wasm\"]\n";
    course.write("work/gradus.toml", start);
    std::fs::write(course.work().join("server.wasm"), component).unwrap();
    course
}

fn built() -> Vec<u8> {
    let path = repository().join("target/runners/proxy.wasm");
    std::fs::read(path).expect("scripts/install-test-tools builds the component into target/runners")
}

fn check(id: &str, steps: &str) -> String {
    format!("  - {{ id: {id}, claim: A, points: 1, steps: [ {steps} ] }}\n")
}

/// What a report says of one check.
fn outcome(ran: &Ran, id: &str) -> String {
    let report = ran.json();
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == id).unwrap()["outcome"].to_string()
}

#[test]
fn a_component_of_wasi_http_keeps_its_state_streams_and_reaches_upstreams_only() {
    let stub = "stubs: { rates: { routes: [ { get: /v1, reply: { text: hello } } ] } }\n";
    let count = |n: u8| format!("{{ get: /count, expect: {{ status: 200, text: \"{n}\" }} }}");
    let long = "x".repeat(100_000);
    let checks = [
        check("state", &format!("{}, {}, {{ server: restart }}, {}", count(1), count(2), count(1))),
        check(
            "streams",
            &format!("{{ post: /echo, text: {long}, expect: {{ status: 200, text: {long} }} }}"),
        ),
        check(
            "upstreams",
            "{ get: /ask, expect: { status: 200, text: it said hello } }, { get: /elsewhere, expect: { status: 502, text: { $contains: refused } } }, { calls: { stub: rates }, expect: { count: 1 } }",
        ),
        check("unknown", "{ get: /nothing, expect: { status: 404 } }"),
    ];
    let ran = course(&built(), stub, &checks.concat()).check(&[]);
    ran.code(0).says("passed");
}

#[test]
fn whatever_ends_a_component_is_told_and_a_fresh_one_answers_the_next_request() {
    let ways = [
        ("loop", "more than 120,000,000,000 units of work (fuel)"),
        ("eat", "more than 512 MiB of memory"),
        ("flood", "printed more than 1024 KiB"),
        ("long", "longer than 8192 KiB"),
        ("halfway", "crashed: it gave up"),
        ("silent", "gave no answer to a request"),
    ];
    let fresh = "{ get: /count, expect: { status: 200, text: \"1\" } }";
    let pairs = ways.map(|(way, _)| {
        let bad = format!("{{ get: /{way}, expect: {{ status: 200 }} }}");
        check(way, &bad) + &check(&format!("after-{way}"), fresh)
    });
    let course = course(&built(), "", &pairs.concat()).limits("request = \"60s\"\ncheck = \"60s\"");
    let ran = course.check(&["--report", "json"]).code(1);
    for (way, words) in ways {
        let said = outcome(&ran, way);
        assert!(said.contains(words) && said.contains("a fresh instance answers since"), "{way}: {said}");
        let after = outcome(&ran, &format!("after-{way}"));
        assert!(after.contains("passed"), "{way}: {after}");
    }
    assert!(ran.out.contains("lost the thread"), "what it printed is shown");
}

#[test]
fn a_component_that_waits_too_long_runs_into_its_deadline() {
    let checks = check("slow", "{ get: /sleep, timeout: 20s, expect: { status: 200 } }")
        + &check("after", "{ get: /count, expect: { status: 200, text: \"1\" } }");
    let course = course(&built(), "", &checks).limits("request = \"1s\"");
    let ran = course.check(&["--report", "json"]).code(1);
    let said = outcome(&ran, "slow");
    assert!(said.contains("one request took longer than 1s"), "{said}");
    assert!(outcome(&ran, "after").contains("passed"));
}

#[test]
fn a_component_of_another_world_is_refused_with_what_it_exports() {
    let other = r#"(component (core module $m (func (export "f"))) (core instance $i (instantiate $m))
      (func $f (canon lift (core func $i "f"))) (export "fly-to-the-moon" (func $f)))"#;
    let checks = check("root", "{ get: /, expect: { status: 200 } }");
    let ran = course(&wat::parse_str(other).unwrap(), "", &checks).check(&[]);
    ran.code(1).says("a component of another world").says("fly-to-the-moon");
}
