//! Compiled code on a disk: what was compiled once is loaded from then on. It lies in a folder that only the grader writes, and
//! what others may have written there is refused.

use crate::engine::{Engine, LINE};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use wasmtime::component::Component;

/// So many components are kept besides runners; whichever was used longest ago goes.
const KEPT: usize = 16;
const PREFIX: &str = "component-";

/// The folder.
#[derive(Clone, Debug)]
pub struct Compiled(PathBuf);

/// Why a component can't be had.
#[derive(Debug, thiserror::Error)]
pub enum NotCompiled {
    /// The folder can't be trusted, or not be read.
    #[error("{0}")]
    Folder(#[from] io::Error),
    /// It is no component.
    #[error("{}", .0.root_cause())]
    Component(wasmtime::Error),
}

impl Compiled {
    /// One that need not be there.
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// What code is called that was compiled of a file with this hash.
    pub fn path(&self, name: &str, hash: &str) -> PathBuf {
        self.0.join(format!("{name}-{hash}-{}.cwasm", LINE.replace(' ', "-")))
    }

    /// A component of somebody's; compiled now if it was not before.
    pub fn component(&self, engine: &Engine, bytes: &[u8]) -> Result<Component, NotCompiled> {
        let hash = blake3::hash(bytes).to_hex();
        let path = self.path(PREFIX.trim_end_matches('-'), &hash);
        if self.0.exists()
            && let Some(component) = self.load(engine, &path)?
        {
            // When it was used last; where that can't be noted, it only goes sooner.
            let _ = fs::File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
            return Ok(component);
        }
        let code = engine.0.precompile_component(bytes).map_err(NotCompiled::Component)?;
        // A folder that can't be written costs time at the next grading, and nothing else.
        if make_private(&self.0).and_then(|()| write_whole(&path, &code)).is_ok() {
            self.tidy();
            if let Some(component) = self.load(engine, &path)? {
                return Ok(component);
            }
        }
        Component::new(&engine.0, bytes).map_err(NotCompiled::Component)
    }

    fn tidy(&self) {
        let entries = fs::read_dir(&self.0).into_iter().flatten().flatten();
        let mut ours: Vec<(SystemTime, PathBuf)> = entries
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX))
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        ours.sort();
        for (_, path) in ours.iter().rev().skip(KEPT) {
            // Another grading may have done it.
            let _ = fs::remove_file(path);
        }
    }

    /// The code in a file of ours; nothing where none is, or where it is of another build of wasmtime.
    #[expect(
        unsafe_code,
        reason = "wasmtime trusts machine code that it loads; whose it is, is looked at here"
    )]
    pub fn load(&self, engine: &Engine, path: &Path) -> io::Result<Option<Component>> {
        is_ours(&self.0)?;
        if fs::symlink_metadata(path).is_err() {
            return Ok(None);
        }
        is_ours(path)?;
        // SAFETY: the file is machine code of our own making. It lies in a folder that nobody else may write, its owner is
        // us, and submissions have no way there: they are never asked for compiled code, and never see this folder.
        Ok(unsafe { Component::deserialize_file(&engine.0, path) }.ok())
    }
}

/// A reader never sees half a file.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let draft = tempfile::NamedTempFile::new_in(folder)?;
    fs::write(draft.path(), bytes)?;
    draft.persist(path).map(drop).map_err(|error| error.error)
}

/// Makes a folder, unless it is there, that only we may write.
#[cfg(unix)]
pub fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// Makes a folder, unless it is there.
#[cfg(not(unix))]
pub fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Whether nobody but us may have written it.
#[cfg(unix)]
fn is_ours(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let about = fs::symlink_metadata(path)?;
    let owner = rustix::process::geteuid().as_raw();
    match !about.is_symlink() && about.uid() == owner && about.mode() & 0o022 == 0 {
        true => Ok(()),
        false => Err(io::Error::other(format!("{} may have been written by others", path.display()))),
    }
}

#[cfg(not(unix))]
fn is_ours(_: &Path) -> io::Result<()> {
    Ok(())
}
