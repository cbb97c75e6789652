//! A configuration with names filled in: a copy of the submission's folder in which `${PORT}` and the like stand for what this
//! run of the server is told. It knows nothing of what the servers make of it.

use crate::tree::{self, TreeError, io_error};
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::path::{Path, PathBuf};

/// Files with this ending have names filled in; all others are copied as they are.
const ENDING: &str = "conf";
/// Bytes that all of them may have together.
const MOST: u64 = 1 << 20;

/// Why a configuration is not filled in.
#[derive(Debug, thiserror::Error)]
pub enum NotFilled {
    /// It names what it is not told.
    #[error("{}", first(.0))]
    Unknown(Vec<Unknown>),
    /// It is not text.
    #[error("{0} is not UTF-8 text")]
    NotText(String),
    /// It is too long to be one.
    #[error("the *.conf files have more than {} MiB", MOST >> 20)]
    TooLong,
    /// The folder can't be read or written.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// A name that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The file, relative to the submission.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// What stands in that line.
    pub text: String,
    /// Where in the line the name begins, in bytes.
    pub from: usize,
    /// The name, without `${` and `}`.
    pub name: String,
    /// All names that there are.
    pub known: Vec<String>,
}

/// The names that a server's variables give to its configuration: each of them, and of an address in `RATES_URL` also
/// `RATES_HOST` and `RATES_PORT`.
pub fn names(told: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (name, value) in told {
        if let Some(service) = name.strip_suffix("_URL")
            && let Some((host, port)) = host_and_port(&value)
        {
            names.entry(format!("{service}_HOST")).or_insert_with(|| host.to_owned());
            names.entry(format!("{service}_PORT")).or_insert_with(|| port.to_owned());
        }
        names.insert(name, value);
    }
    names
}

/// Of `http://user@127.0.0.1:4711/path`, what is connected to.
fn host_and_port(url: &str) -> Option<(&str, &str)> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    place.rsplit_once(':')
}

/// Copies a folder, and fills in names in each of its files that end in `.conf`. Lines keep their numbers, and comments stay
/// as they are.
pub fn fill(from: &Path, to: &Path, names: &BTreeMap<String, String>) -> Result<(), NotFilled> {
    let (mut unknown, mut length) = (Vec::new(), 0);
    for (relative, entry) in tree::files(from)? {
        let into = to.join(&relative);
        if relative.extension().is_none_or(|ending| ending != ENDING) {
            tree::copy(&entry, &into)?;
            continue;
        }
        length += entry.length;
        if length > MOST {
            return Err(NotFilled::TooLong);
        }
        let file = relative.display().to_string();
        let bytes = fs::read(&entry.path).map_err(io_error(&entry.path))?;
        let text = String::from_utf8(bytes).map_err(|_| NotFilled::NotText(file.clone()))?;
        let filled = filled(&text, names, |line, text, from, name| {
            let known = names.keys().cloned().collect();
            let (text, name) = (text.trim_end().to_owned(), name.to_owned());
            unknown.push(Unknown { file: file.clone(), line, text, from, name, known });
        });
        write(&into, &filled)?;
    }
    if unknown.is_empty() { Ok(()) } else { Err(NotFilled::Unknown(unknown)) }
}

fn write(path: &PathBuf, text: &str) -> Result<(), TreeError> {
    path.parent().map_or(Ok(()), fs::create_dir_all).map_err(io_error(path))?;
    fs::write(path, text).map_err(io_error(path))
}

fn filled(
    text: &str,
    names: &BTreeMap<String, String>,
    mut unknown: impl FnMut(usize, &str, usize, &str),
) -> String {
    let mut filled = String::with_capacity(text.len());
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let mut done = 0;
        while let Some((from, name)) = next_name(line, done) {
            filled.push_str(&line[done..from]);
            match names.get(name) {
                Some(value) => filled.push_str(value),
                None => unknown(index + 1, line, from, name),
            }
            done = from + name.len() + "${}".len();
        }
        filled.push_str(&line[done..]);
    }
    filled
}

/// The next `${NAME}` of a line, and where it begins. In capitals: what servers write so themselves is in small letters.
fn next_name(line: &str, from: usize) -> Option<(usize, &str)> {
    if line.trim_start().starts_with('#') {
        return None;
    }
    line[from..].match_indices("${").find_map(|(at, _)| {
        let rest = &line[from + at + 2..];
        let name = &rest[..rest.find('}')?];
        let mut letters = name.chars();
        let capital = letters.next().is_some_and(|first| first.is_ascii_uppercase());
        let is_name = capital && letters.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        is_name.then_some((from + at, name))
    })
}

fn first(unknown: &[Unknown]) -> String {
    unknown.first().map_or_else(String::new, |first| {
        format!("{}:{}: ${{{}}} stands for nothing", first.file, first.line, first.name)
    })
}

/// The line, the name underlined, and the way out.
impl Display for Unknown {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { file, line, text, from, name, known } = self;
        let number = line.to_string();
        let gap = " ".repeat(number.len());
        let column = text[..*from].chars().count();
        let marks = "^".repeat(name.len() + "${}".len());
        writeln!(f, "{file}:{line}:{}: ${{{name}}} stands for nothing", column + 1)?;
        // Tabs stay tabs, so that the marks stand below the name whatever their width.
        let before: String = text[..*from].chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        writeln!(f, "{gap} |\n{number} | {text}\n{gap} | {before}{marks}")?;
        let near = known.iter().map(|known| (strsim::osa_distance(known, name), known));
        match near.min().filter(|(distance, _)| *distance <= 3) {
            Some((_, meant)) => write!(f, "{gap} = did you mean ${{{meant}}}?"),
            None => {
                let known: Vec<String> = known.iter().map(|name| format!("${{{name}}}")).collect();
                write!(f, "{gap} = there are: {}", known.join(", "))
            }
        }
    }
}
