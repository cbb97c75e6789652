//! A built submission that is set aside while a copy of it runs in its place: what programs write beside their data goes
//! with the copy. It is for where the system covers nothing, and knows nothing of what runs.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// A folder whose place a copy has taken. When this is dropped, it is back, as it was.
#[derive(Debug)]
pub struct Aside {
    folder: PathBuf,
}

impl Aside {
    /// Sets a folder aside. The copy has the folder's own path, which a build may have written down anywhere.
    pub fn set(folder: &Path) -> io::Result<Self> {
        put_back(folder)?;
        fs::rename(folder, aside(folder))?;
        let set = Self { folder: folder.to_owned() };
        fs::create_dir(folder)?;
        fs::set_permissions(folder, aside(folder).metadata()?.permissions())?;
        copy_all(&aside(folder), folder)?;
        Ok(set)
    }

    /// Copies what was set aside, as it was, into another empty folder.
    pub fn copy_to(&self, to: &Path) -> io::Result<()> {
        fs::set_permissions(to, aside(&self.folder).metadata()?.permissions())?;
        copy_all(&aside(&self.folder), to)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // If it fails, whoever uses the folder next does it, and hears why not.
        let _ = put_back(&self.folder);
    }
}

/// Puts back what was set aside, also by a process that was killed since; otherwise it does nothing.
pub fn put_back(folder: &Path) -> io::Result<()> {
    let gone = beside(folder, "gone");
    if aside(folder).is_dir() {
        remove(&gone)?;
        match fs::rename(folder, &gone) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::rename(aside(folder), folder)?,
        }
    }
    remove(&gone)
}

/// Copies what is in a folder, with permissions and times; links are copied as links, and pipes and devices, on which a
/// reader could wait for ever, are left out.
pub fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, copy) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            fs::create_dir(&copy)?;
            copy_all(&entry.path(), &copy)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, &copy)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &copy)?;
            // Build tools go by it; whoever owns a file may set its time, also where it is only open for reading.
            fs::File::open(&copy)?.set_modified(entry.metadata()?.modified()?)?;
        }
    }
    Ok(())
}

fn aside(folder: &Path) -> PathBuf {
    beside(folder, "aside")
}

fn beside(folder: &Path, word: &str) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(word);
    folder.with_file_name(name)
}

/// Removes a folder that a program may have locked us out of.
fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            unlock(folder)?;
            fs::remove_dir_all(folder)
        }
        other => other,
    }
}

fn unlock(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            unlock(&entry.path())?;
        }
    }
    Ok(())
}
