//! What every command needs that runs programs: what starts them and how they are kept apart, the runtime, Ctrl-C, the clock.

use crate::arguments;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use gradus_grade::{Interrupt, Sandbox, Supplies};
use gradus_intake::packages::PackageCache;
use gradus_sandbox::{Launcher, SandboxError};
use gradus_verify::Workshop;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

/// What starts programs, and how they are kept apart from this machine.
pub struct Means {
    pub launcher: Launcher,
    pub sandbox: Sandbox,
}

impl Means {
    /// The sandbox that was asked for, or the strongest that this machine has. Whoever asks for one gets it or an error;
    /// who does not is told in every report what there was.
    pub async fn new(asked: Option<arguments::Sandbox>) -> Result<Self, Problem> {
        let launcher = launcher()?;
        let sandbox = sandbox(&launcher, asked).await.map_err(refused)?;
        Ok(Self { launcher, sandbox })
    }

    /// What graders are verified with.
    pub fn workshop(&self, environment: &Environment) -> Result<Workshop, Problem> {
        Ok(Workshop {
            launcher: self.launcher.clone(),
            sandbox: self.sandbox.clone(),
            supplies: supplies(&[], environment)?,
            environment: environment.passed_on.clone(),
            now: now(),
        })
    }
}

/// Means that are on their way: the system tries the sandbox while we read what else is needed.
pub struct Beginning {
    launcher: Launcher,
    asked: Option<arguments::Sandbox>,
    trial: Mutex<Option<JoinHandle<Result<Sandbox, SandboxError>>>>,
    means: OnceCell<Means>,
}

impl Beginning {
    /// Begins, for what was asked.
    pub async fn new(asked: Option<arguments::Sandbox>) -> Result<Self, Problem> {
        let launcher = launcher()?;
        let tried = launcher.clone();
        let trial = tokio::spawn(async move { sandbox(&tried, asked).await });
        // Once it waits for the first time, it has ordered its room.
        tokio::task::yield_now().await;
        Ok(Self { launcher, asked, trial: Mutex::new(Some(trial)), means: OnceCell::new() })
    }

    /// The means, as soon as they are there.
    pub async fn means(&self) -> Result<&Means, Problem> {
        let means = self.means.get_or_try_init(|| async {
            let trial = self.trial.lock().unwrap_or_else(PoisonError::into_inner).take();
            let tried = match trial {
                Some(trial) => {
                    trial.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
                }
                None => sandbox(&self.launcher, self.asked).await,
            };
            Ok(Means { launcher: self.launcher.clone(), sandbox: tried? })
        });
        means.await.map_err(refused)
    }
}

fn launcher() -> Result<Launcher, Problem> {
    Launcher::start().map_err(|error| Problem::new(Exit::Machine, error))
}

async fn sandbox(launcher: &Launcher, asked: Option<arguments::Sandbox>) -> Result<Sandbox, SandboxError> {
    match asked {
        Some(arguments::Sandbox::Wasm) => Ok(Sandbox::Wasm),
        Some(arguments::Sandbox::None) => Ok(Sandbox::None { because: None }),
        Some(arguments::Sandbox::Native) => Sandbox::native(launcher).await,
        Some(arguments::Sandbox::Guarded) => Sandbox::guarded(launcher, None).await,
        None => Ok(Sandbox::strongest(launcher).await),
    }
}

/// What builds may draw on: hosts that this command permits, and those that the environment always does.
pub fn supplies(hosts: &[String], environment: &Environment) -> Result<Supplies, Problem> {
    let hosts = hosts.iter().chain(&environment.build_network).cloned();
    let supplies = Supplies {
        templates: environment.cache.join("services"),
        runners: environment.runners(),
        packages: PackageCache::new(&environment.cache),
        hosts: hosts.collect(),
        registries: environment.registries.clone(),
    };
    match supplies.mistake() {
        None => Ok(supplies),
        Some(host) => Err(Problem::new(Exit::Usage, format!("`{host}` is no host"))
            .way_out("Write it like registry.example or registry.example:8443.")),
    }
}

fn refused(error: SandboxError) -> Problem {
    Problem::new(Exit::Machine, format!("this sandbox can't be had here: {error}"))
        .way_out("`gradus doctor` says what is missing and how to mend it.")
}

/// A runtime for one thread: a grading waits, it does not compute.
pub fn runtime() -> Result<Runtime, Problem> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::new(Exit::Machine, error))
}

/// Ctrl-C and the like end a grading in order; a second one ends it at once.
pub fn interrupt_on_signals(interrupt: &Interrupt) {
    let interrupt = interrupt.clone();
    tokio::spawn(async move {
        signal().await;
        interrupt.throw();
        signal().await;
        std::process::exit(Exit::Interrupted as i32);
    });
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::hangup())) {
        (Ok(mut terminate), Ok(mut hangup)) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
        }
        _ => drop(tokio::signal::ctrl_c().await),
    }
}

#[cfg(not(unix))]
async fn signal() {
    drop(tokio::signal::ctrl_c().await);
}

/// Seconds since 1970-01-01 UTC.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
