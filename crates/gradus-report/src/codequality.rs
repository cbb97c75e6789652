//! GitLab's code quality report: what stands beside the lines of a merge request. Only what points at a line of the submission
//! is in it, as GitLab shows nothing else; the fields are those that its documentation asks for.

use crate::harmless::harmless;
use crate::words::{self, shorten};
use gradus_model::outcome::Outcome;
use gradus_model::redact::Redacted;
use gradus_model::report::CodePlace;
use serde_json::{Value, json};

const DESCRIPTION: usize = 1000;

/// The report as JSON. `folder` is where the submission lies in the repository, empty for its root.
pub fn write(report: &Redacted, folder: &str) -> String {
    let report = harmless(report);
    let trouble = words::trouble(&report).and_then(|trouble| {
        let place = trouble.phase?.places.first()?;
        Some(entry(trouble.stage, &format!("{}: {}", trouble.title, trouble.why), "blocker", place, folder))
    });
    let failed = report.checks.iter().filter(|check| matches!(check.outcome, Outcome::Failed(_)));
    let failed = failed.filter_map(|check| {
        let gist = words::gist(check).unwrap_or_default();
        let description = format!("{} ({}): {gist}", check.claim, words::points(check));
        Some(entry(&check.id, &description, "major", check.places.first()?, folder))
    });
    let entries: Vec<Value> = trouble.into_iter().chain(failed).collect();
    format!("{:#}\n", Value::Array(entries))
}

fn entry(name: &str, description: &str, severity: &str, place: &CodePlace, folder: &str) -> Value {
    let slash = if folder.is_empty() { "" } else { "/" };
    let path = format!("{folder}{slash}{}", place.path);
    json!({
        "description": shorten(description, DESCRIPTION),
        "check_name": name,
        // What is the same before and after a change is neither new nor mended.
        "fingerprint": format!("gradus:{name}:{path}:{}", place.line),
        "severity": severity,
        "location": { "path": path, "lines": { "begin": place.line } },
    })
}
