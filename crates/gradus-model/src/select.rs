//! SQL that a submission hands in: its dialects, the data sets on which it runs, and the step that runs it, as plain data.

use crate::pattern::Pattern;
use crate::service::Engine;
use crate::source::{Span, Spanned};
use crate::value::Value;
use std::collections::BTreeSet;

/// In what SQL is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// SQLite, which runs within the grader.
    Sqlite,
    /// PostgreSQL, on a private instance.
    Postgresql,
    /// MariaDB, on a private instance.
    Mariadb,
}

/// Rows on which queries run.
#[derive(Clone, Debug)]
pub struct DataSet {
    /// Its name.
    pub name: Spanned<String>,
    /// What fills it, one after another.
    pub scripts: Vec<Script>,
}

/// A file beside grader.yaml, or one for each dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The path as it stands in grader.yaml; `$(dialect)` may stand in it.
    pub path: Spanned<String>,
    /// For each dialect.
    pub files: Vec<(Dialect, SqlFile)>,
}

/// A file of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlFile {
    /// Its path below the grader's folder.
    pub path: String,
    /// What stands in it.
    pub text: String,
}

/// Runs a query of the submission on a data set, which it can only read, and judges its rows.
#[derive(Clone, Debug)]
pub struct SelectStep {
    /// The file of the submission.
    pub file: Spanned<String>,
    /// The data set.
    pub data: Spanned<String>,
    /// What names in the data set's files stand for.
    pub with: Vec<(Spanned<String>, Value)>,
    /// The rows that it gives.
    pub rows: Option<WantedRows>,
    /// How rows are compared.
    pub like: Likeness,
    /// What it may cost, by dialect.
    pub work: Vec<(Spent, Pattern)>,
}

/// The rows that a query is to give.
#[derive(Clone, Debug)]
pub enum WantedRows {
    /// These: a list of objects, all with the same keys.
    Fixed(Value),
    /// Those of the grader's own query.
    Of(Script),
}

/// How rows are compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Likeness {
    /// Whether they come in the wanted order.
    pub ordered: bool,
    /// Whether columns are told by their place, and not by their name.
    pub placed: bool,
    /// By how much numbers may differ, as a decimal number; not at all when missing.
    pub within: Option<String>,
}

/// A kind of work of a dialect: `sqlite.steps`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The dialect.
    pub dialect: Dialect,
    /// What is counted.
    pub what: String,
    /// Where it stands.
    pub span: Span,
}

impl Dialect {
    /// All of them, with their words.
    pub const ALL: [(&'static str, Dialect); 3] =
        [("sqlite", Dialect::Sqlite), ("postgresql", Dialect::Postgresql), ("mariadb", Dialect::Mariadb)];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgresql => "postgresql",
            Dialect::Mariadb => "mariadb",
        }
    }

    /// The database that runs it; none where the grader does.
    pub fn engine(self) -> Option<Engine> {
        match self {
            Dialect::Sqlite => None,
            Dialect::Postgresql => Some(Engine::Postgresql),
            Dialect::Mariadb => Some(Engine::Mariadb),
        }
    }

    /// What is counted of a query's work, the same on every run; the first one stands for all of it.
    pub fn counters(self) -> &'static [&'static str] {
        match self {
            Dialect::Sqlite => &["steps", "full_scan_steps", "sorts", "autoindexes"],
            Dialect::Postgresql => &["blocks"],
            Dialect::Mariadb => &["rows_examined", "full_scans"],
        }
    }
}

impl DataSet {
    /// The names in its files for which a step has to give values.
    pub fn names(&self) -> BTreeSet<&str> {
        let files = self.scripts.iter().flat_map(|script| &script.files);
        files.flat_map(|(_, file)| file.names()).collect()
    }
}

impl Script {
    /// The file for a dialect.
    pub fn file(&self, dialect: Dialect) -> Option<&SqlFile> {
        self.files.iter().find(|(of, _)| *of == dialect).map(|(_, file)| file)
    }
}

impl SqlFile {
    /// Each `name` of a `$(name)` in it.
    fn names(&self) -> impl Iterator<Item = &str> {
        let parts = self.text.split("$(").skip(1);
        parts
            .filter_map(|part| part.split_once(')'))
            .map(|(name, _)| name)
            .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
    }

    /// Its text with each name replaced by its value.
    pub fn fill(&self, values: &[(String, String)]) -> String {
        values
            .iter()
            .fold(self.text.clone(), |text, (name, value)| text.replace(&format!("$({name})"), value))
    }
}
