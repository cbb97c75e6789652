//! Who may see what of a report. Writers take only [`Redacted`], so that none can leak.

use crate::grader::{Detail, Visibility};
use crate::outcome::{Because, Failure, Mismatch, Outcome, Shown};
use crate::report::{CheckReport, Report};
use std::time::Duration;

/// For whom a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Sees of each check what its `detail` allows, and of hidden ones only the claim and whether it holds.
    Learner,
    /// Sees everything.
    Instructor,
}

/// A report of which only what its reader may see is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted(Report);

/// A check of which only what its reader may see is left; for writers that show checks while a grading runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedactedCheck(CheckReport);

impl Redacted {
    /// What is left.
    pub fn report(&self) -> &Report {
        &self.0
    }
}

impl RedactedCheck {
    /// What is left.
    pub fn check(&self) -> &CheckReport {
        &self.0
    }
}

/// Takes out what the reader may not see.
pub fn redact(mut report: Report, audience: Audience) -> Redacted {
    if audience == Audience::Learner && report.checks.iter().any(is_hidden) {
        count_what_is_visible(&mut report);
    }
    report.checks = report.checks.into_iter().map(|check| redact_check(check, audience).0).collect();
    Redacted(report)
}

/// A submission can tell what it was asked by how long it takes, and by how much memory it uses or how much it prints: sums
/// are of what the reader sees.
fn count_what_is_visible(report: &mut Report) {
    let phases = report.build.iter().chain(&report.boot).map(|phase| phase.took);
    let checks = report.checks.iter().filter(|check| !is_hidden(check)).map(|check| check.took);
    report.took = phases.chain(checks).sum();
    report.usage = report.visible_usage.clone();
}

fn is_hidden(check: &CheckReport) -> bool {
    check.visibility == Visibility::Hidden
}

/// Takes out of one check what the reader may not see.
pub fn redact_check(mut check: CheckReport, audience: Audience) -> RedactedCheck {
    if audience == Audience::Learner {
        let hidden = is_hidden(&check);
        if hidden {
            check.took = Duration::ZERO;
            check.output = Shown::default();
            check.places = Vec::new();
            check.requests = 0;
            check.line = 0;
            check.rerun = String::new();
        }
        if hidden || check.detail != Detail::Full {
            check.remarks = Vec::new();
        }
        check.outcome = match check.outcome {
            Outcome::Failed(failure) => {
                let mut failure = redact_failure(failure, check.detail);
                if hidden {
                    // A server may end with a code by which it tells what it was asked.
                    failure.server = failure.server.map(|_| "the server ended".into());
                }
                Outcome::Failed(failure)
            }
            Outcome::Skipped(Because::ServerGone(_)) if hidden => {
                Outcome::Skipped(Because::ServerGone("the server is gone".into()))
            }
            Outcome::Broken(mut fault) if hidden => {
                fault.what = "this hidden check could not be judged".into();
                fault.way_out = None;
                Outcome::Broken(fault)
            }
            other => other,
        };
    }
    RedactedCheck(check)
}

fn redact_failure(mut failure: Failure, detail: Detail) -> Failure {
    match detail {
        Detail::Full => failure,
        Detail::Actual => {
            failure.circumstance = None;
            failure.mismatches = failure.mismatches.into_iter().map(without_expectation).collect();
            failure
        }
        Detail::None => Failure {
            step: String::new(),
            circumstance: None,
            expectations: 0,
            mismatches: Vec::new(),
            exchange: None,
            server: failure.server,
        },
    }
}

fn without_expectation(mismatch: Mismatch) -> Mismatch {
    Mismatch { wanted: String::new(), note: None, difference: Vec::new(), place: None, ..mismatch }
}
