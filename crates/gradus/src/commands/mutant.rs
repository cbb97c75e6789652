//! `gradus mutant record`: a changed copy of a solution becomes a mutant, with the checks that it fails.

use crate::arguments::Mutant;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::means::{Means, interrupt_on_signals, runtime};
use crate::screen;
use crate::subject;
use gradus_grade::Interrupt;
use gradus_intake::catalogue::Catalogue;
use gradus_intake::patch;
use gradus_verify::{Candidate, Kind, failures};
use std::path::Path;

pub fn run(catalogue: &Catalogue, command: Mutant, environment: &Environment) -> Result<Exit, Problem> {
    let Mutant::Record { slug, name, of, from, because } = command;
    let graded = subject::graded(catalogue, &slug)?;
    let usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(usable) {
        return Err(Problem::new(Exit::Usage, format!("`{name}` is no name for a mutant"))
            .way_out("Use a-z, 0-9 and -."));
    }
    let into = graded.grader.dir.join("mutants").join(&name);
    if into.exists() {
        return Err(Problem::new(Exit::Usage, format!("{} is there already", into.display()))
            .way_out("Take another name, or remove that folder first."));
    }
    let solutions = catalogue.solutions(&slug).map_err(|error| Problem::new(Exit::Usage, error))?;
    let (_, source) = solutions
        .into_iter()
        .find(|(stack, _)| *stack == of)
        .ok_or_else(|| Problem::new(Exit::Usage, format!("{slug} has no solution `{of}`")))?;
    let changed = subject::folder(&from, environment)?;
    let diff = patch::record(&source, &changed).map_err(|error| Problem::new(Exit::Usage, error))?;
    if diff.is_empty() {
        return Err(Problem::new(
            Exit::Usage,
            format!("{} does not differ from the solution", from.display()),
        ));
    }
    let candidate = Candidate {
        in_wasm: false,
        name: name.clone(),
        kind: Kind::Mutant { of: of.clone(), fails: Vec::new(), patch: diff.clone(), built: None },
        source,
    };
    let interrupt = Interrupt::default();
    let fails = runtime()?.block_on(async {
        interrupt_on_signals(&interrupt);
        let means = Means::new(None).await?;
        let workshop = means.workshop(environment)?;
        failures(&candidate, &graded.exercise, &graded.grader, &workshop, &interrupt)
            .await
            .map_err(|error| Problem::new(Exit::GraderBroken, error))
    })?;
    if fails.is_empty() {
        return Err(Problem::new(Exit::GraderBroken, "no check fails this mutant; nothing was written")
            .way_out("Add a check that catches it first."));
    }
    write(&into, &of, &fails, &because, &diff).map_err(|error| Problem::new(Exit::Machine, error))?;
    screen::out(&format!("{} fails {}\n", into.display(), fails.join(", ")));
    if fails == ["build"] {
        screen::err("It does not build: if that is not what it is about, remove it and mend the change.\n");
    }
    Ok(Exit::Passed)
}

fn write(into: &Path, of: &str, fails: &[String], because: &str, diff: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(into)?;
    let quote = |text: &str| format!("{text:?}");
    let fails: Vec<String> = fails.iter().map(|id| quote(id)).collect();
    let toml = format!("of = {}\nfails = [{}]\nbecause = {}\n", quote(of), fails.join(", "), quote(because));
    std::fs::write(into.join("mutant.toml"), toml)?;
    std::fs::write(into.join("change.patch"), diff)
}
