//! What a grading starts from: the exercise, its grader, and where the submission is.

use crate::ground::Sandbox;
use crate::quiet::Quiet;
use crate::record::Record;
use gradus_intake::packages::PackageCache;
use gradus_intake::plan::Plan;
use gradus_model::exercise::Exercise;
use gradus_model::grader::Grader;
use gradus_model::report::{Progress, Selection, Withheld};
use gradus_sandbox::Launcher;
use gradus_services::Gate;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use url::Url;

/// One grading to be done.
#[derive(Debug)]
pub struct Job<'a> {
    /// The exercise.
    pub exercise: &'a Exercise,
    /// Its grader.
    pub grader: &'a Grader,
    /// The grader's digest, in hex.
    pub grader_digest: &'a str,
    /// What the whole grader has, if this is its public part.
    pub withheld: Option<Withheld>,
    /// The folder of the exercise's baselines, one for each language; it need not be there.
    pub baselines: PathBuf,
    /// What is graded.
    pub subject: Subject,
    /// Where all random data comes from.
    pub seed: u64,
    /// When it begins, in seconds since 1970-01-01 UTC.
    pub now: u64,
    /// Which checks.
    pub selection: Selection,
    /// Files of expected output are not judged; what comes where one does not hold is noted here.
    pub record: Option<Record>,
    /// Shared with the gradings that go on beside it.
    pub quiet: Quiet,
}

/// What is graded.
#[expect(clippy::large_enum_variant, reason = "a grading has one")]
#[derive(Debug)]
pub enum Subject {
    /// A folder whose program is built and started.
    Folder(Folder),
    /// A server that is already up.
    Url(Remote),
    /// What can't be run: nothing is started, and the report says why.
    Unrunnable(Unrunnable),
}

/// A server that is already up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Its address.
    pub url: Url,
    /// Where runners of WebAssembly are kept, and compiled code.
    pub runners: PathBuf,
}

impl Subject {
    /// Where compiled code of plugins is kept; nowhere for what is never asked.
    pub fn compiled(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(&folder.supplies.runners),
            Self::Url(remote) => Some(&remote.runners),
            Self::Unrunnable(_) => None,
        }
    }
}

/// A submission that can't be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrunnable {
    /// As it is shown.
    pub name: String,
    /// Digest of what was taken in, in hex, if something was.
    pub digest: Option<String>,
    /// Whom that blames: [`Progress::NotBuilt`] the submission, [`Progress::Broken`] us.
    pub progress: Progress,
}

/// A folder whose program is built and started.
#[derive(Debug)]
pub struct Folder {
    /// As it is shown.
    pub name: String,
    /// How it builds and runs.
    pub plan: Plan,
    /// Digest of what was taken in, in hex.
    pub digest: String,
    /// Where it builds and runs.
    pub place: Where,
    /// How it is kept apart from this machine.
    pub sandbox: Sandbox,
    /// What starts programs.
    pub launcher: Launcher,
    /// What its build may draw on.
    pub supplies: Supplies,
    /// Variables that every program of the submission gets: `PATH`, `HOME`, `LANG` and what toolchains need.
    pub environment: Vec<(OsString, OsString)>,
}

/// Ports of servers that people come back to begin here: below those that systems give away by themselves.
const FIRST_USUAL_PORT: u16 = 20_000;
const USUAL_PORTS: u16 = 10_000;

impl Folder {
    /// The port that its server gets whenever it can be had, so that a command line of an earlier report still leads there. A copy
    /// has none: nobody comes back to it.
    pub fn usual_port(&self) -> Option<u16> {
        let Where::Cache(cache) = &self.place else { return None };
        let hash = blake3::hash(cache.project().as_os_str().as_encoded_bytes());
        let [first, second, ..] = *hash.as_bytes();
        Some(FIRST_USUAL_PORT + u16::from_le_bytes([first, second]) % USUAL_PORTS)
    }
}

/// What a build may draw on.
#[derive(Clone, Debug)]
pub struct Supplies {
    /// Where templates of services are kept.
    pub templates: PathBuf,
    /// Where runners of WebAssembly are kept, and compiled code.
    pub runners: PathBuf,
    /// Packages that were fetched before.
    pub packages: PackageCache,
    /// Hosts that a build may reach, and from which packages may be fetched: `registry.example`, `registry.example:8443`.
    pub hosts: Vec<String>,
    /// Variables that tell package managers where their registries are, for those who fetch packages only.
    pub registries: Vec<(OsString, OsString)>,
}

impl Supplies {
    /// The first of the hosts that is none.
    pub fn mistake(&self) -> Option<String> {
        Gate::new(&self.hosts).err().map(|host| host.0)
    }
}

/// Where a submission builds and runs.
#[derive(Debug)]
pub enum Where {
    /// In the project's build cache, where an unchanged project is not built again.
    Cache(gradus_intake::cache::BuildCache),
    /// In this folder, which is its own copy; it is built there from nothing.
    Copy(PathBuf),
    /// In this folder, where it was built before.
    Built(PathBuf),
}

/// Why a `--url` cannot be graded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not http or https, or without a host.
    #[error("`{0}` is not an http or https address")]
    NotHttp(String),
    /// A path, where only the address of the server is wanted.
    #[error("`{0}` has a query or a fragment; give the address of the server alone")]
    HasQuery(String),
}
