//! Reads stubs, and the steps that change them or look at what they were asked.

use super::files::Folder;
use super::ints::items;
use super::pattern::{Position, pattern};
use super::request::{self, body, header_names};
use super::sense::{self, Known};
use super::template::{name, template};
use super::{callback, expect};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::{Action, Body, Place, Save};
use crate::pattern::Pattern;
use crate::source::Spanned;
use crate::stub::{Asked, CallsStep, Fault, Reply, Route, Stub, StubChange, StubStep};
use crate::tree::{Node, NodeKind};
use std::time::Duration;

/// Methods of requests between a stub and a submission.
pub const METHODS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];
const FAULTS: [(&str, Fault); 5] = [
    ("reset", Fault::Reset),
    ("close", Fault::Close),
    ("hang", Fault::Hang),
    ("garbage", Fault::Garbage),
    ("short", Fault::Short),
];

/// `stubs:` of a grader.
pub fn stubs(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Stub> {
    let mut stubs = Vec::new();
    for (key, node) in decode::map(node, problems) {
        name(key, problems);
        let Some(mut fields) = Fields::of(node, "a map with `routes` or `items`", problems) else { continue };
        let held = fields.take("items");
        // A shelf answers without routes, too.
        let routes = if held.is_some() { fields.take("routes") } else { fields.require("routes", problems) };
        fields.finish(problems);
        let routes = routes.map_or(&[][..], |node| decode::list(node, problems)).iter();
        let routes = routes.filter_map(|item| route(item, folder, problems)).collect();
        stubs.push(Stub { name: key.clone(), routes, items: held.and_then(|node| items(node, problems)) });
    }
    stubs
}

fn route(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Route> {
    let mut fields = Fields::of(node, "a route, a map", problems)?;
    let replies = match (fields.take("reply"), fields.take("replies")) {
        (Some(node), None) => vec![reply(node, folder, problems)?],
        (None, Some(node)) => {
            sense::not_empty(node, "this route answers nothing", "name at least one reply", problems);
            let items = decode::list(node, problems);
            items.iter().filter_map(|item| reply(item, folder, problems)).collect()
        }
        (Some(_), Some(node)) => {
            problems.add(
                Diagnostic::new("a route has `reply` or `replies`", node.span)
                    .help("write all answers in `replies`: the last one goes on"),
            );
            Vec::new()
        }
        (None, None) => {
            problems.add(
                Diagnostic::new("this route answers nothing", fields.head)
                    .help("add `reply: { … }`, or `replies: [ … ]` for one after another"),
            );
            Vec::new()
        }
    };
    let asked = asked(&mut fields, node, folder, problems);
    fields.finish(problems);
    Some(Route { asked: asked?, replies })
}

/// The request that is meant: a method with its path, and patterns for the rest.
fn asked(
    fields: &mut Fields<'_>,
    node: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Asked> {
    let found = asked_if_any(fields, node, folder, problems);
    if found.is_none() {
        problems.add(
            Diagnostic::new("no request is named", node.span)
                .help(format!("name one by {}", METHODS.join(", "))),
        );
    }
    found
}

/// The same where all requests can be meant.
pub fn asked_if_any(
    fields: &mut Fields<'_>,
    node: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Asked> {
    let mut target = None;
    for method in METHODS {
        target = target.or(fields.take_entry(method));
    }
    let mut patterns = |key: &'static str, fields: &mut Fields<'_>, problems: &mut Problems| {
        let Some(node) = fields.take(key) else { return Vec::new() };
        if key == "headers" {
            header_names(node, problems);
        }
        let entries = decode::map(node, problems).iter();
        let named = entries.filter_map(|(key, node)| {
            let name = Spanned::new(key.value.clone(), key.span);
            Some((name, pattern(node, Position::FreeKey, folder, problems)?))
        });
        named.collect::<Vec<(Spanned<String>, Pattern)>>()
    };
    let query = patterns("query", fields, problems);
    let mut headers = patterns("headers", fields, problems);
    headers.iter_mut().for_each(|(name, _)| name.value = name.value.to_ascii_lowercase());
    let mut of_body = |key: &'static str, fields: &mut Fields<'_>, problems: &mut Problems| {
        fields.take(key).and_then(|node| pattern(node, Position::Present, folder, problems))
    };
    let json = of_body("json", fields, problems);
    let text = of_body("text", fields, problems);
    let (key, path) = target?;
    let method = key.value.to_ascii_uppercase();
    let path = request::path(path, &method, problems).unwrap_or_else(|| template("/", path.span, problems));
    Some(Asked { method, path, query, headers, json, text, span: node.span })
}

/// `{ status: 200, json: …, delay: 1s, fault: reset }`.
fn reply(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Reply> {
    let mut fields = Fields::of(node, "a reply, a map", problems)?;
    let status = fields.take("status").and_then(|node| decode::whole(node, 100, 599, problems));
    let headers = fields.take("headers").map_or_else(Vec::new, |node| request::headers(node, problems));
    let body = body(&mut fields, folder, problems);
    if let Body::Coded(coded) = &body
        && coded.text.literal().is_none()
    {
        let message = "names do not stand in the bytes of a reply: what a request says may be anything";
        problems.add(Diagnostic::new(message, coded.text.span).help("answer with json or text"));
    }
    let delay = fields.take("delay").and_then(|node| decode::duration(node, problems));
    let hold = fields.take("hold").is_some_and(|node| match node.kind {
        NodeKind::Bool(hold) => hold,
        _ => {
            problems.expected("true or false", node);
            false
        }
    });
    let fault = fields.take("fault").and_then(|node| fault(node, problems));
    fault.iter().for_each(|fault| refuse_unsaid(*fault, &body, node, problems));
    let after = fields.take("after").and_then(|node| of_stub(node, folder, problems));
    let callbacks =
        fields.take("callbacks").map_or_else(Vec::new, |node| callback::callbacks(node, folder, problems));
    fields.finish(problems);
    Some(Reply {
        status: status.unwrap_or(200) as u16,
        headers,
        body,
        delay: delay.unwrap_or(Duration::ZERO),
        after,
        hold,
        fault,
        callbacks,
    })
}

/// Notes what an answer that goes wrong so never says.
fn refuse_unsaid(fault: Fault, body: &Body, reply: &Node, problems: &mut Problems) {
    let instead = match fault {
        Fault::Reset => "the connection is reset instead",
        Fault::Close => "the connection is closed instead",
        Fault::Hang => "no answer ever comes",
        Fault::Garbage => "bytes come instead that are no HTTP",
        Fault::Short => return,
        Fault::Trickle(_) => {
            if matches!(body, Body::None) {
                let problem = Diagnostic::new("there is no body to come byte by byte", reply.span);
                problems.add(problem.help("add `text: …` or `json: …`"));
            }
            return;
        }
    };
    let NodeKind::Map(entries) = &reply.kind else { return };
    let is_said = |key: &str| !["fault", "delay", "after", "hold", "callbacks"].contains(&key);
    for (key, _) in entries.iter().filter(|(key, _)| is_said(&key.value)) {
        let problem = Diagnostic::new(format!("`{}` is never sent: {instead}", key.value), key.span);
        problems.add(problem.help("leave it out, or the `fault`"));
    }
}

/// `{ stub: …, get: … }`: what must have been asked first.
pub fn of_stub(
    node: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<(Spanned<String>, Asked)> {
    let mut fields = Fields::of(node, "{ stub: …, get: … }", problems)?;
    let stub = fields.require("stub", problems);
    let stub = stub.and_then(|node| Some(Spanned::new(decode::sentence(node, problems)?, node.span)));
    let asked = asked(&mut fields, node, folder, problems);
    fields.finish(problems);
    Some((stub?, asked?))
}

/// A word, or `{ trickle: 100ms }`.
fn fault(node: &Node, problems: &mut Problems) -> Option<Fault> {
    if !matches!(node.kind, NodeKind::Map(_)) {
        return decode::word(node, &FAULTS, problems);
    }
    let mut fields = Fields::of(node, "{ trickle: … }", problems)?;
    let pause = fields.require("trickle", problems).and_then(|node| decode::duration(node, problems));
    fields.finish(problems);
    pause.map(Fault::Trickle)
}

/// `stub: { rates: down }`.
pub fn step(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("stub")?;
    let mut changes = Vec::new();
    for (name, node) in decode::map(node, problems) {
        let change = match &node.kind {
            NodeKind::Map(entries) if entries.iter().any(|(key, _)| key.value == "items") => {
                new_items(node, problems)
            }
            NodeKind::Map(_) => reply(node, folder, problems).map(|reply| StubChange::Reply(Box::new(reply))),
            _ => word(node, problems),
        };
        changes.extend(change.map(|change| (name.clone(), change)));
    }
    Some(Action::Stub(StubStep { changes }))
}

/// `{ items: […] }`.
fn new_items(node: &Node, problems: &mut Problems) -> Option<StubChange> {
    let mut fields = Fields::of(node, "{ items: … }", problems)?;
    let items = fields.take("items").and_then(|node| items(node, problems));
    fields.finish(problems);
    items.map(StubChange::Items)
}

fn word(node: &Node, problems: &mut Problems) -> Option<StubChange> {
    const WORDS: [(&str, u8); 3] = [("down", 0), ("up", 1), ("release", 2)];
    decode::word(node, &WORDS, problems).map(|word| match word {
        0 => StubChange::Down,
        1 => StubChange::Up,
        _ => StubChange::Release,
    })
}

/// `calls: { stub: rates, get: /v1 }` with `expect: { count: 1 }`.
pub fn calls(
    fields: &mut Fields<'_>,
    node: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let calls = fields.take("calls")?;
    let mut which = Fields::of(calls, "{ stub: …, get: … }", problems)?;
    let stub = which.require("stub", problems);
    let stub = stub.and_then(|node| Some(Spanned::new(decode::sentence(node, problems)?, node.span)));
    let asked = asked_if_any(&mut which, calls, folder, problems);
    which.finish(problems);
    let Some(expect_node) = fields.take("expect") else {
        problems.add(
            Diagnostic::new("nothing is expected of these calls", node.span)
                .help("add `expect: { count: 1 }`"),
        );
        return None;
    };
    let mut expect =
        Fields::of(expect_node, "{ count: …, json: …, gaps: …, items: …, callbacks: … }", problems)?;
    let before = problems.0.len();
    let mut take = |key: &'static str, known: &Known| {
        expect.take(key).and_then(|node| sense::expected(node, known, folder, problems))
    };
    let count = take("count", &sense::COUNT);
    let [json, gaps, items, callbacks] =
        ["json", "gaps", "items", "callbacks"].map(|key| take(key, &sense::LIST));
    expect.finish(problems);
    let judged = [&count, &json, &gaps, &items, &callbacks];
    if judged.iter().all(|pattern| pattern.is_none()) && problems.0.len() == before {
        problems.add(sense::cannot_fail(expect_node.span, "nothing is expected of these calls"));
    }
    let save = fields.take("save").map_or_else(Vec::new, |node| save_of_list(node, problems));
    Some(Action::Calls(Box::new(CallsStep { stub: stub?, asked, count, json, gaps, items, callbacks, save })))
}

/// Names for parts of the list of calls, which has neither a status nor headers of its own.
fn save_of_list(node: &Node, problems: &mut Problems) -> Vec<Save> {
    let saves = expect::save(node, problems);
    for save in saves.iter().filter(|save| !matches!(save.from.value, Place::Json(_))) {
        problems.add(
            Diagnostic::new("calls are a list", save.from.span)
                .help("save from it by a path that begins with json, such as json[0].json.id"),
        );
    }
    saves
}
