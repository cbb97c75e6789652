//! Texts within lengths, of formats and patterns, and such as are just beyond them.

use super::pattern;
use crate::shape::Shape;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gradus_model::draw::{Random, letters, rfc3339, some_words, uuid};

/// Longer texts are not sent.
pub const LONGEST: u64 = 100_000;

/// A text that a schema allows.
pub fn plain(shape: &Shape<'_>, random: &mut Random) -> Option<String> {
    if let Some(expression) = shape.pattern {
        return pattern::matching(expression, pattern::Size::Some, random);
    }
    if let Some(format) = shape.format
        && let Some(text) = of_format(format, random)
    {
        return Some(text);
    }
    let most = shape.max_length.unwrap_or(u64::MAX);
    let words = some_words(random, 2);
    let fits = (shape.min_length..=most).contains(&(words.chars().count() as u64));
    if fits { Some(words) } else { of_length(shape.min_length.max(most.min(8)), random) }
}

/// A text of so many letters.
pub fn of_length(length: u64, random: &mut Random) -> Option<String> {
    (length <= LONGEST).then(|| letters(random, length as u32))
}

/// A text of so many characters, of which each takes four bytes in UTF-8 and two units in UTF-16.
pub fn wide(length: u64) -> Option<String> {
    (length <= LONGEST).then(|| "🥛".repeat(length as usize))
}

/// A text of a format; `None` for those that are not known here.
fn of_format(format: &str, random: &mut Random) -> Option<String> {
    let moment = 1_000_000_000 + random.below(1_000_000_000);
    let number = random.below(250) + 1;
    Some(match format {
        "date" => rfc3339(moment)[..10].to_owned(),
        "date-time" => rfc3339(moment),
        "time" => rfc3339(moment)[11..].to_owned(),
        "duration" => format!("P{number}D"),
        "email" | "idn-email" => format!("{}.{}@example.com", some_words(random, 1), letters(random, 5)),
        "hostname" | "idn-hostname" => format!("{}.example.com", letters(random, 6)),
        "ipv4" => format!("192.0.2.{number}"),
        "ipv6" => format!("2001:db8::{number:x}"),
        "uri" | "iri" | "url" => format!("https://example.com/{}", letters(random, 8)),
        "uri-reference" | "iri-reference" => format!("/{}", letters(random, 8)),
        "uuid" => uuid(random),
        "byte" => STANDARD.encode(letters(random, 9)),
        _ => return None,
    })
}

/// Other texts of a format that are as right as the usual ones, each with how it is told.
pub fn rare(format: &str) -> &'static [(&'static str, &'static str)] {
    match format {
        "date" => &[("a leap day", "2024-02-29")],
        "date-time" => &[("a moment with a fraction and another zone", "2024-02-29T23:59:59.123+05:30")],
        "uuid" => &[("a UUID in capital letters", "0B7F1A52-93C4-4E6A-8D21-5F0C9E3B7A14")],
        "email" => &[("an address with a plus sign", "first.last+tag@mail.example.com")],
        "uri" => &[("an address with a query and a fragment", "https://example.com/a?b=c%20d#e")],
        _ => &[],
    }
}

/// Texts that are almost of a format, each with how it is told.
pub fn almost(format: &str) -> &'static [(&'static str, &'static str)] {
    match format {
        "date" => &[("a day that no calendar has", "2023-02-29"), ("no date", "tomorrow")],
        "date-time" => &[
            ("an hour that no day has", "2024-01-31T25:00:00Z"),
            ("a moment without its zone", "2024-01-31T12:00:00"),
            ("no moment", "tomorrow"),
        ],
        "time" => &[("an hour that no day has", "25:00:00Z")],
        "email" => &[("no address", "first.last.example.com")],
        "uuid" => {
            &[("a UUID that lacks a digit", "0b7f1a52-93c4-4e6a-8d21-5f0c9e3b7a1"), ("no UUID", "first")]
        }
        "uri" => &[("no address", "not an address")],
        "ipv4" => &[("an address with a part above 255", "192.0.2.256")],
        "ipv6" => &[("no address", "2001:db8::zz")],
        "hostname" => &[("no name of a host", "-a_b-.example..com")],
        _ => &[],
    }
}

/// What nobody is likely to have called anything: for the address of a thing that is not there.
pub fn unlikely(shape: &Shape<'_>, random: &mut Random) -> Option<String> {
    match (shape.pattern, shape.format) {
        (Some(expression), _) => pattern::matching(expression, pattern::Size::Most, random),
        (None, Some(format)) if of_format(format, random).is_some() => of_format(format, random),
        _ => {
            let most = shape.max_length.unwrap_or(u64::MAX).min(24);
            of_length(most.max(shape.min_length), random)
        }
    }
}
