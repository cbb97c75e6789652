//! Reads `expect:`, and `save:`.

use super::files::{Files, Folder};
use super::finish;
use super::pattern::{Position, pattern};
use super::request::{bytes, header_names};
use super::sense::{self, Known, cannot_fail};
use super::template::new_name;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::{Diagnostic, Invalid};
use crate::grader::{Expect, ExpectedContent, ExpectedFile, PathPart, Place, Save};
use crate::pattern::Pattern;
use crate::source::{SourceId, Sources, Span, Spanned};
use crate::tree::{Node, NodeKind};
use crate::yaml;

/// Reads `expect:`.
pub fn expect(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Expect> {
    let mut fields = Fields::of(node, "a map of expectations", problems)?;
    let before = problems.0.len();
    let mut known = |key: &'static str, known: &Known, problems: &mut Problems| {
        fields.take(key).and_then(|node| sense::expected(node, known, folder, problems))
    };
    let status = known("status", &sense::STATUS, problems);
    let text = known("text", &sense::TEXT, problems);
    let json = fields.take("json").and_then(|node| pattern(node, Position::Present, folder, problems));
    let headers = fields.take("headers").map_or_else(Vec::new, |node| headers(node, folder, problems));
    let file = fields.take("file").and_then(|node| file(node, folder, problems));
    let bytes = fields.take("bytes").and_then(|node| Some(Spanned::new(bytes(node, problems)?, node.span)));
    let empty_body = fields.take("body").and_then(|node| empty(node, problems));
    fields.finish(problems);
    headers.iter().for_each(|(_, pattern)| sense::header(pattern, problems));
    let bodies = usize::from(json.is_some())
        + usize::from(file.is_some())
        + usize::from(bytes.is_some())
        + usize::from(empty_body.is_some());
    if bodies > 1 || (empty_body.is_some() && text.is_some()) {
        problems.add(
            Diagnostic::new("the body is expected in two ways", node.span)
                .help("keep one of json, text, file, bytes and body"),
        );
    }
    let expect = Expect { status, headers, json, text, file, bytes, empty_body };
    if expect.count() == 0 && problems.0.len() == before {
        problems.add(cannot_fail(node.span, "nothing is expected"));
    }
    Some(expect)
}

fn headers(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<(Spanned<String>, Pattern)> {
    header_names(node, problems);
    decode::map(node, problems)
        .iter()
        .filter_map(|(key, node)| {
            let name = Spanned::new(key.value.to_ascii_lowercase(), key.span);
            Some((name, pattern(node, Position::FreeKey, folder, problems)?))
        })
        .collect()
}

fn file(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<ExpectedFile> {
    let (path, text) = folder.text(node, problems)?;
    let content = if path.value.ends_with(".json") {
        let tree = folder.json(&path.value, &text, problems)?;
        ExpectedContent::Json(pattern(&tree, Position::Present, folder, problems)?)
    } else {
        ExpectedContent::Text(text)
    };
    Some(ExpectedFile { path, content })
}

/// A JSON file of expected output by itself, with markers. `path` is how it is shown to people; `files` are as for a grader.
///
/// # Errors
/// Every mistake in it.
pub fn expected(path: &str, text: &str, files: &Files<'_>) -> Result<(Pattern, Sources), Invalid> {
    let mut folder = Folder::new(path, text, files);
    let mut problems = Problems::default();
    let expected = yaml::parse(text, SourceId(0), "JSON", &mut problems)
        .and_then(|tree| pattern(&tree, Position::Present, &mut folder, &mut problems));
    finish(expected, folder.sources, problems)
}

fn empty(node: &Node, problems: &mut Problems) -> Option<Span> {
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
        .map(|(name, node)| {
            new_name(name, problems);
            // A name whose place can't be read is still known to later steps.
            let place = decode::text(node, problems).and_then(|text| known_place(&text, node, problems));
            Save { name: name.clone(), from: Spanned::new(place.unwrap_or(Place::Status), node.span) }
        })
        .collect()
}

/// A part of an answer, such as `json.left`.
pub fn place_of(node: &Node, problems: &mut Problems) -> Option<Place> {
    decode::text(node, problems).and_then(|text| known_place(&text, node, problems))
}

fn known_place(text: &str, node: &Node, problems: &mut Problems) -> Option<Place> {
    let place = place(text);
    if place.is_none() {
        problems.add(
            Diagnostic::new(format!("`{text}` names no part of an answer"), node.span)
                .help("write status, text, headers.NAME, json, or a path such as json.items[0].id"),
        );
    }
    place
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
