//! `gradus similar`: which submissions of a class are alike, as a table and side by side.

use crate::arguments::class::Similar;
use crate::commands::batch::class_in;
use crate::commands::check::write_whole;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use crate::subject;
use gradus_batch::Scratch;
use gradus_intake::catalogue::Catalogue;
use gradus_intake::class::take;
use gradus_intake::tree;
use gradus_report::beside::{self, Beside, File, Ranked};
use gradus_report::terminal::sanitize_line;
use gradus_similar::{Pair, Program, Source, Stretch, rank, stretches};
use std::path::Path;

/// Larger files are made by programs.
const LARGEST: u64 = 512 << 10;
/// What is no program: prose, data, and what tools write.
const PASSED_OVER: [&str; 16] = [
    "md", "txt", "rst", "json", "lock", "csv", "toml", "yaml", "yml", "xml", "html", "css", "svg", "sum",
    "mod", "log",
];

pub fn run(catalogue: &Catalogue, similar: &Similar, environment: &Environment) -> Result<Exit, Problem> {
    let exercise = subject::exercise(catalogue, &similar.slug)?;
    let place = tempfile::tempdir().map_err(|error| Problem::new(Exit::Machine, error))?;
    let scratch =
        Scratch::beside(&place.path().join("class")).map_err(|error| Problem::new(Exit::Machine, error))?;
    let class = class_in(&environment.current_dir.join(&similar.source), &scratch)?;
    let mut programs = Vec::new();
    for (index, submission) in class.submissions.iter().enumerate() {
        let folder =
            scratch.folder(&index.to_string()).map_err(|error| Problem::new(Exit::Machine, error))?;
        match take(&submission.source, &folder) {
            Ok(taken) => {
                let sources = sources(&taken.folder)?;
                let label = if submission.label.is_empty() {
                    String::new()
                } else {
                    format!("@{}", submission.label)
                };
                programs.push(Program { name: format!("{}{label}", submission.student.id), sources });
            }
            Err(why) => {
                let what = format!("passed over: {}: {why}", submission.student.id);
                screen::err(&format!("{}\n", sanitize_line(&what)));
            }
        }
        // Its text is all that is still needed of it.
        let _ = std::fs::remove_dir_all(&folder);
    }
    let mut given = Vec::new();
    for (_, starter) in catalogue
        .starters(&similar.slug)
        .map_err(|error| subject::catalogue_problem(error, Exit::GraderBroken))?
    {
        given.extend(sources(&starter)?);
    }
    let pairs = rank(&programs, &given);
    let shown = &pairs[..pairs.len().min(similar.top.into())];
    screen::out(&table(shown, &programs));
    if let Some(out) = &similar.out {
        let page =
            pages(&environment.current_dir.join(out), &exercise.exercise.title, shown, (&programs, &given))?;
        screen::out(&format!("Side by side: {page}\n"));
    }
    Ok(Exit::Passed)
}

/// The texts that are programs, of a folder that is a submission or a starter.
fn sources(folder: &Path) -> Result<Vec<Source>, Problem> {
    let files = tree::files(folder).map_err(|error| Problem::new(Exit::Machine, error))?;
    let is_program = |path: &Path| {
        let end = path.extension().map(|end| end.to_string_lossy().to_ascii_lowercase());
        end.is_some_and(|end| !PASSED_OVER.contains(&end.as_str()))
    };
    let programs = files.into_iter().filter(|(path, entry)| entry.length <= LARGEST && is_program(path));
    Ok(programs
        .filter_map(|(path, entry)| {
            // What is no text is no program either.
            let text = std::fs::read_to_string(&entry.path).ok()?;
            Some(Source { path: path.display().to_string(), text })
        })
        .collect())
}

fn table(pairs: &[Pair], programs: &[Program]) -> String {
    if pairs.is_empty() {
        return "No two share more than any two would.\n".to_owned();
    }
    let mut text = "alike  tokens  pair\n".to_owned();
    for pair in pairs {
        let names = format!(
            "{}  {}",
            sanitize_line(&programs[pair.one].name),
            sanitize_line(&programs[pair.other].name)
        );
        text.push_str(&format!("{:>3} %  {:>6}  {names}\n", pair.percent, pair.shared));
    }
    text + "A high figure is a reason to look, and no proof.\n"
}

fn pages(
    folder: &Path,
    title: &str,
    pairs: &[Pair],
    (programs, given): (&[Program], &[Source]),
) -> Result<String, Problem> {
    let write = |path: &Path, text: &str| {
        write_whole(path, text).map_err(|error| {
            Problem::new(Exit::Machine, format!("{} could not be written: {error}", path.display()))
        })
    };
    let mut ranked = Vec::new();
    for (index, pair) in pairs.iter().enumerate() {
        let link = format!("pair-{}.html", index + 1);
        let (one, other) = (&programs[pair.one], &programs[pair.other]);
        let entry = Ranked {
            names: [one.name.clone(), other.name.clone()],
            percent: pair.percent,
            shared: pair.shared,
            link: Some(link.clone()),
        };
        let alike = stretches(one, other, given);
        let beside = Beside {
            ranked: entry.clone(),
            files: [files(one, &alike, |stretch| stretch.one), files(other, &alike, |stretch| stretch.other)],
            stretches: alike.len(),
        };
        write(&folder.join(link), &beside::html(&beside))?;
        ranked.push(entry);
    }
    let index = folder.join("index.html");
    write(&index, &beside::ranking(title, &ranked))?;
    Ok(index.display().to_string())
}

fn files(program: &Program, alike: &[Stretch], side: impl Fn(&Stretch) -> (usize, u32, u32)) -> Vec<File> {
    let of = |file: usize| {
        let numbered = alike.iter().enumerate().map(|(index, stretch)| (index + 1, side(stretch)));
        numbered
            .filter(|(_, (of, ..))| *of == file)
            .map(|(number, (_, from, to))| (from, to, number))
            .collect()
    };
    let sources = program.sources.iter().enumerate();
    sources
        .map(|(index, source)| File {
            path: source.path.clone(),
            text: source.text.clone(),
            alike: of(index),
        })
        .collect()
}
