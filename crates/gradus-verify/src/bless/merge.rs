//! What came, written where the author had written something; markers and operators stay where they stand.

use gradus_grade::Compared;
use gradus_judge::json::{self, ReadLimits};
use gradus_model::json::Json;
use std::fmt::Write;

/// The new text of a file: JSON merged with what stands there, any other text as it came.
pub fn merge(compared: Compared, before: Option<&str>, got: &[u8]) -> Result<String, String> {
    if compared == Compared::AsText {
        return String::from_utf8(got.to_vec()).map_err(|error| format!("what came is not UTF-8: {error}"));
    }
    let read = |what: &str, bytes: &[u8]| {
        json::read(bytes, ReadLimits::default())
            .map(|read| read.value)
            .map_err(|error| format!("{what} is not JSON: {error}"))
    };
    let came = read("what came", got)?;
    let merged = match before {
        Some(before) => merged(&read("what stands there", before.as_bytes())?, &came),
        None => literal(&came),
    };
    let mut text = String::new();
    pretty(&merged, 0, &mut text);
    text.push('\n');
    Ok(text)
}

fn merged(author: &Json, came: &Json) -> Json {
    match (author, came) {
        (Json::String(text), _) if is_open(text) => author.clone(),
        (Json::Object(entries), _) if is_operator(entries) => match (entries.as_slice(), came) {
            ([(key, inner)], _) if key == "$partial" => {
                Json::Object(vec![(key.clone(), within(inner, came))])
            }
            _ => author.clone(),
        },
        (Json::Object(entries), Json::Object(came)) => {
            let mut all = Vec::new();
            for (key, author) in entries {
                match came.iter().find(|(other, _)| *other == escaped(key)) {
                    Some((_, came)) => all.push((key.clone(), merged(author, came))),
                    None if may_be_missing(author) => all.push((key.clone(), author.clone())),
                    None => {}
                }
            }
            let new = came.iter().filter(|(key, _)| entries.iter().all(|(known, _)| escaped(known) != *key));
            all.extend(new.map(|(key, value)| (doubled(key), literal(value))));
            Json::Object(all)
        }
        (Json::Array(author), Json::Array(came)) => {
            let both = came.iter().enumerate();
            Json::Array(
                both.map(|(index, came)| {
                    author.get(index).map_or_else(|| literal(came), |author| merged(author, came))
                })
                .collect(),
            )
        }
        _ => literal(came),
    }
}

/// Only the keys that the author named.
fn within(author: &Json, came: &Json) -> Json {
    match (author, came) {
        (Json::Object(entries), Json::Object(came)) => {
            let named = entries.iter().map(|(key, author)| {
                let value = came.iter().find(|(other, _)| *other == escaped(key));
                (key.clone(), value.map_or_else(|| author.clone(), |(_, came)| merged(author, came)))
            });
            Json::Object(named.collect())
        }
        _ => author.clone(),
    }
}

/// Whether a text is a marker, or holds a name.
fn is_open(text: &str) -> bool {
    let without = text.replace("$$", "");
    without.starts_with('$') || without.contains("$(")
}

fn is_operator(entries: &[(String, Json)]) -> bool {
    matches!(entries, [(key, _)] if key.starts_with('$') && !key.starts_with("$$"))
}

fn may_be_missing(author: &Json) -> bool {
    match author {
        Json::String(text) => text == "$absent",
        Json::Object(entries) => matches!(entries.as_slice(), [(key, _)] if key == "$optional"),
        _ => false,
    }
}

/// A key as it comes, from how the author writes it.
fn escaped(key: &str) -> String {
    key.replace("$$", "$")
}

fn doubled(text: &str) -> String {
    text.replace('$', "$$")
}

/// A value that means itself.
fn literal(value: &Json) -> Json {
    match value {
        Json::String(text) => Json::String(doubled(text)),
        Json::Array(items) => Json::Array(items.iter().map(literal).collect()),
        Json::Object(entries) => {
            Json::Object(entries.iter().map(|(key, value)| (doubled(key), literal(value))).collect())
        }
        other => other.clone(),
    }
}

/// JSON as people read it.
fn pretty(value: &Json, depth: usize, text: &mut String) {
    let line = |text: &mut String, depth: usize| {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    };
    match value {
        Json::Array(items) if !items.is_empty() => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                line(text, depth + 1);
                pretty(item, depth + 1, text);
            }
            line(text, depth);
            text.push(']');
        }
        Json::Object(entries) if !entries.is_empty() => {
            text.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                line(text, depth + 1);
                // Writing to a string can't fail.
                let _ = write!(text, "{}: ", Json::from(key.as_str()));
                pretty(value, depth + 1, text);
            }
            line(text, depth);
            text.push('}');
        }
        other => {
            let _ = write!(text, "{other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, came: &str, after: &str) {
        let merged = merge(Compared::AsJson, Some(before), came.as_bytes()).expect("JSON");
        let compact: String = merged.split('\n').map(str::trim_start).collect::<Vec<_>>().concat();
        assert_eq!(compact, after, "{before} and {came}");
    }

    #[test]
    fn what_came_takes_the_place_of_what_stood_there() {
        check("null", r#"{"a": [1.50, "x"]}"#, r#"{"a": [1.50,"x"]}"#);
        check(r#"{"a": 1, "gone": 2}"#, r#"{"b": 3, "a": 2}"#, r#"{"a": 2,"b": 3}"#);
        check("[1, 2, 3]", "[4]", "[4]");
    }

    #[test]
    fn what_the_author_left_open_stays_open() {
        check(r#"{"id": "$uuid", "n": 1}"#, r#"{"id": "0f", "n": 2}"#, r#"{"id": "$uuid","n": 2}"#);
        check(r#"{"at": "by $(name)"}"#, r#"{"at": "by me"}"#, r#"{"at": "by $(name)"}"#);
        check(r#"{"a": {"$at_most": 3}}"#, r#"{"a": 2}"#, r#"{"a": {"$at_most": 3}}"#);
        check(
            r#"{"a": "$absent", "b": {"$optional": 1}}"#,
            "{}",
            r#"{"a": "$absent","b": {"$optional": 1}}"#,
        );
        check(
            r#"{"$partial": {"a": 1, "b": "$int"}}"#,
            r#"{"a": 2, "b": 3, "c": 4}"#,
            r#"{"$partial": {"a": 2,"b": "$int"}}"#,
        );
    }

    #[test]
    fn a_dollar_that_came_is_no_marker() {
        check("null", r#"{"$a": "$int costs $(x)"}"#, r#"{"$$a": "$$int costs $$(x)"}"#);
        check(r#"{"$$a": "$$int"}"#, r#"{"$a": "$uuid"}"#, r#"{"$$a": "$$uuid"}"#);
    }

    #[test]
    fn other_texts_are_taken_as_they_came() {
        assert_eq!(merge(Compared::AsText, Some("old"), b"new\n").as_deref(), Ok("new\n"));
        assert!(merge(Compared::AsText, None, b"\xff").is_err());
        assert!(merge(Compared::AsJson, None, b"{").is_err_and(|why| why.contains("what came is not JSON")));
    }
}
