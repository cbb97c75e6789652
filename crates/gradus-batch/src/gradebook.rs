//! The gradebook: one SQLite file that keeps every grading of a course. It stores outcomes, and no mark: that is computed from
//! them each time it is asked for. It prints nothing and asks no clock.

mod begin;
mod class;
mod diff;
mod hand;
mod history;
mod record;
mod schema;
mod words;

pub use begin::{Orders, Regrade, Run};
pub use diff::{Changed, ChangedCheck, Difference};
pub use history::Grading;
pub use record::{Came, Finished, Handed, SubmissionId, Verdict};

use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a gradebook can't be used.
#[derive(Debug, thiserror::Error)]
pub enum GradebookError {
    /// There is none.
    #[error("there is no gradebook at {0}")]
    Missing(PathBuf),
    /// The file is something else.
    #[error("{0} is not a gradebook")]
    NotOne(PathBuf),
    /// A newer Gradus made it.
    #[error("{path} was made by a newer Gradus: it has version {found}, and this one knows {known}")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version that we know.
        known: u32,
    },
    /// Another batch writes to it.
    #[error("another batch is writing to {0}")]
    Busy(PathBuf),
    /// The file that keeps others away can't be made.
    #[error("{path}: {error}")]
    Lock {
        /// Which.
        path: PathBuf,
        /// The system's reason.
        error: std::io::Error,
    },
    /// It can't be read or written.
    #[error("the gradebook: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// How long we wait while another command writes.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open gradebook.
#[derive(Debug)]
pub struct Gradebook {
    connection: Connection,
}

/// What a commit is worth.
enum Commits {
    /// It survives even a power cut, and waits for the disk.
    Durable,
    /// It survives the end of this process; a power cut may undo it, with all that was committed after it.
    Whole,
}

/// Keeps other batches away while it is held. The system lets go of it when we end, however we end.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as the open file")] std::fs::File);

impl Gradebook {
    /// Opens a gradebook, and makes it if there is none.
    pub fn open(path: &Path) -> Result<Self, GradebookError> {
        Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens a gradebook that is there.
    pub fn open_existing(path: &Path) -> Result<Self, GradebookError> {
        if !path.is_file() {
            return Err(GradebookError::Missing(path.to_owned()));
        }
        Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn open_with(path: &Path, flags: OpenFlags) -> Result<Self, GradebookError> {
        let mut connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(PATIENCE)?;
        schema::bring_up_to_date(&mut connection, path)?;
        // A reader never waits for a writer.
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "foreign_keys", "on")?;
        connection.set_prepared_statement_cache_capacity(64);
        let book = Self { connection };
        book.commits(Commits::Durable)?;
        Ok(book)
    }

    fn commits(&self, commits: Commits) -> Result<(), GradebookError> {
        let synchronous = match commits {
            Commits::Durable => "full",
            Commits::Whole => "normal",
        };
        self.connection.pragma_update(None, "synchronous", synchronous)?;
        Ok(())
    }

    /// Keeps other batches away from the gradebook at this path.
    pub fn lock(path: &Path) -> Result<Lock, GradebookError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let lock = PathBuf::from(name);
        let io = |error| GradebookError::Lock { path: lock.clone(), error };
        let file = std::fs::File::options().create(true).append(true).open(&lock).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(std::fs::TryLockError::WouldBlock) => Err(GradebookError::Busy(path.to_owned())),
            Err(std::fs::TryLockError::Error(error)) => Err(io(error)),
        }
    }

    /// The exercises that it holds gradings of, the one that was graded last first.
    pub fn exercises(&self) -> Result<Vec<String>, GradebookError> {
        let mut statement = self
            .connection
            .prepare_cached("select exercise from runs group by exercise order by max(id) desc")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
