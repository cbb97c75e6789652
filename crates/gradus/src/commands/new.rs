//! `gradus new`: an exercise to begin with, whose check, solution and mutant work.

use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use std::fs;
use std::path::{Path, PathBuf};

/// Where each file goes, and what stands in it; `SLUG` and `TITLE` are replaced.
const FILES: &[(&str, &str)] = &[
    ("exercises/SLUG/exercise.toml", include_str!("../../templates/new/exercise/exercise.toml")),
    ("exercises/SLUG/README.md", include_str!("../../templates/new/exercise/README.md")),
    ("exercises/SLUG/openapi.yaml", include_str!("../../templates/new/exercise/openapi.yaml")),
    (
        "exercises/SLUG/starters/python/gradus.toml",
        include_str!("../../templates/new/exercise/starters/python/gradus.toml"),
    ),
    (
        "exercises/SLUG/starters/python/app.py",
        include_str!("../../templates/new/exercise/starters/python/app.py"),
    ),
    ("graders/SLUG/grader.yaml", include_str!("../../templates/new/grader/grader.yaml")),
    (
        "graders/SLUG/solutions/python/gradus.toml",
        include_str!("../../templates/new/grader/solutions/python/gradus.toml"),
    ),
    (
        "graders/SLUG/solutions/python/app.py",
        include_str!("../../templates/new/grader/solutions/python/app.py"),
    ),
    (
        "graders/SLUG/mutants/greets-nobody/mutant.toml",
        include_str!("../../templates/new/grader/mutants/greets-nobody/mutant.toml"),
    ),
    (
        "graders/SLUG/mutants/greets-nobody/change.patch",
        include_str!("../../templates/new/grader/mutants/greets-nobody/change.patch"),
    ),
];

/// Writes the files below `root`, which holds `exercises` and `graders` or will hold them. Nothing is overwritten.
pub fn run(root: Option<&Path>, slug: &str, environment: &Environment) -> Result<Exit, Problem> {
    let usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() || !slug.chars().all(usable) {
        return Err(Problem::new(Exit::Usage, format!("`{slug}` is no name for an exercise"))
            .way_out("Use a-z, 0-9 and -."));
    }
    let root =
        root.map_or_else(|| environment.current_dir.clone(), |root| environment.current_dir.join(root));
    let files: Vec<(PathBuf, String)> = FILES
        .iter()
        .map(|(path, text)| {
            let text = text.replace("SLUG", slug).replace("TITLE", &title(slug));
            (root.join(path.replace("SLUG", slug)), text)
        })
        .collect();
    for folder in [root.join("exercises").join(slug), root.join("graders").join(slug)] {
        if folder.exists() {
            return Err(Problem::new(Exit::Usage, format!("{} is there already", folder.display()))
                .way_out("Take another name, or remove that folder first."));
        }
    }
    for (path, text) in &files {
        write(path, text).map_err(|error| {
            Problem::new(Exit::Machine, format!("{} could not be written: {error}", path.display()))
        })?;
    }
    screen::out(&format!(
        "\n  exercises/{slug}/   what a learner reads\n  graders/{slug}/     checks, a solution, a mutant\n\n  next: gradus verify {slug}\n\n"
    ));
    Ok(Exit::Passed)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

/// `rest-shelf` → `Rest shelf`
fn title(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
