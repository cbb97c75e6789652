//! The part of a grader that learners may have: its text without hidden checks, without what only these draw on, and without
//! comments, which may speak of them. It reads no file.

use crate::diagnostic::{Diagnostic, Invalid};
use crate::json::Json;
use crate::read;
use crate::source::{SourceId, Sources, Span};
use crate::tree::{Node, NodeKind};
use std::collections::BTreeSet;
use std::ops::Range;

/// The public part of grader.yaml. Each line that is left is as its author wrote it.
///
/// # Errors
/// The file is not YAML, holds only hidden checks, or is laid out so that these can't be cut out of it.
pub fn public(path: &str, text: &str) -> Result<String, Invalid> {
    let invalid = |diagnostics| {
        let mut sources = Sources::default();
        sources.add(path, text);
        Invalid { sources, diagnostics }
    };
    let root = read::document(text, SourceId(0)).map_err(invalid)?;
    let Some(checks) = entry(&root, "checks").and_then(list) else {
        return Err(invalid(vec![Diagnostic::new("there are no checks", root.span)]));
    };
    let hidden: Vec<&Node> = checks.iter().filter(|check| is_hidden(check)).collect();
    if hidden.len() == checks.len() {
        let problem = Diagnostic::new("every check is hidden, so that nothing is public", root.span);
        return Err(invalid(vec![problem]));
    }
    let mut cuts = comments(text, &scalars(&root));
    cuts.extend(hidden.iter().map(|check| lines_of(text, check.span)));
    let gone = unnamed(text, &root, &cuts);
    cuts.extend(cuts_of_vars(text, &root, &gone));
    let left = without(text, cuts);
    // What was cut is compared with what was meant, so that nothing hangs on how lines were found.
    match read::document(&left, SourceId(0)) {
        Ok(cut) if cut.to_json() == meant(&root, &gone) => Ok(left),
        _ => {
            let span = hidden.first().map_or(root.span, |check| check.span);
            let problem = Diagnostic::new("this check can't be cut out of the file", span)
                .help("begin each check and each of the grader's `vars` on a line of its own");
            Err(invalid(vec![problem]))
        }
    }
}

fn entry<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let NodeKind::Map(entries) = &node.kind else { return None };
    entries.iter().find(|(name, _)| name.value == key).map(|(_, value)| value)
}

fn key_span(node: &Node, key: &str) -> Option<Span> {
    let NodeKind::Map(entries) = &node.kind else { return None };
    entries.iter().find(|(name, _)| name.value == key).map(|(name, _)| name.span)
}

fn list(node: &Node) -> Option<&[Node]> {
    match &node.kind {
        NodeKind::List(items) => Some(items),
        _ => None,
    }
}

fn is_hidden(check: &Node) -> bool {
    entry(check, "visibility").is_some_and(|node| node.kind == NodeKind::Text("hidden".into()))
}

/// The grader's own variables, and where each stands with its name.
fn vars(root: &Node) -> Vec<(&String, Span)> {
    match entry(root, "vars").map(|vars| &vars.kind) {
        Some(NodeKind::Map(vars)) => vars
            .iter()
            .map(|(name, value)| (&name.value, Span { end: value.span.end.max(name.span.end), ..name.span }))
            .collect(),
        _ => Vec::new(),
    }
}

/// Variables that nothing is left to name; each may be what another one hangs on.
fn unnamed(text: &str, root: &Node, cuts: &[Range<usize>]) -> BTreeSet<String> {
    let all = vars(root);
    let mut gone: BTreeSet<String> = BTreeSet::new();
    loop {
        let left = without(text, cuts.iter().cloned().chain(cuts_of_vars(text, root, &gone)).collect());
        let next =
            all.iter().find(|(name, _)| !gone.contains(*name) && !left.contains(&format!("$({name})")));
        match next {
            Some((name, _)) => drop(gone.insert((*name).clone())),
            None => return gone,
        }
    }
}

/// Where these variables stand; all that `vars` is, if they are all of them.
fn cuts_of_vars(text: &str, root: &Node, gone: &BTreeSet<String>) -> Vec<Range<usize>> {
    let all = vars(root);
    let these = || all.iter().filter(|(name, _)| gone.contains(*name)).map(|(_, span)| *span);
    let whole = all.first().zip(all.last()).filter(|_| !gone.is_empty() && gone.len() == all.len());
    match (whole, key_span(root, "vars")) {
        (Some((_, (_, last))), Some(key)) => vec![lines_of(text, Span { end: last.end, ..key })],
        _ => these().map(|span| lines_of(text, span)).collect(),
    }
}

/// Where each value and each key of a map stands that is no list and no map.
fn scalars(node: &Node) -> Vec<Span> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match &node.kind {
            NodeKind::List(items) => open.extend(items),
            NodeKind::Map(entries) => {
                for (key, value) in entries {
                    found.push(key.span);
                    open.push(value);
                }
            }
            _ => found.push(node.span),
        }
    }
    found.sort_unstable();
    found
}

/// Where comments stand: from a `#` after a blank that is within no value, to the line's end.
fn comments(text: &str, scalars: &[Span]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut spans = scalars.iter().map(|span| content(text, *span)).peekable();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('#')).map(|offset| at + offset) {
        while spans.next_if(|span| span.end <= next).is_some() {}
        let inside = spans.peek().is_some_and(|span| span.contains(&next));
        let begins = text[..next].chars().next_back().is_none_or(char::is_whitespace);
        at = next + 1;
        if begins && !inside {
            at = text[next..].find('\n').map_or(text.len(), |end| next + end);
            found.push(next..at);
        }
    }
    found
}

/// A scalar without the line that begins a block of text: behind `|` or `>` a comment may stand.
fn content(text: &str, span: Span) -> Range<usize> {
    let written = text.get(span.start..span.end).unwrap_or("");
    let header = if written.starts_with(['|', '>']) { written.find('\n').unwrap_or(0) } else { 0 };
    span.start + header..span.end
}

/// The whole lines on which something stands.
fn lines_of(text: &str, span: Span) -> Range<usize> {
    let start = text[..span.start].rfind('\n').map_or(0, |end| end + 1);
    let end = text[span.end..].find('\n').map_or(text.len(), |end| span.end + end + 1);
    start..end
}

/// The text without these parts, and without the lines that only they stood on.
fn without(text: &str, cuts: Vec<Range<usize>>) -> String {
    let mut left = String::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let (start, end) = (at, at + line.len());
        at = end;
        let touching: Vec<&Range<usize>> =
            cuts.iter().filter(|cut| cut.start < end && start < cut.end).collect();
        if touching.is_empty() {
            left.push_str(line);
            continue;
        }
        let kept: String = line
            .char_indices()
            .filter(|(offset, _)| touching.iter().all(|cut| !cut.contains(&(start + offset))))
            .map(|(_, c)| c)
            .collect();
        if !kept.trim().is_empty() {
            left.push_str(kept.trim_end());
            left.push('\n');
        }
    }
    left
}

/// What the public part says, as data.
fn meant(root: &Node, gone: &BTreeSet<String>) -> Json {
    let Json::Object(entries) = root.to_json() else { return root.to_json() };
    let hidden: Vec<bool> =
        entry(root, "checks").and_then(list).unwrap_or_default().iter().map(is_hidden).collect();
    let kept = entries.into_iter().filter_map(|(key, value)| match (key.as_str(), value) {
        ("checks", Json::Array(checks)) => {
            let visible =
                checks.into_iter().zip(&hidden).filter(|(_, hidden)| !**hidden).map(|(check, _)| check);
            Some((key, Json::Array(visible.collect())))
        }
        ("vars", Json::Object(vars)) => {
            let vars: Vec<_> = vars.into_iter().filter(|(name, _)| !gone.contains(name)).collect();
            (!vars.is_empty()).then_some((key, Json::Object(vars)))
        }
        (_, value) => Some((key, value)),
    });
    Json::Object(kept.collect())
}
