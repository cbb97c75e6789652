//! `gradus up`: the stubs and services of an exercise, and the server if it is asked for, until Ctrl-C.

use crate::arguments::Up as Arguments;
use crate::commands::check::{folder_of, random_seed};
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::means::{Means, interrupt_on_signals, now, runtime, supplies};
use crate::screen;
use crate::subject;
use gradus_grade::{Host, Interrupt, Origin, Silent, Up, up};
use gradus_intake::catalogue::Catalogue;
use std::ffi::OsString;

pub fn run(catalogue: &Catalogue, arguments: &Arguments, environment: &Environment) -> Result<Exit, Problem> {
    let interrupt = Interrupt::default();
    runtime()?.block_on(async {
        interrupt_on_signals(&interrupt);
        let dir = subject::folder(&arguments.dir, environment)?;
        let said = subject::said(&dir).ok().flatten();
        let slug = subject::slug(arguments.exercise.as_deref(), said.as_deref(), &arguments.dir)?;
        let graded = subject::graded(catalogue, &slug)?;
        let means = Means::new(arguments.sandbox).await?;
        let folder = match arguments.server {
            true => {
                let kind = graded.exercise.exercise.submission;
                let hosts = &arguments.build_network;
                Some(folder_of(&arguments.dir, &dir, kind, &means, hosts, environment)?.0)
            }
            false => None,
        };
        let host = Host {
            launcher: means.launcher.clone(),
            sandbox: means.sandbox.clone(),
            templates: supplies(&[], environment)?.templates,
            environment: environment.passed_on.clone(),
        };
        let what = Up {
            exercise: &graded.exercise.exercise,
            grader: &graded.grader.grader,
            seed: arguments.seed.map_or_else(random_seed, Ok)?,
            now: now(),
            host,
            folder,
        };
        let mut told = |variables: &[(OsString, OsString)], origins: &[(String, Origin)]| {
            screen::out(&says(variables, origins));
        };
        up(what, &mut Silent, &mut told, &interrupt)
            .await
            .map_err(|why| Problem::new(Exit::BelowPass, why))?;
        Ok(Exit::Interrupted)
    })
}

/// Lines that a shell can take over, and where the servers are.
fn says(variables: &[(OsString, OsString)], origins: &[(String, Origin)]) -> String {
    let mut text = String::from("\n");
    for (name, value) in variables {
        let value = value.to_string_lossy().replace('\'', "'\\''");
        text.push_str(&format!("export {}='{value}'\n", name.to_string_lossy()));
    }
    text.push_str(&match origins {
        [] if variables.is_empty() => {
            "\nThis exercise has neither stubs nor services: --server starts the server itself. Ctrl-C ends.\n".to_owned()
        }
        [] => {
            "\nStart your server with these, PORT, HOST and DATA_DIR; Ctrl-C ends what stands above.\n".to_owned()
        }
        [(_, origin)] => format!("\nThe server is up at {origin}; Ctrl-C ends it.\n"),
        [(_, origin), further @ ..] => {
            let further: Vec<String> = further.iter().map(|(who, at)| format!("{who} at {at}")).collect();
            format!("\nThe server is up at {origin}, {}; Ctrl-C ends them.\n", further.join(", "))
        }
    });
    text
}
