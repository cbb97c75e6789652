//! Where the entries of an archive land, and the one place that decides whether they may. It knows no format.

use super::{ArchiveError, Bounds, OnRefusal};
use crate::tree;
use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What desktop systems leave in archives.
const JUNK: [&str; 4] = ["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"];
/// The longest path that any file system here takes.
const MAX_PATH: usize = 4000;

pub struct Sink<'s> {
    into: &'s Path,
    bounds: Bounds,
    on_refusal: OnRefusal,
    bytes: u64,
    files: usize,
    refused: Vec<(PathBuf, ArchiveError)>,
}

/// What becomes of an entry.
enum Place {
    Here(PathBuf),
    /// It is no part of a submission: a dependency, a cache, history.
    Nowhere,
}

impl<'s> Sink<'s> {
    pub fn new(into: &'s Path, bounds: Bounds, on_refusal: OnRefusal) -> Self {
        Self { into, bounds, on_refusal, bytes: 0, files: 0, refused: Vec::new() }
    }

    pub fn bounds(&self) -> Bounds {
        self.bounds
    }

    pub fn refused(self) -> Vec<(PathBuf, ArchiveError)> {
        self.refused
    }

    /// Writes a file. What is refused is not read.
    pub fn file(&mut self, path: &str, executable: bool, content: &mut dyn Read) -> Result<(), ArchiveError> {
        match self.place(path) {
            Ok(Place::Nowhere) => Ok(()),
            Ok(Place::Here(place)) => match self.write(path, &place, executable, content) {
                Err(error) => self.refuse(place, error),
                written => written,
            },
            Err(error) => self.refuse(usable(path), error),
        }
    }

    /// Makes a folder, and answers whether it is there: whether what is below it is wanted.
    pub fn folder(&mut self, path: &str) -> Result<bool, ArchiveError> {
        // tar names the folder that it was made in.
        if path.split('/').all(|part| part.is_empty() || part == ".") && !path.starts_with('/') {
            return Ok(true);
        }
        let refused = match self.place(path) {
            Ok(Place::Nowhere) => return Ok(false),
            Ok(Place::Here(place)) => match self.make(path, &place) {
                Err(error) => self.refuse(place, error),
                Ok(()) => return Ok(true),
            },
            Err(error) => self.refuse(usable(path), error),
        };
        refused.map(|()| false)
    }

    /// Refuses what is neither a file nor a folder, unless nobody would have wanted it anyway.
    pub fn refuse_kind(&mut self, path: &str, what: String) -> Result<(), ArchiveError> {
        match self.place(path) {
            Ok(Place::Nowhere) => Ok(()),
            Ok(Place::Here(place)) => self.refuse(place, ArchiveError::Kind { path: path.to_owned(), what }),
            Err(error) => self.refuse(usable(path), error),
        }
    }

    /// Refuses an entry for a reason of its format.
    pub fn refuse_entry(&mut self, path: &str, error: ArchiveError) -> Result<(), ArchiveError> {
        self.refuse(usable(path), error)
    }

    /// That there is more of it than may be.
    pub fn too_large(&self) -> ArchiveError {
        ArchiveError::TooMuch(format!("{} MiB", self.bounds.bytes >> 20))
    }

    fn refuse(&mut self, place: PathBuf, error: ArchiveError) -> Result<(), ArchiveError> {
        let goes_on = self.on_refusal == OnRefusal::GoOn
            && !error.is_ours()
            && !matches!(error, ArchiveError::TooMuch(_))
            // A list of refusals is no way to fill our memory either.
            && self.refused.len() < self.bounds.files.min(100_000);
        if goes_on {
            self.refused.push((place, error));
            Ok(())
        } else {
            Err(error)
        }
    }

    /// Where an entry belongs. Nothing is touched yet.
    fn place(&mut self, path: &str) -> Result<Place, ArchiveError> {
        let refused = |why| Err(ArchiveError::Path { path: shortened(path), why });
        self.files += 1;
        if self.files > self.bounds.files {
            return Err(ArchiveError::TooMuch(format!("{} files", self.bounds.files)));
        }
        if path.len() > MAX_PATH {
            return refused("is too long a path");
        }
        if path.contains('\0') || path.contains('\u{fffd}') {
            return refused("is no path in UTF-8");
        }
        if path.starts_with('/') {
            return refused("is an absolute path");
        }
        let mut place = PathBuf::new();
        let mut nowhere = false;
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." => return refused("leads out of the archive"),
                part if part.contains('\\') || is_drive(part) => return refused("is a path of Windows"),
                part if part.len() > 255 => return refused("is too long a name"),
                part => {
                    nowhere |= tree::is_never_kept(part) || JUNK.contains(&part);
                    place.push(part);
                }
            }
        }
        if place.as_os_str().is_empty() {
            return refused("is no path");
        }
        if place.components().count() > self.bounds.depth {
            return Err(ArchiveError::TooMuch(format!("{} folders in one another", self.bounds.depth)));
        }
        Ok(if nowhere { Place::Nowhere } else { Place::Here(place) })
    }

    fn make(&self, path: &str, place: &Path) -> Result<(), ArchiveError> {
        let folder = self.into.join(place);
        fs::create_dir_all(&folder).map_err(|error| clash(path, folder, error))
    }

    fn write(
        &mut self,
        path: &str,
        place: &Path,
        executable: bool,
        content: &mut dyn Read,
    ) -> Result<(), ArchiveError> {
        let file = self.into.join(place);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(|error| clash(path, file.clone(), error))?;
        }
        let mut options = OpenOptions::new();
        // Only new files: an entry can neither follow what an earlier one left nor replace it.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, if executable { 0o755 } else { 0o644 });
        let mut out = options.open(&file).map_err(|error| clash(path, file.clone(), error))?;
        let mut buffer = [0; 32 * 1024];
        loop {
            let read = match content.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::FileTooLarge => return Err(self.too_large()),
                Err(error) => {
                    let why = format!("`{}`: {error}", shortened(path));
                    return Err(ArchiveError::Damaged { kind: "an archive", why });
                }
            };
            self.bytes += read as u64;
            if self.bytes > self.bounds.bytes {
                return Err(self.too_large());
            }
            out.write_all(&buffer[..read])
                .map_err(|error| ArchiveError::Ours { path: file.clone(), error })?;
        }
    }
}

/// `C:`
fn is_drive(part: &str) -> bool {
    matches!(part.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// What of a refused path is a path, to tell whose it is.
fn usable(path: &str) -> PathBuf {
    path.split('/').filter(|part| !matches!(*part, "" | "." | "..")).take(8).collect()
}

fn shortened(path: &str) -> String {
    if path.chars().count() <= 120 {
        path.to_owned()
    } else {
        path.chars().take(120).collect::<String>() + "…"
    }
}

fn clash(path: &str, place: PathBuf, error: io::Error) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => {
            ArchiveError::Twice(shortened(path))
        }
        io::ErrorKind::InvalidFilename => {
            ArchiveError::Path { path: shortened(path), why: "is too long a path" }
        }
        _ => ArchiveError::Ours { path: place, error },
    }
}
