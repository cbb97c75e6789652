//! One check of the page: what was sent, what was expected, what came back, one next step.

use crate::words;
use gradus_model::duration::{format_duration, format_size};
use gradus_model::grader::Visibility;
use gradus_model::outcome::{
    Answer, DiffLine, Exchange, Failure, Fault, Mismatch, Outcome, SentRequest, Shown,
};
use gradus_model::report::{CheckReport, CodePlace};
use gradus_model::source::Excerpt;
use maud::{Markup, html};

/// A check: folded up, but for one that asks for attention.
pub fn check(check: &CheckReport) -> Markup {
    let (kind, sign) = match &check.outcome {
        Outcome::Passed => ("good", "✓"),
        Outcome::Failed(_) => ("bad", "✗"),
        Outcome::Skipped(_) => ("dim", "–"),
        Outcome::Broken(_) => ("open", "!"),
    };
    let went_wrong = matches!(check.outcome, Outcome::Failed(_) | Outcome::Broken(_));
    let attention = went_wrong || !check.remarks.is_empty();
    html! {
        details.check.(kind) id={ "check-" (check.id) } open[attention] {
            summary {
                span.sign aria-hidden="true" { (sign) }
                h3 {
                    span.unseen { (words::outcome(&check.outcome)) ": " }
                    (check.claim)
                    @if check.visibility == Visibility::Hidden { " " span.tag { "hidden" } }
                }
                span.points { (words::points(check)) }
            }
            div.told { (told(check)) }
        }
    }
}

/// What was printed, under a heading; nothing if nothing was.
pub fn printed(heading: &Markup, shown: &Shown) -> Markup {
    html! {
        @if !shown.text.trim().is_empty() {
            (heading)
            pre.said { (shown.text.trim_end()) }
            @if shown.cut { p.note { "… " (format_size(shown.bytes)) " in all" } }
        }
    }
}

/// Lines of the learner's own files; nothing if there are none.
pub fn pointed(places: &[CodePlace]) -> Markup {
    html! {
        @if let Some(told) = words::pointed(places) { p.place { strong { "Your code" } " " code { (told) } } }
    }
}

fn told(check: &CheckReport) -> Markup {
    html! {
        @match &check.outcome {
            Outcome::Passed => {
                p { "It holds." }
                @for remark in &check.remarks { p.hint { strong { "Noticed" } " " (remark) } }
            },
            Outcome::Skipped(because) => p { (words::skipped(because)) },
            Outcome::Failed(failure) => (failed(failure)),
            Outcome::Broken(fault) => (broken(fault)),
        }
        (printed(&html! { h4 { "What the server said meanwhile" } }, &check.output))
        (pointed(&check.places))
        @if let (Outcome::Failed(_), Some(hint)) = (&check.outcome, &check.hint) {
            p.hint { strong { "Hint" } " " (quoting(hint)) }
        }
        (again(check))
        p.note {
            code { (check.id) }
            @if check.requests > 0 { ", " (check.requests) @if check.requests == 1 { " request" } @else { " requests" } }
            ", " (format_duration(check.took))
        }
    }
}

/// An author's text, in which code stands between backquotes.
fn quoting(text: &str) -> Markup {
    let parts: Vec<&str> = text.split('`').collect();
    html! {
        @if parts.len().is_multiple_of(2) { (text) } @else {
            @for (at, part) in parts.iter().enumerate() { @if at % 2 == 1 { code { (part) } } @else { (part) } }
        }
    }
}

fn broken(fault: &Fault) -> Markup {
    html! {
        p { "This could not be judged, and that is not the submission's fault: " (fault.what) }
        @if let Some(way_out) = &fault.way_out { p { (way_out) } }
    }
}

fn failed(failure: &Failure) -> Markup {
    let (wrong, all) = (failure.mismatches.len(), failure.expectations.max(failure.mismatches.len()));
    html! {
        @if !failure.step.is_empty() {
            p.step {
                code { (failure.step) }
                @if let Some(circumstance) = &failure.circumstance { " " (circumstance) }
            }
        } @else if failure.server.is_none() && wrong == 0 {
            p { "What it claims does not hold." }
        }
        @if let Some(server) = &failure.server { p.ended { (server) } }
        @if wrong > 1 { p { (wrong) " of " (all) " expectations failed." } }
        @for mismatch in &failure.mismatches { (self::mismatch(mismatch)) }
        @if let Some(exchange) = &failure.exchange { (exchanged(exchange)) }
    }
}

fn mismatch(mismatch: &Mismatch) -> Markup {
    html! {
        div.mismatch {
            h4 { code { (mismatch.path) } }
            dl {
                dt.extra { "got" } dd { (mismatch.got) }
                @if !mismatch.wanted.is_empty() { dt.missing { "wanted" } dd { (mismatch.wanted) } }
                @if let Some(note) = &mismatch.note { dt { "note" } dd { (note) } }
            }
            @if !mismatch.difference.is_empty() {
                pre.difference { @for line in &mismatch.difference { (difference(line)) } }
            }
            @if let Some(place) = &mismatch.place { (excerpt(place)) }
        }
    }
}

/// Colour is not all that tells the lines apart: the signs do, and words for those who hear them.
fn difference(line: &DiffLine) -> Markup {
    html! {
        @match line {
            DiffLine::Same(text) => span.line { "  " (text) "\n" },
            DiffLine::Missing(text) => span.line.missing { span.unseen { "wanted: " } "- " (text) "\n" },
            DiffLine::Extra(text) => span.line.extra { span.unseen { "got: " } "+ " (text) "\n" },
            DiffLine::Gap(lines) => span.line.gap { "  … " (lines) " equal lines\n" },
        }
    }
}

/// The expectation in the grader's file.
fn excerpt(place: &Excerpt) -> Markup {
    let cut = |from: usize, to: usize| place.text.get(from..to).unwrap_or_default();
    let (start, end) = (place.start.min(place.text.len()), place.end.min(place.text.len()));
    // The file's indentation takes the room that a phone has.
    let lines = || place.text.lines().filter(|line| !line.trim().is_empty());
    let indent = lines().map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0);
    let margin = format!("\n{}", " ".repeat(indent));
    let nearer = |text: &str| text.replace(&margin, "\n");
    let before = format!("\n{}", cut(0, start)).replace(&margin, "\n");
    html! {
        p.note { (place.path) ", line " (place.first_line + cut(0, start).matches('\n').count()) }
        pre.excerpt { (before.trim_start_matches('\n')) mark { (nearer(cut(start, end))) } (nearer(cut(end, place.text.len()))) }
    }
}

fn exchanged(exchange: &Exchange) -> Markup {
    html! {
        div.exchange {
            section { h4 { "Sent" } (sent(&exchange.request)) }
            section {
                @match &exchange.answer {
                    Ok(answer) => { h4 { "Answer " span.note { "after " (format_duration(answer.took)) } } (answered(answer)) },
                    Err(why) => { h4 { "No answer" } p.ended { (why) } },
                }
            }
        }
    }
}

fn sent(request: &SentRequest) -> Markup {
    html! { pre { strong { (request.method) " " (request.url) } "\n" (headers(&request.headers)) (body(&request.body)) } }
}

fn answered(answer: &Answer) -> Markup {
    html! {
        pre { strong { (answer.status) " " (answer.reason) } "\n" (headers(&answer.headers)) (body(&answer.body)) }
    }
}

fn headers(headers: &[(String, String)]) -> Markup {
    html! { @for (name, value) in headers { span.name { (name) ":" } " " (value) "\n" } }
}

fn body(body: &Shown) -> Markup {
    html! {
        @if !body.text.is_empty() { "\n" (body.text) }
        @if body.cut { span.note { "\n… " (format_size(body.bytes)) " in all" } }
    }
}

fn again(check: &CheckReport) -> Markup {
    let curl = match &check.outcome {
        Outcome::Failed(failure) => failure.exchange.as_ref().map(|exchange| exchange.curl.as_str()),
        _ => None,
    };
    let rerun =
        Some(check.rerun.as_str()).filter(|rerun| !rerun.is_empty() && check.outcome != Outcome::Passed);
    html! {
        @if curl.is_some() || rerun.is_some() {
            h4 { "Try it" }
            pre { @if let Some(curl) = curl { (curl) "\n" } @if let Some(rerun) = rerun { (rerun) } }
        }
    }
}
