//! SQLite within this process. A query is a stranger's program: it may read the tables of its data set and nothing else, and is
//! interrupted when it takes too much time or memory.

use super::{Answer, Bounds, Refusal, Rows, gives_no_rows, lines, refused, text, too_slow};
use crate::sqlite::{fill, json, work};
use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Batch, Connection, Error};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// How many more bytes all of SQLite in this process may use while a query runs.
const MEMORY: i64 = 64 << 20;
/// Steps of its machine between two looks: each step makes a value of [`LONGEST`] bytes at most.
const LOOKS: i32 = 200;
/// Bytes of a text or a row. What SQLite does in one step can't be interrupted; this bounds what one step can do.
const LONGEST: i32 = 100_000;
const LIMITS: [(Limit, i32); 10] = [
    (Limit::SQLITE_LIMIT_LENGTH, LONGEST),
    (Limit::SQLITE_LIMIT_SQL_LENGTH, 100_000),
    (Limit::SQLITE_LIMIT_COLUMN, 200),
    (Limit::SQLITE_LIMIT_EXPR_DEPTH, 200),
    (Limit::SQLITE_LIMIT_COMPOUND_SELECT, 100),
    (Limit::SQLITE_LIMIT_FUNCTION_ARG, 50),
    (Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200),
    (Limit::SQLITE_LIMIT_ATTACHED, 0),
    (Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1),
    (Limit::SQLITE_LIMIT_WORKER_THREADS, 0),
];
/// Functions that reach beyond the data set, or that only an application needs.
const REFUSED: [&str; 4] = ["load_extension", "fts3_tokenizer", "readfile", "writefile"];

/// SQLite tells how much memory all its connections use, and not one: so queries are run one at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Data sets in memory.
#[derive(Debug, Default)]
pub struct Desk {
    sets: Vec<Arc<Mutex<Connection>>>,
}

impl Desk {
    pub fn load(&mut self, files: &[(&str, String)]) -> Result<usize, String> {
        let why = |error: Error| error.to_string();
        let mut connection = Connection::open_in_memory().map_err(why)?;
        for (path, text) in files {
            fill(&connection, text).map_err(|(line, why)| format!("{path}: line {line}: {why}"))?;
        }
        connection.execute_batch("analyze").map_err(why)?;
        for (limit, most) in LIMITS {
            connection.set_limit(limit, most).map_err(why)?;
        }
        connection.authorizer(Some(only_reads)).map_err(why)?;
        self.sets.push(Arc::new(Mutex::new(connection)));
        Ok(self.sets.len() - 1)
    }

    pub async fn ask(&mut self, set: usize, query: &str, bounds: Bounds) -> Result<Answer, Refusal> {
        let set = self.sets.get(set).ok_or_else(|| Refusal::Ours("there is no such data set".to_owned()))?;
        let (set, query) = (set.clone(), query.to_owned());
        let asked = tokio::task::spawn_blocking(move || {
            let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
            let mut connection = set.lock().unwrap_or_else(PoisonError::into_inner);
            within(&mut connection, bounds, |connection| run(connection, &query, bounds))
        });
        asked.await.unwrap_or_else(|error| Err(Refusal::Ours(error.to_string())))
    }

    pub async fn plan(&mut self, set: usize, query: &str, bounds: Bounds) -> Vec<String> {
        lines(self.ask(set, &format!("explain query plan {query}"), bounds).await)
    }
}

/// Interrupts what takes too long or too much.
fn within(
    connection: &mut Connection,
    bounds: Bounds,
    done: impl FnOnce(&Connection) -> Result<Answer, Refusal>,
) -> Result<Answer, Refusal> {
    let ours = |error: Error| Refusal::Ours(error.to_string());
    let (begun, before) = (Instant::now(), memory());
    let (slow, large) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (is_slow, is_large) = (slow.clone(), large.clone());
    let look = move || {
        is_slow.store(begun.elapsed() > bounds.time, Ordering::Relaxed);
        is_large.store(memory() - before > MEMORY, Ordering::Relaxed);
        is_slow.load(Ordering::Relaxed) || is_large.load(Ordering::Relaxed)
    };
    connection.progress_handler(LOOKS, Some(look)).map_err(ours)?;
    let answer = done(connection);
    connection.progress_handler(0, None::<fn() -> bool>).map_err(ours)?;
    match answer {
        Err(_) if slow.load(Ordering::Relaxed) => Err(too_slow(bounds)),
        Err(_) if large.load(Ordering::Relaxed) => {
            Err(refused(&format!("it took more than {} MiB of memory", MEMORY >> 20)))
        }
        answer => answer,
    }
}

fn run(connection: &Connection, query: &str, bounds: Bounds) -> Result<Answer, Refusal> {
    let mut batch = Batch::new(connection, query);
    let mut statement = batch.next().map_err(|error| mistake(error, query))?.ok_or_else(gives_no_rows)?;
    if !matches!(batch.next(), Ok(None)) {
        return Err(refused("there is more than one statement in it"));
    }
    if statement.column_count() == 0 {
        return Err(gives_no_rows());
    }
    let columns = statement.column_names().map(str::to_owned).collect::<Vec<_>>();
    let count = columns.len();
    let mut rows = Rows::new(columns, bounds);
    let mut found = statement.raw_query();
    while let Some(row) = found.next().map_err(|error| mistake(error, query))? {
        let cells = (0..count).map(|at| row.get_ref(at).map(json));
        rows.push(cells.collect::<Result<_, _>>().map_err(|error| mistake(error, query))?)?;
    }
    drop(found);
    let work = work(&statement);
    Ok(Answer { table: rows.table, work })
}

fn only_reads(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Function { function_name } if !REFUSED.contains(&function_name) => Authorization::Allow,
        _ => Authorization::Deny,
    }
}

fn mistake(error: Error, query: &str) -> Refusal {
    match error {
        Error::SqlInputError { msg, offset, .. } => {
            let line = usize::try_from(offset).ok().map(|offset| text::line_of(query, offset));
            Refusal::Query { line, says: explained(msg) }
        }
        Error::SqliteFailure(_, Some(says)) => refused(&explained(says)),
        other => refused(&other.to_string()),
    }
}

/// SQLite does not say what it does not authorize.
fn explained(says: String) -> String {
    if says.contains("not authorized") || says.contains("prohibited") {
        format!("{says}: a query may only read the tables of its data set")
    } else {
        says
    }
}

/// Bytes that all of SQLite in this process uses.
fn memory() -> i64 {
    // SAFETY: it takes nothing and only reads a counter, under a lock of SQLite's own.
    unsafe { rusqlite::ffi::sqlite3_memory_used() }
}
