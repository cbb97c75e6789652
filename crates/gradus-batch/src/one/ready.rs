//! A submission on its way to its grading: taken in, told from others by its digest, and planned; or why it can't be.

use crate::gradebook::{Handed, Verdict};
use gradus_intake::class::{NotTaken, Source, Submission, take};
use gradus_intake::plan::{Plan, PlanError, plan};
use gradus_intake::tree;
use gradus_model::exercise::Exercise;
use std::path::{Path, PathBuf};

/// A submission that lies ready, or why it does not.
pub struct Ready {
    /// BLAKE3 of what was taken in, in hex; empty when nothing was.
    pub digest: String,
    /// The commit, if it was one.
    pub commit: Option<String>,
    /// When its author says that it was committed.
    pub says: Option<i64>,
    /// How it builds and runs, and where it lies; or whom it blames that there is nothing to run, and why.
    pub what: Result<(Plan, PathBuf), (Verdict, String)>,
}

impl Ready {
    /// One that can't be graded: whom that blames, and why.
    pub fn never(verdict: Verdict, why: String) -> Self {
        Self { digest: String::new(), commit: None, says: None, what: Err((verdict, why)) }
    }

    /// Takes a submission in, below an empty folder, for this exercise.
    pub fn new(submission: &Submission, folder: &Path, exercise: &Exercise) -> Self {
        let taken = match take(&submission.source, folder) {
            Ok(taken) => taken,
            Err(NotTaken::Refused(why)) => return Self::never(Verdict::Refused, why),
            Err(NotTaken::Ours(why)) => return Self::never(Verdict::Incomplete, why),
        };
        let digest = match tree::digest(&taken.folder) {
            Ok(digest) => digest,
            Err(error) => return Self::never(Verdict::Incomplete, error.to_string()),
        };
        let what = match plan(&taken.folder, Some(exercise.submission)) {
            Ok(plan) => {
                match plan.exercise.as_ref().map(|said| &said.value).filter(|said| **said != exercise.slug) {
                    None => Ok((plan, taken.folder)),
                    Some(other) => {
                        Err((Verdict::Refused, format!("its gradus.toml says that it answers `{other}`")))
                    }
                }
            }
            Err(error) => Err((Verdict::Failed, not_planned(&error))),
        };
        Self { digest, commit: taken.commit, says: taken.says, what }
    }

    /// As it goes into the gradebook.
    pub fn handed<'h>(&'h self, submission: &'h Submission) -> Handed<'h> {
        let source = match &submission.source {
            Source::Folder(path) | Source::Archive(path) | Source::Git { repository: path, .. } => {
                path.to_str()
            }
            Source::Files(files) => files.first().and_then(|(path, _)| path.to_str()),
            Source::Refused(_) => None,
        };
        Handed {
            student: &submission.student,
            label: &submission.label,
            digest: &self.digest,
            source: source.unwrap_or_default(),
            revision: self.commit.as_deref(),
            submitted_at: submission.submitted_at.or(self.says),
            self_declared: submission.submitted_at.is_none() && self.says.is_some(),
        }
    }
}

/// One sentence: the learner gets it, and knows no path of this machine.
fn not_planned(error: &PlanError) -> String {
    match error {
        PlanError::Invalid(invalid) => {
            let first =
                invalid.diagnostics.first().map_or("it can't be read", |first| first.message.as_str());
            format!("gradus.toml has a mistake: {first}")
        }
        PlanError::Io { .. } => "gradus.toml can't be read".into(),
        PlanError::NoConfiguration { .. } => "it holds no configuration of a server that Gradus knows".into(),
        PlanError::TwoServers { one, other, .. } => {
            format!("it holds {one} and {other}, and only one server runs")
        }
        PlanError::RunsItself => error.to_string(),
        PlanError::Nothing { .. } => {
            "nothing in it tells how it starts; a gradus.toml with `start` under `[run]` would".into()
        }
    }
}
