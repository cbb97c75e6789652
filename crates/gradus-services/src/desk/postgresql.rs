//! Queries on PostgreSQL: a database for each data set, which a role of its own can read.

use super::meter::{Meter, TOO_MUCH};
use super::{Answer, Bounds, READER, Refusal, Rows, gives_no_rows, lines, refused, too_slow};
use crate::engine::Counters;
use crate::engine::postgresql::{connect, line_of, value, why};
use futures_util::StreamExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::UnixStream;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error, NoTls, SimpleQueryMessage};

/// How much longer than it may run an answer may take.
const GRACE: Duration = Duration::from_secs(2);
/// Besides its rows, what a query is answered with: names of columns, what went wrong.
const MORE_BYTES: usize = 1 << 20;

/// An instance, and how many data sets it holds.
#[derive(Debug)]
pub struct Desk {
    admin: Client,
    door: PathBuf,
    port: u16,
    sets: usize,
}

impl Desk {
    pub async fn open(door: &Path, port: u16, sets: usize) -> Result<Self, String> {
        let (admin, _) = connect(door, port, "app").await?;
        let role = format!(
            "do $$ begin if not exists (select from pg_roles where rolname = '{READER}') then create role {READER} login; end if; end $$;
             alter role {READER} set default_transaction_read_only = on;
             alter role {READER} set temp_file_limit = '256MB';"
        );
        admin.batch_execute(&role).await.map_err(why)?;
        Ok(Self { admin, door: door.to_owned(), port, sets })
    }

    pub async fn load(&mut self, files: &[(&str, String)]) -> Result<usize, String> {
        let set = self.sets;
        self.sets += 1;
        let name = named(set);
        let make = [
            format!("create database {name}"),
            format!("revoke all on database {name} from public"),
            format!("grant connect on database {name} to {READER}"),
        ];
        for statement in make {
            self.admin.batch_execute(&statement).await.map_err(why)?;
        }
        let (owner, _) = connect(&self.door, self.port, &name).await?;
        for (path, text) in files {
            owner.batch_execute(text).await.map_err(|error| {
                let line = error.as_db_error().and_then(|error| line_of(error, text));
                let line = line.map_or_else(String::new, |line| format!("line {line}: "));
                format!("{path}: {line}{}", why(error))
            })?;
        }
        let grant = format!("grant select on all tables in schema public to {READER}");
        for statement in [&grant, "vacuum analyze", "checkpoint"] {
            owner.batch_execute(statement).await.map_err(why)?;
        }
        Ok(set)
    }

    pub async fn ask(&mut self, set: usize, query: &str, bounds: Bounds) -> Result<Answer, Refusal> {
        let reset = self.admin.batch_execute("select pg_stat_statements_reset()").await;
        reset.map_err(|error| Refusal::Ours(why(error)))?;
        let asked = tokio::time::timeout(bounds.time + GRACE, self.rows(set, query, bounds)).await;
        let rows = asked.map_err(|_| too_slow(bounds))??;
        Ok(Answer { table: rows.table, work: self.work().await.map_err(Refusal::Ours)? })
    }

    async fn rows(&self, set: usize, query: &str, bounds: Bounds) -> Result<Rows, Refusal> {
        let (reader, exceeded) = self.reader(set, bounds).await.map_err(Refusal::Ours)?;
        let wrong = |error: Error| match exceeded.load(Ordering::Relaxed) {
            true => refused(TOO_MUCH),
            false => mistake(error, query, bounds),
        };
        // What can be prepared is one statement.
        let prepared = reader.prepare(query).await.map_err(wrong)?;
        let columns = prepared.columns();
        if columns.is_empty() {
            return Err(gives_no_rows());
        }
        let types: Vec<Type> = columns.iter().map(|column| column.type_().clone()).collect();
        let names = columns.iter().map(|column| column.name().to_owned()).collect();
        let mut rows = Rows::new(names, bounds);
        let mut messages = Box::pin(reader.simple_query_raw(query).await.map_err(wrong)?);
        while let Some(message) = messages.next().await {
            if let SimpleQueryMessage::Row(row) = message.map_err(wrong)? {
                let cells = types.iter().enumerate().map(|(at, kind)| {
                    row.get(at).map_or(gradus_model::json::Json::Null, |text| value(text, Some(kind)))
                });
                rows.push(cells.collect())?;
            }
        }
        Ok(rows)
    }

    /// A session that ends with this one query, so that no setting outlives it.
    async fn reader(&self, set: usize, bounds: Bounds) -> Result<(Client, Arc<AtomicBool>), String> {
        let socket = UnixStream::connect(self.door.join(format!(".s.PGSQL.{}", self.port)))
            .await
            .map_err(|error| error.to_string())?;
        let mut config = tokio_postgres::Config::new();
        let time = bounds.time.as_millis();
        config.user(READER).dbname(named(set)).options(format!("-c statement_timeout={time}"));
        let (metered, exceeded) = Meter::new(socket, bounds.bytes * 2 + MORE_BYTES);
        let (client, connection) = config.connect_raw(metered, NoTls).await.map_err(why)?;
        // It ends with the client.
        tokio::spawn(async move { drop(connection.await) });
        Ok((client, exceeded))
    }

    async fn work(&self) -> Result<Counters, String> {
        let blocks = format!(
            "select coalesce(sum(shared_blks_hit + shared_blks_read), 0)::int8 from pg_stat_statements where userid = '{READER}'::regrole and toplevel"
        );
        let row = self.admin.query_one(&blocks, &[]).await.map_err(why)?;
        Ok([("blocks".to_owned(), row.get::<_, i64>(0).unsigned_abs())].into())
    }

    pub async fn plan(&mut self, set: usize, query: &str, bounds: Bounds) -> Vec<String> {
        let explain = format!("explain (analyze, buffers, costs off, timing off, summary off) {query}");
        lines(self.ask(set, &explain, bounds).await)
    }
}

fn named(set: usize) -> String {
    format!("data_{set}")
}

fn mistake(error: Error, query: &str, bounds: Bounds) -> Refusal {
    match error.as_db_error() {
        Some(of) if of.code() == &tokio_postgres::error::SqlState::QUERY_CANCELED => too_slow(bounds),
        Some(of) => {
            let hint = of.hint().map_or_else(String::new, |hint| format!(" ({hint})"));
            Refusal::Query { line: line_of(of, query), says: format!("{}{hint}", of.message()) }
        }
        None => Refusal::Ours(error.to_string()),
    }
}
