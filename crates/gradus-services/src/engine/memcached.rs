//! Memcached: a server in memory alone, the grader's questions, and what of its counters is the submission's.

use super::{Counters, Places, Programs, redis};
use gradus_model::json::Json;
use gradus_model::seed::Seed;
use gradus_model::service::Engine;
use std::collections::BTreeMap;
use std::ffi::OsString;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// One thread, so that commands of one connection that come together are done together.
const SETTINGS: [&str; 10] = ["-l", "127.0.0.1", "-U", "0", "-t", "1", "-m", "64", "-B", "ascii"];
/// Longer values are not kept either.
const MOST: usize = 1 << 20;

pub fn serve(programs: &Programs, places: &Places) -> Vec<OsString> {
    let mut command: Vec<OsString> = vec![programs.server.clone().into()];
    command.extend(SETTINGS.map(OsString::from));
    command.extend(["-p".into(), places.port.to_string().into()]);
    if places.root {
        command.extend(["-u", "root"].map(OsString::from));
    }
    command
}

/// A connection, and what was counted because of it.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<TcpStream>,
    own: Counters,
}

impl Client {
    pub async fn open(stream: TcpStream) -> Result<Self, String> {
        let mut client = Self { stream: BufReader::new(stream), own: Counters::new() };
        client.write(b"version\r\n").await?;
        client.line().await?;
        Ok(client)
    }

    /// Each line of a seed is a command, as in a seed of Redis.
    pub async fn furnish(&mut self, seed: &[Seed]) -> Result<(), String> {
        for (place, words) in redis::commands(seed) {
            self.command(&words).await.map_err(|error| format!("{place}: {error}"))?;
        }
        Ok(())
    }

    /// What a command leads to: the value of a key or null, a number, or the server's word.
    pub async fn command(&mut self, words: &[String]) -> Result<Json, String> {
        let asked = line_of(words)?;
        self.write(format!("stats\r\n{asked}stats\r\n").as_bytes()).await?;
        let before = self.stats().await?;
        let reply = self.reply().await?;
        let after = self.stats().await?;
        for (name, count) in after {
            let more = count.saturating_sub(before.get(&name).copied().unwrap_or(0));
            *self.own.entry(name).or_default() += more;
        }
        match reply {
            Json::String(word) if word.contains("ERROR") => Err(word),
            reply => Ok(reply),
        }
    }

    pub async fn counters(&mut self) -> Result<Counters, String> {
        self.write(b"stats\r\n").await?;
        let mut stats = self.stats().await?;
        for (name, count) in &mut stats {
            *count = count.saturating_sub(self.own.get(name).copied().unwrap_or(0));
        }
        Ok(stats)
    }

    /// What is counted, by its names.
    async fn stats(&mut self) -> Result<Counters, String> {
        let mut stats = BTreeMap::new();
        loop {
            let line = self.line().await?;
            if line == "END" {
                return Ok(stats);
            }
            let mut words = line.split(' ');
            if let (Some("STAT"), Some(name), Some(count)) = (words.next(), words.next(), words.next())
                && name != "bytes"
                && Engine::Memcached.counters().contains(&name)
            {
                stats.insert(name.to_owned(), count.parse().map_err(|_| format!("its `{name}` is {count}"))?);
            }
        }
    }

    async fn reply(&mut self) -> Result<Json, String> {
        let first = self.line().await?;
        if let Ok(number) = first.parse::<u64>() {
            return Ok(Json::Number(number.to_string()));
        }
        let mut values = Vec::new();
        let mut line = first;
        while let Some(rest) = line.strip_prefix("VALUE ") {
            let length = rest.split(' ').nth(2).and_then(|length| length.parse::<usize>().ok());
            let length =
                length.filter(|length| *length <= MOST).ok_or_else(|| format!("it answers {line}"))?;
            let mut value = vec![0; length + 2];
            self.stream.read_exact(&mut value).await.map_err(|error| error.to_string())?;
            value.truncate(length);
            values.push(Json::String(String::from_utf8_lossy(&value).into_owned()));
            line = self.line().await?;
        }
        Ok(match (line.as_str(), values.len()) {
            ("END", 0) => Json::Null,
            ("END", 1) => values.remove(0),
            ("END", _) => Json::Array(values),
            _ => Json::String(line),
        })
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.stream.write_all(bytes).await.map_err(|error| error.to_string())
    }

    async fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line).await {
            Ok(0) => Err("it hung up".to_owned()),
            Ok(_) => Ok(line.trim_end().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// `[set, key, value, 60]` as the protocol has it; a value needs neither flags nor its length, and lives for ever unless told.
fn line_of(words: &[String]) -> Result<String, String> {
    let one_word = |word: &String| !word.is_empty() && !word.contains(char::is_whitespace);
    let (name, rest) = words.split_first().ok_or("no command")?;
    let ([key, value, more @ ..], "set" | "add" | "replace" | "append" | "prepend") = (rest, name.as_str())
    else {
        let one = words.iter().all(one_word) && !["stats", "watch", "quit"].contains(&name.as_str());
        return if one {
            Ok(words.join(" ") + "\r\n")
        } else {
            Err("this is no command of a step".to_owned())
        };
    };
    let lives = more.first().map_or("0", String::as_str);
    if !one_word(key) || lives.parse::<u32>().is_err() || more.len() > 1 {
        return Err(format!("write [{name}, key, value] or [{name}, key, value, SECONDS]"));
    }
    Ok(format!("{name} {key} 0 {lives} {}\r\n{value}\r\n", value.len()))
}

/// Finds the one command that a submission may not give, in bytes as they pass.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reset {
    /// How much of `stats` and then of `reset` has been seen.
    seen: usize,
}

impl Reset {
    /// Whether these bytes would end a command that begins the count anew. Where in a line it stands does not matter: what is
    /// a value to us may be a command to the server, after a mistake.
    pub fn is_in(&mut self, bytes: &[u8]) -> bool {
        const WORDS: &[u8] = b"stats reset";
        const GAP: usize = 5;
        bytes.iter().any(|byte| {
            self.seen = match self.seen {
                seen if seen == WORDS.len() && matches!(byte, b' ' | b'\r' | b'\n') => return true,
                // Any number of blanks stand between the two.
                seen if seen == GAP + 1 && *byte == b' ' => seen,
                seen if WORDS.get(seen) == Some(byte) => seen + 1,
                // What ended in an `s` may have begun anew with it.
                5 | 9 if *byte == b't' => 2,
                _ => usize::from(*byte == b's'),
            };
            false
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_command_is_a_line_and_its_value_another() {
        assert_eq!(line_of(&words("get a")), Ok("get a\r\n".to_owned()));
        assert_eq!(line_of(&words("set a bc")), Ok("set a 0 0 2\r\nbc\r\n".to_owned()));
        assert_eq!(line_of(&words("add a bc 60")), Ok("add a 0 60 2\r\nbc\r\n".to_owned()));
        for wrong in ["set a b c", "stats reset", "get a\r\nflush_all", "set a b 1 2"] {
            assert!(line_of(&words(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_reset_is_found_wherever_it_is_cut() {
        let found = |pieces: &[&str]| {
            let mut reset = Reset::default();
            pieces.iter().any(|piece| reset.is_in(piece.as_bytes()))
        };
        assert!(found(&["stats reset\r\n"]));
        assert!(found(&["get a\r\nst", "ats   re", "set", "\n"]));
        assert!(found(&["abcstastatsstats reset foo\r\n"]));
        assert!(found(&["sstats reset\n"]));
        assert!(found(&["stats stats reset\n", "statstats reset\n"]));
        assert!(found(&["statstats reset\n"]) && found(&["stats restats reset\n"]));
        assert!(!found(&["stats\r\nreset\r\n", "stats resets\r\n", "stats settings\r\n"]));
    }
}
