//! `gradus lint`: what a careful reviewer would say of exercises.

use crate::exit::{Exit, Problem};
use crate::screen;
use crate::subject;
use gradus_intake::catalogue::Catalogue;
use gradus_verify::lint;

/// Prints the remarks; there being some is no failure.
pub fn run(catalogue: &Catalogue, slugs: &[String]) -> Result<Exit, Problem> {
    let mut text = String::new();
    for slug in slugs {
        let graded = subject::graded(catalogue, slug)?;
        let remarks = lint(catalogue, &graded.exercise, &graded.grader)
            .map_err(|error| subject::catalogue_problem(error, Exit::GraderBroken))?;
        text.push_str(&format!("\n{slug}\n\n"));
        if remarks.is_empty() {
            text.push_str("  nothing to say\n");
        }
        for remark in remarks {
            text.push_str(&format!("  {:24} {}\n", remark.about, remark.says));
        }
    }
    screen::out(&(text + "\n"));
    Ok(Exit::Passed)
}
