//! PostgreSQL: settings under which the same work is counted the same on every run, and the grader's questions.

use super::{ADMIN, APP, Cost, Counters, PASSWORD, Places, Programs, number_or_text};
use gradus_model::json::Json;
use gradus_model::service::Role;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tokio::net::UnixStream;
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
    "pg_stat_statements.track=top",
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
    door: PathBuf,
    port: u16,
}

impl Client {
    pub async fn open(door: &Path, port: u16) -> Result<Self, String> {
        // An instance that was just made has no database of the submission's.
        let admin = match connect(door, port, APP).await {
            Err(why) if why.contains("does not exist") => connect(door, port, "postgres").await?,
            other => other?,
        };
        Ok(Self { admin, door: door.to_owned(), port })
    }

    pub async fn furnish(&mut self, seed: Option<&str>) -> Result<(), String> {
        let roles = format!(
            "create role {APP} login password '{PASSWORD}';\ncreate database {APP} owner {APP};\nrevoke connect on database postgres, template1 from public;"
        );
        for statement in roles.lines() {
            self.admin.batch_execute(statement).await.map_err(why)?;
        }
        self.admin = connect(&self.door, self.port, APP).await?;
        self.admin.batch_execute("create extension pg_stat_statements").await.map_err(why)?;
        if let Some(seed) = seed {
            self.admin.batch_execute(&format!("set session authorization {APP}")).await.map_err(why)?;
            self.admin.batch_execute(seed).await.map_err(|error| {
                let line = error.as_db_error().and_then(|error| line_of(error, seed));
                line.map_or_else(String::new, |line| format!("line {line}: ")) + &why(error)
            })?;
            self.admin.batch_execute("reset session authorization").await.map_err(why)?;
        }
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
             coalesce(sum(rows), 0)::int8 from pg_stat_statements where userid = 'app'::regrole",
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
        let rows = self.admin.query(
            "select query, calls, shared_blks_hit + shared_blks_read from pg_stat_statements \
             where userid = 'app'::regrole order by 3 desc, 2 desc limit 3",
            &[],
        );
        let costs = rows.await.map_err(why)?.into_iter().map(|row| Cost {
            statement: row.get(0),
            calls: row.get::<_, i64>(1).unsigned_abs(),
            reads: row.get::<_, i64>(2).unsigned_abs(),
        });
        Ok(costs.collect())
    }
}

/// Where in a file the server found its mistake.
pub fn line_of(error: &tokio_postgres::error::DbError, text: &str) -> Option<usize> {
    let tokio_postgres::error::ErrorPosition::Original(position) = error.position()? else { return None };
    let characters = usize::try_from(*position).ok()?.saturating_sub(1);
    Some(text.chars().take(characters).filter(|character| *character == '\n').count() + 1)
}

pub async fn connect(door: &Path, port: u16, database: &str) -> Result<tokio_postgres::Client, String> {
    let socket = UnixStream::connect(door.join(format!(".s.PGSQL.{port}")))
        .await
        .map_err(|error| error.to_string())?;
    let mut config = tokio_postgres::Config::new();
    let (client, connection) =
        config.user(ADMIN).dbname(database).connect_raw(socket, NoTls).await.map_err(why)?;
    // It ends with the client.
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
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
