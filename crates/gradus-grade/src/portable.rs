//! Submissions that are graded in WebAssembly: which those are, what surrounds them, and what their clock says. Programs are
//! compiled here.

use crate::boot::NotReady;
use crate::build::NotBuilt;
use crate::ground::Sandbox;
use crate::job::{Folder, Job, Subject, Where};
use crate::target::Target;
use crate::upstreams::Upstreams;
use gradus_model::exercise::{Exercise, Limits, SubmissionKind};
use gradus_model::grader::Grader;
use gradus_model::submission::CommandLine;
use std::ffi::OsString;
use std::path::PathBuf;

/// What the clock of a program in WebAssembly says at least: 2026-01-01. Within the year that follows, the seed decides.
const EPOCH: u64 = 1_767_225_600;
const YEAR: u64 = 365 * 24 * 60 * 60;

/// Whether a submission is graded in WebAssembly: because that was asked for, or because it is nothing else.
pub fn is_wanted(folder: &Folder) -> bool {
    folder.sandbox == Sandbox::Wasm || folder.plan.start.as_ref().is_some_and(is_binary)
}

fn is_binary(start: &CommandLine) -> bool {
    let first = match start {
        CommandLine::Shell(line) => line.split_whitespace().next(),
        CommandLine::Argv(words) => words.first().map(String::as_str),
    };
    first.is_some_and(|word| word.ends_with(".wasm") || word.ends_with(".cwasm"))
}

/// When a grading begins, in seconds since 1970-01-01 UTC, as its submission sees it.
pub fn now(job: &Job<'_>) -> u64 {
    match &job.subject {
        Subject::Folder(folder) if is_wanted(folder) => epoch(job.seed),
        _ => job.now,
    }
}

/// When everything begins in WebAssembly.
pub fn epoch(seed: u64) -> u64 {
    EPOCH + seed % YEAR
}

/// What surrounds every program of a grading in WebAssembly.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "wasm"), expect(dead_code, reason = "only programs in WebAssembly are surrounded"))]
pub struct Portables {
    limits: Limits,
    seed: u64,
    now: u64,
    told: Vec<(OsString, OsString)>,
    upstreams: Vec<u16>,
    runners: PathBuf,
    serves: bool,
    usual_port: Option<u16>,
    /// What its submission is written in.
    pub language: Option<&'static str>,
}

impl Portables {
    /// Those of an exercise and its grader; `told` is what the grader adds to the environment.
    pub fn new(
        (exercise, grader, seed): (&Exercise, &Grader, u64),
        folder: &Folder,
        told: Vec<(OsString, OsString)>,
        upstreams: &Upstreams,
    ) -> Result<Self, NotBuilt> {
        if !grader.services.is_empty() || !grader.files.is_empty() {
            return Err(NotBuilt::Ours {
                what: "this exercise has a database or a cache, which a program in WebAssembly can't reach"
                    .into(),
                way_out: Some("Grade it without --sandbox wasm.".into()),
            });
        }
        Ok(Self {
            limits: exercise.limits.clone(),
            seed,
            now: epoch(seed),
            told,
            upstreams: upstreams.ports(),
            runners: folder.supplies.runners.clone(),
            serves: exercise.submission == SubmissionKind::Server,
            usual_port: folder.usual_port(),
            language: folder.plan.language,
        })
    }

    /// The submission as a target. Nothing is built: what is handed in is run as it is.
    pub async fn submission(&self, folder: &Folder) -> Result<Box<dyn Target>, NotBuilt> {
        let place = match &folder.place {
            Where::Cache(cache) => {
                cache.sync().map_err(|error| ours(error.to_string()))?;
                cache.dir()
            }
            Where::Copy(dir) | Where::Built(dir) => dir.clone(),
        };
        self.target(&folder.plan, &place).await
    }
}

fn ours(what: String) -> NotBuilt {
    NotBuilt::Ours { what, way_out: None }
}

/// What is wrong with a program that is not the submission's own.
pub fn not_ours(why: NotBuilt) -> NotReady {
    NotReady::Launch(match why {
        NotBuilt::Failed { how, .. } => how,
        NotBuilt::Interrupted => "interrupted".into(),
        NotBuilt::Ours { what, .. } => what,
    })
}

#[cfg(not(feature = "wasm"))]
impl Portables {
    /// No target: there is no WebAssembly here.
    pub async fn target(
        &self,
        _: &gradus_intake::plan::Plan,
        _: &std::path::Path,
    ) -> Result<Box<dyn Target>, NotBuilt> {
        Err(ours("this Gradus was built without WebAssembly".into()))
    }
}

#[cfg(feature = "wasm")]
mod compiled {
    use super::{Portables, ours};
    use crate::build::NotBuilt;
    use crate::target::{Target, WasmRecipe, WasmTarget};
    use gradus_intake::plan::{NotPortable, Plan, Portable, PortableKind};
    use gradus_model::exercise::Limits as Grading;
    use gradus_model::outcome::Shown;
    use gradus_model::report::Phase;
    use gradus_wasm::{Engine, Language, Limits, NotLoaded, Program, Runners, Settings};
    use std::ffi::OsString;
    use std::path::{Path, PathBuf};
    use std::time::{Duration, Instant};

    impl Portables {
        /// The program in a folder as a target.
        pub async fn target(&self, plan: &Plan, place: &Path) -> Result<Box<dyn Target>, NotBuilt> {
            let dir = plan.dir.as_ref().map_or_else(|| place.to_owned(), |below| place.join(below));
            let portable = plan.portable(&dir).map_err(not_portable)?.ok_or_else(|| NotBuilt::Ours {
                what: "nothing in the submission can be run in WebAssembly".into(),
                way_out: Some(
                    "Hand in a .wasm, or a Python or JavaScript file, and name it in gradus.toml: start = \"python3 app.py\""
                        .into(),
                ),
            })?;
            let Portable { file, environment, by, .. } = portable.clone();
            let begun = Instant::now();
            let loaded = load(self.runners.clone(), dir.clone(), portable).await;
            let (program, runner) = loaded.map_err(|why| refused(why, &file, begun.elapsed()))?;
            let mut settings = self.settings(dir);
            settings.environment.extend(environment);
            let recipe = WasmRecipe {
                program,
                settings,
                serves: self.serves,
                limits: self.limits.clone(),
                usual_port: self.usual_port,
                runner,
                file,
                by,
            };
            WasmTarget::new(recipe)
                .map(|target| Box::new(target) as Box<dyn Target>)
                .map_err(|error| ours(format!("no place for the submission's data: {error}")))
        }

        fn settings(&self, dir: PathBuf) -> Settings {
            let text = |word: &OsString| word.to_string_lossy().into_owned();
            let usual = Limits::default();
            Settings {
                limits: Limits {
                    fuel_start: budget(usual.fuel_start, self.limits.boot, usual.start),
                    fuel_request: budget(usual.fuel_request, self.limits.request, usual.request),
                    fuel_grading: budget(usual.fuel_grading, self.limits.grading, Grading::default().grading),
                    start: self.limits.boot,
                    request: self.limits.request,
                    memory: self.limits.memory,
                    output: self.limits.output,
                    disk: self.limits.disk,
                    ..usual
                },
                seed: self.seed,
                epoch: self.now,
                environment: self.told.iter().map(|(name, value)| (text(name), text(value))).collect(),
                folder: Some(dir),
                data: None,
                upstreams: self.upstreams.clone(),
            }
        }
    }

    /// The work for which there is this much time: as much more than usual as the time is.
    fn budget(usual: u64, time: Duration, usual_time: Duration) -> u64 {
        let times = time.as_millis().div_ceil(usual_time.as_millis()).max(1);
        usual.saturating_mul(u64::try_from(times).unwrap_or(u64::MAX))
    }

    /// Compiling takes a while, and nothing else should wait for it.
    async fn load(
        runners: PathBuf,
        dir: PathBuf,
        portable: Portable,
    ) -> Result<(Program, Option<String>), NotLoaded> {
        let loading = tokio::task::spawn_blocking(move || {
            let engine = Engine::new().map_err(NotLoaded::NoRunner)?;
            let language = match portable.kind {
                PortableKind::Binary => {
                    let bytes = std::fs::read(dir.join(&portable.file));
                    let bytes = bytes.map_err(|error| NotLoaded::Invalid(error.to_string()))?;
                    return Program::load(&engine, &bytes).map(|program| (program, None));
                }
                PortableKind::Python => Language::Python,
                PortableKind::JavaScript => Language::JavaScript,
            };
            let (program, hash) = Runners::new(runners).load(&engine, language, &portable.file)?;
            Ok((program, Some(format!("{language} {hash}"))))
        });
        loading.await.unwrap_or_else(|error| Err(NotLoaded::Invalid(error.to_string())))
    }

    /// A file that is missing would fail anywhere; the rest is what only WebAssembly lacks.
    fn not_portable(why: NotPortable) -> NotBuilt {
        let how = why.to_string();
        match why {
            NotPortable::Missing(file) => NotBuilt::Failed { phase: phase(&file, Duration::ZERO).into(), how },
            _ => NotBuilt::Ours {
                what: how,
                way_out: Some("Name the file alone in gradus.toml: start = \"python3 app.py\"; or grade it with --sandbox native.".into()),
            },
        }
    }

    fn refused(why: NotLoaded, file: &str, took: Duration) -> NotBuilt {
        if let NotLoaded::NoRunner(what) = why {
            let way_out = Some(
                "`gradus runner install FILE` installs one; `gradus doctor` says which are there.".into(),
            );
            return NotBuilt::Ours { what, way_out };
        }
        NotBuilt::Failed { phase: phase(file, took).into(), how: format!("{file} can't be run: {why}") }
    }

    fn phase(file: &str, took: Duration) -> Phase {
        Phase {
            command: format!("load {file}"),
            took,
            unchanged: false,
            output: Shown::default(),
            places: Vec::new(),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn who_is_given_more_time_may_do_more_and_nobody_less() {
            let seconds = Duration::from_secs;
            assert_eq!(budget(10, seconds(60), seconds(5)), 120);
            assert_eq!(budget(10, seconds(6), seconds(5)), 20);
            assert_eq!(budget(10, seconds(1), seconds(5)), 10);
        }
    }
}
