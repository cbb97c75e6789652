//! Brings one submission into a folder of its own. Whatever is wrong with it is wrong with it alone.

use super::Source;
use crate::archive::{self, ArchiveError, Bounds, OnRefusal};
use crate::{git, tree};
use std::fs;
use std::path::{Path, PathBuf};

/// How deep folders that hold nothing but one folder are opened.
const WRAPPERS: usize = 4;

/// A submission that was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The folder that holds its files.
    pub folder: PathBuf,
    /// The commit that it was taken from.
    pub commit: Option<String>,
    /// When its author says that it was committed; anybody can write any date there.
    pub says: Option<i64>,
}

/// Why a submission was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It is to blame itself: one sentence.
    #[error("{0}")]
    Refused(String),
    /// This machine is to blame: one sentence.
    #[error("{0}")]
    Ours(String),
}

/// Takes a submission in, below `into`, an empty folder.
pub fn take(source: &Source, into: &Path) -> Result<Taken, NotTaken> {
    let unpacked = into.join("in");
    fs::create_dir(&unpacked).map_err(|error| NotTaken::Ours(format!("{}: {error}", unpacked.display())))?;
    let (mut commit, mut says) = (None, None);
    match source {
        Source::Refused(why) => return Err(NotTaken::Refused(why.clone())),
        Source::Archive(path) => unpack(path, &unpacked)?,
        Source::Git { repository, revision } => {
            let taken = git::take(repository, revision.as_deref(), &unpacked, Bounds::SUBMISSION);
            let taken = taken.map_err(|error| match &error {
                git::GitError::Refused(refused) => archive_error(refused),
                _ => NotTaken::Refused(error.to_string()),
            })?;
            (commit, says) = (Some(taken.commit), taken.says);
        }
        Source::Folder(folder) => match only_archive(folder) {
            Some(archive) => unpack(&archive, &unpacked)?,
            None => tree::stage(folder, &unpacked).map_err(|error| match &error {
                tree::TreeError::TooLarge { .. } => {
                    NotTaken::Refused("it is too large for a submission".into())
                }
                tree::TreeError::Io { .. } => NotTaken::Ours(error.to_string()),
            })?,
        },
        Source::Files(files) => {
            for (path, name) in files {
                fs::copy(path, unpacked.join(name))
                    .map_err(|error| NotTaken::Ours(format!("{}: {error}", path.display())))?;
            }
        }
    }
    Ok(Taken { folder: unwrapped(unpacked), commit, says })
}

fn unpack(archive: &Path, into: &Path) -> Result<(), NotTaken> {
    archive::unpack(archive, into, Bounds::SUBMISSION, OnRefusal::Stop)
        .map(drop)
        .map_err(|error| archive_error(&error))
}

fn archive_error(error: &ArchiveError) -> NotTaken {
    if error.is_ours() { NotTaken::Ours(error.to_string()) } else { NotTaken::Refused(error.to_string()) }
}

fn entries(folder: &Path) -> Vec<fs::DirEntry> {
    fs::read_dir(folder).into_iter().flatten().flatten().collect()
}

/// Moodle and others put the one archive that was handed in into a folder.
fn only_archive(folder: &Path) -> Option<PathBuf> {
    let entries = entries(folder);
    let [only] = entries.as_slice() else { return None };
    let is_archive = only.file_type().is_ok_and(|kind| kind.is_file())
        && archive::stem(&only.file_name().to_string_lossy()).is_some();
    is_archive.then(|| only.path())
}

/// The folder inside folders that hold nothing else, as most archives are made.
fn unwrapped(mut folder: PathBuf) -> PathBuf {
    for _ in 0..WRAPPERS {
        let entries = entries(&folder);
        let [only] = entries.as_slice() else { break };
        if !only.file_type().is_ok_and(|kind| kind.is_dir()) {
            break;
        }
        folder = only.path();
    }
    folder
}
