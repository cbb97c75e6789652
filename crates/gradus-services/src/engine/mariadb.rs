//! MariaDB: settings under which the same work is counted the same on every run, and the grader's questions.

mod dearest;
mod plan;

use super::statements::statements_of;
use super::{ADMIN, APP, Counters, PASSWORD, Places, Programs, number_or_text};
use gradus_model::json::Json;
use gradus_model::seed::{Quoting, Seed};
use gradus_model::service::Role;
use mysql_async::consts::ColumnType;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder, Row, Value};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// No statement is waited for longer than this before what others cost is read.
const SETTLES: Duration = Duration::from_millis(250);

const SETTINGS: &[&str] = &[
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--performance-schema=ON",
    "--performance-schema-consumer-statements-digest=ON",
    "--performance-schema-consumer-events-statements-current=ON",
    "--performance-schema-consumer-events-statements-history-long=ON",
    "--performance-schema-events-statements-history-long-size=500",
    "--performance-schema-max-sql-text-length=4096",
    // Of all that can be watched, statements alone are: the tables for the rest would double the time of a start.
    "--performance-schema-max-mutex-classes=0",
    "--performance-schema-max-rwlock-classes=0",
    "--performance-schema-max-cond-classes=0",
    "--performance-schema-max-file-classes=0",
    "--performance-schema-max-socket-classes=0",
    "--performance-schema-max-stage-classes=0",
    "--performance-schema-max-memory-classes=0",
    "--performance-schema-max-thread-instances=150",
    "--performance-schema-accounts-size=20",
    "--performance-schema-hosts-size=20",
    "--performance-schema-users-size=20",
    "--performance-schema-session-connect-attrs-size=0",
    // The log of all statements shows prepared ones with their values only where they might go into that of slow ones.
    "--log-output=TABLE",
    "--slow-query-log=ON",
    "--long-query-time=3600",
    "--innodb-buffer-pool-size=32M",
    "--innodb-log-file-size=4M",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-doublewrite=0",
    "--innodb-flush-method=nosync",
    "--innodb-use-native-aio=0",
    "--innodb-stats-persistent=1",
    "--innodb-stats-auto-recalc=0",
    "--innodb-fast-shutdown=1",
    "--skip-log-bin",
    "--max-connections=60",
    "--character-set-server=utf8mb4",
];

/// What is not asked for takes no memory: all of it would have to be emptied before it listens.
const SMALL: &[&str] = &[
    "--performance-schema-events-statements-history-size=1",
    "--performance-schema-digests-size=1000",
    "--performance-schema-events-waits-history-size=0",
    "--performance-schema-events-waits-history-long-size=0",
    "--performance-schema-events-stages-history-size=0",
    "--performance-schema-events-stages-history-long-size=0",
    "--performance-schema-events-transactions-history-size=0",
    "--performance-schema-events-transactions-history-long-size=0",
    "--performance-schema-max-table-instances=100",
    "--performance-schema-max-table-handles=100",
    "--performance-schema-max-index-stat=100",
    "--performance-schema-max-table-lock-stat=100",
    "--performance-schema-max-metadata-locks=100",
    "--innodb-temp-data-file-path=ibtmp1:1M:autoextend",
    "--aria-pagecache-buffer-size=1M",
    "--key-buffer-size=64K",
];

pub fn init(programs: &Programs, places: &Places) -> Vec<OsString> {
    let init = programs.init.as_ref().unwrap_or(&programs.server);
    let mut command: Vec<OsString> = vec![init.clone().into(), "--no-defaults".into()];
    command.push(format!("--datadir={}", places.data.display()).into());
    command.extend(as_root(places));
    command.extend(
        ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]
            .map(OsString::from),
    );
    command
}

pub fn serve(programs: &Programs, places: &Places) -> Vec<OsString> {
    let mut command: Vec<OsString> = vec![programs.server.clone().into(), "--no-defaults".into()];
    command.push(format!("--datadir={}", places.data.display()).into());
    command.push(format!("--socket={}", socket(&places.door).display()).into());
    command.push(format!("--port={}", places.port).into());
    command.push(format!("--pid-file={}", places.door.join("mariadb.pid").display()).into());
    command.extend(as_root(places));
    command.extend(SETTINGS.iter().chain(SMALL).map(|setting| OsString::from(*setting)));
    command
}

/// Root has to say that it means it.
fn as_root(places: &Places) -> Option<OsString> {
    places.root.then(|| "--user=root".into())
}

fn socket(door: &Path) -> PathBuf {
    door.join("mariadb.sock")
}

/// A connection.
#[derive(Debug)]
pub struct Client {
    conn: Conn,
    door: PathBuf,
}

impl Client {
    pub async fn open(door: &Path) -> Result<Self, String> {
        // An instance that was just made has only `root`, who comes by the socket alone.
        let mut conn = match connect(door, ADMIN, None).await {
            Err(why) if why.contains("Access denied") => connect(door, "root", None).await?,
            other => other?,
        };
        for statement in ONLY_THE_SUBMISSION {
            conn.query_drop(statement).await.map_err(why)?;
        }
        Ok(Self { conn, door: door.to_owned() })
    }

    pub async fn furnish(&mut self, seed: &[Seed]) -> Result<(), String> {
        supported(self.conn.server_version())?;
        let statements = [
            format!("create user {ADMIN}@localhost"),
            format!("grant all privileges on *.* to {ADMIN}@localhost with grant option"),
            format!("create database {APP}"),
            format!("create user {APP}@'127.0.0.1' identified by '{PASSWORD}'"),
            format!("create user {APP}@localhost identified by '{PASSWORD}'"),
            format!("grant all privileges on {APP}.* to {APP}@'127.0.0.1'"),
            format!("grant all privileges on {APP}.* to {APP}@localhost"),
            "drop user root@localhost".to_owned(),
        ];
        for statement in statements {
            self.conn.query_drop(&statement).await.map_err(why)?;
        }
        if seed.is_empty() {
            return Ok(());
        }
        let mut app = connect(&self.door, APP, Some(APP)).await?;
        for part in seed {
            for (line, statement) in statements_of(&part.text(Quoting::Backslash)) {
                app.query_drop(statement).await.map_err(|error| match part.has_lines() {
                    true => format!("{}: line {line}: {}", part.place(), why(error)),
                    false => format!("{}: {}", part.place(), why(error)),
                })?;
            }
        }
        let tables: Vec<String> = app.query("show tables").await.map_err(why)?;
        for table in tables {
            app.query_drop(format!("analyze table `{table}` persistent for all")).await.map_err(why)?;
        }
        Ok(())
    }

    pub async fn sql(&mut self, statement: &str, role: Role) -> Result<Json, String> {
        match role {
            Role::App => rows(&mut connect(&self.door, APP, Some(APP)).await?, statement).await,
            Role::Admin => {
                self.conn.query_drop(format!("use {APP}")).await.map_err(why)?;
                rows(&mut self.conn, statement).await
            }
        }
    }

    pub async fn counters(&mut self) -> Result<Counters, String> {
        self.settle().await?;
        let row: Option<(u64, u64, u64, u64)> = self
            .conn
            .query_first(format!(
                "select cast(coalesce(sum(n), 0) as unsigned), cast(coalesce(sum(examined), 0) as unsigned), \
                 cast(coalesce(sum(moved), 0) as unsigned), cast(coalesce(sum(scans), 0) as unsigned) from ({} union all {UNSPOKEN}) work",
                spoken()
            ))
            .await
            .map_err(why)?;
        let (statements, examined, rows, scans) = row.unwrap_or_default();
        let counted =
            [("statements", statements), ("rows_examined", examined), ("rows", rows), ("full_scans", scans)];
        Ok(counted.map(|(name, count)| (name.to_owned(), count)).into())
    }

    /// Waits until nobody's statement is under way: one is counted a moment after its answer was sent.
    async fn settle(&mut self) -> Result<(), String> {
        let until = Instant::now() + SETTLES;
        loop {
            let busy: Option<u64> = self
                .conn
                .query_first(
                    "select count(*) from information_schema.processlist \
                     where command not in ('Sleep', 'Daemon') and id <> connection_id()",
                )
                .await
                .map_err(why)?;
            if busy.unwrap_or_default() == 0 || Instant::now() >= until {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub async fn reset(&mut self) -> Result<(), String> {
        for table in [
            "events_statements_summary_by_digest",
            "events_statements_summary_global_by_event_name",
            "prepared_statements_instances",
            "events_statements_history_long",
        ] {
            let reset = format!("truncate table performance_schema.{table}");
            self.conn.query_drop(reset).await.map_err(why)?;
        }
        for statement in ["truncate table mysql.general_log", "set global general_log = ON"] {
            self.conn.query_drop(statement).await.map_err(why)?;
        }
        Ok(())
    }

    pub async fn waiting(&mut self) -> Result<u64, String> {
        let waiting = "select count(*) from information_schema.innodb_trx where trx_state = 'LOCK WAIT'";
        self.conn.query_first(waiting).await.map_err(why).map(Option::unwrap_or_default)
    }
}

/// Nobody but the submission is watched: it comes by TCP, and the grader by the socket. The second statement comes after the
/// first one so that nobody is overlooked meanwhile.
const ONLY_THE_SUBMISSION: [&str; 3] = [
    "insert ignore into performance_schema.setup_actors values ('127.0.0.1', 'app', '%', 'YES', 'YES')",
    "delete from performance_schema.setup_actors where user <> 'app'",
    "update performance_schema.threads set instrumented = 'NO' where processlist_id = connection_id()",
];

/// What is asked, without what drivers say to get ready. Where there are too many kinds of statement, the rest has no text.
const WORK: &str = "(digest_text is null or digest_text not like 'SET %' and digest_text not like 'SHOW %' and digest_text not like 'SELECT @@%' \
    and digest_text not like 'USE %' and digest_text not in ('COMMIT', 'ROLLBACK', 'BEGIN', 'START TRANSACTION'))";

/// The work of statements that come as text. Those that make ready are not counted, but what they read of tables is.
fn spoken() -> String {
    format!(
        "select if({WORK}, count_star, 0) n, sum_rows_examined examined, \
         if({WORK}, sum_rows_sent + sum_rows_affected, 0) moved, sum_no_index_used scans \
         from performance_schema.events_statements_summary_by_digest \
         where digest_text is null or digest_text not like 'SHOW %'"
    )
}

/// The work of statements that come without theirs: prepared ones, and those within procedures and triggers, which ask
/// nobody anything by themselves.
const UNSPOKEN: &str = "select if(event_name = 'statement/com/Execute', count_star, 0), sum_rows_examined, \
    sum_rows_sent + sum_rows_affected, sum_no_index_used from performance_schema.events_statements_summary_global_by_event_name \
    where event_name in ('statement/com/Execute', 'statement/sp/stmt')";

pub async fn connect(door: &Path, user: &str, database: Option<&str>) -> Result<Conn, String> {
    let options: Opts = OptsBuilder::default()
        .socket(Some(socket(door).to_string_lossy()))
        .user(Some(user))
        .pass((user == APP).then_some(PASSWORD))
        .db_name(database)
        .into();
    Conn::new(options).await.map_err(why)
}

async fn rows(conn: &mut Conn, statement: &str) -> Result<Json, String> {
    let rows: Vec<Row> = conn.query(statement).await.map_err(why)?;
    let rows = rows.into_iter().map(|row| {
        let columns = row.columns();
        let values = row.unwrap().into_iter();
        let pairs = columns
            .iter()
            .zip(values)
            .map(|(column, value)| (column.name_str().into_owned(), json(value, column.column_type())));
        Json::Object(pairs.collect())
    });
    Ok(Json::Array(rows.collect()))
}

pub fn json(value: Value, kind: ColumnType) -> Json {
    use ColumnType::{
        MYSQL_TYPE_DECIMAL, MYSQL_TYPE_DOUBLE, MYSQL_TYPE_FLOAT, MYSQL_TYPE_INT24, MYSQL_TYPE_LONG,
        MYSQL_TYPE_LONGLONG, MYSQL_TYPE_NEWDECIMAL, MYSQL_TYPE_SHORT, MYSQL_TYPE_TINY, MYSQL_TYPE_YEAR,
    };
    let numbers = [
        MYSQL_TYPE_DECIMAL,
        MYSQL_TYPE_DOUBLE,
        MYSQL_TYPE_FLOAT,
        MYSQL_TYPE_INT24,
        MYSQL_TYPE_LONG,
        MYSQL_TYPE_LONGLONG,
        MYSQL_TYPE_NEWDECIMAL,
        MYSQL_TYPE_SHORT,
        MYSQL_TYPE_TINY,
        MYSQL_TYPE_YEAR,
    ];
    match value {
        Value::NULL => Json::Null,
        Value::Bytes(bytes) => {
            number_or_text(String::from_utf8_lossy(&bytes).into_owned(), numbers.contains(&kind))
        }
        // The text protocol has no others.
        other => Json::String(other.as_sql(true).trim_matches('\'').to_owned()),
    }
}

/// The server's own words.
pub fn why(error: mysql_async::Error) -> String {
    match error {
        mysql_async::Error::Server(error) => error.message,
        other => other.to_string(),
    }
}

/// What it must be able to do: to tell what prepared statements have cost.
fn supported((major, minor, _): (u16, u16, u16)) -> Result<(), String> {
    if (major, minor) >= (10, 5) {
        return Ok(());
    }
    Err(format!("MariaDB {major}.{minor} can't count its work: install MariaDB 10.5 or newer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_can_not_count_is_refused() {
        assert!(supported((10, 5, 0)).is_ok() && supported((11, 4, 2)).is_ok());
        assert!(supported((10, 4, 30)).expect_err("too old").contains("install MariaDB 10.5 or newer"));
    }
}
