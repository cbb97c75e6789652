//! Builds a submission where its plan says so, unless an unchanged one was built before.

use crate::configure::{self, Blank};
use crate::ground::{Ground, build_disk};
use crate::job::{Folder, Where};
use crate::observe::{Event, Observer};
use crate::provide::{self, WayOut};
use crate::shims;
use crate::target::Recipe;
use gradus_intake::packages;
use gradus_intake::plan::Plan;
use gradus_model::duration::{format_duration, format_size};
use gradus_model::exercise::{Exercise, Limits, SubmissionKind};
use gradus_model::grader::Grader;
use gradus_model::outcome::Shown;
use gradus_model::report::Phase;
use gradus_model::submission::CommandLine;
use gradus_sandbox::{Ending, Program, Stdin};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How many bytes of a build's output a report shows: the last ones.
const SHOWN_OUTPUT: usize = 16 * 1024;

/// A submission that can be started.
pub struct Built {
    /// The build, if there was one to do or to leave out.
    pub phase: Option<Phase>,
    /// The command that starts it.
    pub start: Vec<OsString>,
    /// Where it is started, as it sees it.
    pub dir: PathBuf,
}

impl Built {
    /// How it is run: `told` is what the grader adds to its environment, `upstreams` are ports on which it finds what the
    /// grader serves.
    pub fn recipe(
        &self,
        folder: &Folder,
        ground: &Arc<Ground>,
        exercise: &Exercise,
        told: Vec<(OsString, OsString)>,
        upstreams: Vec<u16>,
    ) -> Recipe {
        let blank = folder.plan.configuration.clone().map(|configuration| {
            Arc::new(Blank { ground: ground.clone(), below: folder.plan.dir.clone(), configuration })
        });
        Recipe {
            launcher: folder.launcher.clone(),
            ground: ground.clone(),
            command: self.start.clone(),
            dir: self.dir.clone(),
            told,
            upstreams,
            usual_port: folder.usual_port(),
            files: Vec::new(),
            serves: matches!(exercise.submission, SubmissionKind::Server | SubmissionKind::Config),
            blank,
            limits: exercise.limits.clone(),
        }
    }
}

/// Why a submission cannot be started.
pub enum NotBuilt {
    /// Its build failed: the submission's fault.
    Failed {
        /// The build and its last words.
        phase: Box<Phase>,
        /// One sentence.
        how: String,
    },
    /// Somebody interrupted it.
    Interrupted,
    /// Ours or the machine's fault.
    Ours {
        /// What went wrong.
        what: String,
        /// The way out.
        way_out: Option<String>,
    },
}

/// Brings the submission to where it builds and runs.
pub fn prepare(folder: &Folder) -> Result<Ground, NotBuilt> {
    let missing = gradus_intake::plan::missing_tools(&folder.plan, search_path(folder));
    if let Some(tool) = missing.first() {
        return Err(NotBuilt::Ours {
            what: format!("`{}` is not installed on this machine, and the submission needs it", tool.tool),
            way_out: way_to(&tool.tool, tool.package),
        });
    }
    let place = match &folder.place {
        Where::Cache(cache) => {
            cache.sync().map_err(|error| ours(error.to_string()))?;
            cache.dir()
        }
        Where::Copy(dir) | Where::Built(dir) => dir.clone(),
    };
    let mut ground = Ground::new(&folder.sandbox, &place, &folder.environment)
        .map_err(|error| ours(format!("{}: {error}", place.display())))?;
    if folder.plan.configuration.is_some() {
        ground.for_servers();
    }
    Ok(ground)
}

/// How a submission is graded although a tool is missing.
fn way_to(tool: &str, package: Option<&str>) -> Option<String> {
    let install = package.map(|package| format!("install it, for example with: apt-get install {package}"));
    let is_in_a_runner = cfg!(feature = "wasm") && ["python3", "python", "node"].contains(&tool);
    let without = is_in_a_runner.then_some("grade it without, in WebAssembly: --sandbox wasm");
    match (install, without) {
        (Some(install), Some(without)) => Some(format!("{install}; or {without}")),
        (install, without) => install.or(without.map(str::to_owned)),
    }
}

/// Builds a submission where it is to run; `told` is what the grader adds to its environment.
pub async fn build(
    folder: &Folder,
    ground: &mut Ground,
    told: &[(OsString, OsString)],
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<Built, NotBuilt> {
    let dir = ground.dir(folder.plan.dir.as_deref());
    shims::skip(folder, ground).await;
    if let (Where::Cache(cache), Some("go")) = (&folder.place, folder.plan.language) {
        // What Go compiled stays beside the project's copy, and is not compiled again.
        let compiled = cache.home().join("go-build");
        ground
            .keep_compiled(compiled, "GOCACHE")
            .map_err(|error| ours(format!("no place for GOCACHE: {error}")))?;
    }
    let phase = match (&folder.plan.build, &folder.plan.configuration) {
        (None, _) => None,
        (Some(command), None) => Some(build_in(folder, ground, command, limits, observer).await?),
        (Some(command), Some(configuration)) => {
            observer.event(Event::Building { command: &shell_line(command) });
            let phase = configure::test(folder, configuration, command, ground, told, limits).await?;
            observer.event(Event::Built(&phase));
            Some(phase)
        }
    };
    ground.lend().map_err(|error| ours(format!("no copy to run: {}: {error}", ground.folder().display())))?;
    Ok(Built { phase, start: folder.plan.start.as_ref().map(argv).unwrap_or_default(), dir })
}

async fn build_in(
    folder: &Folder,
    ground: &mut Ground,
    command: &CommandLine,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<Phase, NotBuilt> {
    let line = shell_line(command);
    let unchanged = match &folder.place {
        Where::Built(_) => true,
        Where::Copy(_) => false,
        Where::Cache(cache) => !cache.needs_build(&folder.plan, &mark(folder, ground)),
    };
    if unchanged {
        provide::recall(folder, ground)?;
        let phase = Phase {
            command: line,
            took: Duration::ZERO,
            unchanged,
            output: Shown::default(),
            places: Vec::new(),
        };
        observer.event(Event::Built(&phase));
        return Ok(phase);
    }
    observer.event(Event::Building { command: &line });
    if let Where::Cache(cache) = &folder.place {
        cache.begin_build().map_err(|error| ours(error.to_string()))?;
    }
    provide::provide(folder, ground, limits, observer).await?;
    let data = ground.data().map_err(|error| ours(format!("no place for temporary files: {error}")))?;
    let given = Given { data, ports: Vec::new() };
    let (phase, ending) = in_room(folder, ground, command, given, limits).await?;
    ground.forget_packages();
    match ending {
        Ending::Exited(0) => {
            if let Where::Cache(cache) = &folder.place {
                cache
                    .mark_built(&folder.plan, &mark(folder, ground))
                    .map_err(|error| ours(error.to_string()))?;
            }
            observer.event(Event::Built(&phase));
            Ok(phase)
        }
        Ending::OutOfTime { .. } => {
            let how = format!("the build took more than {}", format_duration(limits.build));
            Err(NotBuilt::Failed { phase: phase.into(), how })
        }
        other => Err(NotBuilt::Failed {
            phase: phase.into(),
            how: format!("the build {other}{}", without_packages(ground)),
        }),
    }
}

/// What a command of the build is given.
pub struct Given {
    /// Its `DATA_DIR`, where the room brings none of its own.
    pub data: Option<TempDir>,
    /// Ports on which it may listen.
    pub ports: Vec<u16>,
}

/// Runs a command of the build.
pub async fn in_room(
    folder: &Folder,
    ground: &Ground,
    command: &CommandLine,
    given: Given,
    limits: &Limits,
) -> Result<(Phase, Ending), NotBuilt> {
    let Given { data, ports } = given;
    let dir = ground.dir(folder.plan.dir.as_deref());
    let mut env = ground.environment().to_vec();
    env.extend(ground.places(data.as_ref()));
    let mut program = Program {
        command: argv(command),
        dir,
        env,
        stdin: Stdin::Null,
        output_cap: limits.output as usize,
        wall: Some(limits.build),
        user: None,
    };
    let begun = Instant::now();
    let room = folder.launcher.open(&ground.build_room(limits, data.as_ref(), &ports)).await;
    let room = room.map_err(|error| ours(error.to_string()))?;
    let way_out = if ground.is_native() && !folder.supplies.hosts.is_empty() {
        program.env.extend(packages::through(provide::PROXY));
        Some(WayOut::open(&room, &folder.supplies).await?)
    } else {
        None
    };
    let mut running = room.run(program).await.map_err(|error| ours(error.to_string()))?;
    let ending = tokio::select! {
        exit = running.wait() => Ok(exit.ending),
        () = ground.outgrows(limits) => Err(format!("the build wrote more than {}", format_size(build_disk(limits)))),
    };
    running.stop().await;
    let slice = running.output().all();
    let from = slice.bytes.len().saturating_sub(SHOWN_OUTPUT);
    let output = Shown {
        text: String::from_utf8_lossy(&slice.bytes[from..]).into_owned(),
        bytes: slice.bytes.len() as u64 + slice.dropped,
        cut: from > 0 || slice.dropped > 0,
    };
    let phase = Phase {
        command: shell_line(command),
        took: begun.elapsed(),
        unchanged: false,
        output,
        places: Vec::new(),
    };
    if !matches!(ending, Ok(Ending::Exited(0)))
        && let Some(blocked) = way_out.as_ref().and_then(WayOut::blocked)
    {
        return Err(blocked);
    }
    match ending {
        Ok(ending) => Ok((phase, ending)),
        Err(how) => Err(NotBuilt::Failed { phase: phase.into(), how }),
    }
}

/// What a failed build may have missed.
fn without_packages(ground: &Ground) -> String {
    match ground.lacking() {
        [] => String::new(),
        managers => format!(
            "; it asks {} for packages, and a build in the sandbox has no network: permit the host of your registry with --build-network HOST",
            managers.join(" and ")
        ),
    }
}

/// What was built elsewhere may hold paths that are not here.
fn mark(folder: &Folder, ground: &Ground) -> String {
    format!("{} {}", folder.digest, ground.kind())
}

/// Why a submission is not what its exercise asks for, if it is not.
pub fn is_another_kind(folder: &Folder, exercise: &Exercise, grader: &Grader) -> Option<String> {
    match (exercise.submission, folder.plan.dialect, &folder.plan.start) {
        (SubmissionKind::Sql, Some(dialect), _) if grader.dialects.contains(&dialect) => None,
        (SubmissionKind::Sql, said, _) => {
            let known: Vec<&str> = grader.dialects.iter().map(|dialect| dialect.word()).collect();
            let what = match said {
                Some(dialect) => {
                    format!("it is written for {}, which this exercise does not take", dialect.word())
                }
                None => "nothing in it says in which dialect of SQL it is written".to_owned(),
            };
            let first = known.first().unwrap_or(&"sqlite");
            Some(format!(
                "{what}; its gradus.toml should say `dialect = \"{first}\"` under `[sql]` (or one of {})",
                known.join(", ")
            ))
        }
        (SubmissionKind::Server | SubmissionKind::Command, _, None) => Some(
            "nothing in it tells how it starts; a gradus.toml with `start` under `[run]` would".to_owned(),
        ),
        _ => None,
    }
}

fn ours(what: String) -> NotBuilt {
    NotBuilt::Ours { what, way_out: None }
}

fn search_path(folder: &Folder) -> &std::ffi::OsStr {
    let path = folder.environment.iter().find(|(name, _)| name == "PATH");
    path.map_or(std::ffi::OsStr::new("/usr/bin:/bin"), |(_, value)| value.as_os_str())
}

/// The program and its arguments.
fn argv(command: &CommandLine) -> Vec<OsString> {
    match command {
        CommandLine::Shell(line) => vec!["sh".into(), "-c".into(), line.into()],
        CommandLine::Argv(words) => words.iter().map(OsString::from).collect(),
    }
}

/// What starts a submission, or in what its queries are written, in a few words.
pub fn start_of(plan: &Plan) -> Option<String> {
    let queries = || plan.dialect.map(|dialect| format!("queries for {}", dialect.word()));
    plan.start.as_ref().map(shell_line).or_else(queries)
}

/// A command as a person would type it.
pub fn shell_line(command: &CommandLine) -> String {
    match command {
        CommandLine::Shell(line) => line.clone(),
        CommandLine::Argv(words) => words.join(" "),
    }
}
