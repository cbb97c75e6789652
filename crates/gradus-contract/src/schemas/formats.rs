//! Formats that OpenAPI has and JSON Schema has not: `int32`, `int64`, `byte`
//! (OpenAPI 3.0.4, section 4.4, and its registry of formats).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// Keywords whose values are no schemas, whatever they look like.
const VALUES: [&str; 5] = ["const", "default", "enum", "example", "examples"];
/// Keywords that name schemas: what stands in them are names, whatever they look like.
const NAMED: [&str; 4] = ["$defs", "dependentSchemas", "patternProperties", "properties"];
/// Where the limits of a format are put: behind what else must hold.
const BEHIND: &str = "allOf";

/// A schema in which the limits of a whole number's format are limits like others.
pub fn spelled_out(schema: &Value) -> Value {
    match schema {
        Value::Object(keywords) => {
            let inner = |(name, value): (&String, &Value)| {
                let inner = match (name.as_str(), value) {
                    (name, value) if VALUES.contains(&name) => value.clone(),
                    (name, Value::Object(named)) if NAMED.contains(&name) => {
                        named.iter().map(|(name, schema)| (name.clone(), spelled_out(schema))).collect()
                    }
                    (_, value) => spelled_out(value),
                };
                (name.clone(), inner)
            };
            let mut spelled: Map<String, Value> = keywords.iter().map(inner).collect();
            if let Some(limits) = limits(keywords)
                && let Value::Array(all) = spelled.entry(BEHIND).or_insert_with(|| json!([]))
            {
                all.push(limits);
            }
            Value::Object(spelled)
        }
        Value::Array(items) => items.iter().map(spelled_out).collect(),
        other => other.clone(),
    }
}

/// The place of a rule in the schema as it was before [`spelled_out`]: the limits of a format are its format's.
pub fn place(schema: &Value, rule: &str) -> String {
    match rule.rsplit_once(&format!("/{BEHIND}/")) {
        Some((spelled, _)) if schema.pointer(rule).is_none() => format!("{spelled}/format"),
        _ => rule.to_owned(),
    }
}

/// The limits of a format of whole numbers.
fn limits(keywords: &Map<String, Value>) -> Option<Value> {
    match keywords.get("format")?.as_str()? {
        "int32" => Some(json!({ "minimum": i32::MIN, "maximum": i32::MAX })),
        "int64" => Some(json!({ "minimum": i64::MIN, "maximum": i64::MAX })),
        _ => None,
    }
}

/// `byte`: base64 with its padding (RFC 4648, section 4).
pub fn is_base64(text: &str) -> bool {
    STANDARD.decode(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_schemas_are_spelled_out() {
        let limited = json!({ "format": "int32", "allOf": [{ "minimum": i32::MIN, "maximum": i32::MAX }] });
        let named =
            |schema: Value| json!({ "properties": { "default": schema, "format": { "type": "string" } } });
        assert_eq!(spelled_out(&named(json!({ "format": "int32" }))), named(limited));
        let value = json!({ "const": { "format": "int32" }, "enum": [{ "format": "int64" }] });
        assert_eq!(spelled_out(&value), value);
    }

    #[test]
    fn what_else_must_hold_stays_where_it_was() {
        let schema = json!({ "items": { "allOf": [{ "minimum": 3 }], "format": "int64" } });
        assert_eq!(place(&schema, "/items/allOf/0/minimum"), "/items/allOf/0/minimum");
        assert_eq!(place(&schema, "/items/allOf/1/maximum"), "/items/format");
    }
}
