//! Reads steps that run a command, or send bytes as they stand.

use super::files::Folder;
use super::request::{body, bytes};
use super::sense;
use super::template::{template, text_template};
use super::value::{value, values};
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::grader::{Action, Body, ExpectedText, PluginStep, RawEnd, RawPart, RawStep, RunStep};
use crate::tree::{Node, NodeKind};
use crate::value::Template;

/// `run: { command: [./restore, x], stdin: { text: … } }` with `expect: { exit: 0, stdout: … }`.
pub fn run(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("run")?;
    let mut what = Fields::of(node, "{ command: […], args: […], stdin: … }", problems)?;
    let command = what.take("command").map(|node| {
        sense::not_empty(node, "no program is named", "write [./restore, now], or leave it out", problems);
        words(node, problems)
    });
    let args = what.take("args").map_or_else(Vec::new, |node| words(node, problems));
    let stdin = what.take("stdin").map_or(Body::None, |node| stdin(node, folder, problems));
    let env = what.take("env").map_or_else(Vec::new, |node| values(node, problems));
    what.finish(problems);
    let timeout = fields.take("timeout").and_then(|node| decode::duration(node, problems));
    let mut step = RunStep {
        command,
        args,
        stdin,
        env,
        timeout,
        exit: None,
        stdout: None,
        stderr: None,
        files: Vec::new(),
    };
    if let Some(node) = fields.take("expect") {
        let before = problems.0.len();
        let mut expect = Fields::of(node, "{ exit: …, stdout: …, stderr: …, files: … }", problems)?;
        step.exit =
            expect.take("exit").and_then(|node| sense::expected(node, &sense::EXIT, folder, problems));
        step.stdout = expect.take("stdout").and_then(|node| text(node, folder, problems));
        step.stderr = expect.take("stderr").and_then(|node| text(node, folder, problems));
        for (path, node) in expect.take("files").map_or(&[][..], |node| decode::map(node, problems)) {
            if path.value.split('/').any(|part| part == "..") {
                let problem = Diagnostic::new(format!("`{}` leads upwards", path.value), path.span);
                problems.add(problem.help("name it below the submission's folder, or by its absolute path"));
            }
            let path = template(&path.value, path.span, problems);
            step.files.extend(text(node, folder, problems).map(|text| (path, text)));
        }
        expect.finish(problems);
        let judged = step.exit.is_some() || step.stdout.is_some() || step.stderr.is_some();
        if !judged && step.files.is_empty() && problems.0.len() == before {
            problems.add(
                sense::cannot_fail(node.span, "nothing is expected of this command")
                    .help("write { exit: 0 }, or what it prints"),
            );
        }
    }
    Some(Action::Run(Box::new(step)))
}

fn words(node: &Node, problems: &mut Problems) -> Vec<Template> {
    decode::list(node, problems).iter().filter_map(|item| text_template(item, problems)).collect()
}

/// Text alone, or a body as requests have them.
fn stdin(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Body {
    if !matches!(node.kind, NodeKind::Map(_)) {
        return text_template(node, problems).map_or(Body::None, Body::Text);
    }
    let Some(mut fields) = Fields::of(node, "text, or { file: … }", problems) else { return Body::None };
    let body = body(&mut fields, folder, problems);
    fields.finish(problems);
    body
}

/// A pattern of text, or `{ file: expected/out.txt }`.
fn text(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<ExpectedText> {
    if let NodeKind::Map(entries) = &node.kind
        && let [(key, file)] = entries.as_slice()
        && key.value == "file"
    {
        return folder.text(file, problems).map(|(path, text)| ExpectedText::File { path, text });
    }
    let found = sense::expected(node, &sense::TEXT, folder, problems)?;
    Some(ExpectedText::Pattern(found))
}

const ENDS: [(&str, RawEnd); 2] = [("keep", RawEnd::Keep), ("half_close", RawEnd::HalfClose)];

/// `raw: { send: "GET / HTTP/1.1\\r\\n\\r\\n", then: half_close }` with `expect: { bytes: …, closed: true }`.
pub fn raw(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("raw")?;
    let mut what = Fields::of(node, "{ send: …, then: … }", problems)?;
    let send = what.require("send", problems);
    if let Some(node) = send {
        let help = "write text or bytes, or { wait: 1s } where nothing is to be sent";
        sense::not_empty(node, "nothing is done", help, problems);
    }
    let send = send.map_or_else(Vec::new, |node| match &node.kind {
        NodeKind::List(items) => items.iter().filter_map(|item| part(item, problems)).collect(),
        _ => part(node, problems).into_iter().collect(),
    });
    let then = what.take("then").and_then(|node| decode::word(node, &ENDS, problems));
    what.finish(problems);
    let timeout = fields.take("timeout").and_then(|node| decode::duration(node, problems));
    let mut step = RawStep { send, then: then.unwrap_or(RawEnd::Keep), timeout, bytes: None, closed: None };
    if let Some(node) = fields.take("expect") {
        let before = problems.0.len();
        let mut expect = Fields::of(node, "{ bytes: …, closed: … }", problems)?;
        step.bytes =
            expect.take("bytes").and_then(|node| sense::expected(node, &sense::TEXT, folder, problems));
        step.closed = expect.take("closed").and_then(|node| match node.kind {
            NodeKind::Bool(closed) => Some(closed),
            _ => {
                problems.expected("true or false", node);
                None
            }
        });
        expect.finish(problems);
        if step.bytes.is_none() && step.closed.is_none() && problems.0.len() == before {
            problems.add(
                sense::cannot_fail(node.span, "nothing is expected of what comes back")
                    .help("write { bytes: { $contains: \"200\" } }, or { closed: true }"),
            );
        }
    }
    Some(Action::Raw(Box::new(step)))
}

/// `plugin: { component: check.wasm, input: { … } }`.
pub fn plugin(
    fields: &mut Fields<'_>,
    _: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let node = fields.take("plugin")?;
    let mut what = Fields::of(node, "{ component: …, input: … }", problems)?;
    let component = what.require("component", problems).and_then(|node| folder.bytes(node, problems));
    let input = what.take("input").and_then(|node| value(node, problems));
    what.finish(problems);
    let (component, bytes) = component?;
    Some(Action::Plugin(Box::new(PluginStep { component, bytes, input })))
}

/// Text, `{ hex: 00ff }` or `{ wait: 100ms }`.
fn part(node: &Node, problems: &mut Problems) -> Option<RawPart> {
    let NodeKind::Map(entries) = &node.kind else { return text_template(node, problems).map(RawPart::Text) };
    if let [(key, pause)] = entries.as_slice()
        && key.value == "wait"
    {
        return decode::duration(pause, problems).map(RawPart::Wait);
    }
    bytes(node, problems).map(RawPart::Bytes)
}
