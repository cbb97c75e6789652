//! The runners that this machine has: installed from files that somebody brought, compiled once, kept in a folder that only
//! the grader writes. Nothing is ever downloaded.

use super::{App, RunnerPre};
use crate::compiled::{Compiled, make_private, write_whole};
use crate::components::Guest;
use crate::engine::Engine;
use crate::program::{NotLoaded, Program};
use crate::runner::bindings::Runner;
use flate2::read::GzDecoder;
use std::ffi::OsStr;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use wasmtime::component::{Component, HasSelf};

/// What released runners are: a hash and a language on each line.
const RELEASED: &str = include_str!("../../../../runners/hashes.txt");
/// Bytes of a runner at most.
const LARGEST: u64 = 128 << 20;
/// Bytes of an archive at most, once it is unpacked.
const MOST_UNPACKED: u64 = 2 * LARGEST + (1 << 20);
/// RFC 1952 §2.3.1: what every file of gzip begins with.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// What runners run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// CPython, with Flask.
    Python,
    /// JavaScript, with a part of Node's modules.
    JavaScript,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Python, Self::JavaScript];
}

/// `python`
impl Display for Language {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Python => "python",
            Self::JavaScript => "javascript",
        })
    }
}

/// The folder of runners.
#[derive(Clone, Debug)]
pub struct Runners(Compiled);

/// A runner that is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// What it runs.
    pub language: Language,
    /// BLAKE3 of its `.wasm`, in hex.
    pub hash: String,
    /// Whether it is one that this Gradus was released with.
    pub is_released: bool,
}

/// Why a runner could not be installed. Each is one sentence.
#[derive(Debug, thiserror::Error)]
pub enum NotInstalled {
    /// The system's reason.
    #[error("{path}: {error}")]
    Io {
        /// What.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Nothing to install.
    #[error("{0} holds neither python.wasm nor javascript.wasm")]
    Nothing(PathBuf),
    /// A file of which nobody knows what it runs.
    #[error(
        "{0} may be a runner, but neither its bytes nor its name tell of which language: call it python.wasm or javascript.wasm"
    )]
    Nameless(PathBuf),
    /// Neither WebAssembly nor an archive.
    #[error("{path} is no runner (.wasm), no archive of some (.tar or .tar.gz) and no folder of some: {why}")]
    NoArchive {
        /// What.
        path: PathBuf,
        /// Why it is no archive.
        why: io::Error,
    },
    /// Another one.
    #[error("{path} is none of the runners that this Gradus was released with (its hash is {hash})")]
    Unknown {
        /// What.
        path: PathBuf,
        /// Its hash.
        hash: String,
    },
    /// No runner at all.
    #[error("{path}: {why}")]
    NoRunner {
        /// What.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl Runners {
    /// Those in a folder; it need not be there.
    pub fn new(folder: PathBuf) -> Self {
        Self(Compiled::new(folder))
    }

    /// Installs what is in a folder, an archive (tar, also within gzip) or a single file; `trusted` takes others than released ones, too.
    pub fn install(
        &self,
        engine: &Engine,
        from: &Path,
        trusted: bool,
    ) -> Result<Vec<Installed>, NotInstalled> {
        let mut done = Vec::new();
        for (language, bytes) in brought(from)? {
            done.push(self.install_one(engine, language, &bytes, from, trusted)?);
        }
        if done.is_empty() { Err(NotInstalled::Nothing(from.to_owned())) } else { Ok(done) }
    }

    fn install_one(
        &self,
        engine: &Engine,
        language: Language,
        bytes: &[u8],
        from: &Path,
        trusted: bool,
    ) -> Result<Installed, NotInstalled> {
        let installed = Installed::of(language, blake3::hash(bytes).to_hex().to_string());
        if !installed.is_released && !trusted {
            return Err(NotInstalled::Unknown { path: from.to_owned(), hash: installed.hash });
        }
        let compiled = engine.0.precompile_component(bytes);
        let compiled = compiled.map_err(|error| NotInstalled::NoRunner {
            path: from.to_owned(),
            why: error.root_cause().to_string(),
        })?;
        self.keep(&installed, bytes, &compiled)
            .map_err(|error| NotInstalled::Io { path: self.0.folder().to_owned(), error })?;
        Ok(installed)
    }

    fn keep(&self, installed: &Installed, bytes: &[u8], compiled: &[u8]) -> io::Result<()> {
        let folder = self.0.folder();
        make_private(folder)?;
        let language = installed.language;
        for entry in fs::read_dir(folder)?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&format!("{language}-")) {
                fs::remove_file(entry.path())?;
            }
        }
        write_whole(&folder.join(format!("{language}.wasm")), bytes)?;
        write_whole(&self.compiled(installed), compiled)?;
        write_whole(&folder.join(format!("{language}.hash")), installed.hash.as_bytes())
    }

    /// The runner of a language, if it is here.
    pub fn installed(&self, language: Language) -> Option<Installed> {
        let hash = fs::read_to_string(self.0.folder().join(format!("{language}.hash"))).ok()?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hash.then(|| Installed::of(language, hash))
    }

    /// A file of a submission as a program of that runner, and the runner's hash.
    pub fn load(
        &self,
        engine: &Engine,
        language: Language,
        entry: &str,
    ) -> Result<(Program, String), NotLoaded> {
        let no_runner = |why: String| NotLoaded::NoRunner(format!("the {language} runner {why}"));
        let installed =
            self.installed(language).ok_or_else(|| no_runner("is not installed on this machine".into()))?;
        let broken = |error: &dyn Display| no_runner(format!("can't be used: {error}"));
        let path = self.compiled(&installed);
        let component = match self.0.load(engine, &path).map_err(|error| broken(&error))? {
            Some(component) => component,
            None => {
                // Another Gradus installed it.
                let bytes = fs::read(self.0.folder().join(format!("{language}.wasm")))
                    .map_err(|error| broken(&error))?;
                if blake3::hash(&bytes).to_hex().as_str() != installed.hash {
                    return Err(no_runner("was changed since it was installed".into()));
                }
                let compiled = engine.0.precompile_component(&bytes).map_err(|error| broken(&error))?;
                write_whole(&path, &compiled).map_err(|error| broken(&error))?;
                let again = self.0.load(engine, &path).map_err(|error| broken(&error))?;
                again.ok_or_else(|| no_runner("can't be compiled for this machine".into()))?
            }
        };
        let runner = linked(engine, &component).map_err(|error| broken(&error.root_cause()))?;
        Ok((Program::Runner(App { runner, entry: entry.to_owned() }), installed.hash))
    }

    fn compiled(&self, installed: &Installed) -> PathBuf {
        self.0.path(&installed.language.to_string(), &installed.hash)
    }
}

impl Installed {
    fn of(language: Language, hash: String) -> Self {
        Self { language, is_released: is_released(language, &hash), hash }
    }
}

fn linked(engine: &Engine, component: &Component) -> wasmtime::Result<RunnerPre<Guest>> {
    let mut linker = Guest::linker(&engine.0)?;
    Runner::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest)?;
    RunnerPre::new(linker.instantiate_pre(component)?)
}

/// The runners in a folder, an archive or a file.
fn brought(from: &Path) -> Result<Vec<(Language, Vec<u8>)>, NotInstalled> {
    let io = |error| NotInstalled::Io { path: from.to_owned(), error };
    if from.is_dir() {
        let files = Language::ALL.into_iter().map(|language| from.join(format!("{language}.wasm")));
        let files = files.filter(|path| path.is_file());
        return files.map(|path| alone(&path, fs::read(&path).map_err(io)?)).collect();
    }
    let bytes = fs::read(from).map_err(io)?;
    if bytes.starts_with(b"\0asm") {
        return alone(from, bytes).map(|one| vec![one]);
    }
    let packed = match bytes.starts_with(GZIP) {
        true => read_at_most(MOST_UNPACKED, GzDecoder::new(bytes.as_slice())).map_err(io)?,
        false => bytes,
    };
    archived(from, &packed).map_err(|why| NotInstalled::NoArchive { path: from.to_owned(), why })
}

/// A runner by itself: released ones are known by their bytes, others by their name.
fn alone(path: &Path, bytes: Vec<u8>) -> Result<(Language, Vec<u8>), NotInstalled> {
    match language_of(path, &bytes) {
        Some(language) => Ok((language, bytes)),
        None => Err(NotInstalled::Nameless(path.to_owned())),
    }
}

fn archived(from: &Path, bytes: &[u8]) -> io::Result<Vec<(Language, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in tar::Archive::new(bytes).entries()? {
        let entry = entry?;
        let path = entry.path()?.into_owned();
        if path.extension() == Some(OsStr::new("wasm")) {
            let bytes = read_at_most(LARGEST, entry)?;
            found.extend(language_of(&from.join(path), &bytes).map(|language| (language, bytes)));
        }
    }
    Ok(found)
}

fn language_of(path: &Path, bytes: &[u8]) -> Option<Language> {
    let hash = blake3::hash(bytes).to_hex();
    let released = Language::ALL.into_iter().find(|language| is_released(*language, &hash));
    let stem = || path.file_name()?.to_str()?.strip_suffix(".wasm");
    let named = || Language::ALL.into_iter().find(|language| stem() == Some(&language.to_string()));
    released.or_else(named)
}

fn is_released(language: Language, hash: &str) -> bool {
    RELEASED.lines().any(|known| known == format!("{hash} {language}"))
}

fn read_at_most(most: u64, from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(io::Error::other(format!("it holds more than {} MiB", most >> 20))),
        false => Ok(bytes),
    }
}
