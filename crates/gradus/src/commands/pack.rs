//! `gradus pack`: an exercise with its grader in one file, and the digest that pins it.

use crate::arguments::Pack;
use crate::commands::check::write_bytes;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use crate::subject;
use gradus_intake::catalogue::Catalogue;
use gradus_intake::pack::{self, PackError, Part};
use gradus_model::duration::format_size;
use std::path::PathBuf;

pub fn run(catalogue: &Catalogue, arguments: &Pack, environment: &Environment) -> Result<Exit, Problem> {
    let part = if arguments.public { Part::Public } else { Part::Full };
    let packed = pack::pack(catalogue, &arguments.slug, part).map_err(|error| match error {
        PackError::Catalogue(error) => subject::catalogue_problem(error, Exit::Usage),
        other => Problem::new(Exit::GraderBroken, other),
    })?;
    let named = || PathBuf::from(format!("{}-{}.tar.gz", arguments.slug, part.word()));
    let out = arguments.out.clone().unwrap_or_else(named);
    let path = environment.current_dir.join(&out);
    write_bytes(&path, &packed.bytes).map_err(|error| {
        Problem::new(Exit::Machine, format!("{} could not be written: {error}", out.display()))
    })?;
    let holds = match (part, packed.withheld) {
        (Part::Full, None) => "everything, solutions and mutants included: for instructors only".to_owned(),
        (_, None) => "no hidden checks were there to leave out".to_owned(),
        (_, Some(withheld)) => {
            let checks = if withheld.checks == 1 { "hidden check" } else { "hidden checks" };
            format!(
                "without {} {checks} worth {} points, solutions and mutants",
                withheld.checks, withheld.points
            )
        }
    };
    let digest = pack::digest(&packed.bytes);
    screen::out(&format!(
        "{}  {} ({holds})\nsha256 {digest}\n\nUse it with:\n  gradus check DIR --exercises {} --pin {digest}\n",
        out.display(),
        format_size(packed.bytes.len() as u64),
        out.display(),
    ));
    Ok(Exit::Passed)
}
