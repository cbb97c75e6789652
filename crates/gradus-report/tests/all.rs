//! Reports in, text out: exact for people, by the schema for programs, harmless for both.

use gradus_model::diagnostic::{Diagnostic, Invalid};
use gradus_model::grader::{Detail, Visibility, Worth};
use gradus_model::outcome::{
    Answer, Because, DiffLine, Exchange, Failure, Fault, Mismatch, Outcome, SentRequest, Shown,
};
use gradus_model::redact::{Audience, redact, redact_check};
use gradus_model::report::{
    CheckReport, ExerciseName, Graded, Isolation, LimitState, Phase, Progress, Report, Selection, Usage,
};
use gradus_model::source::{Excerpt, Sources, Span};
use gradus_report::terminal::{self, Style};
use gradus_report::{Format, diagnostics, json};
use std::time::Duration;

const PLAIN: Style = Style { color: false, width: 80 };

fn failure(got: &str) -> Outcome {
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

fn check(outcome: Outcome) -> CheckReport {
    CheckReport {
        id: "a".into(),
        claim: "It answers".into(),
        worth: Worth::Points(10),
        visibility: Visibility::Visible,
        detail: Detail::Full,
        hint: Some("Count from 1.".into()),
        outcome,
        took: Duration::from_millis(4),
        requests: 1,
        output: Shown::new(b"log line\n", 100),
        line: 3,
        rerun: "gradus check --only a --seed 7".into(),
    }
}

fn report(checks: Vec<CheckReport>, progress: Progress) -> Report {
    let phase = Phase {
        command: "run".into(),
        took: Duration::from_millis(5),
        unchanged: false,
        output: Shown::default(),
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
        usage: Some(Usage {
            cpu: Duration::from_millis(9),
            peak_memory: 1 << 20,
            peak_tasks: Some(3),
            peak_disk: None,
            output: 12,
            source: "rusage".into(),
        }),
    }
}

fn outcomes() -> Vec<Outcome> {
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

#[test]
fn a_failed_check_reads_like_this() {
    let text = terminal::failure(&redact_check(check(failure("the number 2")), Audience::Learner), &PLAIN)
        .expect("details");
    let expected = "
────────────────────────────────────────────────────────────────────────────────
a It answers

  GET /

    |
  7 |         expect: { json: { a: 1 } }
    |                              ^ json.a: got the number 2
  got    the number 2
  wanted the number 1
  note   one line differs
      x
    - 1
    + the number 2

  sent     GET http://h/
  answer   200 OK  3 ms
           content-type: the number 2
           the number 2

  the server's last words
  │ log line

  hint: Count from 1.

  try:  curl -i http://h/
  again: gradus check --only a --seed 7
";
    assert_eq!(text, expected);
}

#[test]
fn a_finished_check_is_one_line() {
    let line = |outcome| terminal::check_line(&redact_check(check(outcome), Audience::Learner), &PLAIN);
    assert_eq!(line(Outcome::Passed), format!("  ✓ It answers{}10/10\n", " ".repeat(61)));
    assert_eq!(line(failure("x")), format!("  ✗ It answers{}0/10\n", " ".repeat(62)));
    assert!(line(Outcome::Skipped(Because::Needed("b".into()))).ends_with("    skipped: it needs b\n"));
}

#[test]
fn what_kept_a_submission_from_being_checked_comes_first() {
    for (progress, says) in [
        (Progress::NotBuilt("the build exited with code 1".into()), "The submission does not build"),
        (Progress::NotBooted("the server opened no port".into()), "The submission does not start"),
        (Progress::CutShort("interrupted".into()), "Ended early: interrupted."),
        (
            Progress::Broken(Fault { what: "no disk".into(), way_out: Some("buy one".into()) }),
            "This could not be graded: no disk",
        ),
    ] {
        let text = terminal::ending(&redact(report(Vec::new(), progress), Audience::Learner), &PLAIN);
        assert!(text.trim_start().starts_with(says), "{text}");
    }
}

#[test]
fn every_report_is_valid_by_the_schema() {
    let validator = jsonschema::validator_for(&json::SCHEMA.parse().expect("JSON")).expect("a schema");
    for outcome in outcomes() {
        for audience in [Audience::Learner, Audience::Instructor] {
            let text =
                json::write(&redact(report(vec![check(outcome.clone())], Progress::Complete), audience));
            let value = text.parse().expect("JSON");
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}\n{text}");
        }
    }
}

#[test]
fn nothing_that_a_submission_says_steers_the_terminal() {
    for code in (0..0x2100_u32).chain(0xe0000..0xe0080) {
        let Some(character) = char::from_u32(code) else { continue };
        let hostile = format!("a{character}b");
        let mut whole = check(failure(&hostile));
        whole.output = Shown::new(hostile.as_bytes(), 100);
        let report = redact(report(vec![whole], Progress::NotBooted(hostile)), Audience::Learner);
        let text = Format::Terminal.write(&report);
        let steers = |c: char| {
            (c.is_control() && !matches!(c, '\n' | '\t'))
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!text.chars().any(steers), "U+{code:04X}: {text:?}");
    }
}

#[test]
fn colours_come_only_when_they_are_asked_for() {
    let check = redact_check(check(failure("x")), Audience::Learner);
    assert!(!terminal::failure(&check, &PLAIN).expect("details").contains('\u{1b}'));
    assert!(
        terminal::failure(&check, &Style { color: true, width: 80 }).expect("details").contains("\u{1b}[31m")
    );
}

#[test]
fn mistakes_in_a_file_are_underlined_all_of_them() {
    let mut sources = Sources::default();
    let source = sources.add("gradus.toml", "format = 1\nstrat = 2\n");
    let at = |start, end| Span { source, start, end };
    let diagnostics = vec![
        Diagnostic::new("this format is not known", at(9, 10)),
        Diagnostic::new("unknown key `strat`", at(11, 16)).help("did you mean `start`?"),
    ];
    let text = diagnostics::render(&Invalid { sources, diagnostics }, false);
    assert!(text.contains("error: this format is not known\n --> gradus.toml:1:10"), "{text}");
    assert!(text.contains("2 | strat = 2\n  | ^^^^^"), "{text}");
    assert!(text.contains("did you mean `start`?"), "{text}");
}
