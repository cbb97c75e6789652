//! From what the command line names to what a grading starts from: the exercise, its grader, the submission.

use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use gradus_intake::catalogue::{Catalogue, CatalogueError, LoadedExercise, LoadedGrader};
use gradus_intake::pack::PackError;
use gradus_intake::plan::{self, Plan, PlanError};
use gradus_model::exercise::SubmissionKind;
use std::path::{Path, PathBuf};

/// An exercise with its grader.
pub struct Graded {
    /// The exercise.
    pub exercise: LoadedExercise,
    /// Its grader.
    pub grader: LoadedGrader,
}

/// Where the exercises are.
pub fn catalogue(
    explicit: Option<&Path>,
    pinned: Option<&str>,
    environment: &Environment,
) -> Result<Catalogue, Problem> {
    Catalogue::find(explicit, environment.exercises(), pinned, &environment.current_dir, &environment.program)
        .map_err(|error| catalogue_problem(error, Exit::Usage))
}

/// An exercise with its grader.
pub fn graded(catalogue: &Catalogue, slug: &str) -> Result<Graded, Problem> {
    let exercise = exercise(catalogue, slug)?;
    let grader = catalogue.grader(slug).map_err(|error| catalogue_problem(error, Exit::GraderBroken))?;
    let grader = grader.ok_or_else(|| {
        Problem::new(Exit::GraderBroken, format!("`{slug}` has no grader here"))
            .way_out("Give the folder that holds `graders/` with --exercises.")
    })?;
    gradus_grade::compiles(&grader.grader)
        .map_err(|invalid| Problem::invalid(Exit::GraderBroken, invalid))?;
    Ok(Graded { exercise, grader })
}

/// An exercise.
pub fn exercise(catalogue: &Catalogue, slug: &str) -> Result<LoadedExercise, Problem> {
    catalogue.exercise(slug).map_err(|error| catalogue_problem(error, Exit::Usage))
}

/// What is wrong with the catalogue; mistakes in its files are the author's.
pub fn catalogue_problem(error: CatalogueError, exit: Exit) -> Problem {
    match error {
        CatalogueError::Invalid(invalid) => Problem::invalid(Exit::GraderBroken, *invalid),
        CatalogueError::Unpinnable(_) => {
            Problem::new(exit, error).way_out("Give the pack itself: --exercises PACK --pin SHA256")
        }
        CatalogueError::Pack(wrong) if matches!(*wrong, PackError::Other { .. }) => Problem::new(exit, wrong)
            .way_out("Get the pack that was meant, or pin this one if it is: --pin SHA256"),
        CatalogueError::NotFound { .. } | CatalogueError::NoExercises(_) => Problem::new(exit, error)
            .way_out("Name the folder with exercises and graders, or a pack: --exercises PATH, or GRADUS_EXERCISES=PATH"),
        other => Problem::new(exit, other),
    }
}

/// How a submission builds and runs, if that kind of thing is wanted.
pub fn plan(dir: &Path, kind: Option<SubmissionKind>) -> Result<Plan, Problem> {
    plan::plan(dir, kind).map_err(not_planned)
}

/// The exercise that a submission says it answers.
pub fn said(dir: &Path) -> Result<Option<String>, Problem> {
    plan::exercise(dir).map(|said| said.map(|slug| slug.value)).map_err(not_planned)
}

fn not_planned(error: PlanError) -> Problem {
    match error {
        PlanError::Invalid(invalid) => Problem::invalid(Exit::Usage, *invalid),
        other => Problem::new(Exit::Usage, other),
    }
}

/// Which exercise a submission answers: what the command line says, or what gradus.toml says; never two.
pub fn slug(asked: Option<&str>, said: Option<&str>, dir: &Path) -> Result<String, Problem> {
    match (asked, said) {
        (Some(asked), Some(said)) if asked != said => Err(Problem::new(
            Exit::Usage,
            format!("--exercise says `{asked}`, but the submission's gradus.toml says `{said}`"),
        )
        .way_out("Leave out --exercise, or correct `exercise` in gradus.toml.")),
        (Some(slug), _) | (None, Some(slug)) => Ok(slug.to_owned()),
        (None, None) => Err(Problem::new(
            Exit::Usage,
            format!("which exercise is this? {} has no gradus.toml that says it", dir.display()),
        )
        .way_out("Add --exercise SLUG (`gradus list` shows them), or write gradus.toml with:\n\n    format = 1\n    exercise = \"SLUG\"")),
    }
}

/// The folder of a submission, absolute, so that what runs in it needs no current folder of ours.
pub fn folder(dir: &Path, environment: &Environment) -> Result<PathBuf, Problem> {
    let path = environment.current_dir.join(dir);
    let path = path.canonicalize().map_err(|error| {
        Problem::new(Exit::Usage, format!("{} can't be read: {error}", dir.display()))
            .way_out("Give the folder of the submission: gradus check DIR")
    })?;
    if path.is_dir() {
        Ok(path)
    } else {
        Err(Problem::new(Exit::Usage, format!("{} is not a folder", dir.display()))
            .way_out("Give the folder of the submission: gradus check DIR"))
    }
}
