//! Files of expected output from a right solution: what it answers takes the place of what stands in a file that does not
//! hold, and what the author left open stays open. Nothing is written here.

mod merge;

use crate::candidate::{self, Candidate, Kind};
use crate::judgement;
use crate::run::Workshop;
use crate::trial::Trial;
use gradus_grade::{Came, Compared, Interrupt, Quiet, Record};
use gradus_intake::catalogue::{LoadedExercise, LoadedGrader};
use gradus_judge::json::{self, ReadLimits};
use gradus_judge::pattern;
use gradus_judge::text::difference;
use gradus_model::outcome::DiffLine;
use gradus_model::read;
use gradus_model::report::Selection;
use std::path::{Path, PathBuf};

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
    workshop: &Workshop,
    interrupt: &Interrupt,
) -> Result<Vec<Blessing>, String> {
    let trial = Trial::new(exercise, grader, workshop, interrupt, &Quiet::default());
    let candidate = Candidate {
        name,
        kind: Kind::Solution { lacks: Vec::new(), alone: Vec::new() },
        in_wasm: false,
        source,
    };
    let prepared =
        candidate::prepare(&candidate, exercise.exercise.submission).map_err(|error| error.to_string())?;
    let record = Record::default();
    let report = trial.grade(&candidate, &prepared, false, 1, Selection::All, Some(record.clone())).await;
    let problems = judgement::problems(&candidate, &report);
    if !problems.is_empty() {
        return Err(format!("the solution {} does not hold:\n{}", candidate.name, problems.join("\n")));
    }
    record.take().into_iter().map(|(path, came)| blessing(&grader.dir, path, &came)).collect()
}

/// What should stand in a file so that everything that came fits it.
fn blessing(folder: &Path, path: String, came: &[Came]) -> Result<Blessing, String> {
    let said = |why: String| format!("{path}: {why}");
    let before = match std::fs::read_to_string(folder.join(&path)) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(said(error.to_string())),
    };
    let mut wanted: Option<(Compared, String)> = None;
    for one in came {
        let after = merge::merge(one.compared, before.as_deref(), &one.bytes).map_err(said)?;
        match &wanted {
            Some((compared, _)) if *compared != one.compared => {
                return Err(said(
                    "one step compares it as JSON and another as text; use two files".to_owned(),
                ));
            }
            Some((_, other)) if *other != after => {
                return Err(said("two answers that should be like it differ; leave open what changes, with a marker such as $any, or use two files".to_owned()));
            }
            _ => wanted = Some((one.compared, after)),
        }
    }
    let Some((compared, after)) = wanted else { return Err(said("nothing came".to_owned())) };
    if compared == Compared::AsJson {
        for one in came {
            fits(folder, &path, &after, one)?;
        }
    }
    let difference = difference(before.as_deref().unwrap_or(""), &after).lines;
    Ok(Blessing { path, before, after, difference })
}

/// Nothing that the author wrote into a marker is ever changed: what came must fit it.
fn fits(folder: &Path, path: &str, after: &str, came: &Came) -> Result<(), String> {
    let files = |name: &str| std::fs::read(folder.join(name)).map_err(|error| error.to_string());
    let (pattern, _) = read::expected(path, after, &files).map_err(|mistakes| {
        let first = mistakes.diagnostics.first().map_or("", |mistake| mistake.message.as_str());
        format!("{path}: what should stand in it can't be read: {first}")
    })?;
    let read = json::read(&came.bytes, ReadLimits::default()).map_err(|error| format!("{path}: {error}"))?;
    let misses = pattern::judge_read(&pattern, &read, "json", &came.names);
    let Some(miss) = misses.first() else { return Ok(()) };
    Err(format!(
        "{path}: what came does not fit what the author left open there, which is never written over\n  {}: wanted {}, got {}\nChange the marker or what stands in it, or mend the solution.",
        miss.path, miss.wanted, miss.got
    ))
}
