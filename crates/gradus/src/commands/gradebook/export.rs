//! `gradus gradebook export`: marks as files for other systems, the class as a page with one for each learner beside it.

use super::{class, problem};
use crate::arguments::class::ExportFormat;
use crate::commands::check::write_whole;
use crate::exit::{Exit, Problem};
use crate::screen;
use gradus_batch::gradebook::Gradebook;
use gradus_model::class::{Class, mark};
use gradus_model::redact::{Audience, redact};
use gradus_model::report::Report;
use gradus_report::{class as sheets, html, json};
use std::collections::HashSet;
use std::path::Path;

/// Where the learners' pages lie, beside the class's.
const LEARNERS: &str = "learners";

pub fn run(
    book: &Gradebook,
    slug: &str,
    format: ExportFormat,
    out: Option<&Path>,
    assignment: Option<&str>,
) -> Result<(), Problem> {
    if format == ExportFormat::Html {
        let out = out.ok_or_else(|| {
            Problem::new(Exit::Usage, "a page needs a folder to lie in").way_out("Add --out DIR.")
        })?;
        return pages(book, slug, out);
    }
    let (class, _) = class(book, slug)?;
    let text = match format {
        ExportFormat::Csv => sheets::csv(&class),
        ExportFormat::Moodle => sheets::moodle(&class),
        ExportFormat::Canvas => sheets::canvas(&class, assignment.unwrap_or(&class.exercise.title)),
        ExportFormat::Html => String::new(),
    };
    match out {
        None => screen::out(&text),
        Some(path) => write(path, &text)?,
    }
    tell_left_out(&class);
    Ok(())
}

/// Writes the page of a class, and one for each learner.
pub fn pages(book: &Gradebook, slug: &str, folder: &Path) -> Result<(), Problem> {
    let (class, gradings) = class(book, slug)?;
    let mut names = HashSet::new();
    let mut links = Vec::new();
    for (row, grading) in class.rows.iter().zip(gradings) {
        let Some(report) = report(book, grading)? else {
            links.push(None);
            continue;
        };
        let link = format!("{LEARNERS}/{}.html", name(&row.student, &mut names));
        write(&folder.join(&link), &html::write(&redact(report, Audience::Learner)))?;
        links.push(Some(link));
    }
    let page = folder.join("index.html");
    write(&page, &sheets::html(&class, &links))?;
    screen::out(&format!("The class: {}\n", page.display()));
    Ok(())
}

/// The report of a grading.
pub fn report(book: &Gradebook, grading: i64) -> Result<Option<Report>, Problem> {
    let Some(text) = book.report(grading).map_err(problem)? else { return Ok(None) };
    json::read(&text).map(Some).map_err(|why| {
        Problem::new(Exit::Machine, format!("grading {grading} has a report that can't be read: {why}"))
    })
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    write_whole(path, text).map_err(|error| {
        Problem::new(Exit::Machine, format!("{} could not be written: {error}", path.display()))
    })
}

/// Whoever gets no mark is named, so that nobody is forgotten.
fn tell_left_out(class: &Class) {
    let left_out: Vec<&str> =
        class.rows.iter().filter(|row| mark(row).is_none()).map(|row| row.student.as_str()).collect();
    if !left_out.is_empty() {
        let names = gradus_report::terminal::sanitize_line(&left_out.join(", "));
        screen::err(&format!("without a mark, as they were refused or could not be judged: {names}\n"));
    }
}

/// A name for a file that is one everywhere, and tells nothing of folders.
fn name(student: &str, taken: &mut HashSet<String>) -> String {
    let plain = |character: char| {
        if character.is_ascii_alphanumeric() || "-_@".contains(character) { character } else { '_' }
    };
    let name: String = student.chars().take(80).map(plain).collect();
    let mut unique = name.clone();
    let mut number = 2;
    // Some file systems do not tell capitals from small letters.
    while !taken.insert(unique.to_ascii_lowercase()) {
        unique = format!("{name}-{number}");
        number += 1;
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_or_hides_another() {
        let mut taken = HashSet::new();
        let names: Vec<String> = ["ada", "ADA", "../../x", "a/b", "a_b", "ä@b.org", ""]
            .iter()
            .map(|id| name(id, &mut taken))
            .collect();
        assert_eq!(names, ["ada", "ADA-2", "______x", "a_b", "a_b-2", "_@b_org", ""]);
    }
}
