//! What a learner may not see is in no format.

use crate::samples::{check, failure, report, used};
use gradus_model::grader::{Detail, Visibility};
use gradus_model::outcome::{Because, Failure, Fault, Outcome, Shown};
use gradus_model::redact::{Audience, redact};
use gradus_model::report::{CheckReport, CodePlace, Progress};
use gradus_report::Format;
use std::time::Duration;

/// A failure of which every text is secret but for the path.
fn secret() -> Failure {
    let Outcome::Failed(mut failure) = failure("s3cret-got") else { panic!("it fails") };
    failure.step = "s3cret-step".into();
    failure.circumstance = Some("s3cret-case".into());
    failure.server = Some("the server exited with s3cret-code".into());
    failure.mismatches[0].wanted = "s3cret-wanted".into();
    failure.mismatches[0].note = Some("s3cret-note".into());
    if let Some(place) = &mut failure.mismatches[0].place {
        place.text = format!("expect: s3cret-place{}", " ".repeat(20));
    }
    if let Some(exchange) = &mut failure.exchange {
        exchange.request.url = "http://h/s3cret-url".into();
        exchange.request.headers = vec![("x".into(), "s3cret-header".into())];
        exchange.request.body = Shown::new(b"s3cret-body", 100);
        exchange.curl = "curl s3cret-curl".into();
    }
    failure
}

fn hidden(outcome: Outcome) -> CheckReport {
    CheckReport {
        visibility: Visibility::Hidden,
        detail: Detail::None,
        output: Shown::new(b"s3cret-words", 100),
        places: vec![CodePlace { path: "s3cret-file.py".into(), line: 71_717 }],
        rerun: "gradus check --only s3cret-rerun".into(),
        requests: 91_919,
        remarks: vec!["s3cret-remark".into()],
        line: 81_818,
        ..check(outcome)
    }
}

fn written(checks: Vec<CheckReport>, audience: Audience) -> Vec<(&'static str, String)> {
    let report = redact(report(checks, Progress::Complete), audience);
    let write = |name: &'static str| (name, Format::parse(name).expect("a format").write(&report));
    Format::names().into_iter().map(write).collect()
}

#[test]
fn what_was_noticed_is_told_to_learners_who_may_see_all_of_the_check() {
    for (detail, is_told) in [(Detail::Full, true), (Detail::Actual, false), (Detail::None, false)] {
        let noticed =
            CheckReport { remarks: vec!["It asked twice".into()], detail, ..check(Outcome::Passed) };
        for (name, text) in written(vec![noticed], Audience::Learner) {
            let tells = is_told && ["terminal", "html", "markdown", "github-summary", "json"].contains(&name);
            assert_eq!(text.contains("It asked twice"), tells, "{name}, {detail:?}:\n{text}");
        }
    }
}

#[test]
fn a_hidden_check_leaks_through_no_format() {
    let broken = Outcome::Broken(Fault { what: "s3cret-what".into(), way_out: Some("s3cret-way".into()) });
    let skipped = Outcome::Skipped(Because::ServerGone("s3cret-gone".into()));
    let outcomes = [Outcome::Failed(secret()), broken, Outcome::Passed, skipped];
    for outcome in outcomes {
        for (name, text) in written(vec![hidden(outcome)], Audience::Learner) {
            for word in ["s3cret", "91919", "81818", "71717"] {
                assert!(!text.contains(word), "{name} tells {word}:\n{text}");
            }
        }
    }
}

#[test]
fn what_hidden_checks_take_and_use_is_told_to_no_learner() {
    let told = |amount: u32| {
        let took = Duration::from_millis(amount.into());
        let slow = CheckReport { took, ..hidden(Outcome::Passed) };
        let mut graded = report(vec![check(Outcome::Passed), slow], Progress::Complete);
        graded.took += took;
        graded.usage = Some(used(amount));
        Format::names().into_iter().map(move |name| {
            let redacted = redact(graded.clone(), Audience::Learner);
            (name, Format::parse(name).expect("a format").write(&redacted))
        })
    };
    for (one, other) in told(10).zip(told(70_707)) {
        assert_eq!(one, other);
    }
}

#[test]
fn a_visible_check_tells_only_what_its_detail_allows() {
    for (detail, secrets) in [
        (Detail::None, &["s3cret-"][..]),
        (Detail::Actual, &["s3cret-case", "s3cret-wanted", "s3cret-note", "s3cret-place"][..]),
    ] {
        // How the server ended is the learner's to know where the check is.
        let failure = Failure { server: Some("the server exited with code 1".into()), ..secret() };
        let check = CheckReport { detail, ..check(Outcome::Failed(failure)) };
        for (name, text) in written(vec![check], Audience::Learner) {
            for secret in secrets {
                assert!(!text.contains(secret), "{name} tells {secret} at {detail:?}:\n{text}");
            }
        }
    }
}

#[test]
fn an_instructor_sees_a_hidden_check_where_only_instructors_look() {
    let tell: Vec<&str> = written(vec![hidden(Outcome::Failed(secret()))], Audience::Instructor)
        .into_iter()
        .filter(|(_, text)| text.contains("s3cret-wanted"))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        tell,
        ["terminal", "json", "junit", "github", "github-summary", "codequality", "markdown", "html"]
    );
}
