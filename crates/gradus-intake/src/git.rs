//! Takes a submission out of a stranger's git repository by reading its objects. No git is run, no hook, no filter, and no
//! configuration of the repository is believed.

use crate::archive::{ArchiveError, Bounds, OnRefusal, Sink};
use gix::objs::tree::EntryKind;
use std::path::Path;

/// What was taken out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The commit, in hex.
    pub commit: String,
    /// When its author says it was committed, in seconds since 1970-01-01 UTC. Anybody can write any date there.
    pub says: Option<i64>,
}

/// Why nothing could be taken out.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// It is no repository, or a damaged one.
    #[error("it can't be read as a git repository: {0}")]
    Damaged(String),
    /// It leans on objects that lie elsewhere.
    #[error("its `.git` leads to {0} elsewhere; a whole repository is needed")]
    Elsewhere(&'static str),
    /// There is no such commit.
    #[error("it has no revision `{0}`")]
    NoRevision(String),
    /// There is no commit at all.
    #[error("it has no commit")]
    Empty,
    /// Its files are refused.
    #[error(transparent)]
    Refused(#[from] ArchiveError),
}

/// Whether a folder is a repository with a tree that was checked out.
pub fn is_clone(dir: &Path) -> bool {
    dir.join(".git").is_dir()
}

/// Writes the files of a revision (a commit in hex, a branch or a tag; the current branch unless told) into a folder, which
/// must exist and be empty.
pub fn take(
    repository: &Path,
    revision: Option<&str>,
    into: &Path,
    bounds: Bounds,
) -> Result<Taken, GitError> {
    let home = if is_clone(repository) { repository.join(".git") } else { repository.to_owned() };
    for (part, what) in [("objects/info/alternates", "objects"), ("commondir", "a repository")] {
        if home.join(part).symlink_metadata().is_ok() {
            return Err(GitError::Elsewhere(what));
        }
    }
    for part in ["", "objects", "objects/pack", "refs", "HEAD", "packed-refs"] {
        if home.join(part).is_symlink() {
            return Err(GitError::Elsewhere("a repository"));
        }
    }
    // Isolated: neither this machine's configuration nor its variables; reduced trust: what theirs asks for is not done.
    let options = gix::open::Options::isolated().open_path_as_is(true).with(gix::sec::Trust::Reduced);
    let repository = gix::open_opts(home, options).map_err(damaged)?;
    let id = match revision {
        None => repository.head_id().map_err(|_| GitError::Empty)?.detach(),
        Some(revision) => find(&repository, revision)?,
    };
    let reader = Reader { repository: &repository, bounds };
    let commit = reader.commit(id)?;
    let says = commit.time().ok().map(|time| time.seconds);
    let mut sink = Sink::new(into, bounds, OnRefusal::Stop);
    let tree = commit.tree_id().map_err(damaged)?.detach();
    reader.folder(tree, "", &mut sink)?;
    Ok(Taken { commit: commit.id.to_string(), says })
}

fn find(repository: &gix::Repository, revision: &str) -> Result<gix::ObjectId, GitError> {
    let unknown = || GitError::NoRevision(revision.chars().take(120).collect());
    if let Ok(id) = gix::ObjectId::from_hex(revision.as_bytes()) {
        return Ok(id);
    }
    if let Ok(prefix) = gix::hash::Prefix::from_hex(revision)
        && let Ok(Some(Ok(id))) = repository.objects.lookup_prefix(prefix, None)
    {
        return Ok(id);
    }
    let reference = repository.try_find_reference(revision).map_err(|_| unknown())?;
    let mut reference = reference.ok_or_else(unknown)?;
    reference.peel_to_id().map(gix::Id::detach).map_err(|_| unknown())
}

/// How many tags may name one another.
const MOST_TAGS: usize = 8;

struct Reader<'r> {
    repository: &'r gix::Repository,
    bounds: Bounds,
}

impl<'r> Reader<'r> {
    /// An object, once its header says that it is not too large to be looked at.
    fn read(&self, id: gix::ObjectId) -> Result<gix::Object<'r>, GitError> {
        let header = self.repository.find_header(id).map_err(damaged)?;
        if header.size() > self.bounds.bytes {
            let most = format!("{} MiB", self.bounds.bytes >> 20);
            return Err(ArchiveError::TooMuch(most).into());
        }
        self.repository.find_object(id).map_err(damaged)
    }

    /// A commit, or the one that a tag, or a tag of tags, names.
    fn commit(&self, mut id: gix::ObjectId) -> Result<gix::Commit<'r>, GitError> {
        for _ in 0..MOST_TAGS {
            let object = self.read(id)?;
            match object.kind {
                gix::objs::Kind::Tag => id = object.try_to_tag_ref().map_err(damaged)?.target(),
                _ => return object.try_into_commit().map_err(damaged),
            }
        }
        Err(damaged("it has tags of tags of tags without end"))
    }

    fn folder(&self, id: gix::ObjectId, below: &str, sink: &mut Sink<'_>) -> Result<(), GitError> {
        let tree = self.read(id)?.try_into_tree().map_err(damaged)?;
        for entry in tree.iter() {
            let entry = entry.map_err(damaged)?;
            let name = entry.filename().to_string();
            if name.is_empty() || name.contains('/') {
                let path = format!("{below}{name}");
                return Err(ArchiveError::Path { path, why: "is no name of a file" }.into());
            }
            let path = format!("{below}{name}");
            match entry.mode().kind() {
                EntryKind::Tree => {
                    if sink.folder(&path)? {
                        self.folder(entry.object_id(), &format!("{path}/"), sink)?;
                    }
                }
                kind @ (EntryKind::Blob | EntryKind::BlobExecutable) => {
                    let blob = self.read(entry.object_id())?;
                    sink.file(&path, kind == EntryKind::BlobExecutable, &mut blob.data.as_slice())?;
                }
                EntryKind::Link => sink.refuse_kind(&path, "a link".into())?,
                // A submodule's own files are not in this repository; a plain clone has an empty folder there too.
                EntryKind::Commit => {
                    sink.folder(&path)?;
                }
            }
        }
        Ok(())
    }
}

fn damaged(error: impl ToString) -> GitError {
    GitError::Damaged(error.to_string())
}
