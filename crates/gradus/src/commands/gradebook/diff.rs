//! `gradus gradebook diff`: what changed with the latest gradings of a class, and why.

use super::problem;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use gradus_batch::gradebook::{Changed, Gradebook, Verdict};
use gradus_report::terminal::sanitize_line;

pub fn run(
    book: &Gradebook,
    slug: &str,
    (run, with): (Option<i64>, Option<i64>),
    environment: &Environment,
) -> Result<(), Problem> {
    let difference = book.diff(slug, run, with).map_err(problem)?;
    let difference = difference
        .ok_or_else(|| Problem::new(Exit::Usage, format!("the gradebook holds no grading of `{slug}`")))?;
    let against = difference.with.map_or("what was last before".to_owned(), |with| format!("run {with}"));
    let mut text = format!("Run {} of {slug}, against {against}:\n\n", difference.run);
    for changed in &difference.changed {
        text.push_str(&told(changed, environment.color_out));
    }
    if difference.changed.is_empty() {
        text.push_str("Nothing changed.\n");
    }
    if !difference.new.is_empty() {
        text.push_str(&format!(
            "\nGraded for the first time: {}\n",
            sanitize_line(&difference.new.join(", "))
        ));
    }
    text.push_str(&format!(
        "\n{} changed, {} alike, {} new.\n",
        difference.changed.len(),
        difference.alike,
        difference.new.len()
    ));
    screen::out(&text);
    Ok(())
}

fn told(changed: &Changed, color: bool) -> String {
    let student = sanitize_line(&changed.student);
    let student = if color { format!("\u{1b}[1m{student}\u{1b}[0m") } else { student };
    let (before, after) = (side(changed.before), side(changed.after));
    let mut text = format!("{student}: {before} → {after} ({})\n", changed.why.join(", "));
    for check in &changed.checks {
        let side = |outcome: &Option<String>| outcome.clone().unwrap_or_else(|| "no such check".to_owned());
        text.push_str(&format!("    {}: {} → {}\n", check.id, side(&check.before), side(&check.after)));
    }
    text
}

fn side((verdict, earned, maximum): (Verdict, u32, u32)) -> String {
    match verdict {
        Verdict::Passed => format!("passed, {earned} of {maximum}"),
        Verdict::Failed => format!("failed, {earned} of {maximum}"),
        Verdict::Incomplete => "not judged".to_owned(),
        Verdict::Refused => "refused".to_owned(),
    }
}
