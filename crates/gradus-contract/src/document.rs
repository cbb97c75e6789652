//! The tree of a document, places in it, and where they stand in the file.

use crate::pointer::Pointer;
use gradus_model::source::{Span, Spanned};
use gradus_model::tree::{Node, NodeKind};

/// The version of OpenAPI that a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// 3.0: a dialect of its own of JSON Schema.
    V30,
    /// 3.1: JSON Schema 2020-12.
    V31,
}

/// Bytes of a value that is underlined whole.
const SHORT: usize = 60;

/// A whole document.
#[derive(Debug)]
pub struct Document {
    root: Node,
    /// Where each line ends.
    ends: Vec<usize>,
}

/// A node of a document and the way to it.
#[derive(Clone, Debug)]
pub struct At<'d> {
    /// The node.
    pub node: &'d Node,
    /// The way.
    pub pointer: Pointer,
}

impl Document {
    /// With the text that the tree was read from.
    pub fn new(root: Node, text: &str) -> Self {
        Self { root, ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    /// The root.
    pub fn root(&self) -> At<'_> {
        At { node: &self.root, pointer: Pointer::default() }
    }

    /// What stands at a place.
    pub fn at(&self, pointer: &Pointer) -> Option<At<'_>> {
        let mut node = &self.root;
        for step in &pointer.0 {
            node = inner(node, step)?.1;
        }
        Some(At { node, pointer: pointer.clone() })
    }

    /// Where a place stands in the file, or the nearest that is there: the value if it is short, the key that leads to it or its
    /// first entry otherwise.
    pub fn span(&self, pointer: &Pointer) -> Span {
        let (mut node, mut key) = (&self.root, None);
        for step in &pointer.0 {
            match inner(node, step) {
                Some((name, next)) => (node, key) = (next, name.map(|name| name.span)),
                None => break,
            }
        }
        let Span { start, end, .. } = node.span;
        let is_short = (1..=SHORT).contains(&(end - start)) && self.line(start) == self.line(end);
        match (&node.kind, key) {
            _ if is_short => node.span,
            (_, Some(key)) => key,
            (NodeKind::Map(entries), None) => entries.first().map_or(node.span, |(key, _)| key.span),
            _ => node.span,
        }
    }

    fn line(&self, at: usize) -> usize {
        self.ends.partition_point(|end| *end < at)
    }
}

/// The key and the value at a step.
fn inner<'d>(node: &'d Node, step: &str) -> Option<(Option<&'d Spanned<String>>, &'d Node)> {
    match &node.kind {
        NodeKind::Map(entries) => {
            entries.iter().find(|(key, _)| key.value == step).map(|(key, node)| (Some(key), node))
        }
        NodeKind::List(items) => Some((None, items.get(step.parse::<usize>().ok()?)?)),
        _ => None,
    }
}

impl<'d> At<'d> {
    /// What stands at a key.
    pub fn get(&self, key: &str) -> Option<At<'d>> {
        let (_, node) = inner(self.node, key)?;
        Some(At { node, pointer: self.pointer.child(key) })
    }

    /// The entries of a map, none for anything else.
    pub fn entries(&self) -> impl Iterator<Item = (&'d Spanned<String>, At<'d>)> + use<'d> {
        let entries: &'d [(Spanned<String>, Node)] = match &self.node.kind {
            NodeKind::Map(entries) => entries,
            _ => &[],
        };
        let pointer = self.pointer.clone();
        entries.iter().map(move |(key, node)| (key, At { node, pointer: pointer.child(&key.value) }))
    }

    /// The items of a list, none for anything else.
    pub fn items(&self) -> impl Iterator<Item = At<'d>> + use<'d> {
        let items: &'d [Node] = match &self.node.kind {
            NodeKind::List(items) => items,
            _ => &[],
        };
        let pointer = self.pointer.clone();
        let at = move |(index, node)| At { node, pointer: pointer.child(&format!("{index}")) };
        items.iter().enumerate().map(at)
    }

    /// The text, if it is text.
    pub fn text(&self) -> Option<&'d str> {
        match &self.node.kind {
            NodeKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What it says, if it is `true` or `false`.
    pub fn flag(&self) -> Option<bool> {
        match self.node.kind {
            NodeKind::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        matches!(self.node.kind, NodeKind::List(_))
    }

    /// Whether it is a map.
    pub fn is_map(&self) -> bool {
        matches!(self.node.kind, NodeKind::Map(_))
    }
}
