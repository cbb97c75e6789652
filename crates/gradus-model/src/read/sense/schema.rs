//! JSON Schemas by which everything is valid.

use crate::json::Json;

/// The keywords of 2020-12 that can refuse a value by what they say alone.
const PLAIN: [&str; 24] = [
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "pattern",
    "maxItems",
    "uniqueItems",
    "maxProperties",
    "dependentRequired",
    "format",
    "$ref",
    "$dynamicRef",
    "not",
    "oneOf",
    "contains",
    "propertyNames",
    "if",
    "then",
    "else",
];
/// Those that refuse nothing by 0, or by an empty list.
const FROM_ZERO: [&str; 4] = ["minLength", "minItems", "minProperties", "required"];
/// Those that hold a part of the value to one schema.
const ONE: [&str; 4] = ["items", "additionalProperties", "unevaluatedItems", "unevaluatedProperties"];
/// Those that hold parts of the value to a schema each.
const SEVERAL: [&str; 5] = ["properties", "patternProperties", "dependentSchemas", "prefixItems", "allOf"];

/// Whether every value is valid: none of its keywords asks for anything, or nobody knows them.
pub fn asks_nothing(schema: &Json) -> bool {
    match schema {
        Json::Bool(flag) => *flag,
        Json::Object(entries) => entries.iter().all(|(key, value)| is_idle(key, value)),
        // What is no schema is refused elsewhere.
        _ => false,
    }
}

fn is_idle(key: &str, value: &Json) -> bool {
    if PLAIN.contains(&key) {
        return false;
    }
    if FROM_ZERO.contains(&key) {
        return match value {
            Json::Number(text) => text.parse::<f64>().is_ok_and(|least| least <= 0.0),
            Json::Array(names) => names.is_empty(),
            _ => false,
        };
    }
    let inner: Vec<&Json> = match value {
        _ if ONE.contains(&key) => vec![value],
        Json::Object(schemas) if SEVERAL.contains(&key) => schemas.iter().map(|(_, schema)| schema).collect(),
        Json::Array(schemas) if SEVERAL.contains(&key) => schemas.iter().collect(),
        Json::Array(schemas) if key == "anyOf" => return schemas.iter().any(asks_nothing),
        _ => Vec::new(),
    };
    inner.into_iter().all(asks_nothing)
}
