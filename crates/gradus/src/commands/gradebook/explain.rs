//! `gradus gradebook explain`: how a learner's mark came about.

use super::{class, export, problem};
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use gradus_batch::gradebook::{Gradebook, Grading, Verdict};
use gradus_model::class::{Change, Row, mark};
use gradus_model::redact::{Audience, redact};
use gradus_report::terminal::{self, Style, sanitize_line};

/// So many characters of a digest tell it from others.
const DIGEST: usize = 12;

pub fn run(
    book: &Gradebook,
    slug: &str,
    student: &str,
    as_json: bool,
    environment: &Environment,
) -> Result<(), Problem> {
    let (class, gradings) = class(book, slug)?;
    let found = class.rows.iter().zip(gradings).find(|(row, _)| row.student == student);
    let (row, grading) = found.ok_or_else(|| unknown(student))?;
    if as_json {
        let json = book.report(grading).map_err(problem)?;
        screen::out(&json.unwrap_or_default());
        return Ok(());
    }
    let style = Style { color: environment.color_out, width: environment.width };
    if let Some(report) = export::report(book, grading)? {
        screen::out(&terminal::whole(&redact(report, Audience::Instructor), &style));
    }
    let history = book.gradings(slug, student).map_err(problem)?;
    screen::out(&made(row));
    screen::out(&gradings_of(&history, grading));
    if history.iter().any(|grading| grading.verdict == Verdict::Incomplete) {
        screen::out("What is not judged is graded again by the next batch.\n");
    }
    screen::out(&format!("As JSON: gradus gradebook explain {} --json\n", sanitize_line(student)));
    Ok(())
}

pub fn unknown(student: &str) -> Problem {
    Problem::new(Exit::Usage, format!("the gradebook knows no `{}`", sanitize_line(student)))
        .way_out("`gradus gradebook show` lists the learners.")
}

/// From the points of the checks to the mark.
fn made(row: &Row) -> String {
    let mut text = format!("Mark of {}\n", sanitize_line(&row.student));
    text.push_str(&format!("  checks: {} of {} points\n", row.score.earned, row.score.maximum));
    if let Some(late) = row.late {
        text.push_str(&format!("  late by {late}: {} % off\n", late.off));
    }
    for adjustment in &row.adjustments {
        let change = match adjustment.change {
            Change::By(points) => format!("{points:+} points"),
            Change::To(points) => format!("set to {points} points"),
        };
        text.push_str(&format!("  by hand: {change}: {}\n", sanitize_line(&adjustment.reason)));
    }
    text.push_str(&match mark(row) {
        Some(mark) => format!("  mark: {mark} of {} points, {} %\n", mark.maximum, mark.percent()),
        None => "  no mark\n".to_owned(),
    });
    for attention in &row.attention {
        text.push_str(&format!("  look at: {}\n", sanitize_line(&attention.to_string())));
    }
    for note in &row.notes {
        text.push_str(&format!("  note: {}\n", sanitize_line(note)));
    }
    text
}

fn gradings_of(gradings: &[Grading], counts: i64) -> String {
    let mut text = "Gradings, the latest first\n".to_owned();
    for grading in gradings {
        let cut = |digest: &str| digest.chars().take(DIGEST).collect::<String>();
        let came = match grading.verdict {
            Verdict::Passed | Verdict::Failed => format!("{} of {}", grading.earned, grading.maximum),
            Verdict::Incomplete => "not judged".to_owned(),
            Verdict::Refused => "refused".to_owned(),
        };
        let sign = if grading.id == counts { "→" } else { " " };
        let label = if grading.label.is_empty() {
            String::new()
        } else {
            format!(", {}", sanitize_line(&grading.label))
        };
        text.push_str(&format!(
            "{sign} {}  run {}.{}  {came}  submission {}{label}  grader {}  seed {}  {}\n",
            grading.graded,
            grading.run,
            grading.turn + 1,
            cut(&grading.digest),
            cut(&grading.grader_digest),
            grading.seed,
            grading.isolation,
        ));
    }
    text + "\n"
}
