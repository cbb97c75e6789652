//! Redis: a server in memory alone, whose visitors may do everything but administer it, and the grader's questions.

use super::{ADMIN, Counters, Places, Programs};
use gradus_model::json::Json;
use gradus_model::seed::{Quoting, Seed};
use redis::Value;
use redis::aio::MultiplexedConnection;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// Visitors may not change settings, reset what is counted, or end it.
const VISITORS: &str = "on nopass ~* &* +@all -@admin -script|kill -client|kill";

pub fn serve(programs: &Programs, places: &Places) -> Vec<OsString> {
    let mut command: Vec<OsString> = vec![programs.server.clone().into()];
    let mut set = |name: &str, values: &[&str]| {
        command.push(format!("--{name}").into());
        command.extend(values.iter().map(OsString::from));
    };
    set("port", &[&places.port.to_string()]);
    set("bind", &["127.0.0.1"]);
    set("unixsocket", &[&socket(&places.door).to_string_lossy()]);
    set("dir", &[&places.data.to_string_lossy()]);
    set("save", &[""]);
    set("appendonly", &["yes"]);
    set("appendfsync", &["no"]);
    set("daemonize", &["no"]);
    set("protected-mode", &["no"]);
    let user = |name: &str, rules: &str| -> Vec<String> {
        std::iter::once(name.to_owned()).chain(rules.split(' ').map(str::to_owned)).collect()
    };
    for rules in [user("default", VISITORS), user(ADMIN, &format!("on >{} ~* &* +@all", places.secret))] {
        set("user", &rules.iter().map(String::as_str).collect::<Vec<_>>());
    }
    command
}

fn socket(door: &Path) -> PathBuf {
    door.join("redis.sock")
}

/// A connection.
pub struct Client(MultiplexedConnection);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    pub async fn open(door: &Path, secret: &str) -> Result<Self, String> {
        let url = format!("redis+unix://{}?user={ADMIN}&pass={secret}", socket(door).display());
        let client = redis::Client::open(url).map_err(why)?;
        let mut client = Self(client.get_multiplexed_async_connection().await.map_err(why)?);
        // One that still reads what it has kept lets nobody in.
        client.command(&["PING".to_owned()]).await?;
        Ok(client)
    }

    /// Each line of a seed is a command, as one types it to `redis-cli`; values with blanks stand in double quotes.
    pub async fn furnish(&mut self, seed: &[Seed]) -> Result<(), String> {
        for (place, words) in commands(seed) {
            self.command(&words).await.map_err(|error| format!("{place}: {error}"))?;
        }
        Ok(())
    }

    pub async fn command(&mut self, words: &[String]) -> Result<Json, String> {
        let Some((name, arguments)) = words.split_first() else { return Err("no command".to_owned()) };
        let mut command = redis::cmd(name);
        for argument in arguments {
            command.arg(argument);
        }
        command.query_async::<Value>(&mut self.0).await.map(json).map_err(why)
    }

    pub async fn counters(&mut self) -> Result<Counters, String> {
        let words = ["INFO", "commandstats"].map(str::to_owned);
        let Json::String(text) = self.command(&words).await? else { return Ok(Counters::new()) };
        let counted = text.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            let calls = rest.split(',').next()?.parse::<u64>().ok()?;
            (!OURS.contains(&name.split('|').next().unwrap_or(name))).then_some(calls)
        });
        Ok(Counters::from([("commands".to_owned(), counted.sum())]))
    }

    pub async fn reset(&mut self) -> Result<(), String> {
        self.command(&["CONFIG", "RESETSTAT"].map(str::to_owned)).await.map(drop)
    }
}

/// The commands of a seed, one on each line, and where each stands.
pub(super) fn commands(seed: &[Seed]) -> Vec<(String, Vec<String>)> {
    let mut commands = Vec::new();
    for part in seed {
        let text = part.text(Quoting::Standard);
        let lines = text.lines().enumerate().map(|(index, line)| (index + 1, words(line)));
        let said = lines.filter(|(_, words)| !words.is_empty());
        commands.extend(said.map(|(line, words)| (format!("{}: line {line}", part.place()), words)));
    }
    commands
}

/// What clients say to get ready, and what the grader asks.
const OURS: [&str; 8] = ["info", "config", "client", "auth", "hello", "select", "ping", "command"];

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() && !rest.starts_with('#') {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

fn json(value: Value) -> Json {
    match value {
        Value::Nil => Json::Null,
        Value::Int(number) => Json::from(number),
        Value::BulkString(bytes) => Json::String(String::from_utf8_lossy(&bytes).into_owned()),
        Value::SimpleString(text) => Json::String(text),
        Value::Okay => Json::from("OK"),
        Value::Array(items) | Value::Set(items) => Json::Array(items.into_iter().map(json).collect()),
        Value::Map(entries) => {
            Json::Object(entries.into_iter().map(|(key, value)| (json(key).to_text(), json(value))).collect())
        }
        Value::Double(number) => Json::Number(number.to_string()),
        Value::Boolean(flag) => Json::Bool(flag),
        other => Json::String(format!("{other:?}")),
    }
}

/// The server's own words.
fn why(error: redis::RedisError) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_its_words() {
        assert_eq!(words("SET a \"b c\" EX 1"), ["SET", "a", "b c", "EX", "1"]);
        assert!(words("  # nothing").is_empty());
    }
}
