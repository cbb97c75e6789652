//! Files of expected output from a right solution: what it answers takes the place of what stands in a file that does not
//! hold, and what the author left open stays open. Nothing is written here.

mod merge;

use crate::candidate::{self, Candidate, Kind};
use crate::judgement;
use crate::run::Workshop;
use crate::trial::Trial;
use gradus_grade::{Interrupt, Quiet, Record};
use gradus_intake::catalogue::{LoadedExercise, LoadedGrader};
use gradus_judge::text::difference;
use gradus_model::outcome::DiffLine;
use gradus_model::report::Selection;
use std::path::PathBuf;

/// A file that should be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blessing {
    /// Its path below the grader's folder.
    pub path: String,
    /// What stands in it; none, if it is not there.
    pub before: Option<String>,
    /// What should stand in it.
    pub after: String,
    /// How they differ.
    pub difference: Vec<DiffLine>,
}

/// Which files should be written, so that this solution earns everything. The error is why it can't be told.
pub async fn bless(
    exercise: &LoadedExercise,
    grader: &LoadedGrader,
    (name, source): (String, PathBuf),
    workshop: &Workshop<'_>,
    interrupt: &Interrupt,
) -> Result<Vec<Blessing>, String> {
    let trial = Trial { exercise, grader, workshop, interrupt, quiet: Quiet::default() };
    let candidate = Candidate { name, kind: Kind::Solution { lacks: Vec::new() }, in_wasm: false, source };
    let prepared =
        candidate::prepare(&candidate, exercise.exercise.submission).map_err(|error| error.to_string())?;
    let record = Record::default();
    let report = trial.grade(&candidate, &prepared, false, 1, Selection::All, Some(record.clone())).await;
    let problems = judgement::problems(&candidate, &report);
    if !problems.is_empty() {
        return Err(format!("the solution {} does not hold:\n{}", candidate.name, problems.join("\n")));
    }
    let mut blessings = Vec::new();
    for (path, came) in record.take() {
        let before = match std::fs::read_to_string(grader.dir.join(&path)) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(format!("{path}: {error}")),
        };
        let mut wanted = None;
        for got in &came {
            let after =
                merge::merge(&path, before.as_deref(), got).map_err(|why| format!("{path}: {why}"))?;
            match &wanted {
                Some(other) if *other != after => {
                    return Err(format!(
                        "{path}: two answers that should be like it differ; leave open what changes, with a marker such as $any, or use two files"
                    ));
                }
                _ => wanted = Some(after),
            }
        }
        if let Some(after) = wanted {
            let difference = difference(before.as_deref().unwrap_or(""), &after).lines;
            blessings.push(Blessing { path, before, after, difference });
        }
    }
    Ok(blessings)
}
