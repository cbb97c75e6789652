//! `gradus gradebook note` and `adjust`: what an instructor says by hand.

use super::explain::unknown;
use super::problem;
use crate::exit::{Exit, Problem};
use crate::means::now;
use crate::screen;
use gradus_batch::gradebook::Gradebook;
use gradus_model::class::{Adjustment, Change};
use gradus_model::draw::rfc3339;
use gradus_report::terminal::sanitize_line;

pub fn note(book: &mut Gradebook, slug: &str, student: &str, text: &str) -> Result<(), Problem> {
    known(book, slug, student)?;
    book.note(slug, student, text, &rfc3339(now())).map_err(problem)?;
    screen::out(&format!("Noted on {}.\n", sanitize_line(student)));
    Ok(())
}

pub fn adjust(
    book: &mut Gradebook,
    slug: &str,
    student: &str,
    change: Option<Change>,
    reason: Option<&str>,
) -> Result<(), Problem> {
    known(book, slug, student)?;
    let Some(change) = change else {
        return Err(
            Problem::new(Exit::Usage, "by how much?").way_out("Give --by POINTS, --to POINTS or --undo.")
        );
    };
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty()).ok_or_else(|| {
        Problem::new(Exit::Usage, "a mark is not changed without a reason")
            .way_out("Add --reason \"…\": the learner may ask.")
    })?;
    let adjustment = Adjustment { change, reason: reason.to_owned() };
    book.adjust(slug, student, &adjustment, &rfc3339(now())).map_err(problem)?;
    screen::out(&format!(
        "Changed the mark of {}. `gradus gradebook explain` tells how it came about.\n",
        sanitize_line(student)
    ));
    Ok(())
}

pub fn undo(book: &mut Gradebook, slug: &str, student: &str) -> Result<(), Problem> {
    known(book, slug, student)?;
    let there_was_one = book.take_back(slug, student).map_err(problem)?;
    let said =
        if there_was_one { "Took back the last change of" } else { "There was no change to the mark of" };
    screen::out(&format!("{said} {}.\n", sanitize_line(student)));
    Ok(())
}

fn known(book: &Gradebook, slug: &str, student: &str) -> Result<(), Problem> {
    if book.knows(slug, student).map_err(problem)? { Ok(()) } else { Err(unknown(student)) }
}
