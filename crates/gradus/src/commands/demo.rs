//! `gradus demo`: what it looks like when a good and a wrong submission are graded.

use crate::arguments::{Check, Reader};
use crate::commands::check;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use crate::subject;
use gradus_intake::catalogue::Catalogue;
use gradus_intake::catalogue::LoadedMutant;
use gradus_intake::{patch, tree};
use gradus_model::grader::{Grader, Worth};
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
    let graded = subject::graded(catalogue, SLUG)?;
    let mutants = catalogue.mutants(SLUG).map_err(|error| broken(error.to_string()))?;
    let mutant = mutants
        .into_iter()
        .filter(|mutant| mutant.mutant.of.value == STACK)
        .max_by_key(|mutant| lost(mutant, &graded.grader.grader))
        .ok_or_else(|| broken(format!("{SLUG} has no {STACK} mutant here")))?;

    let folder = TempDir::with_prefix("gradus-demo-").map_err(|error| Problem::new(Exit::Machine, error))?;
    // What the demo builds is nobody's project: it goes when the demo ends.
    let environment = &Environment { cache: folder.path().join("cache"), ..environment.clone() };
    screen::out(&format!("A good submission ({SLUG}, {STACK}):\n\n"));
    let first = grade(catalogue, &good, environment)?;
    if first != Exit::Passed {
        return Ok(first);
    }
    let wrong = folder.path().join(&mutant.name);
    tree::stage(&good, &wrong).map_err(|error| broken(error.to_string()))?;
    patch::apply(&wrong, &mutant.patch).map_err(|error| broken(error.to_string()))?;
    screen::out(&format!("\n\nA wrong one: {}\n\n", mutant.mutant.because));
    match grade(catalogue, &wrong, environment)? {
        Exit::BelowPass | Exit::Passed => {
            screen::out("\nThat is what a grading looks like. Now yours: gradus list\n");
            Ok(Exit::Passed)
        }
        other => Ok(other),
    }
}

/// How many points a mutant loses, by the checks that it fails and those that need them: the demo shows one that is clearly
/// wrong.
fn lost(mutant: &LoadedMutant, grader: &Grader) -> u32 {
    let mut lost: Vec<&str> = mutant.mutant.fails.iter().map(|id| id.value.as_str()).collect();
    let mut points = 0;
    for check in &grader.checks {
        let id = check.id.value.as_str();
        if !lost.contains(&id) && !check.needs.iter().any(|need| lost.contains(&need.value.as_str())) {
            continue;
        }
        lost.push(id);
        points += match check.worth {
            Worth::Points(points) | Worth::Bonus(points) => points,
            Worth::Gate => 0,
        };
    }
    points
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
        sandbox: None,
        build_network: Vec::new(),
        reader: Reader::Learner,
        catalogue: None,
    };
    check::run(|| Ok(catalogue), check, environment)
}
