//! The submission's files and its data, for runners that have no file system of their own. No path leaves its folder.

use crate::limits::Settings;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Component, Path, PathBuf};

/// Bytes of a file that is read at once.
const LARGEST: u64 = 32 << 20;

/// A code as in errno.h: `ENOENT`.
pub type Code = String;

/// Two folders: `/app`, which can't be changed, and `/data`.
#[derive(Clone, Debug)]
pub struct Files {
    app: Option<PathBuf>,
    data: Option<PathBuf>,
}

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About {
    /// Bytes.
    pub size: u64,
    /// Whether it is a folder.
    pub is_folder: bool,
}

impl Files {
    /// Those of a program.
    pub fn new(settings: &Settings) -> Self {
        Self { app: settings.folder.clone(), data: settings.data.clone() }
    }

    /// The whole content of a file.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, Code> {
        let path = self.existing(path)?;
        if fs::metadata(&path).map_err(code)?.len() > LARGEST {
            return Err("EFBIG".into());
        }
        fs::read(path).map_err(code)
    }

    /// Writes a file anew, or more of it.
    pub fn write(&self, path: &str, content: &[u8], append: bool) -> Result<(), Code> {
        let path = self.changeable(path)?;
        let mut options = OpenOptions::new();
        options.create(true).write(true).append(append).truncate(!append);
        options.open(path).and_then(|mut file| file.write_all(content)).map_err(code)
    }

    /// Moves a file or a folder.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), Code> {
        fs::rename(self.changeable(from)?, self.changeable(to)?).map_err(code)
    }

    /// Removes a file or a folder with all that is in it.
    pub fn remove(&self, path: &str) -> Result<(), Code> {
        let path = self.changeable(path)?;
        let about = fs::symlink_metadata(&path).map_err(code)?;
        if about.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.map_err(code)
    }

    /// Makes a folder in one that is there.
    pub fn make_folder(&self, path: &str) -> Result<(), Code> {
        fs::create_dir(self.changeable(path)?).map_err(code)
    }

    /// What a path is.
    pub fn look(&self, path: &str) -> Result<About, Code> {
        if path == "/" {
            return Ok(About { size: 0, is_folder: true });
        }
        let about = fs::metadata(self.existing(path)?).map_err(code)?;
        Ok(About { size: about.len(), is_folder: about.is_dir() })
    }

    /// What is in a folder, in order.
    pub fn names(&self, path: &str) -> Result<Vec<String>, Code> {
        let entries = fs::read_dir(self.existing(path)?).map_err(code)?;
        let mut names: Vec<String> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        Ok(names)
    }

    /// Where a path that is there leads, links followed, as long as that is in its folder.
    fn existing(&self, path: &str) -> Result<PathBuf, Code> {
        let (root, below) = self.parts(path)?;
        let root = root.canonicalize().map_err(code)?;
        let found = root.join(below).canonicalize().map_err(code)?;
        if found.starts_with(&root) { Ok(found) } else { Err("EACCES".into()) }
    }

    /// A path of data, which need not be there. It is no link.
    fn changeable(&self, path: &str) -> Result<PathBuf, Code> {
        let (root, below) = self.parts(path)?;
        if Some(root) != self.data.as_deref() {
            return Err("EROFS".into());
        }
        let root = root.canonicalize().map_err(code)?;
        let (Some(folder), Some(name)) = (below.parent(), below.file_name()) else {
            return Err("EBUSY".into());
        };
        let folder = root.join(folder).canonicalize().map_err(code)?;
        let found = folder.join(name);
        let is_link = fs::symlink_metadata(&found).is_ok_and(|about| about.is_symlink());
        if folder.starts_with(&root) && !is_link { Ok(found) } else { Err("EACCES".into()) }
    }

    fn parts<'p>(&self, path: &'p str) -> Result<(&Path, &'p Path), Code> {
        let path = Path::new(path);
        let folders = [(&self.app, "/app"), (&self.data, "/data")];
        let found = folders
            .into_iter()
            .find_map(|(root, seen)| Some((root.as_deref()?, path.strip_prefix(seen).ok()?)));
        let (root, below) = found.ok_or("ENOENT")?;
        let is_plain = below.components().all(|part| matches!(part, Component::Normal(_)));
        if is_plain { Ok((root, below)) } else { Err("EACCES".into()) }
    }
}

/// Bytes of all files in a folder, links not followed, and of those that are open without being there any more. Folders too deep
/// to be looked into count as more than anybody may have.
pub fn size(folder: &Path) -> u64 {
    below(folder).saturating_add(removed(folder))
}

fn below(folder: &Path) -> u64 {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        // It was removed meanwhile.
        Err(error) if error.kind() == ErrorKind::NotFound => return 0,
        Err(_) => return u64::MAX,
    };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(about) if about.is_dir() => below(&entry.path()),
        Ok(about) => about.len(),
        Err(_) => 0,
    });
    sizes.fold(0, u64::saturating_add)
}

/// Where the kernel tells of open files at all.
fn removed(folder: &Path) -> u64 {
    let Ok(open) = fs::read_dir("/proc/self/fd") else { return 0 };
    let of_folder = open.flatten().map(|entry| entry.path()).filter(|link| {
        let name = fs::read_link(link).unwrap_or_default();
        name.starts_with(folder) && name.to_string_lossy().ends_with(" (deleted)")
    });
    of_folder.filter_map(|link| fs::metadata(link).ok()).map(|about| about.len()).fold(0, u64::saturating_add)
}

fn code(error: io::Error) -> Code {
    match error.kind() {
        ErrorKind::NotFound => "ENOENT",
        ErrorKind::AlreadyExists => "EEXIST",
        ErrorKind::PermissionDenied => "EACCES",
        ErrorKind::NotADirectory => "ENOTDIR",
        ErrorKind::IsADirectory => "EISDIR",
        ErrorKind::DirectoryNotEmpty => "ENOTEMPTY",
        _ => "EIO",
    }
    .to_owned()
}
