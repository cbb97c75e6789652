//! Annotations of a pull request: workflow commands that GitHub Actions reads from standard output.
//!
//! GitHub shows ten errors and ten warnings a step and drops the rest, so the most useful come first and the last of
//! them counts the others. Messages end at 4,096 characters there (`_maxIssueMessageLength` in actions/runner).

use crate::harmless::harmless;
use crate::json;
use crate::mark::mark;
use crate::words::{self, shorten};
use gradus_model::grader::Worth;
use gradus_model::outcome::{Because, Outcome};
use gradus_model::redact::Redacted;
use gradus_model::report::{CheckReport, CodePlace, Report};

/// Annotations of one level that GitHub shows of a step.
const SHOWN: usize = 10;
/// Characters of a message; escaping comes after this.
const MESSAGE: usize = 2000;
const TITLE: usize = 200;

/// The annotations, a line each. `folder` is where the submission lies in the repository, empty for its root.
pub fn annotations(report: &Redacted, folder: &str) -> String {
    let report = harmless(report);
    let errors = capped(errors(&report, folder), "error", "more checks fail");
    let warnings = capped(warnings(&report), "warning", "more checks could not be judged");
    let sum = Annotation {
        title: report.exercise.title.clone(),
        message: format!(
            "{}: {}",
            words::verdict(gradus_model::score::verdict(&report)),
            words::meaning(&report)
        ),
        place: None,
    };
    let lines = errors.into_iter().chain(warnings).chain([sum.line("notice")]);
    lines.map(|line| line + "\n").collect()
}

/// What later steps may ask for, as `$GITHUB_OUTPUT` wants it: words and numbers of ours, and nothing of the submission's.
pub fn outputs(report: &Redacted) -> String {
    let report = report.report();
    let verdict = gradus_model::score::verdict(report);
    let score = mark(report).ok();
    let number = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
    format!(
        "verdict={}\npoints={}\nmaximum={}\n",
        json::verdict_word(verdict),
        number(score.as_ref().map(|score| score.earned)),
        number(score.as_ref().map(|score| score.maximum)),
    )
}

/// `text` as a step may print it: no line of it is a command, as long as nobody who wrote it could guess `token`.
pub fn fenced(text: &str, token: &str) -> String {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("::stop-commands::{token}\n{text}{end}::{token}::\n")
}

struct Annotation {
    title: String,
    message: String,
    /// The line of the repository that it is about.
    place: Option<CodePlace>,
}

impl Annotation {
    fn line(&self, level: &str) -> String {
        let title = property(&shorten(&self.title, TITLE));
        let place = self.place.as_ref();
        let place = place
            .map_or(String::new(), |place| format!("file={},line={},", property(&place.path), place.line));
        format!("::{level} {place}title={title}::{}", data(&shorten(&self.message, MESSAGE)))
    }
}

/// What the submission is to blame for: what kept it from running, then the failed checks.
fn errors(report: &Report, folder: &str) -> Vec<Annotation> {
    let trouble = words::trouble(report).filter(|trouble| trouble.stage != "grading").map(|trouble| {
        let printed = trouble.phase.map(|phase| last_lines(&phase.output.text)).unwrap_or_default();
        Annotation {
            title: trouble.title.into(),
            message: format!("{}\n{printed}", trouble.why).trim().into(),
            place: trouble.phase.and_then(|phase| in_repository(&phase.places, folder)),
        }
    });
    let mut failed: Vec<&CheckReport> =
        report.checks.iter().filter(|check| matches!(check.outcome, Outcome::Failed(_))).collect();
    // What others need comes first, then what is worth most; equals stay in the file's order.
    failed.sort_by_key(|check| std::cmp::Reverse((needed_by(report, &check.id), worth(check))));
    let failed = failed
        .into_iter()
        .map(|check| Annotation { place: in_repository(&check.places, folder), ..annotation(check) });
    trouble.into_iter().chain(failed).collect()
}

/// What could not be judged, which is not the submission's fault.
fn warnings(report: &Report) -> Vec<Annotation> {
    let trouble = words::trouble(report).filter(|trouble| trouble.stage == "grading").map(|trouble| {
        let message = format!("{}\n{}", trouble.why, trouble.way_out.unwrap_or_default());
        Annotation { title: trouble.title.into(), message: message.trim().into(), place: None }
    });
    let open = |check: &&CheckReport| {
        matches!(check.outcome, Outcome::Broken(_) | Outcome::Skipped(Because::Unsupported(_)))
    };
    trouble.into_iter().chain(report.checks.iter().filter(open).map(annotation)).collect()
}

fn annotation(check: &CheckReport) -> Annotation {
    let mut lines: Vec<String> = words::gist(check).into_iter().collect();
    lines.extend(check.hint.as_ref().map(|hint| format!("hint: {hint}")));
    if !check.rerun.is_empty() {
        lines.push(format!("again: {}", check.rerun));
    }
    let title = format!("{} ({})", shorten(&check.claim, TITLE - 30), words::points(check));
    Annotation { title, message: lines.join("\n"), place: None }
}

/// The first of the lines, as the repository calls it.
fn in_repository(places: &[CodePlace], folder: &str) -> Option<CodePlace> {
    let CodePlace { path, line } = places.first()?;
    let slash = if folder.is_empty() { "" } else { "/" };
    Some(CodePlace { path: format!("{folder}{slash}{path}"), line: *line })
}

fn capped(annotations: Vec<Annotation>, level: &str, more: &str) -> Vec<String> {
    let lines: Vec<String> = annotations.iter().map(|annotation| annotation.line(level)).collect();
    if lines.len() <= SHOWN {
        return lines;
    }
    let (shown, rest) = lines.split_at(SHOWN - 1);
    let count = Annotation {
        title: format!("{} {more}", rest.len()),
        message: "GitHub shows ten annotations of a kind; the step's summary has them all.".into(),
        place: None,
    };
    shown.iter().cloned().chain([count.line(level)]).collect()
}

fn needed_by(report: &Report, id: &str) -> usize {
    let needs = |check: &&CheckReport| matches!(&check.outcome, Outcome::Skipped(Because::Needed(needed)) if needed == id);
    report.checks.iter().filter(needs).count()
}

fn worth(check: &CheckReport) -> u32 {
    match check.worth {
        // After a gate everything else is skipped.
        Worth::Gate => u32::MAX,
        Worth::Points(points) => points,
        Worth::Bonus(_) => 0,
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}

/// As `escapeData` of actions/toolkit. Besides, the old `##[command]` form is broken up: it is read anywhere in a line.
fn data(text: &str) -> String {
    text.replace("##[", "# #[").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As `escapeProperty` of actions/toolkit.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
