//! Reads one check.

use super::files::Folder;
use super::{step, vars};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::{Check, Detail, Fresh, Step, Visibility, Worth};
use crate::source::{Span, Spanned};
use crate::tree::{Node, NodeKind};
use std::time::Duration;

const DETAILS: [(&str, Detail); 3] =
    [("full", Detail::Full), ("actual", Detail::Actual), ("none", Detail::None)];
/// So that no sum of points overflows.
const MOST_POINTS: u32 = 10_000;
const TIMEOUT: Duration = Duration::from_secs(30);

/// Reads `detail:`.
pub fn detail(node: &Node, problems: &mut Problems) -> Option<Detail> {
    decode::word(node, &DETAILS, problems)
}

/// Reads a check; `default` is the file's `detail` for visible ones.
pub fn check(
    node: &Node,
    default: Detail,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Check> {
    let mut fields = Fields::of(node, "a check, a map", problems)?;
    let head = fields.head;
    let id = fields.require("id", problems).and_then(|node| id(node, problems));
    let was = fields.take("was").map_or_else(Vec::new, |node| old_ids(node, problems));
    let claim = fields.require("claim", problems).and_then(|node| decode::sentence(node, problems));
    let worth = worth(&mut fields, problems);
    let needs = fields.take("needs").map_or_else(Vec::new, |node| decode::texts(node, problems));
    let hint = fields.take("hint").and_then(|node| decode::sentence(node, problems));
    let visibility = fields.take("visibility").and_then(|node| {
        decode::word(node, &[("visible", Visibility::Visible), ("hidden", Visibility::Hidden)], problems)
    });
    let visibility = visibility.unwrap_or(Visibility::Visible);
    let detail = fields.take("detail").and_then(|node| detail(node, problems));
    let timeout = fields.take("timeout").and_then(|node| decode::duration(node, problems));
    let fresh = fields.take("fresh").and_then(|node| {
        decode::word(node, &[("server", Fresh::Server), ("data", Fresh::Data), ("all", Fresh::All)], problems)
    });
    let vars = fields.take("vars").map_or_else(Vec::new, |node| vars::vars(node, problems));
    let steps = fields.require("steps", problems).map_or_else(Vec::new, |node| steps(node, folder, problems));
    fields.finish(problems);
    Some(Check {
        // Without an id of its own it can be neither needed nor confused with another.
        id: id.unwrap_or_else(|| Spanned::new(String::new(), head)),
        was,
        claim: claim.unwrap_or_default(),
        worth: worth.unwrap_or(Worth::Points(1)),
        needs,
        hint,
        visibility,
        detail: detail.unwrap_or(if visibility == Visibility::Hidden { Detail::None } else { default }),
        timeout: timeout.unwrap_or(TIMEOUT),
        fresh,
        vars,
        steps,
        span: node.span,
    })
}

fn id(node: &Node, problems: &mut Problems) -> Option<Spanned<String>> {
    let id = decode::sentence(node, problems)?;
    if !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        problems.add(
            Diagnostic::new(format!("`{id}` is no id of a check"), node.span).help("use a-z, 0-9 and -"),
        );
        return None;
    }
    if matches!(id.as_str(), "build" | "boot") {
        problems.add(Diagnostic::new(format!("`{id}` is reserved for mutants that fail to {id}"), node.span));
        return None;
    }
    Some(Spanned::new(id, node.span))
}

fn old_ids(node: &Node, problems: &mut Problems) -> Vec<String> {
    decode::list(node, problems).iter().filter_map(|item| Some(id(item, problems)?.value)).collect()
}

fn worth(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Worth> {
    let mut found: Vec<(Span, Option<Worth>)> = Vec::new();
    if let Some((key, node)) = fields.take_entry("points") {
        found.push((key.span, points(node, problems).map(Worth::Points)));
    }
    if let Some((key, node)) = fields.take_entry("bonus") {
        found.push((key.span, points(node, problems).map(Worth::Bonus)));
    }
    if let Some((key, node)) = fields.take_entry("gate") {
        match node.kind {
            NodeKind::Bool(true) => found.push((key.span, Some(Worth::Gate))),
            _ => problems.add(Diagnostic::new("a gate is written `gate: true`", node.span)),
        }
    }
    found.sort_by_key(|(span, _)| *span);
    match found.as_slice() {
        [(_, worth)] => *worth,
        [] => {
            problems.add(
                Diagnostic::new("this check has no points", fields.head)
                    .help("add `points`, `bonus` or `gate: true`"),
            );
            None
        }
        [_, (second, _), ..] => {
            problems
                .add(Diagnostic::new("a check has points, a bonus or is a gate: only one of these", *second));
            None
        }
    }
}

fn points(node: &Node, problems: &mut Problems) -> Option<u32> {
    match &node.kind {
        NodeKind::Number(text) => match text.parse::<u32>() {
            Ok(points) if (1..=MOST_POINTS).contains(&points) => Some(points),
            Ok(points) if points > 0 => {
                problems.add(Diagnostic::new(format!("a check has at most {MOST_POINTS} points"), node.span));
                None
            }
            _ => {
                problems.add(Diagnostic::new("points are positive whole numbers", node.span));
                None
            }
        },
        _ => {
            problems.expected("a positive whole number", node);
            None
        }
    }
}

fn steps(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Step> {
    let items = decode::list(node, problems);
    let before = problems.0.len();
    let found: Vec<Step> = items.iter().filter_map(|item| step::step(item, folder, problems)).collect();
    if items.is_empty() && matches!(node.kind, NodeKind::List(_)) {
        problems.add(Diagnostic::new("this check has no steps", node.span));
    } else if problems.0.len() == before && !found.is_empty() && !found.iter().any(Step::expects) {
        let at = found.first().map_or(node.span, |step| step.span);
        problems.add(
            Diagnostic::new("this check can't fail: none of its steps expects anything", at)
                .help("add `expect`"),
        );
    }
    found
}
