//! Reads schemas: the dialect of OpenAPI 3.0, and 3.1's, into JSON Schema 2020-12. Each is kept once, so that recursion is a name.

use super::Reader;
use super::keywords::{ELSEWHERE, LISTED, NAMED, ONE, ONLY_V31, PLAIN, TALK};
use crate::contract::Operation;
use crate::document::{At, Version};
use crate::pointer::Pointer;
use crate::schemas::{Direction, Entry, SchemaId};
use gradus_model::diagnostic::Diagnostic;
use gradus_model::tree::NodeKind;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// More schemas than any exercise has.
const MOST_SCHEMAS: usize = 1000;

/// The schemas that were met so far.
#[derive(Debug, Default)]
pub struct Table {
    pub entries: Vec<Entry>,
    known: HashMap<(Pointer, Direction), usize>,
    open: Vec<usize>,
}

impl Table {
    fn place(&mut self, pointer: &Pointer, direction: Direction) -> usize {
        let next = self.entries.len();
        *self.known.entry((pointer.clone(), direction)).or_insert_with(|| {
            self.entries.push(Entry {
                pointer: pointer.clone(),
                direction,
                value: Value::Bool(true),
                refs: Vec::new(),
            });
            self.open.push(next);
            next
        })
    }
}

/// Every schema that values are held to, as opposed to those that others refer to.
pub fn roots(operations: &[Operation]) -> Vec<SchemaId> {
    let mut roots = Vec::new();
    for operation in operations {
        roots.extend(operation.parameters.iter().filter_map(|parameter| parameter.schema));
        let bodies = operation.body.iter().flat_map(|body| &body.content);
        let answers = operation.responses.iter().flat_map(|response| &response.content);
        roots.extend(bodies.chain(answers).filter_map(|media| media.schema));
        let headers = operation.responses.iter().flat_map(|response| &response.headers);
        roots.extend(headers.filter_map(|rule| rule.schema));
    }
    roots.sort();
    roots.dedup();
    roots
}

impl<'d> Reader<'d> {
    /// The schema at a place.
    pub(super) fn schema(&mut self, at: &At<'d>, direction: Direction) -> SchemaId {
        let id = self.table.place(&at.pointer, direction);
        // A list of what is open, and no recursion: schemas may refer to each other in any number.
        while let Some(open) = self.table.open.pop() {
            if self.table.entries.len() > MOST_SCHEMAS {
                self.problem(&format!("the contract has more than {MOST_SCHEMAS} schemas"), &at.pointer);
                self.table.open.clear();
                break;
            }
            let Entry { pointer, direction, .. } = self.table.entries[open].clone();
            if let Some(at) = self.document.at(&pointer) {
                let mut refs = Vec::new();
                let value = self.convert(&at, direction, &mut refs);
                let entry = &mut self.table.entries[open];
                (entry.value, entry.refs) = (value, refs);
            }
        }
        SchemaId(id)
    }

    fn convert(&mut self, at: &At<'d>, direction: Direction, refs: &mut Vec<usize>) -> Value {
        if let NodeKind::Bool(flag) = at.node.kind {
            return Value::Bool(flag);
        }
        if !at.is_map() {
            let message = format!("a schema is a map, found {}", at.node.describe());
            self.problem(&message, &at.pointer);
            return Value::Bool(true);
        }
        let mut schema = Map::new();
        let reference = at.get("$ref");
        if let Some(reference) = &reference
            && let Some(target) = self.target(reference)
        {
            let id = self.table.place(&target.pointer, direction);
            refs.push(id);
            schema.insert("$ref".into(), json!(format!("#/$defs/{id}")));
        }
        // In 3.0, what stands beside a reference is ignored (OpenAPI 3.0.3, "Reference Object").
        if reference.is_some() && self.version == Version::V30 {
            self.beside_reference(at);
            return Value::Object(schema);
        }
        for flag in ["writeOnly", "deprecated"] {
            self.flag(at, flag);
        }
        for (key, value) in at.entries().filter(|(key, _)| key.value != "$ref") {
            let name = key.value.as_str();
            if self.version == Version::V30 && ONLY_V31.contains(&name) {
                let problem = Diagnostic::new(format!("OpenAPI 3.0 does not know `{name}`"), key.span);
                self.add(problem.help("write `openapi: 3.1.0`"));
            } else if ONE.contains(&name) {
                schema.insert(name.into(), self.convert(&value, direction, refs));
            } else if NAMED.contains(&name) {
                let inner = self.map(&value, &format!("{name}: {{ NAME: … }}")).into_iter();
                let inner: Map<String, Value> =
                    inner.map(|(key, at)| (key.value.clone(), self.convert(&at, direction, refs))).collect();
                schema.insert(name.into(), Value::Object(inner));
            } else if LISTED.contains(&name) {
                let inner = self.list(&value, &format!("{name}: [ … ]")).into_iter();
                let inner = inner.map(|at| self.convert(&at, direction, refs)).collect();
                // What is no list was spoken of just now, and is none that is empty.
                if value.is_list() {
                    schema.insert(name.into(), Value::Array(inner));
                }
            } else if PLAIN.contains(&name) {
                let plain = self.value(&value).unwrap_or(Value::Null);
                schema.insert(name.into(), plain);
            } else {
                self.talk(name, &value, key.span, &mut schema);
            }
        }
        if self.version == Version::V30 {
            self.translate(at, &mut schema);
        }
        self.one_way(at, direction, &mut schema);
        Value::Object(schema)
    }

    /// Keywords that say nothing about values, and those that nobody knows.
    fn talk(
        &mut self,
        name: &str,
        value: &At<'_>,
        key: gradus_model::source::Span,
        schema: &mut Map<String, Value>,
    ) {
        if name == "example" {
            schema.extend(self.value(value).map(|example| ("examples".to_owned(), json!([example]))));
            return;
        }
        if TALK.contains(&name)
            || name.starts_with("x-")
            || (name == "nullable" && self.version == Version::V30)
        {
            return;
        }
        let problem = match name {
            "nullable" => Diagnostic::new("OpenAPI 3.1 does not know `nullable`", key)
                .help("write `type: [string, \"null\"]`"),
            _ if ELSEWHERE.contains(&name) => Diagnostic::new(format!("`{name}` is not read here"), key)
                .help("refer to schemas by their place: `$ref: '#/components/schemas/NAME'`"),
            _ => {
                let known = ONE.iter().chain(&NAMED).chain(&LISTED).chain(&PLAIN).chain(&TALK);
                let near = known.map(|known| (strsim::osa_distance(name, known), *known));
                let problem = Diagnostic::new(format!("unknown keyword `{name}`"), key);
                match near.filter(|(distance, _)| *distance <= 2).min() {
                    Some((_, near)) => problem.help(format!("did you mean `{near}`?")),
                    None => problem.help("it would say nothing; words of your own begin with x-"),
                }
            }
        };
        self.add(problem);
    }

    /// What only answers carry is not required of requests, and the other way round.
    fn one_way(&mut self, at: &At<'d>, direction: Direction, schema: &mut Map<String, Value>) {
        let Some(properties) = at.get("properties") else { return };
        let word = match direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|name| {
                let property = name.as_str().and_then(|name| properties.get(name));
                !property.is_some_and(|property| self.says(property, word))
            });
        }
    }

    /// Whether a schema, or the one that it refers to, says so.
    fn says(&self, at: At<'d>, word: &str) -> bool {
        let mut at = at;
        for _ in 0..super::MOST_STEPS {
            if at.get(word).and_then(|flag| flag.flag()) == Some(true) {
                return true;
            }
            let fragment = at.get("$ref").and_then(|reference| reference.text()?.strip_prefix('#'));
            let target =
                fragment.and_then(Pointer::of_fragment).and_then(|pointer| self.document.at(&pointer));
            match target {
                Some(target) => at = target,
                None => return false,
            }
        }
        false
    }
}
