//! Reads values: literals, `$(name)` and value functions.

use super::template::{operator, template, unknown};
use super::vars::GENERATORS;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::json::Json;
use crate::pattern::Marker;
use crate::source::{Span, Spanned};
use crate::tree::{Node, NodeKind};
use crate::value::{Function, Value, ValueKind};

/// The value functions, with their dollar signs.
pub const FUNCTIONS: [&str; 4] = ["$sha256", "$hmac_sha256", "$base64", "$jwt"];

/// A value.
pub fn value(node: &Node, problems: &mut Problems) -> Option<Value> {
    let kind = match &node.kind {
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => ValueKind::Scalar(node.to_json()),
        NodeKind::Text(text) => {
            refuse_word(text, node, problems);
            ValueKind::Text(template(text, node.span, problems))
        }
        NodeKind::List(items) => {
            ValueKind::List(items.iter().filter_map(|item| value(item, problems)).collect())
        }
        NodeKind::Map(entries) => match operator(entries, problems) {
            Some((key, operand)) => ValueKind::Function(function(key, operand, problems)?),
            None => ValueKind::Object(
                entries
                    .iter()
                    .filter_map(|(key, node)| {
                        Some((template(&key.value, key.span, problems), value(node, problems)?))
                    })
                    .collect(),
            ),
        },
    };
    Some(Value { kind, span: node.span })
}

/// What stands for a value that could not be read.
pub fn stand_in(span: Span) -> Value {
    Value { kind: ValueKind::Scalar(Json::Null), span }
}

/// The entries of a map of values, such as `env` or a case.
pub fn values(node: &Node, problems: &mut Problems) -> Vec<(String, Value)> {
    decode::map(node, problems)
        .iter()
        .map(|(key, node)| (key.value.clone(), value(node, problems).unwrap_or_else(|| stand_in(node.span))))
        .collect()
}

/// The entries of a map of texts: headers, a query, a form. Each is one value or a list of values, and none is a map.
pub fn texts(node: &Node, problems: &mut Problems) -> Vec<(String, Value)> {
    let found = values(node, problems);
    for (_, value) in &found {
        let items = match &value.kind {
            ValueKind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        for item in items {
            if matches!(item.kind, ValueKind::List(_) | ValueKind::Object(_)) {
                problems.add(Diagnostic::new("expected text, or a list of texts", item.span));
            }
        }
    }
    found
}

/// Markers and generators mean nothing in a value; as text they would be sent as they stand.
fn refuse_word(text: &str, node: &Node, problems: &mut Problems) {
    let Some(word) = text.strip_prefix('$') else { return };
    if GENERATORS.contains(&text) {
        problems.add(drawn_elsewhere(text, node.span));
    } else if Marker::ALL.iter().any(|(marker, _)| *marker == word) {
        problems.add(
            Diagnostic::new(format!("`{text}` means something only in `expect`"), node.span)
                .help(format!("for the text itself, write `${text}`")),
        );
    } else if FUNCTIONS.contains(&text) {
        problems.add(needs_operand(text, node.span));
    }
}

fn drawn_elsewhere(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(format!("`{word}` means something only in `vars`"), span)
        .help(format!("draw it there and write $(name); for the text itself, write `${word}`"))
}

/// "`$pick` needs an operand".
pub fn needs_operand(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(format!("`{word}` needs an operand"), span).help(format!("write {{ {word}: … }}"))
}

fn function(key: &Spanned<String>, operand: &Node, problems: &mut Problems) -> Option<Function> {
    match key.value.as_str() {
        "$sha256" => Some(Function::Sha256(Box::new(value(operand, problems)?))),
        "$base64" => Some(Function::Base64(Box::new(value(operand, problems)?))),
        "$hmac_sha256" => {
            let (key, message) = two(operand, "key", "message", problems)?;
            Some(Function::HmacSha256 { key, message })
        }
        "$jwt" => {
            let (secret, claims) = two(operand, "secret", "claims", problems)?;
            Some(Function::Jwt { secret, claims })
        }
        _ => {
            let problem = unknown("value function", key, &FUNCTIONS);
            problems.add(match GENERATORS.contains(&key.value.as_str()) {
                true => drawn_elsewhere(&key.value, key.span),
                false => problem,
            });
            None
        }
    }
}

fn two(
    operand: &Node,
    first: &'static str,
    second: &'static str,
    problems: &mut Problems,
) -> Option<(Box<Value>, Box<Value>)> {
    let mut fields = Fields::of(operand, "a map", problems)?;
    let one = fields.require(first, problems).and_then(|node| value(node, problems));
    let other = fields.require(second, problems).and_then(|node| value(node, problems));
    fields.finish(problems);
    Some((Box::new(one?), Box::new(other?)))
}
