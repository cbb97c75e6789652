//! JUnit XML, read by an XML parser.

use crate::samples::{check, failure, graded, outcomes, report, unmarked};
use gradus_model::outcome::Outcome;
use gradus_model::redact::{Audience, redact};
use gradus_model::report::Progress;
use gradus_report::junit;
use roxmltree::{Document, Node};

fn cases<'d>(document: &'d Document) -> Vec<Node<'d, 'd>> {
    document.descendants().filter(|node| node.has_tag_name("testcase")).collect()
}

fn child<'d>(node: &Node<'d, 'd>) -> Option<&'d str> {
    node.children().find(|child| child.is_element()).map(|child| child.tag_name().name())
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
