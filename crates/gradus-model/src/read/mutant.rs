//! Reads mutant.toml.

use super::toml_file;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::{Diagnostic, Invalid};
use crate::mutant::Mutant;
use crate::source::{Sources, Spanned};
use crate::tree::Node;

/// Reads a mutant. `path` is how the file is shown to people.
pub fn mutant(path: &str, text: &str) -> Result<(Mutant, Sources), Invalid> {
    toml_file(path, text, read)
}

fn read(root: &Node, problems: &mut Problems) -> Option<Mutant> {
    let mut fields = Fields::of(root, "a map", problems)?;
    let of = fields
        .require("of", problems)
        .and_then(|node| Some(Spanned::new(decode::sentence(node, problems)?, node.span)));
    let fails_at = fields.require("fails", problems);
    let because = fields.require("because", problems).and_then(|node| decode::sentence(node, problems));
    fields.finish(problems);
    let fails = fails_at.map_or_else(Vec::new, |node| fails(node, problems));
    Some(Mutant { of: of?, fails, because: because? })
}

fn fails(node: &Node, problems: &mut Problems) -> Vec<Spanned<String>> {
    let fails = decode::texts(node, problems);
    if fails.is_empty() {
        problems.add(Diagnostic::new("a mutant fails at least one check", node.span));
    }
    if let Some(alone) = fails.iter().find(|id| matches!(id.value.as_str(), "build" | "boot"))
        && fails.len() > 1
    {
        problems.add(Diagnostic::new(
            format!("`{}` stands alone: nothing is checked after it", alone.value),
            alone.span,
        ));
    }
    fails
}
