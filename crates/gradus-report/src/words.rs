//! What outcomes and verdicts are called, for all formats that people read. It knows none of them.

use gradus_model::grader::Worth;
use gradus_model::outcome::{Because, Failure, Mismatch, Outcome};
use gradus_model::report::{CheckReport, CodePlace, Phase, Progress, Report, Withheld};
use gradus_model::score::{Verdict, score, verdict as verdict_of};

/// A verdict in a word or two.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "not passed",
        Verdict::Incomplete => "incomplete",
        Verdict::SelectionPassed => "these pass",
        Verdict::SelectionFailed => "these do not pass",
    }
}

/// What follows the verdict: the points, or why there are none.
pub fn meaning(report: &Report) -> String {
    match verdict_of(report) {
        Verdict::Passed | Verdict::Failed => {
            let score = score(&report.checks);
            let percent = score.percent();
            let (earned, maximum) = (score.earned, score.maximum);
            let points = format!("{earned} of {maximum} points ({percent} %), pass mark {} %", report.pass);
            report.withheld.map_or(points.clone(), |withheld| format!("{points}; {}", not_here(withheld)))
        }
        Verdict::Incomplete => "not every check could be judged, so this is no mark".into(),
        Verdict::SelectionPassed | Verdict::SelectionFailed => {
            "only some checks were run, so there is no score".into()
        }
    }
}

/// What the public part of a grader can't tell.
fn not_here(Withheld { checks, points }: Withheld) -> String {
    let checks = if checks == 1 { "1 hidden check".to_owned() } else { format!("{checks} hidden checks") };
    format!("{checks} worth {points} points not among them")
}

/// Lines of the submission that are pointed at, to stand behind "your code"; nothing if there are none.
pub fn pointed(places: &[CodePlace]) -> Option<String> {
    let told: Vec<String> = places.iter().map(|place| format!("{}:{}", place.path, place.line)).collect();
    Some(told.join(", ")).filter(|told| !told.is_empty())
}

/// What a check earned of what it is worth.
pub fn points(check: &CheckReport) -> String {
    let passed = check.outcome == Outcome::Passed;
    match check.worth {
        Worth::Points(points) => format!("{}/{points}", if passed { points } else { 0 }),
        Worth::Bonus(points) => format!("+{}", if passed { points } else { 0 }),
        Worth::Gate => "gate".into(),
    }
}

/// What came of a check in a word.
pub fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped(_) => "skipped",
        Outcome::Broken(_) => "not judged",
    }
}

/// What came of a check in one line; nothing for one that passed.
pub fn gist(check: &CheckReport) -> Option<String> {
    match &check.outcome {
        Outcome::Passed => None,
        Outcome::Failed(failure) => Some(fell_short(failure)),
        Outcome::Skipped(because) => Some(skipped(because)),
        Outcome::Broken(fault) => Some(format!("could not be judged: {}", fault.what)),
    }
}

fn fell_short(failure: &Failure) -> String {
    let mut said: Vec<String> = Vec::new();
    said.extend(Some(failure.step.clone()).filter(|step| !step.is_empty()));
    said.extend(failure.mismatches.first().map(mismatch));
    said.extend(failure.server.clone());
    if said.is_empty() { "what it claims does not hold".into() } else { said.join(": ") }
}

fn mismatch(mismatch: &Mismatch) -> String {
    let wanted =
        if mismatch.wanted.is_empty() { String::new() } else { format!(", wanted {}", mismatch.wanted) };
    format!("{}: got {}{wanted}", mismatch.path, mismatch.got)
}

/// Why a check was not tried, in a few words.
pub fn skipped(because: &Because) -> String {
    match because {
        Because::Needed(id) => format!("skipped: it needs {id}"),
        Because::Unsupported(what) => format!("skipped: this target can't do {what}"),
        Because::ServerGone(why) => format!("skipped: {why}"),
        Because::NeverRan => "skipped: the submission never ran".into(),
        Because::CutShort(why) => format!("skipped: {why}"),
    }
}

/// What kept a submission from being checked, or its checks from being judged.
pub struct Trouble<'r> {
    /// What happened.
    pub title: &'static str,
    /// Why.
    pub why: &'r str,
    /// The way out, of a fault of ours.
    pub way_out: Option<&'r str>,
    /// What was run when it happened.
    pub phase: Option<&'r Phase>,
    /// `build` or `boot`, or `grading` where it is not the submission's fault.
    pub stage: &'static str,
}

/// What kept a submission from being checked.
pub fn trouble(report: &Report) -> Option<Trouble<'_>> {
    let trouble = |title, why, stage| Trouble { title, why, way_out: None, phase: None, stage };
    match &report.progress {
        Progress::Complete => None,
        Progress::NotBuilt(why) => Some(Trouble {
            phase: report.build.as_ref(),
            ..trouble("The submission does not build", why, "build")
        }),
        Progress::NotBooted(why) => Some(Trouble {
            phase: report.boot.as_ref(),
            ..trouble("The submission does not start", why, "boot")
        }),
        Progress::CutShort(why) => Some(trouble("The grading ended early", why, "grading")),
        Progress::Broken(fault) => Some(Trouble {
            way_out: fault.way_out.as_deref(),
            ..trouble("This could not be graded", &fault.what, "grading")
        }),
    }
}

/// At most so many characters, the last of them an ellipsis if something is left out.
pub fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
