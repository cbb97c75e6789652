//! What all who use SQLite within this process share: a script filled in, values as JSON, costs, and SQLite's own words.

use crate::engine::{Counters, statements};
use gradus_model::json::Json;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Statement, StatementStatus};

/// What SQLite says of a statement that goes on.
const INCOMPLETE: &str = "incomplete input";

/// Does the statements of a script one by one. An error has the line on which its statement begins.
pub fn fill(connection: &Connection, text: &str) -> Result<(), (usize, String)> {
    let (mut begun, mut first) = (String::new(), 1);
    for (line, statement) in statements::statements_of(text) {
        first = if begun.is_empty() { line } else { first };
        begun.push_str(statement);
        match connection.execute_batch(&begun).map_err(words) {
            Ok(()) => begun.clear(),
            // A semicolon within a trigger ends nothing.
            Err(why) if why == INCOMPLETE => begun.push_str(";\n"),
            Err(why) => return Err((first, why)),
        }
    }
    if begun.is_empty() { Ok(()) } else { Err((first, INCOMPLETE.to_owned())) }
}

/// What a statement cost since it was prepared, by the names of the counters.
pub fn work(statement: &Statement<'_>) -> Counters {
    let counted = [
        ("steps", StatementStatus::VmStep),
        ("full_scan_steps", StatementStatus::FullscanStep),
        ("sorts", StatementStatus::Sort),
        ("autoindexes", StatementStatus::AutoIndex),
    ];
    let counted = counted.map(|(name, status)| {
        (name.to_owned(), u64::try_from(statement.get_status(status)).unwrap_or_default())
    });
    counted.into()
}

/// A value as JSON; bytes in hexadecimal digits.
pub fn json(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(number) => Json::Number(number.to_string()),
        ValueRef::Real(number) if number.is_finite() => Json::Number(number.to_string()),
        ValueRef::Real(number) => Json::String(number.to_string()),
        ValueRef::Text(text) => Json::String(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Json::String(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
    }
}

/// The words of SQLite alone.
pub fn words(error: Error) -> String {
    match error {
        Error::SqlInputError { msg, .. } | Error::SqliteFailure(_, Some(msg)) => msg,
        other => other.to_string(),
    }
}
