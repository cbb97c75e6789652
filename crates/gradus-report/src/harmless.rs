//! A report of which no text can steer a reader or hide what it says. Each format then has only its own signs to mind.
//!
//! Every field is named, so that a new one in the model does not compile until it is decided here.

use crate::clean::{blank, sanitize_block, sanitize_line};
use gradus_model::outcome::{
    Answer, Because, DiffLine, Exchange, Failure, Fault, Mismatch, Outcome, SentRequest, Shown,
};
use gradus_model::redact::{Audience, Redacted, redact};
use gradus_model::report::{
    CheckReport, CodePlace, ExerciseName, Graded, Isolation, LimitState, Phase, Progress, Report, Selection,
};
use gradus_model::source::Excerpt;

/// The report with harmless text.
pub fn harmless(report: &Redacted) -> Report {
    let mut report = report.report().clone();
    clean(&mut report);
    report
}

/// The same for formats whose files end up with learners, whoever asked for them.
pub fn harmless_for_learners(report: &Redacted) -> Report {
    harmless(&redact(report.report().clone(), Audience::Learner))
}

fn clean(report: &mut Report) {
    let Report {
        exercise: ExerciseName { slug, title },
        submission: Graded { name, digest, start },
        grader_digest,
        seed: _,
        pass: _,
        isolation: Isolation { kind, says, limits },
        started,
        took: _,
        build,
        boot,
        progress,
        selection,
        checks,
        usage,
        visible_usage,
        withheld: _,
    } = report;
    lines([slug, title, name, grader_digest, kind, says, started]);
    lines(digest.iter_mut().chain(start));
    for LimitState { name, value, by } in limits {
        lines([name, value].into_iter().chain(by));
    }
    for Phase { command, took: _, unchanged: _, output, places } in build.iter_mut().chain(boot) {
        line(command);
        shown(output);
        self::places(places);
    }
    match progress {
        Progress::Complete => {}
        Progress::NotBuilt(why) | Progress::NotBooted(why) | Progress::CutShort(why) => line(why),
        Progress::Broken(why) => fault(why),
    }
    match selection {
        Selection::All => {}
        Selection::Only(ids) => lines(ids),
    }
    lines(usage.iter_mut().chain(visible_usage).map(|usage| &mut usage.source));
    checks.iter_mut().for_each(check);
}

fn check(check: &mut CheckReport) {
    let CheckReport {
        id,
        claim,
        worth: _,
        visibility: _,
        detail: _,
        hint,
        outcome,
        remarks,
        took: _,
        requests: _,
        output,
        places,
        line: _,
        rerun,
    } = check;
    lines([id, claim, rerun].into_iter().chain(hint).chain(remarks));
    shown(output);
    self::places(places);
    match outcome {
        Outcome::Passed => {}
        Outcome::Failed(why) => failure(why),
        Outcome::Skipped(Because::NeverRan) => {}
        Outcome::Skipped(
            Because::Needed(why)
            | Because::Unsupported(why)
            | Because::ServerGone(why)
            | Because::CutShort(why),
        ) => line(why),
        Outcome::Broken(why) => fault(why),
    }
}

fn places(places: &mut [CodePlace]) {
    lines(places.iter_mut().map(|CodePlace { path, line: _ }| path));
}

fn fault(Fault { what, way_out }: &mut Fault) {
    lines([what].into_iter().chain(way_out));
}

fn failure(failure: &mut Failure) {
    let Failure { step, circumstance, expectations: _, mismatches, exchange, server } = failure;
    lines([step].into_iter().chain(circumstance).chain(server));
    mismatches.iter_mut().for_each(mismatch);
    exchange.iter_mut().for_each(self::exchange);
}

fn mismatch(Mismatch { path, wanted, got, note, difference, place }: &mut Mismatch) {
    lines([path, wanted, got].into_iter().chain(note));
    for part in difference {
        match part {
            DiffLine::Same(text) | DiffLine::Missing(text) | DiffLine::Extra(text) => line(text),
            DiffLine::Gap(_) => {}
        }
    }
    if let Some(Excerpt { path, first_line: _, text, start: _, end: _ }) = place {
        line(path);
        *text = blank(text);
    }
}

fn exchange(Exchange { request, answer, curl }: &mut Exchange) {
    let SentRequest { method, url, headers, body } = request;
    lines([method, url, curl]);
    fields(headers);
    shown(body);
    match answer {
        Err(why) => line(why),
        Ok(Answer { status: _, reason, headers, body, took: _ }) => {
            line(reason);
            fields(headers);
            shown(body);
        }
    }
}

fn fields(headers: &mut [(String, String)]) {
    for (name, value) in headers {
        lines([name, value]);
    }
}

fn shown(Shown { text, bytes: _, cut: _ }: &mut Shown) {
    *text = sanitize_block(text);
}

fn lines<'t>(texts: impl IntoIterator<Item = &'t mut String>) {
    texts.into_iter().for_each(line);
}

fn line(text: &mut String) {
    *text = sanitize_line(text);
}
