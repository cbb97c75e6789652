//! Reads load: what is asked on many connections, and what is expected of all the answers.

use super::files::Folder;
use super::race::steps;
use super::sense::{self, Known};
use super::step;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::duration::parse_size;
use crate::grader::Action;
use crate::race::LoadStep;
use crate::tree::{Node, NodeKind};

const CONNECTIONS: u32 = 16;

/// `load: { connections: 16, for: 2s, requests: […] }` with `expect: { errors: 0, judged: { $at_least: 100 } }`.
pub fn load(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("load")?;
    let load = asked(node, folder, problems);
    let Some(expect_node) = fields.take("expect") else {
        problems.add(
            Diagnostic::new("nothing is expected of this load", node.span)
                .help("add `expect: { errors: 0, judged: { $at_least: 100 } }`"),
        );
        return None;
    };
    let before = problems.0.len();
    let mut expect =
        Fields::of(expect_node, "{ errors: …, judged: …, answers: …, p99: …, memory: … }", problems)?;
    let mut take = |key: &'static str, known: &Known| {
        expect.take(key).and_then(|node| sense::expected(node, known, folder, problems))
    };
    let [errors, judged, answers] = ["errors", "judged", "answers"].map(|key| take(key, &sense::COUNT));
    let p99 = take("p99", &sense::SECONDS);
    let memory = expect.take("memory").and_then(|node| more(node, problems));
    expect.finish(problems);
    let judged_at_all = [&errors, &judged, &answers, &p99].iter().any(|pattern| pattern.is_some());
    if !judged_at_all && memory.is_none() && problems.0.len() == before {
        problems.add(sense::cannot_fail(expect_node.span, "nothing is expected of this load"));
    }
    Some(Action::Load(Box::new(LoadStep { errors, judged, answers, p99, memory, ..load? })))
}

/// The load itself, of which nothing is expected yet.
pub fn asked(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<LoadStep> {
    let mut load = Fields::of(node, "{ connections: …, for: …, requests: […] }", problems)?;
    let connections = load.take("connections").and_then(|node| decode::whole(node, 1, 256, problems));
    let rate = load.take("rate").and_then(|node| decode::whole(node, 1, 100_000, problems));
    let lasts = load.require("for", problems).and_then(|node| decode::duration(node, problems));
    let warm_up = load.take("warm_up").and_then(|node| decode::duration(node, problems));
    let requests = load.require("requests", problems);
    if let Some(node) = requests {
        sense::not_empty(node, "nothing is asked", "name a request: { get: / }", problems);
    }
    let requests = requests.map_or_else(Vec::new, |node| steps(node, folder, problems));
    load.finish(problems);
    for other in requests.iter().filter(|step| !matches!(step.action, Action::Request(_))) {
        problems.add(Diagnostic::new("a load only sends requests", other.span));
    }
    for step in &requests {
        step::once(step, "a turn of a load", problems);
        if let Action::Request(request) = &step.action
            && request.may_go_unanswered
        {
            problems.add(
                Diagnostic::new("a load counts what goes unanswered", step.span)
                    .help("leave out `unanswered`, and expect `errors: { $at_most: … }`"),
            );
        }
    }
    for instance in requests.iter().filter_map(|step| step.instance.as_ref()) {
        problems.add(
            Diagnostic::new("a load asks one server", instance.span)
                .help("give the load itself the `instance`"),
        );
    }
    Some(LoadStep {
        connections: connections.map_or(CONNECTIONS, |connections| connections as u32),
        rate: rate.map(|rate| rate as u32),
        lasts: lasts?,
        warm_up: warm_up.unwrap_or_default(),
        requests,
        errors: None,
        judged: None,
        answers: None,
        p99: None,
        memory: None,
    })
}

/// `{ $at_most: 20 MiB more }`, in bytes.
fn more(node: &Node, problems: &mut Problems) -> Option<u64> {
    let said = match &node.kind {
        NodeKind::Map(entries) => match entries.as_slice() {
            [(key, Node { kind: NodeKind::Text(text), .. })] if key.value == "$at_most" => {
                Some(text.as_str())
            }
            _ => None,
        },
        _ => None,
    };
    let bytes = said.and_then(|text| parse_size(text.strip_suffix("more")?.trim_end()));
    if bytes.is_none() {
        problems.add(
            Diagnostic::new("expected how much more memory there may be", node.span)
                .help("write { $at_most: 20 MiB more }"),
        );
    }
    bytes
}
