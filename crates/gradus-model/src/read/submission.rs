//! Reads gradus.toml.

use super::toml_file;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::{Diagnostic, Invalid};
use crate::select::Dialect;
use crate::source::{Sources, Spanned};
use crate::submission::{CommandLine, Run, SubmissionFile};
use crate::tree::{Node, NodeKind};

/// Reads what a submission says of itself. `path` is how the file is shown to people.
pub fn submission(path: &str, text: &str) -> Result<(SubmissionFile, Sources), Invalid> {
    toml_file(path, text, read)
}

fn read(root: &Node, problems: &mut Problems) -> Option<SubmissionFile> {
    let mut fields = Fields::of(root, "a map", problems)?;
    decode::format_one(&mut fields, problems);
    let exercise = fields
        .require("exercise", problems)
        .and_then(|node| Some(Spanned::new(decode::sentence(node, problems)?, node.span)));
    let run = fields.take("run").and_then(|node| run(node, problems));
    let dialect = fields.take("sql").and_then(|node| dialect(node, problems));
    fields.finish(problems);
    Some(SubmissionFile { exercise: exercise?, run, dialect })
}

fn run(node: &Node, problems: &mut Problems) -> Option<Run> {
    let mut fields = Fields::of(node, "a table", problems)?;
    let dir = fields.take("dir").and_then(|node| dir(node, problems));
    let build = fields.take("build").and_then(|node| command(node, problems));
    let start = fields.take("start").and_then(|node| command(node, problems));
    fields.finish(problems);
    Some(Run { dir, build, start })
}

/// `[sql]` with `dialect = "sqlite"`.
fn dialect(node: &Node, problems: &mut Problems) -> Option<Spanned<Dialect>> {
    let mut fields = Fields::of(node, "a table", problems)?;
    let dialect = fields.require("dialect", problems);
    fields.finish(problems);
    let node = dialect?;
    Some(Spanned::new(decode::word(node, &Dialect::ALL, problems)?, node.span))
}

fn dir(node: &Node, problems: &mut Problems) -> Option<Spanned<String>> {
    let path = decode::sentence(node, problems)?;
    if path.starts_with('/') || path.split('/').any(|part| part == "..") {
        problems.add(Diagnostic::new(format!("`{path}` is outside the submission"), node.span));
        return None;
    }
    Some(Spanned::new(path, node.span))
}

fn command(node: &Node, problems: &mut Problems) -> Option<Spanned<CommandLine>> {
    let command = match &node.kind {
        NodeKind::Text(_) => CommandLine::Shell(decode::sentence(node, problems)?),
        NodeKind::List(items) => {
            let words: Vec<String> = items.iter().filter_map(|item| decode::text(item, problems)).collect();
            if words.first().is_none_or(String::is_empty) {
                problems.add(Diagnostic::new("this names no program", node.span));
                return None;
            }
            CommandLine::Argv(words)
        }
        _ => {
            problems.expected("a shell line, or a list of a program and its arguments", node);
            return None;
        }
    };
    Some(Spanned::new(command, node.span))
}
