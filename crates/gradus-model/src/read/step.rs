//! Reads one step: which request it sends, what it expects, how often it is done.

use super::files::Folder;
use super::sense::cannot_hold;
use super::template::new_name;
use super::value::values;
use super::{
    compare, conform, expect, growth, load, nats, race, request, run, select, server, service, stub, toxic,
};
use crate::decode::{self, Fields, Problems, nearest};
use crate::diagnostic::Diagnostic;
use crate::grader::{Action, Again, Case, Connection, Expect, RequestStep, Save, Step};
use crate::source::Spanned;
use crate::tree::{Node, NodeKind};

const METHODS: [&str; 9] = ["get", "head", "post", "put", "patch", "delete", "options", "trace", "connect"];

/// Reads a step.
pub fn step(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Step> {
    let mut fields = Fields::of(node, "a step, a map", problems)?;
    let action = match &node.kind {
        NodeKind::Map(entries) => entries.iter().find_map(|(key, _)| other(&key.value)),
        _ => None,
    };
    if let Some(read) = action {
        let action = read(&mut fields, node, folder, problems);
        let again = again(&mut fields, Some(node), problems);
        let instance = instance(&mut fields, action.as_ref(), problems);
        fields.finish(problems);
        return Some(Step { action: action?, instance, again, cases: Vec::new(), span: node.span });
    }
    let (method, path) = target(&mut fields, node, problems);
    let outgoing = request::outgoing(&mut fields, method, path, node.span, folder, problems);
    let connection = fields.take("connection").and_then(|node| {
        let words = [("keep", Connection::Keep), ("fresh", Connection::Fresh), ("close", Connection::Close)];
        decode::word(node, &words, problems)
    });
    let timeout = fields.take("timeout").and_then(|node| decode::duration(node, problems));
    let by_contract = fields.take("contract").is_none_or(|node| decode::flag(node, problems));
    let expect_node = fields.take("expect");
    let expected = expect_node.and_then(|node| expect::expect(node, folder, problems)).unwrap_or_default();
    let save = fields.take("save").map_or_else(Vec::new, |node| expect::save(node, problems));
    let may_go_unanswered = fields.take("unanswered").is_some_and(|node| unanswered(node, &save, problems));
    let again = again(&mut fields, expect_node, problems);
    let instance = instance(&mut fields, None, problems);
    let cases = fields.take("cases").map_or_else(Vec::new, |node| cases(node, problems));
    fields.finish(problems);
    refuse_body_of_head(&outgoing.method, &expected, problems);
    let connection = connection.unwrap_or(Connection::Keep);
    let request =
        RequestStep { outgoing, connection, timeout, may_go_unanswered, expect: expected, by_contract, save };
    Some(Step { action: Action::Request(Box::new(request)), instance, again, cases, span: node.span })
}

/// `instance: b`, of a step that is about one server; without an action, it is a request.
fn instance(
    fields: &mut Fields<'_>,
    action: Option<&Action>,
    problems: &mut Problems,
) -> Option<Spanned<String>> {
    let of_one = matches!(
        action,
        None | Some(Action::Request(_) | Action::Server(_) | Action::Printed(_))
            | Some(Action::Run(_) | Action::Raw(_) | Action::Load(_))
    );
    if !of_one {
        return None;
    }
    let node = fields.take("instance")?;
    let name = decode::sentence(node, problems)?;
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        problems.add(
            Diagnostic::new(format!("`{name}` is no name of an instance"), node.span).help("use a-z and 0-9"),
        );
        return None;
    }
    Some(Spanned::new(name, node.span))
}

/// `unanswered: allowed`. What may never come can't give later steps anything.
fn unanswered(node: &Node, save: &[Save], problems: &mut Problems) -> bool {
    if let Some(save) = save.first() {
        problems.add(
            Diagnostic::new("what may go unanswered gives nothing to save", save.name.span)
                .help("ask again in a step of its own, and save from that answer"),
        );
    }
    decode::word(node, &[("allowed", true)], problems).unwrap_or(false)
}

/// Reads a step of another kind, whose keys these are.
type Reader = fn(&mut Fields<'_>, &Node, &mut Folder<'_>, &mut Problems) -> Option<Action>;

/// What reads a step that begins with this key, unless it is a request.
fn other(key: &str) -> Option<Reader> {
    Some(match key {
        "server" => server::step,
        "stub" => stub::step,
        "faults" => toxic::faults,
        "calls" => stub::calls,
        "sql" => service::sql,
        "select" => select::select,
        "redis" => service::redis,
        "memcached" => service::memcached,
        "nats" => nats::nats,
        "service" => service::service,
        "work" => service::work,
        "hold" => service::hold,
        "printed" => server::printed,
        "run" => run::run,
        "raw" => run::raw,
        "race" => race::race,
        "load" => load::load,
        "growth" => growth::growth,
        "compare" => compare::compare,
        "conform" => conform::conform,
        "plugin" => run::plugin,
        _ => return None,
    })
}

/// The other kinds of step, for those who misspell one.
const OTHERS: [&str; 21] = [
    "server",
    "stub",
    "faults",
    "calls",
    "sql",
    "select",
    "redis",
    "memcached",
    "nats",
    "service",
    "work",
    "hold",
    "printed",
    "run",
    "raw",
    "race",
    "load",
    "growth",
    "compare",
    "conform",
    "plugin",
];

/// The method and where the path stands; after a mistake, a stand-in.
fn target<'n>(fields: &mut Fields<'n>, node: &Node, problems: &mut Problems) -> (String, Option<&'n Node>) {
    let mut found: Vec<(&Spanned<String>, &'n Node)> = Vec::new();
    for key in METHODS.into_iter().chain(["request"]) {
        found.extend(fields.take_entry(key));
    }
    found.sort_by_key(|(key, _)| key.span);
    if let [_, (second, _), ..] = found.as_slice() {
        problems.add(Diagnostic::new("this step sends two requests", second.span).help("make it two steps"));
    }
    match found.first() {
        Some((key, inner)) if key.value == "request" => custom(inner, problems),
        Some((key, path)) => (key.value.to_ascii_uppercase(), Some(path)),
        None => {
            no_action(fields, node, problems);
            ("GET".to_owned(), None)
        }
    }
}

/// `{ method: PURGE, path: /cache }`.
fn custom<'n>(node: &'n Node, problems: &mut Problems) -> (String, Option<&'n Node>) {
    let Some(mut fields) = Fields::of(node, "a map with `method` and `path`", problems) else {
        return ("GET".to_owned(), None);
    };
    let method = fields.require("method", problems).and_then(|node| request::custom_method(node, problems));
    let path = fields.require("path", problems);
    fields.finish(problems);
    (method.unwrap_or_else(|| "GET".to_owned()), path)
}

/// A step whose action is misspelt, or that has none.
fn no_action(fields: &mut Fields<'_>, node: &Node, problems: &mut Problems) {
    let keys: Vec<&Spanned<String>> = match &node.kind {
        NodeKind::Map(entries) => entries.iter().map(|(key, _)| key).collect(),
        _ => Vec::new(),
    };
    for key in &keys {
        let lower = key.value.to_ascii_lowercase();
        if let Some(near) = nearest(&lower, METHODS.into_iter().chain(OTHERS)) {
            problems.add(
                Diagnostic::new(format!("unknown step `{}`", key.value), key.span)
                    .help(format!("did you mean `{near}`?")),
            );
            fields.forget(&key.value);
            return;
        }
    }
    let span = keys.first().map_or(node.span, |key| key.span);
    problems.add(Diagnostic::new("this step does nothing", span).help(format!(
        "a step begins with one of {}, request, {}",
        METHODS.join(", "),
        OTHERS.join(", ")
    )));
}

/// RFC 9110 §9.3.2: whatever the server means to send, no body arrives.
fn refuse_body_of_head(method: &str, expect: &Expect, problems: &mut Problems) {
    let file = expect.file.as_ref().map(|file| file.path.span);
    let patterns = expect.json.iter().chain(&expect.text).map(|pattern| pattern.span);
    if method == "HEAD"
        && let Some(span) = patterns.chain(file).next()
    {
        problems.add(cannot_hold(span, "an answer to HEAD has no body"));
    }
}

fn again(fields: &mut Fields<'_>, expect: Option<&Node>, problems: &mut Problems) -> Again {
    let repeat = fields.take("repeat");
    let until = fields.take("until");
    match (repeat, until) {
        (Some(_), Some(until)) => {
            problems.add(
                Diagnostic::new("`repeat` and `until` don't go together", until.span)
                    .help("keep one of them"),
            );
            Again::Once
        }
        (Some(node), None) => {
            decode::whole(node, 1, 10_000, problems).map_or(Again::Once, |turns| Again::Repeat(turns as u32))
        }
        (None, Some(node)) => {
            if expect.is_none() {
                problems.add(
                    Diagnostic::new("`until` waits for what is expected, and nothing is", node.span)
                        .help("add `expect`"),
                );
            }
            until_of(node, problems).unwrap_or(Again::Once)
        }
        (None, None) => Again::Once,
    }
}

fn until_of(node: &Node, problems: &mut Problems) -> Option<Again> {
    let mut fields = Fields::of(node, "{ every: …, at_most: … }", problems)?;
    let every = fields.require("every", problems).and_then(|node| decode::duration(node, problems));
    let at_most = fields.require("at_most", problems).and_then(|node| decode::duration(node, problems));
    fields.finish(problems);
    let (every, at_most) = (every?, at_most?);
    if every > at_most {
        problems.add(Diagnostic::new("`every` is longer than `at_most`", node.span));
    }
    Some(Again::Until { every, at_most })
}

/// A step that others send in their own way is asked once: nothing repeats it, and it has no cases.
pub fn once(step: &Step, who: &str, problems: &mut Problems) {
    if step.again != Again::Once || !step.cases.is_empty() {
        problems.add(
            Diagnostic::new(
                format!("{who} sends each request once, without repeat, until and cases"),
                step.span,
            )
            .help("write the request down as often as it is to be sent"),
        );
    }
}

fn cases(node: &Node, problems: &mut Problems) -> Vec<Case> {
    let items = decode::list(node, problems);
    if items.is_empty() && matches!(node.kind, NodeKind::List(_)) {
        problems.add(Diagnostic::new("there are no cases", node.span));
    }
    let cases: Vec<Case> = items
        .iter()
        .map(|item| {
            decode::map(item, problems).iter().for_each(|(key, _)| new_name(key, problems));
            values(item, problems)
        })
        .collect();
    if let Some(first) = cases.first() {
        for (item, case) in items.iter().zip(&cases) {
            same_names(first, case, item, problems);
        }
    }
    cases
}

fn same_names(first: &Case, case: &Case, at: &Node, problems: &mut Problems) {
    let lacks = |case: &Case, name: &str| case.iter().all(|(other, _)| other != name);
    if let Some((name, _)) = first.iter().find(|(name, _)| lacks(case, name)) {
        problems.add(Diagnostic::new(format!("this case has no `{name}`, and the first one does"), at.span));
    }
    if let Some((name, _)) = case.iter().find(|(name, _)| lacks(first, name)) {
        problems.add(Diagnostic::new(format!("this case has `{name}`, and the first one does not"), at.span));
    }
}
