//! From nodes to values: what is missing, unknown or of the wrong kind is noted, and reading goes on.

use crate::diagnostic::Diagnostic;
use crate::duration::{parse_duration, parse_size};
use crate::source::{Span, Spanned};
use crate::tree::{Node, NodeKind};
use std::time::Duration;

/// The mistakes found so far.
#[derive(Debug, Default)]
pub struct Problems(pub Vec<Diagnostic>);

impl Problems {
    /// Notes a mistake.
    pub fn add(&mut self, problem: Diagnostic) {
        self.0.push(problem);
    }

    /// Notes that something else was expected here.
    pub fn expected(&mut self, what: &str, node: &Node) {
        self.add(Diagnostic::new(format!("expected {what}, found {}", node.describe()), node.span));
    }

    /// All of them, in the file's order.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort_by_key(|problem| problem.span);
        self.0.dedup_by(|one, other| one.span == other.span && one.message == other.message);
        self.0
    }
}

/// The keys of a map; those that nobody takes are unknown.
pub struct Fields<'n> {
    entries: Vec<(&'n Spanned<String>, &'n Node)>,
    known: Vec<&'static str>,
    /// Where the map begins: its first key, or all of it when it has none.
    pub head: Span,
}

impl<'n> Fields<'n> {
    /// The keys of a node, which should be a map.
    pub fn of(node: &'n Node, what: &str, problems: &mut Problems) -> Option<Self> {
        match &node.kind {
            NodeKind::Map(entries) => Some(Self {
                entries: entries.iter().map(|(key, value)| (key, value)).collect(),
                known: Vec::new(),
                head: entries.first().map_or(node.span, |(key, _)| key.span),
            }),
            _ => {
                problems.expected(what, node);
                None
            }
        }
    }

    /// The value at a key, if it is there.
    pub fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.take_entry(key).map(|(_, node)| node)
    }

    /// The key and the value at it, if it is there.
    pub fn take_entry(&mut self, key: &'static str) -> Option<(&'n Spanned<String>, &'n Node)> {
        self.known.push(key);
        let at = self.entries.iter().position(|(name, _)| name.value == key)?;
        Some(self.entries.remove(at))
    }

    /// The value at a key that must be there.
    pub fn require(&mut self, key: &'static str, problems: &mut Problems) -> Option<&'n Node> {
        let node = self.take(key);
        if node.is_none() {
            problems.add(Diagnostic::new(format!("the key `{key}` is missing"), self.head));
        }
        node
    }

    /// Leaves out a key that was spoken of already.
    pub fn forget(&mut self, key: &str) {
        self.entries.retain(|(name, _)| name.value != key);
    }

    /// Notes every key that nobody took.
    pub fn finish(self, problems: &mut Problems) {
        for (key, _) in self.entries {
            let problem = Diagnostic::new(format!("unknown key `{}`", key.value), key.span);
            problems.add(match nearest(&key.value, self.known.iter().copied()) {
                Some(known) => problem.help(format!("did you mean `{known}`?")),
                None => problem.help(format!("known here: {}", self.known.join(", "))),
            });
        }
    }
}

/// The word that was probably meant, if one is near.
pub fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let limit = if word.chars().count() <= 4 { 1 } else { 2 };
    words
        .into_iter()
        .map(|known| (strsim::osa_distance(word, known), known))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Text.
pub fn text(node: &Node, problems: &mut Problems) -> Option<String> {
    match &node.kind {
        NodeKind::Text(text) => Some(text.clone()),
        _ => {
            problems.expected("text", node);
            None
        }
    }
}

/// Text that is not blank.
pub fn sentence(node: &Node, problems: &mut Problems) -> Option<String> {
    let text = text(node, problems)?;
    if text.trim().is_empty() {
        problems.add(Diagnostic::new("this is empty", node.span));
        return None;
    }
    Some(text)
}

/// A whole number of at least `least` and at most `greatest`.
pub fn whole(node: &Node, least: i64, greatest: i64, problems: &mut Problems) -> Option<i64> {
    let NodeKind::Number(text) = &node.kind else {
        problems.expected("a whole number", node);
        return None;
    };
    match text.parse::<i64>() {
        Ok(number) if (least..=greatest).contains(&number) => Some(number),
        Ok(_) if greatest == i64::MAX || greatest == i64::from(u32::MAX) => {
            problems.add(Diagnostic::new(format!("expected a whole number of at least {least}"), node.span));
            None
        }
        _ => {
            problems.add(Diagnostic::new(
                format!("expected a whole number from {least} to {greatest}"),
                node.span,
            ));
            None
        }
    }
}

/// `150ms`, `2s`, `1m`.
pub fn duration(node: &Node, problems: &mut Problems) -> Option<Duration> {
    let text = match &node.kind {
        NodeKind::Text(text) => text.as_str(),
        NodeKind::Number(text) => text.as_str(),
        _ => "",
    };
    let duration = parse_duration(text).filter(|duration| !duration.is_zero());
    if duration.is_none() {
        problems.add(
            Diagnostic::new("expected a duration", node.span).help("write it with its unit: 150ms, 2s, 1m"),
        );
    }
    duration
}

/// `64 KiB`, `20 MiB`.
pub fn size(node: &Node, problems: &mut Problems) -> Option<u64> {
    let size = match &node.kind {
        NodeKind::Text(text) => parse_size(text).filter(|bytes| *bytes > 0),
        _ => None,
    };
    if size.is_none() {
        problems.add(
            Diagnostic::new("expected a size", node.span).help("write it with its unit: 64 KiB, 512 MiB"),
        );
    }
    size
}

/// `true` or `false`; after a mistake, `true`.
pub fn flag(node: &Node, problems: &mut Problems) -> bool {
    match node.kind {
        NodeKind::Bool(flag) => flag,
        _ => {
            problems.expected("true or false", node);
            true
        }
    }
}

/// A list.
pub fn list<'n>(node: &'n Node, problems: &mut Problems) -> &'n [Node] {
    match &node.kind {
        NodeKind::List(items) => items,
        _ => {
            problems.expected("a list", node);
            &[]
        }
    }
}

/// A list of texts.
pub fn texts(node: &Node, problems: &mut Problems) -> Vec<Spanned<String>> {
    list(node, problems)
        .iter()
        .filter_map(|item| Some(Spanned::new(sentence(item, problems)?, item.span)))
        .collect()
}

/// The entries of a map.
pub fn map<'n>(node: &'n Node, problems: &mut Problems) -> &'n [(Spanned<String>, Node)] {
    match &node.kind {
        NodeKind::Map(entries) => entries,
        _ => {
            problems.expected("a map", node);
            &[]
        }
    }
}

/// One of a closed list of words.
pub fn word<T: Copy>(node: &Node, words: &[(&'static str, T)], problems: &mut Problems) -> Option<T> {
    let text = text(node, problems)?;
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let problem = Diagnostic::new(format!("`{text}` is not one of {}", known.join(", ")), node.span);
        problems.add(match nearest(&text, known.iter().copied()) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        });
    }
    found
}

/// `format: 1`.
pub fn format_one(fields: &mut Fields<'_>, problems: &mut Problems) {
    let Some(node) = fields.require("format", problems) else { return };
    if node.kind != NodeKind::Number("1".into()) {
        problems.add(
            Diagnostic::new("this format is not known", node.span)
                .help("this version of Gradus reads `format` 1"),
        );
    }
}
