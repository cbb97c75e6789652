//! Databases and caches that a submission may lean on, and the steps about them, as plain data.

use crate::grader::{Act, Save, Step};
use crate::nats::Stream;
use crate::pattern::Pattern;
use crate::seed::Seed;
use crate::source::{Span, Spanned};
use crate::value::Template;

/// A private, throw-away instance of a database or a cache.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name; the submission finds its address in the variable `<NAME>_URL`.
    pub name: Spanned<String>,
    /// What it is.
    pub engine: Engine,
    /// What is in it when a grading begins.
    pub seed: Vec<Seed>,
    /// The streams that a NATS begins with.
    pub streams: Vec<Stream>,
}

/// What a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// PostgreSQL.
    Postgresql,
    /// MariaDB.
    Mariadb,
    /// Redis, or Valkey.
    Redis,
    /// Memcached.
    Memcached,
    /// NATS with JetStream.
    Nats,
}

/// A file of SQLite that the submission begins with.
#[derive(Clone, Debug)]
pub struct DataFile {
    /// Its name; the submission finds it at `<NAME>_PATH`.
    pub name: Spanned<String>,
    /// What is in it.
    pub seed: Vec<Seed>,
}

impl DataFile {
    /// Its word in grader.yaml.
    pub const WORD: &'static str = "sqlite";

    /// What is counted of the statements that the grader does in it as the submission, the same on every run. What the submission's
    /// own programs do within themselves nobody can count.
    pub const COUNTERS: &'static [&'static str] =
        &["statements", "steps", "full_scan_steps", "sorts", "autoindexes"];
}

impl Engine {
    /// All of them.
    pub const ALL: [Engine; 5] =
        [Engine::Postgresql, Engine::Mariadb, Engine::Redis, Engine::Memcached, Engine::Nats];

    /// Its word in grader.yaml.
    pub fn word(self) -> &'static str {
        match self {
            Engine::Postgresql => "postgresql",
            Engine::Mariadb => "mariadb",
            Engine::Redis => "redis",
            Engine::Memcached => "memcached",
            Engine::Nats => "nats",
        }
    }

    /// What of its work is counted, the same on every run. `bytes` are those that pass between it and the submission.
    pub fn counters(self) -> &'static [&'static str] {
        match self {
            Engine::Postgresql => &["statements", "blocks", "rows", "bytes"],
            Engine::Mariadb => &["statements", "rows_examined", "rows", "full_scans", "bytes"],
            Engine::Redis => &["commands", "bytes"],
            Engine::Memcached => &[
                "cmd_get",
                "get_hits",
                "get_misses",
                "cmd_set",
                "cmd_touch",
                "delete_hits",
                "delete_misses",
                "incr_hits",
                "incr_misses",
                "decr_hits",
                "decr_misses",
                "bytes",
            ],
            Engine::Nats => &["bytes"],
        }
    }

    /// Whether it is asked in SQL.
    pub fn speaks_sql(self) -> bool {
        matches!(self, Engine::Postgresql | Engine::Mariadb)
    }
}

/// Asks a database, and judges its rows.
#[derive(Clone, Debug)]
pub struct SqlStep {
    /// Which.
    pub service: Spanned<String>,
    /// What.
    pub statement: Template,
    /// As whom.
    pub role: Role,
    /// Its rows, as a list of objects.
    pub rows: Option<Pattern>,
    /// Why it refuses, as text.
    pub error: Option<Pattern>,
    /// Names for parts of the rows: `rows[0].id`.
    pub save: Vec<Save>,
}

/// As whom a database is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Its administrator, who sees everything.
    Admin,
    /// The submission.
    App,
}

/// Asks Redis or Memcached, and judges its reply.
#[derive(Clone, Debug)]
pub struct CommandStep {
    /// Which.
    pub service: Spanned<String>,
    /// What it is taken for.
    pub engine: Engine,
    /// The command and its arguments.
    pub command: Vec<Template>,
    /// What it replies.
    pub reply: Pattern,
}

/// What happens to services.
#[derive(Clone, Debug)]
pub struct ServiceStep {
    /// Each with what happens to it.
    pub changes: Vec<(Spanned<String>, Act)>,
}

/// Counts what steps cost services.
#[derive(Clone, Debug)]
pub struct WorkStep {
    /// The steps.
    pub steps: Vec<Step>,
    /// What they may cost.
    pub expect: Vec<(Counter, Pattern)>,
}

/// A kind of work: of a service (`db.rows_examined`), or of the submission itself (`fuel`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// The service; empty for the submission itself.
    pub service: String,
    /// What is counted.
    pub what: String,
    /// Where it stands.
    pub span: Span,
}

impl Counter {
    /// The work of the submission itself.
    pub const FUEL: &str = "fuel";
    /// The same, divided by what the exercise's baseline needs for the same steps.
    pub const PER_BASELINE: &str = "fuel_per_baseline";

    /// Whether it is the work of the submission itself, which only WebAssembly counts.
    pub fn is_fuel(&self) -> bool {
        self.service.is_empty()
    }

    /// Whether that is divided by what the baseline needs.
    pub fn is_per_baseline(&self) -> bool {
        self.is_fuel() && self.what == Self::PER_BASELINE
    }
}

/// `db.rows_examined`, `fuel`
impl std::fmt::Display for Counter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_fuel() { f.write_str(&self.what) } else { write!(f, "{}.{}", self.service, self.what) }
    }
}

/// Keeps a transaction open in a database while steps are done: what it locks stays locked.
#[derive(Clone, Debug)]
pub struct HoldStep {
    /// Which database.
    pub service: Spanned<String>,
    /// The statement that locks.
    pub statement: Template,
    /// Requests that are sent first, and answered once nothing is locked any more.
    pub meanwhile: Vec<Step>,
    /// What is done once they wait.
    pub steps: Vec<Step>,
}
