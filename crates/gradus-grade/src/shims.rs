//! Where the programs really are that a version manager (pyenv, rbenv, nodenv, asdf) chooses between with a script of its own,
//! a shim, whenever one starts: to choose takes longer than many a server takes to start. It knows nothing of any manager but
//! what their shims have in common: they end with `exec MANAGER exec PROGRAM`, and `MANAGER which PROGRAM` tells what that runs.

use crate::ground::Ground;
use crate::job::Folder;
use gradus_intake::plan;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::process::Command;

/// A manager that takes longer chooses each time.
const PATIENCE: Duration = Duration::from_secs(5);
/// A shim is a few lines; what is longer is something else.
const LONGEST: u64 = 16 << 10;

/// The folders that shims were found to lead to. Managers are asked once, however many submissions this process grades.
static KNOWN: Mutex<BTreeMap<PathBuf, Option<PathBuf>>> = Mutex::new(BTreeMap::new());

/// Lets what a submission starts be found without its shims. One that itself chooses versions, in a file for the manager, keeps
/// them.
pub async fn skip(folder: &Folder, ground: &mut Ground) {
    let dir = folder.plan.dir.as_deref().unwrap_or(Path::new(""));
    if dir.ancestors().any(|dir| chooses_versions(&ground.folder().join(dir))) {
        return;
    }
    let Some((_, path)) = folder.environment.iter().find(|(name, _)| name == "PATH") else { return };
    for program in folder.plan.start.iter().flat_map(plan::programs) {
        let Some(shim) = plan::first_on(path, &program).filter(|found| is_in_shims(found)) else { continue };
        if let Some(found) = known(&shim, &folder.environment).await {
            ground.look_first_in(&found);
        }
    }
}

/// Whether a folder has a file such as `.python-version` or `.tool-versions`.
fn chooses_versions(folder: &Path) -> bool {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    names
        .filter_map(|name| name.into_string().ok())
        .any(|name| name.starts_with('.') && (name.ends_with("-version") || name.ends_with("-versions")))
}

fn is_in_shims(program: &Path) -> bool {
    program.parent().and_then(Path::file_name) == Some(OsStr::new("shims"))
}

async fn known(shim: &Path, environment: &[(OsString, OsString)]) -> Option<PathBuf> {
    let lock = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = lock().get(shim) {
        return known.clone();
    }
    let found = behind(shim, environment).await;
    lock().insert(shim.to_owned(), found.clone());
    found
}

/// The folder of the program that a shim runs where nothing chooses another one; nothing, if its manager does not tell.
async fn behind(shim: &Path, environment: &[(OsString, OsString)]) -> Option<PathBuf> {
    if fs::metadata(shim).ok()?.len() > LONGEST {
        return None;
    }
    let manager = Manager::of(&fs::read_to_string(shim).ok()?)?;
    let mut which = Command::new(manager.program);
    which.arg("which").arg(shim.file_name()?);
    which.env_clear().envs(environment.iter().map(|(name, value)| (name, value))).envs(manager.told);
    // Above a submission's folder, in a sandbox, nothing chooses; nor does anything here.
    which.current_dir("/").stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    let said = tokio::time::timeout(PATIENCE, which.output()).await.ok()?.ok()?;
    let program = PathBuf::from(String::from_utf8(said.stdout).ok()?.trim_end());
    let is_another = program.is_absolute() && program.is_file() && !is_in_shims(&program);
    (said.status.success() && is_another).then(|| program.parent().map(Path::to_owned)).flatten()
}

/// Who chooses.
#[derive(Debug, PartialEq, Eq)]
struct Manager {
    program: String,
    /// What the shim tells it in its environment.
    told: Vec<(String, String)>,
}

impl Manager {
    /// The one that a shim asks.
    fn of(shim: &str) -> Option<Self> {
        let lines = || shim.lines().map(str::trim);
        let plain = |word: &str| {
            Some(word.trim_matches('"').to_owned()).filter(|word| !word.contains(['$', '"', '`']))
        };
        let exported = |line: &str| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), plain(value)?))
        };
        let program = lines().find_map(|line| plain(line.strip_prefix("exec ")?.split_once(" exec ")?.0))?;
        Some(Self { program, told: lines().filter_map(exported).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_chooses_is_read_from_the_shim() {
        let shim = "#!/usr/bin/env bash\nset -e\nprogram=\"${0##*/}\"\nexport ROOT=\"/home/ada/.pyenv\"\nif [ x ]; then\n  export SHIM=\"$at\"\nfi\nexec \"/home/ada/.pyenv/libexec/pyenv\" exec \"$program\" \"$@\"\n";
        let told = vec![("ROOT".to_owned(), "/home/ada/.pyenv".to_owned())];
        let program = "/home/ada/.pyenv/libexec/pyenv".to_owned();
        assert_eq!(Manager::of(shim), Some(Manager { program, told }));
        let asdf =
            Manager::of("#!/usr/bin/env bash\nexec asdf exec \"python3\" \"$@\"\n").expect("a manager");
        assert_eq!(asdf.program, "asdf");
        assert_eq!(Manager::of("#!/bin/sh\nexec python3.11 \"$@\"\n"), None);
        assert_eq!(Manager::of("exec \"$manager\" exec python3\n"), None, "who that is, nobody knows");
    }
}
