//! `gradus show`: what an exercise asks, and what its visible checks are worth.

use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use crate::subject;
use gradus_intake::catalogue::Catalogue;
use gradus_model::grader::{Check, Visibility, Worth};

pub fn run(catalogue: &Catalogue, slug: &str, environment: &Environment) -> Result<Exit, Problem> {
    let loaded = subject::exercise(catalogue, slug)?;
    let grader =
        catalogue.grader(slug).map_err(|error| subject::catalogue_problem(error, Exit::GraderBroken))?;
    let (bold, end) = if environment.color_out { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
    let mut text = match std::fs::read_to_string(loaded.dir.join("README.md")) {
        Ok(readme) => readme.trim_end().to_owned() + "\n",
        Err(_) => format!("# {}\n\n{}\n", loaded.exercise.title, loaded.exercise.summary),
    };
    if let Some(contract) = &loaded.exercise.contract {
        text.push_str(&format!("\n{bold}Contract{end}  {}\n", loaded.dir.join(contract).display()));
    }
    text.push_str(&format!("{bold}Starters{end}  {}\n", loaded.exercise.languages.join(", ")));
    if let Some(grader) = grader {
        let (visible, hidden): (Vec<&Check>, Vec<&Check>) =
            grader.grader.checks.iter().partition(|check| check.visibility == Visibility::Visible);
        text.push_str(&format!("\n{bold}Checks{end} (pass from {} % of the points)\n", grader.grader.pass));
        for check in visible {
            text.push_str(&format!("  {:>6}  {:30}  {}\n", worth(check.worth), check.id.value, check.claim));
        }
        if !hidden.is_empty() {
            text.push_str(&format!(
                "  and {} hidden {}\n",
                hidden.len(),
                if hidden.len() == 1 { "check" } else { "checks" }
            ));
        }
    }
    screen::out(&text);
    Ok(Exit::Passed)
}

fn worth(worth: Worth) -> String {
    match worth {
        Worth::Points(points) => points.to_string(),
        Worth::Bonus(points) => format!("+{points}"),
        Worth::Gate => "gate".into(),
    }
}
