//! Files that a grader names, by their path relative to its folder.

use crate::decode::Problems;
use crate::diagnostic::Diagnostic;
use crate::select::Dialect;
use crate::source::{SourceId, Sources, Spanned};
use crate::tree::{Node, NodeKind};
use crate::yaml;

/// Where files come from. The error says why one does not ("no such file").
pub type Files<'a> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'a;

/// The files of one grader while it is read.
pub struct Folder<'a> {
    files: &'a Files<'a>,
    /// Sources so far; grader.yaml is the first.
    pub sources: Sources,
    /// The dialects of SQL in which a submission may be written, once they are read.
    pub dialects: Vec<Dialect>,
}

impl<'a> Folder<'a> {
    /// With grader.yaml as the first source.
    pub fn new(path: &str, text: &str, files: &'a Files<'a>) -> Self {
        let mut sources = Sources::default();
        sources.add(path, text);
        Self { files, sources, dialects: Vec::new() }
    }

    /// The path that a node names and the bytes of that file.
    pub fn bytes(&self, node: &Node, problems: &mut Problems) -> Option<(Spanned<String>, Vec<u8>)> {
        let NodeKind::Text(path) = &node.kind else {
            problems.expected("the path of a file", node);
            return None;
        };
        if leaves_folder(path) {
            problems.add(
                Diagnostic::new(format!("`{path}` is outside the grader's folder"), node.span)
                    .help("put the file beside grader.yaml and write its path from there"),
            );
            return None;
        }
        match (self.files)(path) {
            Ok(bytes) => Some((Spanned::new(path.clone(), node.span), bytes)),
            Err(why) => {
                problems.add(Diagnostic::new(format!("`{path}` can't be read: {why}"), node.span));
                None
            }
        }
    }

    /// The same for text.
    pub fn text(&self, node: &Node, problems: &mut Problems) -> Option<(Spanned<String>, String)> {
        let (path, bytes) = self.bytes(node, problems)?;
        match String::from_utf8(bytes) {
            Ok(text) => Some((path, text)),
            Err(_) => {
                problems.add(Diagnostic::new(format!("`{}` is not UTF-8", path.value), node.span));
                None
            }
        }
    }

    /// A path beside grader.yaml as it is shown to people.
    pub fn shown(&self, path: &str) -> String {
        let grader = self.sources.get(SourceId(0)).path.rsplit_once('/');
        grader.map_or_else(|| path.to_owned(), |(folder, _)| format!("{folder}/{path}"))
    }

    /// The tree of a JSON file; its mistakes are noted where they stand in it.
    pub fn json(&mut self, path: &str, text: &str, problems: &mut Problems) -> Option<Node> {
        let id = self.sources.add(self.shown(path), text);
        yaml::parse(text, id, "JSON", problems)
    }
}

fn leaves_folder(path: &str) -> bool {
    path.is_empty()
        || path.starts_with('/')
        || path.contains('\\')
        || path.split('/').any(|part| part == "..")
}
