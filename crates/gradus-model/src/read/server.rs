//! Reads a step that does something to the server.

use super::files::Folder;
use super::sense::{self, Known};
use super::{step, stub};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::{Act, Action, PrintedStep, ServerStep, Step};
use crate::tree::Node;
use std::time::Duration;

const ACTS: [(&str, Act); 6] = [
    ("kill", Act::Kill),
    ("term", Act::Term),
    ("pause", Act::Pause),
    ("resume", Act::Resume),
    ("start", Act::Start),
    ("restart", Act::Restart),
];
const WITHIN: Duration = Duration::from_secs(5);

/// `server: term`, with `within`, `expect: { exit: 0 }` and `meanwhile`.
pub fn step(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let act = fields.take("server").and_then(|node| decode::word(node, &ACTS, problems));
    let within = fields.take_entry("within");
    let expect = fields.take_entry("expect");
    let meanwhile = fields.take_entry("meanwhile");
    let after = fields.take_entry("after");
    if let Some((key, _)) = within.or(expect)
        && act.is_some_and(|act| act != Act::Term)
    {
        problems.add(Diagnostic::new(format!("`{}` goes with `server: term` only", key.value), key.span));
    }
    if let Some((key, _)) = meanwhile
        && act.is_some_and(|act| !matches!(act, Act::Term | Act::Kill | Act::Restart))
    {
        problems.add(Diagnostic::new("`meanwhile` goes with term, kill and restart", key.span));
    }
    if let Some((key, _)) = after
        && meanwhile.is_none()
    {
        problems.add(
            Diagnostic::new("`after` goes with `meanwhile`", key.span)
                .help("what a stub is asked while those requests are on their way is waited for"),
        );
    }
    let after = after.and_then(|(_, node)| stub::of_stub(node, folder, problems));
    let exit = expect.and_then(|(_, node)| {
        let mut fields = Fields::of(node, "{ exit: … }", problems)?;
        let exit = fields.require("exit", problems);
        let exit = exit.and_then(|node| sense::expected(node, &sense::EXIT, folder, problems));
        fields.finish(problems);
        exit
    });
    let within = within.and_then(|(_, node)| decode::duration(node, problems));
    let meanwhile = meanwhile.map_or_else(Vec::new, |(_, node)| requests(node, folder, problems));
    Some(Action::Server(Box::new(ServerStep {
        act: act?,
        within: within.unwrap_or(WITHIN),
        exit,
        meanwhile,
        after,
    })))
}

/// `printed: { text: …, lines: …, json: … }`.
pub fn printed(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("printed")?;
    let mut fields = Fields::of(node, "{ text: …, lines: …, json: … }", problems)?;
    let before = problems.0.len();
    let mut take = |key: &'static str, known: &Known| {
        fields.take(key).and_then(|node| sense::expected(node, known, folder, problems))
    };
    let text = take("text", &sense::TEXT);
    let [lines, json] = ["lines", "json"].map(|key| take(key, &sense::LIST));
    fields.finish(problems);
    if text.is_none() && lines.is_none() && json.is_none() && problems.0.len() == before {
        problems.add(sense::cannot_fail(node.span, "nothing is expected"));
    }
    Some(Action::Printed(Box::new(PrintedStep { text, lines, json })))
}

/// Steps that are requests.
pub fn requests(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Step> {
    let steps: Vec<Step> =
        decode::list(node, problems).iter().filter_map(|item| step::step(item, folder, problems)).collect();
    for other in steps.iter().filter(|step| !matches!(step.action, Action::Request(_))) {
        problems.add(Diagnostic::new("only requests can be on their way meanwhile", other.span));
    }
    for step in &steps {
        step::once(step, "`meanwhile`", problems);
    }
    steps
}
