//! The stack machine that reads JSON. Its stack is a `Vec`, so depth costs heap, within a limit, and never the thread's stack.

use super::{Problem, Read, ReadError, ReadLimits, string};
use crate::pattern::path;
use gradus_model::json::Json;
use std::collections::HashSet;

/// Where an object is so long that looking for duplicates goes by hash.
const LONG_OBJECT: usize = 16;
const MOST_DUPLICATES: usize = 50;

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    limits: ReadLimits,
    values: usize,
    open: Vec<Open>,
    duplicates: Vec<String>,
}

/// A list or object that has begun and not ended.
enum Open {
    List(Vec<Json>),
    Object { entries: Vec<(String, Json)>, key: String, keys: HashSet<String> },
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, limits: ReadLimits) -> Self {
        Self { text, at: 0, limits, values: 0, open: Vec::new(), duplicates: Vec::new() }
    }

    pub(super) fn read(mut self) -> Result<Read, ReadError> {
        let mut done = self.value()?;
        loop {
            // Each turn either has a whole value to put into what is open, or has just opened something.
            done = match (done, self.open.pop()) {
                (Some(value), None) => return self.end(value),
                (Some(value), Some(open)) => self.put(open, value)?,
                (None, Some(open)) => self.begin(open)?,
                (None, None) => return Err(self.expected("a value")),
            };
        }
    }

    fn end(mut self, value: Json) -> Result<Read, ReadError> {
        self.blanks();
        if self.at < self.text.len() {
            return Err(self.expected("the end of the text"));
        }
        Ok(Read { value, duplicates: self.duplicates })
    }

    /// Reads a value; `None` when it opened a list or an object.
    fn value(&mut self) -> Result<Option<Json>, ReadError> {
        self.blanks();
        self.values += 1;
        if self.values > self.limits.values {
            return Err(self.problem(Problem::TooMany(self.limits.values)));
        }
        match self.peek() {
            Some(b'"') => string::read(self).map(|text| Some(Json::String(text))),
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            Some(b'[') => self.open(Open::List(Vec::new())),
            Some(b'{') => {
                self.open(Open::Object { entries: Vec::new(), key: String::new(), keys: HashSet::new() })
            }
            _ => self.word().map(Some),
        }
    }

    fn open(&mut self, open: Open) -> Result<Option<Json>, ReadError> {
        if self.open.len() >= self.limits.depth {
            return Err(self.problem(Problem::TooDeep(self.limits.depth)));
        }
        self.at += 1;
        self.open.push(open);
        Ok(None)
    }

    /// After `[` or `{`.
    fn begin(&mut self, open: Open) -> Result<Option<Json>, ReadError> {
        self.blanks();
        match open {
            Open::List(items) if self.take(b']') => Ok(Some(Json::Array(items))),
            Open::Object { entries, .. } if self.take(b'}') => Ok(Some(Json::Object(entries))),
            open => self.next(open, "a key in quotes or `}`"),
        }
    }

    /// After a value within a list or an object.
    fn put(&mut self, mut open: Open, value: Json) -> Result<Option<Json>, ReadError> {
        let (close, wanted) = match &mut open {
            Open::List(items) => {
                items.push(value);
                (b']', "`,` or `]`")
            }
            Open::Object { entries, key, .. } => {
                entries.push((std::mem::take(key), value));
                (b'}', "`,` or `}`")
            }
        };
        self.blanks();
        if self.take(close) {
            return Ok(Some(match open {
                Open::List(items) => Json::Array(items),
                Open::Object { entries, .. } => Json::Object(entries),
            }));
        }
        if !self.take(b',') {
            return Err(self.expected(wanted));
        }
        self.next(open, "a key in quotes")
    }

    /// Reads the next entry of what is open, as far as its value.
    fn next(&mut self, mut open: Open, wanted_key: &'static str) -> Result<Option<Json>, ReadError> {
        if let Open::Object { entries, key, keys } = &mut open {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.expected(wanted_key));
            }
            *key = string::read(self)?;
            if stands_already(entries, keys, key) {
                self.duplicate(key);
            }
            self.blanks();
            if !self.take(b':') {
                return Err(self.expected("`:`"));
            }
        }
        self.open.push(open);
        // A value that opens something pushes itself above; one that is whole finds this on top.
        self.value()
    }

    fn duplicate(&mut self, key: &str) {
        if self.duplicates.len() >= MOST_DUPLICATES {
            return;
        }
        let mut place = String::new();
        for open in &self.open {
            match open {
                Open::List(items) => path::write_index(&mut place, items.len()),
                Open::Object { key, .. } => path::write_key(&mut place, key),
            }
        }
        path::write_key(&mut place, key);
        if !self.duplicates.contains(&place) {
            self.duplicates.push(place);
        }
    }

    fn word(&mut self) -> Result<Json, ReadError> {
        for (word, value) in [("true", Json::Bool(true)), ("false", Json::Bool(false)), ("null", Json::Null)]
        {
            let rest = &self.text[self.at..];
            if rest.starts_with(word) && !rest[word.len()..].starts_with(|next: char| next.is_alphanumeric())
            {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.expected("a value"))
    }

    fn number(&mut self) -> Result<Json, ReadError> {
        let start = self.at;
        self.take(b'-');
        let whole = self.at;
        self.digits()?;
        if self.at - whole > 1 && self.text.as_bytes()[whole] == b'0' {
            self.at = whole;
            return Err(self.problem(Problem::LeadingZero));
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Ok(Json::Number(self.text[start..self.at].to_owned()))
    }

    fn digits(&mut self) -> Result<(), ReadError> {
        let count = self.text.as_bytes()[self.at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        if count == 0 { Err(self.expected("a digit")) } else { Ok(()) }
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    pub(super) fn problem(&self, problem: Problem) -> ReadError {
        ReadError::at(self.text.as_bytes(), self.at, problem)
    }

    pub(super) fn expected(&self, wanted: &'static str) -> ReadError {
        let rest = &self.text[self.at..];
        let word: String = rest.chars().take(16).take_while(|next| next.is_alphanumeric()).collect();
        let found = match rest.chars().next() {
            Some(first) if word.is_empty() => Some(first.escape_debug().to_string()),
            Some(_) => Some(word),
            None => None,
        };
        self.problem(Problem::Expected { wanted, found })
    }
}

/// Whether the key stands in the object already; `keys` is filled only once the object is long.
fn stands_already(entries: &[(String, Json)], keys: &mut HashSet<String>, key: &str) -> bool {
    if entries.len() < LONG_OBJECT {
        return entries.iter().any(|(name, _)| name == key);
    }
    if keys.is_empty() {
        keys.extend(entries.iter().map(|(name, _)| name.clone()));
    }
    !keys.insert(key.to_owned())
}
