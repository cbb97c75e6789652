//! Reads a step that makes requests from the contract. Whether the contract has the operations that it names is not known here.

use super::files::Folder;
use super::request;
use super::value::values;
use crate::conform::{ConformStep, Operations};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::Action;
use crate::source::Spanned;
use crate::tree::{Node, NodeKind};
use crate::value::Value;

const CASES: u32 = 50;

/// `conform: { operations: all, cases: 50, except: […], with: {…}, headers: {…}, allow: {…}, contract: strict.yaml }`.
pub fn conform(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let (key, node) = fields.take_entry("conform")?;
    let mut conform = Fields::of(node, "{ operations: all }", problems)?;
    let operations = conform.require("operations", problems).and_then(|node| operations(node, problems));
    let except = conform.take("except").map_or_else(Vec::new, |node| decode::texts(node, problems));
    let cases = conform.take("cases").and_then(|node| decode::whole(node, 1, 1000, problems));
    let with = conform.take("with").map_or_else(Vec::new, |node| with(node, problems));
    let headers = conform.take("headers").map_or_else(Vec::new, |node| request::headers(node, problems));
    let allow = conform.take("allow").map_or_else(Vec::new, |node| allow(node, problems));
    let contract = conform.take("contract").and_then(|node| {
        let (path, text) = folder.text(node, problems)?;
        Some(folder.sources.add(folder.shown(&path.value), text))
    });
    conform.finish(problems);
    Some(Action::Conform(Box::new(ConformStep {
        contract,
        operations: operations?,
        except,
        cases: cases.map_or(CASES, |cases| cases as u32),
        with,
        headers,
        allow,
        span: key.span,
    })))
}

/// `conform: passive` at the top of the file.
pub fn passive(node: &Node, problems: &mut Problems) -> bool {
    decode::word(node, &[("passive", ())], problems).is_some()
}

/// `all`, or a list.
fn operations(node: &Node, problems: &mut Problems) -> Option<Operations> {
    match &node.kind {
        NodeKind::List(items) if items.is_empty() => {
            problems.add(
                Diagnostic::new("this asks nothing, and so it can't fail", node.span)
                    .help("write `all`, or name operations: [POST /todos]"),
            );
            None
        }
        NodeKind::List(_) => Some(Operations::Named(decode::texts(node, problems))),
        _ => decode::word(node, &[("all", ())], problems).map(|()| Operations::All(node.span)),
    }
}

fn with(node: &Node, problems: &mut Problems) -> Vec<(Spanned<String>, Value)> {
    let read = values(node, problems);
    let keys = decode::map(node, problems).iter().map(|(key, _)| key);
    keys.filter_map(|key| {
        let (_, value) = read.iter().find(|(name, _)| *name == key.value)?;
        Some((key.clone(), value.clone()))
    })
    .collect()
}

fn allow(node: &Node, problems: &mut Problems) -> Vec<(Spanned<String>, Vec<u16>)> {
    let mut all = Vec::new();
    for (key, node) in decode::map(node, problems) {
        let statuses = decode::list(node, problems);
        let statuses = statuses.iter().filter_map(|item| decode::whole(item, 400, 599, problems));
        all.push((key.clone(), statuses.map(|status| status as u16).collect()));
    }
    all
}
