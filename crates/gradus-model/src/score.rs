//! Points, percent and verdict as functions of the outcomes; none of them is stored beside what it is computed from.

use crate::grader::Worth;
use crate::outcome::{Because, Outcome};
use crate::report::{CheckReport, Progress, Report, Selection};

/// What a grading earned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Points of passed checks, bonus included, at most `maximum`.
    pub earned: u32,
    /// Points that could be earned; bonus does not count, and neither does what the target cannot do.
    pub maximum: u32,
}

/// What a grading comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// At least the pass mark.
    Passed,
    /// Below the pass mark.
    Failed,
    /// Something could not be judged: shown, never exported as a mark.
    Incomplete,
    /// Only some checks were asked for, and all of those passed.
    SelectionPassed,
    /// Only some checks were asked for, and one of those did not pass.
    SelectionFailed,
}

impl Score {
    /// Earned points in percent of the maximum, rounded down so that 79.9 never reads as 80; 0 when nothing could be earned.
    pub fn percent(self) -> u32 {
        if self.maximum == 0 { 0 } else { (u64::from(self.earned) * 100 / u64::from(self.maximum)) as u32 }
    }

    /// Whether it reaches `pass` percent; computed without rounding.
    pub fn reaches(self, pass: u32) -> bool {
        self.maximum > 0 && u64::from(self.earned) * 100 >= u64::from(pass) * u64::from(self.maximum)
    }
}

/// The points of these checks.
pub fn score(checks: &[CheckReport]) -> Score {
    let mut earned = 0;
    let mut maximum = 0;
    for check in checks {
        let passed = check.outcome == Outcome::Passed;
        match check.worth {
            Worth::Points(points) => {
                if !is_unsupported(&check.outcome) {
                    maximum += points;
                }
                earned += if passed { points } else { 0 };
            }
            Worth::Bonus(points) => earned += if passed { points } else { 0 },
            Worth::Gate => {}
        }
    }
    Score { earned: earned.min(maximum), maximum }
}

/// What the grading comes to.
pub fn verdict(report: &Report) -> Verdict {
    let incomplete = matches!(report.progress, Progress::CutShort(_) | Progress::Broken(_))
        || report.checks.iter().any(|check| leaves_open(&check.outcome));
    if let Selection::Only(ids) = &report.selection {
        let held = report
            .checks
            .iter()
            .filter(|check| ids.contains(&check.id))
            .all(|check| check.outcome == Outcome::Passed);
        return match (incomplete, held) {
            (true, _) => Verdict::Incomplete,
            (false, true) => Verdict::SelectionPassed,
            (false, false) => Verdict::SelectionFailed,
        };
    }
    if incomplete {
        Verdict::Incomplete
    } else if score(&report.checks).reaches(report.pass) && gates_hold(&report.checks) {
        Verdict::Passed
    } else {
        Verdict::Failed
    }
}

fn gates_hold(checks: &[CheckReport]) -> bool {
    checks.iter().all(|check| check.worth != Worth::Gate || check.outcome == Outcome::Passed)
}

fn is_unsupported(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Skipped(Because::Unsupported(_)))
}

fn leaves_open(outcome: &Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Broken(_)
            | Outcome::Skipped(Because::Unsupported(_))
            | Outcome::Skipped(Because::CutShort(_))
    )
}
