//! `gradus/report/1`: a report for programs. These types are the contract; the model may change without them.

mod read;

pub use read::read;

use gradus_model::grader::{Detail, Visibility, Worth};
use gradus_model::outcome::{Answer, Because, DiffLine, Exchange, Failure, Fault, Mismatch, Outcome, Shown};
use gradus_model::redact::Redacted;
use gradus_model::report::{CheckReport, CodePlace, Phase, Progress, Report, Selection, Usage, Withheld};
use gradus_model::score::{Verdict, score, verdict};
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

/// The version of this format; it only grows within a major.
pub const FORMAT: &str = "gradus/report/1";

/// The JSON Schema of this format.
pub const SCHEMA: &str = include_str!("../schemas/report-1.json");

/// The report as JSON, with a line end.
pub fn write(report: &Redacted) -> String {
    let wire = Wire::of(report.report());
    // Strings and numbers only: there is nothing in it that JSON can't hold.
    serde_json::to_string_pretty(&wire).map_or_else(|error| error.to_string(), |text| text + "\n")
}

#[derive(Serialize)]
struct Wire<'r> {
    format: &'static str,
    exercise: Value,
    submission: Value,
    grader_digest: &'r str,
    seed: u64,
    started: &'r str,
    took_ms: f64,
    verdict: &'static str,
    score: Value,
    selection: Option<&'r [String]>,
    progress: Value,
    isolation: Value,
    build: Option<Value>,
    boot: Option<Value>,
    usage: Option<Value>,
    visible_usage: Option<Value>,
    withheld: Option<Value>,
    checks: Vec<Value>,
}

impl<'r> Wire<'r> {
    fn of(report: &'r Report) -> Self {
        let sum = score(&report.checks);
        let limits: Vec<Value> = report
            .isolation
            .limits
            .iter()
            .map(|limit| json!({ "name": limit.name, "value": limit.value, "by": limit.by }))
            .collect();
        Self {
            format: FORMAT,
            exercise: json!({ "slug": report.exercise.slug, "title": report.exercise.title }),
            submission: json!({
                "name": report.submission.name,
                "digest": report.submission.digest,
                "start": report.submission.start,
            }),
            grader_digest: &report.grader_digest,
            seed: report.seed,
            started: &report.started,
            took_ms: milliseconds(report.took),
            verdict: verdict_word(verdict(report)),
            score: json!({
                "earned": sum.earned,
                "maximum": sum.maximum,
                "percent": sum.percent(),
                "pass_percent": report.pass,
            }),
            selection: match &report.selection {
                Selection::All => None,
                Selection::Only(ids) => Some(ids),
            },
            progress: progress(&report.progress),
            isolation: json!({ "kind": report.isolation.kind, "says": report.isolation.says, "limits": limits }),
            build: report.build.as_ref().map(phase),
            boot: report.boot.as_ref().map(phase),
            usage: report.usage.as_ref().map(usage),
            visible_usage: report.visible_usage.as_ref().map(usage),
            withheld: report
                .withheld
                .map(|Withheld { checks, points }| json!({ "checks": checks, "points": points })),
            checks: report.checks.iter().map(check).collect(),
        }
    }
}

pub(crate) fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Incomplete => "incomplete",
        Verdict::SelectionPassed => "selection-passed",
        Verdict::SelectionFailed => "selection-failed",
    }
}

fn progress(progress: &Progress) -> Value {
    match progress {
        Progress::Complete => json!({ "kind": "complete" }),
        Progress::NotBuilt(why) => json!({ "kind": "not-built", "why": why }),
        Progress::NotBooted(why) => json!({ "kind": "not-booted", "why": why }),
        Progress::CutShort(why) => json!({ "kind": "cut-short", "why": why }),
        Progress::Broken(fault) => json!({ "kind": "broken", "why": fault.what, "way_out": fault.way_out }),
    }
}

fn usage(usage: &Usage) -> Value {
    json!({
        "cpu_ms": milliseconds(usage.cpu),
        "peak_memory_bytes": usage.peak_memory,
        "peak_tasks": usage.peak_tasks,
        "peak_disk_bytes": usage.peak_disk,
        "output_bytes": usage.output,
        "source": usage.source,
    })
}

fn phase(phase: &Phase) -> Value {
    json!({
        "command": phase.command,
        "took_ms": milliseconds(phase.took),
        "unchanged": phase.unchanged,
        "output": shown(&phase.output),
        "places": places(&phase.places),
    })
}

fn check(check: &CheckReport) -> Value {
    let (kind, points) = match check.worth {
        Worth::Points(points) => ("points", points),
        Worth::Bonus(points) => ("bonus", points),
        Worth::Gate => ("gate", 0),
    };
    json!({
        "id": check.id,
        "claim": check.claim,
        "worth": { "kind": kind, "points": points },
        "hidden": check.visibility == Visibility::Hidden,
        "hint": check.hint,
        "outcome": outcome(&check.outcome),
        "remarks": check.remarks,
        "took_ms": milliseconds(check.took),
        "requests": check.requests,
        "output": shown(&check.output),
        "places": places(&check.places),
        "detail": match check.detail {
            Detail::Full => "full",
            Detail::Actual => "actual",
            Detail::None => "none",
        },
        "line": check.line,
        "rerun": check.rerun,
    })
}

fn places(places: &[CodePlace]) -> Value {
    places.iter().map(|place| json!({ "file": place.path, "line": place.line })).collect()
}

fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Passed => json!({ "kind": "passed" }),
        Outcome::Failed(failure) => failed(failure),
        Outcome::Skipped(because) => skipped(because),
        Outcome::Broken(Fault { what, way_out }) => {
            json!({ "kind": "broken", "why": what, "way_out": way_out })
        }
    }
}

fn skipped(because: &Because) -> Value {
    let (reason, detail) = match because {
        Because::Needed(id) => ("needed", Some(id)),
        Because::Unsupported(what) => ("unsupported", Some(what)),
        Because::ServerGone(why) => ("server-gone", Some(why)),
        Because::NeverRan => ("never-ran", None),
        Because::CutShort(why) => ("cut-short", Some(why)),
    };
    json!({ "kind": "skipped", "because": reason, "detail": detail })
}

fn failed(failure: &Failure) -> Value {
    json!({
        "kind": "failed",
        "step": failure.step,
        "circumstance": failure.circumstance,
        "expectations": failure.expectations,
        "mismatches": failure.mismatches.iter().map(mismatch).collect::<Vec<_>>(),
        "exchange": failure.exchange.as_ref().map(exchange),
        "server": failure.server,
    })
}

fn mismatch(mismatch: &Mismatch) -> Value {
    let difference: Vec<Value> = mismatch.difference.iter().map(difference).collect();
    json!({
        "path": mismatch.path,
        "wanted": Some(&mismatch.wanted).filter(|wanted| !wanted.is_empty()),
        "got": mismatch.got,
        "note": mismatch.note,
        "difference": difference,
        "place": mismatch.place.as_ref().map(|place| {
            json!({
                "file": place.path,
                "line": place.first_line,
                "text": place.text,
                "start": place.start,
                "end": place.end,
            })
        }),
    })
}

fn difference(line: &DiffLine) -> Value {
    match line {
        DiffLine::Same(text) => json!({ "same": text }),
        DiffLine::Missing(text) => json!({ "missing": text }),
        DiffLine::Extra(text) => json!({ "extra": text }),
        DiffLine::Gap(lines) => json!({ "gap": lines }),
    }
}

fn exchange(exchange: &Exchange) -> Value {
    let request = &exchange.request;
    let (answer, error) = match &exchange.answer {
        Ok(answer) => (Some(self::answer(answer)), None),
        Err(why) => (None, Some(why)),
    };
    json!({
        "request": { "method": request.method, "url": request.url, "headers": request.headers, "body": shown(&request.body) },
        "answer": answer,
        "error": error,
        "curl": exchange.curl,
    })
}

fn answer(answer: &Answer) -> Value {
    json!({
        "status": answer.status,
        "reason": answer.reason,
        "headers": answer.headers,
        "body": shown(&answer.body),
        "took_ms": milliseconds(answer.took),
    })
}

fn shown(shown: &Shown) -> Value {
    json!({ "text": shown.text, "bytes": shown.bytes, "cut": shown.cut })
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
