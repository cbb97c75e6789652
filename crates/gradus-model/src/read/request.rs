//! Reads what a request carries: its path, query, headers and body.

use super::files::Folder;
use super::template::{template, text_template};
use super::value::{texts, value};
use crate::coded::{Code, Coded};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::{Body, Outgoing};
use crate::source::{Span, Spanned};
use crate::tree::{Node, NodeKind};
use crate::value::{Part, Template, Value};

/// What a request sends by this method to what stands at this node; `at` is where the request stands.
pub fn outgoing(
    fields: &mut Fields<'_>,
    method: String,
    path: Option<&Node>,
    at: Span,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Outgoing {
    let path = path.and_then(|node| self::path(node, &method, problems));
    let query = fields.take("query").map_or_else(Vec::new, |node| texts(node, problems));
    let headers = fields.take("headers").map_or_else(Vec::new, |node| headers(node, problems));
    let body = body(fields, folder, problems);
    Outgoing { method, path: path.unwrap_or_else(|| template("/", at, problems)), query, headers, body }
}

/// The target of a request: a path, or an address that the submission gave.
pub fn path(node: &Node, method: &str, problems: &mut Problems) -> Option<Template> {
    let path = text_template(node, problems)?;
    let begins_well = match path.parts.first() {
        Some(Part::Literal(text)) => text.starts_with('/') || (method == "OPTIONS" && text == "*"),
        _ => true,
    };
    if !begins_well && method != "CONNECT" {
        problems.add(
            Diagnostic::new("a path begins with `/`", node.span)
                .help("an address that the submission gave is saved from an answer and written $(name)"),
        );
    }
    for part in &path.parts {
        let Part::Literal(text) = part else { continue };
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            problems.add(
                Diagnostic::new("a path has no blanks", node.span)
                    .help("write %20, or use `query`, which is percent-encoded"),
            );
        } else if text.contains('#') {
            problems.add(
                Diagnostic::new("what follows `#` is never sent", node.span)
                    .help("write %23 for the sign itself"),
            );
        }
    }
    Some(path)
}

/// A method other than the usual ones.
pub fn custom_method(node: &Node, problems: &mut Problems) -> Option<String> {
    let method = decode::sentence(node, problems)?;
    if !is_token(&method) {
        problems.add(Diagnostic::new(format!("`{method}` is no method"), node.span));
        return None;
    }
    Some(method)
}

/// `headers:` of a request.
pub fn headers(node: &Node, problems: &mut Problems) -> Vec<(String, Value)> {
    header_names(node, problems);
    texts(node, problems)
}

/// Notes every key that is no name of a header, and those that stand twice in other letters.
pub fn header_names(node: &Node, problems: &mut Problems) {
    let NodeKind::Map(entries) = &node.kind else { return };
    let mut seen: Vec<String> = Vec::new();
    for (key, _) in entries {
        let name = key.value.to_ascii_lowercase();
        if !is_token(&name) {
            problems.add(Diagnostic::new(format!("`{}` is no name of a header", key.value), key.span));
        } else if seen.contains(&name) {
            problems.add(Diagnostic::new(format!("the header `{name}` stands here twice"), key.span));
        }
        seen.push(name);
    }
}

/// RFC 9110 §5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}

/// The body, at most one.
pub fn body(fields: &mut Fields<'_>, folder: &mut Folder<'_>, problems: &mut Problems) -> Body {
    let mut bodies: Vec<(&Spanned<String>, Option<Body>)> = Vec::new();
    if let Some((key, node)) = fields.take_entry("json") {
        bodies.push((key, value(node, problems).map(Body::Json)));
    }
    if let Some((key, node)) = fields.take_entry("text") {
        bodies.push((key, text_template(node, problems).map(Body::Text)));
    }
    if let Some((key, node)) = fields.take_entry("form") {
        bodies.push((key, Some(Body::Form(texts(node, problems)))));
    }
    if let Some((key, node)) = fields.take_entry("file") {
        let file = folder.bytes(node, problems);
        bodies.push((key, file.map(|(path, bytes)| Body::Bytes { bytes, file: Some(path.value) })));
    }
    if let Some((key, node)) = fields.take_entry("bytes") {
        bodies.push((key, bytes(node, problems).map(Body::Coded)));
    }
    bodies.sort_by_key(|(key, _)| key.span);
    if let Some((second, _)) = bodies.get(1) {
        problems.add(
            Diagnostic::new("this request has two bodies", second.span)
                .help("keep one of json, text, form, file and bytes"),
        );
    }
    bodies.into_iter().next().and_then(|(_, body)| body).unwrap_or(Body::None)
}

/// `{ hex: 00ff }` or `{ base64: AP8= }`, in which names may stand.
pub fn bytes(node: &Node, problems: &mut Problems) -> Option<Coded> {
    let mut fields = Fields::of(node, "{ hex: … } or { base64: … }", problems)?;
    let coded = match (fields.take("hex"), fields.take("base64")) {
        (Some(node), None) => coded(node, Code::Hex, problems),
        (None, Some(node)) => coded(node, Code::Base64, problems),
        _ => {
            problems.add(Diagnostic::new("expected { hex: … } or { base64: … }", node.span));
            None
        }
    };
    fields.finish(problems);
    coded
}

fn coded(node: &Node, code: Code, problems: &mut Problems) -> Option<Coded> {
    let text = match &node.kind {
        NodeKind::Text(_) | NodeKind::Number(_) => text_template(node, problems)?,
        _ => {
            problems.add(Diagnostic::new(format!("expected {}", code.wanted()), node.span));
            return None;
        }
    };
    let coded = Coded { text, code };
    if coded.is_hopeless() {
        problems.add(Diagnostic::new(format!("expected {}", code.wanted()), node.span));
        return None;
    }
    Some(coded)
}
