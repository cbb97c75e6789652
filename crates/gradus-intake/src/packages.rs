//! Packages that a submission is built with: which package manager it uses, how that manager alone fetches them, how a build
//! finds them, and where they are kept. Each set is keyed by everything that decides what is in it, so that one
//! submission's packages never become another's.

use crate::plan::tools_on;
use crate::tree::{self, TreeError};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// `package.json`, `package-lock.json`.
    Npm,
    /// `requirements.txt`.
    Pip,
    /// `Cargo.toml`, `Cargo.lock`.
    Cargo,
    /// `go.mod`, `go.sum`.
    Go,
    /// `pom.xml`.
    Maven,
}

/// What a submission needs of one package manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packages {
    /// Which.
    pub manager: Manager,
    /// The files that say what is needed, relative to the folder in which it is built: manifests and locks.
    pub files: Vec<PathBuf>,
}

/// The packages that the files in a folder ask for.
pub fn packages(dir: &Path) -> Result<Vec<Packages>, TreeError> {
    let all = tree::files(dir)?;
    let here = |name: &str| all.contains_key(Path::new(name));
    let text = |name: &str| fs::read_to_string(dir.join(name)).unwrap_or_default();
    let named = |names: &[&str]| -> Vec<PathBuf> {
        let wanted =
            |path: &&PathBuf| path.file_name().is_some_and(|name| names.iter().any(|known| name == *known));
        all.keys().filter(wanted).cloned().collect()
    };
    let mut found = Vec::new();
    let mut add = |needed: bool, manager: Manager, files: Vec<PathBuf>| {
        if needed {
            found.push(Packages { manager, files });
        }
    };
    let depends = ["\"dependencies\"", "\"devDependencies\""];
    let npm = here("package.json") && depends.iter().any(|key| text("package.json").contains(key));
    let of_npm = ["package.json", "package-lock.json", "npm-shrinkwrap.json"];
    add(npm, Manager::Npm, of_npm.iter().filter(|name| here(name)).map(PathBuf::from).collect());
    let lines = text("requirements.txt");
    let pip = lines.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    add(pip, Manager::Pip, vec!["requirements.txt".into()]);
    let cargo = here("Cargo.toml") && text("Cargo.lock").contains("\nsource = ");
    add(cargo, Manager::Cargo, named(&["Cargo.toml", "Cargo.lock"]));
    add(here("go.mod") && here("go.sum"), Manager::Go, vec!["go.mod".into(), "go.sum".into()]);
    add(here("pom.xml"), Manager::Maven, named(&["pom.xml"]));
    Ok(found)
}

impl Packages {
    /// What decides which packages these are: the manager and its version, what is asked for, and the machine's kind.
    pub fn key(&self, dir: &Path, path: &OsStr) -> io::Result<String> {
        let mut hasher = blake3::Hasher::new();
        let mut add = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        add(self.manager.program().as_bytes());
        add(std::env::consts::ARCH.as_bytes());
        for (tool, _, found) in tools_on(path) {
            let Some(found) = found.filter(|_| self.manager.tools().contains(&tool)) else { continue };
            // A program that was updated is another one, also behind the same link.
            let real = found.canonicalize()?;
            let meta = real.metadata()?;
            add(format!("{tool} {} {} {:?}", real.display(), meta.len(), meta.modified().ok()).as_bytes());
        }
        for file in &self.files {
            add(file.to_string_lossy().as_bytes());
            add(&fs::read(dir.join(file))?);
        }
        Ok(hasher.finalize().to_hex()[..32].to_owned())
    }

    /// A copy of nothing but what says which packages are needed.
    pub fn stage(&self, dir: &Path, into: &Path) -> io::Result<()> {
        for file in &self.files {
            let copy = into.join(file);
            let folder = copy.parent().unwrap_or(into);
            fs::create_dir_all(folder)?;
            fs::copy(dir.join(file), &copy)?;
            if self.manager == Manager::Cargo && file.ends_with("Cargo.toml") {
                // A package without any source is none to Cargo.
                fs::create_dir_all(folder.join("src"))?;
                fs::write(folder.join("src/lib.rs"), "")?;
                fs::write(folder.join("src/main.rs"), "fn main() {}\n")?;
            }
        }
        Ok(())
    }
}

impl Manager {
    /// Its program.
    pub fn program(self) -> &'static str {
        match self {
            Manager::Npm => "npm",
            Manager::Pip => "pip",
            Manager::Cargo => "cargo",
            Manager::Go => "go",
            Manager::Maven => "mvn",
        }
    }

    fn tools(self) -> &'static [&'static str] {
        match self {
            Manager::Npm => &["npm", "node"],
            Manager::Pip => &["python3"],
            Manager::Cargo => &["cargo"],
            Manager::Go => &["go"],
            Manager::Maven => &["mvn", "java"],
        }
    }

    /// The command that fetches packages into a store and runs none of their scripts, where there is a lock or not.
    pub fn fetch(self, store: &str, files: &[PathBuf]) -> Vec<OsString> {
        let locked = files.iter().any(|file| {
            file.ends_with("package-lock.json")
                || file.ends_with("npm-shrinkwrap.json")
                || file.ends_with("Cargo.lock")
        });
        let line = match self {
            Manager::Npm => {
                let install = if locked { "ci" } else { "install" };
                format!("npm {install} --ignore-scripts --no-audit --no-fund --no-update-notifier")
            }
            // Only what is built already: to build a package is to run it.
            Manager::Pip => format!(
                "python3 -m pip download --only-binary=:all: --no-cache-dir --disable-pip-version-check --progress-bar off --dest {store} -r requirements.txt"
            ),
            Manager::Cargo => format!("cargo fetch{}", if locked { " --locked" } else { "" }),
            Manager::Go => "go mod download".to_owned(),
            Manager::Maven => "mvn -B -q dependency:go-offline".to_owned(),
        };
        ["sh", "-c", &line].map(OsString::from).to_vec()
    }

    /// Variables for [`Manager::fetch`]; `proxy` is the way out, `127.0.0.1:3128`.
    pub fn fetching(self, store: &str, proxy: &str) -> Vec<(OsString, OsString)> {
        let mut variables = self.stored(store);
        variables.extend(through(proxy));
        if self == Manager::Maven {
            // Java asks its own machine without a proxy, but in a room no registry is there; and Maven 3.9 and newer take what
            // Java is told of proxies only if they are told so.
            let ask = "-Dhttp.nonProxyHosts= -Daether.connector.http.useSystemProperties=true";
            variables.push(("MAVEN_OPTS".into(), format!("{} {ask}", repository(store)).into()));
        }
        variables
    }

    /// Whether a build finds its packages only when it is told this of its registries.
    pub fn needs(self, variable: &str) -> bool {
        match self {
            // What npm keeps it finds again by the address of the registry that it came from.
            Manager::Npm => variable.eq_ignore_ascii_case("npm_config_registry"),
            // Cargo calls registries by names.
            Manager::Cargo => is_index(variable),
            Manager::Pip | Manager::Go | Manager::Maven => false,
        }
    }

    /// Variables with which it gives up at once where there is no network.
    pub fn giving_up(self) -> Vec<(OsString, OsString)> {
        match self {
            Manager::Npm => vec![("npm_config_fetch_retries".into(), "0".into())],
            Manager::Pip => vec![("PIP_RETRIES".into(), "0".into())],
            Manager::Cargo => vec![("CARGO_NET_RETRY".into(), "0".into())],
            Manager::Go | Manager::Maven => Vec::new(),
        }
    }

    /// Whether it writes into a store that it only reads packages from.
    pub fn writes(self) -> bool {
        matches!(self, Manager::Npm | Manager::Cargo | Manager::Maven)
    }

    /// Variables with which a build finds the packages of a store, and asks nobody for more.
    pub fn using(self, store: &str) -> Vec<(OsString, OsString)> {
        let mut variables = self.stored(store);
        let offline: &[(&str, &str)] = match self {
            Manager::Npm => &[("npm_config_offline", "true"), ("npm_config_audit", "false")],
            Manager::Pip => &[("PIP_NO_INDEX", "1"), ("PIP_DISABLE_PIP_VERSION_CHECK", "1")],
            Manager::Cargo => &[("CARGO_NET_OFFLINE", "true")],
            Manager::Go => &[("GOPROXY", "off"), ("GOSUMDB", "off")],
            Manager::Maven => &[("MAVEN_ARGS", "-o")],
        };
        variables.extend(offline.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        variables
    }

    /// Variables that say where the store is.
    fn stored(self, store: &str) -> Vec<(OsString, OsString)> {
        let variables: Vec<(&str, String)> = match self {
            Manager::Npm => vec![
                ("npm_config_cache", store.into()),
                ("npm_config_logs_max", "0".into()),
                ("npm_config_update_notifier", "false".into()),
            ],
            Manager::Pip => vec![("PIP_FIND_LINKS", store.into())],
            Manager::Cargo => vec![("CARGO_HOME", store.into())],
            Manager::Go => vec![
                ("GOMODCACHE", store.into()),
                ("GOFLAGS", "-modcacherw".into()),
                ("GOTOOLCHAIN", "local".into()),
            ],
            Manager::Maven => vec![("MAVEN_OPTS", repository(store))],
        };
        variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }
}

/// Whether a variable names a registry of Cargo's by its index: `CARGO_REGISTRIES_NAME_INDEX`.
pub fn is_index(variable: &str) -> bool {
    variable.starts_with("CARGO_REGISTRIES_") && variable.ends_with("_INDEX")
}

fn repository(store: &str) -> String {
    format!("-Dmaven.repo.local={store}")
}

/// Variables that lead programs through a proxy.
pub fn through(proxy: &str) -> Vec<(OsString, OsString)> {
    let url = format!("http://{proxy}");
    let names = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "CARGO_HTTP_PROXY"];
    let mut variables: Vec<(OsString, OsString)> =
        names.map(|name| (name.into(), url.clone().into())).to_vec();
    if let Some((host, port)) = proxy.rsplit_once(':') {
        let java = ["http", "https"]
            .map(|scheme| format!("-D{scheme}.proxyHost={host} -D{scheme}.proxyPort={port}"))
            .join(" ");
        variables.push(("JAVA_TOOL_OPTIONS".into(), java.into()));
    }
    variables
}

/// Where sets of packages are kept.
#[derive(Clone, Debug)]
pub struct PackageCache {
    root: PathBuf,
}

impl PackageCache {
    /// Below this folder.
    pub fn new(root: &Path) -> Self {
        Self { root: root.join("packages") }
    }

    /// The folder of a set that is there.
    pub fn find(&self, key: &str) -> Option<PathBuf> {
        let folder = self.root.join(key);
        folder.is_dir().then_some(folder)
    }

    /// An empty folder for a new set.
    pub fn begin(&self) -> io::Result<TempDir> {
        fs::create_dir_all(&self.root)?;
        tempfile::Builder::new().prefix("new-").tempdir_in(&self.root)
    }

    /// Keeps a set that is whole. If somebody else was quicker, theirs is as good.
    pub fn keep(&self, set: TempDir, key: &str) -> io::Result<PathBuf> {
        let folder = self.root.join(key);
        match fs::rename(set.path(), &folder) {
            Ok(()) => {
                // It has moved away.
                let _ = set.keep();
                Ok(folder)
            }
            Err(_) if folder.is_dir() => Ok(folder),
            Err(error) => Err(error),
        }
    }
}
