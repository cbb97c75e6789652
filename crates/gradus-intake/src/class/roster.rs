//! A roster: a CSV file that says who handed in what. Its times are the course's, so that a deadline can be judged by them.

use super::{Class, ClassError, Source, Student, Submission};
use crate::{archive, moment};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::path::Path;

const COLUMNS: [&str; 6] = ["student", "name", "path", "repository", "revision", "submitted_at"];

pub fn read(file: &Path) -> Result<Class, ClassError> {
    let wrong = |line: u64, what: String| ClassError::Roster { path: file.to_owned(), line, what };
    let mut reader =
        ReaderBuilder::new().trim(Trim::All).from_path(file).map_err(|error| csv_error(file, &error))?;
    let header = reader.headers().map_err(|error| csv_error(file, &error))?.clone();
    // Spreadsheets mark their files with three bytes.
    let names: Vec<String> =
        header.iter().map(|name| name.trim_start_matches('\u{feff}').to_lowercase()).collect();
    if let Some(unknown) = names.iter().find(|name| !COLUMNS.contains(&name.as_str())) {
        let known = COLUMNS.join(", ");
        return Err(wrong(1, format!("there is no column `{unknown}`; a roster has: {known}")));
    }
    let column = |name: &str| names.iter().position(|known| known == name);
    let (student, path, repository) = (column("student"), column("path"), column("repository"));
    let Some(student) = student else { return Err(wrong(1, "the column `student` is missing".into())) };
    if path.is_none() == repository.is_none() {
        return Err(wrong(1, "a roster has either the column `path` or `repository`".into()));
    }
    let base = file.parent().unwrap_or(Path::new(""));
    let (mut submissions, mut passed_over) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| csv_error(file, &error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |index: Option<usize>| index.and_then(|index| text(&record, index));
        let Some(id) = cell(Some(student)) else { return Err(wrong(line, "the student is missing".into())) };
        let submitted_at = match cell(column("submitted_at")) {
            None => None,
            Some(time) => Some(moment::parse(&time).ok_or_else(|| {
                wrong(line, format!("`{time}` is no time with a zone, such as 2026-11-20T23:59:00+01:00"))
            })?),
        };
        let revision = cell(column("revision"));
        let Some(place) = cell(path).or_else(|| cell(repository)) else {
            passed_over.push((id, "the roster names nothing that was handed in".to_owned()));
            continue;
        };
        let place_here = base.join(&place);
        let source = if !place_here.exists() {
            Source::Refused(format!("there is no {place}"))
        } else if repository.is_some() {
            Source::Git { repository: place_here, revision: revision.clone() }
        } else if place_here.is_dir() {
            Source::Folder(place_here)
        } else if archive::stem(&place).is_some() {
            Source::Archive(place_here)
        } else {
            Source::Refused(format!("{place} is neither a folder nor an archive"))
        };
        submissions.push(Submission {
            student: Student { id, name: cell(column("name")), members: Vec::new() },
            label: revision.unwrap_or_default(),
            source,
            submitted_at,
        });
    }
    Ok(Class { layout: "a roster", submissions, passed_over })
}

fn text(record: &StringRecord, index: usize) -> Option<String> {
    record.get(index).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn csv_error(file: &Path, error: &csv::Error) -> ClassError {
    let line = error.position().map_or(1, csv::Position::line);
    ClassError::Roster { path: file.to_owned(), line, what: error.to_string() }
}
