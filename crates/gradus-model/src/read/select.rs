//! Reads dialects, data sets, and the step that runs a query of the submission on one.

use super::files::Folder;
use super::sense;
use super::template::name;
use super::value::value;
use crate::decode::{self, Fields, Problems, nearest};
use crate::diagnostic::Diagnostic;
use crate::grader::{Action, Check, Grader};
use crate::growth::Measure;
use crate::pattern::Pattern;
use crate::select::{DataSet, Dialect, Likeness, Script, SelectStep, Spent, SqlFile, WantedRows};
use crate::source::Spanned;
use crate::tree::{Node, NodeKind};
use crate::value::{Value, ValueKind};

/// What stands for the submission's dialect in a path.
const OF_DIALECT: &str = "$(dialect)";

/// `dialects: [sqlite, postgresql]`.
pub fn dialects(node: &Node, problems: &mut Problems) -> Vec<Dialect> {
    let mut dialects: Vec<Dialect> = Vec::new();
    for item in decode::list(node, problems) {
        match decode::word(item, &Dialect::ALL, problems) {
            Some(dialect) if dialects.contains(&dialect) => {
                problems.add(Diagnostic::new("this dialect stands here twice", item.span));
            }
            found => dialects.extend(found),
        }
    }
    if matches!(&node.kind, NodeKind::List(items) if items.is_empty()) {
        problems.add(Diagnostic::new("a submission is written in some dialect", node.span).help("name one"));
    }
    dialects
}

/// `data: { shop: [schema.sql, shop.sql] }`.
pub fn data(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<DataSet> {
    let mut sets = Vec::new();
    for (key, node) in decode::map(node, problems) {
        name(key, problems);
        let files = match &node.kind {
            NodeKind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        if files.is_empty() {
            problems.add(Diagnostic::new("a data set has a file at least, for its tables", node.span));
        }
        let scripts = files.iter().filter_map(|file| script(file, folder, problems)).collect();
        sets.push(DataSet { name: key.clone(), scripts });
    }
    if folder.dialects.is_empty() {
        problems.add(
            Diagnostic::new("nothing says in which dialect the data sets are asked", node.span)
                .help("add `dialects: [sqlite]` above, or more of them"),
        );
    }
    sets
}

/// A file, or one for each dialect.
fn script(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<Script> {
    let NodeKind::Text(path) = &node.kind else {
        problems.expected("the path of a file", node);
        return None;
    };
    let path = Spanned::new(path.clone(), node.span);
    let mut files = Vec::new();
    for dialect in folder.dialects.clone() {
        let of_dialect = path.value.replace(OF_DIALECT, dialect.word());
        let node = Node { kind: NodeKind::Text(of_dialect), span: node.span };
        let (found, text) = folder.text(&node, problems)?;
        files.push((dialect, SqlFile { path: found.value, text }));
    }
    Some(Script { path, files })
}

/// `select: { file: top.sql, data: shop }` with `expect: { rows: { of: reference/top.sql } }`.
pub fn select(
    fields: &mut Fields<'_>,
    node: &Node,
    folder: &mut Folder<'_>,
    problems: &mut Problems,
) -> Option<Action> {
    let mut what = Fields::of(fields.take("select")?, "{ file: …, data: … }", problems)?;
    let file = what.require("file", problems).and_then(|node| path(node, problems));
    let data = what.require("data", problems).and_then(|node| set(node, problems));
    what.finish(problems);
    let Some(expect) = fields.take("expect") else {
        problems.add(
            Diagnostic::new("nothing is expected of this query", node.span)
                .help("add `expect: { rows: … }`, or `expect: { work: … }`"),
        );
        return None;
    };
    let mut expected = Fields::of(expect, "{ rows: …, work: … }", problems)?;
    let rows = expected.take("rows");
    let wanted = rows.and_then(|node| wanted(node, folder, problems));
    let ordered = expected
        .take("order")
        .and_then(|node| decode::word(node, &[("any", false), ("given", true)], problems));
    let placed = expected
        .take("columns")
        .and_then(|node| decode::word(node, &[("named", false), ("placed", true)], problems));
    let within = expected.take("within").and_then(|node| tolerance(node, problems));
    let work_node = expected.take("work");
    let work = work_node.map_or_else(Vec::new, |node| work(node, folder, problems));
    expected.finish(problems);
    let judged = rows.or(work_node.filter(|node| !matches!(&node.kind, NodeKind::Map(of) if of.is_empty())));
    if judged.is_none() {
        problems.add(sense::cannot_fail(expect.span, "neither rows nor work are expected"));
    }
    let (data, with) = data?;
    let like = Likeness { ordered: ordered.unwrap_or(false), placed: placed.unwrap_or(false), within };
    Some(Action::Select(Box::new(SelectStep { file: file?, data, with, rows: wanted, like, work })))
}

/// A file of the submission.
fn path(node: &Node, problems: &mut Problems) -> Option<Spanned<String>> {
    let path = decode::sentence(node, problems)?;
    if path.starts_with('/') || path.split('/').any(|part| part == "..") {
        problems.add(Diagnostic::new(format!("`{path}` is outside the submission"), node.span));
        return None;
    }
    Some(Spanned::new(path, node.span))
}

/// The name of a data set, and values for the names in its files.
type Set = (Spanned<String>, Vec<(Spanned<String>, Value)>);

/// `shop`, or `{ grown: { rows: 1000 } }`.
fn set(node: &Node, problems: &mut Problems) -> Option<Set> {
    match &node.kind {
        NodeKind::Text(name) => Some((Spanned::new(name.clone(), node.span), Vec::new())),
        NodeKind::Map(entries) if entries.len() == 1 => {
            let (name, values) = entries.first()?;
            let values = decode::map(values, problems).iter();
            let with: Vec<_> =
                values.filter_map(|(key, node)| Some((key.clone(), value(node, problems)?))).collect();
            Some((name.clone(), with))
        }
        _ => {
            problems.expected("a data set, or { set: { name: value } }", node);
            None
        }
    }
}

/// A list of objects, or `{ of: reference.sql }`.
fn wanted(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Option<WantedRows> {
    if let NodeKind::Map(_) = &node.kind {
        let mut fields = Fields::of(node, "rows", problems)?;
        let reference = fields.require("of", problems);
        fields.finish(problems);
        return reference.and_then(|node| script(node, folder, problems)).map(WantedRows::Of);
    }
    let keys = |node: &Node| match &node.kind {
        NodeKind::Map(entries) => entries.iter().map(|(key, _)| key.value.clone()).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    let rows = decode::list(node, problems);
    let first = rows.first().map(keys).unwrap_or_default();
    for row in rows {
        if first.is_empty() || keys(row) != first {
            problems.add(
                Diagnostic::new("these rows do not all have the same columns", row.span)
                    .help("write each row as { column: value }, with all columns, in one order"),
            );
            return None;
        }
    }
    let rows = value(node, problems)?;
    matches!(rows.kind, ValueKind::List(_)).then_some(WantedRows::Fixed(rows))
}

/// A number above zero.
fn tolerance(node: &Node, problems: &mut Problems) -> Option<String> {
    match &node.kind {
        NodeKind::Number(text) if text.parse::<f64>().is_ok_and(|number| number > 0.0) => Some(text.clone()),
        _ => {
            problems.add(
                Diagnostic::new("expected by how much numbers may differ, above 0", node.span)
                    .help("leave it out where they may not differ at all"),
            );
            None
        }
    }
}

/// `{ sqlite.steps: { $at_most: 2000 }, postgresql.blocks: … }`: every dialect is judged.
fn work(node: &Node, folder: &mut Folder<'_>, problems: &mut Problems) -> Vec<(Spent, Pattern)> {
    let mut found: Vec<(Spent, Pattern)> = Vec::new();
    let before = problems.0.len();
    for (key, node) in decode::map(node, problems) {
        let spent = spent(key, &folder.dialects, problems);
        found.extend(spent.zip(sense::expected(node, &sense::COUNT, folder, problems)));
    }
    let unjudged =
        folder.dialects.iter().find(|dialect| found.iter().all(|(spent, _)| spent.dialect != **dialect));
    if let Some(dialect) = unjudged.filter(|_| problems.0.len() == before) {
        let first = dialect.counters()[0];
        problems.add(
            Diagnostic::new(format!("what a query costs in {} is not judged", dialect.word()), node.span)
                .help(format!("add {}.{first}", dialect.word())),
        );
    }
    found
}

fn spent(key: &Spanned<String>, dialects: &[Dialect], problems: &mut Problems) -> Option<Spent> {
    let (word, what) = key.value.split_once('.').unwrap_or((&key.value, ""));
    let Some(dialect) = dialects.iter().copied().find(|dialect| dialect.word() == word) else {
        let known: Vec<&str> = dialects.iter().map(|dialect| dialect.word()).collect();
        problems.add(
            Diagnostic::new(format!("`{word}` is none of the exercise's dialects"), key.span)
                .help(format!("write DIALECT.COUNTER; the dialects are {}", known.join(", "))),
        );
        return None;
    };
    if !dialect.counters().contains(&what) {
        problems.add(
            Diagnostic::new(format!("{word} does not count `{what}`"), key.span)
                .help(format!("it counts {}", dialect.counters().join(", "))),
        );
        return None;
    }
    Some(Spent { dialect, what: what.to_owned(), span: key.span })
}

/// Notes every data set that is named and not there, and every name in one that a step gives no value, or gives in vain.
pub fn check_selects(grader: &Grader, problems: &mut Problems) {
    for step in grader.checks.iter().flat_map(Check::every_step) {
        if let Action::Growth(growth) = &step.action
            && matches!(growth.measure, Measure::Select)
            && !growth.steps.iter().any(|step| matches!(step.action, Action::Select(_)))
        {
            problems.add(
                Diagnostic::new(
                    "none of these steps is a query, so there is nothing to measure",
                    growth.span,
                )
                .help("add a step `select`"),
            );
        }
        let Action::Select(select) = &step.action else { continue };
        let wanted = &select.data;
        let Some(set) = grader.data.iter().find(|set| set.name.value == wanted.value) else {
            let known = grader.data.iter().map(|set| set.name.value.as_str());
            let problem = Diagnostic::new(format!("there is no data set `{}`", wanted.value), wanted.span);
            problems.add(match nearest(&wanted.value, known) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("data sets stand under `data:` at the top of the file"),
            });
            continue;
        };
        let names = set.names();
        for missing in names.iter().filter(|name| select.with.iter().all(|(key, _)| key.value != **name)) {
            problems.add(
                Diagnostic::new(format!("`{}` wants a value for $({missing})", wanted.value), wanted.span)
                    .help(format!("write data: {{ {}: {{ {missing}: … }} }}", wanted.value)),
            );
        }
        for (surplus, _) in select.with.iter().filter(|(key, _)| !names.contains(key.value.as_str())) {
            problems.add(Diagnostic::new(
                format!("no file of `{}` names $({})", wanted.value, surplus.value),
                surplus.span,
            ));
        }
    }
}
