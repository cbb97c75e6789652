//! Reads races: what each of many clients does, what it means as an operation, and what must hold.

use super::expect::{self, place_of};
use super::files::Folder;
use super::sense::{self, Known};
use super::step;
use super::value::value;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::{Action, Expect, Step};
use crate::race::{Hold, Kept, Op, OpCall, RaceRequest, RaceStep};
use crate::tree::{Node, NodeKind};
use crate::value::Value;

const ROUNDS: u32 = 25;
const CLIENTS: u32 = 32;
const KEPT: [(&str, Kept); 5] = [
    ("register", Kept::Register),
    ("counter", Kept::Counter),
    ("set", Kept::Set),
    ("queue", Kept::Queue),
    ("account", Kept::Account),
];

/// An operation that is about a value.
type OfValue = fn(Value) -> OpCall;

const CALLS: [(&str, OfValue); 10] = [
    ("write", OpCall::Write),
    ("compare_and_set", OpCall::CompareAndSet),
    ("add", OpCall::Add),
    ("insert", OpCall::Insert),
    ("remove", OpCall::Remove),
    ("contains", OpCall::Contains),
    ("enqueue", OpCall::Enqueue),
    ("deposit", OpCall::Deposit),
    ("withdraw", OpCall::Withdraw),
    ("transfer", OpCall::Transfer),
];

/// `race: { rounds: 25, clients: 32, before: […], each: […], after: […], holds: […] }`.
pub fn race(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("race")?;
    let mut race = Fields::of(node, "a race, a map", problems)?;
    let rounds = race.take("rounds").and_then(|node| decode::whole(node, 1, 1000, problems));
    let clients = race.take("clients").and_then(|node| decode::whole(node, 2, 256, problems));
    let instances = race.take("instances").and_then(|node| decode::whole(node, 1, 8, problems));
    let together = race.take("together").is_none_or(|node| decode::flag(node, problems));
    let before = race.take("before").map_or_else(Vec::new, |node| steps(node, folder, problems));
    let each_node = race.require("each", problems);
    if let Some(node) = each_node {
        sense::not_empty(node, "clients ask nothing", "name a request: { get: / }", problems);
    }
    let each = each_node.map_or(&[][..], |node| decode::list(node, problems));
    let clients = clients.map_or(CLIENTS, |clients| clients as u32);
    let count = Known::count_up_to(clients.saturating_mul(each.len() as u32));
    let each: Vec<RaceRequest> = each.iter().filter_map(|item| request(item, folder, problems)).collect();
    for instance in each.iter().filter_map(|request| request.step.instance.as_ref()) {
        problems.add(
            Diagnostic::new("clients of a race are spread over instances in turn", instance.span)
                .help("take `instance` away, and give the race `instances: 2`"),
        );
    }
    let after = race.take("after").map_or_else(Vec::new, |node| steps(node, folder, problems));
    let holds_node = race.take("holds");
    let holds = holds_node.map_or(&[][..], |node| decode::list(node, problems));
    let of = holds.len();
    let holds: Vec<Hold> = holds.iter().filter_map(|item| hold(item, &count, folder, problems)).collect();
    race.finish(problems);
    let judged = holds.iter().find_map(|hold| match hold {
        Hold::Linearizable { span, .. } => Some(*span),
        Hold::Count { .. } => None,
    });
    let ops = each.iter().filter_map(|request| request.op.as_ref()).collect::<Vec<_>>();
    match (judged, ops.first()) {
        (Some(span), None) => problems.add(
            Diagnostic::new("no request of this race is an operation", span)
                .help("add `op: { … }` to those that are"),
        ),
        // One that could not be read may have been the one.
        (None, Some(op)) if holds.len() == of => problems.add(
            Diagnostic::new("nothing judges this operation", op.span)
                .help("add `{ linearizable: … }` to `holds`"),
        ),
        _ => {}
    }
    Some(Action::Race(Box::new(RaceStep {
        rounds: rounds.map_or(ROUNDS, |rounds| rounds as u32),
        clients,
        instances: instances.map_or(1, |instances| instances as u32),
        together,
        before,
        each,
        after,
        holds,
    })))
}

/// Steps within a step; there is no race among them.
pub fn steps(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Step> {
    let steps = steps_and_races(node, folder, problems);
    let mut all = Vec::new();
    steps.iter().for_each(|step| step.with_inner(&mut all));
    for race in all.iter().filter(|step| matches!(step.action, Action::Race(_))) {
        problems.add(Diagnostic::new("a race within a race", race.span));
    }
    steps
}

/// Steps within a step, races among them.
pub fn steps_and_races(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Step> {
    let steps: Vec<Step> =
        decode::list(node, problems).iter().filter_map(|item| step::step(item, folder, problems)).collect();
    for conform in steps.iter().filter(|step| matches!(step.action, Action::Conform(_))) {
        problems.add(Diagnostic::new("`conform` is a step of the check itself", conform.span));
    }
    steps
}

/// A request, perhaps with `op`.
fn request(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<RaceRequest> {
    let NodeKind::Map(entries) = &node.kind else {
        problems.expected("a request, a map", node);
        return None;
    };
    let (op_entries, others): (Vec<_>, Vec<_>) =
        entries.iter().cloned().partition(|(key, _)| key.value == "op");
    let rest = Node { kind: NodeKind::Map(others), span: node.span };
    let step = step::step(&rest, folder, problems)?;
    if !matches!(step.action, Action::Request(_)) {
        problems.add(Diagnostic::new("clients of a race only send requests", node.span));
        return None;
    }
    step::once(&step, "a client of a race", problems);
    let op = op_entries.first().and_then(|(_, node)| op(node, folder, problems));
    Some(RaceRequest { step, op })
}

fn op(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Op> {
    let mut fields = Fields::of(node, "an operation, a map", problems)?;
    let mut calls: Vec<Option<OpCall>> = Vec::new();
    for (word, call) in [("read", OpCall::Read), ("dequeue", OpCall::Dequeue)] {
        if fields.take(word).is_some() {
            calls.push(Some(call));
        }
    }
    for (word, of) in CALLS {
        if let Some(node) = fields.take(word) {
            calls.push(value(node, problems).map(of));
        }
    }
    let key = fields.take("key").and_then(|node| value(node, problems));
    let mut outcome =
        |key: &'static str| fields.take(key).and_then(|node| expect::expect(node, folder, problems));
    let [done, refused, yes, no, ignored] = ["done", "refused", "yes", "no", "ignored"].map(&mut outcome);
    let [told, before] = ["value", "before"].map(|key| fields.take(key));
    let [told, before] = [told, before].map(|node| node.and_then(|node| place_of(node, problems)));
    fields.finish(problems);
    if done.is_none() && refused.is_none() && yes.is_none() && no.is_none() {
        problems.add(
            Diagnostic::new("no answer tells what became of this operation", node.span)
                .help("add `done: { status: 201 }` or `refused: { status: 409 }`"),
        );
    }
    if calls.len() != 1 {
        problems.add(
            Diagnostic::new("an operation is exactly one call", node.span)
                .help(format!("name one of read, dequeue, {}", CALLS.map(|(word, _)| word).join(", "))),
        );
    }
    let call = calls.into_iter().next()??;
    Some(Op { call, key, done, refused, yes, no, ignored, value: told, before, span: node.span })
}

/// `{ count: { status: 201 }, is: 1 }` or `{ linearizable: account, start: 3 }`.
fn hold(node: &Node, known: &Known, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Hold> {
    let mut fields = Fields::of(node, "{ count: …, is: … } or { linearizable: …, start: … }", problems)?;
    let count = fields.take("count");
    let hold = if let Some(count) = count {
        let of: Option<Expect> = expect::expect(count, folder, problems);
        let is = fields.require("is", problems);
        let is = is.and_then(|node| sense::expected(node, known, folder, problems));
        of.zip(is).map(|(of, is)| Hold::Count { of: Box::new(of), is, span: node.span })
    } else {
        let model = fields.require("linearizable", problems);
        let model = model.and_then(|node| decode::word(node, &KEPT, problems));
        let start = fields.take("start").and_then(|node| value(node, problems));
        model.map(|model| Hold::Linearizable { model, start, span: node.span })
    };
    fields.finish(problems);
    hold
}
