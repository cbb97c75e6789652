//! Where exercises and graders are, and what is in them.

use crate::pack::{self, PackError};
use gradus_model::diagnostic::{Diagnostic, Invalid};
use gradus_model::exercise::Exercise;
use gradus_model::grader::Grader;
use gradus_model::mutant::Mutant;
use gradus_model::read;
use gradus_model::report::Withheld;
use std::cell::RefCell;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// The largest file that a grader may name.
const MAX_FILE: u64 = 16 << 20;
/// The parts of the curriculum, in their order.
const TRACKS: [&str; 7] =
    ["foundations", "apis", "data", "performance", "security", "integration", "practice"];

/// A folder with `exercises/` and perhaps `graders/`.
#[derive(Clone, Debug)]
pub struct Catalogue {
    root: PathBuf,
    /// Of a pack: the folder that it was unpacked into, as long as anybody looks into it.
    _unpacked: Option<Arc<TempDir>>,
}

/// An exercise and where it is.
#[derive(Clone, Debug)]
pub struct LoadedExercise {
    /// The exercise.
    pub exercise: Exercise,
    /// Its folder.
    pub dir: PathBuf,
}

/// A grader and where it is.
#[derive(Clone, Debug)]
pub struct LoadedGrader {
    /// The grader.
    pub grader: Grader,
    /// Its folder.
    pub dir: PathBuf,
    /// BLAKE3, in hex, of path and bytes of grader.yaml, every file that it names, exercise.toml and the contract.
    pub digest: String,
    /// What the whole grader has, if this is its public part only.
    pub withheld: Option<Withheld>,
}

impl LoadedGrader {
    /// The text of grader.yaml.
    pub fn text(&self) -> &str {
        self.grader.sources.0.first().map_or("", |source| source.text.as_str())
    }
}

/// A mutant and its patch.
#[derive(Clone, Debug)]
pub struct LoadedMutant {
    /// Its name, its folder's.
    pub name: String,
    /// What mutant.toml says.
    pub mutant: Mutant,
    /// The text of change.patch.
    pub patch: String,
    /// The folder `built` beside it, if there is one: what was built of the changed source, where a solution brings along what
    /// was built of its own.
    pub built: Option<PathBuf>,
}

/// Why the catalogue does not give something.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// There is none.
    #[error("no exercises were found; looked in {}", list(.looked))]
    NotFound {
        /// Where was looked.
        looked: Vec<PathBuf>,
    },
    /// The folder that was named is none.
    #[error("{0} holds no `exercises` folder")]
    NoExercises(PathBuf),
    /// A digest was given for what is no pack.
    #[error("{}only a pack can be pinned by its digest", .0.as_ref().map_or(String::new(), |path| format!("{} is a folder, and ", path.display())))]
    Unpinnable(Option<PathBuf>),
    /// The pack that was named can't be used.
    #[error(transparent)]
    Pack(Box<PackError>),
    /// There is no such exercise.
    #[error("there is no exercise `{slug}`{}", meant.as_ref().map_or(String::new(), |near| format!("; did you mean `{near}`?")))]
    Unknown {
        /// What was asked for.
        slug: String,
        /// What was probably meant.
        meant: Option<String>,
    },
    /// Something can't be read.
    #[error("{path}: {error}")]
    Io {
        /// What.
        path: PathBuf,
        /// The system's reason.
        error: io::Error,
    },
    /// A file has mistakes.
    #[error("{} has mistakes", .0.sources.0.first().map_or("a file", |source| source.path.as_str()))]
    Invalid(Box<Invalid>),
}

impl Catalogue {
    /// Finds it: the folder or the pack that was named, then `GRADUS_EXERCISES`, then the repository around the current folder, the
    /// copy that is installed beside the program, and the repository that the program was built in.
    ///
    /// In CI, name a pinned copy: a pull request's own tree must never supply its grader. `pinned` is the SHA-256 that a pack
    /// must have.
    pub fn find(
        explicit: Option<&Path>,
        env: Option<&OsStr>,
        pinned: Option<&str>,
        cwd: &Path,
        exe: &Path,
    ) -> Result<Self, CatalogueError> {
        if let Some(named) = explicit.or(env.map(Path::new)) {
            return Self::named(cwd.join(named), pinned);
        }
        if pinned.is_some() {
            return Err(CatalogueError::Unpinnable(None));
        }
        let installed = exe.parent().map(|bin| bin.join("../share/gradus"));
        let built = exe.ancestors().skip(1).filter(|dir| dir.join("Cargo.toml").exists());
        let around = cwd.ancestors().filter(|dir| dir.join("graders").is_dir());
        let looked: Vec<PathBuf> =
            around.map(Path::to_owned).chain(installed).chain(built.map(Path::to_owned)).collect();
        match looked.iter().find(|root| is_catalogue(root)) {
            Some(root) => Ok(Self { root: root.clone(), _unpacked: None }),
            None => Err(CatalogueError::NotFound { looked: [vec![cwd.to_owned()], looked].concat() }),
        }
    }

    fn named(path: PathBuf, pinned: Option<&str>) -> Result<Self, CatalogueError> {
        let (root, unpacked) = if path.is_dir() {
            if pinned.is_some() {
                return Err(CatalogueError::Unpinnable(Some(path)));
            }
            (path, None)
        } else {
            let unpacked =
                pack::unpack(&path, pinned).map_err(|error| CatalogueError::Pack(Box::new(error)))?;
            (unpacked.path().to_owned(), Some(Arc::new(unpacked)))
        };
        if is_catalogue(&root) {
            Ok(Self { root, _unpacked: unpacked })
        } else {
            Err(CatalogueError::NoExercises(root))
        }
    }

    /// Its folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All exercises, by track and difficulty.
    pub fn exercises(&self) -> Result<Vec<LoadedExercise>, CatalogueError> {
        let mut found = Vec::new();
        for (slug, _) in folders(&self.root.join("exercises"))? {
            found.push(self.exercise(&slug)?);
        }
        let rank = |track: &str| TRACKS.iter().position(|known| *known == track);
        found.sort_by_key(|loaded| {
            let exercise = &loaded.exercise;
            (rank(&exercise.track), exercise.difficulty, exercise.slug.clone())
        });
        Ok(found)
    }

    /// One exercise.
    pub fn exercise(&self, slug: &str) -> Result<LoadedExercise, CatalogueError> {
        let dir = self.root.join("exercises").join(slug);
        let usable = !slug.is_empty()
            && slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !usable || !dir.join("exercise.toml").is_file() {
            return Err(self.unknown(slug)?);
        }
        let path = dir.join("exercise.toml");
        let (exercise, sources) = read::exercise(&self.shown(&path), &text(&path)?).map_err(invalid)?;
        if exercise.slug != slug {
            let span = gradus_model::source::Span::default();
            let mistake = Diagnostic::new(
                format!("`slug` is `{}`, but the folder is called `{slug}`", exercise.slug),
                span,
            );
            return Err(invalid(Invalid { sources, diagnostics: vec![mistake] }));
        }
        Ok(LoadedExercise { exercise, dir })
    }

    /// The grader of an exercise, if there is one here.
    pub fn grader(&self, slug: &str) -> Result<Option<LoadedGrader>, CatalogueError> {
        self.read_grader(slug, &file_below)
    }

    /// The same for somebody who writes its files of expected output: in place of one that is not there, `null` or no text.
    pub fn grader_to_bless(&self, slug: &str) -> Result<Option<LoadedGrader>, CatalogueError> {
        self.read_grader(slug, &|dir, name| match file_below(dir, name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(if name.ends_with(".json") { b"null".to_vec() } else { Vec::new() })
            }
            other => other,
        })
    }

    fn read_grader(
        &self,
        slug: &str,
        file: &dyn Fn(&Path, &str) -> io::Result<Vec<u8>>,
    ) -> Result<Option<LoadedGrader>, CatalogueError> {
        let dir = self.root.join("graders").join(slug);
        let path = dir.join("grader.yaml");
        if !path.is_file() {
            return Ok(None);
        }
        let loaded = self.exercise(slug)?;
        let source = text(&path)?;
        let named: RefCell<Vec<(String, Vec<u8>)>> = RefCell::default();
        let mut grader = read::grader(&self.shown(&path), &source, &|name: &str| {
            let bytes = file(&dir, name).map_err(|error| error.to_string())?;
            named.borrow_mut().push((name.to_owned(), bytes.clone()));
            Ok(bytes)
        })
        .map_err(invalid)?;
        if grader.exercise.value != slug {
            let mistake = Diagnostic::new(
                format!("this is the grader of `{slug}`, by its folder"),
                grader.exercise.span,
            );
            return Err(invalid(Invalid { sources: grader.sources, diagnostics: vec![mistake] }));
        }
        let mut files = vec![("grader.yaml".to_owned(), source.into_bytes())];
        files.extend(named.into_inner());
        let exercise_toml = loaded.dir.join("exercise.toml");
        files.push(("exercise.toml".into(), bytes(&exercise_toml)?));
        if let Some(contract) = &loaded.exercise.contract {
            files.push((contract.clone(), bytes(&loaded.dir.join(contract))?));
        }
        if let Some(span) = grader.wants_contract() {
            let Some(contract) = &loaded.exercise.contract else {
                let mistake = Diagnostic::new("the exercise has no contract", span)
                    .help("name its OpenAPI document in exercise.toml: contract = \"openapi.yaml\"");
                return Err(invalid(Invalid { sources: grader.sources, diagnostics: vec![mistake] }));
            };
            let path = loaded.dir.join(contract);
            grader.contract = Some(grader.sources.add(self.shown(&path), text(&path)?));
        }
        Ok(Some(LoadedGrader { grader, dir, digest: digest(files), withheld: self.withheld()? }))
    }

    /// What a public pack says that it lacks.
    fn withheld(&self) -> Result<Option<Withheld>, CatalogueError> {
        let path = self.root.join(pack::MANIFEST);
        if !path.is_file() {
            return Ok(None);
        }
        let table: toml::Table = text(&path)?.parse().map_err(|error: toml::de::Error| {
            let error = io::Error::new(io::ErrorKind::InvalidData, error.to_string());
            CatalogueError::Io { path: path.clone(), error }
        })?;
        let number = |name: &str| {
            let value = table.get("withheld")?.get(name)?.as_integer()?;
            u32::try_from(value).ok()
        };
        Ok(number("checks").zip(number("points")).map(|(checks, points)| Withheld { checks, points }))
    }

    /// Reference solutions, by the name of their stack.
    pub fn solutions(&self, slug: &str) -> Result<Vec<(String, PathBuf)>, CatalogueError> {
        folders(&self.root.join("graders").join(slug).join("solutions"))
    }

    /// The checks that a reference solution's stack can't pass, as the file beside its folder says.
    pub fn lacks(&self, slug: &str, stack: &str, grader: &Grader) -> Result<Vec<String>, CatalogueError> {
        let path = self.root.join("graders").join(slug).join("solutions").join(format!("{stack}.toml"));
        if !path.is_file() {
            return Ok(Vec::new());
        }
        let (solution, sources) = read::solution(&self.shown(&path), &text(&path)?).map_err(invalid)?;
        let unknown = solution.lacks.iter().find(|id| grader.check(&id.value).is_none());
        if let Some(id) = unknown {
            let mistake = Diagnostic::new(format!("`{}` is no check of this grader", id.value), id.span);
            return Err(invalid(Invalid { sources, diagnostics: vec![mistake] }));
        }
        Ok(solution.lacks.into_iter().map(|id| id.value).collect())
    }

    /// Starters, by language.
    pub fn starters(&self, slug: &str) -> Result<Vec<(String, PathBuf)>, CatalogueError> {
        folders(&self.root.join("exercises").join(slug).join("starters"))
    }

    /// Mutants, by name.
    pub fn mutants(&self, slug: &str) -> Result<Vec<LoadedMutant>, CatalogueError> {
        let mut mutants = Vec::new();
        for (name, dir) in folders(&self.root.join("graders").join(slug).join("mutants"))? {
            let path = dir.join("mutant.toml");
            let (mutant, sources) = read::mutant(&self.shown(&path), &text(&path)?).map_err(invalid)?;
            let solutions = self.solutions(slug)?;
            if solutions.iter().all(|(stack, _)| *stack != mutant.of.value) {
                let mistake =
                    Diagnostic::new(format!("there is no solution `{}`", mutant.of.value), mutant.of.span);
                return Err(invalid(Invalid { sources, diagnostics: vec![mistake] }));
            }
            let built = Some(dir.join("built")).filter(|built| built.is_dir());
            mutants.push(LoadedMutant { name, mutant, patch: text(&dir.join("change.patch"))?, built });
        }
        Ok(mutants)
    }

    fn unknown(&self, slug: &str) -> Result<CatalogueError, CatalogueError> {
        let known = folders(&self.root.join("exercises"))?;
        let near = known.into_iter().map(|(name, _)| (strsim::osa_distance(&name, slug), name));
        let meant = near.filter(|(distance, _)| *distance <= 3).min().map(|(_, name)| name);
        Ok(CatalogueError::Unknown { slug: slug.to_owned(), meant })
    }

    /// A path as people know it.
    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

fn is_catalogue(root: &Path) -> bool {
    root.join("exercises").is_dir()
}

/// The folders in a folder, by name; none where that is missing.
fn folders(dir: &Path) -> Result<Vec<(String, PathBuf)>, CatalogueError> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(|error| CatalogueError::Io { path: dir.to_owned(), error })?,
    };
    let mut found: Vec<(String, PathBuf)> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())))
        .filter(|(name, _)| !name.starts_with('.'))
        .collect();
    found.sort();
    Ok(found)
}

fn text(path: &Path) -> Result<String, CatalogueError> {
    fs::read_to_string(path).map_err(|error| CatalogueError::Io { path: path.to_owned(), error })
}

fn bytes(path: &Path) -> Result<Vec<u8>, CatalogueError> {
    fs::read(path).map_err(|error| CatalogueError::Io { path: path.to_owned(), error })
}

/// A file that a grader names; links that lead out of its folder are refused.
pub(crate) fn file_below(dir: &Path, name: &str) -> io::Result<Vec<u8>> {
    let path = fs::canonicalize(dir.join(name))?;
    if !path.starts_with(fs::canonicalize(dir)?) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it leads out of the grader's folder"));
    }
    if fs::metadata(&path)?.len() > MAX_FILE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 16 MiB"));
    }
    fs::read(path)
}

fn digest(mut files: Vec<(String, Vec<u8>)>) -> String {
    files.sort();
    files.dedup();
    let mut hasher = blake3::Hasher::new();
    for (path, bytes) in files {
        for part in [path.as_bytes(), &bytes] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().to_hex().to_string()
}

fn invalid(invalid: Invalid) -> CatalogueError {
    CatalogueError::Invalid(Box::new(invalid))
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}
