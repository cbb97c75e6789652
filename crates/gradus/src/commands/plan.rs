//! `gradus plan`: how a submission would be built and started, and why. Nothing is run.

use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::screen;
use crate::subject;
use gradus_intake::plan::missing_tools;
use gradus_model::submission::CommandLine;
use std::ffi::OsStr;
use std::path::Path;

pub fn run(dir: &Path, environment: &Environment) -> Result<Exit, Problem> {
    let folder = subject::folder(dir, environment)?;
    let plan = subject::plan(&folder, None)?;
    let mut text = String::new();
    let exercise = plan.exercise.as_ref().map_or("(not said)", |slug| slug.value.as_str());
    text.push_str(&format!("exercise  {exercise}\n"));
    if let Some(below) = &plan.dir {
        text.push_str(&format!("folder    {}\n", below.display()));
    }
    text.push_str(&format!("build     {}\n", plan.build.as_ref().map_or("(nothing to build)".into(), line)));
    text.push_str(&format!(
        "start     {}\n\n",
        plan.start.as_ref().map_or("(nothing to start)".into(), line)
    ));
    for why in &plan.found {
        text.push_str(&format!("- {why}\n"));
    }
    let path =
        environment.passed_on.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.as_os_str());
    for missing in missing_tools(&plan, path.unwrap_or(OsStr::new(""))) {
        text.push_str(&format!("- `{}` is not installed on this machine\n", missing.tool));
    }
    screen::out(&text);
    Ok(Exit::Passed)
}

fn line(command: &CommandLine) -> String {
    match command {
        CommandLine::Shell(line) => line.clone(),
        CommandLine::Argv(words) => format!("{words:?}"),
    }
}
