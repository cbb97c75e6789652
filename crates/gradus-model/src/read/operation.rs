//! Reads operators of patterns and their operands.

use super::files::Folder;
use super::pattern::{Position, fields, pattern, patterns};
use super::regex::regex;
use super::sense::{self, always_holds, cannot_fail, cannot_hold};
use super::template::{template, unknown};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::pattern::{Bound, Marker, Pattern, PatternKind};
use crate::source::Spanned;
use crate::tree::{Node, NodeKind};

/// The operators, with their dollar signs.
pub const OPERATORS: [&str; 16] = [
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
];

/// Reads an operator that stands at a position.
pub fn operation(
    key: &Spanned<String>,
    operand: &Node,
    position: Position,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<PatternKind> {
    match key.value.as_str() {
        "$regex" => regex(operand, &folder.sources, problems).map(PatternKind::Regex),
        "$partial" => partial(operand, folder, problems),
        "$contains" => contains(operand, folder, problems),
        "$any_order" => {
            Some(PatternKind::AnyOrder(patterns(decode::list(operand, problems), folder, problems)))
        }
        "$each" => inner(operand, folder, problems).map(PatternKind::Each),
        "$size" => {
            let of = sense::expected(operand, &sense::SIZE, folder, problems)?;
            Some(PatternKind::Size(Box::new(of)))
        }
        "$one_of" => one_of(operand, folder, problems).map(PatternKind::OneOf),
        "$all_of" => all_of(operand, folder, problems).map(PatternKind::AllOf),
        "$not" => not(operand, folder, problems),
        "$between" => between(operand, problems),
        "$at_most" => Some(PatternKind::AtMost(bound(operand, problems)?)),
        "$at_least" => Some(PatternKind::AtLeast(bound(operand, problems)?)),
        "$approx" => approx(operand, problems),
        "$json" => inner(operand, folder, problems).map(PatternKind::Json),
        "$schema" => schema(operand, folder, problems),
        "$optional" => optional(operand, position, folder, problems),
        _ => {
            problems.add(unknown("operator", key, &OPERATORS));
            None
        }
    }
}

fn inner(operand: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Box<Pattern>> {
    pattern(operand, Position::Present, folder, problems).map(Box::new)
}

fn partial(operand: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<PatternKind> {
    let fields = fields(decode::map(operand, problems), Position::FreeKey, folder, problems);
    if matches!(&operand.kind, NodeKind::Map(entries) if entries.is_empty()) {
        problems.add(
            cannot_fail(operand.span, "every object has at least these keys")
                .help("write $object if any object will do"),
        );
    }
    Some(PatternKind::Partial(fields))
}

fn contains(operand: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<PatternKind> {
    if operand.kind == NodeKind::Text(String::new()) {
        problems.add(
            cannot_fail(operand.span, "every text contains the empty text")
                .help("write $string if any text will do"),
        );
    }
    inner(operand, folder, problems).map(PatternKind::Contains)
}

fn one_of(operand: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Vec<Pattern>> {
    let found = choices(operand, folder, problems)?;
    if sense::has_both(&found) {
        let why = "what is not one of these is another one";
        problems.add(cannot_fail(operand.span, why).help("write $any if anything will do"));
    }
    Some(found)
}

fn all_of(operand: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Vec<Pattern>> {
    let found = choices(operand, folder, problems)?;
    if sense::has_both(&found) {
        problems.add(cannot_hold(operand.span, "what is one of these is not another one"));
    }
    Some(found)
}

fn choices(operand: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Vec<Pattern>> {
    let items = decode::list(operand, problems);
    if items.is_empty() && matches!(operand.kind, NodeKind::List(_)) {
        problems.add(cannot_hold(operand.span, "there is nothing to choose from"));
    }
    let found = patterns(items, folder, problems);
    if let Some(any) = found.iter().find(|pattern| always_holds(pattern)) {
        problems.add(cannot_fail(any.span, "this fits everything").help("leave it out"));
    }
    Some(found)
}

fn not(operand: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<PatternKind> {
    if operand.kind == NodeKind::Text("$absent".into()) {
        problems.add(
            Diagnostic::new("`$not: $absent` says no more than `$any`", operand.span).help("write $any"),
        );
        return Some(PatternKind::Marker(Marker::Any));
    }
    let of = inner(operand, folder, problems)?;
    if always_holds(&of) {
        problems.add(
            cannot_hold(operand.span, "the value must be there, and every value fits").help("write $absent"),
        );
    }
    Some(PatternKind::Not(of))
}

fn optional(
    operand: &Node,
    position: Position,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<PatternKind> {
    let of = inner(operand, folder, problems)?;
    if position == Position::FreeKey && always_holds(&of) {
        problems.add(
            cannot_fail(operand.span, "it may be missing, and may hold anything").help("leave the key out"),
        );
    }
    Some(PatternKind::Optional(of))
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
        let why = format!("no number is between {low} and {high}");
        problems.add(cannot_hold(operand.span, &why).help("write the lesser one first"));
    }
    Some(PatternKind::Between(from, to))
}

fn approx(operand: &Node, problems: &mut Problems) -> Option<PatternKind> {
    let mut fields = Fields::of(operand, "a map with `value` and `within`", problems)?;
    let value = fields.require("value", problems).and_then(|node| bound(node, problems));
    let within_node = fields.require("within", problems);
    let within = within_node.and_then(|node| bound(node, problems));
    fields.finish(problems);
    if let (Some(node), Some(Bound::Number(within))) = (within_node, &within)
        && within.parse::<f64>().is_ok_and(|within| within < 0.0)
    {
        problems.add(cannot_hold(node.span, "no distance is below 0"));
    }
    Some(PatternKind::Approx { value: value?, within: within? })
}

fn bound(node: &Node, problems: &mut Problems) -> Option<Bound> {
    if let NodeKind::Number(text) = &node.kind {
        return Some(Bound::Number(text.clone()));
    }
    if let NodeKind::Text(text) = &node.kind {
        let template = template(text, node.span, problems);
        if template.only_name().is_some() {
            return Some(Bound::Name(template));
        }
    }
    problems.expected("a number or $(name)", node);
    None
}

fn schema(operand: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<PatternKind> {
    let node = match &operand.kind {
        NodeKind::Text(_) => {
            let (path, text) = folder.text(operand, problems)?;
            folder.json(&path.value, &text, problems)?
        }
        _ => operand.clone(),
    };
    match &node.kind {
        NodeKind::Map(entries) if entries.is_empty() => {
            problems.add(cannot_fail(operand.span, "everything is valid by the empty schema"));
            None
        }
        NodeKind::Map(_) => {
            let schema = node.to_json();
            if sense::asks_nothing(&schema) {
                problems.add(
                    cannot_fail(operand.span, "no keyword of this schema asks for anything")
                        .help("say what a value must be: type, required, properties, enum"),
                );
            }
            Some(PatternKind::Schema(schema))
        }
        _ => {
            problems.expected("a JSON Schema, or the path of one", operand);
            None
        }
    }
}
