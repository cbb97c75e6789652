//! Values and patterns in words with their types, shortened for people; it judges nothing.

mod pattern;

pub(crate) use pattern::bound;
pub use pattern::wanted;

use gradus_model::json::Json;
use std::fmt::Write;

/// How many characters of a value are shown.
pub const MOST_CHARACTERS: usize = 200;
const MOST_KEYS: usize = 12;
/// A list that is shorter than this as JSON is shown whole.
const SHORT_LIST: usize = 60;

/// A value in words: `the number 3`, `the string "buy milk"`, `an object with the keys a, b`; `nothing` for what is not there.
pub fn seen(value: Option<&Json>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Json::Null) => "null".to_owned(),
        Some(Json::Bool(value)) => format!("the bool {value}"),
        Some(Json::Number(text)) => format!("the number {}", shortened(text)),
        Some(Json::String(text)) => format!("the string {}", quoted(text)),
        Some(Json::Array(items)) => list(items),
        Some(Json::Object(entries)) => object("an object", entries.iter().map(|(key, _)| key.as_str())),
    }
}

/// A text in quotes, invisible characters escaped; what is cut off is told.
pub fn quoted(text: &str) -> String {
    let mut shown = String::from("\"");
    for (count, character) in text.chars().enumerate() {
        if count == MOST_CHARACTERS {
            let _ = write!(shown, "…\" ({} characters)", text.chars().count());
            return shown;
        }
        push_visible(&mut shown, character);
    }
    shown.push('"');
    shown
}

/// The beginning of a text that is not a value, such as a number's digits or a regular expression.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}… ({} characters)", &text[..end], text.chars().count()),
        None => text.to_owned(),
    }
}

fn push_visible(shown: &mut String, character: char) {
    match character {
        '"' => shown.push_str("\\\""),
        '\'' => shown.push('\''),
        other => shown.extend(other.escape_debug()),
    }
}

fn list(items: &[Json]) -> String {
    if items.is_empty() {
        return "an empty list".to_owned();
    }
    let mut short = Short(String::new());
    match write!(short, "{}", Shallow(items)) {
        Ok(()) => format!("the list {}", short.0),
        Err(_) => format!("a list of {}", counted(items.len(), "element")),
    }
}

/// `an object with the keys a, b`.
pub(crate) fn object<'k>(start: &str, keys: impl Iterator<Item = &'k str>) -> String {
    let mut words = String::new();
    let mut count = 0;
    for key in keys {
        count += 1;
        match count {
            1 => words.push_str(&name(key)),
            2..=MOST_KEYS => {
                words.push_str(", ");
                words.push_str(&name(key));
            }
            _ => {}
        }
    }
    match count {
        0 => "an empty object".to_owned(),
        1 => format!("{start} with the key {words}"),
        2..=MOST_KEYS => format!("{start} with the keys {words}"),
        _ => format!("{start} with the keys {words} and {} more", count - MOST_KEYS),
    }
}

/// A key as it stands in a sentence: bare if it reads as one word.
pub(crate) fn name(key: &str) -> String {
    let plain = !key.is_empty()
        && key.len() <= 64
        && key
            .chars()
            .all(|character| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '$'));
    if plain { key.to_owned() } else { quoted(key) }
}

/// `a list`, `an object`.
pub(crate) fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// `1 element`, `3 elements`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Takes so much text and then refuses, so that a huge list is not written only to be found too long.
struct Short(String);

impl std::fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        if self.0.len() + text.len() > SHORT_LIST {
            return Err(std::fmt::Error);
        }
        for character in text.chars() {
            match character {
                // Quotes and backslashes are JSON's own here; only what cannot be seen is left to escape.
                '"' | '\'' | '\\' => self.0.push(character),
                other => self.0.extend(other.escape_debug()),
            }
        }
        Ok(())
    }
}

struct Shallow<'v>(&'v [Json]);

impl std::fmt::Display for Shallow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[")?;
        for (index, item) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{item}")?;
        }
        f.write_str("]")
    }
}
