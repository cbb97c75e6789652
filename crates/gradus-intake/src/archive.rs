//! Unpacks archives of strangers: what would land elsewhere, is no plain file or folder, or is too much, is refused with its
//! reason. What an archive claims about itself is never believed; what comes out of it is counted.

mod sink;
mod tarred;
mod zipped;

pub(crate) use sink::Sink;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

/// How much an archive may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of all that comes out of it.
    pub bytes: u64,
    /// Files and folders.
    pub files: usize,
    /// Folders in folders.
    pub depth: usize,
}

impl Bounds {
    /// For one submission.
    pub const SUBMISSION: Bounds = Bounds { bytes: 256 << 20, files: 20_000, depth: 40 };
    /// For the submissions of a whole class.
    pub const CLASS: Bounds = Bounds { bytes: 16 << 30, files: 2_000_000, depth: 44 };
}

/// Why an archive, or something in it, is refused: one sentence.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It can't be read as what its name says it is.
    #[error("it can't be read as {kind}: {why}")]
    Damaged {
        /// "a zip archive".
        kind: &'static str,
        /// The reader's reason.
        why: String,
    },
    /// It, or a part of it, needs a password.
    #[error("`{0}` is encrypted")]
    Encrypted(String),
    /// A path leads out of the archive's own folder, or is none.
    #[error("`{path}` {why}")]
    Path {
        /// As the archive names it.
        path: String,
        /// "leads out of the archive".
        why: &'static str,
    },
    /// Neither a file nor a folder.
    #[error("`{path}` is {what}")]
    Kind {
        /// As the archive names it.
        path: String,
        /// "a link to /etc/passwd".
        what: String,
    },
    /// The same path twice: readers differ in which of the two they see.
    #[error("`{0}` is in it twice")]
    Twice(String),
    /// Too much of something.
    #[error("it holds more than {0}")]
    TooMuch(String),
    /// It can't be written here: not the archive's fault.
    #[error("{path} can't be written: {error}")]
    Ours {
        /// Where.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
}

impl ArchiveError {
    /// Whether this machine is to blame, and not the archive.
    pub fn is_ours(&self) -> bool {
        matches!(self, ArchiveError::Ours { .. })
    }
}

/// What to do with an entry that is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRefusal {
    /// The archive is one submission: refuse all of it.
    Stop,
    /// The archive holds many submissions: leave the entry out and go on.
    GoOn,
}

/// The kinds of archive that are read, told by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Zip,
    Tar,
    TarGz,
    TarZst,
}

/// Bytes of memory that a Zstandard stream may ask for: twice what every reader must have (RFC 8878, 3.1.1.1.2).
const WINDOW: u64 = 16 << 20;

const KINDS: [(&str, Kind); 7] = [
    (".zip", Kind::Zip),
    (".tar", Kind::Tar),
    (".tar.gz", Kind::TarGz),
    (".tgz", Kind::TarGz),
    (".tar.zst", Kind::TarZst),
    (".tar.zstd", Kind::TarZst),
    (".tzst", Kind::TarZst),
];

/// The name of an archive without what tells its kind; `None` when it is no archive that is read here.
pub fn stem(name: &str) -> Option<&str> {
    let lower = name.to_ascii_lowercase();
    let ends = KINDS.iter().filter(|(end, _)| lower.ends_with(end)).map(|(end, _)| end.len());
    // `.tar` is a part of no other end, so that the longest is the one that is meant.
    ends.max().map(|length| &name[..name.len() - length])
}

fn kind(name: &str) -> Option<Kind> {
    let lower = name.to_ascii_lowercase();
    KINDS.iter().find(|(end, _)| lower.ends_with(end)).map(|(_, kind)| *kind)
}

/// Unpacks an archive into a folder, which must exist and be empty. Answers which entries were refused, when that does not
/// stop it: the paths as far as they are usable, and the reasons.
pub fn unpack(
    archive: &Path,
    into: &Path,
    bounds: Bounds,
    on_refusal: OnRefusal,
) -> Result<Vec<(PathBuf, ArchiveError)>, ArchiveError> {
    let name = archive.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let open = || File::open(archive).map_err(|error| damaged("an archive", error));
    let mut sink = Sink::new(into, bounds, on_refusal);
    match kind(&name) {
        None => return Err(damaged("an archive", "only zip, tar, tar.gz and tar.zst are read")),
        Some(Kind::Zip) => zipped::read(open()?, &mut sink)?,
        Some(Kind::Tar) => tarred::read(BufReader::new(open()?), &mut sink)?,
        // An archive may be several streams one after another.
        Some(Kind::TarGz) => {
            tarred::read(flate2::bufread::MultiGzDecoder::new(BufReader::new(open()?)), &mut sink)?;
        }
        Some(Kind::TarZst) => {
            let mut frames = ruzstd::decoding::FrameDecoder::new();
            frames.set_max_window_size(WINDOW);
            let stream = BufReader::new(open()?);
            let decoder = ruzstd::decoding::StreamingDecoder::new_with_decoder(stream, frames)
                .map_err(|error| damaged("a tar.zst archive", error))?;
            tarred::read(decoder, &mut sink)?;
        }
    }
    Ok(sink.refused())
}

fn damaged(kind: &'static str, why: impl ToString) -> ArchiveError {
    ArchiveError::Damaged { kind, why: why.to_string() }
}
