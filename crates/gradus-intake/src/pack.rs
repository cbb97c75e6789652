//! One exercise with its grader in one file, to be handed on: all of it, or what learners may have. The same content gives the
//! same bytes, so that a digest pins it.

use crate::archive::{self, ArchiveError, Bounds, OnRefusal};
use crate::catalogue::{Catalogue, CatalogueError, LoadedGrader};
use crate::tree::{self, TreeError};
use flate2::{Compression, GzBuilder};
use gradus_model::grader::{Check, Visibility, Worth};
use gradus_model::public::public;
use gradus_model::report::Withheld;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What a pack says of itself, at its root.
pub const MANIFEST: &str = "pack.toml";
/// Bytes of a pack.
const MAX_PACK: u64 = 256 << 20;

/// How much of an exercise a pack holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Visible checks and the files that they name; no solutions, no mutants.
    Public,
    /// Everything.
    Full,
}

impl Part {
    /// Its word, in names of files and in [`MANIFEST`].
    pub fn word(self) -> &'static str {
        match self {
            Part::Public => "public",
            Part::Full => "full",
        }
    }
}

/// Why there is no pack, or why one is not used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The exercise or its grader can't be used.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The exercise has no grader here.
    #[error("`{0}` has no grader here, so that there is nothing to pack")]
    NoGrader(String),
    /// A part of it can't be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// Something can't be read or written.
    #[error("{path}: {error}")]
    Io {
        /// What.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// It is another one than the one that was pinned.
    #[error("{path} is not the pack that was pinned: its SHA-256 is {found}, not {pinned}")]
    Other {
        /// The pack.
        path: PathBuf,
        /// What its digest is.
        found: String,
        /// What it should be.
        pinned: String,
    },
    /// What was given as a digest is none.
    #[error("`{0}` is no SHA-256: that is 64 hexadecimal digits")]
    NoDigest(String),
    /// It is larger than a pack may be.
    #[error("{path} is larger than {} MiB, the most that a pack may be", MAX_PACK >> 20)]
    TooLarge {
        /// The pack.
        path: PathBuf,
    },
    /// It can't be unpacked.
    #[error("{path} can't be used as a pack: {error}")]
    Archive {
        /// The pack.
        path: PathBuf,
        /// Why.
        error: ArchiveError,
    },
}

/// A pack that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// A `tar.gz`.
    pub bytes: Vec<u8>,
    /// What the whole grader has and this does not.
    pub withheld: Option<Withheld>,
}

/// Packs an exercise.
///
/// # Errors
/// The exercise has no grader, something in it can't be read, or a hidden check can't be cut out of the grader's file.
pub fn pack(catalogue: &Catalogue, slug: &str, part: Part) -> Result<Packed, PackError> {
    let exercise = catalogue.exercise(slug)?;
    let grader = catalogue.grader(slug)?.ok_or_else(|| PackError::NoGrader(slug.to_owned()))?;
    let mut files = Files::new();
    add_folder(&mut files, &exercise.dir, &format!("exercises/{slug}"))?;
    let home = format!("graders/{slug}");
    let withheld = match part {
        Part::Full => {
            add_folder(&mut files, &grader.dir, &home)?;
            grader.withheld
        }
        Part::Public => {
            add_public(&mut files, &grader, &home)?;
            withheld(&grader)
        }
    };
    files.insert(MANIFEST.into(), (false, manifest(slug, part, withheld).into_bytes()));
    let bytes = archive(&files).map_err(|error| PackError::Io { path: MANIFEST.into(), error })?;
    Ok(Packed { bytes, withheld })
}

/// SHA-256 in hex, as `sha256sum` tells it.
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Unpacks a pack into a folder that goes with the answer. With a digest, nothing of any other file is looked at.
///
/// # Errors
/// It can't be read, is not the pinned one, or is no pack.
pub fn unpack(path: &Path, pinned: Option<&str>) -> Result<TempDir, PackError> {
    let pinned = pinned.map(expected).transpose()?;
    let io_error = |error| PackError::Io { path: path.to_owned(), error };
    let mut bytes = Vec::new();
    fs::File::open(path).map_err(io_error)?.take(MAX_PACK + 1).read_to_end(&mut bytes).map_err(io_error)?;
    if bytes.len() as u64 > MAX_PACK {
        return Err(PackError::TooLarge { path: path.to_owned() });
    }
    let found = digest(&bytes);
    if let Some(pinned) = pinned.filter(|pinned| *pinned != found) {
        return Err(PackError::Other { path: path.to_owned(), found, pinned });
    }
    let home = tempfile::Builder::new().prefix("gradus-pack-").tempdir().map_err(io_error)?;
    // What is unpacked is what was looked at, whatever becomes of the file meanwhile.
    let copy = home.path().join("pack.tar.gz");
    fs::write(&copy, &bytes).map_err(io_error)?;
    archive::unpack(&copy, home.path(), Bounds::SUBMISSION, OnRefusal::Stop)
        .map_err(|error| PackError::Archive { path: path.to_owned(), error })?;
    fs::remove_file(&copy).map_err(io_error)?;
    Ok(home)
}

/// `sha256:` before the digits is allowed, and so are capitals.
fn expected(pinned: &str) -> Result<String, PackError> {
    let digits = pinned.strip_prefix("sha256:").unwrap_or(pinned).to_ascii_lowercase();
    let is_digest = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { Ok(digits) } else { Err(PackError::NoDigest(pinned.to_owned())) }
}

/// Path to whether it may be run, and content.
type Files = BTreeMap<String, (bool, Vec<u8>)>;

fn add_folder(files: &mut Files, dir: &Path, home: &str) -> Result<(), PackError> {
    for (relative, entry) in tree::files(dir)? {
        let io_error = |error| PackError::Io { path: entry.path.clone(), error };
        let relative = relative.to_str().ok_or_else(|| io_error(io::ErrorKind::InvalidFilename.into()))?;
        let bytes = fs::read(&entry.path).map_err(io_error)?;
        files.insert(format!("{home}/{relative}"), (entry.executable, bytes));
    }
    Ok(())
}

/// The public part of grader.yaml, and of the grader's files only those that it names.
fn add_public(files: &mut Files, grader: &LoadedGrader, home: &str) -> Result<(), PackError> {
    let (path, text) = (grader.dir.join("grader.yaml"), grader.text());
    let shown = grader.grader.sources.0.first().map_or("grader.yaml", |source| source.path.as_str());
    let text = public(shown, text).map_err(|invalid| CatalogueError::Invalid(Box::new(invalid)))?;
    let mut named: Vec<String> = Vec::new();
    let named_here = std::cell::RefCell::new(&mut named);
    gradus_model::read::grader(shown, &text, &|name: &str| {
        named_here.borrow_mut().push(name.to_owned());
        crate::catalogue::file_below(&grader.dir, name).map_err(|error| error.to_string())
    })
    .map_err(|invalid| CatalogueError::Invalid(Box::new(invalid)))?;
    for name in named {
        let bytes = crate::catalogue::file_below(&grader.dir, &name)
            .map_err(|error| PackError::Io { path: path.with_file_name(&name), error })?;
        files.insert(format!("{home}/{name}"), (false, bytes));
    }
    files.insert(format!("{home}/grader.yaml"), (false, text.into_bytes()));
    Ok(())
}

/// What the public part lacks of a grader.
fn withheld(grader: &LoadedGrader) -> Option<Withheld> {
    let hidden: Vec<&Check> =
        grader.grader.checks.iter().filter(|check| check.visibility == Visibility::Hidden).collect();
    let points: u32 =
        hidden.iter().map(|check| if let Worth::Points(points) = check.worth { points } else { 0 }).sum();
    let already = grader.withheld.unwrap_or_default();
    let all = Withheld { checks: already.checks + hidden.len() as u32, points: already.points + points };
    (all.checks > 0).then_some(all)
}

fn manifest(slug: &str, part: Part, withheld: Option<Withheld>) -> String {
    let mut text = format!("format = 1\nexercise = \"{slug}\"\npart = \"{}\"\n", part.word());
    if let Some(Withheld { checks, points }) = withheld {
        text.push_str(&format!(
            "\n# What only the whole grader has.\n[withheld]\nchecks = {checks}\npoints = {points}\n"
        ));
    }
    text
}

/// Nothing in it but names, permissions to run and content: no times, no owners.
fn archive(files: &Files) -> io::Result<Vec<u8>> {
    let zipped = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    let mut tar = tar::Builder::new(zipped);
    tar.mode(tar::HeaderMode::Deterministic);
    for (path, (executable, bytes)) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(if *executable { 0o755 } else { 0o644 });
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, path, bytes.as_slice())?;
    }
    let mut zipped = tar.into_inner()?;
    zipped.flush()?;
    zipped.finish()
}
