//! One JSON string, its escapes resolved; it knows only the reader's text and place.

use super::reader::Reader;
use super::{Problem, ReadError};

/// Reads the string whose opening quote is at the reader's place.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<String, ReadError> {
    reader.at += 1;
    let mut text = String::new();
    loop {
        let rest = &reader.text.as_bytes()[reader.at..];
        let plain = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len());
        text.push_str(&reader.text[reader.at..reader.at + plain]);
        reader.at += plain;
        match reader.peek() {
            Some(b'"') => {
                reader.at += 1;
                return Ok(text);
            }
            Some(b'\\') => text.push(escape(reader)?),
            Some(control) => return Err(reader.problem(Problem::ControlCharacter(control))),
            None => return Err(reader.expected("`\"` at the end of a string")),
        }
    }
}

fn escape(reader: &mut Reader<'_>) -> Result<char, ReadError> {
    let rest = &reader.text[reader.at..];
    let simple = match rest.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(reader),
        _ => return Err(unknown(reader, 2)),
    };
    reader.at += 2;
    Ok(simple)
}

fn unicode(reader: &mut Reader<'_>) -> Result<char, ReadError> {
    let first = unit(reader, reader.at)?;
    let (point, length) = match first {
        0xd800..=0xdbff => match unit(reader, reader.at + 6) {
            Ok(second @ 0xdc00..=0xdfff) => {
                (0x10000 + ((u32::from(first) - 0xd800) << 10) + (u32::from(second) - 0xdc00), 12)
            }
            _ => return Err(reader.problem(Problem::LoneSurrogate(first))),
        },
        _ => (u32::from(first), 6),
    };
    let character = char::from_u32(point).ok_or_else(|| reader.problem(Problem::LoneSurrogate(first)))?;
    reader.at += length;
    Ok(character)
}

/// The number of a `\uXXXX` at a place.
fn unit(reader: &Reader<'_>, at: usize) -> Result<u16, ReadError> {
    let bytes = reader.text.as_bytes();
    let digits = match bytes.get(at..at + 6) {
        Some([b'\\', b'u', digits @ ..]) if digits.iter().all(u8::is_ascii_hexdigit) => digits,
        _ => return Err(unknown(reader, 6)),
    };
    Ok(digits.iter().fold(0, |sum, digit| sum << 4 | (*digit as char).to_digit(16).unwrap_or(0) as u16))
}

fn unknown(reader: &Reader<'_>, length: usize) -> ReadError {
    let shown = reader.text[reader.at..].chars().take(length);
    let shown = shown.take_while(|character| !character.is_control()).collect();
    reader.problem(Problem::Escape(shown))
}
