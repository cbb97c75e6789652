//! `gradus demo`: what it looks like when a good and a wrong submission are graded.

use crate::arguments::{Check, Reader, Sandbox};
use crate::commands::check;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use gradus_intake::catalogue::Catalogue;
use gradus_intake::{patch, tree};
use std::path::Path;
use tempfile::TempDir;

const SLUG: &str = "todo-backend";
/// Rust is the one language that is there wherever this command was built.
const STACK: &str = "rust";

pub fn run(catalogue: &Catalogue, environment: &Environment) -> Result<Exit, Problem> {
    let broken = |error: String| Problem::new(Exit::GraderBroken, error);
    let solutions = catalogue.solutions(SLUG).map_err(|error| broken(error.to_string()))?;
    let (_, good) = solutions
        .into_iter()
        .find(|(name, _)| name == STACK)
        .ok_or_else(|| broken(format!("{SLUG} has no {STACK} solution here")))?;
    let mutants = catalogue.mutants(SLUG).map_err(|error| broken(error.to_string()))?;
    let mutant = mutants
        .into_iter()
        .find(|mutant| {
            mutant.mutant.of.value == STACK
                && !mutant.mutant.fails.iter().any(|id| id.value == "build" || id.value == "boot")
        })
        .ok_or_else(|| broken(format!("{SLUG} has no {STACK} mutant here")))?;

    screen::out(&format!("A good submission ({SLUG}, {STACK}):\n\n"));
    let first = grade(catalogue, &good, environment)?;
    if first != Exit::Passed {
        return Ok(first);
    }
    let folder = TempDir::with_prefix("gradus-demo-").map_err(|error| Problem::new(Exit::Machine, error))?;
    tree::stage(&good, folder.path()).map_err(|error| broken(error.to_string()))?;
    patch::apply(folder.path(), &mutant.patch).map_err(|error| broken(error.to_string()))?;
    screen::out(&format!("\n\nA wrong one: {}\n\n", mutant.mutant.because));
    match grade(catalogue, folder.path(), environment)? {
        Exit::BelowPass | Exit::Passed => {
            screen::out("\nThat is what a grading looks like. Now yours: gradus list\n");
            Ok(Exit::Passed)
        }
        other => Ok(other),
    }
}

fn grade(catalogue: &Catalogue, dir: &Path, environment: &Environment) -> Result<Exit, Problem> {
    let check = Check {
        dir: dir.to_owned(),
        exercise: None,
        only: Vec::new(),
        seed: Some(1),
        url: None,
        keep: false,
        watch: false,
        report: Vec::new(),
        sandbox: Sandbox::default(),
        reader: Reader::Learner,
    };
    check::run(catalogue, check, environment)
}
