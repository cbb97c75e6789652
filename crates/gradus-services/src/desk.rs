//! Where queries of a submission are run: on data sets that they can only read, within bounds, their work counted. SQLite runs
//! here, PostgreSQL and MariaDB are asked; who starts these is somebody else's business.

mod mariadb;
mod meter;
mod postgresql;
mod sqlite;
mod text;

use crate::engine::Counters;
use futures_util::future::{BoxFuture, FutureExt};
use gradus_judge::rows::Table;
use gradus_model::json::Json;
use gradus_model::select::Dialect;
use std::path::Path;
use std::time::Duration;

/// The role of whoever's queries are run. It may read data sets, and nothing else.
const READER: &str = "reader";

/// What a query may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How long it may run.
    pub time: Duration,
    /// How many rows it may give.
    pub rows: usize,
    /// How many bytes of rows.
    pub bytes: usize,
}

/// What a query gave, and what that cost by the names in [`Dialect::counters`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The rows.
    pub table: Table,
    /// The cost.
    pub work: Counters,
}

/// Why a query gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is wrong, or takes too much.
    Query {
        /// The line that the database names, from 1.
        line: Option<usize>,
        /// What the database says.
        says: String,
    },
    /// It could not be run.
    Ours(String),
}

/// A place where queries of one dialect are run.
#[derive(Debug)]
pub enum Desk {
    /// Of SQLite.
    Sqlite(sqlite::Desk),
    /// Of PostgreSQL.
    Postgresql(postgresql::Desk),
    /// Of MariaDB.
    Mariadb(mariadb::Desk),
}

impl Desk {
    /// One of SQLite.
    pub fn sqlite() -> Self {
        Self::Sqlite(sqlite::Desk::default())
    }

    /// One of an instance that runs, by the socket in the folder `door`, and holds so many data sets already.
    pub fn of_instance(
        dialect: Dialect,
        (door, port): (&Path, u16),
        sets: usize,
    ) -> BoxFuture<'_, Result<Self, String>> {
        async move {
            Ok(match dialect {
                Dialect::Sqlite => Self::sqlite(),
                Dialect::Postgresql => Self::Postgresql(postgresql::Desk::open(door, port, sets).await?),
                Dialect::Mariadb => Self::Mariadb(mariadb::Desk::open(door, sets).await?),
            })
        }
        .boxed()
    }

    /// Makes a data set of these files, by path and text, and answers its number. The error names the file.
    pub fn load<'c>(&'c mut self, files: &'c [(&'c str, String)]) -> BoxFuture<'c, Result<usize, String>> {
        async move {
            match self {
                Self::Sqlite(desk) => desk.load(files),
                Self::Postgresql(desk) => desk.load(files).await,
                Self::Mariadb(desk) => desk.load(files).await,
            }
        }
        .boxed()
    }

    /// Runs a query on a data set that was loaded.
    pub fn ask<'c>(
        &'c mut self,
        set: usize,
        query: &'c str,
        bounds: Bounds,
    ) -> BoxFuture<'c, Result<Answer, Refusal>> {
        async move {
            let query = text::one_statement(query)
                .ok_or_else(|| refused("there is no query in it, only comments or nothing"))?;
            match self {
                Self::Sqlite(desk) => desk.ask(set, query, bounds).await,
                Self::Postgresql(desk) => desk.ask(set, query, bounds).await,
                Self::Mariadb(desk) => desk.ask(set, query, bounds).await,
            }
        }
        .boxed()
    }

    /// How a query is done, line by line, as its database tells it; nothing if it does not tell.
    pub fn plan<'c>(&'c mut self, set: usize, query: &'c str, bounds: Bounds) -> BoxFuture<'c, Vec<String>> {
        async move {
            let Some(query) = text::one_statement(query) else { return Vec::new() };
            match self {
                Self::Sqlite(desk) => desk.plan(set, query, bounds).await,
                Self::Postgresql(desk) => desk.plan(set, query, bounds).await,
                Self::Mariadb(desk) => desk.plan(set, query, bounds).await,
            }
        }
        .boxed()
    }
}

/// Rows as they come, until they are too many.
struct Rows {
    table: Table,
    bounds: Bounds,
    bytes: usize,
}

impl Rows {
    fn new(columns: Vec<String>, bounds: Bounds) -> Self {
        Self { table: Table { columns, rows: Vec::new() }, bounds, bytes: 0 }
    }

    fn push(&mut self, row: Vec<Json>) -> Result<(), Refusal> {
        self.bytes += row.iter().map(|cell| size(cell) + 16).sum::<usize>();
        if self.table.rows.len() == self.bounds.rows {
            return Err(refused(&format!("it gives more than {} rows", self.bounds.rows)));
        }
        if self.bytes > self.bounds.bytes {
            return Err(refused(&format!("its rows take more than {} KiB", self.bounds.bytes >> 10)));
        }
        self.table.rows.push(row);
        Ok(())
    }
}

fn size(cell: &Json) -> usize {
    match cell {
        Json::Number(text) | Json::String(text) => text.len(),
        _ => 0,
    }
}

/// A refusal that names no line.
fn refused(says: &str) -> Refusal {
    Refusal::Query { line: None, says: says.to_owned() }
}

fn too_slow(bounds: Bounds) -> Refusal {
    refused(&format!("it took more than {} s", bounds.time.as_secs_f64()))
}

/// What gives no rows, such as `insert`.
fn gives_no_rows() -> Refusal {
    refused("it gives no rows: only queries are run here, such as `select …` or `with … select …`")
}

/// The lines of a table of one column.
fn lines(answer: Result<Answer, Refusal>) -> Vec<String> {
    let rows = answer.map(|answer| answer.table.rows).unwrap_or_default();
    let texts = rows.into_iter().filter_map(|row| row.into_iter().next_back());
    texts.flat_map(|cell| cell.to_text().lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}
