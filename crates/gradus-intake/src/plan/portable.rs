//! Which file of a submission can be run without its toolchain: WebAssembly itself, or a plain file that a runner takes. What a
//! start says is taken whole or refused: nothing of it is left out in silence.

use super::{Plan, detect};
use gradus_model::submission::CommandLine;
use std::path::{Component, Path};

/// A file that can be run as or in WebAssembly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portable {
    /// Its path below the folder in which everything happens.
    pub file: String,
    /// What it is.
    pub kind: PortableKind,
    /// Variables that its start sets.
    pub environment: Vec<(String, String)>,
    /// Who names the file.
    pub by: NamedBy,
}

/// What such a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortableKind {
    /// WebAssembly.
    Binary,
    /// Python.
    Python,
    /// JavaScript.
    JavaScript,
}

/// Who names a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// `start`.
    Start,
    /// A script of package.json, which `start` runs.
    Package,
    /// Nobody: it is what is usual.
    Convention,
}

/// Why a start can't be followed in WebAssembly. Each is one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPortable {
    /// The submission's own mistake.
    #[error("`start` names {0}, and there is no such file in the submission")]
    Missing(String),
    /// What a runner can't hand on.
    #[error("`start` hands `{0}` to the program, and a runner takes no arguments")]
    Arguments(String),
    /// What an interpreter would do, and a runner does not.
    #[error("`start` says `{0}`, which runners do not know")]
    Option(String),
    /// Runners take no other.
    #[error("`start` names the application `{0}`, and the runner takes one named `app` or `application`")]
    Application(String),
    /// More than a program.
    #[error("`start` needs a shell for `{0}`, and there is none in WebAssembly")]
    Shell(String),
}

/// A file, and who names it.
type Named = (String, PortableKind, NamedBy);

impl Plan {
    /// The file that its start names, if WebAssembly can take it; `ground` is the folder in which everything happens.
    pub fn portable(&self, ground: &Path) -> Result<Option<Portable>, NotPortable> {
        let words = match &self.start {
            Some(CommandLine::Shell(line)) => words(line)?,
            Some(CommandLine::Argv(words)) => words.clone(),
            None => return Ok(None),
        };
        let mut environment = Vec::new();
        let named = named(ground, &words, &mut environment)?;
        Ok(named.map(|(file, kind, by)| Portable { file, kind, environment, by }))
    }
}

/// The words of a line that needs no shell.
fn words(line: &str) -> Result<Vec<String>, NotPortable> {
    let plain = |word: &str| {
        let word = word.trim_matches(['"', '\'']).to_owned();
        let operator = word.contains([';', '|', '&', '<', '>', '`', '(', '"', '\'', '\\']);
        if operator { Err(NotPortable::Shell(word)) } else { Ok(word) }
    };
    line.split_whitespace().map(plain).collect()
}

fn named(
    ground: &Path,
    words: &[String],
    environment: &mut Vec<(String, String)>,
) -> Result<Option<Named>, NotPortable> {
    let mut rest = words;
    let program = loop {
        let Some((word, more)) = rest.split_first() else { return Ok(None) };
        rest = more;
        match word.split_once('=') {
            Some((_, value)) if value.contains('$') => return Err(NotPortable::Shell(word.clone())),
            Some((name, value)) => environment.push((name.to_owned(), value.to_owned())),
            None if ["exec", "env"].contains(&word.as_str()) => {}
            None => break word.as_str(),
        }
    };
    let name = program.rsplit('/').next().unwrap_or(program);
    if name.ends_with(".wasm") || name.ends_with(".cwasm") {
        return alone(file(ground, program)?, rest).map(|file| Some(by_start(file, PortableKind::Binary)));
    }
    let found = match name {
        "node" | "nodejs" => by_start(node(ground, rest)?, PortableKind::JavaScript),
        "npm" => return package(ground, rest, environment),
        "flask" => flask(ground, rest)?,
        "gunicorn" | "waitress-serve" => application(ground, rest)?,
        _ if is_python(name) => python(ground, rest)?,
        _ => return Ok(None),
    };
    Ok(Some(found))
}

fn by_start(file: String, kind: PortableKind) -> Named {
    (file, kind, NamedBy::Start)
}

/// `python`, `python3`, `python3.11`
fn is_python(name: &str) -> bool {
    let version = name.strip_prefix("python");
    version.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

fn python(ground: &Path, mut rest: &[String]) -> Result<Named, NotPortable> {
    // They change nothing in a runner: it prints at once, and writes no compiled files.
    const IDLE: [&str; 7] = ["-u", "-B", "-E", "-I", "-q", "-s", "-S"];
    while let Some((word, more)) = rest.split_first() {
        rest = more;
        match word.as_str() {
            word if IDLE.contains(&word) => {}
            "-m" => {
                let Some((module, more)) = rest.split_first() else { break };
                return match module.as_str() {
                    "flask" => flask(ground, more),
                    "gunicorn" | "waitress" => application(ground, more),
                    module => {
                        let file = file(ground, &format!("{}.py", module.replace('.', "/")))?;
                        Ok(by_start(alone(file, more)?, PortableKind::Python))
                    }
                };
            }
            word if word.starts_with('-') => return Err(NotPortable::Option(word.to_owned())),
            word => return Ok(by_start(alone(file(ground, word)?, rest)?, PortableKind::Python)),
        }
    }
    Err(NotPortable::Option("python".into()))
}

/// What follows `run` is about a server that is not there: the runner serves.
fn flask(ground: &Path, rest: &[String]) -> Result<Named, NotPortable> {
    let after = |flags: [&str; 2]| {
        let at = rest.iter().position(|word| flags.contains(&word.as_str()))?;
        rest.get(at + 1).map(String::as_str)
    };
    let joined = || rest.iter().find_map(|word| word.strip_prefix("--app="));
    match after(["--app", "-A"]).or_else(joined) {
        Some(app) => module(ground, app),
        // What Flask itself looks for.
        None => usual(ground, &["wsgi.py", "app.py"], PortableKind::Python),
    }
}

/// `gunicorn --workers 2 main:app`
fn application(ground: &Path, rest: &[String]) -> Result<Named, NotPortable> {
    let named =
        rest.iter().find(|word| word.contains(':') && !word.contains(['.', '/', '$'])).or(rest.last());
    named.map_or_else(|| Err(NotPortable::Missing("no application".into())), |app| module(ground, app))
}

/// `main`, `main.py`, `shop.main:app`
fn module(ground: &Path, app: &str) -> Result<Named, NotPortable> {
    let (module, name) = app.split_once(':').unwrap_or((app, "app"));
    if !["app", "application"].contains(&name) {
        return Err(NotPortable::Application(name.to_owned()));
    }
    let path = module.trim_end_matches(".py").replace('.', "/");
    Ok(by_start(file(ground, &format!("{path}.py"))?, PortableKind::Python))
}

fn node(ground: &Path, mut rest: &[String]) -> Result<String, NotPortable> {
    const IDLE: [&str; 4] = ["--no-warnings", "--no-deprecation", "--trace-warnings", "--enable-source-maps"];
    while let Some((word, more)) = rest.split_first() {
        rest = more;
        if !word.starts_with('-') {
            // Node finds `server` as server.js, too.
            let with_ending = format!("{word}.js");
            let found = file(ground, word).or_else(|missing| file(ground, &with_ending).map_err(|_| missing));
            return alone(found?, rest);
        }
        if !IDLE.contains(&word.as_str()) && !word.starts_with("--max-old-space-size=") {
            return Err(NotPortable::Option(word.clone()));
        }
    }
    Err(NotPortable::Option("node".into()))
}

/// `npm start` runs a script of package.json, and without one what is usual.
fn package(
    ground: &Path,
    rest: &[String],
    environment: &mut Vec<(String, String)>,
) -> Result<Option<Named>, NotPortable> {
    let script =
        rest.iter().find(|word| !word.starts_with('-') && !["run", "run-script"].contains(&word.as_str()));
    match script.and_then(|script| detect::script_named(ground, script)) {
        Some(line) => {
            let words = words(&line)?;
            // A script that runs another one may run itself.
            if words.iter().any(|word| word.rsplit('/').next() == Some("npm")) {
                return Err(NotPortable::Shell(line));
            }
            let found = named(ground, &words, environment)?;
            Ok(found.map(|(file, kind, _)| (file, kind, NamedBy::Package)))
        }
        None => {
            let files = ["server.js", "index.js", "app.js", "server.mjs", "index.mjs"];
            usual(ground, &files, PortableKind::JavaScript).map(Some)
        }
    }
}

fn usual(ground: &Path, files: &[&str], kind: PortableKind) -> Result<Named, NotPortable> {
    let found = files.iter().find_map(|name| file(ground, name).ok());
    found.map(|file| (file, kind, NamedBy::Convention)).ok_or_else(|| NotPortable::Missing(files.join(", ")))
}

/// A file of the submission.
fn file(ground: &Path, name: &str) -> Result<String, NotPortable> {
    let name = name.trim_start_matches("./");
    let is_inside = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    match is_inside && ground.join(name).is_file() {
        true => Ok(name.to_owned()),
        false => Err(NotPortable::Missing(name.to_owned())),
    }
}

/// Nothing is handed to it.
fn alone(file: String, rest: &[String]) -> Result<String, NotPortable> {
    if rest.is_empty() { Ok(file) } else { Err(NotPortable::Arguments(rest.join(" "))) }
}
