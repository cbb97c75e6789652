//! One expected header against the headers that came; several of one name count as one list (RFC 9110 §5.3).

use crate::miss::Miss;
use crate::pattern;
use gradus_model::pattern::{Marker, Pattern, PatternKind};
use gradus_model::value::Bindings;
use std::borrow::Cow;

/// Judges a header by name, whatever its case. Several values are judged joined by `, `; of `set-cookie`, which cannot be
/// joined (RFC 6265 §3), any one may fit.
pub(super) fn judge(
    name: &str,
    pattern: &Pattern,
    headers: &[(String, Vec<u8>)],
    bindings: &Bindings,
) -> Vec<Miss> {
    let path = format!("headers.{}", name.to_ascii_lowercase());
    let all: Vec<Cow<'_, str>> = values(headers, name).collect();
    match all.as_slice() {
        [] => pattern::judge_written(pattern, None, &path, bindings),
        [only] => pattern::judge_written(pattern, Some(only), &path, bindings),
        several if name.eq_ignore_ascii_case("set-cookie") => cookies(pattern, several, &path, bindings),
        several => pattern::judge_written(pattern, Some(&several.join(", ")), &path, bindings),
    }
}

/// The values of a header, in order.
pub(crate) fn values<'h>(headers: &'h [(String, Vec<u8>)], name: &str) -> impl Iterator<Item = Cow<'h, str>> {
    headers.iter().filter(move |(there, _)| there.eq_ignore_ascii_case(name)).map(|(_, value)| decode(value))
}

/// A header's value as text: UTF-8 if it is, else each byte a character (ISO 8859-1, as HTTP once had it).
fn decode(value: &[u8]) -> Cow<'_, str> {
    let value = value.trim_ascii();
    match std::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.iter().map(|byte| char::from(*byte)).collect()),
    }
}

fn cookies(pattern: &Pattern, several: &[Cow<'_, str>], path: &str, bindings: &Bindings) -> Vec<Miss> {
    let misses_of = |value: &Cow<'_, str>| pattern::judge_written(pattern, Some(value), path, bindings);
    if matches!(pattern.kind, PatternKind::Not(_) | PatternKind::Marker(Marker::Absent)) {
        // "No cookie is so" must not be met by one cookie that is otherwise.
        return several.iter().map(misses_of).find(|misses| !misses.is_empty()).unwrap_or_default();
    }
    if several.iter().any(|value| pattern::fits_written(pattern, value, bindings)) {
        return Vec::new();
    }
    let nearest = several.iter().map(misses_of).min_by_key(Vec::len);
    let mut misses = nearest.unwrap_or_default();
    if let Some(first) = misses.first_mut() {
        first.remark(&format!("none of {} such headers fits", several.len()));
    }
    misses
}
