//! Reads `vars:`: what is drawn from the grading's seed.

use super::ints::ints;
use super::template::{is_word, new_name, unknown};
use super::value::{FUNCTIONS, needs_operand, stand_in, value};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::ints::Count;
use crate::source::Spanned;
use crate::tree::{Node, NodeKind};
use crate::value::{Draw, Generator, Value, Var};

/// The generators, with their dollar signs.
pub const GENERATORS: [&str; 11] = [
    "$words",
    "$int",
    "$ints",
    "$number",
    "$bool",
    "$uuid",
    "$email",
    "$name",
    "$string",
    "$pick",
    "$now_plus",
];

/// `vars:`.
pub fn vars(node: &Node, problems: &mut Problems) -> Vec<Var> {
    decode::map(node, problems)
        .iter()
        .map(|(key, node)| {
            new_name(key, problems);
            let draw = draw(node, problems).unwrap_or_else(|| Draw::Value(stand_in(node.span)));
            refuse_named_size(&draw, problems);
            Var { name: key.clone(), draw }
        })
        .collect()
}

/// Only where a list is used is it certain that a name stands for a number.
fn refuse_named_size(draw: &Draw, problems: &mut Problems) {
    if let Draw::Generated(Generator::Ints(ints)) = draw
        && let Count::Name(name) = &ints.size
    {
        problems.add(
            Diagnostic::new("in `vars` the size of a list is a number", name.span)
                .help("a list of $(size) numbers is drawn at `items` of a stub"),
        );
    }
}

/// What is drawn, or a value as it stands.
pub fn draw(node: &Node, problems: &mut Problems) -> Option<Draw> {
    match &node.kind {
        NodeKind::Text(word) if is_word(word) => {
            return generator(&Spanned::new(word.clone(), node.span), None, problems).map(Draw::Generated);
        }
        NodeKind::Map(entries) => {
            if let [(key, operand)] = entries.as_slice()
                && is_word(&key.value)
                && !FUNCTIONS.contains(&key.value.as_str())
            {
                return generator(key, Some(operand), problems).map(Draw::Generated);
            }
        }
        _ => {}
    }
    value(node, problems).map(Draw::Value)
}

fn generator(key: &Spanned<String>, operand: Option<&Node>, problems: &mut Problems) -> Option<Generator> {
    match (key.value.as_str(), operand) {
        ("$words", None) => Some(Generator::Words(2)),
        ("$words", Some(node)) => Some(Generator::Words(decode::whole(node, 1, 100, problems)? as u32)),
        ("$int", None) => Some(Generator::Int { from: 1, to: 1_000_000 }),
        ("$int", Some(node)) => int(node, problems),
        ("$ints", Some(node)) => ints(node, problems).map(Generator::Ints),
        ("$number", None) => Some(Generator::Number),
        ("$bool", None) => Some(Generator::Bool),
        ("$uuid", None) => Some(Generator::Uuid),
        ("$email", None) => Some(Generator::Email),
        ("$name", None) => Some(Generator::Name),
        ("$string", None) => Some(Generator::Text { length: 12 }),
        ("$string", Some(node)) => text(node, problems),
        ("$pick", Some(node)) => Some(Generator::Pick(choices(node, problems))),
        ("$now_plus", Some(node)) => Some(Generator::NowPlus(decode::duration(node, problems)?)),
        (word, _) if !GENERATORS.contains(&word) => {
            let known: Vec<&str> = GENERATORS.into_iter().chain(FUNCTIONS).collect();
            problems.add(unknown("generator", key, &known));
            None
        }
        (word, None) => {
            problems.add(needs_operand(word, key.span));
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

fn text(node: &Node, problems: &mut Problems) -> Option<Generator> {
    let mut fields = Fields::of(node, "a map with `length`", problems)?;
    let length =
        fields.require("length", problems).and_then(|node| decode::whole(node, 1, 1_000_000, problems));
    fields.finish(problems);
    Some(Generator::Text { length: length? as u32 })
}

fn choices(node: &Node, problems: &mut Problems) -> Vec<Value> {
    let items = decode::list(node, problems);
    if items.is_empty() && matches!(node.kind, NodeKind::List(_)) {
        problems.add(Diagnostic::new("there is nothing to pick from", node.span));
    }
    items.iter().filter_map(|item| value(item, problems)).collect()
}
