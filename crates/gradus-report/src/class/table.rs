//! A class as a table for a terminal, with those on top that ask to be looked at.

use super::harmless::harmless;
use super::{attention, standing, untimed, why};
use crate::terminal::Style;
use crate::terminal::paint::Paint;
use crate::words::shorten;
use gradus_model::class::{Cell, Class, Mark, Row, Standing, mark, mean, median};

/// The table and a few lines of sums.
pub fn table(class: &Class, style: &Style) -> String {
    let class = harmless(class);
    let paint = Paint(style.color);
    let width = class.rows.iter().map(|row| called(row).chars().count()).max().unwrap_or(7).clamp(7, 32);
    let mut text = format!("{}\n\n", paint.bold(&class.exercise.title));
    let header = format!("  {:width$}  {:>9}  {:>5}  checks", "learner", "points", "%");
    text.push_str(&paint.dim(&header));
    text.push('\n');
    let (marked, unmarked): (Vec<&Row>, Vec<&Row>) =
        class.by_attention().into_iter().partition(|row| mark(row).is_some());
    for row in marked {
        text.push_str(&line(&class, row, width, paint, style.width));
    }
    if !unmarked.is_empty() {
        text.push_str(&format!("\n  {}\n", paint.bold("Without a mark")));
        for row in unmarked {
            text.push_str(&line(&class, row, width, paint, style.width));
        }
    }
    text + "\n" + &sums(&class)
}

fn called(row: &Row) -> String {
    let name = row.name.as_ref().map_or_else(String::new, |name| format!(" {name}"));
    format!("{}{name}", row.student)
}

fn line(class: &Class, row: &Row, width: usize, paint: Paint, columns: usize) -> String {
    let sign = match row.standing {
        Standing::Passed => paint.green("✓"),
        Standing::Failed => paint.red("✗"),
        Standing::Incomplete(_) | Standing::Refused(_) => paint.yellow("!"),
    };
    let (points, percent) = match mark(row) {
        Some(mark) => (format!("{mark}/{}", mark.maximum), mark.percent().to_string()),
        None => ("–".to_owned(), "–".to_owned()),
    };
    let cells: String = row.cells.iter().map(|cell| sign_of(*cell, paint)).collect();
    let name = shorten(&called(row), width);
    let mut line = format!("{sign} {name:width$}  {points:>9}  {percent:>5}  {cells}");
    let mut notes = vec![attention(row)];
    notes.extend(why(row).map(str::to_owned));
    notes.extend(
        row.late
            .map(|late| format!("{} % off", late.off))
            .filter(|_| row.late.is_some_and(|late| late.off > 0)),
    );
    notes.extend((!row.adjustments.is_empty()).then(|| "changed by hand".to_owned()));
    notes.extend((!row.notes.is_empty()).then(|| "noted".to_owned()));
    notes.retain(|note| !note.is_empty());
    if !notes.is_empty() {
        let room = columns.saturating_sub(width + 24 + class.checks.len()).max(24);
        line.push_str(&format!("  {}", paint.yellow(&shorten(&notes.join("; "), room))));
    }
    line + "\n"
}

fn sign_of(cell: Cell, paint: Paint) -> String {
    match cell {
        Cell::Passed => "·".to_owned(),
        Cell::Failed => paint.red("x"),
        Cell::Skipped => paint.dim("-"),
        Cell::Broken => paint.magenta("!"),
        Cell::Unstable => paint.yellow("~"),
        Cell::Unknown => " ".to_owned(),
    }
}

fn sums(class: &Class) -> String {
    let count = |word: &str| class.rows.iter().filter(|row| standing(row) == word).count();
    let counted = ["passed", "failed", "not judged", "refused"].map(|word| (count(word), word));
    let counted =
        counted.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    let marks: Vec<Mark> = class.rows.iter().filter_map(mark).collect();
    let mut text = format!("{} learners: {}.", class.rows.len(), counted.collect::<Vec<_>>().join(", "));
    if let (Some(mean), Some(median)) = (mean(&marks), median(&marks)) {
        text.push_str(&format!(" Mean {mean} %, median {median} %, passed from {} %.", class.pass));
    }
    if let Some(untimed) = untimed(class) {
        text.push_str(&format!("\n{untimed}"));
    }
    text.push_str("\n· passed   x failed   - not tried   ~ unstable   ! not judged\n");
    for (index, check) in class.checks.iter().enumerate() {
        let (passed, all) = class.passed(index);
        if all > 0 && passed * 2 < all {
            text.push_str(&format!("Fewer than half pass {}: {}\n", check.id, check.claim));
        }
    }
    text
}
