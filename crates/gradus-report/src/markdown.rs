//! A report in Markdown, for a comment or a file, and as the summary of a step of GitHub Actions. It writes no HTML of its own
//! but the `<details>` of the summary.

mod check;
mod signs;

use crate::harmless::harmless;
use crate::words::{self, shorten};
use gradus_model::duration::format_duration;
use gradus_model::grader::Visibility;
use gradus_model::outcome::Outcome;
use gradus_model::redact::Redacted;
use gradus_model::report::{CheckReport, Report};
use gradus_model::score::verdict;
use signs::{block, code, text};

/// GitHub fails the upload of a longer summary (1 MiB a step); other steps' commands may add to it.
const SUMMARY_BYTES: usize = 1_000_000;
/// Rows of the table, so that what follows has room in the summary.
const ROWS: usize = 500;
const CLAIM: usize = 200;

/// The report as a document.
pub fn write(report: &Redacted) -> String {
    let report = harmless(report);
    let mut document = head(&report);
    for check in told(&report) {
        let heading = format!("\n## {} {}\n\n", mark(&check.outcome), text(&check.claim));
        document.push_str(&(heading + &check::section(check)));
    }
    document + &facts(&report)
}

/// The report as a step's summary: the details fold up, and the whole stays below GitHub's limit.
pub fn github_summary(report: &Redacted) -> String {
    let report = harmless(report);
    let mut summary = head(&report);
    let facts = facts(&report);
    let mut left_out = 0;
    for check in told(&report) {
        let section = folded(check);
        // The sentence about what is left out needs room too.
        if left_out > 0 || summary.len() + section.len() + facts.len() + 100 > SUMMARY_BYTES {
            left_out += 1;
        } else {
            summary.push_str(&section);
        }
    }
    if left_out > 0 {
        summary.push_str(&format!("\nThe details of {left_out} more checks did not fit in here\\.\n"));
    }
    summary + &facts
}

fn folded(check: &CheckReport) -> String {
    let claim = maud::html! { (mark(&check.outcome)) " " b { (shorten(&check.claim, CLAIM)) } " " (words::points(check)) };
    // A blank line ends HTML; a code block in between can't close the element, whatever it holds.
    format!(
        "\n<details><summary>{}</summary>\n\n{}\n</details>\n",
        claim.into_string(),
        check::section(check)
    )
}

/// The checks that have more to tell than a row of the table.
fn told(report: &Report) -> impl Iterator<Item = &CheckReport> {
    let has_more = |check: &&CheckReport| {
        matches!(check.outcome, Outcome::Failed(_) | Outcome::Broken(_)) || !check.remarks.is_empty()
    };
    report.checks.iter().filter(has_more)
}

fn head(report: &Report) -> String {
    let title = text(&shorten(&report.exercise.title, CLAIM));
    let verdict = words::verdict(verdict(report));
    let mut head = format!("# {title}\n\n**{verdict}**: {}\n", text(&words::meaning(report)));
    if let Some(trouble) = words::trouble(report) {
        head.push_str(&format!("\n**{}:** {}\n", trouble.title, code(&shorten(trouble.why, 2000))));
        if let Some(way_out) = trouble.way_out {
            head.push_str(&format!("\n{}\n", text(&shorten(way_out, 2000))));
        }
        if let Some(phase) = trouble.phase {
            let ran = crate::plain::ran(phase);
            head.push('\n');
            head.push_str(&block("text", &check::last(&ran)));
            head.extend(check::pointed(&phase.places).map(|told| format!("\n{told}")));
        }
    }
    head + &table(report)
}

fn table(report: &Report) -> String {
    if report.checks.is_empty() {
        return String::new();
    }
    let rows: String = report.checks.iter().take(ROWS).map(row).collect();
    let more = report.checks.len().saturating_sub(ROWS);
    let more = if more > 0 { format!("\n{more} more checks have no row here\\.\n") } else { String::new() };
    format!("\n| | check | points |\n| --- | --- | ---: |\n{rows}{more}")
}

fn row(check: &CheckReport) -> String {
    let hidden = if check.visibility == Visibility::Hidden { " \\(hidden\\)" } else { "" };
    let outcome = words::outcome(&check.outcome);
    let claim = text(&shorten(&check.claim, CLAIM));
    format!("| {} {outcome} | {claim}{hidden} | {} |\n", mark(&check.outcome), text(&words::points(check)))
}

fn mark(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "✅",
        Outcome::Failed(_) => "❌",
        Outcome::Skipped(_) => "➖",
        Outcome::Broken(_) => "⚠️",
    }
}

fn facts(report: &Report) -> String {
    let mut facts = vec![
        format!("submission {}", code(&shorten(&report.submission.name, CLAIM))),
        format!("seed {}", report.seed),
        format!("all {}", text(&format_duration(report.took))),
        text(&shorten(&report.isolation.says, 2000)),
    ];
    facts.extend(report.boot.as_ref().map(|boot| format!("start {}", text(&format_duration(boot.took)))));
    format!("\n---\n\n{}\n", facts.join(" · "))
}
