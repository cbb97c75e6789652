//! A service as it is when a grading begins: made and filled once for each version of its programs and each seed, then only
//! cloned.

use super::Host;
use super::instance::{KEPT, Lodging, WayIn, last_words, stand_in};
use crate::files::give;
use crate::ground::Sandbox;
use gradus_intake::aside::copy_all;
use gradus_model::seed::Quoting;
use gradus_model::service::Service;
use gradus_sandbox::{Access, Ending, host_id};
use gradus_services::engine::{self, Programs};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// How long making an empty instance may take, and ending one in order.
const MAKES: Duration = Duration::from_secs(60);
/// Another way to make templates makes other templates.
const VERSION: u32 = 3;

/// The folder of a service's template; there is none where nothing is kept on a disk.
pub async fn template(
    host: &Host,
    programs: &Programs,
    service: &Service,
) -> Result<Option<PathBuf>, String> {
    if !engine::is_cloned(service.engine) {
        return Ok(None);
    }
    let no_place = |error: std::io::Error| format!("no place for a template: {error}");
    let folder = host.templates.join(key(host, programs, service).map_err(no_place)?);
    if folder.is_dir() {
        return Ok(Some(folder));
    }
    fs::create_dir_all(&host.templates).map_err(no_place)?;
    let half = tempfile::Builder::new().prefix("new-").tempdir_in(&host.templates).map_err(no_place)?;
    match stand_in(host, service.engine) {
        None => make(host, programs, service, half.path()).await?,
        // Whoever makes it can't reach our own folders.
        Some(_) => {
            let made = TempDir::with_prefix("gradus-template-").map_err(no_place)?;
            make(host, programs, service, made.path()).await?;
            copy_all(made.path(), half.path()).map_err(no_place)?;
        }
    }
    match fs::rename(half.path(), &folder) {
        Ok(()) => {
            // It has moved away.
            let _ = half.keep();
            Ok(Some(folder))
        }
        // Somebody else was quicker, and theirs is as good.
        Err(_) if folder.is_dir() => Ok(Some(folder)),
        Err(error) => Err(no_place(error)),
    }
}

fn key(host: &Host, programs: &Programs, service: &Service) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: String| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    add(format!("{VERSION} {} {}", service.engine.word(), host.sandbox == Sandbox::Native));
    for program in [Some(&programs.server), programs.init.as_ref()].into_iter().flatten() {
        let real = program.canonicalize()?;
        let meta = real.metadata()?;
        add(format!("{} {} {:?}", real.display(), meta.len(), meta.modified().ok()));
    }
    for seed in &service.seed {
        add(seed.text(Quoting::Standard).into_owned());
    }
    Ok(hasher.finalize().to_hex()[..32].to_owned())
}

async fn make(host: &Host, programs: &Programs, service: &Service, into: &Path) -> Result<(), String> {
    let io = |error: std::io::Error| error.to_string();
    let kept = into.join(KEPT);
    fs::create_dir(&kept).map_err(io)?;
    fs::set_permissions(&kept, fs::Permissions::from_mode(0o700)).map_err(io)?;
    if let Some(id) = host_id("services").filter(|_| host.sandbox == Sandbox::Native) {
        give(into, id).map_err(io)?;
    }
    let engine = service.engine;
    // Nobody comes by its port.
    let port = match host.sandbox {
        Sandbox::Native => engine::usual_port(engine),
        Sandbox::Guarded { .. } | Sandbox::None { .. } | Sandbox::Wasm => {
            gradus_sandbox::free_port().map_err(io)?.port()
        }
    };
    let own = (port, String::new());
    let lodging = Lodging::open(host, engine, Some((into, Access::Write)), own).await?;
    if let Some(command) = engine::init(engine, programs, &lodging.places) {
        let running = lodging.room.run(lodging.program(host, command)).await;
        let running = running.map_err(|error| error.to_string())?;
        let exit = tokio::time::timeout(MAKES, running.wait()).await;
        match exit {
            Ok(exit) if exit.ending == Ending::Exited(0) => {}
            Ok(exit) => {
                return Err(format!("what makes an empty one {}: {}", exit.ending, last_words(&running)));
            }
            Err(_) => return Err(format!("making an empty one takes too long: {}", last_words(&running))),
        }
    }
    let command = engine::serve(engine, programs, &lodging.places);
    let mut running =
        lodging.room.run(lodging.program(host, command)).await.map_err(|error| error.to_string())?;
    let way_in = WayIn { engine, room: &lodging.room, door: lodging.door.path(), port, secret: "" };
    let mut client = way_in.answers(&running).await?;
    client.furnish(service).await?;
    drop(client);
    // In order, so that the next one need not mend anything.
    let _ = running.term();
    if tokio::time::timeout(MAKES, running.wait()).await.is_err() {
        return Err("it does not end when it is asked to".to_owned());
    }
    running.stop().await;
    Ok(())
}
