//! The command `gradus`: arguments, terminal, exit codes. The only crate that prints and the only one that reads the
//! environment.

mod arguments;
mod commands;
mod environment;
mod exit;
mod machine;
mod means;
mod progress;
mod screen;
mod subject;

use clap::Parser;
use exit::Exit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

fn main() -> ExitCode {
    gradus_sandbox::enter_if_asked();
    let arguments = match arguments::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Passed };
            // A closed terminal is no reason to fail differently.
            let _ = error.print();
            return exit.into();
        }
    };
    let exit = catch_unwind(AssertUnwindSafe(|| {
        let environment = environment::Environment::read();
        match commands::run(arguments, &environment) {
            Ok(exit) => exit,
            Err(problem) => {
                screen::problem(&problem, &environment);
                problem.exit
            }
        }
    }));
    exit.unwrap_or_else(|_| {
        eprintln!("\nThis is a bug in Gradus, not in the submission. Please report it with the lines above.");
        Exit::Bug
    })
    .into()
}
