//! `gradus/report/1` back into a report, for reports that were kept. What older ones do not say is left empty.

use gradus_model::grader::{Detail, Visibility, Worth};
use gradus_model::outcome as model;
use gradus_model::report::{
    CheckReport, CodePlace, ExerciseName, Graded, Isolation, LimitState, Phase, Progress, Report, Selection,
    Usage, Withheld,
};
use gradus_model::source::Excerpt;
use serde::Deserialize;
use std::time::Duration;

/// Reads a report that was written for an instructor; one for a learner lacks what learners may not see.
pub fn read(text: &str) -> Result<Report, String> {
    let wire: Wire = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if wire.format != super::FORMAT {
        return Err(format!("its format is `{}`, not `{}`", wire.format, super::FORMAT));
    }
    Ok(wire.into_report())
}

#[derive(Deserialize)]
struct Wire {
    format: String,
    exercise: Name,
    submission: Submission,
    grader_digest: String,
    seed: u64,
    started: String,
    took_ms: f64,
    score: Score,
    selection: Option<Vec<String>>,
    progress: HowFar,
    isolation: Apart,
    build: Option<Stage>,
    boot: Option<Stage>,
    usage: Option<Used>,
    visible_usage: Option<Used>,
    withheld: Option<Lacks>,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Name {
    slug: String,
    title: String,
}

#[derive(Deserialize)]
struct Submission {
    name: String,
    digest: Option<String>,
    start: Option<String>,
}

#[derive(Deserialize)]
struct Score {
    pass_percent: u32,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum HowFar {
    Complete,
    NotBuilt { why: String },
    NotBooted { why: String },
    CutShort { why: String },
    Broken { why: String, way_out: Option<String> },
}

#[derive(Deserialize)]
struct Apart {
    kind: String,
    says: String,
    limits: Vec<Limit>,
}

#[derive(Deserialize)]
struct Limit {
    name: String,
    value: String,
    by: Option<String>,
}

#[derive(Deserialize)]
struct Stage {
    command: String,
    took_ms: f64,
    unchanged: bool,
    output: Text,
    #[serde(default)]
    places: Vec<CodeLine>,
}

#[derive(Deserialize)]
struct Used {
    cpu_ms: f64,
    peak_memory_bytes: u64,
    peak_tasks: Option<u32>,
    peak_disk_bytes: Option<u64>,
    output_bytes: u64,
    source: String,
}

#[derive(Deserialize)]
struct Lacks {
    checks: u32,
    points: u32,
}

#[derive(Deserialize)]
struct CodeLine {
    file: String,
    line: u32,
}

#[derive(Deserialize)]
struct Check {
    id: String,
    claim: String,
    worth: Value,
    hidden: bool,
    hint: Option<String>,
    outcome: Outcome,
    #[serde(default)]
    remarks: Vec<String>,
    took_ms: f64,
    requests: u32,
    output: Text,
    #[serde(default)]
    places: Vec<CodeLine>,
    #[serde(default)]
    detail: Shows,
    #[serde(default)]
    line: usize,
    #[serde(default)]
    rerun: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Shows {
    Full,
    Actual,
    /// Whatever is not known to be shown to learners is not.
    #[default]
    None,
}

#[derive(Deserialize)]
struct Value {
    kind: String,
    points: u32,
}

#[derive(Default, Deserialize)]
struct Text {
    text: String,
    bytes: u64,
    cut: bool,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Outcome {
    Passed,
    Failed(Box<Failed>),
    Skipped { because: String, detail: Option<String> },
    Broken { why: String, way_out: Option<String> },
}

#[derive(Deserialize)]
struct Failed {
    step: String,
    circumstance: Option<String>,
    expectations: usize,
    mismatches: Vec<Mismatch>,
    exchange: Option<Exchange>,
    server: Option<String>,
}

#[derive(Deserialize)]
struct Mismatch {
    path: String,
    wanted: Option<String>,
    got: String,
    note: Option<String>,
    difference: Vec<DiffLine>,
    place: Option<Place>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum DiffLine {
    Same(String),
    Missing(String),
    Extra(String),
    Gap(usize),
}

#[derive(Deserialize)]
struct Place {
    file: String,
    line: usize,
    #[serde(default)]
    text: String,
    #[serde(default)]
    start: usize,
    #[serde(default)]
    end: usize,
}

#[derive(Deserialize)]
struct Exchange {
    request: Request,
    answer: Option<Answer>,
    error: Option<String>,
    curl: String,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Text,
}

#[derive(Deserialize)]
struct Answer {
    status: u16,
    reason: String,
    headers: Vec<(String, String)>,
    body: Text,
    took_ms: f64,
}

impl Wire {
    fn into_report(self) -> Report {
        let limit = |limit: Limit| LimitState { name: limit.name, value: limit.value, by: limit.by };
        Report {
            exercise: ExerciseName { slug: self.exercise.slug, title: self.exercise.title },
            submission: Graded {
                name: self.submission.name,
                digest: self.submission.digest,
                start: self.submission.start,
            },
            grader_digest: self.grader_digest,
            seed: self.seed,
            pass: self.score.pass_percent,
            isolation: Isolation {
                kind: self.isolation.kind,
                says: self.isolation.says,
                limits: self.isolation.limits.into_iter().map(limit).collect(),
            },
            started: self.started,
            took: duration(self.took_ms),
            build: self.build.map(stage),
            boot: self.boot.map(stage),
            progress: progress(self.progress),
            selection: self.selection.map_or(Selection::All, Selection::Only),
            checks: self.checks.into_iter().map(check).collect(),
            usage: self.usage.map(usage),
            visible_usage: self.visible_usage.map(usage),
            withheld: self.withheld.map(|lacks| Withheld { checks: lacks.checks, points: lacks.points }),
        }
    }
}

fn usage(used: Used) -> Usage {
    Usage {
        cpu: duration(used.cpu_ms),
        peak_memory: used.peak_memory_bytes,
        peak_tasks: used.peak_tasks,
        peak_disk: used.peak_disk_bytes,
        output: used.output_bytes,
        source: used.source,
    }
}

fn progress(progress: HowFar) -> Progress {
    match progress {
        HowFar::Complete => Progress::Complete,
        HowFar::NotBuilt { why } => Progress::NotBuilt(why),
        HowFar::NotBooted { why } => Progress::NotBooted(why),
        HowFar::CutShort { why } => Progress::CutShort(why),
        HowFar::Broken { why, way_out } => Progress::Broken(model::Fault { what: why, way_out }),
    }
}

fn stage(stage: Stage) -> Phase {
    Phase {
        command: stage.command,
        took: duration(stage.took_ms),
        unchanged: stage.unchanged,
        output: shown(stage.output),
        places: places(stage.places),
    }
}

fn check(check: Check) -> CheckReport {
    let worth = match check.worth.kind.as_str() {
        "bonus" => Worth::Bonus(check.worth.points),
        "gate" => Worth::Gate,
        _ => Worth::Points(check.worth.points),
    };
    CheckReport {
        id: check.id,
        claim: check.claim,
        worth,
        visibility: if check.hidden { Visibility::Hidden } else { Visibility::Visible },
        detail: match check.detail {
            Shows::Full => Detail::Full,
            Shows::Actual => Detail::Actual,
            Shows::None => Detail::None,
        },
        hint: check.hint,
        outcome: outcome(check.outcome),
        remarks: check.remarks,
        took: duration(check.took_ms),
        requests: check.requests,
        output: shown(check.output),
        places: places(check.places),
        line: check.line,
        rerun: check.rerun,
    }
}

fn outcome(outcome: Outcome) -> model::Outcome {
    match outcome {
        Outcome::Passed => model::Outcome::Passed,
        Outcome::Failed(failed) => model::Outcome::Failed(model::Failure {
            step: failed.step,
            circumstance: failed.circumstance,
            expectations: failed.expectations,
            mismatches: failed.mismatches.into_iter().map(mismatch).collect(),
            exchange: failed.exchange.map(exchange),
            server: failed.server,
        }),
        Outcome::Skipped { because, detail } => {
            model::Outcome::Skipped(skipped(&because, detail.unwrap_or_default()))
        }
        Outcome::Broken { why, way_out } => model::Outcome::Broken(model::Fault { what: why, way_out }),
    }
}

fn skipped(because: &str, detail: String) -> model::Because {
    match because {
        "needed" => model::Because::Needed(detail),
        "unsupported" => model::Because::Unsupported(detail),
        "server-gone" => model::Because::ServerGone(detail),
        "never-ran" => model::Because::NeverRan,
        _ => model::Because::CutShort(detail),
    }
}

fn mismatch(mismatch: Mismatch) -> model::Mismatch {
    let line = |line| match line {
        DiffLine::Same(text) => model::DiffLine::Same(text),
        DiffLine::Missing(text) => model::DiffLine::Missing(text),
        DiffLine::Extra(text) => model::DiffLine::Extra(text),
        DiffLine::Gap(lines) => model::DiffLine::Gap(lines),
    };
    model::Mismatch {
        path: mismatch.path,
        wanted: mismatch.wanted.unwrap_or_default(),
        got: mismatch.got,
        note: mismatch.note,
        difference: mismatch.difference.into_iter().map(line).collect(),
        place: mismatch.place.map(|place| Excerpt {
            path: place.file,
            first_line: place.line,
            text: place.text,
            start: place.start,
            end: place.end,
        }),
    }
}

fn exchange(exchange: Exchange) -> model::Exchange {
    let request = exchange.request;
    let answer = exchange.answer.map(|answer| model::Answer {
        status: answer.status,
        reason: answer.reason,
        headers: answer.headers,
        body: shown(answer.body),
        took: duration(answer.took_ms),
    });
    model::Exchange {
        request: model::SentRequest {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: shown(request.body),
        },
        answer: answer.ok_or_else(|| exchange.error.unwrap_or_default()),
        curl: exchange.curl,
    }
}

fn places(lines: Vec<CodeLine>) -> Vec<CodePlace> {
    lines.into_iter().map(|place| CodePlace { path: place.file, line: place.line }).collect()
}

fn shown(text: Text) -> model::Shown {
    model::Shown { text: text.text, bytes: text.bytes, cut: text.cut }
}

/// Milliseconds with three decimals, as they were written.
fn duration(milliseconds: f64) -> Duration {
    Duration::from_micros((milliseconds * 1000.0).round().max(0.0) as u64)
}
