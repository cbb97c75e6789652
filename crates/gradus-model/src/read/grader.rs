//! Reads grader.yaml.

use super::files::{Files, Folder};
use super::value::{self, values};
use super::{check, finish, scope};
use crate::decode::{self, Fields, Problems, nearest};
use crate::diagnostic::{Diagnostic, Invalid};
use crate::grader::{Check, Detail, Grader, Visibility, Worth};
use crate::source::{SourceId, Spanned};
use crate::tree::{Node, NodeKind};
use crate::yaml;

/// Reads a grader. `path` is how the file is shown to people; `files` gives the bytes of those that it names, by
/// their path relative to its folder.
pub fn grader(path: &str, text: &str, files: &Files<'_>) -> Result<Grader, Invalid> {
    let mut folder = Folder::new(path, text, files);
    let root = match yaml::parse(text, SourceId(0)) {
        Ok(root) => root,
        Err(diagnostics) => return Err(Invalid { sources: folder.sources, diagnostics }),
    };
    let mut problems = Problems::default();
    let grader = read(&root, &mut folder, &mut problems);
    if let Some(grader) = &grader {
        among_checks(&grader.checks, &mut problems);
        if problems.0.is_empty() {
            scope::check_names(grader, &mut problems);
        }
    }
    let grader = grader.map(|grader| Grader { sources: folder.sources.clone(), ..grader });
    finish(grader, &folder.sources, problems)
}

fn read(root: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Grader> {
    let mut fields = Fields::of(root, "a map", problems)?;
    decode::format_one(&mut fields, problems);
    let exercise = fields
        .require("exercise", problems)
        .and_then(|node| Some(Spanned::new(decode::sentence(node, problems)?, node.span)));
    let pass = fields.require("pass", problems).and_then(|node| decode::whole(node, 1, 100, problems));
    let detail = fields.take("detail").and_then(|node| check::detail(node, problems)).unwrap_or(Detail::Full);
    let env = fields.take("env").map_or_else(Vec::new, |node| env(node, problems));
    let vars = fields.take("vars").map_or_else(Vec::new, |node| value::vars(node, problems));
    let checks = fields.require("checks", problems);
    fields.finish(problems);
    let checks = checks.map_or_else(Vec::new, |node| checks_of(node, detail, folder, problems));
    Some(Grader {
        sources: folder.sources.clone(),
        exercise: exercise?,
        pass: pass? as u32,
        detail,
        env,
        vars,
        checks,
    })
}

fn env(node: &Node, problems: &mut Problems) -> Vec<(String, crate::value::Value)> {
    for (key, _) in decode::map(node, problems) {
        value::name(key, problems);
        if matches!(key.value.as_str(), "PORT" | "HOST" | "DATA_DIR" | "PATH" | "HOME") {
            problems.add(Diagnostic::new(format!("`{}` is set by Gradus", key.value), key.span));
        }
    }
    values(node, problems)
}

fn checks_of(node: &Node, detail: Detail, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Check> {
    let items = decode::list(node, problems);
    if items.is_empty() && matches!(node.kind, NodeKind::List(_) | NodeKind::Null) {
        problems.add(Diagnostic::new("there are no checks", node.span));
    }
    let checks: Vec<Check> =
        items.iter().filter_map(|item| check::check(item, detail, folder, problems)).collect();
    let earns = checks.iter().any(|check| matches!(check.worth, Worth::Points(_)));
    if !earns && !checks.is_empty() && checks.len() == items.len() {
        problems.add(Diagnostic::new("no check has points, so nothing can be earned", checks[0].id.span));
    }
    checks
}

/// What the checks say of each other: unique ids, and needs that stand above.
fn among_checks(checks: &[Check], problems: &mut Problems) {
    let mut seen: Vec<&str> = Vec::new();
    for check in checks {
        for id in std::iter::once(check.id.value.as_str()).chain(check.was.iter().map(String::as_str)) {
            if seen.contains(&id) {
                problems
                    .add(Diagnostic::new(format!("another check is or was called `{id}`"), check.id.span));
            }
            seen.push(id);
        }
    }
    for (index, check) in checks.iter().enumerate() {
        for need in &check.needs {
            need_of(checks, index, need, problems);
        }
    }
}

fn need_of(checks: &[Check], index: usize, need: &Spanned<String>, problems: &mut Problems) {
    let check = &checks[index];
    let Some(at) = checks.iter().position(|other| other.id.value == need.value) else {
        let problem = Diagnostic::new(format!("there is no check `{}`", need.value), need.span);
        let known = checks.iter().map(|other| other.id.value.as_str());
        problems.add(match nearest(&need.value, known) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem,
        });
        return;
    };
    if at == index {
        problems.add(Diagnostic::new("a check can't need itself", need.span));
    } else if at > index {
        let circle = leads_to(checks, at, index);
        let message = if circle {
            format!("`{}` and `{}` need each other", check.id.value, need.value)
        } else {
            format!("`{}` stands below, and checks run in the file's order", need.value)
        };
        problems.add(Diagnostic::new(message, need.span).help("a check needs only checks above it"));
    } else if check.visibility == Visibility::Visible && checks[at].visibility == Visibility::Hidden {
        problems.add(
            Diagnostic::new(format!("`{}` is hidden, and hidden checks run last", need.value), need.span)
                .help("a visible check needs only visible ones"),
        );
    }
}

/// Whether what `from` needs comes, directly or not, to `to`.
fn leads_to(checks: &[Check], from: usize, to: usize) -> bool {
    let mut open = vec![from];
    let mut seen = vec![false; checks.len()];
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if !std::mem::replace(&mut seen[at], true) {
            open.extend(
                checks[at]
                    .needs
                    .iter()
                    .filter_map(|need| checks.iter().position(|other| other.id.value == need.value)),
            );
        }
    }
    false
}
