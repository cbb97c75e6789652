//! `gradus hint`: one next step for a check that failed.

use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use crate::subject;
use gradus_intake::cache::BuildCache;
use gradus_intake::catalogue::Catalogue;
use std::path::Path;

pub fn run(
    catalogue: &Catalogue,
    id: Option<String>,
    dir: &Path,
    exercise: Option<&str>,
    environment: &Environment,
) -> Result<Exit, Problem> {
    let folder = subject::folder(dir, environment)?;
    let said = subject::said(&folder).ok().flatten();
    let slug = subject::slug(exercise, said.as_deref(), dir)?;
    let graded = subject::graded(catalogue, &slug)?;
    let id = match id {
        Some(id) => id,
        None => last_failure(&folder, environment)?,
    };
    let check = graded.grader.grader.check(&id).ok_or_else(|| {
        Problem::new(Exit::Usage, format!("`{id}` is no check of {slug}"))
            .way_out(format!("`gradus show {slug}` lists them."))
    })?;
    let hint = check
        .hint
        .as_deref()
        .unwrap_or("There is no hint for this one: read the exercise's README.md once more.");
    screen::out(&format!("{}: {}\n\n  {hint}\n", check.id.value, check.claim));
    Ok(Exit::Passed)
}

fn last_failure(dir: &Path, environment: &Environment) -> Result<String, Problem> {
    let cache =
        BuildCache::open(&environment.cache, dir).map_err(|error| Problem::new(Exit::Machine, error))?;
    match std::fs::read_to_string(cache.home().join("last-failure")) {
        Ok(id) if !id.is_empty() => Ok(id),
        Ok(_) => {
            Err(Problem::new(Exit::Usage, "no check failed last time").way_out("Name one: gradus hint CHECK"))
        }
        Err(_) => {
            Err(Problem::new(Exit::Usage, "this submission was not checked yet")
                .way_out("First: gradus check"))
        }
    }
}
