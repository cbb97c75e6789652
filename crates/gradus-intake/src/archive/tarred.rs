//! The entries of a tar archive, one after another, each with what stands before it about it. It decides nothing about where
//! they land.

use super::{ArchiveError, Sink, damaged};
use std::io::{self, Read};
use std::mem;
use tar::{Archive, Entry, EntryType, PaxExtensions};

/// Headers, padding and what is passed over count too: a stream of nothing but those is as endless as any.
const OVERHEAD: u64 = 64 << 20;
/// Bytes that may describe one entry: names, times, attributes.
const DESCRIPTION: u64 = 1 << 20;

/// What stands before an entry about it.
#[derive(Default)]
struct Described {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    is_sparse: bool,
    is_too_long: bool,
}

pub fn read(stream: impl Read, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    let limit = sink.bounds().bytes.saturating_mul(2).saturating_add(OVERHEAD);
    let mut archive = Archive::new(Bounded { stream, left: limit });
    // Raw: by itself the library reads names and attributes of any length into memory.
    let entries = archive.entries().map_err(|error| broken(error, sink))?.raw(true);
    let mut described = Described::default();
    for entry in entries {
        let mut entry = entry.map_err(|error| broken(error, sink))?;
        match entry.header().entry_type() {
            EntryType::GNULongName => {
                described.path = Some(name(&mut entry, &mut described.is_too_long, sink)?)
            }
            EntryType::GNULongLink => {
                described.link = Some(name(&mut entry, &mut described.is_too_long, sink)?)
            }
            EntryType::XHeader => {
                let text = description(&mut entry, &mut described.is_too_long, sink)?;
                if !described.is_too_long {
                    described.read(&text)?;
                }
            }
            // What pax says of the whole archive.
            EntryType::XGlobalHeader => {}
            _ => land(&mut entry, mem::take(&mut described), sink)?,
        }
    }
    Ok(())
}

impl Described {
    /// What pax says of the next entry.
    fn read(&mut self, text: &[u8]) -> Result<(), ArchiveError> {
        for said in PaxExtensions::new(text) {
            let said = said.map_err(|error| damaged("a tar archive", error))?;
            let value = said.value_bytes();
            match said.key_bytes() {
                b"path" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|size| size.parse().ok()),
                key => self.is_sparse |= key.starts_with(b"GNU.sparse."),
            }
        }
        Ok(())
    }
}

fn land(
    entry: &mut Entry<'_, impl Read>,
    described: Described,
    sink: &mut Sink<'_>,
) -> Result<(), ArchiveError> {
    let header = entry.header();
    let path = described.path.unwrap_or_else(|| header.path_bytes().into_owned());
    let path = String::from_utf8_lossy(&path).into_owned();
    let executable = header.mode().is_ok_and(|mode| mode & 0o111 != 0);
    let link = described.link.or_else(|| header.link_name_bytes().map(|link| link.into_owned()));
    let link = link.map_or_else(String::new, |link| String::from_utf8_lossy(&link).into_owned());
    let size = header.entry_size().map_err(|error| damaged("a tar archive", error))?;
    if described.size.is_some_and(|told| told != size) {
        // Readers differ in which of the two they believe, and so in what they take for the next entry.
        return Err(damaged("a tar archive", format!("`{path}` has two sizes")));
    }
    if described.is_too_long {
        return sink.refuse_kind(&path, format!("described by more than {} MiB", DESCRIPTION >> 20));
    }
    match header.entry_type() {
        EntryType::GNUSparse => sink.refuse_kind(&path, "a sparse file".into()),
        _ if described.is_sparse => sink.refuse_kind(&path, "a sparse file".into()),
        EntryType::Directory => sink.folder(&path).map(drop),
        // As old programs write a folder.
        EntryType::Regular if path.ends_with('/') => sink.folder(&path).map(drop),
        EntryType::Regular | EntryType::Continuous => sink.file(&path, executable, entry),
        EntryType::Symlink => sink.refuse_kind(&path, format!("a link to `{link}`")),
        EntryType::Link => sink.refuse_kind(&path, format!("a hard link to `{link}`")),
        EntryType::Char | EntryType::Block => sink.refuse_kind(&path, "a device".into()),
        EntryType::Fifo => sink.refuse_kind(&path, "a pipe".into()),
        _ => sink.refuse_kind(&path, "neither a file nor a folder".into()),
    }
}

/// A name that has an entry of its own, as GNU tar writes it: with a NUL behind it.
fn name(
    entry: &mut Entry<'_, impl Read>,
    is_too_long: &mut bool,
    sink: &Sink<'_>,
) -> Result<Vec<u8>, ArchiveError> {
    let mut name = description(entry, is_too_long, sink)?;
    name.truncate(name.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
    Ok(name)
}

/// What an entry says about the next one, as far as it is read.
fn description(
    entry: &mut Entry<'_, impl Read>,
    is_too_long: &mut bool,
    sink: &Sink<'_>,
) -> Result<Vec<u8>, ArchiveError> {
    let mut text = Vec::new();
    entry.take(DESCRIPTION + 1).read_to_end(&mut text).map_err(|error| broken(error, sink))?;
    *is_too_long |= text.len() as u64 > DESCRIPTION;
    Ok(text)
}

fn broken(error: io::Error, sink: &Sink<'_>) -> ArchiveError {
    if error.kind() == io::ErrorKind::FileTooLarge {
        sink.too_large()
    } else {
        damaged("a tar archive", error)
    }
}

/// A stream that fails, and does not just end, when it is longer than it may be.
struct Bounded<R> {
    stream: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}
