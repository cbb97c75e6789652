//! Parts of an answer, for `save`. Whether a place is one value or many is decided by its syntax, never by the data: always one.

use crate::answer::{self, AnswerView};
use crate::json::{self, ReadLimits};
use crate::pattern::path;
use crate::words;
use gradus_model::grader::{PathPart, Place};
use gradus_model::json::Json;

/// The value at a place of an answer.
///
/// # Errors
/// What is there instead: "nothing, as json.items is an empty list".
pub fn find(place: &Place, answer: &AnswerView<'_>) -> Result<Json, String> {
    match place {
        Place::Status => Ok(Json::Number(answer.status.to_string())),
        Place::Header(name) => answer::values(answer.headers, name)
            .next()
            .map(|value| Json::String(value.into_owned()))
            .ok_or_else(|| format!("nothing, as there is no header `{name}`")),
        Place::Text => std::str::from_utf8(answer.body)
            .map(Json::from)
            .map_err(|error| format!("nothing, as the body is no text: {}", answer::undecodable(error))),
        Place::Json(parts) => {
            let read = json::read(answer.body, ReadLimits::default())
                .map_err(|error| format!("nothing: {error}"))?;
            walk(&read.value, parts).cloned()
        }
    }
}

/// The value at a path into JSON.
///
/// # Errors
/// What is there instead.
pub fn within(parts: &[PathPart], value: &Json) -> Result<Json, String> {
    walk(value, parts).cloned()
}

fn walk<'v>(value: &'v Json, parts: &[PathPart]) -> Result<&'v Json, String> {
    let mut value = value;
    for (depth, part) in parts.iter().enumerate() {
        let missing = |why: String| format!("nothing, as {} is {why}", written(&parts[..depth]));
        value = match (part, value) {
            (PathPart::Key(key), Json::Object(entries)) => {
                let mut with_key = entries.iter().filter(|(name, _)| name == key);
                let first = with_key.next().ok_or_else(|| missing(words::seen(Some(value))))?;
                if with_key.next().is_some() {
                    let place = written(&parts[..=depth]);
                    return Err(format!("{place} stands more than once, so which one is meant is not clear"));
                }
                &first.1
            }
            (PathPart::Index(index), Json::Array(items)) => {
                items.get(*index).ok_or_else(|| missing(words::seen(Some(value))))?
            }
            _ => return Err(missing(words::seen(Some(value)))),
        };
    }
    Ok(value)
}

fn written(parts: &[PathPart]) -> String {
    let mut place = String::from("json");
    for part in parts {
        match part {
            PathPart::Key(key) => path::write_key(&mut place, key),
            PathPart::Index(index) => path::write_index(&mut place, *index),
        }
    }
    place
}
