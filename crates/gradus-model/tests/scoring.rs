//! Points, verdicts and redaction are functions of the outcomes.

use gradus_model::grader::{Detail, Visibility, Worth};
use gradus_model::outcome::{Because, Failure, Fault, Mismatch, Outcome, Shown};
use gradus_model::redact::{Audience, redact_check};
use gradus_model::report::{CheckReport, CodePlace};
use gradus_model::score::{Score, score};
use std::time::Duration;

fn failed() -> Outcome {
    Outcome::Failed(Failure {
        step: "GET /secret".into(),
        circumstance: Some("case 1".into()),
        expectations: 1,
        mismatches: vec![Mismatch {
            path: "status".into(),
            wanted: "the number 200".into(),
            got: "the number 404".into(),
            note: None,
            difference: Vec::new(),
            place: None,
        }],
        exchange: None,
        server: None,
    })
}

fn check(worth: Worth, outcome: Outcome) -> CheckReport {
    CheckReport {
        id: "a".into(),
        claim: "A".into(),
        worth,
        visibility: Visibility::Visible,
        detail: Detail::Full,
        hint: None,
        outcome,
        remarks: Vec::new(),
        took: Duration::ZERO,
        requests: 1,
        output: Shown::new(b"GET /secret", 100),
        places: vec![CodePlace { path: "app.py".into(), line: 3 }],
        line: 1,
        rerun: String::new(),
    }
}

#[test]
fn bonus_adds_to_what_was_earned_and_never_beyond_the_maximum() {
    let ten = |outcome| check(Worth::Points(10), outcome);
    let bonus = || check(Worth::Bonus(4), Outcome::Passed);
    assert_eq!(score(&[ten(Outcome::Passed), ten(failed()), bonus()]), Score { earned: 14, maximum: 20 });
    assert_eq!(score(&[ten(Outcome::Passed), bonus()]), Score { earned: 10, maximum: 10 });
}

#[test]
fn what_the_target_cannot_do_leaves_the_maximum_and_what_needed_a_failed_check_does_not() {
    let skipped = |because| check(Worth::Points(5), Outcome::Skipped(because));
    assert_eq!(score(&[skipped(Because::Unsupported("signals".into()))]), Score { earned: 0, maximum: 0 });
    assert_eq!(score(&[skipped(Because::Needed("a".into()))]), Score { earned: 0, maximum: 5 });
    assert_eq!(
        score(&[check(Worth::Points(5), Outcome::Broken(Fault { what: String::new(), way_out: None }))])
            .maximum,
        5
    );
}

#[test]
fn almost_enough_is_not_enough() {
    assert!(!Score { earned: 799, maximum: 1000 }.reaches(80));
    assert!(Score { earned: 800, maximum: 1000 }.reaches(80));
    assert!(!Score { earned: 0, maximum: 0 }.reaches(1));
    assert_eq!(Score { earned: 799, maximum: 1000 }.percent(), 79);
}

#[test]
fn a_learner_sees_of_a_check_what_its_detail_allows() {
    let see = |detail, visibility, audience| {
        let whole = CheckReport { detail, visibility, ..check(Worth::Points(1), failed()) };
        format!("{:?}", redact_check(whole, audience).check())
    };
    let full = see(Detail::Full, Visibility::Visible, Audience::Learner);
    assert!(full.contains("number 200") && full.contains("number 404"));
    let actual = see(Detail::Actual, Visibility::Visible, Audience::Learner);
    assert!(!actual.contains("number 200") && actual.contains("number 404"));
    let hidden = see(Detail::None, Visibility::Hidden, Audience::Learner);
    assert!(
        !hidden.contains("number 200") && !hidden.contains("number 404") && !hidden.contains("secret"),
        "{hidden}"
    );
    assert!(see(Detail::None, Visibility::Hidden, Audience::Instructor).contains("number 200"));
}
