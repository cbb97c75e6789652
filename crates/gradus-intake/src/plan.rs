//! How a submission builds and runs: what gradus.toml says, else a Procfile, else what the files of its ecosystem tell.

mod configuration;
mod detect;
mod homes;
mod portable;
mod tools;

pub use configuration::{Configuration, SBIN, TYPES};
pub use homes::homes;
pub use portable::{NamedBy, NotPortable, Portable, PortableKind};
pub use tools::{Missing, first_on, missing_tools, programs, servers_on, tools_on};

use gradus_model::diagnostic::Invalid;
use gradus_model::exercise::SubmissionKind;
use gradus_model::read;
use gradus_model::select::Dialect;
use gradus_model::source::Spanned;
use gradus_model::submission::{CommandLine, SubmissionFile};
use std::fs;
use std::path::{Path, PathBuf};

/// How a submission builds and runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The exercise that it says it answers.
    pub exercise: Option<Spanned<String>>,
    /// The folder in which everything happens, relative to the submission.
    pub dir: Option<PathBuf>,
    /// How it is built.
    pub build: Option<CommandLine>,
    /// How it is started; what is only queries is not.
    pub start: Option<CommandLine>,
    /// In what its queries are written, if it is queries.
    pub dialect: Option<Dialect>,
    /// What it is written in, as starters name it, if its files tell: `python`, `javascript`.
    pub language: Option<&'static str>,
    /// What it is if it is no program: a configuration, with which a server is run.
    pub configuration: Option<Configuration>,
    /// Why: one sentence for each thing that was found.
    pub found: Vec<String>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// gradus.toml has mistakes.
    #[error("gradus.toml has mistakes")]
    Invalid(Box<Invalid>),
    /// Something can't be read.
    #[error("{path}: {error}")]
    Io {
        /// What.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// A configuration is wanted, and there is none.
    #[error("{dir} holds no configuration\n  Looked for: {}", configuration::looked_for())]
    NoConfiguration {
        /// The folder.
        dir: PathBuf,
    },
    /// There are configurations of two servers.
    #[error(
        "{dir} holds {one} and {other}, and only one server runs; remove one of them, or name a folder in gradus.toml: `dir` under [run]"
    )]
    TwoServers {
        /// The folder.
        dir: PathBuf,
        /// One of the files.
        one: &'static str,
        /// Another.
        other: &'static str,
    },
    /// A configuration says how it is run.
    #[error(
        "gradus.toml says how the submission builds or starts, but it is a configuration, and Gradus runs the server; remove `build` and `start`"
    )]
    RunsItself,
    /// Nothing tells how it starts.
    #[error(
        "nothing in {dir} tells how the submission starts\n  Looked for: {}\n  Write a gradus.toml that says it:\n\n    format = 1\n    exercise = \"SLUG\"\n\n    [run]\n    start = \"python3 app.py\"",
        detect::LOOKED_FOR
    )]
    Nothing {
        /// The folder.
        dir: PathBuf,
    },
}

/// Plans how the submission in a folder builds and runs, if that kind of thing is wanted; `None` takes what there is. Nothing
/// is run.
pub fn plan(dir: &Path, kind: Option<SubmissionKind>) -> Result<Plan, PlanError> {
    let said = said(dir)?;
    let exercise = said.as_ref().map(|file| file.exercise.clone());
    let dialect = said.as_ref().and_then(|file| file.dialect.as_ref()).map(|dialect| dialect.value);
    let run = said.and_then(|file| file.run).unwrap_or_default();
    let below = run.dir.as_ref().map(|dir| PathBuf::from(&dir.value));
    let ground = below.as_ref().map_or_else(|| dir.to_owned(), |below| dir.join(below));
    if kind == Some(SubmissionKind::Config) {
        if run.start.is_some() || run.build.is_some() {
            return Err(PlanError::RunsItself);
        }
        let plan = configuration::detect(&ground)?;
        let plan = plan.ok_or_else(|| PlanError::NoConfiguration { dir: ground.clone() })?;
        return Ok(Plan { exercise, dir: below, ..plan });
    }
    let mut plan = match (run.start, dialect) {
        (None, Some(dialect)) => queries(dialect),
        (Some(start), _) => {
            let found = vec!["gradus.toml says how it starts".to_owned()];
            let language = detect::detect(&ground).and_then(|plan| plan.language);
            Plan { start: Some(start.value), language, found, ..Plan::default() }
        }
        (None, None) => match procfile(&ground)?.or_else(|| detect::detect(&ground)) {
            Some(plan) => plan,
            // Many a program has the configuration of a server beside it.
            None if kind.is_none() => {
                configuration::detect(&ground)?.ok_or_else(|| PlanError::Nothing { dir: ground.clone() })?
            }
            None => return Err(PlanError::Nothing { dir: ground }),
        },
    };
    if let Some(build) = run.build {
        plan.found.push("gradus.toml says how it builds".to_owned());
        plan.build = Some(build.value);
    }
    Ok(Plan { exercise, dir: below, dialect, ..plan })
}

/// Files of SQL, which the grader runs.
fn queries(dialect: Dialect) -> Plan {
    let found = vec![format!("gradus.toml says that it is queries for {}", dialect.word())];
    Plan { language: Some(dialect.word()), found, ..Plan::default() }
}

/// The exercise that a submission says it answers, whatever kind of thing it is.
pub fn exercise(dir: &Path) -> Result<Option<Spanned<String>>, PlanError> {
    Ok(said(dir)?.map(|file| file.exercise))
}

fn said(dir: &Path) -> Result<Option<SubmissionFile>, PlanError> {
    let path = dir.join("gradus.toml");
    match fs::read_to_string(&path) {
        Ok(text) => match read::submission("gradus.toml", &text) {
            Ok((file, _)) => Ok(Some(file)),
            Err(invalid) => Err(PlanError::Invalid(Box::new(invalid))),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(PlanError::Io { path, error }),
    }
}

/// `web: command`
fn procfile(dir: &Path) -> Result<Option<Plan>, PlanError> {
    let Ok(text) = fs::read_to_string(dir.join("Procfile")) else { return Ok(None) };
    let web = text
        .lines()
        .find_map(|line| line.strip_prefix("web:"))
        .map(str::trim)
        .filter(|line| !line.is_empty());
    Ok(web.map(|line| {
        // A Procfile says how to start and leaves the build to whatever the files tell.
        let detected = detect::detect(dir);
        let language = detected.as_ref().and_then(|plan| plan.language);
        let mut found = vec!["Procfile has a `web:` line".to_owned()];
        let build = detected.and_then(|plan| {
            found.extend(plan.build.is_some().then(|| plan.found.join("; ")));
            plan.build
        });
        let start = Some(CommandLine::Shell(line.to_owned()));
        Plan { build, start, language, found, ..Plan::default() }
    }))
}
