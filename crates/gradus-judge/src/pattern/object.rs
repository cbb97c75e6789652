//! Objects: exact ones and `$partial`, with keys that are missing, unexpected, or nearly spelled right.

use super::judging::{Judging, Said};
use super::path::Path;
use crate::words;
use gradus_model::json::Json;
use gradus_model::pattern::{Field, Marker, Pattern, PatternKind};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// From so many keys on, they are looked up by hash.
const LONG_OBJECT: usize = 24;

impl Judging<'_> {
    pub(super) fn object(&mut self, pattern: &Pattern, fields: &[Field], got: &Json, path: &Path<'_>) {
        let Json::Object(entries) = got else { return self.plain_miss(pattern, Some(got), path) };
        let names = self.names(fields);
        self.fields(fields, &names, entries, path);
        self.unexpected(pattern, fields, &names, entries, path);
    }

    pub(super) fn partial(&mut self, pattern: &Pattern, fields: &[Field], got: &Json, path: &Path<'_>) {
        let Json::Object(entries) = got else { return self.plain_miss(pattern, Some(got), path) };
        let names = self.names(fields);
        self.fields(fields, &names, entries, path);
    }

    fn names<'f>(&self, fields: &'f [Field]) -> Vec<Cow<'f, str>> {
        let name = |field: &'f Field| match field.key.literal() {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(field.key.fill(self.bindings)),
        };
        fields.iter().map(name).collect()
    }

    fn fields(
        &mut self,
        fields: &[Field],
        names: &[Cow<'_, str>],
        entries: &[(String, Json)],
        path: &Path<'_>,
    ) {
        let index = Index::of(entries);
        for (field, name) in fields.iter().zip(names) {
            if self.is_settled() {
                return;
            }
            let got = index.get(name);
            let here = path.key(name);
            if got.is_some() || self.fits(&field.pattern, None) {
                self.judge(&field.pattern, got, &here);
            } else {
                self.miss(&field.pattern, &here, |judging| Said {
                    note: alike(name, entries.iter().map(|(key, _)| key.as_str()), names)
                        .map(|key| format!("`{key}` is there: is it meant?")),
                    ..judging.said(&field.pattern, None)
                });
            }
        }
    }

    fn unexpected(
        &mut self,
        pattern: &Pattern,
        fields: &[Field],
        names: &[Cow<'_, str>],
        entries: &[(String, Json)],
        path: &Path<'_>,
    ) {
        let wanted: HashSet<&str> = if names.len() >= LONG_OBJECT {
            names.iter().map(|name| &**name).collect()
        } else {
            HashSet::new()
        };
        let is_wanted = |key: &str| {
            if wanted.is_empty() { names.iter().any(|name| name == key) } else { wanted.contains(key) }
        };
        // An unexpected key costs as much as a missing one, whatever else the object should have.
        let absent = Pattern { kind: PatternKind::Marker(Marker::Absent), span: pattern.span };
        for (key, value) in entries.iter().filter(|(key, _)| !is_wanted(key)) {
            if self.is_settled() {
                return;
            }
            self.miss(&absent, &path.key(key), |_| Said {
                wanted: "nothing".to_owned(),
                got: words::seen(Some(value)),
                note: Some(unexpected_key(key, fields, names, entries)),
                difference: Vec::new(),
            });
        }
    }
}

fn unexpected_key(key: &str, fields: &[Field], names: &[Cow<'_, str>], entries: &[(String, Json)]) -> String {
    let missing = names.iter().filter(|name| !entries.iter().any(|(there, _)| there == *name));
    match alike(key, missing.take(MOST_COMPARED).map(|name| &**name), &[]) {
        Some(name) if !fields.is_empty() => format!("an unexpected key: is `{name}` meant?"),
        _ => "an unexpected key".to_owned(),
    }
}

const MOST_COMPARED: usize = 64;
/// From 0 to 1: a letter more or less, or two in another order, in a name of three.
const NEAR: f64 = 0.66;

/// The key most like a missing one, if one is near, and it is not itself wanted.
fn alike<'k>(name: &str, keys: impl Iterator<Item = &'k str>, wanted: &[Cow<'_, str>]) -> Option<&'k str> {
    if name.len() > 64 {
        return None;
    }
    let candidates = keys.take(MOST_COMPARED).filter(|key| key.len() <= 64);
    let candidates: Vec<&str> = candidates.filter(|key| !wanted.iter().any(|name| name == key)).collect();
    let bare = |key: &str| key.replace(['_', '-', ' '], "").to_lowercase();
    candidates.iter().find(|key| bare(key) == bare(name)).copied().or_else(|| {
        let likeness = |key: &str| strsim::normalized_damerau_levenshtein(name, key);
        let near = candidates.iter().map(|key| (likeness(key), *key));
        near.filter(|(likeness, _)| *likeness >= NEAR).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, key)| key)
    })
}

/// The entries of an object by key; of duplicates, the first.
enum Index<'v> {
    Short(&'v [(String, Json)]),
    Long(HashMap<&'v str, &'v Json>),
}

impl<'v> Index<'v> {
    fn of(entries: &'v [(String, Json)]) -> Self {
        if entries.len() < LONG_OBJECT {
            return Index::Short(entries);
        }
        Index::Long(entries.iter().rev().map(|(key, value)| (key.as_str(), value)).collect())
    }

    fn get(&self, key: &str) -> Option<&'v Json> {
        match self {
            Index::Short(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            Index::Long(entries) => entries.get(key).copied(),
        }
    }
}
