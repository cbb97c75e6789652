//! What a submission consists of: its files without version control, dependencies and build products. Links out of it are
//! never followed.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Folders that are never part of a submission, wherever they stand: history, dependencies and caches.
const LEFT_OUT: [&str; 14] = [
    ".git",
    ".hg",
    ".svn",
    ".gradus",
    "node_modules",
    "__pycache__",
    ".venv",
    "venv",
    ".pytest_cache",
    ".mypy_cache",
    ".gradle",
    ".idea",
    ".vscode",
    ".tox",
];
/// Build products, only where the file that makes them stands beside them.
const PRODUCTS: [(&str, &str); 4] =
    [("target", "Cargo.toml"), ("target", "pom.xml"), ("out", "Main.java"), ("bin", "go.mod")];
const MAX_FILES: usize = 20_000;
const MAX_BYTES: u64 = 256 << 20;

/// Why a folder can't be taken in.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// Something in it can't be read or written.
    #[error("{path}: {error}")]
    Io {
        /// What.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// It is too large to be a submission.
    #[error("{dir} holds more than {MAX_FILES} files or {} MiB; is it the folder of the submission?", MAX_BYTES >> 20)]
    TooLarge {
        /// The folder.
        dir: PathBuf,
    },
}

/// A file of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub path: PathBuf,
    /// How long it is, in bytes.
    pub length: u64,
    /// Whether it may be run.
    pub executable: bool,
    /// When it was changed last.
    pub modified: Option<std::time::SystemTime>,
}

/// The files of a submission, by their path relative to it.
pub fn files(dir: &Path) -> Result<BTreeMap<PathBuf, Entry>, TreeError> {
    let mut found = BTreeMap::new();
    let mut open = vec![PathBuf::new()];
    let mut bytes = 0;
    while let Some(below) = open.pop() {
        let folder = dir.join(&below);
        for entry in fs::read_dir(&folder).map_err(io_error(&folder))? {
            let entry = entry.map_err(io_error(&folder))?;
            let path = entry.path();
            let relative = below.join(entry.file_name());
            if is_left_out(&folder, &entry.file_name().to_string_lossy()) {
                continue;
            }
            let Some(meta) = regular(dir, &path).map_err(io_error(&path))? else { continue };
            if meta.is_dir() {
                open.push(relative);
                continue;
            }
            bytes += meta.len();
            let entry = Entry {
                length: meta.len(),
                executable: is_executable(&meta),
                modified: meta.modified().ok(),
                path,
            };
            found.insert(relative, entry);
            if found.len() > MAX_FILES || bytes > MAX_BYTES {
                return Err(TreeError::TooLarge { dir: dir.to_owned() });
            }
        }
    }
    Ok(found)
}

/// Whether a path below `dir` belongs to the submission, or would if it were there.
pub fn is_kept(dir: &Path, path: &Path) -> bool {
    let Ok(relative) = path.strip_prefix(dir) else { return false };
    let mut folder = dir.to_owned();
    relative.components().all(|part| {
        let Component::Normal(name) = part else { return false };
        let kept = !is_left_out(&folder, &name.to_string_lossy());
        folder.push(name);
        kept
    })
}

/// BLAKE3, in hex, of all paths, contents and permissions to run.
pub fn digest(dir: &Path) -> Result<String, TreeError> {
    let mut hasher = blake3::Hasher::new();
    for (relative, entry) in files(dir)? {
        let bytes = fs::read(&entry.path).map_err(io_error(&entry.path))?;
        let path = relative.to_string_lossy();
        // Lengths go first, so that no two trees read the same.
        hasher.update(&(path.len() as u64).to_le_bytes());
        hasher.update(path.as_bytes());
        hasher.update(&[u8::from(entry.executable)]);
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(&bytes);
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// Copies a submission into a folder, which is made if it is missing.
pub fn stage(dir: &Path, into: &Path) -> Result<(), TreeError> {
    for (relative, entry) in files(dir)? {
        copy(&entry, &into.join(relative))?;
    }
    fs::create_dir_all(into).map_err(io_error(into))
}

/// Copies one file with its permissions and the time of its last change.
pub(crate) fn copy(entry: &Entry, into: &Path) -> Result<(), TreeError> {
    if let Some(folder) = into.parent() {
        fs::create_dir_all(folder).map_err(io_error(folder))?;
    }
    fs::copy(&entry.path, into).map_err(io_error(into))?;
    if let Some(modified) = entry.modified {
        let file = fs::File::options().append(true).open(into);
        // A build tool that sees a newer file only builds more than it must.
        let _ = file.and_then(|file| file.set_modified(modified));
    }
    Ok(())
}

/// Whether a file or folder of this name is never part of a submission, wherever it stands.
pub(crate) fn is_never_kept(name: &str) -> bool {
    LEFT_OUT.contains(&name) || name.ends_with(".pyc")
}

fn is_left_out(folder: &Path, name: &str) -> bool {
    is_never_kept(name)
        || PRODUCTS.iter().any(|(product, maker)| *product == name && folder.join(maker).exists())
}

/// What a path is: a file or folder of the submission's own. Devices, sockets, and links that lead out are nothing.
fn regular(dir: &Path, path: &Path) -> io::Result<Option<fs::Metadata>> {
    let meta = fs::symlink_metadata(path)?;
    if meta.is_file() || meta.is_dir() {
        return Ok(Some(meta));
    }
    if !meta.is_symlink() {
        return Ok(None);
    }
    let inside = match (fs::canonicalize(path), fs::canonicalize(dir)) {
        (Ok(target), Ok(dir)) => target.starts_with(dir),
        _ => false,
    };
    // A link to a folder could be a circle.
    Ok(if inside { fs::metadata(path).ok().filter(fs::Metadata::is_file) } else { None })
}

#[cfg(unix)]
fn is_executable(meta: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

pub(crate) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> TreeError {
    let path = path.to_owned();
    move |error| TreeError::Io { path, error }
}
