//! Folders that programs are given: whose they are, who may read them, how much is in them.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::path::Path;

/// Bytes that a folder takes on the disk; each file and folder counts as one block at least.
pub fn size(folder: &Path) -> u64 {
    const BLOCK: u64 = 4096;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => BLOCK + size(&entry.path()),
        Ok(meta) => (meta.blocks() * 512).max(BLOCK),
        // It has gone meanwhile.
        Err(_) => 0,
    });
    sizes.sum()
}

/// Lets everybody read a folder and all that is in it, and nobody but its owner change it; links are not followed.
pub fn readable(folder: &Path) -> io::Result<()> {
    let meta = folder.symlink_metadata()?;
    if meta.is_symlink() {
        return Ok(());
    }
    let mode = meta.permissions().mode();
    let more = if meta.is_dir() || mode & 0o100 != 0 { 0o555 } else { 0o444 };
    // Whoever is to remove it must be able to.
    let own = if meta.is_dir() { 0o700 } else { 0 };
    fs::set_permissions(folder, fs::Permissions::from_mode(mode & 0o755 | more | own))?;
    if meta.is_dir() {
        for entry in fs::read_dir(folder)? {
            readable(&entry?.path())?;
        }
    }
    Ok(())
}

/// Gives a folder and all that is in it to the id that stands behind a room's user; links are not followed.
pub fn give(folder: &Path, id: u32) -> io::Result<()> {
    let meta = folder.symlink_metadata()?;
    if meta.uid() != id || meta.gid() != id {
        lchown(folder, Some(id), Some(id))?;
    }
    if !meta.is_dir() {
        return Ok(());
    }
    // A folder that its new owner can't enter would be no folder of the submission's.
    if meta.mode() & 0o700 != 0o700 {
        fs::set_permissions(folder, fs::Permissions::from_mode(meta.mode() | 0o700))?;
    }
    for entry in fs::read_dir(folder)? {
        give(&entry?.path(), id)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_readable_is_changed_by_nobody() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a"), "text").expect("a file");
        fs::set_permissions(folder.path().join("a"), fs::Permissions::from_mode(0o4722)).expect("a mode");
        std::os::unix::fs::symlink("/nowhere", folder.path().join("link")).expect("a link");
        readable(folder.path()).expect("modes");
        let mode = folder.path().join("a").metadata().expect("a file").mode() & 0o7777;
        assert_eq!(mode, 0o755);
    }
}
