//! Everything that Gradus reads of its surroundings, read once.

use gradus_intake::packages::is_index;
use gradus_report::Surroundings;
use gradus_report::classroom50::Identity;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal;
use std::path::PathBuf;

/// Variables that a submission's build and server get of ours: what finding and running toolchains needs, and nothing
/// that could be a secret.
const PASSED_ON: &[&str] = &[
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "USER",
    "LOGNAME",
    "SHELL",
    "JAVA_HOME",
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "GOPATH",
    "GOROOT",
    "GOCACHE",
    "NVM_DIR",
    "PYENV_ROOT",
    "VIRTUAL_ENV",
    "NODE_PATH",
    "LD_LIBRARY_PATH",
    "SYSTEMROOT",
];

/// Variables that tell package managers where their registries are and whom to trust; none of them holds a password.
const REGISTRIES: &[&str] = &[
    "npm_config_registry",
    "NPM_CONFIG_REGISTRY",
    "NODE_EXTRA_CA_CERTS",
    "PIP_INDEX_URL",
    "PIP_CERT",
    "CARGO_HTTP_CAINFO",
    "GOPROXY",
    "GOSUMDB",
    "GONOSUMDB",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// What surrounds this run.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The current folder.
    pub current_dir: PathBuf,
    /// This program.
    pub program: PathBuf,
    /// Where caches go.
    pub cache: PathBuf,
    /// `GRADUS_RUNNERS`.
    pub runners: Option<PathBuf>,
    /// `GRADUS_EXERCISES`.
    pub exercises: Option<OsString>,
    /// Whether standard output takes colours.
    pub color_out: bool,
    /// Whether standard error takes colours, and lines that are written over.
    pub color_err: bool,
    /// Whether standard error is a terminal.
    pub live_err: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether GitHub Actions reads what is printed, and takes some lines as commands.
    pub github_actions: bool,
    /// `GITHUB_WORKSPACE`: what GitHub Actions checked out, in which it names files.
    pub github_workspace: Option<PathBuf>,
    /// What reports say of where they are written.
    pub surroundings: Surroundings,
    /// `GRADUS_BUILD_NETWORK`: hosts that a build may reach.
    pub build_network: Vec<String>,
    /// What package managers are told of their registries, when they fetch packages.
    pub registries: Vec<(OsString, OsString)>,
    /// What a submission's programs get.
    pub passed_on: Vec<(OsString, OsString)>,
}

impl Environment {
    /// Reads it.
    pub fn read() -> Self {
        let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var_os("TERM").is_some_and(|value| value == "dumb");
        let forced = env::var_os("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
        let color = |terminal: bool| !plain && (terminal || forced);
        Self {
            current_dir: env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            program: env::current_exe().unwrap_or_default(),
            cache: cache(),
            exercises: env::var_os("GRADUS_EXERCISES").filter(|value| !value.is_empty()),
            color_out: color(std::io::stdout().is_terminal()),
            color_err: color(std::io::stderr().is_terminal()),
            live_err: std::io::stderr().is_terminal() && !plain,
            width: width(),
            github_actions: env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
            github_workspace: env::var_os("GITHUB_WORKSPACE")
                .filter(|value| !value.is_empty())
                .map(PathBuf::from),
            surroundings: Surroundings {
                classroom50: Identity::told(|name| env::var(name).ok()),
                ..Surroundings::default()
            },
            build_network: env::var("GRADUS_BUILD_NETWORK").map_or_else(
                |_| Vec::new(),
                |hosts| {
                    hosts
                        .split(',')
                        .map(str::trim)
                        .filter(|host| !host.is_empty())
                        .map(str::to_owned)
                        .collect()
                },
            ),
            runners: env::var_os("GRADUS_RUNNERS").map(PathBuf::from),
            registries: registries(),
            passed_on: those(PASSED_ON),
        }
    }

    /// Where runners of WebAssembly are kept: `GRADUS_RUNNERS`, or beside the other caches.
    pub fn runners(&self) -> PathBuf {
        self.runners.clone().unwrap_or_else(|| self.cache.join("runners"))
    }

    /// `GRADUS_EXERCISES`, as a path.
    pub fn exercises(&self) -> Option<&OsStr> {
        self.exercises.as_deref()
    }
}

/// What package managers are told of their registries, those of Cargo's that have names too.
fn registries() -> Vec<(OsString, OsString)> {
    let named = env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_index));
    those(REGISTRIES).into_iter().chain(named).collect()
}

/// Those of these variables that are set.
fn those(names: &[&str]) -> Vec<(OsString, OsString)> {
    names.iter().filter_map(|name| Some((OsString::from(name), env::var_os(name)?))).collect()
}

/// `$XDG_CACHE_HOME/gradus`, `~/.cache/gradus`, or a folder among the temporary ones.
fn cache() -> PathBuf {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("XDG_CACHE_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".cache")))
        .unwrap_or_else(env::temp_dir)
        .join("gradus")
}

fn width() -> usize {
    let columns = env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    columns.or_else(terminal_width).unwrap_or(80).clamp(60, 120)
}

fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}
