//! What is wrong with a keyword of a schema, in words, and the way out. Which places are wrong is found elsewhere.

use serde_json::Value;

/// A mistake in a schema.
pub struct Mistake {
    /// One sentence without a full stop.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
    /// Where it stands within the schema, as a JSON pointer.
    pub path: String,
}

const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "array", "object", "null"];
/// What other languages call them.
const CALLED: [(&str, &str); 9] = [
    ("int", "integer"),
    ("float", "number"),
    ("double", "number"),
    ("bool", "boolean"),
    ("list", "array"),
    ("text", "string"),
    ("str", "string"),
    ("map", "object"),
    ("dict", "object"),
];
/// What stands behind keywords.
const BEHIND: [(&str, &str); 22] = [
    ("minLength", "a whole number from 0"),
    ("maxLength", "a whole number from 0"),
    ("minItems", "a whole number from 0"),
    ("maxItems", "a whole number from 0"),
    ("minProperties", "a whole number from 0"),
    ("maxProperties", "a whole number from 0"),
    ("minContains", "a whole number from 0"),
    ("maxContains", "a whole number from 0"),
    ("minimum", "a number"),
    ("maximum", "a number"),
    ("exclusiveMinimum", "a number"),
    ("exclusiveMaximum", "a number"),
    ("multipleOf", "a number above 0"),
    ("pattern", "a regular expression"),
    ("format", "the name of a format"),
    ("uniqueItems", "true or false"),
    ("readOnly", "true or false"),
    ("enum", "a list of values"),
    ("examples", "a list of values"),
    ("allOf", "a list of one schema or more"),
    ("anyOf", "a list of one schema or more"),
    ("oneOf", "a list of one schema or more"),
];

/// What is wrong at a place of a schema; `otherwise` says it where no words are known.
pub fn of(schema: &Value, path: &str, otherwise: &dyn Fn() -> String) -> Mistake {
    let parts: Vec<&str> = path.split('/').collect();
    // An index is a part of what stands behind the keyword.
    let depth = parts.iter().rposition(|part| part.parse::<usize>().is_err()).unwrap_or(0);
    let (keyword, whole) = (parts[depth], parts[..=depth].join("/"));
    let around = parts[..depth].join("/");
    let value = schema.pointer(&whole).unwrap_or(&Value::Null);
    match keyword {
        "type" => of_type(value, whole),
        "required" => of_required(&parts[..depth], value, whole),
        "exclusiveMinimum" | "exclusiveMaximum" if value.is_boolean() => {
            let limit = if keyword.ends_with("Minimum") { "minimum" } else { "maximum" };
            let beside = schema.pointer(&format!("{around}/{limit}")).filter(|beside| beside.is_number());
            let help = match beside {
                Some(beside) => format!("write `{keyword}: {beside}`, and take `{limit}` away"),
                None => format!("write the limit itself: `{keyword}: 0`"),
            };
            let message = format!("in OpenAPI 3.1, `{keyword}` is a number: the limit, which is left out");
            Mistake { message, help: Some(help), path: whole }
        }
        _ => match BEHIND.iter().find(|(word, _)| *word == keyword) {
            Some((_, wanted)) => {
                let message = format!("`{keyword}` is {wanted}, and not {value}");
                Mistake { message, help: None, path: whole }
            }
            None => Mistake {
                message: format!("this is no JSON Schema: {}", otherwise()),
                help: None,
                path: path.to_owned(),
            },
        },
    }
}

fn of_type(value: &Value, path: String) -> Mistake {
    let is_type = |item: &Value| item.as_str().is_some_and(|name| TYPES.contains(&name));
    let (wrong, path) = match value {
        Value::Array(items) => match items.iter().position(|item| !is_type(item)) {
            Some(at) => (&items[at], format!("{path}/{at}")),
            None => (value, path),
        },
        _ => (value, path),
    };
    let types = || format!("types are {}", TYPES.join(", "));
    let (message, help) = match wrong {
        Value::Null => {
            ("a type is named by text, and this is null itself".into(), "quote it: \"null\"".into())
        }
        Value::String(name) => {
            let near = TYPES.iter().map(|known| (strsim::osa_distance(name, known), *known));
            let near = near.filter(|(distance, _)| *distance <= 2).min().map(|(_, known)| known);
            let called = CALLED.iter().find(|(word, _)| word == name).map(|(_, known)| *known);
            let help = called.or(near).map_or_else(types, |meant: &str| format!("did you mean `{meant}`?"));
            (format!("`{name}` is no type"), help)
        }
        Value::Array(_) => ("a list of types names one or more, each once".into(), types()),
        other => (format!("a type is named by text, and not {other}"), types()),
    };
    Mistake { message, help: Some(help), path }
}

/// In 3.0's parameters, and in JSON Schema long ago, it is true or false.
fn of_required(around: &[&str], value: &Value, path: String) -> Mistake {
    let name = match around {
        [.., "properties", name] => name,
        _ => "NAME",
    };
    let help = match value {
        Value::Bool(_) => format!("write `required: [{name}]` in the schema whose property it is"),
        _ => "write `required: [NAME]`, each name once".to_owned(),
    };
    Mistake { message: "`required` is a list of names".into(), help: Some(help), path }
}
