//! One module for each command.

mod batch;
mod bless;
mod check;
mod demo;
mod doctor;
mod gradebook;
mod hint;
mod kept;
mod lint;
mod list;
mod mutant;
mod new;
mod pack;
mod plan;
mod runner;
mod schema;
mod show;
mod similar;
mod start;
mod up;
mod verify;
mod watch;

use crate::arguments::{self, Arguments, Command};
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::subject;
use clap::CommandFactory;
use gradus_intake::catalogue::Catalogue;

/// Runs a command.
pub fn run(arguments: Arguments, environment: &Environment) -> Result<Exit, Problem> {
    let (named, explicit) = (arguments.catalogue(), arguments.exercises.as_deref());
    let catalogue = || -> Result<Catalogue, Problem> {
        subject::catalogue(explicit, arguments.pin.as_deref(), environment)
    };
    match arguments.command {
        Command::List => list::run(&catalogue()?, environment),
        Command::Show { slug } => show::run(&catalogue()?, &slug, environment),
        Command::Start { slug, lang, dir } => start::run(&catalogue()?, &slug, &lang, dir, environment),
        Command::Check(check) => {
            check::run(catalogue, arguments::Check { catalogue: Some(named), ..check }, environment)
        }
        Command::Hint { id, dir, exercise } => {
            hint::run(&catalogue()?, id, &dir, exercise.as_deref(), environment)
        }
        Command::Plan { dir } => plan::run(&dir, environment),
        Command::Schema { file } => schema::run(file),
        Command::Bless(bless) => bless::run(&catalogue()?, &bless, environment),
        Command::Verify(verify) => verify::run(&catalogue()?, &verify, environment),
        Command::Batch(batch) => batch::run(&catalogue()?, &batch, environment),
        Command::Gradebook(arguments) => gradebook::run(&arguments, environment),
        Command::Similar(similar) => similar::run(&catalogue()?, &similar, environment),
        Command::Mutant(mutant) => mutant::run(&catalogue()?, mutant, environment),
        Command::Runner(arguments) => runner::run(&arguments, environment),
        Command::Demo => demo::run(&catalogue()?, environment),
        Command::Up(arguments) => up::run(&catalogue()?, &arguments, environment),
        Command::New { slug } => new::run(explicit.map(std::path::Path::new), &slug, environment),
        Command::Lint { slugs } => lint::run(&catalogue()?, &slugs),
        Command::Pack(arguments) => pack::run(&catalogue()?, &arguments, environment),
        Command::Doctor => doctor::run(environment),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Arguments::command(), "gradus", &mut std::io::stdout());
            Ok(Exit::Passed)
        }
    }
}
