//! A project's build cache: a folder of its own into which changed files are copied, and where build products stay, so that
//! an unchanged project is not built again and the learner's own folder stays clean.

use crate::aside;
use crate::plan::Plan;
use crate::tree::{self, TreeError, io_error};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Why a build cache can't be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// It can't be read or written.
    #[error("the build cache {path}: {error}")]
    Io {
        /// Where.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// Another check of the same project runs.
    #[error("another check of this submission is running; wait for it, or end it")]
    Busy,
    /// The project can't be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// A project's build cache. No other check uses it until this is dropped.
#[derive(Debug)]
pub struct BuildCache {
    project: PathBuf,
    home: PathBuf,
    /// The lock lives as long as the open file.
    _lock: File,
}

impl BuildCache {
    /// The cache of a project below `root`.
    pub fn open(root: &Path, project: &Path) -> Result<Self, CacheError> {
        let key = blake3::hash(project.to_string_lossy().as_bytes()).to_hex();
        let home = root.join("builds").join(&key[..16]);
        fs::create_dir_all(home.join("tree")).map_err(at(&home))?;
        let lock = File::options().create(true).append(true).open(home.join("lock")).map_err(at(&home))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { project: project.to_owned(), home, _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(CacheError::Busy),
            Err(fs::TryLockError::Error(error)) => Err(CacheError::Io { path: home, error }),
        }
    }

    /// The project's own folder.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// Where notes about the project may be kept.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Where the project builds and runs.
    pub fn dir(&self) -> PathBuf {
        self.home.join("tree")
    }

    /// Copies what has changed, and removes what the project no longer has. Build products stay.
    pub fn sync(&self) -> Result<(), CacheError> {
        // A check that was killed may have left a copy that ran.
        aside::put_back(&self.dir()).map_err(at(&self.dir()))?;
        let files = tree::files(&self.project)?;
        let list = self.home.join("files");
        let before = fs::read_to_string(&list).unwrap_or_default();
        let now: BTreeSet<String> = files.keys().map(|path| path.to_string_lossy().into_owned()).collect();
        for gone in before.lines().filter(|path| !now.contains(*path)) {
            // It may have gone by itself.
            let _ = fs::remove_file(self.dir().join(gone));
        }
        // Written first: a file that is copied and not listed would never be removed.
        let names: Vec<&str> = now.iter().map(String::as_str).collect();
        write_whole(&list, &names.join("\n"))?;
        for (relative, entry) in &files {
            let copy = self.dir().join(relative);
            if !is_same(entry, &copy) {
                tree::copy(entry, &copy)?;
            }
        }
        Ok(())
    }

    /// Whether the project must be built: it, its build command, or what was built of it has changed.
    pub fn needs_build(&self, plan: &Plan, digest: &str) -> bool {
        fs::read_to_string(self.home.join("built")).ok() != Some(mark(plan, digest))
    }

    /// A build begins: until it ends well, nothing is built.
    pub fn begin_build(&self) -> Result<(), CacheError> {
        match fs::remove_file(self.home.join("built")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(CacheError::Io { path: self.home.clone(), error })
            }
            _ => Ok(()),
        }
    }

    /// A build ended well.
    pub fn mark_built(&self, plan: &Plan, digest: &str) -> Result<(), CacheError> {
        write_whole(&self.home.join("built"), &mark(plan, digest))
    }
}

fn mark(plan: &Plan, digest: &str) -> String {
    format!("{digest}\n{:?}\n{:?}\n", plan.dir, plan.build)
}

/// By length and time of the last change, as build tools do.
fn is_same(entry: &tree::Entry, copy: &Path) -> bool {
    let Ok(meta) = fs::symlink_metadata(copy) else { return false };
    meta.is_file()
        && meta.len() == entry.length
        && entry.modified.is_some()
        && meta.modified().ok() == entry.modified
}

fn write_whole(path: &Path, text: &str) -> Result<(), CacheError> {
    let written = || -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
        io::Write::write_all(&mut file, text.as_bytes())?;
        file.persist(path)?;
        Ok(())
    };
    written().map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CacheError {
    let path = path.to_owned();
    move |error| match io_error(&path)(error) {
        TreeError::Io { path, error } => CacheError::Io { path, error },
        other => CacheError::Tree(other),
    }
}
