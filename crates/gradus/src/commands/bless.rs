//! `gradus bless`: what a right solution answers, written into a grader's files of expected output once a person agrees.

use crate::arguments::Bless;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::means::{Means, interrupt_on_signals, runtime};
use crate::screen;
use crate::subject;
use gradus_grade::Interrupt;
use gradus_intake::catalogue::Catalogue;
use gradus_model::outcome::DiffLine;
use gradus_verify::{Blessing, bless};
use std::io::IsTerminal;
use std::path::Path;

/// Shows what differs, asks, and writes.
pub fn run(catalogue: &Catalogue, arguments: &Bless, environment: &Environment) -> Result<Exit, Problem> {
    let slug = &arguments.slug;
    let exercise = subject::exercise(catalogue, slug)?;
    let grader = catalogue
        .grader_to_bless(slug)
        .map_err(|error| subject::catalogue_problem(error, Exit::GraderBroken))?
        .ok_or_else(|| Problem::new(Exit::GraderBroken, format!("`{slug}` has no grader here")))?;
    let solutions = catalogue.solutions(slug).map_err(|error| Problem::new(Exit::Usage, error))?;
    let known: Vec<String> = solutions.iter().map(|(name, _)| name.clone()).collect();
    let wanted = |name: &str| arguments.of.as_ref().is_none_or(|of| of == name);
    let solution = solutions.into_iter().find(|(name, _)| wanted(name)).ok_or_else(|| {
        let of = arguments.of.as_deref().unwrap_or("");
        Problem::new(Exit::Usage, format!("{slug} has no solution {of}"))
            .way_out(format!("It has: {}", known.join(", ")))
    })?;
    let interrupt = Interrupt::default();
    let blessings = runtime()?.block_on(async {
        interrupt_on_signals(&interrupt);
        let means = Means::new(None).await?;
        let workshop = means.workshop(environment)?;
        bless(&exercise, &grader, solution, &workshop, &interrupt)
            .await
            .map_err(|error| Problem::new(Exit::GraderBroken, error))
    })?;
    if blessings.is_empty() {
        screen::out("every file of expected output holds; there is nothing to write\n");
        return Ok(Exit::Passed);
    }
    for blessing in &blessings {
        screen::out(&shown(blessing, environment.color_out));
    }
    let count = match blessings.len() {
        1 => "1 file".to_owned(),
        many => format!("{many} files"),
    };
    if arguments.check {
        return Err(Problem::new(Exit::GraderBroken, format!("{count} of expected output would change"))
            .way_out(format!("Look at the difference, then write it with: gradus bless {slug}")));
    }
    if !arguments.yes && !agreed(&count)? {
        screen::out("nothing was written\n");
        return Ok(Exit::Passed);
    }
    for blessing in &blessings {
        write(&grader.dir, blessing)
            .map_err(|error| Problem::new(Exit::Machine, format!("{}: {error}", blessing.path)))?;
    }
    screen::out(&format!("wrote {count}; `gradus verify {slug}` tells whether the grader still holds\n"));
    Ok(Exit::Passed)
}

/// Asks a person.
fn agreed(count: &str) -> Result<bool, Problem> {
    if !std::io::stdin().is_terminal() {
        return Err(Problem::new(Exit::Usage, "nobody is here to be asked")
            .way_out("Write without being asked with --yes, or only look with --check."));
    }
    screen::out(&format!("write {count}? [y/N] "));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| Problem::new(Exit::Machine, error))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn shown(blessing: &Blessing, color: bool) -> String {
    let paint = |code: &str, text: String| {
        if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text }
    };
    let new = if blessing.before.is_none() { " (new)" } else { "" };
    let mut text = format!("\n{}\n", paint("1", format!("{}{new}", blessing.path)));
    for line in &blessing.difference {
        let line = match line {
            DiffLine::Same(line) => format!("    {line}"),
            DiffLine::Missing(line) => paint("31", format!("  - {line}")),
            DiffLine::Extra(line) => paint("32", format!("  + {line}")),
            DiffLine::Gap(lines) => format!("    … {lines} more lines"),
        };
        text.push_str(&(line + "\n"));
    }
    text + "\n"
}

fn write(folder: &Path, blessing: &Blessing) -> std::io::Result<()> {
    let path = folder.join(&blessing.path);
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)?;
    let mut file = tempfile::NamedTempFile::new_in(parent)?;
    std::io::Write::write_all(&mut file, blessing.after.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
