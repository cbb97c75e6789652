//! Queries on MariaDB: a database for each data set, which a role of its own can read.

use super::{Answer, Bounds, READER, Refusal, Rows, gives_no_rows, lines, refused, too_slow};
use crate::engine::Counters;
use crate::engine::mariadb::{connect, json, why};
use crate::engine::statements::statements_of;
use gradus_model::json::Json;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Error};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How much longer than it may run an answer may take.
const GRACE: Duration = Duration::from_secs(2);
/// "Query execution was interrupted (max_statement_time exceeded)".
const TIMED_OUT: u16 = 1969;

/// An instance, and how many data sets it holds.
#[derive(Debug)]
pub struct Desk {
    admin: Conn,
    door: PathBuf,
    sets: usize,
}

impl Desk {
    pub async fn open(door: &Path, sets: usize) -> Result<Self, String> {
        let mut admin = connect(door, "gradus", None).await?;
        for statement in [
            format!("create user if not exists {READER}@localhost"),
            // What it does is counted, and nothing else.
            format!(
                "insert ignore into performance_schema.setup_actors values ('localhost', '{READER}', '%', 'YES', 'YES')"
            ),
            "update performance_schema.threads set instrumented = 'NO' where processlist_id = connection_id()".to_owned(),
        ] {
            admin.query_drop(statement).await.map_err(why)?;
        }
        Ok(Self { admin, door: door.to_owned(), sets })
    }

    pub async fn load(&mut self, files: &[(&str, String)]) -> Result<usize, String> {
        let set = self.sets;
        self.sets += 1;
        let name = named(set);
        let make = [
            format!("create database {name}"),
            format!("grant select on {name}.* to {READER}@localhost"),
            format!("use {name}"),
        ];
        for statement in make {
            self.admin.query_drop(statement).await.map_err(why)?;
        }
        for (path, text) in files {
            for (line, statement) in statements_of(text) {
                let done = self.admin.query_drop(statement).await;
                done.map_err(|error| format!("{path}: line {line}: {}", why(error)))?;
            }
        }
        let tables: Vec<String> = self.admin.query("show tables").await.map_err(why)?;
        for table in tables {
            let analyze = format!("analyze table `{table}` persistent for all");
            self.admin.query_drop(analyze).await.map_err(why)?;
        }
        Ok(set)
    }

    pub async fn ask(&mut self, set: usize, query: &str, bounds: Bounds) -> Result<Answer, Refusal> {
        let ours = |error: Error| Refusal::Ours(why(error));
        let mut reader = connect(&self.door, READER, Some(&named(set))).await.map_err(Refusal::Ours)?;
        let settings =
            format!("set session time_zone = '+00:00', max_statement_time = {}", bounds.time.as_secs_f64());
        reader.query_drop(settings).await.map_err(ours)?;
        for table in ["events_statements_summary_by_digest", "events_statements_summary_global_by_event_name"]
        {
            self.admin
                .query_drop(format!("truncate table performance_schema.{table}"))
                .await
                .map_err(ours)?;
        }
        let id = reader.id();
        let asked = tokio::time::timeout(bounds.time + GRACE, rows(reader, query, bounds)).await;
        // Its session ends with this one query, even if it does not want to.
        let _ = self.admin.query_drop(format!("kill connection {id}")).await;
        let rows = asked.map_err(|_| too_slow(bounds))??;
        Ok(Answer { table: rows.table, work: self.work().await.map_err(Refusal::Ours)? })
    }

    async fn work(&mut self) -> Result<Counters, String> {
        let counted: Option<(u64, u64)> = self
            .admin
            .query_first(
                "select cast(coalesce(sum(sum_rows_examined), 0) as unsigned), cast(coalesce(sum(sum_no_index_used), 0) as unsigned) \
                 from performance_schema.events_statements_summary_by_digest",
            )
            .await
            .map_err(why)?;
        let (examined, scans) = counted.unwrap_or_default();
        Ok([("rows_examined".to_owned(), examined), ("full_scans".to_owned(), scans)].into())
    }

    pub async fn plan(&mut self, set: usize, query: &str, bounds: Bounds) -> Vec<String> {
        lines(self.ask(set, &format!("analyze format=json {query}"), bounds).await)
    }
}

async fn rows(mut reader: Conn, query: &str, bounds: Bounds) -> Result<Rows, Refusal> {
    let wrong = |error: Error| mistake(error, bounds);
    // What can be prepared is one statement.
    let prepared = reader.prep(query).await.map_err(wrong)?;
    let columns = prepared.columns();
    if columns.is_empty() {
        return Err(gives_no_rows());
    }
    reader.close(prepared).await.map_err(wrong)?;
    let mut rows = Rows::new(columns.iter().map(|column| column.name_str().into_owned()).collect(), bounds);
    let mut found = reader.query_iter(query).await.map_err(wrong)?;
    while let Some(row) = found.next().await.map_err(wrong)? {
        let kinds = row.columns();
        let cells = row.unwrap().into_iter().zip(kinds.iter());
        rows.push(cells.map(|(cell, kind)| json(cell, kind.column_type())).collect::<Vec<Json>>())?;
    }
    drop(found);
    // What it cost is counted after its last row was sent, and before the session answers again.
    reader.ping().await.map_err(wrong)?;
    Ok(rows)
}

fn named(set: usize) -> String {
    format!("data_{set}")
}

fn mistake(error: Error, bounds: Bounds) -> Refusal {
    match error {
        Error::Server(error) if error.code == TIMED_OUT => too_slow(bounds),
        Error::Server(error) => {
            let line = error.message.rsplit_once(" at line ").and_then(|(_, line)| line.trim().parse().ok());
            match line {
                line @ Some(_) => Refusal::Query { line, says: error.message },
                None => refused(&error.message),
            }
        }
        other => Refusal::Ours(other.to_string()),
    }
}
