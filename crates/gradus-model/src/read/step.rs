//! Reads one step.

use super::expect;
use super::files::Folder;
use super::value::{self, values};
use crate::decode::{self, Fields, Problems, nearest};
use crate::diagnostic::Diagnostic;
use crate::grader::{Action, Again, Body, Case, Connection, Expect, RequestStep, Step};
use crate::source::Spanned;
use crate::tree::{Node, NodeKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const METHODS: [&str; 9] = ["get", "head", "post", "put", "patch", "delete", "options", "trace", "connect"];

/// Reads a step.
pub fn step(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Step> {
    let mut fields = Fields::of(node, "a step, a map", problems)?;
    let (method, path) = method(&mut fields, node, problems)?;
    let path = value::text_template(path, problems);
    let query = fields.take("query").map_or_else(Vec::new, |node| values(node, problems));
    let headers = fields.take("headers").map_or_else(Vec::new, |node| values(node, problems));
    let body = body(&mut fields, folder, problems);
    let connection = fields.take("connection").and_then(|node| {
        let words = [("keep", Connection::Keep), ("fresh", Connection::Fresh), ("close", Connection::Close)];
        decode::word(node, &words, problems)
    });
    let timeout = fields.take("timeout").and_then(|node| decode::duration(node, problems));
    let expected = fields.take("expect").and_then(|node| expect::expect(node, folder, problems));
    let save = fields.take("save").map_or_else(Vec::new, |node| expect::save(node, problems));
    let again = again(&mut fields, expected.as_ref(), problems);
    let cases = fields.take("cases").map_or_else(Vec::new, |node| cases(node, problems));
    fields.finish(problems);
    let request = RequestStep {
        method,
        path: path?,
        query,
        headers,
        body,
        connection: connection.unwrap_or(Connection::Keep),
        timeout,
        expect: expected.unwrap_or_default(),
        save,
    };
    Some(Step { action: Action::Request(Box::new(request)), again, cases, span: node.span })
}

fn method<'n>(fields: &mut Fields<'n>, node: &Node, problems: &mut Problems) -> Option<(String, &'n Node)> {
    let mut found: Vec<(&Spanned<String>, &'n Node)> = Vec::new();
    for method in METHODS {
        found.extend(fields.take_entry(method));
    }
    if let Some((key, request)) = fields.take_entry("request") {
        let mut inner = Fields::of(request, "a map with `method` and `path`", problems)?;
        let method = inner.require("method", problems).and_then(|node| custom_method(node, problems));
        let path = inner.require("path", problems);
        inner.finish(problems);
        if let Some((first, _)) = found.first() {
            problems.add(
                Diagnostic::new(format!("this step already has a `{}`", first.value), key.span)
                    .help("one step sends one request"),
            );
        }
        return Some((method?, path?));
    }
    match found.as_slice() {
        [(key, path)] => Some((key.value.to_ascii_uppercase(), path)),
        [_, (second, _), ..] => {
            problems
                .add(Diagnostic::new("this step sends two requests", second.span).help("make it two steps"));
            None
        }
        [] => {
            no_action(node, problems);
            None
        }
    }
}

fn custom_method(node: &Node, problems: &mut Problems) -> Option<String> {
    let method = decode::sentence(node, problems)?;
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if !method.chars().all(token) {
        problems.add(Diagnostic::new(format!("`{method}` is no method"), node.span));
        return None;
    }
    Some(method)
}

/// A step whose action is misspelt, or that has none.
fn no_action(node: &Node, problems: &mut Problems) {
    let keys: Vec<&Spanned<String>> = match &node.kind {
        NodeKind::Map(entries) => entries.iter().map(|(key, _)| key).collect(),
        _ => Vec::new(),
    };
    for key in &keys {
        let lower = key.value.to_ascii_lowercase();
        if let Some(near) = nearest(&lower, METHODS) {
            problems.add(
                Diagnostic::new(format!("unknown step `{}`", key.value), key.span)
                    .help(format!("did you mean `{near}`?")),
            );
            return;
        }
    }
    let span = keys.first().map_or(node.span, |key| key.span);
    problems.add(
        Diagnostic::new("this step does nothing", span)
            .help(format!("a step begins with one of {} or request", METHODS.join(", "))),
    );
}

fn body(fields: &mut Fields<'_>, folder: &mut Folder<'_>, problems: &mut Problems) -> Body {
    let mut bodies: Vec<(&Node, Option<Body>)> = Vec::new();
    if let Some(node) = fields.take("json") {
        bodies.push((node, value::value(node, problems).map(Body::Json)));
    }
    if let Some(node) = fields.take("text") {
        bodies.push((node, value::text_template(node, problems).map(Body::Text)));
    }
    if let Some(node) = fields.take("form") {
        bodies.push((node, Some(Body::Form(values(node, problems)))));
    }
    if let Some(node) = fields.take("file") {
        let file = folder.bytes(node, problems);
        bodies.push((node, file.map(|(path, bytes)| Body::Bytes { bytes, file: Some(path.value) })));
    }
    if let Some(node) = fields.take("bytes") {
        bodies.push((node, bytes(node, problems).map(|bytes| Body::Bytes { bytes, file: None })));
    }
    if let Some((second, _)) = bodies.get(1) {
        problems.add(
            Diagnostic::new("this request has two bodies", second.span)
                .help("keep one of json, text, form, file and bytes"),
        );
    }
    bodies.into_iter().next().and_then(|(_, body)| body).unwrap_or(Body::None)
}

/// `{ hex: 00ff }` or `{ base64: AP8= }`.
fn bytes(node: &Node, problems: &mut Problems) -> Option<Vec<u8>> {
    let mut fields = Fields::of(node, "{ hex: … } or { base64: … }", problems)?;
    let decoded = match (fields.take("hex"), fields.take("base64")) {
        (Some(node), None) => decoded(node, hex, "hexadecimal digits, two for a byte", problems),
        (None, Some(node)) => {
            decoded(node, |text| STANDARD.decode(text).ok(), "Base64 with padding", problems)
        }
        _ => {
            problems.add(Diagnostic::new("expected { hex: … } or { base64: … }", node.span));
            None
        }
    };
    fields.finish(problems);
    decoded
}

fn decoded(
    node: &Node,
    decode: fn(&str) -> Option<Vec<u8>>,
    what: &str,
    problems: &mut Problems,
) -> Option<Vec<u8>> {
    let text = match &node.kind {
        NodeKind::Text(text) | NodeKind::Number(text) => text.replace([' ', '\n'], ""),
        _ => String::from("?"),
    };
    let bytes = decode(&text);
    if bytes.is_none() {
        problems.add(Diagnostic::new(format!("expected {what}"), node.span));
    }
    bytes
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

fn again(fields: &mut Fields<'_>, expected: Option<&Expect>, problems: &mut Problems) -> Again {
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
            if expected.is_none_or(|expect| expect.count() == 0) {
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
    Some(Again::Until { every: every?, at_most: at_most? })
}

fn cases(node: &Node, problems: &mut Problems) -> Vec<Case> {
    let items = decode::list(node, problems);
    if items.is_empty() && matches!(node.kind, NodeKind::List(_)) {
        problems.add(Diagnostic::new("there are no cases", node.span));
    }
    let cases: Vec<Case> = items
        .iter()
        .map(|item| {
            decode::map(item, problems).iter().for_each(|(key, _)| value::name(key, problems));
            values(item, problems)
        })
        .collect();
    if let Some(first) = cases.first() {
        for (item, case) in items.iter().zip(&cases) {
            if let Some((missing, _)) =
                first.iter().find(|(name, _)| case.iter().all(|(other, _)| other != name))
            {
                problems.add(Diagnostic::new(
                    format!("this case has no `{missing}`, and the first one does"),
                    item.span,
                ));
            }
        }
    }
    cases
}
