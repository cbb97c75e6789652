//! Our strict subset of YAML 1.2: no anchors, aliases, tags, merge keys or several documents; only JSON's scalars are
//! anything but text; bounded size, depth and count.

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span, Spanned};
use crate::tree::{Node, NodeKind, is_json_number};
use granit_parser::{Event, Parser, ScalarStyle};

const MAX_BYTES: usize = 1 << 20;
const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 100_000;

/// Reads a document. The mistakes are all that could be found; after a syntax error nothing more is.
pub fn parse(text: &str, source: SourceId) -> Result<Node, Vec<Diagnostic>> {
    if text.len() > MAX_BYTES {
        let at = Span { source, start: 0, end: 0 };
        return Err(vec![Diagnostic::new(format!("the file is larger than {MAX_BYTES} bytes"), at)]);
    }
    let mut builder = Builder { text, source, open: Vec::new(), root: None, problems: Vec::new(), nodes: 0 };
    for next in Parser::new_from_str(text) {
        match next {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                let span = builder.span(range.start, range.end);
                if builder.event(event, span).is_err() {
                    break;
                }
            }
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
                let span = builder.span(at, (at + 1).min(text.len()));
                builder.problems.push(Diagnostic::new(format!("this is not YAML: {}", error.info()), span));
                break;
            }
        }
    }
    match builder.root {
        Some(root) if builder.problems.is_empty() => Ok(root),
        None if builder.problems.is_empty() => {
            Err(vec![Diagnostic::new("the file is empty", Span { source, start: 0, end: 0 })])
        }
        _ => Err(builder.problems),
    }
}

struct Builder<'a> {
    text: &'a str,
    source: SourceId,
    open: Vec<Open>,
    root: Option<Node>,
    problems: Vec<Diagnostic>,
    nodes: usize,
}

enum Open {
    List { items: Vec<Node>, start: usize },
    Map { entries: Vec<(Spanned<String>, Node)>, key: Option<Spanned<String>>, start: usize },
}

/// Reading can't go on.
struct Stop;

impl Builder<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span { source: self.source, start, end }
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        self.refuse_properties(&event, span);
        match event {
            Event::Scalar(value, style, ..) => {
                let node = Node { kind: scalar(&value, style), span: self.trimmed(span) };
                self.node(node)
            }
            Event::SequenceStart(..) => self.begin(Open::List { items: Vec::new(), start: span.start }, span),
            Event::MappingStart(..) => {
                self.begin(Open::Map { entries: Vec::new(), key: None, start: span.start }, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.problems
                    .push(Diagnostic::new("aliases are not used here", span).help("write the value out"));
                self.node(Node { kind: NodeKind::Null, span })
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                self.problems.push(
                    Diagnostic::new("a second document begins here", span)
                        .help("one file holds one document"),
                );
                Err(Stop)
            }
            _ => Ok(()),
        }
    }

    fn refuse_properties(&mut self, event: &Event<'_>, span: Span) {
        if event.tag().is_some() {
            self.problems
                .push(Diagnostic::new("tags are not used here", span).help("leave out the word with `!`"));
        }
        if event.anchor_id().is_some_and(|id| id != 0) && !event.is_alias() {
            self.problems.push(
                Diagnostic::new("anchors are not used here", span)
                    .help("write the value out where it is needed"),
            );
        }
    }

    fn begin(&mut self, open: Open, span: Span) -> Result<(), Stop> {
        if self.open.len() >= MAX_DEPTH {
            self.problems
                .push(Diagnostic::new(format!("this is nested deeper than {MAX_DEPTH} levels"), span));
            return Err(Stop);
        }
        if matches!(self.open.last(), Some(Open::Map { key: None, .. })) {
            self.problems.push(Diagnostic::new("a key must be text", span));
            return Err(Stop);
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self, span: Span) -> Result<(), Stop> {
        let node = match self.open.pop() {
            Some(Open::List { items, start }) => {
                Node { kind: NodeKind::List(items), span: self.whole(start, span) }
            }
            Some(Open::Map { entries, start, .. }) => {
                Node { kind: NodeKind::Map(entries), span: self.whole(start, span) }
            }
            None => return Err(Stop),
        };
        self.node(node)
    }

    fn node(&mut self, node: Node) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.problems
                .push(Diagnostic::new(format!("the file has more than {MAX_NODES} values"), node.span));
            return Err(Stop);
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { key: key @ None, .. }) => {
                *key = Some(Spanned::new(key_text(&node, self.text), node.span));
            }
            Some(Open::Map { entries, key, .. }) => {
                if let Some(key) = key.take() {
                    if key.value == "<<" {
                        self.problems.push(
                            Diagnostic::new("merge keys are not used here", key.span)
                                .help("write the keys out"),
                        );
                    } else if entries.iter().any(|(other, _)| other.value == key.value) {
                        self.problems.push(Diagnostic::new(
                            format!("the key `{}` stands here twice", key.value),
                            key.span,
                        ));
                    } else {
                        entries.push((key, node));
                    }
                }
            }
        }
        Ok(())
    }

    /// From the first byte to the last one that is neither blank nor a line end.
    fn whole(&self, start: usize, end: Span) -> Span {
        self.trimmed(self.span(start, end.end.max(start)))
    }

    fn trimmed(&self, span: Span) -> Span {
        let end = span.end.min(self.text.len());
        let start = span.start.min(end);
        let length = self.text.get(start..end).map_or(0, |text| text.trim_end().len());
        Span { start, end: start + length, ..span }
    }
}

/// Keys are text, also those that would be numbers.
fn key_text(node: &Node, text: &str) -> String {
    match &node.kind {
        NodeKind::Text(key) => key.clone(),
        _ => text.get(node.span.start..node.span.end).unwrap_or("").to_owned(),
    }
}

fn scalar(value: &str, style: ScalarStyle) -> NodeKind {
    if style != ScalarStyle::Plain {
        return NodeKind::Text(value.to_owned());
    }
    match value {
        "" | "null" => NodeKind::Null,
        "true" => NodeKind::Bool(true),
        "false" => NodeKind::Bool(false),
        number if is_json_number(number) => NodeKind::Number(number.to_owned()),
        text => NodeKind::Text(text.to_owned()),
    }
}
