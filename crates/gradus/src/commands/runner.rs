//! `gradus runner`: the interpreters that run plain files in WebAssembly.

use crate::arguments::Runner;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use gradus_grade::runners::{Found, NotInstalled, install, installed};

pub fn run(arguments: &Runner, environment: &Environment) -> Result<Exit, Problem> {
    let folder = environment.runners();
    match arguments {
        Runner::Install { from, trust } => {
            let done = install(&folder, from, *trust).map_err(problem)?;
            for found in done {
                screen::out(&format!("installed: {}\n", line(&found)));
            }
        }
        Runner::List => {
            for (language, found) in installed(&folder) {
                match found {
                    Some(found) => screen::out(&format!("{}\n", line(&found))),
                    None => screen::out(&format!("{language}: not installed\n")),
                }
            }
        }
    }
    Ok(Exit::Passed)
}

/// `python 1a2b…, as released`
pub fn line(found: &Found) -> String {
    let origin = if found.is_released { "as released" } else { "not one that this Gradus was released with" };
    let trouble = found.trouble.as_ref().map_or_else(String::new, |why| format!("; {why}"));
    format!("{} {}, {origin}{trouble}", found.language, found.hash)
}

fn problem(error: NotInstalled) -> Problem {
    let way_out = match &error {
        NotInstalled::Unknown(_) => Some("Add --trust if you know where it comes from."),
        NotInstalled::Other(_) => None,
    };
    let problem = Problem::new(Exit::Usage, error);
    match way_out {
        Some(way_out) => problem.way_out(way_out),
        None => problem,
    }
}
