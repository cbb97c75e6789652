//! Classroom 50's `result.json` (`classroom50/result/v1`, foundation50/classroom50 schemas/result-v1.schema.json).
//!
//! It is published on the learner's repository, so it is always redacted for a learner. Without a mark it is no
//! result: its validator refuses the file, and the submission shows an error instead of a 0.

use crate::harmless::harmless_for_learners;
use crate::mark::mark;
use crate::plain;
use gradus_model::grader::Worth;
use gradus_model::outcome::Outcome;
use gradus_model::redact::Redacted;
use gradus_model::report::CheckReport;
use serde_json::{Map, Value, json};

/// Whose submission it is. The runner checks it against the repository, so it comes from the runner alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The classroom's short name.
    pub classroom: String,
    /// The assignment's slug.
    pub assignment: String,
    /// `individual` or `group`.
    pub assignment_type: String,
    /// The login of whom the repository is for.
    pub owner: String,
    /// The tag, `submit/…`.
    pub submission: String,
    /// The commit's page.
    pub commit: String,
    /// The release's page.
    pub release: String,
    /// The page that compares it with the starter.
    pub review: String,
}

impl Identity {
    /// The identity that the runner tells in environment variables; none if it tells none.
    pub fn told(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let said = |name: &str| variable(name).filter(|value| !value.is_empty());
        let commit = said("COMMIT_URL")?;
        Some(Self {
            classroom: said("CLASSROOM")?,
            assignment: said("ASSIGNMENT")?,
            assignment_type: said("ASSIGNMENT_TYPE").unwrap_or_else(|| "individual".into()),
            owner: said("OWNER").or_else(|| said("USERNAME"))?,
            submission: said("SUBMISSION_TAG")?,
            release: said("RELEASE_URL")?,
            // Older runners do not tell it.
            review: said("REVIEW_URL").unwrap_or_else(|| commit.clone()),
            commit,
        })
    }
}

/// The file's text. Without an identity the fields that the runner knows are missing, and it refuses the file.
pub fn write(report: &Redacted, identity: Option<&Identity>) -> String {
    let report = harmless_for_learners(report);
    let mut top = Map::new();
    match mark(&report) {
        Err(why) => {
            top.insert("incomplete".into(), why.into());
        }
        Ok(score) => {
            top.insert("schema".into(), "classroom50/result/v1".into());
            identity.into_iter().for_each(|identity| identify(&mut top, identity));
            // The runner puts the commit's date in place of the first: grading again must not make it late.
            top.insert("datetime".into(), report.started.clone().into());
            top.insert("graded_at".into(), report.started.clone().into());
            top.insert("score".into(), score.earned.into());
            top.insert("max-score".into(), score.maximum.into());
            top.insert("tests".into(), report.checks.iter().map(test).collect());
        }
    }
    format!("{:#}\n", Value::Object(top))
}

fn identify(top: &mut Map<String, Value>, identity: &Identity) {
    let Identity { classroom, assignment, assignment_type, owner, submission, commit, release, review } =
        identity;
    for (key, value) in [
        ("classroom", classroom),
        ("assignment", assignment),
        ("assignment_type", assignment_type),
        ("owner", owner),
        ("submission", submission),
        ("commit", commit),
        ("release", release),
        ("review", review),
    ] {
        top.insert(key.into(), value.clone().into());
    }
}

fn test(check: &CheckReport) -> Value {
    let passed = check.outcome == Outcome::Passed;
    let points = match check.worth {
        Worth::Points(points) | Worth::Bonus(points) => points,
        Worth::Gate => 0,
    };
    json!({
        "test-name": check.claim,
        "passed": passed,
        "score": if passed { points } else { 0 },
        "max-score": points,
        "id": check.id,
        "bonus": matches!(check.worth, Worth::Bonus(_)),
        "output": plain::told(check),
    })
}
