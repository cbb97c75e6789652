//! What a candidate's report should say, and what is wrong when it does not.

use crate::candidate::{Candidate, Kind};
use gradus_model::outcome::{Because, Outcome};
use gradus_model::report::{CheckReport, Progress, Report, Selection};
use gradus_model::score::{Verdict, verdict};

/// One candidate's line in the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The candidate.
    pub name: String,
    /// The same for solutions, starters and mutants.
    pub kind: Kind,
    /// Whether it was graded in WebAssembly.
    pub in_wasm: bool,
    /// A cell for each check, in the grader's order.
    pub cells: Vec<Cell>,
    /// What is wrong, one sentence each; empty when all is as it should be.
    pub problems: Vec<String>,
    /// What was wrong once, beside other gradings, and was not when nothing was beside it.
    pub unsteady: Vec<String>,
    /// Whether it is known from before, and was not graded now.
    pub recalled: bool,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It was skipped.
    Skipped,
    /// It could not be judged.
    Broken,
}

/// A cell for each check, in the order of `ids`: what the report says, or, of a check that is not in it, what was known
/// before.
pub fn cells(report: &Report, ids: &[String], before: &[Cell]) -> Vec<Cell> {
    let of = |(index, id): (usize, &String)| {
        let now = report.checks.iter().find(|check| &check.id == id).map(cell);
        now.or_else(|| before.get(index).copied()).unwrap_or(Cell::Skipped)
    };
    ids.iter().enumerate().map(of).collect()
}

fn cell(check: &CheckReport) -> Cell {
    match check.outcome {
        Outcome::Passed => Cell::Passed,
        Outcome::Failed(_) => Cell::Failed,
        Outcome::Skipped(_) => Cell::Skipped,
        Outcome::Broken(_) => Cell::Broken,
    }
}

/// What is wrong with a grading of this candidate, of all checks or of some; empty when all is as it should be.
pub fn problems(candidate: &Candidate, report: &Report) -> Vec<String> {
    if let Progress::Broken(fault) = &report.progress {
        return vec![fault.what.clone()];
    }
    if let Progress::CutShort(why) = &report.progress {
        return vec![why.clone()];
    }
    let broken = report.checks.iter().filter_map(|check| match &check.outcome {
        Outcome::Broken(fault) => Some(format!("{}: {}", check.id, fault.what)),
        _ => None,
    });
    let mut problems: Vec<String> = broken.collect();
    match &candidate.kind {
        Kind::Solution { lacks, .. } if candidate.in_wasm => {
            problems.extend(solution(&possible(report), lacks))
        }
        Kind::Solution { lacks, .. } => problems.extend(solution(report, lacks)),
        Kind::Starter => problems.extend(starter(report)),
        Kind::Mutant { fails, .. } if candidate.in_wasm => {
            let report = possible(report);
            let can_fail = |id: &&String| !is_impossible(&report, id);
            problems.extend(mutant(&report, &fails.iter().filter(can_fail).cloned().collect::<Vec<_>>()));
        }
        Kind::Mutant { fails, .. } => problems.extend(mutant(report, &chosen(report, fails))),
    }
    problems
}

/// The report without the checks that this kind of target can't run, nor those that need them.
fn possible(report: &Report) -> Report {
    let mut report = report.clone();
    while let Some(at) = report.checks.iter().position(|check| match &check.outcome {
        Outcome::Skipped(Because::Unsupported(_)) => true,
        Outcome::Skipped(Because::Needed(id)) => is_impossible(&report, id),
        _ => false,
    }) {
        report.checks.remove(at);
    }
    report
}

/// Whether a check was taken out because it can't run; what can't be built or booted is no check.
fn is_impossible(report: &Report, id: &str) -> bool {
    !matches!(id, "build" | "boot") && report.checks.iter().all(|check| check.id != id)
}

/// Each check of a solution that did not pass, with its first mismatch.
pub fn not_earned(report: &Report) -> Vec<String> {
    if let Progress::NotBuilt(why) | Progress::NotBooted(why) = &report.progress {
        return vec![with_last_words(why, report)];
    }
    report.checks.iter().filter(|check| check.outcome != Outcome::Passed).map(explain).collect()
}

/// A solution that leaves out what its stack can't do passes all the same, with all that it can.
fn solution(report: &Report, lacks: &[String]) -> Vec<String> {
    if lacks.is_empty() || report.progress != Progress::Complete {
        return not_earned(report);
    }
    let is_whole = report.selection == Selection::All;
    let (left_out, rest): (Vec<&CheckReport>, Vec<&CheckReport>) =
        report.checks.iter().partition(|check| lacks.contains(&check.id));
    let not_earned = rest.into_iter().filter(|check| check.outcome != Outcome::Passed).map(explain);
    let earned = left_out.into_iter().filter(|check| check.outcome == Outcome::Passed);
    let earned = earned.map(|check| format!("{} is among what it lacks, but passed", check.id));
    let fails = (is_whole && verdict(report) != Verdict::Passed)
        .then(|| "without what it lacks it does not pass".into());
    not_earned.chain(earned).chain(fails).collect()
}

fn starter(report: &Report) -> Vec<String> {
    match (&report.progress, verdict(report)) {
        (Progress::NotBuilt(why) | Progress::NotBooted(why), _) => vec![with_last_words(why, report)],
        (_, Verdict::Passed) => vec!["it passes; a starter must leave something to do".into()],
        _ => Vec::new(),
    }
}

/// Of what should fail, that which was graded.
pub fn chosen(report: &Report, fails: &[String]) -> Vec<String> {
    let graded = |id: &&String| match report.selection {
        Selection::All => true,
        Selection::Only(_) => {
            matches!(id.as_str(), "build" | "boot") || report.checks.iter().any(|check| &check.id == *id)
        }
    };
    fails.iter().filter(graded).cloned().collect()
}

fn mutant(report: &Report, fails: &[String]) -> Vec<String> {
    let failed = failed(report);
    let mut problems = Vec::new();
    for id in fails.iter().filter(|id| !failed.contains(id)) {
        problems.push(match report.checks.iter().find(|check| &check.id == id) {
            None if matches!(id.as_str(), "build" | "boot") => format!("`{id}` should fail, but did not"),
            None => format!("`{id}` is no check of this grader"),
            Some(check) => match &check.outcome {
                Outcome::Skipped(because) => {
                    format!("{id} should fail, but was skipped ({})", skipped(because))
                }
                _ => format!("{id} should fail, but passed"),
            },
        });
    }
    for id in failed.iter().filter(|id| !fails.contains(id)) {
        let check = report.checks.iter().find(|check| &check.id == id);
        problems.push(match (check, &report.progress) {
            (Some(check), _) => format!("{} is not among `fails`, but failed: {}", id, explain(check)),
            (None, Progress::NotBuilt(why) | Progress::NotBooted(why)) => with_last_words(why, report),
            (None, _) => format!("{id} failed"),
        });
    }
    problems
}

/// The checks that failed, or `build`, or `boot`.
pub fn failed(report: &Report) -> Vec<String> {
    match report.progress {
        Progress::NotBuilt(_) => vec!["build".into()],
        Progress::NotBooted(_) => {
            let mut failed = failed_checks(report);
            failed.insert(0, "boot".into());
            failed
        }
        _ => failed_checks(report),
    }
}

fn failed_checks(report: &Report) -> Vec<String> {
    report
        .checks
        .iter()
        .filter(|check| matches!(check.outcome, Outcome::Failed(_)))
        .map(|check| check.id.clone())
        .collect()
}

fn explain(check: &CheckReport) -> String {
    match &check.outcome {
        Outcome::Failed(failure) => {
            let first = failure.mismatches.first();
            let what = first.map_or_else(String::new, |miss| {
                format!("{}: got {}, wanted {}", miss.path, miss.got, miss.wanted)
            });
            let circumstance =
                failure.circumstance.as_ref().map_or_else(String::new, |text| format!(", {text}"));
            let server = failure.server.as_ref().map_or_else(String::new, |text| format!("; {text}"));
            format!("{} ({}{circumstance}): {what}{server}", check.id, failure.step)
        }
        Outcome::Skipped(because) => format!("{} was skipped ({})", check.id, skipped(because)),
        Outcome::Broken(fault) => format!("{}: {}", check.id, fault.what),
        Outcome::Passed => format!("{} passed", check.id),
    }
}

fn skipped(because: &Because) -> String {
    match because {
        Because::Needed(id) => format!("it needs {id}"),
        Because::Unsupported(what) => format!("unsupported: {what}"),
        Because::ServerGone(why) | Because::CutShort(why) => why.clone(),
        Because::NeverRan => "it was never built or booted".into(),
    }
}

fn with_last_words(why: &str, report: &Report) -> String {
    let phase = report.boot.as_ref().or(report.build.as_ref());
    let words = phase.map_or("", |phase| phase.output.text.trim());
    if words.is_empty() { why.to_owned() } else { format!("{why}\n{words}") }
}
