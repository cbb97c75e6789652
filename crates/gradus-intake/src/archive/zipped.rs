//! The entries of a zip archive, by its central directory. It decides nothing about where they land.

use super::{ArchiveError, Sink, damaged};
use std::fs::File;
use std::io::BufReader;

/// The type of file in the upper half of `external_attributes`, as Unix writes it.
const TYPE: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

pub fn read(file: File, sink: &mut Sink<'_>) -> Result<(), ArchiveError> {
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(zip_error)?;
    if archive.len() > sink.bounds().files {
        return Err(ArchiveError::TooMuch(format!("{} files", sink.bounds().files)));
    }
    for index in 0..archive.len() {
        let (path, encrypted) = {
            let raw = archive.by_index_raw(index).map_err(zip_error)?;
            // Old programs for Windows part paths with backslashes.
            (raw.name().map_err(zip_error)?.replace('\\', "/"), raw.encrypted())
        };
        if encrypted {
            sink.refuse_entry(&path, ArchiveError::Encrypted(path.clone()))?;
            continue;
        }
        let mut entry = match archive.by_index(index) {
            Ok(entry) => entry,
            Err(error) => {
                let why = format!("`{path}`: {error}");
                sink.refuse_entry(&path, damaged("a zip archive", why))?;
                continue;
            }
        };
        let mode = entry.unix_mode().unwrap_or(0);
        match mode & TYPE {
            _ if path.ends_with('/') => drop(sink.folder(&path)?),
            0 | REGULAR => sink.file(&path, mode & 0o111 != 0, &mut entry)?,
            FOLDER => drop(sink.folder(&path)?),
            LINK => sink.refuse_kind(&path, "a link".into())?,
            _ => sink.refuse_kind(&path, "neither a file nor a folder".into())?,
        }
    }
    Ok(())
}

fn zip_error(error: impl ToString) -> ArchiveError {
    damaged("a zip archive", error)
}
