//! Marks as CSV files for spreadsheets, Moodle and Canvas. What somebody else wrote is text there, never a formula.

use super::{attention, standing, why};
use crate::clean::sanitize_line;
use csv::{Terminator, Writer, WriterBuilder};
use gradus_model::class::{Cell, Change, Class, Row, mark};

/// A table with everything.
pub fn csv(class: &Class) -> String {
    let mut header = vec![
        "student",
        "name",
        "label",
        "standing",
        "mark",
        "maximum",
        "percent",
        "earned",
        "late_percent_off",
        "attention",
        "why",
        "adjustments",
        "notes",
        "graded",
        "digest",
    ]
    .into_iter()
    .map(str::to_owned)
    .collect::<Vec<_>>();
    header.extend(class.checks.iter().map(|check| text(&check.id)));
    let mut sheet = Sheet::new(&header);
    for row in &class.rows {
        let mark = mark(row);
        let mut cells = vec![
            text(&row.student),
            text(row.name.as_deref().unwrap_or_default()),
            text(&row.label),
            standing(row).to_owned(),
            mark.map_or_else(String::new, |mark| mark.to_string()),
            mark.map_or_else(String::new, |mark| mark.maximum.to_string()),
            mark.map_or_else(String::new, |mark| mark.percent().to_string()),
            mark.map_or_else(String::new, |_| row.score.earned.to_string()),
            row.late.map_or_else(String::new, |late| late.off.to_string()),
            text(&attention(row)),
            text(why(row).unwrap_or_default()),
            text(&adjustments(row)),
            text(&row.notes.join("; ")),
            row.graded.clone(),
            row.digest.clone(),
        ];
        cells.extend(row.cells.iter().map(|cell| word(*cell).to_owned()));
        sheet.row(&cells);
    }
    sheet.text()
}

/// Moodle's grading worksheet: it finds learners by `Identifier`, and takes no file without `Grade` and `Last modified (grade)`.
pub fn moodle(class: &Class) -> String {
    let header =
        ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"];
    let mut sheet = Sheet::new(&header.map(str::to_owned));
    for (row, id) in marked(class) {
        let Some(mark) = mark(row) else { continue };
        let cells = [
            text(&format!("Participant {id}")),
            text(row.name.as_deref().unwrap_or_default()),
            mark.to_string(),
            mark.maximum.to_string(),
            row.graded.clone(),
            text(&comment(class, row)),
        ];
        sheet.row(&cells);
    }
    sheet.text()
}

/// Canvas's gradebook: it finds learners by `ID`, or by `SIS Login ID` where there is no number.
pub fn canvas(class: &Class, assignment: &str) -> String {
    let header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"].map(str::to_owned);
    let mut sheet = Sheet::new(&[&header[..], &[text(assignment)]].concat());
    let maximum = class.rows.iter().filter_map(mark).map(|mark| mark.maximum).max().unwrap_or(0);
    let blank = String::new;
    sheet.row(&["    Points Possible".to_owned(), blank(), blank(), blank(), blank(), maximum.to_string()]);
    for (row, id) in marked(class) {
        let Some(mark) = mark(row) else { continue };
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        let (number, login) = if is_number { (text(id), blank()) } else { (blank(), text(id)) };
        let name = text(row.name.as_deref().unwrap_or(id));
        sheet.row(&[name, number, blank(), login, blank(), mark.to_string()]);
    }
    sheet.text()
}

/// Rows that have a mark; of a group, one for each of its members.
fn marked(class: &Class) -> Vec<(&Row, &str)> {
    let rows = class.rows.iter().filter(|row| mark(row).is_some());
    let of_each = |row| -> Vec<(&Row, &str)> {
        let row: &Row = row;
        if row.members.is_empty() {
            vec![(row, row.student.as_str())]
        } else {
            row.members.iter().map(|member| (row, member.as_str())).collect()
        }
    };
    rows.flat_map(of_each).collect()
}

/// What a learner may read: which checks held, and what lateness or the instructor changed.
fn comment(class: &Class, row: &Row) -> String {
    let failed: Vec<&str> = class
        .checks
        .iter()
        .zip(&row.cells)
        .filter(|(_, cell)| matches!(cell, Cell::Failed | Cell::Skipped | Cell::Unstable))
        .map(|(check, _)| check.claim.as_str())
        .collect();
    let mut said = vec![format!("{} of {} points.", row.score.earned, row.score.maximum)];
    if !failed.is_empty() {
        said.push(format!("Does not hold: {}.", failed.join("; ")));
    }
    if let Some(late) = row.late {
        said.push(format!("Late: {} % off.", late.off));
    }
    said.extend((!row.adjustments.is_empty()).then(|| format!("Changed: {}.", adjustments(row))));
    said.join(" ")
}

fn adjustments(row: &Row) -> String {
    let said = row.adjustments.iter().map(|adjustment| match adjustment.change {
        Change::By(points) => format!("{points:+} points ({})", adjustment.reason),
        Change::To(points) => format!("set to {points} points ({})", adjustment.reason),
    });
    said.collect::<Vec<_>>().join("; ")
}

fn word(cell: Cell) -> &'static str {
    match cell {
        Cell::Passed => "passed",
        Cell::Failed => "failed",
        Cell::Skipped => "skipped",
        Cell::Broken => "broken",
        Cell::Unstable => "unstable",
        Cell::Unknown => "",
    }
}

/// Text that no spreadsheet takes for a formula: an apostrophe before it says so. It is visible where nobody reads it so.
fn text(text: &str) -> String {
    let begins = text.trim_start_matches(' ').chars().next();
    // The wide ones are signs too where Chinese or Japanese is written.
    let is_formula =
        matches!(begins, Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
    let text = sanitize_line(text);
    if is_formula { format!("'{text}") } else { text }
}

struct Sheet(Writer<Vec<u8>>);

impl Sheet {
    fn new(header: &[String]) -> Self {
        let mut sheet = Self(WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new()));
        sheet.row(header);
        sheet
    }

    fn row(&mut self, cells: &[String]) {
        // Nothing can fail in memory, and all rows are as long as the header.
        let _ = self.0.write_record(cells);
    }

    fn text(self) -> String {
        let bytes = self.0.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_somebody_wrote_is_a_formula() {
        for (wrote, cell) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'␉=1"),
            ("\r=1", "'␍=1"),
            ("  =1", "'  =1"),
            ("＝1", "'＝1"),
            ("ada", "ada"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(text(wrote), cell, "{wrote:?}");
        }
    }
}
