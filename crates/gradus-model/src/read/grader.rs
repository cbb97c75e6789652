//! Reads grader.yaml.

use super::files::{Files, Folder};
use super::value::values;
use super::{check, conform, finish, idle, needs, scope, select, service, stub, stubs_named, template, vars};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::{Diagnostic, Invalid};
use crate::grader::{Check, Detail, Grader, Worth};
use crate::source::{SourceId, Sources, Spanned};
use crate::tree::{Node, NodeKind};
use crate::value::Value;
use crate::yaml;

/// Reads a grader. `path` is how the file is shown to people; `files` gives the bytes of those that it names, by
/// their path relative to its folder.
pub fn grader(path: &str, text: &str, files: &Files<'_>) -> Result<Grader, Invalid> {
    let mut folder = Folder::new(path, text, files);
    let mut problems = Problems::default();
    let grader = yaml::parse(text, SourceId(0), "YAML", &mut problems)
        .and_then(|root| read(&root, &mut folder, &mut problems));
    if let Some(grader) = &grader {
        needs::check_needs(&grader.checks, &mut problems);
        stubs_named::check_stubs(grader, &mut problems);
        idle::check_idle(grader, &mut problems);
        service::check_services(grader, &mut problems);
        select::check_selects(grader, &mut problems);
        scope::check_names(grader, &folder.sources, &mut problems);
    }
    let (grader, sources) = finish(grader, folder.sources, problems)?;
    Ok(Grader { sources, ..grader })
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
    let vars = fields.take("vars").map_or_else(Vec::new, |node| vars::vars(node, problems));
    let stubs = fields.take("stubs").map_or_else(Vec::new, |node| stub::stubs(node, folder, problems));
    let services =
        fields.take("services").map(|node| service::services(node, folder, problems)).unwrap_or_default();
    folder.dialects = fields.take("dialects").map_or_else(Vec::new, |node| select::dialects(node, problems));
    let data = fields.take("data").map_or_else(Vec::new, |node| select::data(node, folder, problems));
    let passive = fields.take("conform").filter(|node| conform::passive(node, problems));
    let checks = fields.require("checks", problems);
    fields.finish(problems);
    let checks = checks.map_or_else(Vec::new, |node| checks_of(node, detail, folder, problems));
    Some(Grader {
        sources: Sources::default(),
        exercise: exercise.unwrap_or_else(|| Spanned::new(String::new(), root.span)),
        pass: pass.unwrap_or(1) as u32,
        detail,
        env,
        vars,
        stubs,
        services: services.running,
        files: services.files,
        dialects: folder.dialects.clone(),
        data,
        passive: passive.map(|node| node.span),
        contract: None,
        checks,
    })
}

fn env(node: &Node, problems: &mut Problems) -> Vec<(String, Value)> {
    for (key, _) in decode::map(node, problems) {
        template::name(key, problems);
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
