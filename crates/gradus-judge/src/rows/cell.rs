//! One value of a row: whether it is like another one. It knows nothing of columns.

use crate::number;
use crate::words::{quoted, shortened};
use gradus_model::json::Json;
use std::fmt::Write;

/// A text that two rows share if, and only if, all their values are alike exactly.
pub fn key(row: &[&Json]) -> String {
    let mut key = String::new();
    for cell in row {
        let (kind, text) = match cell {
            Json::Null => ('-', String::new()),
            Json::Bool(value) => ('#', number_key(if *value { "1" } else { "0" })),
            Json::Number(text) => ('#', number_key(text)),
            Json::String(text) => ('"', text.clone()),
            other => ('{', other.to_string()),
        };
        // Writing to a string can't fail.
        let _ = write!(key, "{kind}{}:{text}", text.len());
    }
    key
}

fn number_key(text: &str) -> String {
    match number::parse(text) {
        Some(number) => {
            let sign = if number.negative { "-" } else { "" };
            let digits: String = number.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
            format!("{sign}{digits}e{}", number.exponent)
        }
        None => text.to_owned(),
    }
}

/// Whether two values are alike: `null` only to itself, a bool to 1 or 0 (two of three dialects have no other), and numbers to
/// numbers that are `within` so much.
pub fn alike(want: &Json, got: &Json, within: Option<&str>) -> bool {
    if key(&[want]) == key(&[got]) {
        return true;
    }
    match (want, got, within) {
        (Json::Number(want), Json::Number(got), Some(within)) => {
            number::near(got, want, within).unwrap_or(false)
        }
        _ => false,
    }
}

/// As it stands in a line: `null`, `12.5`, `"Ada"`.
pub fn shown(cell: &Json) -> String {
    match cell {
        Json::Null => "null".to_owned(),
        Json::String(text) => quoted(text),
        other => shortened(&other.to_string()),
    }
}
