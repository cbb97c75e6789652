//! What a careful reviewer would say of an exercise that is no mistake: things that hold, and could be better.

mod claims;
mod haste;

use gradus_intake::catalogue::{Catalogue, CatalogueError, LoadedExercise, LoadedGrader};
use gradus_model::grader::{Action, Check, Grader, Step, Visibility};
use std::collections::BTreeSet;

/// A remark about a part of an exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// A check's id, or a file.
    pub about: String,
    /// One sentence without a full stop.
    pub says: String,
}

/// How many mutants a grader should have at least.
const FEW_MUTANTS: usize = 6;

/// Every remark, in the order of the grader's file.
pub fn lint(
    catalogue: &Catalogue,
    exercise: &LoadedExercise,
    grader: &LoadedGrader,
) -> Result<Vec<Remark>, CatalogueError> {
    let slug = &exercise.exercise.slug;
    let mutants = catalogue.mutants(slug)?;
    let caught: BTreeSet<&str> =
        mutants.iter().flat_map(|mutant| &mutant.mutant.fails).map(|id| id.value.as_str()).collect();
    let read = |name: &str| std::fs::read_to_string(exercise.dir.join(name)).unwrap_or_default();
    let contract = exercise.exercise.contract.as_deref().map_or_else(String::new, read);
    let told = read("README.md") + &contract;
    let mut remarks: Vec<Remark> = Vec::new();
    for check in &grader.grader.checks {
        remarks.extend(of_check(check, &caught, &told));
    }
    let mut say = |about: &str, says: String| remarks.push(Remark { about: about.to_owned(), says });
    for set in grader.grader.data.iter().filter(|set| !is_asked(&grader.grader, &set.name.value)) {
        say("grader.yaml", format!("no query is run on the data set `{}`", set.name.value));
    }
    if mutants.len() < FEW_MUTANTS {
        say(
            "mutants",
            format!("there are {}; with fewer than {FEW_MUTANTS}, much may go unnoticed", mutants.len()),
        );
    }
    let solutions = catalogue.solutions(slug)?;
    if solutions.len() < 2 {
        say("solutions", "one solution shows what one person thought of; a second in another language finds what the grader takes for granted".to_owned());
    }
    if grader.grader.checks.iter().all(|check| check.visibility == Visibility::Visible) {
        say("grader.yaml", "no check is hidden, so a submission may answer just what is asked".to_owned());
    }
    if catalogue.starters(slug)?.is_empty() {
        say("starters", "a learner has nothing to start from".to_owned());
    }
    Ok(remarks)
}

fn is_asked(grader: &Grader, set: &str) -> bool {
    let mut steps = grader.checks.iter().flat_map(Check::every_step);
    steps.any(|step| matches!(&step.action, Action::Select(select) if select.data.value == set))
}

fn of_check(check: &Check, caught: &BTreeSet<&str>, told: &str) -> Vec<Remark> {
    let mut says: Vec<String> = Vec::new();
    if !caught.contains(check.id.value.as_str()) {
        says.push("no mutant fails it, so nobody knows whether anything does".to_owned());
    }
    if check.hint.is_none() && check.visibility == Visibility::Visible {
        says.push("it has no hint".to_owned());
    }
    let unknown =
        check.every_step().into_iter().filter_map(|step| unknown_path(step, told)).collect::<BTreeSet<_>>();
    for path in unknown {
        says.push(format!("neither the README nor the contract tells of {path}"));
    }
    if claims::is_untold(&check.claim, told) {
        says.push("neither the README nor the contract has a word of what it claims".to_owned());
    }
    let steps = check.every_step();
    for file in steps.into_iter().filter_map(|step| unknown_file(step, told)).collect::<BTreeSet<_>>() {
        says.push(format!("the README does not tell of {file}"));
    }
    for bound in haste::of_check(check) {
        says.push(format!("`{bound}` is below a second: it judges the machine, not the submission"));
    }
    says.into_iter().map(|says| Remark { about: check.id.value.clone(), says }).collect()
}

/// The first segment of a path that a learner is told nowhere.
fn unknown_path(step: &Step, told: &str) -> Option<String> {
    let Action::Request(request) = &step.action else { return None };
    let text = request.outgoing.path.literal()?;
    let first = text.split(['?', '#']).next()?.trim_start_matches('/').split('/').next()?;
    // What nobody tells of is often asked for on purpose, and answered with an error.
    let is_error = request.expect.status.is_none();
    (!first.is_empty() && !is_error && !told.contains(&format!("/{first}")) && expects_success(step))
        .then(|| format!("/{first}"))
}

/// A file of the submission of which a learner is told nowhere.
fn unknown_file(step: &Step, told: &str) -> Option<String> {
    let Action::Select(select) = &step.action else { return None };
    let file = &select.file.value;
    (!told.contains(file.as_str())).then(|| file.clone())
}

fn expects_success(step: &Step) -> bool {
    use gradus_model::json::Json;
    use gradus_model::pattern::PatternKind;
    let Action::Request(request) = &step.action else { return false };
    let status = request.expect.status.as_ref().map(|pattern| &pattern.kind);
    matches!(status, Some(PatternKind::Scalar(Json::Number(status))) if status.starts_with('2'))
}
