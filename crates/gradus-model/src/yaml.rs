//! Our strict subset of YAML 1.2: no anchors, aliases, tags, merge keys, directives or several documents; only JSON's
//! scalars are anything but text; bounded size, depth and count. It knows no key of any file.

use crate::decode::Problems;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span, Spanned};
use crate::tree::{MAX_DEPTH, MAX_NODES, Node, NodeKind, is_json_number, too_large};
use granit_parser::{Event, Parser, ScalarStyle};
use std::collections::HashSet;

/// Reads a document; `language` is what the file calls itself, `YAML` or `JSON`. There is a tree unless the text is
/// beyond the grammar; what the grammar has but this subset does not is noted, and left out of the tree.
pub fn parse(text: &str, source: SourceId, language: &str, problems: &mut Problems) -> Option<Node> {
    if let Some(problem) = too_large(text, source) {
        problems.add(problem);
        return None;
    }
    let mut builder = Builder { text, source, open: Vec::new(), root: None, problems, nodes: 0 };
    let options = granit_parser::options! { disallow_directives: true, emit_unresolved_aliases: true };
    for next in Parser::new_from_str_with_options(text, options) {
        match next {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                let span = builder.span(range.start, range.end);
                if builder.event(event, span).is_err() {
                    return None;
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len());
                let span = builder.character(at);
                builder
                    .problems
                    .add(Diagnostic::new(format!("this is not {language}: {}", error.info()), span));
                return None;
            }
        }
    }
    let root = builder.root;
    if root.is_none() {
        problems.add(Diagnostic::new("the file is empty", Span { source, start: 0, end: 0 }));
    }
    root
}

struct Builder<'t, 'p> {
    text: &'t str,
    source: SourceId,
    open: Vec<Open>,
    root: Option<Node>,
    problems: &'p mut Problems,
    nodes: usize,
}

enum Open {
    List { items: Vec<Node>, start: usize },
    Map(OpenMap),
}

struct OpenMap {
    entries: Vec<(Spanned<String>, Node)>,
    seen: HashSet<String>,
    key: Option<Spanned<String>>,
    start: usize,
}

/// Reading can't go on.
struct Stop;

impl Builder<'_, '_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span { source: self.source, start, end }
    }

    /// The character at an offset, or nothing at the end of the text.
    fn character(&self, at: usize) -> Span {
        let rest = self.text.get(at..).unwrap_or("");
        let start = self.text.len() - rest.len();
        self.span(start, start + rest.chars().next().map_or(0, char::len_utf8))
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        self.refuse_properties(&event, span);
        match event {
            Event::Scalar(value, style, ..) => {
                let span = self.trimmed(span);
                self.node(Node { kind: scalar(&value, style, span), span })
            }
            Event::SequenceStart(..) => self.begin(Open::List { items: Vec::new(), start: span.start }, span),
            Event::MappingStart(..) => {
                let map = OpenMap { entries: Vec::new(), seen: HashSet::new(), key: None, start: span.start };
                self.begin(Open::Map(map), span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse("aliases are not used here", span, "write the value out, or quote the text");
                self.node(Node { kind: NodeKind::Null, span })
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                self.refuse("a second document begins here", span, "one file holds one document");
                Err(Stop)
            }
            _ => Ok(()),
        }
    }

    fn refuse(&mut self, message: &str, span: Span, help: &str) {
        self.problems.add(Diagnostic::new(message, span).help(help));
    }

    fn refuse_properties(&mut self, event: &Event<'_>, span: Span) {
        if event.tag().is_some() {
            self.refuse("tags are not used here", span, "leave out the word with `!`, or quote the text");
        }
        if event.anchor_id().is_some_and(|id| id != 0) && !event.is_alias() {
            self.refuse("anchors are not used here", span, "leave out the word with `&`, or quote the text");
        }
    }

    fn begin(&mut self, open: Open, span: Span) -> Result<(), Stop> {
        if self.open.len() >= MAX_DEPTH {
            let message = format!("this is nested deeper than {MAX_DEPTH} levels");
            self.problems.add(Diagnostic::new(message, span));
            return Err(Stop);
        }
        if matches!(self.open.last(), Some(Open::Map(OpenMap { key: None, .. }))) {
            self.problems.add(Diagnostic::new("a key must be text", span));
            return Err(Stop);
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self, end: Span) -> Result<(), Stop> {
        let (kind, start, last) = match self.open.pop() {
            Some(Open::List { items, start }) => {
                let last = items.last().map(|item| item.span.end);
                (NodeKind::List(items), start, last)
            }
            Some(Open::Map(map)) => {
                let last = map.entries.last().map(|(key, node)| key.span.end.max(node.span.end));
                (NodeKind::Map(map.entries), map.start, last)
            }
            None => return Err(Stop),
        };
        // What ends a block is only seen after the comments below it; a bracket is where it stands.
        let end = last.filter(|_| end.start == end.end).unwrap_or(end.end);
        self.node(Node { kind, span: self.span(start, end.max(start)) })
    }

    fn node(&mut self, node: Node) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let message = format!("the file has more than {MAX_NODES} values");
            self.problems.add(Diagnostic::new(message, node.span));
            return Err(Stop);
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map(map)) => match map.key.take() {
                None => map.key = Some(Spanned::new(key_text(&node, self.text), node.span)),
                Some(key) => entry(map, key, node, self.problems),
            },
        }
        Ok(())
    }

    /// A span without the blanks and line ends at its end, which block scalars reach over.
    fn trimmed(&self, span: Span) -> Span {
        let end = span.end.min(self.text.len());
        let start = span.start.min(end);
        let length = self.text.get(start..end).map_or(0, |text| text.trim_end().len());
        Span { start, end: start + length, ..span }
    }
}

fn entry(map: &mut OpenMap, key: Spanned<String>, node: Node, problems: &mut Problems) {
    let problem = if key.value == "<<" {
        Diagnostic::new("merge keys are not used here", key.span).help("write the keys out")
    } else if key.value.is_empty() && key.span.start == key.span.end {
        Diagnostic::new("a key is missing here", key.span)
    } else if map.seen.insert(key.value.clone()) {
        map.entries.push((key, node));
        return;
    } else {
        Diagnostic::new(format!("the key `{}` stands here twice", key.value), key.span)
            .help("keep one of them")
    };
    problems.add(problem);
}

/// Keys are text, also those that would be numbers.
fn key_text(node: &Node, text: &str) -> String {
    match &node.kind {
        NodeKind::Text(key) => key.clone(),
        _ => text.get(node.span.start..node.span.end).unwrap_or("").to_owned(),
    }
}

fn scalar(value: &str, style: ScalarStyle, span: Span) -> NodeKind {
    if style != ScalarStyle::Plain {
        return NodeKind::Text(value.to_owned());
    }
    match value {
        // The parser says `~` of a value that is not written at all.
        _ if span.start == span.end => NodeKind::Null,
        "null" => NodeKind::Null,
        "true" => NodeKind::Bool(true),
        "false" => NodeKind::Bool(false),
        number if is_json_number(number) => NodeKind::Number(number.to_owned()),
        text => NodeKind::Text(text.to_owned()),
    }
}
