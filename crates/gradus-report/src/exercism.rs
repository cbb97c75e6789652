//! Exercism's `results.json`, version 3, as exercism/docs (building/tooling/test-runners/interface) describes it.
//!
//! It knows only pass and fail: a bonus that was not earned is left out. Whatever is no mark is an error there.

use crate::harmless::harmless_for_learners;
use crate::mark::mark;
use crate::{plain, words};
use gradus_model::grader::Worth;
use gradus_model::outcome::Outcome;
use gradus_model::redact::Redacted;
use gradus_model::report::{CheckReport, Report};
use serde_json::{Map, Value, json};

/// Characters of a submission's output that a test may carry.
const OUTPUT: usize = 500;
const CUT: &str = "\n(The output is cut here: 500 characters are shown.)";
/// Characters of the message of an error.
const MESSAGE: usize = 65_535;

/// The file's text.
pub fn write(report: &Redacted) -> String {
    let report = harmless_for_learners(report);
    let value = match never_tried(&report) {
        Some(message) => error(&message),
        None => tried(&report),
    };
    format!("{value:#}\n")
}

/// Why no test was run, or why what was run is no mark.
fn never_tried(report: &Report) -> Option<String> {
    if let Err(why) = mark(report) {
        return Some(why);
    }
    let trouble = words::trouble(report)?;
    let printed = trouble.phase.map(plain::ran).unwrap_or_default();
    Some(format!("{}: {}\n\n{printed}", trouble.title, trouble.why).trim_end().to_owned())
}

fn error(message: &str) -> Value {
    json!({ "version": 3, "status": "error", "message": words::shorten(message, MESSAGE) })
}

fn tried(report: &Report) -> Value {
    let counts =
        |check: &&CheckReport| check.outcome == Outcome::Passed || !matches!(check.worth, Worth::Bonus(_));
    let checks: Vec<&CheckReport> = report.checks.iter().filter(counts).collect();
    let passed = checks.iter().all(|check| check.outcome == Outcome::Passed);
    let tests: Vec<Value> = checks.into_iter().map(test).collect();
    json!({ "version": 3, "status": if passed { "pass" } else { "fail" }, "tests": tests })
}

fn test(check: &CheckReport) -> Value {
    let mut test = Map::new();
    test.insert("name".into(), check.claim.clone().into());
    let status = match &check.outcome {
        Outcome::Passed => "pass",
        Outcome::Failed(failure) => {
            if let Some(exchange) = &failure.exchange {
                test.insert("test_code".into(), exchange.curl.clone().into());
            }
            "fail"
        }
        Outcome::Skipped(_) | Outcome::Broken(_) => "error",
    };
    test.insert("status".into(), status.into());
    if status != "pass" {
        test.insert("message".into(), plain::told(check).into());
    }
    let output = check.output.text.trim_end();
    if !output.is_empty() {
        test.insert("output".into(), cut(output).into());
    }
    Value::Object(test)
}

fn cut(output: &str) -> String {
    if output.chars().count() <= OUTPUT {
        return output.to_owned();
    }
    output.chars().take(OUTPUT - CUT.chars().count()).chain(CUT.chars()).collect()
}
