//! How a step that fell short is told, and where in the grader it stands.

use super::Bench;
use gradus_judge::miss::Miss;
use gradus_model::duration::format_duration;
use gradus_model::grader::{Check, Grader, Step};
use gradus_model::outcome::{Exchange, Failure, Mismatch};
use gradus_model::source::Span;
use gradus_probe::ProbeError;

/// A step that fell short.
pub fn failure(
    step: &str,
    circumstance: Option<String>,
    expectations: usize,
    mismatches: Vec<Mismatch>,
    exchange: Option<Exchange>,
) -> Box<Failure> {
    Box::new(Failure {
        step: step.to_owned(),
        circumstance,
        expectations,
        mismatches,
        exchange,
        server: None,
    })
}

/// What is wrong with a step as a whole.
pub fn mismatch_at(grader: &Grader, span: Span, path: &str, wanted: &str, got: String) -> Mismatch {
    Mismatch {
        path: path.to_owned(),
        wanted: wanted.to_owned(),
        got,
        note: None,
        difference: Vec::new(),
        place: Some(grader.sources.excerpt(first_line(grader, span), 0)),
    }
}

/// The same of what was judged.
pub fn mismatch(grader: &Grader, miss: Miss) -> Mismatch {
    Mismatch {
        path: miss.path,
        wanted: miss.wanted,
        got: miss.got,
        note: miss.note,
        difference: miss.difference,
        place: Some(grader.sources.excerpt(miss.span, 0)),
    }
}

/// What is wrong where nothing came back.
pub fn no_answer(grader: &Grader, span: Span, error: &ProbeError) -> Mismatch {
    mismatch_at(grader, span, "answer", "an answer", error.to_string())
}

/// A failed check whose time was over, in whichever step that was.
pub fn out_of_time(bench: &mut Bench<'_>, check: &Check, at: Option<&Step>) -> Failure {
    bench.client.drop_connections();
    let span = at.map_or(check.span, |step| step.span);
    Failure {
        step: "time".into(),
        circumstance: None,
        expectations: 1,
        mismatches: vec![Mismatch {
            path: "time".into(),
            wanted: format!("every step done within {}", format_duration(check.timeout)),
            got: "the check's time was over".into(),
            note: None,
            difference: Vec::new(),
            place: Some(bench.grader.sources.excerpt(first_line(bench.grader, span), 0)),
        }],
        exchange: None,
        server: None,
    }
}

/// The first line of a long entry: an underline over twenty lines points at nothing.
pub fn first_line(grader: &Grader, span: Span) -> Span {
    let text = &grader.sources.get(span.source).text[span.start..span.end];
    let length = text.find('\n').unwrap_or(text.len());
    Span { end: span.start + text[..length].trim_end().len(), ..span }
}
