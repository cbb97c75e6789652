//! All schemas of a contract in JSON Schema 2020-12, and what they say of a value.

mod formats;
mod words;

pub use words::wanted;

use crate::breach::{Breach, Got};
use crate::document::Document;
use crate::pointer::Pointer;
use crate::read::mistake;
use crate::read::schema::Table;
use crate::value::to_json;
use gradus_model::diagnostic::Diagnostic;
use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashMap};

/// Which schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub usize);

/// Which way a value goes; some parts of it go only one way (`readOnly`, `writeOnly`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the server.
    Request,
    /// From the server.
    Response,
}

/// One schema, its references by number.
#[derive(Clone, Debug)]
pub struct Entry {
    pub pointer: Pointer,
    pub direction: Direction,
    pub value: Value,
    /// Those that it refers to.
    pub refs: Vec<usize>,
}

/// All schemas.
#[derive(Debug)]
pub struct Schemas {
    entries: Vec<Entry>,
    validators: HashMap<SchemaId, Validator>,
}

/// How many breaches of one value are told.
const MOST_BREACHES: usize = 20;

impl Schemas {
    /// Compiles those that values are held to; each mistake is noted where it stands.
    pub fn compile(
        table: Table,
        roots: &[SchemaId],
        document: &Document,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let entries = table.entries;
        let before = problems.len();
        for entry in &entries {
            for error in jsonschema::draft202012::meta::validator().iter_errors(&entry.value) {
                let path = error.instance_path().to_string();
                let found = mistake::of(&entry.value, &path, &|| error.to_string());
                let place = below(&entry.pointer, &found.path);
                let problem = Diagnostic::new(found.message, document.span(&place));
                problems.push(match found.help {
                    Some(help) => problem.help(help),
                    None => problem,
                });
            }
        }
        let mut schemas = Self { entries, validators: HashMap::new() };
        if problems.len() > before {
            return schemas;
        }
        for root in roots {
            match schemas.validator(*root) {
                Ok(validator) => drop(schemas.validators.insert(*root, validator)),
                Err(error) => {
                    let place = schemas.place(&error.instance_path().to_string());
                    let place = place.unwrap_or_else(|| schemas.entries[root.0].pointer.clone());
                    let message = format!("this schema can't be judged: {error}");
                    problems.push(Diagnostic::new(message, document.span(&place)));
                }
            }
        }
        schemas
    }

    fn validator(&self, root: SchemaId) -> Result<Validator, ValidationError<'static>> {
        self.build(root, json!({ "$ref": format!("#/$defs/{}", root.0) }))
    }

    /// A validator of a schema whose references are those of `root`. `format` is asserted, also where only OpenAPI knows it,
    /// `pattern` runs in linear time, and nothing is fetched.
    fn build(&self, root: SchemaId, mut schema: Value) -> Result<Validator, ValidationError<'static>> {
        let mut reached = BTreeSet::from([root.0]);
        let mut open = vec![root.0];
        while let Some(at) = open.pop() {
            open.extend(self.entries[at].refs.iter().filter(|id| reached.insert(**id)));
        }
        let defs =
            reached.into_iter().map(|id| (id.to_string(), formats::spelled_out(&self.entries[id].value)));
        schema["$defs"] = Value::Object(defs.collect::<Map<_, _>>());
        jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .with_format("byte", formats::is_base64)
            .with_pattern_options(PatternOptions::regex())
            .offline()
            .build(&schema)
    }

    /// All of them, by number.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What is said of the first rule of a part of an entry that a value breaks.
    pub fn first_error<T>(
        &self,
        id: usize,
        part: &Value,
        value: &Value,
        say: impl FnOnce(&ValidationError<'_>) -> T,
    ) -> Option<T> {
        let validator = self.build(SchemaId(id), json!({ "allOf": [part] })).ok()?;
        validator.iter_errors(value).next().map(|error| say(&error))
    }

    /// The schema itself.
    pub fn get(&self, id: SchemaId) -> &Value {
        &self.entries[id.0].value
    }

    /// What a reference within a schema leads to.
    pub fn referred(&self, reference: &str) -> Option<&Value> {
        let id: usize = reference.strip_prefix("#/$defs/")?.parse().ok()?;
        self.entries.get(id).map(|entry| &entry.value)
    }

    /// Whether a value is valid.
    pub fn is_valid(&self, id: SchemaId, value: &Value) -> bool {
        self.validators.get(&id).is_none_or(|validator| validator.is_valid(value))
    }

    /// Which rules a value breaks, each with the part that breaks it; the same for values that are wrong in the same way.
    pub fn broken(&self, id: SchemaId, value: &Value) -> BTreeSet<(String, String)> {
        let Some(validator) = self.validators.get(&id) else { return BTreeSet::new() };
        let errors = validator.iter_errors(value).take(MOST_BREACHES);
        let of_error = |error: ValidationError<'_>| {
            let property = match error.kind() {
                ValidationErrorKind::Required { property } => property.to_string(),
                _ => String::new(),
            };
            (error.instance_path().to_string() + &property, error.schema_path().to_string())
        };
        errors.map(of_error).collect()
    }

    /// Where the rule stands that a value breaks first.
    pub fn rule(&self, id: SchemaId, value: &Value) -> Option<Pointer> {
        let error = self.validators.get(&id)?.iter_errors(value).next()?;
        self.place(&error.schema_path().to_string())
    }

    /// Everything in which a value is not as the schema says. `path` is what it is called: `json`, `headers.etag`.
    pub fn breaches(&self, id: SchemaId, value: &Value, path: &str, document: &Document) -> Vec<Breach> {
        let Some(validator) = self.validators.get(&id) else { return Vec::new() };
        let mut breaches = Vec::new();
        for error in validator.iter_errors(value).take(MOST_BREACHES) {
            let pointer = self.place(&error.schema_path().to_string());
            let pointer = pointer.unwrap_or_else(|| self.entries[id.0].pointer.clone());
            let (path, got) = walk(path, value, &error.instance_path().to_string());
            let span = document.span(&pointer);
            let breach = |path: String, wanted: String, got: Got| Breach {
                path,
                wanted,
                got,
                note: None,
                pointer: pointer.clone(),
                span,
            };
            match error.kind() {
                ValidationErrorKind::Required { property: Value::String(name) } => {
                    breaches.push(breach(
                        key(&path, name),
                        "a value, which is required".into(),
                        Got::Nothing,
                    ));
                }
                ValidationErrorKind::AdditionalProperties { unexpected } => {
                    let of = |name: &String| {
                        got.get(name).map_or(Got::Nothing, |value| Got::Value(to_json(value)))
                    };
                    let each = unexpected.iter().map(|name| (key(&path, name), of(name)));
                    breaches.extend(each.map(|(path, got)| {
                        breach(
                            path,
                            "nothing: the contract names no such field, and no others are allowed".into(),
                            got,
                        )
                    }));
                }
                _ => breaches.push(breach(path, wanted(&error), Got::Value(to_json(got)))),
            }
        }
        breaches
    }

    /// The place in the document of a path within a compiled schema: `/$defs/3/properties/title/type`.
    fn place(&self, path: &str) -> Option<Pointer> {
        let (id, rest) = match path.strip_prefix("/$defs/")?.split_once('/') {
            Some((id, rest)) => (id, format!("/{rest}")),
            None => (path.strip_prefix("/$defs/")?, String::new()),
        };
        let entry = self.entries.get(id.parse::<usize>().ok()?)?;
        Some(below(&entry.pointer, &formats::place(&entry.value, &rest)))
    }
}

/// The place of a path within a schema that stands at a place.
pub fn below(pointer: &Pointer, path: &str) -> Pointer {
    let rest = Pointer::parse(path).unwrap_or_default();
    Pointer([pointer.0.clone(), rest.0].concat())
}

/// The name and the value of the part that a JSON pointer leads to.
fn walk<'v>(path: &str, value: &'v Value, pointer: &str) -> (String, &'v Value) {
    let (mut path, mut part) = (path.to_owned(), value);
    for step in Pointer::parse(pointer).unwrap_or_default().0 {
        let inner = match part {
            Value::Array(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
            other => other.get(&step),
        };
        let Some(inner) = inner else { break };
        path = if part.is_array() { format!("{path}[{step}]") } else { key(&path, &step) };
        part = inner;
    }
    (path, part)
}

fn key(path: &str, name: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if is_plain { format!("{path}.{name}") } else { format!("{path}[{}]", Value::from(name)) }
}
