//! The page, read by a browser's tokenizer.

use crate::hostile::EVIL;
use crate::markup::holds;
use crate::samples::{check, failure, graded, outcomes, report};
use gradus_model::grader::Visibility;
use gradus_model::outcome::{Outcome, Shown};
use gradus_model::redact::{Audience, redact};
use gradus_model::report::{CheckReport, Progress};
use gradus_report::html;
fn everything() -> Vec<CheckReport> {
    let mut checks: Vec<CheckReport> = outcomes().into_iter().map(check).collect();
    for (at, check) in checks.iter_mut().enumerate() {
        check.id = format!("c{at}");
    }
    checks[0].visibility = Visibility::Hidden;
    checks
}

#[test]
fn a_page_tells_all_of_a_failed_check() {
    let read = holds(&html::write(&graded(everything())), &[]);
    let text = read.text.borrow();
    for said in [
        "Demo",
        "work",
        "incomplete",
        "It answers",
        "GET http://h/",
        "200 OK",
        "json.a",
        "wanted: - 1\n",
        "got: + the number 2\n",
        "expect: { json: { a: 1 } }",
        "grader.yaml, line 7",
        "log line",
        "Count from 1.",
        "gradus check --only a --seed 7",
        "skipped: it needs b",
        "no disk",
        "Time line",
        "A plain child process.",
    ] {
        assert!(text.contains(said), "{said}");
    }
}

#[test]
fn a_page_is_a_page_whatever_became_of_the_grading() {
    for progress in [
        Progress::Complete,
        Progress::NotBuilt("it does not".into()),
        Progress::NotBooted("it does not".into()),
        Progress::CutShort("interrupted".into()),
    ] {
        let mut bare = report(Vec::new(), progress);
        (bare.build, bare.boot, bare.usage) = (None, None, None);
        holds(&html::write(&redact(bare, Audience::Learner)), &[]).can_be_heard();
    }
}

#[test]
fn a_page_can_be_heard_and_every_link_leads_somewhere() {
    let mut checks = everything();
    checks.extend([CheckReport { id: "second".into(), ..check(failure("x")) }]);
    let read = holds(&html::write(&graded(checks)), &[]);
    read.can_be_heard();
    assert!(read.all("href").len() >= 3);
}

#[test]
fn a_submission_writes_text_not_tags() {
    let mut hostile = check(failure(EVIL));
    hostile.output = Shown::new(EVIL.as_bytes(), 10_000);
    hostile.claim = EVIL.into();
    let mut report = report(vec![hostile, check(Outcome::Passed)], Progress::NotBooted(EVIL.into()));
    report.submission.name = EVIL.into();
    report.exercise.title = EVIL.into();
    report.started = EVIL.into();
    let read = holds(&html::write(&redact(report, Audience::Learner)), &[]);
    assert!(
        read.text.borrow().contains("<script>pwn()</script></pre></details></style></title><!-- <img src=x")
    );
}

#[test]
fn a_check_that_passes_is_folded_up_unless_something_was_noticed() {
    let quiet = check(Outcome::Passed);
    let noticed = CheckReport { remarks: vec!["It asked twice.".into()], ..quiet.clone() };
    let opens = |check: CheckReport| html::write(&graded(vec![check])).contains("id=\"check-a\" open");
    assert!(opens(noticed) && !opens(quiet));
}
