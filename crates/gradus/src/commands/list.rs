//! `gradus list`: the exercises, easiest first.

use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use crate::subject;
use gradus_intake::catalogue::Catalogue;

pub fn run(catalogue: &Catalogue, environment: &Environment) -> Result<Exit, Problem> {
    let exercises =
        catalogue.exercises().map_err(|error| subject::catalogue_problem(error, Exit::GraderBroken))?;
    if exercises.is_empty() {
        return Err(Problem::new(Exit::Usage, "there are no exercises here")
            .way_out("Give their folder with --exercises."));
    }
    let (bold, dim, end) =
        if environment.color_out { ("\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m") } else { ("", "", "") };
    let slugs = exercises.iter().map(|loaded| loaded.exercise.slug.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut track = String::new();
    for loaded in &exercises {
        let exercise = &loaded.exercise;
        if exercise.track != track {
            track.clone_from(&exercise.track);
            text.push_str(&format!("\n{bold}{track}{end}\n"));
        }
        let level = "●".repeat(exercise.difficulty.into())
            + &"○".repeat(5_usize.saturating_sub(exercise.difficulty.into()));
        text.push_str(&format!("  {:slugs$}  {level}  {}\n", exercise.slug, exercise.summary));
        text.push_str(&format!("  {:slugs$}         {dim}{}{end}\n", "", exercise.languages.join(", ")));
    }
    text.push_str("\nBegin with: gradus start SLUG --lang LANGUAGE\n");
    screen::out(text.trim_start_matches('\n'));
    Ok(Exit::Passed)
}
