//! `$schema`: JSON Schema's own judgement in our words, each error a miss at its own path.

use super::judging::{Judging, Said};
use super::path::{self, Path};
use super::prepared;
use crate::words;
use gradus_model::json::Json;
use gradus_model::pattern::Pattern;
use serde_json::{Map, Number, Value};

/// How many errors of one value are told.
const MOST_ERRORS: usize = 20;

impl Judging<'_> {
    pub(super) fn schema(&mut self, pattern: &Pattern, schema: &Json, got: &Json, path: &Path<'_>) {
        let validator = match prepared::validator(schema) {
            Ok(validator) => validator,
            Err(mistake) => return self.mistake(pattern, got, path, mistake),
        };
        let value = match to_serde(got) {
            Ok(value) => value,
            Err(number) => {
                return self.miss(pattern, path, |judging| Said {
                    note: Some(number),
                    ..judging.said(pattern, Some(got))
                });
            }
        };
        for error in validator.iter_errors(&value).take(MOST_ERRORS) {
            if self.is_settled() {
                return;
            }
            let (place, part) = walk(path, got, &error.instance_path().to_string());
            self.miss(pattern, &Path::root(&place), |judging| Said {
                note: Some(words::shortened(&error.masked().to_string())),
                ..judging.said(pattern, Some(part))
            });
        }
    }
}

/// Follows a JSON pointer (RFC 6901) from a value: the path of what it points to, and that.
fn walk<'v>(path: &Path<'_>, value: &'v Json, pointer: &str) -> (String, &'v Json) {
    let mut place = path.to_string();
    let mut part = value;
    for step in pointer.split('/').skip(1) {
        let key = step.replace("~1", "/").replace("~0", "~");
        let inner = match part {
            Json::Array(items) => key.parse().ok().and_then(|index: usize| {
                path::write_index(&mut place, index);
                items.get(index)
            }),
            other => {
                path::write_key(&mut place, &key);
                other.get(&key)
            }
        };
        match inner {
            Some(inner) => part = inner,
            None => break,
        }
    }
    (place, part)
}

/// The value as the validator takes it; a number that 64 bits cannot hold is an error that names it. Of duplicate keys, the
/// last counts.
pub(super) fn to_serde(value: &Json) -> Result<Value, String> {
    Ok(match value {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(text) => Value::Number(number(text)?),
        Json::String(text) => Value::String(text.clone()),
        Json::Array(items) => Value::Array(items.iter().map(to_serde).collect::<Result<_, _>>()?),
        Json::Object(entries) => {
            let mut map = Map::new();
            for (key, value) in entries {
                map.insert(key.clone(), to_serde(value)?);
            }
            Value::Object(map)
        }
    })
}

fn number(text: &str) -> Result<Number, String> {
    let whole = text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from));
    let number = whole.ok().or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64));
    number.ok_or_else(|| format!("JSON Schema cannot judge a number as great as {}", words::shortened(text)))
}
