//! The runners of WebAssembly that this machine has, for whoever installs and lists them.

use std::path::Path;

/// A runner that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it runs: `python`.
    pub language: String,
    /// BLAKE3 of its file, in hex.
    pub hash: String,
    /// Whether it is one that this Gradus was released with.
    pub is_released: bool,
    /// Why no submission can be run with it, if none can: one sentence.
    pub trouble: Option<String>,
}

/// Why none was installed.
#[derive(Debug, thiserror::Error)]
pub enum NotInstalled {
    /// Not one of ours.
    #[error("{0}")]
    Unknown(String),
    /// One sentence.
    #[error("{0}")]
    Other(String),
}

/// Installs the runners in a file, an archive or a folder; `trusted` takes others than released ones, too.
#[cfg(feature = "wasm")]
pub fn install(folder: &Path, from: &Path, trusted: bool) -> Result<Vec<Found>, NotInstalled> {
    use gradus_wasm::NotInstalled as Why;
    let engine = gradus_wasm::Engine::new().map_err(NotInstalled::Other)?;
    let done = gradus_wasm::Runners::new(folder.to_owned()).install(&engine, from, trusted);
    match done {
        Ok(done) => Ok(done.into_iter().map(found).collect()),
        Err(error @ Why::Unknown { .. }) => Err(NotInstalled::Unknown(error.to_string())),
        Err(error) => Err(NotInstalled::Other(error.to_string())),
    }
}

/// Each language that there are runners for, and the one that is here, loaded as a grading loads it.
#[cfg(feature = "wasm")]
pub fn installed(folder: &Path) -> Vec<(String, Option<Found>)> {
    let runners = gradus_wasm::Runners::new(folder.to_owned());
    let engine = gradus_wasm::Engine::new();
    let trouble = |language| match &engine {
        Ok(engine) => runners.load(engine, language, "").err().map(|why| why.to_string()),
        Err(why) => Some(why.clone()),
    };
    let of = |language: gradus_wasm::Language| {
        let here = runners.installed(language);
        (language.to_string(), here.map(|here| Found { trouble: trouble(language), ..found(here) }))
    };
    gradus_wasm::Language::ALL.map(of).to_vec()
}

#[cfg(feature = "wasm")]
fn found(installed: gradus_wasm::Installed) -> Found {
    let gradus_wasm::Installed { language, hash, is_released } = installed;
    Found { language: language.to_string(), hash, is_released, trouble: None }
}

/// Installs nothing: there is no WebAssembly here.
#[cfg(not(feature = "wasm"))]
pub fn install(_: &Path, _: &Path, _: bool) -> Result<Vec<Found>, NotInstalled> {
    Err(NotInstalled::Other("this Gradus was built without WebAssembly".into()))
}

/// No languages: there is no WebAssembly here.
#[cfg(not(feature = "wasm"))]
pub fn installed(_: &Path) -> Vec<(String, Option<Found>)> {
    Vec::new()
}
