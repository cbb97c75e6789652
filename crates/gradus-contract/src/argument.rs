//! Values of parameters as text, and text as values (OpenAPI, "Style Values").

use crate::contract::{Parameter, Place, Style};
use crate::schemas::{SchemaId, Schemas};
use crate::shape::{Kind, Shape};
use crate::value::{number, to_text};
use serde_json::Value;

/// The names and texts that a value is sent as, not yet percent-encoded; only parameters of a query have several.
pub fn texts(parameter: &Parameter, value: &Value) -> Vec<(String, String)> {
    let name = &parameter.name;
    let one = |text: String| vec![(name.clone(), text)];
    match (parameter.style, value) {
        (Style::Json, value) => one(value.to_string()),
        (Style::DeepObject, Value::Object(entries)) => {
            entries.iter().map(|(key, value)| (format!("{name}[{key}]"), to_text(value))).collect()
        }
        (Style::Form, Value::Array(items)) if parameter.explode => {
            items.iter().map(|item| (name.clone(), to_text(item))).collect()
        }
        (Style::Form, Value::Object(entries)) if parameter.explode => {
            entries.iter().map(|(key, value)| (key.clone(), to_text(value))).collect()
        }
        (style, value) => {
            let (before, between) = match (style, parameter.explode) {
                (Style::Label, true) => (".".to_owned(), "."),
                (Style::Label, false) => (".".to_owned(), ","),
                (Style::Matrix, _) => (format!(";{name}="), ","),
                (Style::SpaceDelimited, _) => (String::new(), " "),
                (Style::PipeDelimited, _) => (String::new(), "|"),
                _ => (String::new(), ","),
            };
            one(before + &joined(value, between, parameter.explode))
        }
    }
}

fn joined(value: &Value, between: &str, explode: bool) -> String {
    let parts: Vec<String> = match value {
        Value::Array(items) => items.iter().map(to_text).collect(),
        Value::Object(entries) => {
            let sign = if explode { "=" } else { between };
            entries.iter().map(|(key, value)| format!("{key}{sign}{}", to_text(value))).collect()
        }
        scalar => vec![to_text(scalar)],
    };
    parts.join(between)
}

/// Whether a value can be sent as this parameter at all: an empty part of a path is another path, and lists that are empty are
/// not there.
pub fn can_be_sent(parameter: &Parameter, value: &Value) -> bool {
    let texts = texts(parameter, value);
    let is_clean = |text: &str| !text.contains(|c: char| c.is_control());
    match parameter.place {
        Place::Path => texts.iter().all(|(_, text)| {
            !text.is_empty() && text != "." && text != ".." && !text.contains(['/', '\\']) && is_clean(text)
        }),
        // Blanks around a header's value are not part of it (RFC 9110 §5.5), and what is not ASCII has no agreed meaning.
        Place::Header | Place::Cookie => texts.iter().all(|(_, text)| {
            !text.is_empty()
                && text.trim() == text
                && text.is_ascii()
                && is_clean(text)
                && !text.contains([';', '"'])
        }),
        Place::Query => !texts.is_empty(),
    }
}

/// What a text means by a schema: the first of its readings that is valid, else the likeliest one.
pub fn reading(schemas: &Schemas, id: SchemaId, text: &str) -> Value {
    let mut readings = Vec::new();
    let shape = Shape::of(&[schemas.get(id)], 0, schemas);
    if shape.kinds.has(Kind::List) {
        let parts = text.split(',').map(|part| scalar(part.trim()));
        readings.push(Value::Array(parts.collect()));
    }
    if shape.kinds.has(Kind::Integer) || shape.kinds.has(Kind::Number) || shape.kinds.has(Kind::Bool) {
        readings.push(scalar(text));
    }
    readings.push(Value::from(text));
    let valid = readings.iter().position(|reading| schemas.is_valid(id, reading));
    readings.swap_remove(valid.unwrap_or(0))
}

/// A number or a bool where the text is one.
pub fn scalar(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if gradus_model::tree::is_json_number(text) => number(text).map_or(Value::Null, Value::Number),
        _ => Value::from(text),
    }
}

/// Whether a value, sent as text, is still what the schema wants.
pub fn is_valid(schemas: &Schemas, parameter: &Parameter, value: &Value) -> bool {
    let Some(id) = parameter.schema else { return true };
    if value.is_array() || value.is_object() || parameter.style == Style::Json {
        return schemas.is_valid(id, value);
    }
    schemas.is_valid(id, &reading(schemas, id, &to_text(value)))
}
