//! Reads patterns, and refuses those that nothing can fail or nothing can fulfil.

use super::files::Folder;
use super::value::{is_word, operator, template, unknown};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::pattern::{Bound, Field, Marker, Pattern, PatternKind};
use crate::source::{Span, Spanned};
use crate::tree::{Node, NodeKind};
use regex::Regex;

/// The operators, with their dollar signs.
pub const OPERATORS: [&str; 17] = [
    "$regex",
    "$partial",
    "$contains",
    "$any_order",
    "$each",
    "$size",
    "$one_of",
    "$all_of",
    "$not",
    "$between",
    "$at_most",
    "$at_least",
    "$approx",
    "$json",
    "$schema",
    "$optional",
    "$absent",
];

/// Where a pattern stands: what it may be depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The value is there: an element, a body, an operand.
    Present,
    /// A key of an object that is compared exactly, or a header.
    Key,
    /// A key of `$partial`, where anything else is allowed anyway.
    PartialKey,
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
        NodeKind::Map(entries) => match operator(entries) {
            Some((key, operand)) => operation(key, operand, position, folder, problems)?,
            None => PatternKind::Object(fields(entries, Position::Key, folder, problems)),
        },
    };
    let pattern = Pattern { kind, span: node.span };
    misplaced(&pattern, position, problems);
    Some(pattern)
}

fn marker(word: &str, span: Span, problems: &mut Problems) -> Option<Marker> {
    let found = Marker::ALL.iter().find(|(name, _)| *name == &word[1..]).map(|(_, marker)| *marker);
    if found.is_none() {
        let key = Spanned::new(word.to_owned(), span);
        if OPERATORS.contains(&word) {
            problems.add(
                Diagnostic::new(format!("`{word}` needs an operand"), span)
                    .help(format!("write {{ {word}: … }}")),
            );
        } else {
            let known: Vec<String> = Marker::ALL.iter().map(|(name, _)| format!("${name}")).collect();
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            problems.add(unknown("marker", &key, &known));
        }
    }
    found
}

fn patterns(items: &[Node], folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Pattern> {
    items.iter().filter_map(|item| pattern(item, Position::Present, folder, problems)).collect()
}

fn fields(
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

fn operation(
    key: &Spanned<String>,
    operand: &Node,
    position: Position,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<PatternKind> {
    match key.value.as_str() {
        "$regex" => regex(operand, problems).map(PatternKind::Regex),
        "$partial" => {
            let fields = fields(decode::map(operand, problems), Position::PartialKey, folder, problems);
            if fields.is_empty() && matches!(operand.kind, NodeKind::Map(_)) {
                problems.add(
                    cannot_fail(operand.span, "every object has at least these keys")
                        .help("write $object if any object will do"),
                );
            }
            Some(PatternKind::Partial(fields))
        }
        "$contains" => {
            let inner = pattern(operand, Position::Present, folder, problems)?;
            if operand.kind == NodeKind::Text(String::new()) {
                problems.add(
                    cannot_fail(operand.span, "every text contains the empty text")
                        .help("write $string if any text will do"),
                );
            }
            Some(PatternKind::Contains(Box::new(inner)))
        }
        "$any_order" => {
            Some(PatternKind::AnyOrder(patterns(decode::list(operand, problems), folder, problems)))
        }
        "$each" => Some(PatternKind::Each(Box::new(pattern(operand, Position::Present, folder, problems)?))),
        "$size" => {
            let inner = pattern(operand, Position::Present, folder, problems)?;
            if let PatternKind::AtLeast(Bound::Number(least)) = &inner.kind
                && least.parse::<f64>().is_ok_and(|least| least <= 0.0)
            {
                problems.add(cannot_fail(operand.span, "no size is below 0"));
            }
            Some(PatternKind::Size(Box::new(inner)))
        }
        "$one_of" => Some(PatternKind::OneOf(alternatives(operand, folder, problems))),
        "$all_of" => Some(PatternKind::AllOf(alternatives(operand, folder, problems))),
        "$not" => {
            let inner = pattern(operand, Position::Key, folder, problems)?;
            if matches!(inner.kind, PatternKind::Marker(Marker::Absent)) {
                problems.add(
                    Diagnostic::new("`$not: $absent` says no more than `$any`", operand.span)
                        .help("write $any"),
                );
            }
            Some(PatternKind::Not(Box::new(inner)))
        }
        "$between" => between(operand, problems),
        "$at_most" => Some(PatternKind::AtMost(bound(operand, problems)?)),
        "$at_least" => Some(PatternKind::AtLeast(bound(operand, problems)?)),
        "$approx" => {
            let mut fields = Fields::of(operand, "a map with `value` and `within`", problems)?;
            let value = fields.require("value", problems).and_then(|node| bound(node, problems));
            let within = fields.require("within", problems).and_then(|node| bound(node, problems));
            fields.finish(problems);
            Some(PatternKind::Approx { value: value?, within: within? })
        }
        "$json" => Some(PatternKind::Json(Box::new(pattern(operand, Position::Present, folder, problems)?))),
        "$schema" => schema(operand, folder, problems),
        "$optional" => {
            let inner = pattern(operand, Position::Present, folder, problems)?;
            if position == Position::PartialKey && always_holds(&inner) {
                problems.add(
                    cannot_fail(operand.span, "the key may be missing, and may hold anything")
                        .help("leave the key out"),
                );
            }
            Some(PatternKind::Optional(Box::new(inner)))
        }
        _ => {
            problems.add(unknown("operator", key, &OPERATORS[..16]));
            None
        }
    }
}

fn alternatives(operand: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Pattern> {
    let found = patterns(decode::list(operand, problems), folder, problems);
    if found.is_empty() && matches!(&operand.kind, NodeKind::List(items) if items.is_empty()) {
        problems.add(Diagnostic::new("there is nothing to choose from", operand.span));
    }
    if let Some(any) = found.iter().find(|pattern| always_holds(pattern)) {
        problems.add(cannot_fail(any.span, "this fits everything"));
    }
    found
}

fn regex(operand: &Node, problems: &mut Problems) -> Option<String> {
    let text = decode::text(operand, problems)?;
    match Regex::new(&text) {
        Err(error) => {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
            problems.add(Diagnostic::new(format!("this is no regular expression: {why}"), operand.span));
            None
        }
        Ok(compiled) => {
            if fits_everything(&compiled, &text) {
                problems.add(
                    cannot_fail(operand.span, "it is found in every text")
                        .help("write $string if any text will do, or anchor it with ^ and $"),
                );
            }
            Some(text)
        }
    }
}

/// An expression that is found in the empty text is found everywhere, unless it is anchored to both ends.
fn fits_everything(compiled: &Regex, text: &str) -> bool {
    compiled.is_match("")
        && compiled.is_match("\u{1}x \u{10fffd}")
        && !text.contains('$')
        && !text.contains("\\z")
}

fn between(operand: &Node, problems: &mut Problems) -> Option<PatternKind> {
    let [from, to] = decode::list(operand, problems) else {
        if matches!(operand.kind, NodeKind::List(_)) {
            problems.add(
                Diagnostic::new("expected two numbers", operand.span).help("for example $between: [1, 5]"),
            );
        }
        return None;
    };
    let (from, to) = (bound(from, problems)?, bound(to, problems)?);
    if let (Bound::Number(low), Bound::Number(high)) = (&from, &to)
        && low.parse::<f64>().ok() > high.parse::<f64>().ok()
    {
        problems.add(Diagnostic::new(format!("no number is between {low} and {high}"), operand.span));
    }
    Some(PatternKind::Between(from, to))
}

fn bound(node: &Node, problems: &mut Problems) -> Option<Bound> {
    match &node.kind {
        NodeKind::Number(text) => Some(Bound::Number(text.clone())),
        NodeKind::Text(text) => {
            let template = template(text, node.span, problems);
            if template.only_name().is_some() {
                return Some(Bound::Name(template));
            }
            problems.expected("a number or $(name)", node);
            None
        }
        _ => {
            problems.expected("a number or $(name)", node);
            None
        }
    }
}

fn schema(operand: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<PatternKind> {
    let node = match &operand.kind {
        NodeKind::Text(_) => {
            let (path, text) = folder.text(operand, problems)?;
            folder.json(&path.value, &text, operand.span, problems)?
        }
        _ => operand.clone(),
    };
    match &node.kind {
        NodeKind::Map(entries) if entries.is_empty() => {
            problems.add(cannot_fail(operand.span, "everything is valid by the empty schema"));
            None
        }
        NodeKind::Map(_) => Some(PatternKind::Schema(node.to_json())),
        _ => {
            problems.expected("a JSON Schema, or the path of one", operand);
            None
        }
    }
}

fn misplaced(pattern: &Pattern, position: Position, problems: &mut Problems) {
    if position != Position::Present {
        return;
    }
    match pattern.kind {
        PatternKind::Marker(Marker::Absent) => {
            problems
                .add(Diagnostic::new("`$absent` means something only at a key or a header", pattern.span));
        }
        PatternKind::Optional(_) => {
            problems
                .add(Diagnostic::new("`$optional` means something only at a key of an object", pattern.span));
        }
        _ => {}
    }
}

fn always_holds(pattern: &Pattern) -> bool {
    matches!(pattern.kind, PatternKind::Marker(Marker::Any))
}

/// An expectation that no answer can fail.
pub fn cannot_fail(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(format!("this expectation can't fail: {why}"), span)
}
