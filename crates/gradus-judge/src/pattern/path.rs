//! Where in a value a judgement is: a chain on the stack, written out only when something is missed there.

use crate::words;
use std::fmt::{self, Write};

/// A place within a value: `json.items[0]["a b"]`.
#[derive(Clone, Copy)]
pub(crate) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    part: Part<'p>,
}

#[derive(Clone, Copy)]
enum Part<'p> {
    Root(&'p str),
    Key(&'p str),
    Index(usize),
    /// The JSON that a string holds.
    Inner,
}

impl<'p> Path<'p> {
    pub(crate) fn root(at: &'p str) -> Self {
        Self { parent: None, part: Part::Root(at) }
    }

    pub(crate) fn key(&'p self, key: &'p str) -> Self {
        Self { parent: Some(self), part: Part::Key(key) }
    }

    pub(crate) fn index(&'p self, index: usize) -> Self {
        Self { parent: Some(self), part: Part::Index(index) }
    }

    pub(crate) fn inner(&'p self) -> Self {
        Self { parent: Some(self), part: Part::Inner }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.part {
            Part::Root(at) => f.write_str(at),
            Part::Key(key) if is_plain(key) => write!(f, ".{key}"),
            Part::Key(key) => write!(f, "[{}]", words::quoted(key)),
            Part::Index(index) => write!(f, "[{index}]"),
            Part::Inner => f.write_str(".$json"),
        }
    }
}

/// Adds `.key` or `["a key"]`.
pub(crate) fn write_key(path: &mut String, key: &str) {
    let root = Path::root("");
    let _ = write!(path, "{}", root.key(key));
}

/// Adds `[0]`.
pub(crate) fn write_index(path: &mut String, index: usize) {
    let _ = write!(path, "[{index}]");
}

fn is_plain(key: &str) -> bool {
    let mut characters = key.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|next| next.is_ascii_alphanumeric() || next == '_' || next == '-')
        && key.len() <= 64
}
