//! Reads lists of whole numbers that are drawn, and the items that a stub holds.

use super::template::text_template;
use super::vars;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::ints::{Count, Ints, LONGEST, Order};
use crate::stub::Items;
use crate::tree::{Node, NodeKind};
use crate::value::{Draw, Generator, ValueKind};

const ORDERS: [(&str, Order); 4] = [
    ("shuffled", Order::Shuffled),
    ("sorted", Order::Sorted),
    ("reversed", Order::Reversed),
    ("nearly", Order::Nearly),
];
/// Numbers up to here are exact in every language.
const GREATEST: i64 = 1 << 53;

/// `{ size: 100, from: 1, to: 10000, order: sorted, distinct: true }`.
pub fn ints(node: &Node, problems: &mut Problems) -> Option<Ints> {
    let mut fields = Fields::of(node, "a map with `size`", problems)?;
    let size = fields.require("size", problems).and_then(|node| count(node, problems));
    let mut end = |key: &'static str, problems: &mut Problems| {
        fields.take(key).map(|node| decode::whole(node, -GREATEST, GREATEST, problems))
    };
    let (from, to) =
        (end("from", problems).unwrap_or(Some(1)), end("to", problems).unwrap_or(Some(1_000_000)));
    let order =
        fields.take("order").map_or(Some(Order::Shuffled), |node| decode::word(node, &ORDERS, problems));
    let distinct = fields.take("distinct").map_or(Some(false), |node| flag(node, problems));
    fields.finish(problems);
    let ints = Ints { size: size?, from: from?, to: to?, order: order?, distinct: distinct? };
    if ints.from > ints.to {
        let (from, to) = (ints.from, ints.to);
        problems.add(Diagnostic::new(format!("`from` {from} is greater than `to` {to}"), node.span));
        return None;
    }
    if let Count::Number(size) = ints.size
        && ints.distinct
        && u64::from(size) > ints.choice()
    {
        problems.add(
            Diagnostic::new(format!("there are no {size} different numbers"), node.span).help(format!(
                "from {} to {} there are {}",
                ints.from,
                ints.to,
                ints.choice()
            )),
        );
        return None;
    }
    Some(ints)
}

/// A number, or `$(name)`.
fn count(node: &Node, problems: &mut Problems) -> Option<Count> {
    if !matches!(node.kind, NodeKind::Text(_)) {
        return decode::whole(node, 0, i64::from(LONGEST), problems).map(|size| Count::Number(size as u32));
    }
    let name = text_template(node, problems)?;
    if name.only_name().is_none() {
        problems.expected("a whole number or $(name)", node);
        return None;
    }
    Some(Count::Name(name))
}

fn flag(node: &Node, problems: &mut Problems) -> Option<bool> {
    match node.kind {
        NodeKind::Bool(flag) => Some(flag),
        _ => {
            problems.expected("true or false", node);
            None
        }
    }
}

/// `items:` of a stub: a list, `$(name)` or `{ $ints: … }`.
pub fn items(node: &Node, problems: &mut Problems) -> Option<Items> {
    let draw = vars::draw(node, problems)?;
    let may_be_list = match &draw {
        Draw::Generated(generator) => matches!(generator, Generator::Ints(_)),
        Draw::Value(value) => match &value.kind {
            ValueKind::List(_) => true,
            ValueKind::Text(text) => text.only_name().is_some(),
            _ => false,
        },
    };
    if !may_be_list {
        problems.add(
            Diagnostic::new("the items of a stub are a list", node.span)
                .help("write [5, 3, 9], $(name), or { $ints: { size: 100 } }"),
        );
        return None;
    }
    Some(Items { draw, span: node.span })
}
