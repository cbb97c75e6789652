//! JUnit XML, read by an XML parser and by one of JUnit that others use.

use crate::hostile::EVIL;
use crate::samples::{check, failure, graded, outcomes, report, unmarked};
use gradus_model::outcome::{Outcome, Shown};
use gradus_model::redact::{Audience, redact};
use gradus_model::report::{CodePlace, Progress};
use gradus_report::junit;
use junit_parser::{TestCase, TestStatus, TestSuites};
use roxmltree::{Document, Node};

fn cases<'d>(document: &'d Document) -> Vec<Node<'d, 'd>> {
    document.descendants().filter(|node| node.has_tag_name("testcase")).collect()
}

fn child<'d>(node: &Node<'d, 'd>) -> Option<&'d str> {
    node.children().find(|child| child.is_element()).map(|child| child.tag_name().name())
}

/// As somebody else's parser reads it.
fn read(text: &str) -> TestSuites {
    junit_parser::from_reader(text.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn word(case: &TestCase) -> &'static str {
    match case.status {
        TestStatus::Success => "success",
        TestStatus::Failure(_) => "failure",
        TestStatus::Error(_) => "error",
        TestStatus::Skipped(_) => "skipped",
    }
}

#[test]
fn a_parser_of_junit_reads_what_was_written() {
    let mut checks: Vec<_> = outcomes().into_iter().map(check).collect();
    checks[1].places = vec![CodePlace { path: "src/app.py".into(), line: 42 }];
    let suites = read(&junit::write(&[graded(checks)]));
    assert_eq!((suites.tests, suites.failures, suites.errors, suites.skipped), (9, 1, 1, 4));
    let suite = &suites.suites[0];
    assert_eq!((suite.name.as_str(), suite.tests, suite.time), ("demo: work", 9, 0.05));
    assert_eq!(suite.timestamp, Some("2026-11-21T00:00:00Z".parse().expect("a time")));
    assert!(suite.properties.vec.contains(&("seed".into(), "7".into())), "{:?}", suite.properties);
    let words: Vec<_> = suite.cases.iter().map(word).collect();
    let skipped = "skipped";
    let checks = ["success", "failure", "error", skipped, skipped, skipped, skipped];
    assert_eq!(words, [&["success"; 2], &checks[..]].concat());
    let failed = &suite.cases[3];
    assert_eq!((failed.classname.as_deref(), failed.original_name.as_str()), (Some("demo"), "a: It answers"));
    assert_eq!((failed.file.as_deref(), failed.line, failed.time), (Some("src/app.py"), Some(42), 0.004));
    assert_eq!(failed.system_out.as_deref(), Some("log line"));
    let failure = failed.status.failure_as_ref();
    assert_eq!(failure.message, "GET /: json.a: got the number 2, wanted the number 1");
    assert!(failure.text.contains("hint: Count from 1."), "{}", failure.text);
    assert_eq!(suite.cases[5].status.skipped_as_ref().message, "skipped: it needs b");
}

#[test]
fn a_parser_of_junit_reads_the_worst_and_what_ended_early() {
    let ends = [
        Progress::Complete,
        Progress::NotBuilt(EVIL.into()),
        Progress::NotBooted(EVIL.into()),
        Progress::CutShort(EVIL.into()),
    ];
    for (progress, bad) in ends.into_iter().zip([1, 2, 2, 2]) {
        let mut evil = check(failure(EVIL));
        evil.output = Shown::new(EVIL.as_bytes(), 10_000);
        let mut hostile = report(vec![evil, check(Outcome::Passed)], progress);
        hostile.submission.name = EVIL.into();
        let suites = read(&junit::write(&[redact(hostile, Audience::Learner)]));
        let cases = &suites.suites[0].cases;
        assert_eq!(suites.tests as usize, cases.len());
        assert_eq!(cases.iter().filter(|case| !case.status.is_success()).count(), bad);
        assert_eq!(suites.failures + suites.errors, bad as u64);
        let said =
            cases.iter().find_map(|case| case.system_out.as_deref().filter(|said| said.contains("pwn")));
        assert!(said.is_some_and(|said| said.contains("<script>pwn()</script>")), "{said:?}");
    }
    for unmarked in unmarked() {
        read(&junit::write(&[unmarked]));
    }
}

#[test]
fn each_outcome_has_its_element_and_the_sums_agree() {
    let checks = outcomes().into_iter().map(check).collect();
    let text = junit::write(&[graded(checks)]);
    let document = Document::parse(&text).expect("XML");
    let cases = cases(&document);
    let kinds: Vec<Option<&str>> = cases.iter().map(child).collect();
    let skipped = Some("skipped");
    let checks = [Some("system-out"), Some("failure"), Some("error"), skipped, skipped, skipped, skipped];
    // The build and the boot of the sample ran, and said their command.
    assert_eq!(kinds, [&[Some("system-out"); 2], &checks[..]].concat());
    let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).expect("a suite");
    for node in [document.root_element(), suite] {
        let sums =
            ["tests", "failures", "errors", "skipped"].map(|name| node.attribute(name).expect("a sum"));
        assert_eq!(sums, ["9", "1", "1", "4"]);
    }
}

#[test]
fn a_failure_tells_what_was_wanted_and_what_came() {
    let text = junit::write(&[graded(vec![check(failure("the number 2"))])]);
    let document = Document::parse(&text).expect("XML");
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).expect("a failure");
    let message = failure.attribute("message").expect("a message");
    assert_eq!(message, "GET /: json.a: got the number 2, wanted the number 1");
    let told = failure.text().expect("a text");
    assert!(told.starts_with("GET /\n") && told.contains("hint: Count from 1."), "{told}");
}

#[test]
fn a_submission_that_never_ran_does_not_read_as_a_run_without_failures() {
    for (progress, name) in [
        (Progress::NotBuilt("the build exited with code 1".into()), "build: The submission builds"),
        (Progress::NotBooted("the server opened no port".into()), "boot: The submission starts"),
    ] {
        let text = junit::write(&[redact(report(Vec::new(), progress), Audience::Learner)]);
        let document = Document::parse(&text).expect("XML");
        assert_eq!(document.root_element().attribute("failures"), Some("1"));
        let failed: Vec<_> =
            cases(&document).into_iter().filter(|case| child(case) == Some("failure")).collect();
        assert_eq!(failed.iter().map(|case| case.attribute("name")).collect::<Vec<_>>(), [Some(name)]);
    }
}

#[test]
fn what_is_no_mark_has_no_points() {
    let points = |text: &str| text.contains("\"earned\"") || text.contains("\"maximum\"");
    assert!(points(&junit::write(&[graded(vec![check(Outcome::Passed)])])));
    for report in unmarked() {
        assert!(!points(&junit::write(&[report])));
    }
}

#[test]
fn many_gradings_are_many_suites() {
    let reports = [graded(vec![check(Outcome::Passed)]), graded(vec![check(failure("x"))])];
    let text = junit::write(&reports);
    let document = Document::parse(&text).expect("XML");
    assert_eq!(document.descendants().filter(|node| node.has_tag_name("testsuite")).count(), 2);
    assert_eq!(document.root_element().attribute("tests"), Some("6"));
}
