//! `gradus start`: a starter in a new folder. Nothing is ever overwritten.

use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use crate::subject;
use gradus_intake::catalogue::Catalogue;
use gradus_intake::start;
use std::path::PathBuf;

pub fn run(
    catalogue: &Catalogue,
    slug: &str,
    language: &str,
    dir: Option<PathBuf>,
    environment: &Environment,
) -> Result<Exit, Problem> {
    let loaded = subject::exercise(catalogue, slug)?;
    let dir = dir.unwrap_or_else(|| PathBuf::from(slug));
    let into = environment.current_dir.join(&dir);
    let files =
        start::start(catalogue, slug, language, &into).map_err(|error| Problem::new(Exit::Usage, error))?;
    let mut text = format!("{} in {}:\n", loaded.exercise.title, dir.display());
    for file in files {
        text.push_str(&format!("  {}\n", file.display()));
    }
    text.push_str(&format!("\nRead README.md, then:\n  cd {}\n  gradus check --watch\n", dir.display()));
    screen::out(&text);
    Ok(Exit::Passed)
}
