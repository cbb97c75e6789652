//! Gradescope's `results.json`, as gradescope-autograders.readthedocs.io/en/latest/specs describes it.
//!
//! Students read it, so it is always redacted for a learner. Without a mark it holds no score at all: Gradescope
//! requires one, and so reports the run as failed instead of giving a 0.

use crate::harmless::harmless_for_learners;
use crate::mark::mark;
use crate::{plain, words};
use gradus_model::grader::Worth;
use gradus_model::outcome::Outcome;
use gradus_model::redact::Redacted;
use gradus_model::report::{CheckReport, Report};
use serde_json::{Map, Value, json};

/// The file's text.
pub fn write(report: &Redacted) -> String {
    let report = harmless_for_learners(report);
    let mark = mark(&report);
    let mut top = Map::new();
    if let Ok(score) = &mark {
        // The sum of the tests would be more than this when a bonus takes it past the maximum.
        top.insert("score".into(), score.earned.into());
    }
    top.insert("execution_time".into(), report.took.as_secs().into());
    top.insert("output".into(), output(&report, mark.as_ref().err()).into());
    for key in ["output_format", "test_output_format", "test_name_format"] {
        top.insert(key.into(), "text".into());
    }
    top.insert("visibility".into(), "visible".into());
    // The grader's own words are no student's business.
    top.insert("stdout_visibility".into(), "hidden".into());
    let numbered = report.checks.iter().enumerate();
    let tests: Vec<Value> = numbered.map(|(at, check)| test(at + 1, check, mark.is_ok())).collect();
    top.insert("tests".into(), tests.into());
    top.insert(
        "extra_data".into(),
        json!({
            "exercise": report.exercise.slug,
            "seed": report.seed,
            "grader_digest": report.grader_digest,
            "submission_digest": report.submission.digest,
        }),
    );
    format!("{:#}\n", Value::Object(top))
}

fn output(report: &Report, no_mark: Option<&String>) -> String {
    let mut parts = vec![no_mark.cloned().unwrap_or_else(|| words::meaning(report))];
    if let Some(trouble) = words::trouble(report).filter(|trouble| trouble.stage != "grading") {
        parts.push(format!("{}: {}", trouble.title, trouble.why));
        parts.extend(trouble.phase.map(plain::ran));
    }
    parts.join("\n\n")
}

fn test(number: usize, check: &CheckReport, scored: bool) -> Value {
    let passed = check.outcome == Outcome::Passed;
    let (worth, maximum) = match check.worth {
        Worth::Points(points) => (points, points),
        Worth::Bonus(points) => (points, 0),
        Worth::Gate => (0, 0),
    };
    let mut test = Map::new();
    if scored {
        test.insert("score".into(), if passed { worth } else { 0 }.into());
        test.insert("max_score".into(), maximum.into());
        // Said outright: by default it follows from the score, and that of a gate is 0 of 0.
        test.insert("status".into(), if passed { "passed" } else { "failed" }.into());
    }
    test.insert("name".into(), check.claim.clone().into());
    test.insert("number".into(), number.to_string().into());
    test.insert("output".into(), plain::told(check).into());
    test.insert("extra_data".into(), json!({ "id": check.id }));
    Value::Object(test)
}
