//! A starter in a new folder. Nothing is ever overwritten.

use crate::catalogue::{Catalogue, CatalogueError};
use crate::tree;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a starter was not copied.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no such exercise.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// There is no starter in that language.
    #[error("`{slug}` has no starter in {language}; there are: {}", known.join(", "))]
    Language {
        /// The exercise.
        slug: String,
        /// What was asked for.
        language: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The folder is not empty.
    #[error(
        "{0} is there already and not empty; nothing was written. Give another folder: gradus start … DIR"
    )]
    NotEmpty(PathBuf),
    /// It can't be written.
    #[error("{path}: {error}")]
    Io {
        /// Where.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// It can't be copied.
    #[error(transparent)]
    Tree(#[from] tree::TreeError),
}

/// Copies a starter, with the exercise's README and contract, into a new or empty folder. The answer is what was written,
/// relative to it.
pub fn start(
    catalogue: &Catalogue,
    slug: &str,
    language: &str,
    into: &Path,
) -> Result<Vec<PathBuf>, StartError> {
    let loaded = catalogue.exercise(slug)?;
    let starters = catalogue.starters(slug)?;
    let Some((_, starter)) = starters.iter().find(|(name, _)| name == language) else {
        let known = starters.into_iter().map(|(name, _)| name).collect();
        return Err(StartError::Language { slug: slug.to_owned(), language: language.to_owned(), known });
    };
    let taken = fs::read_dir(into).is_ok_and(|mut entries| entries.next().is_some());
    if taken || into.is_file() {
        return Err(StartError::NotEmpty(into.to_owned()));
    }
    tree::stage(starter, into)?;
    let contract = loaded.exercise.contract.as_deref();
    for file in ["README.md"].into_iter().chain(contract) {
        let (from, to) = (loaded.dir.join(file), into.join(file));
        if from.is_file() && !to.exists() {
            fs::copy(&from, &to).map_err(|error| StartError::Io { path: to, error })?;
        }
    }
    Ok(tree::files(into)?.into_keys().collect())
}
