//! Reads an OpenAPI document: what is promised, or every mistake in it with its place.

mod content;
pub(crate) mod keywords;
mod kinds;
mod link;
pub(crate) mod mistake;
mod old;
mod operation;
mod parameter;
pub(crate) mod schema;

use crate::contract::{Contract, Operation};
use crate::document::{At, Document, Version};
use crate::pointer::Pointer;
use crate::schemas::Schemas;
use crate::sense::{self, Shown};
use gradus_model::diagnostic::Diagnostic;
use gradus_model::read;
use gradus_model::source::{SourceId, Span};
use gradus_model::tree::NodeKind;
use schema::Table;
use std::collections::HashMap;

const ROOT: [&str; 9] = [
    "openapi",
    "info",
    "jsonSchemaDialect",
    "servers",
    "paths",
    "webhooks",
    "components",
    "security",
    "tags",
];
/// References that lead to each other; more are a circle.
const MOST_STEPS: usize = 32;

/// Reads a document.
pub fn contract(text: &str, source: SourceId) -> Result<Contract, Vec<Diagnostic>> {
    let document = Document::new(read::document(text, source)?, text);
    let version = version(&document)?;
    let mut reader = Reader {
        document: &document,
        version,
        problems: Vec::new(),
        table: Table::default(),
        shown: Vec::new(),
    };
    let operations = reader.operations();
    let base = reader.base();
    let Reader { mut problems, table, shown, .. } = reader;
    let roots = schema::roots(&operations);
    let schemas = Schemas::compile(table, &roots, &document, &mut problems);
    if problems.is_empty() {
        sense::check(&schemas, &shown, &document, &mut problems);
    }
    problems.sort_by_key(|problem| problem.span);
    problems.dedup_by(|one, other| one.span == other.span && one.message == other.message);
    if problems.is_empty() { Ok(Contract { operations, base, schemas, document }) } else { Err(problems) }
}

fn version(document: &Document) -> Result<Version, Vec<Diagnostic>> {
    let root = document.root();
    if !root.is_map() {
        return Err(vec![Diagnostic::new("this is no OpenAPI document: a map is expected", root.node.span)]);
    }
    let Some(said) = root.get("openapi") else {
        let old = root.get("swagger");
        let at = old.as_ref().unwrap_or(&root);
        let problem = Diagnostic::new("`openapi: 3.1.0` is missing", document.span(&at.pointer));
        return Err(vec![if old.is_some() {
            problem.help("Swagger 2.0 is not read here; convert the document to OpenAPI 3")
        } else {
            problem.help("a contract is an OpenAPI document of version 3.0 or 3.1")
        }]);
    };
    let text = match &said.node.kind {
        NodeKind::Text(text) | NodeKind::Number(text) => text.as_str(),
        _ => "",
    };
    match text.split('.').collect::<Vec<_>>().as_slice() {
        ["3", "0", ..] => Ok(Version::V30),
        ["3", "1", ..] => Ok(Version::V31),
        _ => Err(vec![
            Diagnostic::new(format!("OpenAPI {text} is not read here"), said.node.span)
                .help("write the contract in version 3.0 or 3.1"),
        ]),
    }
}

/// A document while it is read.
pub struct Reader<'d> {
    document: &'d Document,
    version: Version,
    problems: Vec<Diagnostic>,
    table: Table,
    shown: Vec<Shown>,
}

impl<'d> Reader<'d> {
    fn operations(&mut self) -> Vec<Operation> {
        let root = self.document.root();
        self.knows(&root, &[&ROOT[..], &["externalDocs"]].concat());
        let Some(paths) = root.get("paths") else {
            self.problem("the key `paths` is missing", &root.pointer);
            return Vec::new();
        };
        let mut shapes: HashMap<String, String> = HashMap::new();
        let mut operations = Vec::new();
        for (key, item) in self.map(&paths, "{ /todos: { get: … } }") {
            if key.value.starts_with("x-") {
                continue;
            }
            if !key.value.starts_with('/') {
                self.add(Diagnostic::new("a path begins with `/`", key.span));
                continue;
            }
            let shape = crate::template::Template::new(&key.value).shape();
            if let Some(other) = shapes.insert(shape, key.value.clone()) {
                let message = format!("this is the path `{other}`, with other names");
                self.add(Diagnostic::new(message, key.span));
            }
            self.path_item(&key.value, item, &mut operations);
        }
        self.unique_ids(&operations);
        if operations.is_empty() && self.problems.is_empty() {
            self.problem("the contract has no operations", &paths.pointer);
        }
        self.links_lead_somewhere(&operations);
        operations
    }

    fn unique_ids(&mut self, operations: &[Operation]) {
        let mut seen: HashMap<&str, &Pointer> = HashMap::new();
        for operation in operations {
            let Some(id) = &operation.id else { continue };
            if seen.insert(id, &operation.pointer).is_some() {
                let message = format!("another operation is called `{id}` too");
                self.problem(&message, &operation.pointer.child("operationId"));
            }
        }
    }

    /// The path of the first server, without a slash at its end.
    fn base(&self) -> String {
        let url = self.document.at(&Pointer(vec!["servers".into(), "0".into(), "url".into()]));
        let Some(url) = url.and_then(|url| url.text()) else { return String::new() };
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
            None => url,
        };
        let path = path.trim_end_matches('/');
        if path.starts_with('/') && !path.contains('{') { path.to_owned() } else { String::new() }
    }

    fn add(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn problem(&mut self, message: &str, at: &Pointer) {
        let span = self.document.span(at);
        self.add(Diagnostic::new(message, span));
    }

    fn span(&self, at: &At<'_>) -> Span {
        self.document.span(&at.pointer)
    }

    /// Notes every key that nobody knows; those that begin with `x-` are anybody's.
    fn knows(&mut self, at: &At<'_>, keys: &[&str]) {
        if !at.is_map() {
            let message = format!("expected a map, found {}", at.node.describe());
            return self.problem(&message, &at.pointer);
        }
        for (key, _) in at.entries() {
            if keys.contains(&key.value.as_str()) || key.value.starts_with("x-") {
                continue;
            }
            let problem = Diagnostic::new(format!("unknown key `{}`", key.value), key.span);
            let near = keys.iter().map(|known| (strsim::osa_distance(&key.value, known), *known));
            self.add(match near.filter(|(distance, _)| *distance <= 2).min() {
                Some((_, near)) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help(format!("known here: {}, and what begins with x-", keys.join(", "))),
            });
        }
    }

    /// What stands there in the end, where a reference may stand.
    fn resolve(&mut self, at: At<'d>) -> Option<At<'d>> {
        let begun = at.pointer.clone();
        let mut at = at;
        for _ in 0..MOST_STEPS {
            let Some(reference) = at.get("$ref") else { return Some(at) };
            at = self.target(&reference)?;
        }
        self.problem("this reference leads back to itself", &begun);
        None
    }

    /// What a reference leads to.
    fn target(&mut self, reference: &At<'_>) -> Option<At<'d>> {
        let span = self.span(reference);
        let Some(text) = reference.text() else {
            self.add(Diagnostic::new("a reference is text", span));
            return None;
        };
        let Some(fragment) = text.strip_prefix('#') else {
            let problem =
                Diagnostic::new(format!("`{text}` is in another document, which is not read"), span);
            self.add(problem.help("copy it below `components` and refer to it as `#/components/…`"));
            return None;
        };
        let pointer = Pointer::of_fragment(fragment);
        let found = pointer.as_ref().and_then(|pointer| self.document.at(pointer));
        if found.is_none() {
            let problem = Diagnostic::new(format!("there is nothing at `{text}`"), span);
            self.add(match pointer.and_then(|pointer| self.near(pointer)) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("a reference is a place in this document: `#/components/schemas/NAME`"),
            });
        }
        found
    }

    /// A neighbour of what is not there.
    fn near(&self, mut pointer: Pointer) -> Option<String> {
        let last = pointer.0.pop()?;
        let parent = self.document.at(&pointer)?;
        let near = parent.entries().map(|(key, _)| (strsim::osa_distance(&last, &key.value), &key.value));
        near.filter(|(distance, _)| *distance <= 2).min().map(|(_, key)| key.clone())
    }
}
