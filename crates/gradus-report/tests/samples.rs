//! Reports to write.

use gradus_model::grader::{Detail, Visibility, Worth};
use gradus_model::outcome::{
    Answer, Because, DiffLine, Exchange, Failure, Fault, Mismatch, Outcome, SentRequest, Shown,
};
use gradus_model::redact::{Audience, Redacted, redact};
use gradus_model::report::{
    CheckReport, ExerciseName, Graded, Isolation, LimitState, Phase, Progress, Report, Selection, Usage,
};
use gradus_model::source::Excerpt;
use std::time::Duration;

pub fn failure(got: &str) -> Outcome {
    let line = "        expect: { json: { a: 1 } }";
    Outcome::Failed(Failure {
        step: "GET /".into(),
        circumstance: None,
        expectations: 1,
        mismatches: vec![Mismatch {
            path: "json.a".into(),
            wanted: "the number 1".into(),
            got: got.into(),
            note: Some("one line differs".into()),
            difference: vec![
                DiffLine::Same("x".into()),
                DiffLine::Missing("1".into()),
                DiffLine::Extra(got.into()),
            ],
            place: Some(Excerpt {
                path: "grader.yaml".into(),
                first_line: 7,
                text: line.into(),
                start: 29,
                end: 30,
            }),
        }],
        exchange: Some(Exchange {
            request: SentRequest {
                method: "GET".into(),
                url: "http://h/".into(),
                headers: Vec::new(),
                body: Shown::default(),
            },
            answer: Ok(Answer {
                status: 200,
                reason: "OK".into(),
                headers: vec![("content-type".into(), got.into())],
                body: Shown::new(got.as_bytes(), 100),
                took: Duration::from_millis(3),
            }),
            curl: "curl -i http://h/".into(),
        }),
        server: None,
    })
}

pub fn check(outcome: Outcome) -> CheckReport {
    CheckReport {
        id: "a".into(),
        claim: "It answers".into(),
        worth: Worth::Points(10),
        visibility: Visibility::Visible,
        detail: Detail::Full,
        hint: Some("Count from 1.".into()),
        outcome,
        remarks: Vec::new(),
        took: Duration::from_millis(4),
        requests: 1,
        output: Shown::new(b"log line\n", 100),
        places: Vec::new(),
        line: 3,
        rerun: "gradus check --only a --seed 7".into(),
    }
}

pub fn report(checks: Vec<CheckReport>, progress: Progress) -> Report {
    let phase = Phase {
        command: "run".into(),
        took: Duration::from_millis(5),
        unchanged: false,
        output: Shown::default(),
        places: Vec::new(),
    };
    Report {
        exercise: ExerciseName { slug: "demo".into(), title: "Demo".into() },
        submission: Graded { name: "work".into(), digest: Some("00".into()), start: Some("run".into()) },
        grader_digest: "11".into(),
        seed: 7,
        pass: 80,
        isolation: Isolation {
            kind: "none".into(),
            says: "A plain child process.".into(),
            limits: vec![LimitState { name: "memory".into(), value: "512 MiB".into(), by: None }],
        },
        started: "2026-11-21T00:00:00Z".into(),
        took: Duration::from_millis(50),
        build: Some(phase.clone()),
        boot: Some(phase),
        progress,
        selection: Selection::All,
        checks,
        usage: Some(used(9)),
        visible_usage: Some(used(8)),
        withheld: None,
    }
}

/// So many milliseconds of processor time, and the rest in proportion.
pub fn used(amount: u32) -> Usage {
    Usage {
        cpu: Duration::from_millis(amount.into()),
        peak_memory: u64::from(amount) << 20,
        peak_tasks: Some(amount),
        peak_disk: Some(u64::from(amount) << 10),
        output: amount.into(),
        source: "rusage".into(),
    }
}

pub fn outcomes() -> Vec<Outcome> {
    let skipped = [
        Because::Needed("b".into()),
        Because::Unsupported("signals".into()),
        Because::NeverRan,
        Because::CutShort("interrupted".into()),
    ];
    let mut outcomes = vec![
        Outcome::Passed,
        failure("the number 2"),
        Outcome::Broken(Fault { what: "no disk".into(), way_out: Some("buy one".into()) }),
    ];
    outcomes.extend(skipped.map(Outcome::Skipped));
    outcomes
}

/// A check of that id, worth so much.
pub fn worth(id: &str, worth: Worth, outcome: Outcome) -> CheckReport {
    CheckReport { id: id.into(), claim: format!("Claim of {id}"), worth, ..check(outcome) }
}

/// A whole grading as its learner may see it.
pub fn graded(checks: Vec<CheckReport>) -> Redacted {
    redact(report(checks, Progress::Complete), Audience::Learner)
}

/// Gradings that are no mark, as their learner may see them.
pub fn unmarked() -> Vec<Redacted> {
    let fault = || Fault { what: "no disk".into(), way_out: Some("buy one".into()) };
    let passed = || check(Outcome::Passed);
    let mut selection = report(vec![passed()], Progress::Complete);
    selection.selection = Selection::Only(vec!["a".into()]);
    let reports = [
        report(vec![passed()], Progress::CutShort("interrupted".into())),
        report(vec![passed()], Progress::Broken(fault())),
        report(vec![passed(), check(Outcome::Broken(fault()))], Progress::Complete),
        report(
            vec![passed(), check(Outcome::Skipped(Because::Unsupported("signals".into())))],
            Progress::Complete,
        ),
        selection,
    ];
    reports.map(|report| redact(report, Audience::Learner)).into()
}
