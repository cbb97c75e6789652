//! PostgreSQL: settings under which the same work is counted the same on every run, and the grader's questions.

mod plan;

use super::{ADMIN, APP, Cost, Counters, PASSWORD, Places, Programs, number_or_text};
use gradus_model::json::Json;
use gradus_model::seed::{Quoting, Seed};
use gradus_model::service::Role;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tokio::net::UnixStream;
use tokio::task::AbortHandle;
use tokio_postgres::types::Type;
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// No work but what was asked for (no vacuum, no parallel workers, no compiled plans). What was committed survives the end of
/// the server, but need not survive the end of the machine.
const SETTINGS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "autovacuum=off",
    "jit=off",
    "max_parallel_workers_per_gather=0",
    "max_parallel_maintenance_workers=0",
    "fsync=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "dynamic_shared_memory_type=mmap",
    "max_connections=60",
    "max_wal_size=128MB",
    "shared_preload_libraries=pg_stat_statements",
    "pg_stat_statements.track=all",
    "pg_stat_statements.track_utility=off",
    "log_min_messages=warning",
    "timezone=UTC",
];

/// The grader by the socket, and whoever's queries it runs; the submission by TCP with its password; and nobody else.
const WHO: &str = "local all gradus trust\nlocal all reader trust\nhost app app 127.0.0.1/32 scram-sha-256\n";

pub fn init(programs: &Programs, places: &Places) -> Vec<OsString> {
    let init = programs.init.as_ref().unwrap_or(&programs.server);
    let script = format!(
        "umask 077 && '{}' -D '{data}' -U {ADMIN} -A trust -E UTF8 --locale=C -N --wal-segsize=1 >&2 && printf '{}' > '{data}/pg_hba.conf'",
        init.display(),
        WHO.replace('\n', "\\n"),
        data = places.data.display()
    );
    ["sh", "-c", &script].map(OsString::from).to_vec()
}

pub fn serve(programs: &Programs, places: &Places) -> Vec<OsString> {
    let mut command: Vec<OsString> =
        vec![programs.server.clone().into(), "-D".into(), places.data.clone().into()];
    command.extend(["-p".into(), places.port.to_string().into(), "-k".into(), places.door.clone().into()]);
    command.extend(SETTINGS.iter().flat_map(|setting| ["-c".into(), OsString::from(*setting)]));
    command
}

/// A connection, which is made anew for each role.
#[derive(Debug)]
pub struct Client {
    admin: tokio_postgres::Client,
    /// What ends the connection.
    link: AbortHandle,
    door: PathBuf,
    port: u16,
}

impl Client {
    pub async fn open(door: &Path, port: u16) -> Result<Self, String> {
        // An instance that was just made has no database of the submission's.
        let (admin, link) = match connect(door, port, APP).await {
            Err(why) if why.contains("does not exist") => connect(door, port, "postgres").await?,
            other => other?,
        };
        Ok(Self { admin, link, door: door.to_owned(), port })
    }

    /// Hangs up: a server that is asked to end waits until everybody has.
    pub fn leave(&self) {
        self.link.abort();
    }

    pub async fn furnish(&mut self, seed: &[Seed]) -> Result<(), String> {
        supported(&self.version().await?)?;
        let roles = format!(
            "create role {APP} login password '{PASSWORD}';\ncreate database {APP} owner {APP};\nrevoke connect on database postgres, template1 from public;"
        );
        for statement in roles.lines() {
            self.admin.batch_execute(statement).await.map_err(why)?;
        }
        (self.admin, self.link) = connect(&self.door, self.port, APP).await?;
        self.admin.batch_execute("create extension pg_stat_statements").await.map_err(why)?;
        self.admin.batch_execute(&format!("set session authorization {APP}")).await.map_err(why)?;
        for part in seed {
            let text = part.text(Quoting::Standard);
            self.admin.batch_execute(&text).await.map_err(|error| {
                let line = error.as_db_error().and_then(|error| line_of(error, &text));
                let line = line.filter(|_| part.has_lines());
                let line = line.map_or_else(String::new, |line| format!("line {line}: "));
                format!("{}: {line}{}", part.place(), why(error))
            })?;
        }
        self.admin.batch_execute("reset session authorization").await.map_err(why)?;
        for statement in ["vacuum analyze", "checkpoint"] {
            self.admin.batch_execute(statement).await.map_err(why)?;
        }
        Ok(())
    }

    pub async fn sql(&mut self, statement: &str, role: Role) -> Result<Json, String> {
        if role == Role::Admin {
            return rows(&self.admin, statement).await;
        }
        self.admin.batch_execute(&format!("set session authorization {APP}")).await.map_err(why)?;
        let rows = rows(&self.admin, statement).await;
        // What the statement left open must not stay so.
        let _ = self.admin.batch_execute("rollback").await;
        self.admin.batch_execute("reset session authorization").await.map_err(why)?;
        rows
    }

    pub async fn counters(&mut self) -> Result<Counters, String> {
        let row = self.admin.query_one(
            "select coalesce(sum(calls), 0)::int8, coalesce(sum(shared_blks_hit + shared_blks_read), 0)::int8, \
             coalesce(sum(rows), 0)::int8 from pg_stat_statements where userid = 'app'::regrole and toplevel",
            &[],
        );
        let row = row.await.map_err(why)?;
        let names = ["statements", "blocks", "rows"];
        let counted = names
            .iter()
            .enumerate()
            .map(|(index, name)| ((*name).to_owned(), row.get::<_, i64>(index).unsigned_abs()));
        Ok(counted.collect())
    }

    pub async fn reset(&mut self) -> Result<(), String> {
        self.admin.batch_execute("select pg_stat_statements_reset()").await.map_err(why)
    }

    pub async fn waiting(&mut self) -> Result<u64, String> {
        let row =
            self.admin.query_one("select count(distinct pid)::int8 from pg_locks where not granted", &[]);
        Ok(row.await.map_err(why)?.get::<_, i64>(0).unsigned_abs())
    }

    pub async fn dearest(&mut self) -> Result<Vec<Cost>, String> {
        // What a function asks is listed too: its own text says nothing.
        let rows = self.admin.query(
            "select query, calls, shared_blks_hit + shared_blks_read from pg_stat_statements \
             where userid = 'app'::regrole order by 3 desc, toplevel, 2 desc limit 3",
            &[],
        );
        let mut costs: Vec<Cost> = Vec::new();
        for row in rows.await.map_err(why)? {
            let (statement, calls, reads): (String, i64, i64) = (row.get(0), row.get(1), row.get(2));
            let told = costs.iter().any(|cost| !cost.plan.is_empty());
            let plan = if told || reads == 0 { None } else { self.plan(&statement).await };
            let (calls, reads) = (calls.unsigned_abs(), reads.unsigned_abs());
            costs.push(Cost { statement, calls, reads, plan: plan.unwrap_or_default() });
        }
        Ok(costs)
    }

    /// How a statement is done whose values nobody knows any more: for any values. Where it only reads, it is done once for
    /// none, so that what it reads is counted.
    async fn plan(&self, statement: &str) -> Option<Vec<String>> {
        let (app, _) = connect(&self.door, self.port, APP).await.ok()?;
        let settings = format!(
            "set plan_cache_mode = force_generic_plan; set statement_timeout = '5s'; set lock_timeout = '1s'; \
             set session authorization {APP}; begin read only"
        );
        app.batch_execute(&settings).await.ok()?;
        app.batch_execute(&format!("prepare gradus_plan as {statement}")).await.ok()?;
        let asked = "select coalesce(cardinality(parameter_types), 0) from pg_prepared_statements where name = 'gradus_plan'";
        let values: i32 = app.query_one(asked, &[]).await.ok()?.get(0);
        let nothing = vec!["null"; usize::try_from(values).ok()?].join(", ");
        let nothing = if nothing.is_empty() { nothing } else { format!("({nothing})") };
        for how in ["analyze, buffers, timing off, format json", "format json"] {
            app.batch_execute("savepoint before").await.ok()?;
            let explained = app.simple_query(&format!("explain ({how}) execute gradus_plan{nothing}")).await;
            let rows = explained.unwrap_or_default();
            let text: String = rows
                .iter()
                .filter_map(|message| match message {
                    SimpleQueryMessage::Row(row) => row.get(0),
                    _ => None,
                })
                .collect::<Vec<&str>>()
                .join("\n");
            if let Ok(read) = gradus_judge::json::read(text.as_bytes(), Default::default()) {
                let lines = plan::lines(&read.value);
                // A function is a part that names nothing of what is read.
                return (lines.len() > 1 || lines.iter().any(|line| line.contains(" on "))).then_some(lines);
            }
            app.batch_execute("rollback to before").await.ok()?;
        }
        None
    }

    async fn version(&self) -> Result<String, String> {
        let row = self.admin.query_one("show server_version", &[]).await.map_err(why)?;
        Ok(row.get(0))
    }
}

/// What it must be able to do: to tell statements within functions from those that were asked.
fn supported(version: &str) -> Result<(), String> {
    let major =
        version.split(|c: char| !c.is_ascii_digit()).next().and_then(|major| major.parse::<u32>().ok());
    match major {
        Some(major) if major < 14 => {
            Err(format!("PostgreSQL {version} can't count its work: install PostgreSQL 14 or newer"))
        }
        _ => Ok(()),
    }
}

/// Where in a file the server found its mistake.
pub fn line_of(error: &tokio_postgres::error::DbError, text: &str) -> Option<usize> {
    let tokio_postgres::error::ErrorPosition::Original(position) = error.position()? else { return None };
    let characters = usize::try_from(*position).ok()?.saturating_sub(1);
    Some(text.chars().take(characters).filter(|character| *character == '\n').count() + 1)
}

pub async fn connect(
    door: &Path,
    port: u16,
    database: &str,
) -> Result<(tokio_postgres::Client, AbortHandle), String> {
    let socket = UnixStream::connect(door.join(format!(".s.PGSQL.{port}")))
        .await
        .map_err(|error| error.to_string())?;
    let mut config = tokio_postgres::Config::new();
    let (client, connection) =
        config.user(ADMIN).dbname(database).connect_raw(socket, NoTls).await.map_err(why)?;
    // It ends with the client.
    let link = tokio::spawn(async move { drop(connection.await) }).abort_handle();
    // Whatever the grader asks, and as whom, is no work of the submission's; where nothing is counted this is not known.
    let _ = client.batch_execute("set pg_stat_statements.track = 'none'").await;
    Ok((client, link))
}

/// Rows as objects, each value by its column's type.
async fn rows(client: &tokio_postgres::Client, statement: &str) -> Result<Json, String> {
    // What can't be prepared has no columns, or is several statements.
    let types: Vec<Type> = match client.prepare(statement).await {
        Ok(prepared) => prepared.columns().iter().map(|column| column.type_().clone()).collect(),
        Err(_) => Vec::new(),
    };
    let messages = client.simple_query(statement).await.map_err(why)?;
    let rows = messages.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            let columns = row.columns().iter().enumerate().map(|(index, column)| {
                let value = row.get(index).map_or(Json::Null, |text| value(text, types.get(index)));
                (column.name().to_owned(), value)
            });
            Some(Json::Object(columns.collect()))
        }
        _ => None,
    });
    Ok(Json::Array(rows.collect()))
}

pub fn value(text: &str, kind: Option<&Type>) -> Json {
    let numbers = [Type::INT2, Type::INT4, Type::INT8, Type::FLOAT4, Type::FLOAT8, Type::NUMERIC, Type::OID];
    match kind {
        Some(kind) if *kind == Type::BOOL => Json::Bool(text == "t"),
        Some(kind) if *kind == Type::JSON || *kind == Type::JSONB => {
            gradus_judge::json::read(text.as_bytes(), Default::default())
                .map_or_else(|_| Json::String(text.to_owned()), |read| read.value)
        }
        Some(kind) => number_or_text(text.to_owned(), numbers.contains(kind)),
        None => Json::String(text.to_owned()),
    }
}

/// The server's own words.
pub fn why(error: tokio_postgres::Error) -> String {
    error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_can_not_count_is_refused() {
        assert!(supported("15.14 (Debian 15.14-0+deb12u1)").is_ok() && supported("18beta1").is_ok());
        assert!(supported("13.22").expect_err("too old").contains("install PostgreSQL 14 or newer"));
    }
}
