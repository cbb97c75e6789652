//! A class: who handed in what, told from how a folder is laid out or from a roster. It reads names and lists, and unpacks
//! nothing but the one archive that holds all submissions.

mod layout;
mod metadata;
mod names;
mod roster;
mod take;

pub use take::{NotTaken, Taken, take};

use crate::archive::{self, ArchiveError, Bounds, OnRefusal};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// What one learner, or one group, handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Whose it is.
    pub student: Student,
    /// What tells it from others of the same learner: a revision, an attempt; empty when there is nothing to tell apart.
    pub label: String,
    /// Where it is.
    pub source: Source,
    /// When it was handed in, by somebody who is not the learner, in seconds since 1970-01-01 UTC.
    pub submitted_at: Option<i64>,
}

/// A learner, or several who handed in together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Student {
    /// What the course calls them; of a group, all of them, by commas.
    pub id: String,
    /// Their name, if the layout tells it.
    pub name: Option<String>,
    /// Of a group, each of them.
    pub members: Vec<String>,
}

/// Where a submission is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A folder.
    Folder(PathBuf),
    /// An archive.
    Archive(PathBuf),
    /// Files that lie beside those of others, each with the name that it should have.
    Files(Vec<(PathBuf, String)>),
    /// A revision of a git repository; its current branch unless told.
    Git {
        /// The repository.
        repository: PathBuf,
        /// A commit, a branch or a tag.
        revision: Option<String>,
    },
    /// It can't be taken in: one sentence.
    Refused(String),
}

impl Source {
    /// Bytes that it takes where it lies, roughly; for telling large from small.
    pub fn size(&self) -> u64 {
        match self {
            Source::Folder(path) | Source::Git { repository: path, .. } => layout::size(path),
            Source::Archive(path) => path.metadata().map_or(0, |meta| meta.len()),
            Source::Files(files) => {
                files.iter().filter_map(|(path, _)| path.metadata().ok()).map(|meta| meta.len()).sum()
            }
            Source::Refused(_) => 0,
        }
    }

    /// As people would say where it is.
    pub fn shown(&self) -> String {
        match self {
            Source::Folder(path) | Source::Archive(path) => path.display().to_string(),
            Source::Files(files) => {
                files.first().map_or_else(String::new, |(path, _)| path.display().to_string())
            }
            Source::Git { repository, revision: None } => repository.display().to_string(),
            Source::Git { repository, revision: Some(revision) } => {
                format!("{}@{revision}", repository.display())
            }
            Source::Refused(_) => String::new(),
        }
    }
}

/// A class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// How it is laid out: "a folder of folders".
    pub layout: &'static str,
    /// What was handed in, by student.
    pub submissions: Vec<Submission>,
    /// What lies there and is no submission: its name and why.
    pub passed_over: Vec<(String, String)>,
}

/// Why there is no class.
#[derive(Debug, thiserror::Error)]
pub enum ClassError {
    /// It can't be read.
    #[error("{path}: {error}")]
    Io {
        /// What.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// A list of submissions has a mistake.
    #[error("{path}, line {line}: {what}")]
    Roster {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// The archive that should hold all submissions is refused.
    #[error("{path}: {error}")]
    Archive {
        /// The archive.
        path: PathBuf,
        /// Why.
        error: ArchiveError,
    },
    /// It looks like one submission.
    #[error("{0} looks like one submission, not like a folder of them")]
    OneSubmission(PathBuf),
    /// There is nothing in it.
    #[error("there is no submission in {0}")]
    Nothing(PathBuf),
    /// Two submissions of the same learner can't be told apart.
    #[error("{student} is there twice: {first} and {second}")]
    Twice {
        /// The learner.
        student: String,
        /// Where the first is.
        first: String,
        /// Where the second is.
        second: String,
    },
}

/// Who handed in what. An archive of all submissions is unpacked into `scratch`, an empty folder that must outlive the class.
pub fn read(source: &Path, scratch: &Path) -> Result<Class, ClassError> {
    let meta = source.metadata().map_err(|error| io_error(source, error))?;
    let name = source.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut class = if meta.is_dir() {
        layout::read(source)?
    } else if archive::stem(&name).is_some() {
        unpacked(source, scratch)?
    } else {
        roster::read(source)?
    };
    class
        .submissions
        .sort_by(|one, other| (&one.student.id, &one.label).cmp(&(&other.student.id, &other.label)));
    if class.submissions.is_empty() {
        return Err(ClassError::Nothing(source.to_owned()));
    }
    for pair in class.submissions.windows(2) {
        if (&pair[0].student.id, &pair[0].label) == (&pair[1].student.id, &pair[1].label) {
            return Err(ClassError::Twice {
                student: pair[0].student.id.clone(),
                first: pair[0].source.shown(),
                second: pair[1].source.shown(),
            });
        }
    }
    Ok(class)
}

/// What one learner put into the archive and should not have costs that learner alone.
fn unpacked(source: &Path, scratch: &Path) -> Result<Class, ClassError> {
    let refused = archive::unpack(source, scratch, Bounds::CLASS, OnRefusal::GoOn)
        .map_err(|error| ClassError::Archive { path: source.to_owned(), error })?;
    let mut class = layout::read(scratch)?;
    let mut reasons: BTreeMap<usize, String> = BTreeMap::new();
    for (path, why) in refused {
        let path = scratch.join(path);
        let of = class.submissions.iter().position(|submission| match &submission.source {
            Source::Folder(folder) => path.starts_with(folder),
            Source::Git { repository, .. } => path.starts_with(repository),
            Source::Archive(file) => path == *file,
            Source::Files(files) => files.iter().any(|(file, _)| *file == path),
            Source::Refused(_) => false,
        });
        match of {
            Some(index) => drop(reasons.entry(index).or_insert_with(|| why.to_string())),
            None => class.passed_over.push((path.display().to_string(), why.to_string())),
        }
    }
    for (index, why) in reasons {
        class.submissions[index].source = Source::Refused(why);
    }
    Ok(class)
}

fn io_error(path: &Path, error: io::Error) -> ClassError {
    ClassError::Io { path: path.to_owned(), error }
}
