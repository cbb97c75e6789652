//! The versions of a gradebook's tables, and the way from each to the next.

use super::GradebookError;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::path::Path;

/// What brings a gradebook from each version to the next; they are never changed once they were released.
const STEPS: [&str; 3] =
    [include_str!("schema/1.sql"), include_str!("schema/2.sql"), include_str!("schema/3.sql")];
/// "Grad", so that another program's database is never taken for ours.
const APPLICATION: i32 = 0x4772_6164;

pub fn bring_up_to_date(connection: &mut Connection, path: &Path) -> Result<(), GradebookError> {
    let not_one = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => GradebookError::NotOne(path.to_owned()),
        _ => error.into(),
    };
    // Two commands may find the same old gradebook; the second one waits and then finds nothing left to do.
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(not_one)?;
    let application: i32 =
        transaction.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(not_one)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: u32 = transaction.query_row("select count(*) from sqlite_schema", [], |row| row.get(0))?;
    let is_new = application == 0 && found == 0 && tables == 0;
    if application != APPLICATION && !is_new {
        return Err(GradebookError::NotOne(path.to_owned()));
    }
    let known = STEPS.len() as u32;
    if found > known {
        return Err(GradebookError::Newer { path: path.to_owned(), found, known });
    }
    if found < known {
        for step in &STEPS[found as usize..] {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_before_comes_to_the_newest() {
        for version in 0..STEPS.len() {
            let mut old = Connection::open_in_memory().expect("a database");
            STEPS[..version].iter().for_each(|step| old.execute_batch(step).expect("tables"));
            if version > 0 {
                old.pragma_update(None, "application_id", APPLICATION).expect("a mark");
                old.pragma_update(None, "user_version", version as u32).expect("a version");
            }
            bring_up_to_date(&mut old, Path::new("x")).expect("it comes up to date");
            let notes: u32 =
                old.query_row("select count(*) from notes", [], |row| row.get(0)).expect("notes");
            assert_eq!(notes, 0);
            bring_up_to_date(&mut old, Path::new("x")).expect("and stays so");
        }
    }

    #[test]
    fn a_newer_one_and_another_programs_are_left_alone() {
        let mut newer = Connection::open_in_memory().expect("a database");
        newer.pragma_update(None, "application_id", APPLICATION).expect("a mark");
        newer.pragma_update(None, "user_version", 99).expect("a version");
        let refused = bring_up_to_date(&mut newer, Path::new("x"));
        assert!(matches!(refused, Err(GradebookError::Newer { found: 99, .. })), "{refused:?}");
        let mut other = Connection::open_in_memory().expect("a database");
        other.execute_batch("create table bookmarks (url)").expect("a table");
        let refused = bring_up_to_date(&mut other, Path::new("x"));
        assert!(matches!(refused, Err(GradebookError::NotOne(_))), "{refused:?}");
    }
}
