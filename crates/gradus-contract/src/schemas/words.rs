//! What a rule of a schema wants, in words. Which rule is broken is found elsewhere.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

/// What a schema wanted, in words.
pub fn wanted(error: &ValidationError<'_>) -> String {
    use ValidationErrorKind::*;
    match error.kind() {
        MinLength { limit } => format!("text of at least {}", counted(*limit, "character")),
        MaxLength { limit } => format!("text of at most {}", counted(*limit, "character")),
        Minimum { limit } => format!("a number of at least {limit}"),
        Maximum { limit } => format!("a number of at most {limit}"),
        ExclusiveMinimum { limit } => format!("a number above {limit}"),
        ExclusiveMaximum { limit } => format!("a number below {limit}"),
        MinItems { limit } => format!("a list of at least {}", counted(*limit, "element")),
        MaxItems { limit } => format!("a list of at most {}", counted(*limit, "element")),
        Pattern { pattern } => format!("text that fits {pattern}"),
        Format { format } => format!("text of the format {format}"),
        Constant { expected_value } => format!("{expected_value}"),
        Enum { options } => match &**options {
            Value::Array(options) => {
                format!("one of {}", options.iter().map(Value::to_string).collect::<Vec<_>>().join(", "))
            }
            other => format!("{other}"),
        },
        Type { kind: TypeKind::Single(kind) } => noun(*kind).to_owned(),
        Type { kind: TypeKind::Multiple(kinds) } => kinds.iter().map(noun).collect::<Vec<_>>().join(" or "),
        UniqueItems => "a list in which nothing stands twice".to_owned(),
        _ => format!("what the schema says: {}", error.masked()),
    }
}

fn noun(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Object => "an object",
        JsonType::Array => "a list",
        JsonType::String => "text",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::Boolean => "true or false",
        JsonType::Null => "null",
    }
}

/// `1 character`, `3 characters`.
fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
