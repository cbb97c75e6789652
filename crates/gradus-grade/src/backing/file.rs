//! Files of SQLite that a submission begins with: each is made once for every seed and then only copied.

use super::Host;
use gradus_model::seed::Quoting;
use gradus_model::service::DataFile;
use gradus_services::engine::sqlite;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

/// Another way to make files makes other files.
const VERSION: u32 = 1;
const NAME: &str = "file.db";

/// What the submission begins with.
pub async fn made(host: &Host, file: &DataFile) -> Result<Arc<[u8]>, String> {
    let (templates, file) = (host.templates.clone(), file.clone());
    let made = tokio::task::spawn_blocking(move || bytes(&templates, &file));
    made.await.map_err(|error| error.to_string())?.map(Arc::from)
}

fn bytes(templates: &Path, file: &DataFile) -> Result<Vec<u8>, String> {
    let no_place = |error: io::Error| format!("no place for a template: {error}");
    let folder = templates.join(key(file));
    if let Ok(bytes) = fs::read(folder.join(NAME)) {
        return Ok(bytes);
    }
    fs::create_dir_all(templates).map_err(no_place)?;
    let half = tempfile::Builder::new().prefix("new-").tempdir_in(templates).map_err(no_place)?;
    sqlite::make(&file.seed, &half.path().join(NAME))?;
    let bytes = fs::read(half.path().join(NAME)).map_err(no_place)?;
    // If somebody else was quicker, theirs is as good.
    if fs::rename(half.path(), &folder).is_ok() {
        let _ = half.keep();
    }
    Ok(bytes)
}

fn key(file: &DataFile) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("sqlite {VERSION} {}", sqlite::version()).as_bytes());
    for seed in &file.seed {
        let text = seed.text(Quoting::Standard);
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
