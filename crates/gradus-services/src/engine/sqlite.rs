//! SQLite: a file that a submission begins with, and the grader's questions to a copy of what became of it. The file is a
//! stranger's, and so is a statement that it answers with: neither may reach anything but the copy.

use super::Counters;
use crate::sqlite::{fill, json, words as why, work};
use gradus_model::json::Json;
use gradus_model::seed::{Quoting, Seed};
use gradus_model::service::Role;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, Statement};
use std::ffi::OsString;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a question may take.
const ANSWERS: Duration = Duration::from_secs(5);
/// Steps of its machine between two looks at the clock.
const LOOKS: i32 = 10_000;
/// Bytes of an answer, at most: tables and views of the file are a stranger's, and may have no end.
const MOST_BYTES: usize = 16 << 20;
/// What a row takes beside the text of its cells.
const ROW: usize = 64;
const LIMITS: [(Limit, i32); 4] = [
    (Limit::SQLITE_LIMIT_LENGTH, 1_000_000),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 10),
];

/// What a submission is told: where the file is, as a path and as an URL. Four slashes mean the same path to everybody.
pub fn addresses(name: &str, path: &Path) -> Vec<(OsString, OsString)> {
    let name = name.to_uppercase();
    let url = format!("sqlite:///{}", path.display());
    let told = [(format!("{name}_URL"), url.clone()), (format!("{name}_PATH"), path.display().to_string())];
    let jdbc = format!("jdbc:sqlite:{}", path.display());
    let told = told.into_iter().chain([("DATABASE_URL".into(), url), ("JDBC_DATABASE_URL".into(), jdbc)]);
    told.map(|(name, value)| (name.into(), value.into())).collect()
}

/// What makes it, and so what it looks like.
pub fn version() -> &'static str {
    rusqlite::version()
}

/// Makes the file as it is at the beginning.
pub fn make(seeds: &[Seed], at: &Path) -> Result<(), String> {
    let connection = Connection::open(at).map_err(why)?;
    // It is thrown away if anything goes wrong.
    connection.execute_batch("pragma synchronous = off").map_err(why)?;
    for seed in seeds {
        fill(&connection, &seed.text(Quoting::Standard)).map_err(|(line, why)| match seed.has_lines() {
            true => format!("{}: line {line}: {why}", seed.place()),
            false => format!("{}: {why}", seed.place()),
        })?;
    }
    connection.execute_batch("analyze; vacuum").map_err(why)
}

/// What a question gave, and what it cost.
#[derive(Debug)]
pub struct Answer {
    /// The rows, a list of objects, or why there are none.
    pub rows: Result<Json, String>,
    /// The cost, by the names of the engine's counters; nothing of what the grader asks for itself.
    pub cost: Counters,
}

/// Asks a copy, which may be changed, as whoever asks could have changed the original.
pub fn ask(copy: &Path, statement: &str, role: Role) -> Result<Answer, String> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NOFOLLOW | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(copy, flags).map_err(why)?;
    for (config, value) in
        [(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true), (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)]
    {
        connection.set_db_config(config, value).map_err(why)?;
    }
    for (limit, most) in LIMITS {
        connection.set_limit(limit, most).map_err(why)?;
    }
    let begun = Instant::now();
    connection.progress_handler(LOOKS, Some(move || begun.elapsed() > ANSWERS)).map_err(why)?;
    let mut cost = Counters::new();
    let rows = connection.prepare(statement).map_err(why).and_then(|mut statement| {
        let rows = rows(&mut statement);
        if role == Role::App {
            cost = work(&statement);
            cost.insert("statements".to_owned(), 1);
        }
        rows
    });
    Ok(Answer { rows, cost })
}

fn rows(statement: &mut Statement<'_>) -> Result<Json, String> {
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = statement.raw_query();
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while let Some(row) = found.next().map_err(why)? {
        let mut cells = Vec::with_capacity(columns.len());
        bytes += ROW;
        for (at, name) in columns.iter().enumerate() {
            let cell = json(row.get_ref(at).map_err(why)?);
            bytes += ROW + name.len() + if let Json::String(text) = &cell { text.len() } else { 0 };
            cells.push((name.clone(), cell));
        }
        if bytes > MOST_BYTES {
            return Err(format!("the answer is larger than {} MiB", MOST_BYTES >> 20));
        }
        rows.push(Json::Object(cells));
    }
    Ok(Json::Array(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradus_model::source::Spanned;

    fn made(text: &str) -> Result<tempfile::TempDir, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let seed =
            Seed::File { path: Spanned::new("seed.sql".into(), Default::default()), text: text.to_owned() };
        make(&[seed], &folder.path().join("db")).map(|()| folder)
    }

    fn rows_of(folder: &tempfile::TempDir, statement: &str) -> Result<String, String> {
        let answer = ask(&folder.path().join("db"), statement, Role::App)?;
        answer.rows.map(|rows| rows.to_string())
    }

    #[test]
    fn a_seed_is_filled_in_and_its_mistakes_have_a_line() {
        let text = "create table a (n int);\ncreate trigger t after insert on a begin\n  update a set n = n + 1;\nend;\ninsert into a values (1);\n";
        let folder = made(text).expect("a file");
        assert_eq!(rows_of(&folder, "select n from a").as_deref(), Ok("[{\"n\":2}]"));
        assert_eq!(
            made("create table a (n int);\nselect * from b;\n").expect_err("a mistake"),
            "seed.sql: line 2: no such table: b"
        );
        assert_eq!(made("create table a (n\n").expect_err("a mistake"), "seed.sql: line 1: incomplete input");
    }

    #[test]
    fn a_question_reaches_nothing_but_the_copy_and_ends() {
        let folder = made("create table a (n int);\n").expect("a file");
        let elsewhere = folder.path().join("elsewhere");
        for statement in [
            format!("attach '{}' as b", elsewhere.display()),
            format!("vacuum into '{}'", elsewhere.display()),
        ] {
            assert!(rows_of(&folder, &statement).is_err(), "{statement}");
            assert!(!elsewhere.exists(), "{statement}");
        }
        assert!(rows_of(&folder, "select load_extension('x')").is_err());
        let endless =
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
        assert_eq!(rows_of(&folder, endless).expect_err("no end"), "interrupted");
        let large = "with recursive n(i) as (select 1 union all select i + 1 from n) select hex(zeroblob(400000)) from n";
        assert_eq!(rows_of(&folder, large).expect_err("no room"), "the answer is larger than 16 MiB");
    }

    #[test]
    fn what_a_statement_costs_is_the_same_each_time() {
        let text = "create table a (id integer primary key, n int);\ninsert into a with recursive r(i) as (select 1 union all select i + 1 from r where i < 1000) select i, i % 7 from r;\n";
        let folder = made(text).expect("a file");
        let cost =
            |statement: &str| ask(&folder.path().join("db"), statement, Role::App).expect("an answer").cost;
        let slow = cost("select * from a where n = 3 order by n + id");
        assert_eq!(slow, cost("select * from a where n = 3 order by n + id"));
        assert_eq!((slow["full_scan_steps"], slow["sorts"]), (999, 1));
        assert_eq!(cost("select * from a where id = 3")["full_scan_steps"], 0);
        assert!(ask(&folder.path().join("db"), "select 1", Role::Admin).expect("an answer").cost.is_empty());
    }
}
