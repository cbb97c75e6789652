//! Reads what a solution leaves out.

use super::toml_file;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::{Diagnostic, Invalid};
use crate::solution::Solution;
use crate::source::Sources;
use crate::tree::Node;

/// Reads it. `path` is how the file is shown to people.
pub fn solution(path: &str, text: &str) -> Result<(Solution, Sources), Invalid> {
    toml_file(path, text, read)
}

fn read(root: &Node, problems: &mut Problems) -> Option<Solution> {
    let mut fields = Fields::of(root, "a map", problems)?;
    let lacks_at = fields.require("lacks", problems);
    let because = fields.require("because", problems).and_then(|node| decode::sentence(node, problems));
    fields.finish(problems);
    let lacks = decode::texts(lacks_at?, problems);
    if lacks.is_empty() {
        problems.add(
            Diagnostic::new("this leaves nothing out", lacks_at?.span)
                .help("a solution that earns everything needs no such file"),
        );
    }
    Some(Solution { lacks, because: because? })
}
