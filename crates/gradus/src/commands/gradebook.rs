//! `gradus gradebook`: the class as a table, as files for other systems and as a page; what changed; what is said by hand.

mod diff;
mod explain;
pub mod export;
mod hand;
pub mod policy;
mod show;

use crate::arguments::class::{Gradebook as Arguments, GradebookCommand};
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use gradus_batch::gradebook::{Gradebook, GradebookError};
use gradus_model::class::{Change, Class};

pub fn run(arguments: &Arguments, environment: &Environment) -> Result<Exit, Problem> {
    let path = environment.current_dir.join(&arguments.gradebook);
    let mut book = Gradebook::open_existing(&path).map_err(problem)?;
    let slug = exercise(&book, arguments.slug.as_deref())?;
    match &arguments.command {
        GradebookCommand::Show { policy } => {
            policy::keep(&mut book, &slug, &policy::read(policy)?)?;
            show::run(&class(&book, &slug)?.0, environment);
        }
        GradebookCommand::Export { format, out, assignment, policy } => {
            policy::keep(&mut book, &slug, &policy::read(policy)?)?;
            let out = out.as_ref().map(|out| environment.current_dir.join(out));
            export::run(&book, &slug, *format, out.as_deref(), assignment.as_deref())?;
        }
        GradebookCommand::Diff { run, with } => diff::run(&book, &slug, (*run, *with), environment)?,
        GradebookCommand::Explain { student, json } => {
            explain::run(&book, &slug, student, *json, environment)?;
        }
        GradebookCommand::Note { student, text } => hand::note(&mut book, &slug, student, text)?,
        GradebookCommand::Adjust { student, undo: true, .. } => hand::undo(&mut book, &slug, student)?,
        GradebookCommand::Adjust { student, by, to, reason, .. } => {
            let change = by.map(Change::By).or(to.map(Change::To));
            hand::adjust(&mut book, &slug, student, change, reason.as_deref())?;
        }
    }
    Ok(Exit::Passed)
}

/// The exercise that was named, or the one that was graded last.
fn exercise(book: &Gradebook, asked: Option<&str>) -> Result<String, Problem> {
    let known = book.exercises().map_err(problem)?;
    let missing = || {
        Problem::new(Exit::Usage, "the gradebook holds no grading yet")
            .way_out("First: gradus batch SLUG SOURCE")
    };
    let latest = known.first().ok_or_else(missing)?;
    match asked {
        None => Ok(latest.clone()),
        Some(slug) if known.iter().any(|known| known == slug) => Ok(slug.to_owned()),
        Some(slug) => Err(Problem::new(Exit::Usage, format!("the gradebook holds no grading of `{slug}`"))
            .way_out(format!("It has: {}", known.join(", ")))),
    }
}

/// The class, and the gradings that count.
pub fn class(book: &Gradebook, slug: &str) -> Result<(Class, Vec<i64>), Problem> {
    let policy = book.policy(slug).map_err(problem)?;
    let class = book.class(slug, &policy).map_err(problem)?;
    class.ok_or_else(|| Problem::new(Exit::Usage, format!("the gradebook holds no grading of `{slug}`")))
}

/// What is wrong with a gradebook, and the way out.
pub fn problem(error: GradebookError) -> Problem {
    let (exit, way_out) = match &error {
        GradebookError::Missing(_) => {
            (Exit::Usage, "`gradus batch SLUG SOURCE` makes one; --gradebook FILE names another.")
        }
        GradebookError::NotOne(_) => (Exit::Usage, "Name a gradebook with --gradebook FILE."),
        GradebookError::Newer { .. } => {
            (Exit::Usage, "Use that newer Gradus, or name another file with --gradebook FILE.")
        }
        GradebookError::Busy(_) => {
            (Exit::Usage, "Wait until it has ended; looking at the gradebook meanwhile is fine.")
        }
        GradebookError::Lock { .. } | GradebookError::Sqlite(_) => {
            (Exit::Machine, "Is there room, and may you write there?")
        }
    };
    Problem::new(exit, error).way_out(way_out)
}
