//! Schemas that contradict themselves, and examples that break them: mistakes of an author that a run would never show, or show
//! as something else.

use crate::document::Document;
use crate::pointer::Pointer;
use crate::read::keywords::{LISTED, NAMED, ONE};
use crate::schemas::{SchemaId, Schemas, below, wanted};
use gradus_model::diagnostic::Diagnostic;
use jsonschema::ValidationError;
use serde_json::Value;
use std::collections::BTreeMap;

/// The least and the most of the same thing.
const PAIRS: [(&str, &str); 4] = [
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minContains", "maxContains"),
];
/// Formats of JSON Schema 2020-12 and of OpenAPI's registry; others are an author's own.
const FORMATS: [&str; 25] = [
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "uri-template",
    "iri",
    "iri-reference",
    "uuid",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "int32",
    "int64",
    "float",
    "double",
    "binary",
    "password",
];

/// A value that the document shows for a schema from outside of it.
#[derive(Debug)]
pub struct Shown {
    /// Where it stands.
    pub pointer: Pointer,
    /// The value.
    pub value: Value,
    /// What it is shown for.
    pub schema: SchemaId,
    /// Whether it is sent as text, and means what that reads as.
    pub is_text: bool,
}

/// Notes every schema by which nothing can be valid, and every example and default that is not.
pub fn check(schemas: &Schemas, shown: &[Shown], document: &Document, problems: &mut Vec<Diagnostic>) {
    // What goes both ways is read twice; an example may be of one way only.
    let mut examples: BTreeMap<Vec<String>, Option<Diagnostic>> = BTreeMap::new();
    for (id, entry) in schemas.entries().iter().enumerate() {
        let mut parts = Vec::new();
        every_part(&entry.value, String::new(), &mut parts);
        for (path, schema) in parts {
            let place = below(&entry.pointer, &path);
            contradictions(schema, &place, document, problems);
            for (at, what, value) in examples_of(schema, &place, document) {
                let found = schemas.first_error(id, schema, value, |error| {
                    Diagnostic::new(broken(what, error), document.span(&at))
                        .help("make it valid, or mend the schema")
                });
                let known = examples.entry(at.0.clone()).or_insert_with(|| found.clone());
                if found.is_none() {
                    *known = None;
                }
            }
        }
    }
    problems.extend(examples.into_values().flatten());
    for Shown { pointer, value, schema, is_text } in shown {
        let read = crate::argument::reading(schemas, *schema, &crate::value::to_text(value));
        if schemas.is_valid(*schema, value) || (*is_text && schemas.is_valid(*schema, &read)) {
            continue;
        }
        let found = schemas.first_error(schema.0, schemas.get(*schema), value, |error| {
            Diagnostic::new(broken("example", error), document.span(pointer))
                .help("make it valid, or mend the schema")
        });
        problems.extend(found);
    }
}

/// A schema and all that stand within it, each with its path.
fn every_part<'s>(schema: &'s Value, path: String, found: &mut Vec<(String, &'s Value)>) {
    let Value::Object(keys) = schema else { return };
    found.push((path.clone(), schema));
    for (key, value) in keys {
        let word = key.as_str();
        match value {
            value if ONE.contains(&word) => every_part(value, format!("{path}/{word}"), found),
            Value::Object(inner) if NAMED.contains(&word) => {
                for (name, inner) in inner {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    every_part(inner, format!("{path}/{word}/{name}"), found);
                }
            }
            Value::Array(inner) if LISTED.contains(&word) => {
                for (index, inner) in inner.iter().enumerate() {
                    every_part(inner, format!("{path}/{word}/{index}"), found);
                }
            }
            _ => {}
        }
    }
}

fn contradictions(schema: &Value, place: &Pointer, document: &Document, problems: &mut Vec<Diagnostic>) {
    let mut say = |word: &str, message: String, help: String| {
        problems.push(Diagnostic::new(message, document.span(&place.child(word))).help(help));
    };
    let number = |word: &str| schema.get(word).and_then(Value::as_f64);
    for (least, most) in PAIRS {
        if let Some((low, high)) = number(least).zip(number(most)).filter(|(low, high)| low > high) {
            let message = format!("nothing is valid: `{least}` {low} is more than `{most}` {high}");
            say(least, message, format!("write the lesser one as `{least}`"));
        }
    }
    let lows = [("minimum", "at least", false), ("exclusiveMinimum", "above", true)];
    let highs = [("maximum", "at most", false), ("exclusiveMaximum", "below", true)];
    for (least, from, above) in lows {
        for (most, to, below) in highs {
            let limits = number(least).zip(number(most));
            if let Some((low, high)) =
                limits.filter(|(low, high)| low > high || (low == high && (above || below)))
            {
                let message = format!("nothing is valid: no number is {from} {low} and {to} {high}");
                say(least, message, "write the lesser limit as the lower one".to_owned());
            }
        }
    }
    if let Some(format) = schema.get("format").and_then(Value::as_str)
        && !FORMATS.contains(&format)
        && let Some(near) = nearest(format, FORMATS)
    {
        say("format", format!("`{format}` is no format that is known"), format!("did you mean `{near}`?"));
    }
    required(schema, place, document, problems);
}

/// Names that are required and are almost those of properties.
fn required(schema: &Value, place: &Pointer, document: &Document, problems: &mut Vec<Diagnostic>) {
    let (Some(Value::Array(required)), Some(Value::Object(properties))) =
        (schema.get("required"), schema.get("properties"))
    else {
        return;
    };
    let names: Vec<&str> = required.iter().filter_map(Value::as_str).collect();
    for name in names.iter().filter(|name| !properties.contains_key(**name)) {
        let others = properties.keys().map(String::as_str).filter(|other| !names.contains(other));
        let Some(near) = nearest(name, others) else { continue };
        let list = place.child("required");
        let items = document.at(&list).map(|at| at.items().collect::<Vec<_>>()).unwrap_or_default();
        let at = items.into_iter().find(|item| item.text() == Some(name)).map_or(list, |item| item.pointer);
        let message = format!("`{name}` is required, and is none of the properties");
        problems.push(Diagnostic::new(message, document.span(&at)).help(format!("did you mean `{near}`?")));
    }
}

/// The values that a schema shows of itself: where each stands, what it is called, and the value.
fn examples_of<'s>(
    schema: &'s Value,
    place: &Pointer,
    document: &Document,
) -> Vec<(Pointer, &'static str, &'s Value)> {
    let mut found = Vec::new();
    let single = place.child("example");
    let is_single = document.at(&single).is_some();
    for (index, value) in schema.get("examples").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let several = || place.child("examples").child(&index.to_string());
        found.push((if is_single { single.clone() } else { several() }, "example", value));
    }
    found.extend(schema.get("default").map(|value| (place.child("default"), "default", value)));
    found
}

fn broken(what: &str, error: &ValidationError<'_>) -> String {
    let at = error.instance_path().to_string();
    let at = if at.is_empty() { at } else { format!(" at {at}") };
    format!("this {what} breaks its own schema: expected {}{at}", wanted(error))
}

/// The word that was probably meant; short ones are alike too easily.
fn nearest<'w>(word: &str, words: impl IntoIterator<Item = &'w str>) -> Option<&'w str> {
    let limit = if word.chars().count() <= 4 { 1 } else { 2 };
    let near = words.into_iter().map(|known| (strsim::osa_distance(word, known), known));
    near.filter(|(distance, _)| *distance <= limit).min().map(|(_, known)| known)
}
