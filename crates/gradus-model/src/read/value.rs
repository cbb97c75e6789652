//! Reads values: literals, `$(name)`, value functions; and the generators of `vars:`.

use crate::decode::{self, Fields, Problems, nearest};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::tree::{Node, NodeKind};
use crate::value::{Draw, Function, Generator, Part, Template, Value, ValueKind, Var};

const FUNCTIONS: [&str; 4] = ["$sha256", "$hmac_sha256", "$base64", "$jwt"];
const GENERATORS: [&str; 10] =
    ["$words", "$int", "$number", "$bool", "$uuid", "$email", "$name", "$string", "$pick", "$now_plus"];

/// Text with `$(name)` and `$$`.
pub fn template(text: &str, span: Span, problems: &mut Problems) -> Template {
    let mut parts: Vec<Part> = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        literal.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix('$') {
            literal.push('$');
            rest = after;
        } else if let Some((name, after)) = after.strip_prefix('(').and_then(|inside| inside.split_once(')'))
        {
            if is_name(name) {
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(Part::Name(name.to_owned()));
            } else {
                problems.add(
                    Diagnostic::new(format!("`{name}` is no name"), span)
                        .help("names are letters, digits and _; write $$( for the text itself"),
                );
            }
            rest = after;
        } else {
            literal.push('$');
            rest = after;
        }
    }
    literal.push_str(rest);
    if !literal.is_empty() || parts.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Template { parts, span }
}

/// A node that should be text, as a template.
pub fn text_template(node: &Node, problems: &mut Problems) -> Option<Template> {
    match &node.kind {
        NodeKind::Text(text) => Some(template(text, node.span, problems)),
        NodeKind::Number(text) => Some(template(text, node.span, problems)),
        _ => {
            problems.expected("text", node);
            None
        }
    }
}

/// Whether a word can be a name.
pub fn is_name(word: &str) -> bool {
    let mut characters = word.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|other| other.is_ascii_alphanumeric() || other == '_')
}

/// A key that names something.
pub fn name(key: &Spanned<String>, problems: &mut Problems) {
    if !is_name(&key.value) {
        problems.add(
            Diagnostic::new(format!("`{}` is no name", key.value), key.span)
                .help("names are letters, digits and _, and do not begin with a digit"),
        );
    }
}

/// A value.
pub fn value(node: &Node, problems: &mut Problems) -> Option<Value> {
    let kind = match &node.kind {
        NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) => ValueKind::Scalar(node.to_json()),
        NodeKind::Text(text) => ValueKind::Text(template(text, node.span, problems)),
        NodeKind::List(items) => {
            ValueKind::List(items.iter().filter_map(|item| value(item, problems)).collect())
        }
        NodeKind::Map(entries) => match operator(entries) {
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

/// The one key of a map, if it begins with a dollar sign that means something.
pub fn operator(entries: &[(Spanned<String>, Node)]) -> Option<(&Spanned<String>, &Node)> {
    match entries {
        [(key, operand)] if is_word(&key.value) => Some((key, operand)),
        _ => None,
    }
}

/// Whether a text is a marker's or an operator's shape: `$` and then a letter.
pub fn is_word(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// The entries of a map of values, such as headers.
pub fn values(node: &Node, problems: &mut Problems) -> Vec<(String, Value)> {
    decode::map(node, problems)
        .iter()
        .filter_map(|(key, node)| Some((key.value.clone(), value(node, problems)?)))
        .collect()
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
            problems.add(unknown("value function", key, &FUNCTIONS));
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

/// "unknown marker `$strng`", with what was probably meant.
pub fn unknown(what: &str, key: &Spanned<String>, known: &[&str]) -> Diagnostic {
    let problem = Diagnostic::new(format!("unknown {what} `{}`", key.value), key.span);
    match nearest(&key.value, known.iter().copied()) {
        Some(near) => {
            problem.help(format!("did you mean `{near}`? For the text itself, write `${}`", key.value))
        }
        None => {
            problem.help(format!("known: {}; for the text itself, write `${}`", known.join(" "), key.value))
        }
    }
}

/// `vars:`.
pub fn vars(node: &Node, problems: &mut Problems) -> Vec<Var> {
    decode::map(node, problems)
        .iter()
        .filter_map(|(key, node)| {
            name(key, problems);
            Some(Var { name: key.clone(), draw: draw(node, problems)? })
        })
        .collect()
}

fn draw(node: &Node, problems: &mut Problems) -> Option<Draw> {
    let generated = match &node.kind {
        NodeKind::Text(word) if is_word(word) => {
            let key = Spanned::new(word.clone(), node.span);
            Some(generator(&key, None, problems)?)
        }
        NodeKind::Map(entries) => match operator(entries) {
            Some((key, operand)) if !FUNCTIONS.contains(&key.value.as_str()) => {
                Some(generator(key, Some(operand), problems)?)
            }
            _ => None,
        },
        _ => None,
    };
    match generated {
        Some(generator) => Some(Draw::Generated(generator)),
        None => value(node, problems).map(Draw::Value),
    }
}

fn generator(key: &Spanned<String>, operand: Option<&Node>, problems: &mut Problems) -> Option<Generator> {
    if !GENERATORS.contains(&key.value.as_str()) {
        let mut known: Vec<&str> = GENERATORS.to_vec();
        known.extend(FUNCTIONS);
        problems.add(unknown("generator", key, &known));
        return None;
    }
    match (key.value.as_str(), operand) {
        ("$words", None) => Some(Generator::Words(2)),
        ("$words", Some(node)) => Some(Generator::Words(decode::whole(node, 1, 100, problems)? as u32)),
        ("$int", None) => Some(Generator::Int { from: 1, to: 1_000_000 }),
        ("$int", Some(node)) => int(node, problems),
        ("$number", None) => Some(Generator::Number),
        ("$bool", None) => Some(Generator::Bool),
        ("$uuid", None) => Some(Generator::Uuid),
        ("$email", None) => Some(Generator::Email),
        ("$name", None) => Some(Generator::Name),
        ("$string", None) => Some(Generator::Text { length: 12 }),
        ("$string", Some(node)) => {
            let mut fields = Fields::of(node, "a map with `length`", problems)?;
            let length = fields
                .require("length", problems)
                .and_then(|node| decode::whole(node, 1, 1_000_000, problems));
            fields.finish(problems);
            Some(Generator::Text { length: length? as u32 })
        }
        ("$pick", Some(node)) => {
            let choices: Vec<Value> =
                decode::list(node, problems).iter().filter_map(|item| value(item, problems)).collect();
            if choices.is_empty() {
                problems.add(Diagnostic::new("there is nothing to pick from", node.span));
            }
            Some(Generator::Pick(choices))
        }
        ("$now_plus", Some(node)) => Some(Generator::NowPlus(decode::duration(node, problems)?)),
        (word, None) => {
            problems.add(
                Diagnostic::new(format!("`{word}` needs an operand"), key.span)
                    .help(format!("write {{ {word}: … }}")),
            );
            None
        }
        (word, Some(_)) => {
            problems.add(
                Diagnostic::new(format!("`{word}` takes no operand"), key.span)
                    .help(format!("write only {word}")),
            );
            None
        }
    }
}

fn int(node: &Node, problems: &mut Problems) -> Option<Generator> {
    let mut fields = Fields::of(node, "a map with `from` and `to`", problems)?;
    let from =
        fields.require("from", problems).and_then(|node| decode::whole(node, i64::MIN, i64::MAX, problems));
    let to =
        fields.require("to", problems).and_then(|node| decode::whole(node, i64::MIN, i64::MAX, problems));
    fields.finish(problems);
    let (from, to) = (from?, to?);
    if from > to {
        problems.add(Diagnostic::new(format!("`from` {from} is greater than `to` {to}"), node.span));
        return None;
    }
    Some(Generator::Int { from, to })
}
