//! The packages that a build needs, fetched by their package manager alone and kept for the next time. The room in which it
//! fetches them holds nothing but the files that say which, and has no way out but to permitted hosts; no script of a package
//! runs in it, and no build ever writes into what was fetched.

use crate::build::NotBuilt;
use crate::ground::Ground;
use crate::job::{Folder, Supplies};
use crate::observe::{Event, Observer};
use gradus_intake::packages::{Packages, packages};
use gradus_model::duration::format_duration;
use gradus_model::exercise::Limits;
use gradus_model::outcome::Shown;
use gradus_model::report::Phase;
use gradus_sandbox::{Ending, Program, Room, Stdin};
use gradus_services::Gate;
use std::ffi::OsStr;
use std::io;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tokio::task::JoinHandle;

/// Where a room finds its way out: a port of its own loopback.
const GATE: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 3128);
/// The same, for programs.
pub const PROXY: &str = "127.0.0.1:3128";
const SHOWN_OUTPUT: usize = 16 * 1024;

/// Gives the ground the packages that the submission asks for: those that are kept, and those that may be fetched now.
pub async fn provide(
    folder: &Folder,
    ground: &mut Ground,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<(), NotBuilt> {
    if !ground.is_native() {
        // Where the network is the machine's own, a build fetches what it needs by itself.
        return Ok(());
    }
    for (wanted, key, kept) in kept(folder, ground)? {
        let store = match kept {
            Some(store) => Some(store),
            None if folder.supplies.hosts.is_empty() => None,
            None => Some(fetch(folder, &wanted, &built_in(folder, ground), &key, limits, observer).await?),
        };
        match store {
            Some(store) => show(folder, ground, &wanted, &store)?,
            None => {
                ground.lacks_packages(wanted.manager.program());
                ground.tell(wanted.manager.giving_up());
            }
        }
    }
    Ok(())
}

/// Gives the ground of what was built before the packages that are only read: some programs read them when they run.
pub fn recall(folder: &Folder, ground: &mut Ground) -> Result<(), NotBuilt> {
    if !ground.is_native() {
        return Ok(());
    }
    for (wanted, _, kept) in kept(folder, ground)? {
        if let Some(store) = kept.filter(|_| !wanted.manager.writes()) {
            show(folder, ground, &wanted, &store)?;
        }
    }
    Ok(())
}

/// What the submission asks for, the key of each set, and where it is if it was fetched before.
fn kept(folder: &Folder, ground: &Ground) -> Result<Vec<(Packages, String, Option<PathBuf>)>, NotBuilt> {
    let dir = built_in(folder, ground);
    let path = folder.environment.iter().find(|(name, _)| name == "PATH");
    let path = path.map_or(OsStr::new(""), |(_, path)| path.as_os_str());
    let wanted = packages(&dir).map_err(|error| ours(error.to_string()))?;
    let found = wanted.into_iter().map(|wanted| {
        let key = wanted.key(&dir, path).map_err(|error| ours(format!("its packages: {error}")))?;
        let kept = folder.supplies.packages.find(&key);
        Ok((wanted, key, kept))
    });
    found.collect()
}

/// The folder on this machine in which it is built.
fn built_in(folder: &Folder, ground: &Ground) -> PathBuf {
    folder.plan.dir.as_ref().map_or_else(|| ground.folder().to_owned(), |below| ground.folder().join(below))
}

fn show(folder: &Folder, ground: &mut Ground, wanted: &Packages, store: &Path) -> Result<(), NotBuilt> {
    let at = seen_at(wanted);
    let used = ground.use_packages(store, at.clone().into(), wanted.manager.writes());
    used.map_err(|error| ours(format!("its packages: {error}")))?;
    ground.tell(wanted.manager.using(&at));
    let told = folder.supplies.registries.iter();
    let told = told.filter(|(name, _)| name.to_str().is_some_and(|name| wanted.manager.needs(name)));
    ground.tell(told.cloned().collect());
    Ok(())
}

/// Where a set of packages is seen.
fn seen_at(wanted: &Packages) -> String {
    format!("/packages/{}", wanted.manager.program())
}

/// A way out for a room, while this is held.
pub struct WayOut {
    /// What came of it.
    pub gate: Gate,
    serving: JoinHandle<()>,
}

impl WayOut {
    /// Opens it in a room.
    pub async fn open(room: &Room, supplies: &Supplies) -> Result<Self, NotBuilt> {
        let gate = Gate::new(&supplies.hosts).map_err(|host| ours(format!("`{}` is no host", host.0)))?;
        let listener = room.listen(GATE.into()).await;
        let listener = listener.map_err(|error| ours(format!("no way out of the room: {error}")))?;
        let serving = tokio::spawn(gate.clone().serve(listener));
        Ok(Self { gate, serving })
    }

    /// What stood in the way of a build that failed, if it was the way out.
    pub fn blocked(&self) -> Option<NotBuilt> {
        let (denied, unreachable) = (self.gate.denied(), self.gate.unreachable());
        if !denied.is_empty() {
            return Some(NotBuilt::Ours {
                what: format!("the build wanted to reach {}, which is not permitted", denied.join(", ")),
                way_out: Some(format!(
                    "If that is a registry of packages that you trust, add --build-network {}",
                    denied.join(",")
                )),
            });
        }
        let why = unreachable.first()?;
        Some(NotBuilt::Ours { what: format!("the build could not reach {why}"), way_out: None })
    }
}

impl Drop for WayOut {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn fetch(
    folder: &Folder,
    wanted: &Packages,
    dir: &Path,
    key: &str,
    limits: &Limits,
    observer: &mut dyn Observer,
) -> Result<PathBuf, NotBuilt> {
    let no_place = |error: io::Error| ours(format!("no place for packages: {error}"));
    let program = wanted.manager.program();
    let command = format!("{program}: packages");
    observer.event(Event::Building { command: &command });
    let cache = &folder.supplies.packages;
    let set = cache.begin().map_err(no_place)?;
    let work = tempfile::TempDir::with_prefix("gradus-packages-").map_err(no_place)?;
    wanted.stage(dir, work.path()).map_err(no_place)?;
    let store = seen_at(wanted);
    let mut apart = Ground::new(&folder.sandbox, work.path(), &folder.environment).map_err(no_place)?;
    apart.write_packages(set.path(), store.clone().into()).map_err(no_place)?;
    let room = folder
        .launcher
        .open(&apart.build_room(limits, None, &[]))
        .await
        .map_err(|error| ours(error.to_string()))?;
    let way_out = WayOut::open(&room, &folder.supplies).await?;
    let mut env = apart.environment().to_vec();
    env.extend(folder.supplies.registries.iter().cloned());
    env.extend(apart.places(None));
    env.extend(wanted.manager.fetching(&store, PROXY));
    let begun = Instant::now();
    let running = room
        .run(Program {
            command: wanted.manager.fetch(&store, &wanted.files),
            dir: apart.dir(None),
            env,
            stdin: Stdin::Null,
            output_cap: limits.output as usize,
            wall: Some(limits.build),
            user: None,
        })
        .await;
    let mut running = running.map_err(|error| ours(error.to_string()))?;
    let ending = tokio::select! {
        exit = running.wait() => Ok(exit.ending),
        () = apart.outgrows(limits) => Err("its packages take too much space".to_owned()),
    };
    running.stop().await;
    let how = match ending {
        Ok(Ending::Exited(0)) => {
            apart.take_packages().map_err(no_place)?;
            return cache.keep(set, key).map_err(no_place);
        }
        Ok(Ending::OutOfTime { .. }) => {
            format!("fetching its packages took more than {}", format_duration(limits.build))
        }
        Ok(ending) => format!("its packages could not be fetched: {program} {ending}"),
        Err(how) => how,
    };
    if let Some(blocked) = way_out.blocked() {
        return Err(blocked);
    }
    let slice = running.output().all();
    let output = Shown::new(&slice.bytes[slice.bytes.len().saturating_sub(SHOWN_OUTPUT)..], SHOWN_OUTPUT);
    let phase = Phase { command, took: begun.elapsed(), unchanged: false, output, places: Vec::new() };
    Err(NotBuilt::Failed { phase: phase.into(), how })
}

fn ours(what: String) -> NotBuilt {
    NotBuilt::Ours { what, way_out: None }
}
