//! Reads what fills a service.

use super::files::Folder;
use super::template::is_name;
use super::vars::draw;
use crate::decode::{self, Fields, Problems};
use crate::diagnostic::Diagnostic;
use crate::seed::{Rows, Seed};
use crate::source::Spanned;
use crate::tree::{Node, NodeKind};

/// More rows take longer to make than anybody wants to wait for.
const MOST: i64 = 1_000_000;

/// `seed: seed.sql`, or `seed: [schema.sql, { rows: orders, count: 20000, columns: { id: $(row) } }]`.
pub fn seed(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<Seed> {
    let nodes = match &node.kind {
        NodeKind::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut seed = Vec::new();
    for node in nodes {
        seed.extend(match &node.kind {
            NodeKind::Map(_) => rows(node, folder, problems).map(Seed::Rows),
            _ => folder.text(node, problems).map(|(path, text)| Seed::File { path, text }),
        });
    }
    seed
}

fn rows(node: &Node, folder: &Folder<'_>, problems: &mut Problems) -> Option<Rows> {
    let mut fields = Fields::of(node, "{ rows: …, count: …, columns: … }", problems)?;
    let table = fields.require("rows", problems);
    let table = table.and_then(|node| Some(Spanned::new(decode::sentence(node, problems)?, node.span)));
    let count = fields.require("count", problems).and_then(|node| decode::whole(node, 1, MOST, problems));
    let columns = fields.require("columns", problems).map_or(&[][..], |node| decode::map(node, problems));
    fields.finish(problems);
    table.iter().chain(columns.iter().map(|(column, _)| column)).for_each(|name| identifier(name, problems));
    if let (Some(table), true) = (&table, columns.is_empty()) {
        problems.add(
            Diagnostic::new("these rows have no columns", table.span)
                .help("add `columns: { id: $(row), name: $name }`"),
        );
    }
    let columns =
        columns.iter().filter_map(|(column, node)| Some((column.value.clone(), draw(node, problems)?)));
    let columns = columns.collect();
    let table = table?;
    let line = folder.sources.line_and_column(table.span).0;
    Some(Rows { count: u32::try_from(count?).ok()?, table, columns, line })
}

/// What stands in SQL as it is.
fn identifier(name: &Spanned<String>, problems: &mut Problems) {
    if !is_name(&name.value) {
        problems.add(
            Diagnostic::new(format!("`{}` is no name of a table or a column", name.value), name.span)
                .help("use letters, digits and _"),
        );
    }
}
