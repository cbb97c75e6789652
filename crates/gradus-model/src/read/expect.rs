//! Reads `expect:`, and `save:`.

use super::files::Folder;
use super::pattern::{Position, cannot_fail, pattern};
use super::value;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::{Expect, ExpectedContent, ExpectedFile, PathPart, Place, Save};
use crate::pattern::{Marker, Pattern, PatternKind};
use crate::source::Spanned;
use crate::tree::{Node, NodeKind};

/// Reads `expect:`.
pub fn expect(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Expect> {
    let mut fields = Fields::of(node, "a map of expectations", problems)?;
    let mut body = |key: &'static str, fields: &mut Fields<'_>, problems: &mut Problems| {
        fields.take(key).and_then(|node| pattern(node, Position::Present, folder, problems))
    };
    let status = body("status", &mut fields, problems);
    let json = body("json", &mut fields, problems);
    let text = body("text", &mut fields, problems);
    let headers = fields.take("headers").map_or_else(Vec::new, |node| headers(node, folder, problems));
    let file = fields.take("file").and_then(|node| file(node, folder, problems));
    let empty_body = fields.take("body").and_then(|node| empty(node, problems));
    fields.finish(problems);
    refuse_vacuous(status.as_ref(), text.as_ref(), problems);
    let bodies =
        usize::from(json.is_some()) + usize::from(file.is_some()) + usize::from(empty_body.is_some());
    if bodies > 1 || (empty_body.is_some() && text.is_some()) {
        problems.add(
            Diagnostic::new("the body is expected in two ways", node.span)
                .help("keep one of json, text, file and body"),
        );
    }
    let expect = Expect { status, headers, json, text, file, empty_body };
    if expect.count() == 0 && matches!(&node.kind, NodeKind::Map(entries) if entries.is_empty()) {
        problems.add(cannot_fail(node.span, "nothing is expected"));
    }
    Some(expect)
}

fn refuse_vacuous(status: Option<&Pattern>, text: Option<&Pattern>, problems: &mut Problems) {
    for (pattern, markers, why) in [
        (status, [Marker::Any, Marker::Int, Marker::Number].as_slice(), "every answer has a status"),
        (text, [Marker::Any, Marker::String].as_slice(), "every answer has a body, if only an empty one"),
    ] {
        if let Some(pattern) = pattern
            && let PatternKind::Marker(marker) = pattern.kind
            && markers.contains(&marker)
        {
            problems.add(cannot_fail(pattern.span, why));
        }
    }
}

fn headers(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<(Spanned<String>, Pattern)> {
    decode::map(node, problems)
        .iter()
        .filter_map(|(key, node)| {
            let name = Spanned::new(key.value.to_ascii_lowercase(), key.span);
            Some((name, pattern(node, Position::Key, folder, problems)?))
        })
        .collect()
}

fn file(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<ExpectedFile> {
    let (path, text) = folder.text(node, problems)?;
    let content = if path.value.ends_with(".json") {
        let tree = folder.json(&path.value, &text, node.span, problems)?;
        ExpectedContent::Json(pattern(&tree, Position::Present, folder, problems)?)
    } else {
        ExpectedContent::Text(text)
    };
    Some(ExpectedFile { path, content })
}

fn empty(node: &Node, problems: &mut Problems) -> Option<crate::source::Span> {
    if node.kind == NodeKind::Text("$empty".into()) {
        return Some(node.span);
    }
    problems.add(
        Diagnostic::new("expected `$empty`", node.span)
            .help("`body: $empty` says that there is none; use json, text or file for a body"),
    );
    None
}

/// Reads `save:`.
pub fn save(node: &Node, problems: &mut Problems) -> Vec<Save> {
    decode::map(node, problems)
        .iter()
        .filter_map(|(name, node)| {
            value::name(name, problems);
            let text = decode::text(node, problems)?;
            match place(&text) {
                Some(place) => Some(Save { name: name.clone(), from: Spanned::new(place, node.span) }),
                None => {
                    problems.add(
                        Diagnostic::new(format!("`{text}` names no part of an answer"), node.span).help(
                            "write status, text, headers.NAME, json, or a path such as json.items[0].id",
                        ),
                    );
                    None
                }
            }
        })
        .collect()
}

/// `status`, `text`, `headers.etag`, `json.items[0].id`.
fn place(text: &str) -> Option<Place> {
    match text {
        "status" => Some(Place::Status),
        "text" => Some(Place::Text),
        _ => match text.strip_prefix("headers.") {
            Some(name) if !name.is_empty() => Some(Place::Header(name.to_ascii_lowercase())),
            Some(_) => None,
            None => path(text.strip_prefix("json")?).map(Place::Json),
        },
    }
}

fn path(text: &str) -> Option<Vec<PathPart>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            if end == 0 {
                return None;
            }
            parts.push(PathPart::Key(after[..end].to_owned()));
            rest = &after[end..];
        } else {
            let (inside, after) = rest.strip_prefix('[')?.split_once(']')?;
            parts.push(match inside.strip_prefix('"').and_then(|key| key.strip_suffix('"')) {
                Some(key) => PathPart::Key(key.to_owned()),
                None => PathPart::Index(inside.parse().ok()?),
            });
            rest = after;
        }
    }
    Some(parts)
}
