//! Reads patterns: literals, markers, and operators, which another file reads.

use super::files::Folder;
use super::operation::{OPERATORS, operation};
use super::template::{is_word, operator, template, unknown};
use super::value::needs_operand;
use crate::decode::Problems;
use crate::diagnostic::Diagnostic;
use crate::pattern::{Field, Marker, Pattern, PatternKind};
use crate::source::{Span, Spanned};
use crate::tree::{Node, NodeKind};

/// Where a pattern stands: what it may be depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The value is there: an element, a body, an operand.
    Present,
    /// A key of an object that is compared exactly.
    Key,
    /// A key of `$partial`, or a header, where others are allowed anyway.
    FreeKey,
}

/// Reads a pattern.
pub fn pattern(
    node: &Node,
    position: Position,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Pattern> {
    let kind = match &node.kind {
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => PatternKind::Scalar(node.to_json()),
        NodeKind::Text(word) if is_word(word) => PatternKind::Marker(marker(word, node.span, problems)?),
        NodeKind::Text(text) => PatternKind::Text(template(text, node.span, problems)),
        NodeKind::List(items) => PatternKind::List(patterns(items, folder, problems)),
        NodeKind::Map(entries) => match operator(entries, problems) {
            Some((key, operand)) => operation(key, operand, position, folder, problems)?,
            None => PatternKind::Object(fields(entries, Position::Key, folder, problems)),
        },
    };
    let pattern = Pattern { kind, span: node.span };
    if position == Position::Present {
        refuse_misplaced(&pattern, problems);
    }
    Some(pattern)
}

/// Reads the elements of a list.
pub fn patterns(items: &[Node], folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Pattern> {
    items.iter().filter_map(|item| pattern(item, Position::Present, folder, problems)).collect()
}

/// Reads the keys of an object.
pub fn fields(
    entries: &[(Spanned<String>, Node)],
    position: Position,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Vec<Field> {
    entries
        .iter()
        .filter_map(|(key, node)| {
            let key = template(&key.value, key.span, problems);
            Some(Field { key, pattern: pattern(node, position, folder, problems)? })
        })
        .collect()
}

fn marker(word: &str, span: Span, problems: &mut Problems) -> Option<Marker> {
    let found = Marker::ALL.iter().find(|(name, _)| *name == &word[1..]).map(|(_, marker)| *marker);
    if found.is_none() {
        problems.add(match OPERATORS.contains(&word) {
            true => needs_operand(word, span),
            false => {
                let known: Vec<String> = Marker::ALL.iter().map(|(name, _)| format!("${name}")).collect();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                unknown("marker", &Spanned::new(word.to_owned(), span), &known)
            }
        });
    }
    found
}

fn refuse_misplaced(pattern: &Pattern, problems: &mut Problems) {
    let word = match pattern.kind {
        PatternKind::Marker(Marker::Absent) => "$absent",
        PatternKind::Optional(_) => "$optional",
        _ => return,
    };
    problems.add(Diagnostic::new(
        format!("`{word}` means something only at a key of an object or at a header"),
        pattern.span,
    ));
}
