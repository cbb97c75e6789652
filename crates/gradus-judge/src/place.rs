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
/// A sentence that says what is not there: "there is no json.items[0].id: json.items is an empty list".
pub fn find(place: &Place, answer: &AnswerView<'_>) -> Result<Json, String> {
    match place {
        Place::Status => Ok(Json::Number(answer.status.to_string())),
        Place::Header(name) => answer::values(answer.headers, name)
            .next()
            .map(|value| Json::String(value.into_owned()))
            .ok_or_else(|| format!("there is no header `{name}`")),
        Place::Text => std::str::from_utf8(answer.body)
            .map(Json::from)
            .map_err(|error| format!("the body is no text: {}", answer::undecodable(error))),
        Place::Json(parts) => {
            let read = json::read(answer.body, ReadLimits::default())
                .map_err(|error| format!("there is no {}: {error}", written(parts)))?;
            walk(&read.value, parts).cloned()
        }
    }
}

/// The value at a path into JSON.
///
/// # Errors
/// A sentence that says what is not there.
pub fn within(parts: &[PathPart], value: &Json) -> Result<Json, String> {
    walk(value, parts).cloned()
}

fn walk<'v>(value: &'v Json, parts: &[PathPart]) -> Result<&'v Json, String> {
    let mut value = value;
    for (depth, part) in parts.iter().enumerate() {
        let missing =
            |why: String| format!("there is no {}: {} is {why}", written(parts), written(&parts[..depth]));
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
