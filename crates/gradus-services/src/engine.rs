//! Databases and caches as private, throw-away instances: which programs make them, how they are started, where the
//! submission finds them, and how the grader asks them. Who starts programs, and where, is somebody else's business.

mod guard;
pub(crate) mod mariadb;
mod memcached;
mod nats;
pub(crate) mod postgresql;
mod redis;
pub mod sqlite;
pub(crate) mod statements;

pub use guard::Guarded;
pub use nats::{Heard, Message};

use futures_util::future::{BoxFuture, FutureExt};
use gradus_model::json::Json;
use gradus_model::service::{Engine, Role, Service};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use tokio::net::TcpStream;

/// The role of the submission, and its database.
const APP: &str = "app";
/// Its password: what it can reach with it is its own.
const PASSWORD: &str = "app";
/// The role of the grader, who comes through a socket that no submission sees.
const ADMIN: &str = "gradus";

/// The programs of an engine, found on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    /// What serves.
    pub server: PathBuf,
    /// What makes an empty instance, where that is another program.
    pub init: Option<PathBuf>,
}

/// Where an instance keeps what it needs, as its programs see it.
#[derive(Clone, Debug)]
pub struct Places {
    /// Its data.
    pub data: PathBuf,
    /// The folder of its socket, by which the grader comes.
    pub door: PathBuf,
    /// The TCP port on the loopback, by which the submission comes.
    pub port: u16,
    /// What only the grader knows.
    pub secret: String,
    /// Whether its programs run as root, where there are no rooms.
    pub root: bool,
}

/// What an instance has done so far, by the names in [`Engine::counters`].
pub type Counters = BTreeMap<String, u64>;

/// A statement that cost something, for whoever wants to know where the work came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// The statement, with its values left out.
    pub statement: String,
    /// How often it was done.
    pub calls: u64,
    /// What it read: blocks or rows.
    pub reads: u64,
    /// How it is done, in lines, the part that reads most with an arrow; empty where that can't be told.
    pub plan: Vec<String>,
}

/// The package of Debian that brings an engine.
pub fn package(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgresql => "postgresql",
        Engine::Mariadb => "mariadb-server",
        Engine::Redis => "redis-server",
        Engine::Memcached => "memcached",
        Engine::Nats => "nats-server",
    }
}

/// The programs of an engine, if this machine has them: on `path` (as in `PATH`), or where Debian puts them.
pub fn find(engine: Engine, path: &std::ffi::OsStr) -> Option<Programs> {
    let mut folders: Vec<PathBuf> = std::env::split_paths(path).collect();
    folders.extend(["/usr/sbin", "/usr/bin", "/usr/local/bin"].map(PathBuf::from));
    let first = |folders: &[PathBuf], names: &[&str]| {
        let all = folders.iter().flat_map(|folder| names.iter().map(move |name| folder.join(name)));
        all.into_iter().find(|path| path.is_file())
    };
    match engine {
        Engine::Postgresql => {
            // Several versions may be there; the newest one serves.
            let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path().join("bin"))
                .collect();
            versions.sort();
            versions.reverse();
            versions.extend(folders);
            let server = first(&versions, &["postgres"])?;
            let init = server.with_file_name("initdb");
            init.is_file().then_some(Programs { server, init: Some(init) })
        }
        Engine::Mariadb => Some(Programs {
            server: first(&folders, &["mariadbd", "mysqld"])?,
            init: Some(first(&folders, &["mariadb-install-db", "mysql_install_db"])?),
        }),
        Engine::Redis => {
            Some(Programs { server: first(&folders, &["redis-server", "valkey-server"])?, init: None })
        }
        Engine::Memcached => Some(Programs { server: first(&folders, &["memcached"])?, init: None }),
        Engine::Nats => Some(Programs { server: first(&folders, &["nats-server"])?, init: None }),
    }
}

/// The port on which everybody expects it.
pub fn usual_port(engine: Engine) -> u16 {
    match engine {
        Engine::Postgresql => 5432,
        Engine::Mariadb => 3306,
        Engine::Redis => 6379,
        Engine::Memcached => 11211,
        Engine::Nats => 4222,
    }
}

/// Whether an instance is cloned from a template; one that lives in memory is filled each time.
pub fn is_cloned(engine: Engine) -> bool {
    engine.speaks_sql()
}

/// Whether its programs never run as root, whatever they are told.
pub fn refuses_root(engine: Engine) -> bool {
    engine == Engine::Postgresql
}

/// Whether the grader comes by the port too: there is no socket.
pub fn by_port(engine: Engine) -> bool {
    matches!(engine, Engine::Memcached | Engine::Nats)
}

/// The command that makes an empty instance in `places.data`, if there is anything to make.
pub fn init(engine: Engine, programs: &Programs, places: &Places) -> Option<Vec<OsString>> {
    match engine {
        Engine::Postgresql => Some(postgresql::init(programs, places)),
        Engine::Mariadb => Some(mariadb::init(programs, places)),
        Engine::Redis | Engine::Memcached | Engine::Nats => None,
    }
}

/// The command that serves, until it is ended.
pub fn serve(engine: Engine, programs: &Programs, places: &Places) -> Vec<OsString> {
    match engine {
        Engine::Postgresql => postgresql::serve(programs, places),
        Engine::Mariadb => mariadb::serve(programs, places),
        Engine::Redis => redis::serve(programs, places),
        Engine::Memcached => memcached::serve(programs, places),
        Engine::Nats => nats::serve(programs, places),
    }
}

/// What the submission is told: an URL, and for databases their parts.
pub fn addresses(engine: Engine, name: &str, port: u16) -> Vec<(OsString, OsString)> {
    let url = match engine {
        Engine::Postgresql => format!("postgresql://{APP}:{PASSWORD}@127.0.0.1:{port}/{APP}"),
        Engine::Mariadb => format!("mysql://{APP}:{PASSWORD}@127.0.0.1:{port}/{APP}"),
        Engine::Redis => format!("redis://127.0.0.1:{port}/0"),
        Engine::Memcached => format!("memcached://127.0.0.1:{port}"),
        Engine::Nats => format!("nats://127.0.0.1:{port}"),
    };
    let mut told = vec![(format!("{}_URL", name.to_uppercase()), url.clone())];
    let jdbc = match engine {
        Engine::Postgresql => Some("postgresql"),
        Engine::Mariadb => Some("mariadb"),
        Engine::Redis | Engine::Memcached | Engine::Nats => None,
    };
    if let Some(jdbc) = jdbc {
        let parts = [
            ("DATABASE_URL", url),
            ("DATABASE_HOST", "127.0.0.1".to_owned()),
            ("DATABASE_PORT", port.to_string()),
            ("DATABASE_USER", APP.to_owned()),
            ("DATABASE_PASSWORD", PASSWORD.to_owned()),
            ("DATABASE_NAME", APP.to_owned()),
            (
                "JDBC_DATABASE_URL",
                format!("jdbc:{jdbc}://127.0.0.1:{port}/{APP}?user={APP}&password={PASSWORD}"),
            ),
        ];
        told.extend(parts.map(|(name, value)| (name.to_owned(), value)));
    }
    told.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}

/// Where the grader comes in.
#[derive(Debug)]
pub struct Entrance<'a> {
    /// The folder of its socket.
    pub door: &'a Path,
    /// Its port, by which sockets are called too.
    pub port: u16,
    /// What only the grader knows.
    pub secret: &'a str,
    /// A connection to its port, where there is no socket.
    pub stream: Option<TcpStream>,
}

/// The grader's way into an instance that runs.
#[derive(Debug)]
pub enum Client {
    /// Of PostgreSQL.
    Postgresql(postgresql::Client),
    /// Of MariaDB.
    Mariadb(mariadb::Client),
    /// Of Redis.
    Redis(redis::Client),
    /// Of Memcached.
    Memcached(memcached::Client),
    /// Of NATS.
    Nats(nats::Client),
}

impl Client {
    /// Comes in; the error is why it can't (yet).
    pub fn open<'c>(engine: Engine, entrance: Entrance<'c>) -> BoxFuture<'c, Result<Self, String>> {
        async move {
            let Entrance { door, port, secret, stream } = entrance;
            let stream = || stream.ok_or("there is no connection");
            Ok(match engine {
                Engine::Postgresql => Self::Postgresql(postgresql::Client::open(door, port).await?),
                Engine::Mariadb => Self::Mariadb(mariadb::Client::open(door).await?),
                Engine::Redis => Self::Redis(redis::Client::open(door, secret).await?),
                Engine::Memcached => Self::Memcached(memcached::Client::open(stream()?).await?),
                Engine::Nats => Self::Nats(nats::Client::open(stream()?, secret).await?),
            })
        }
        .boxed()
    }

    /// Makes the submission's role where there are roles, and fills the instance as the service begins.
    pub fn furnish<'c>(&'c mut self, service: &'c Service) -> BoxFuture<'c, Result<(), String>> {
        async move {
            let seed = &service.seed;
            match self {
                Self::Postgresql(client) => client.furnish(seed).await,
                Self::Mariadb(client) => client.furnish(seed).await,
                Self::Redis(client) => client.furnish(seed).await,
                Self::Memcached(client) => client.furnish(seed).await,
                Self::Nats(client) => client.furnish(&service.streams).await,
            }
        }
        .boxed()
    }

    /// Hangs up, where a server waits for that before it ends.
    pub fn leave(&self) {
        if let Self::Postgresql(client) = self {
            client.leave();
        }
    }

    /// Does one statement; its rows as a list of objects.
    pub fn sql<'c>(&'c mut self, statement: &'c str, role: Role) -> BoxFuture<'c, Result<Json, String>> {
        async move {
            match self {
                Self::Postgresql(client) => client.sql(statement, role).await,
                Self::Mariadb(client) => client.sql(statement, role).await,
                Self::Redis(_) | Self::Memcached(_) | Self::Nats(_) => {
                    Err("it is not asked in SQL".to_owned())
                }
            }
        }
        .boxed()
    }

    /// Does one command of Redis or Memcached.
    pub fn command<'c>(&'c mut self, words: &'c [String]) -> BoxFuture<'c, Result<Json, String>> {
        async move {
            match self {
                Self::Redis(client) => client.command(words).await,
                Self::Memcached(client) => client.command(words).await,
                _ => Err("it takes no commands".to_owned()),
            }
        }
        .boxed()
    }

    /// The way into a NATS.
    pub fn nats(&mut self) -> Result<&mut nats::Client, String> {
        match self {
            Self::Nats(client) => Ok(client),
            _ => Err("this is no NATS".to_owned()),
        }
    }

    /// What the submission has had it do so far.
    pub fn counters(&mut self) -> BoxFuture<'_, Result<Counters, String>> {
        async move {
            match self {
                Self::Postgresql(client) => client.counters().await,
                Self::Mariadb(client) => client.counters().await,
                Self::Redis(client) => client.counters().await,
                Self::Memcached(client) => client.counters().await,
                Self::Nats(_) => Ok(Counters::new()),
            }
        }
        .boxed()
    }

    /// Begins to count anew.
    pub fn reset(&mut self) -> BoxFuture<'_, Result<(), String>> {
        async move {
            match self {
                Self::Postgresql(client) => client.reset().await,
                Self::Mariadb(client) => client.reset().await,
                Self::Redis(client) => client.reset().await,
                // What they count is compared with what it was.
                Self::Memcached(_) | Self::Nats(_) => Ok(()),
            }
        }
        .boxed()
    }

    /// How many sessions wait for what another one has locked.
    pub fn waiting(&mut self) -> BoxFuture<'_, Result<u64, String>> {
        async move {
            match self {
                Self::Postgresql(client) => client.waiting().await,
                Self::Mariadb(client) => client.waiting().await,
                Self::Redis(_) | Self::Memcached(_) | Self::Nats(_) => Ok(0),
            }
        }
        .boxed()
    }

    /// The statements that cost most since the count began, the dearest first.
    pub fn dearest(&mut self) -> BoxFuture<'_, Result<Vec<Cost>, String>> {
        async move {
            match self {
                Self::Postgresql(client) => client.dearest().await,
                Self::Mariadb(client) => client.dearest().await,
                Self::Redis(_) | Self::Memcached(_) | Self::Nats(_) => Ok(Vec::new()),
            }
        }
        .boxed()
    }
}

/// A value of a column as JSON, by how it is written.
fn number_or_text(text: String, is_number: bool) -> Json {
    // `NaN` and `Infinity` are numbers to a database, and none to JSON.
    if is_number && text.starts_with(|c: char| c.is_ascii_digit() || c == '-') && text != "-Infinity" {
        Json::Number(text)
    } else {
        Json::String(text)
    }
}
