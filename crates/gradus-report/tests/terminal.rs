//! For people: exact, and harmless.

use crate::samples::{check, failure, report};
use gradus_model::diagnostic::{Diagnostic, Invalid};
use gradus_model::grader::Visibility;
use gradus_model::outcome::{Because, Fault, Outcome, Shown};
use gradus_model::redact::{Audience, redact, redact_check};
use gradus_model::report::{CheckReport, Progress};
use gradus_model::source::{Sources, Span};
use gradus_report::terminal::{self, Style};
use gradus_report::{Format, diagnostics};

const PLAIN: Style = Style { color: false, width: 80 };

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
fn what_was_noticed_stands_below_a_check_that_passed() {
    let noticed = CheckReport { remarks: vec!["It asked twice.".into()], ..check(Outcome::Passed) };
    let line = |audience| terminal::check_line(&redact_check(noticed.clone(), audience), &PLAIN);
    assert!(line(Audience::Learner).ends_with("10/10\n    notice: It asked twice.\n"));
    let hidden = CheckReport { visibility: Visibility::Hidden, ..noticed.clone() };
    let line = |audience| terminal::check_line(&redact_check(hidden.clone(), audience), &PLAIN);
    assert!(line(Audience::Instructor).contains("It asked twice."));
    assert!(
        !line(Audience::Learner).contains("It asked twice."),
        "of hidden checks only the outcome is told"
    );
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
