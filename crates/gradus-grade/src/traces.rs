//! Where in the learner's own files a report's output points, once a grading is over.

use crate::ground::{APP, Sandbox, WORK};
use crate::job::{Folder, Subject, Where};
use gradus_intake::trace::{self, Home};
use gradus_intake::tree;
use gradus_model::outcome::Outcome;
use gradus_model::report::{CodePlace, Progress, Report};
use std::path::PathBuf;

/// Adds to what went wrong the lines that its output points at.
pub fn point(report: &mut Report, subject: &Subject) {
    let Subject::Folder(folder) = subject else { return };
    let mut wrong = wrong(report);
    wrong.retain(|(printed, _)| trace::may_point(printed));
    if wrong.is_empty() {
        return;
    }
    let Some(home) = home(folder) else { return };
    for (printed, places) in wrong {
        *places = trace::places(printed, &home);
    }
}

/// What was printed where something went wrong, and where its places go.
fn wrong(report: &mut Report) -> Vec<(&str, &mut Vec<CodePlace>)> {
    let phase = match report.progress {
        Progress::NotBuilt(_) => report.build.as_mut(),
        Progress::NotBooted(_) => report.boot.as_mut(),
        Progress::Complete | Progress::CutShort(_) | Progress::Broken(_) => None,
    };
    let checks = report.checks.iter_mut().filter(|check| matches!(check.outcome, Outcome::Failed(_)));
    let checks = checks.map(|check| (check.output.text.as_str(), &mut check.places));
    phase.into_iter().map(|phase| (phase.output.text.as_str(), &mut phase.places)).chain(checks).collect()
}

/// The submission as its programs see it; nothing if it can't be read any more.
fn home(folder: &Folder) -> Option<Home> {
    let place: PathBuf = match &folder.place {
        Where::Cache(cache) => cache.dir(),
        Where::Copy(dir) | Where::Built(dir) => dir.clone(),
    };
    let files = tree::files(&place).ok()?.into_keys().collect();
    let root = match folder.sandbox {
        Sandbox::Native => PathBuf::from(WORK),
        Sandbox::Wasm => PathBuf::from(APP),
        Sandbox::Guarded { .. } | Sandbox::None { .. } => place,
    };
    Some(Home { files, root, dir: folder.plan.dir.clone().unwrap_or_default() })
}
