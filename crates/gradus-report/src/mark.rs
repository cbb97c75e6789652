//! Whether a grading comes to a mark. Formats that carry marks ask here, so that none exports half a grading.

use crate::words;
use gradus_model::outcome::{Because, Outcome};
use gradus_model::report::{CheckReport, Report};
use gradus_model::score::{Score, Verdict, score, verdict};

/// What a grading comes to, or one sentence why it is no mark.
pub fn mark(report: &Report) -> Result<Score, String> {
    match verdict(report) {
        Verdict::Passed | Verdict::Failed => Ok(score(&report.checks)),
        Verdict::SelectionPassed | Verdict::SelectionFailed => {
            Err("Only some checks were run, so there is no mark.".into())
        }
        Verdict::Incomplete => Err(incomplete(report)),
    }
}

fn incomplete(report: &Report) -> String {
    let first = report.checks.iter().find(|check| leaves_open(check));
    let why = match (words::trouble(report), first) {
        (Some(trouble), _) => format!("{}: {}", trouble.title, trouble.why),
        (None, Some(check)) => format!("{}: {}", check.claim, words::gist(check).unwrap_or_default()),
        (None, None) => "Not every check could be judged".into(),
    };
    let why = why.trim_end_matches('.');
    format!("{why}. That is not the submission's fault, and there is no mark.")
}

fn leaves_open(check: &CheckReport) -> bool {
    matches!(
        check.outcome,
        Outcome::Broken(_) | Outcome::Skipped(Because::Unsupported(_) | Because::CutShort(_))
    )
}
