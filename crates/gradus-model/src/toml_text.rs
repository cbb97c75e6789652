//! TOML, read into the same tree as YAML. Dates are no kind of ours. It knows no key of any file.

use crate::decode::Problems;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span, Spanned};
use crate::tree::{Node, NodeKind, is_json_number, too_large};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// Reads a document. Every mistake of syntax is noted; there is a tree unless nothing could be read.
pub fn parse(text: &str, source: SourceId, problems: &mut Problems) -> Option<Node> {
    if let Some(problem) = too_large(text, source) {
        problems.add(problem);
        return None;
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let at = span(source, error.span().unwrap_or(0..0));
        problems.add(Diagnostic::new(format!("this is not TOML: {}", error.message()), at));
    }
    let whole = Span { source, start: 0, end: text.len() };
    // A table that was recovered may lack what stands there, so that what it seems to miss is not said.
    let root = map(table.get_ref(), source, whole, problems);
    errors.is_empty().then_some(root)
}

fn map(table: &DeTable<'_>, source: SourceId, at: Span, problems: &mut Problems) -> Node {
    let mut entries: Vec<(Spanned<String>, Node)> = table
        .iter()
        .map(|(key, value)| {
            let key = Spanned::new(key.get_ref().to_string(), span(source, key.span()));
            let node = node(value.get_ref(), source, span(source, value.span()), problems);
            (key, node)
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.span.start);
    Node { kind: NodeKind::Map(entries), span: at }
}

fn node(value: &DeValue<'_>, source: SourceId, at: Span, problems: &mut Problems) -> Node {
    let kind = match value {
        DeValue::String(text) => NodeKind::Text(text.to_string()),
        DeValue::Boolean(value) => NodeKind::Bool(*value),
        DeValue::Integer(number) => return self::number(&number.to_string(), at, problems),
        DeValue::Float(number) => return self::number(&number.to_string(), at, problems),
        DeValue::Datetime(_) => {
            problems.add(Diagnostic::new("dates are not used here", at).help("write it as text, in quotes"));
            NodeKind::Null
        }
        DeValue::Array(items) => NodeKind::List(
            items
                .iter()
                .map(|item| node(item.get_ref(), source, span(source, item.span()), problems))
                .collect(),
        ),
        DeValue::Table(table) => return map(table, source, at, problems),
    };
    Node { kind, span: at }
}

fn number(text: &str, at: Span, problems: &mut Problems) -> Node {
    if !is_json_number(text) {
        problems
            .add(Diagnostic::new("numbers are written as in JSON here", at).help("for example 512 or 0.5"));
    }
    Node { kind: NodeKind::Number(text.to_owned()), span: at }
}

fn span(source: SourceId, range: Range<usize>) -> Span {
    Span { source, start: range.start, end: range.end }
}
