//! A report for a person at a terminal. Whatever a submission says is made harmless before it is shown.

mod failure;
pub(crate) mod paint;
mod summary;

pub use crate::clean::{sanitize_block, sanitize_line};
pub use failure::{details, failure};

use crate::words::{self, shorten};
use failure::wrap;
use gradus_model::grader::Visibility;
use gradus_model::outcome::Outcome;
use gradus_model::redact::{Audience, Redacted, RedactedCheck, redact_check};
use gradus_model::report::CheckReport;
use paint::Paint;

/// How text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// Columns.
    pub width: usize,
}

/// The line of a finished check.
pub fn check_line(check: &RedactedCheck, style: &Style) -> String {
    let check = check.check();
    let paint = Paint(style.color);
    let (mark, note) = match &check.outcome {
        Outcome::Passed => (paint.green("✓"), String::new()),
        Outcome::Failed(_) => (paint.red("✗"), String::new()),
        Outcome::Skipped(because) => (paint.dim("–"), words::skipped(because)),
        Outcome::Broken(_) => (paint.magenta("!"), "could not be judged".into()),
    };
    let worth = worth(check);
    let room = style.width.saturating_sub(4 + worth.chars().count() + 2).max(20);
    let claim = shorten(&sanitize_line(&check.claim), room);
    let gap = " ".repeat(room.saturating_sub(claim.chars().count()));
    let claim = if matches!(check.outcome, Outcome::Skipped(_)) { paint.dim(&claim) } else { claim };
    let mut line = format!("  {mark} {claim}{gap}  {}\n", paint.dim(&worth));
    if !note.is_empty() {
        line.push_str(&format!("    {}\n", paint.dim(&sanitize_line(&note))));
    }
    for remark in &check.remarks {
        let remark = wrap(&sanitize_line(remark), style.width, 12);
        line.push_str(&format!("    {} {remark}\n", paint.yellow("notice:")));
    }
    line
}

/// Points, and whether the check is hidden.
fn worth(check: &CheckReport) -> String {
    match check.visibility {
        Visibility::Visible => words::points(check),
        Visibility::Hidden => format!("hidden  {}", words::points(check)),
    }
}

/// What follows the lines of the checks: what went wrong, and the sum.
pub fn ending(report: &Redacted, style: &Style) -> String {
    let mut text = String::new();
    for check in redacted_checks(report) {
        if let Some(details) = failure(&check, style) {
            text.push_str(&details);
        }
    }
    text + &summary::summary(report, style)
}

/// Everything, for a file.
pub fn whole(report: &Redacted, style: &Style) -> String {
    let lines: String = redacted_checks(report).iter().map(|check| check_line(check, style)).collect();
    lines + &ending(report, style)
}

/// The checks of a redacted report are redacted already; doing it again as for an instructor takes nothing more out.
fn redacted_checks(report: &Redacted) -> Vec<RedactedCheck> {
    report.report().checks.iter().map(|check| redact_check(check.clone(), Audience::Instructor)).collect()
}
