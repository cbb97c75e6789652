//! The tree that YAML and TOML are both read into: JSON's kinds of values, each with its place. It knows neither.

use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::source::{SourceId, Span, Spanned};

/// Bytes of a file.
pub const MAX_BYTES: usize = 1 << 20;
/// Lists and maps within each other.
pub const MAX_DEPTH: usize = 64;
/// Values of a file, keys included.
pub const MAX_NODES: usize = 100_000;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of [`Node`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// `null`, or nothing at all after a key.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as JSON writes it.
    Number(String),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// A map, in the file's order; no key stands twice.
    Map(Vec<(Spanned<String>, Node)>),
}

impl Node {
    /// What it is, for messages: "a list".
    pub fn describe(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "nothing",
            NodeKind::Bool(_) => "a bool",
            NodeKind::Number(_) => "a number",
            NodeKind::Text(_) => "text",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }

    /// The same as JSON.
    pub fn to_json(&self) -> Json {
        match &self.kind {
            NodeKind::Null => Json::Null,
            NodeKind::Bool(value) => Json::Bool(*value),
            NodeKind::Number(text) => Json::Number(text.clone()),
            NodeKind::Text(text) => Json::String(text.clone()),
            NodeKind::List(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            NodeKind::Map(entries) => {
                Json::Object(entries.iter().map(|(key, node)| (key.value.clone(), node.to_json())).collect())
            }
        }
    }
}

/// A file with more than [`MAX_BYTES`] is not read.
pub fn too_large(text: &str, source: SourceId) -> Option<Diagnostic> {
    let at = Span { source, start: 0, end: 0 };
    (text.len() > MAX_BYTES).then(|| Diagnostic::new("the file is larger than 1 MiB", at))
}

/// Whether a text is a number by JSON's grammar (RFC 8259 §6).
pub fn is_json_number(text: &str) -> bool {
    let rest = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits(rest);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
        return false;
    }
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => match digits(fraction) {
            ("", _) => return false,
            (_, rest) => rest,
        },
    };
    match rest.strip_prefix(['e', 'E']) {
        None => rest.is_empty(),
        Some(exponent) => {
            let (power, rest) = digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
            !power.is_empty() && rest.is_empty()
        }
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}
