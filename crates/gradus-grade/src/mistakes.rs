//! What a grader's file cannot show by itself: expectations that no judge can compile.

use gradus_judge::answer;
use gradus_model::diagnostic::{Diagnostic, Invalid};
use gradus_model::grader::{Action, Grader};

/// Refuses a grader whose `$regex` or `$schema` does not compile; every such place is named.
pub fn compiles(grader: &Grader) -> Result<(), Invalid> {
    let steps = grader.checks.iter().flat_map(|check| &check.steps);
    let mistakes = steps.flat_map(|step| match &step.action {
        Action::Request(request) => answer::mistakes(&request.expect),
    });
    let diagnostics: Vec<Diagnostic> =
        mistakes.map(|mistake| Diagnostic::new(mistake.what, mistake.span)).collect();
    if diagnostics.is_empty() {
        return Ok(());
    }
    Err(Invalid { sources: grader.sources.clone(), diagnostics })
}
