//! Forms, URL-encoded (`application/x-www-form-urlencoded`) and in parts (`multipart/form-data`, RFC 7578): from values to what is
//! sent, and what its texts mean by a schema.

use crate::argument::scalar;
use crate::contract::Media;
use crate::request::push_pair;
use crate::schemas::{SchemaId, Schemas};
use crate::shape::{Kind, Shape};
use crate::template::{essence, is_json};
use crate::value::to_text;
use serde_json::{Map, Value};

/// Content type of URL-encoded ones.
pub const URL_ENCODED: &str = "application/x-www-form-urlencoded";
/// Content type of those in parts, without the boundary.
pub const IN_PARTS: &str = "multipart/form-data";
/// Branches in which a field is looked for.
const MOST_BRANCHES: usize = 8;

/// Whether bodies of this media type are forms.
pub fn is_form(media: &str) -> bool {
    media == URL_ENCODED || media == IN_PARTS
}

/// How fields are sent where there are parts.
#[derive(Default)]
pub struct Parts<'m> {
    /// Those that are files.
    files: Vec<&'m str>,
    /// Those with a content type of their own, and that.
    types: &'m [(String, String)],
}

impl<'m> Parts<'m> {
    /// Those of bodies of this media type.
    pub fn of(schemas: &'m Schemas, media: &'m Media) -> Self {
        Self { files: media.schema.map_or_else(Vec::new, |id| files(schemas, id)), types: &media.parts }
    }

    fn media(&self, field: &str) -> Option<&'m str> {
        self.types.iter().find(|(name, _)| name == field).map(|(_, media)| media.as_str())
    }
}

/// Content type and bytes of a form of these fields; a list gives a repeated one.
pub fn encode(media: &str, fields: &Map<String, Value>, parts: &Parts<'_>) -> (String, Vec<u8>) {
    if media == IN_PARTS {
        return in_parts(fields, parts);
    }
    let mut form = String::new();
    for (name, value) in fields {
        each(value).iter().for_each(|one| push_pair(&mut form, name, &to_text(one)));
    }
    (media.to_owned(), form.into_bytes())
}

fn in_parts(fields: &Map<String, Value>, parts: &Parts<'_>) -> (String, Vec<u8>) {
    let mut boundary = "part".to_owned();
    while fields.values().any(|value| to_text(value).contains(&boundary)) {
        boundary.push('-');
    }
    let mut body = String::new();
    for (name, value) in fields {
        let (is_file, own) = (parts.files.contains(&name.as_str()), parts.media(name));
        let of_json = own.is_some_and(|media| is_json(&essence(media)));
        // As browsers do it (WHATWG, "multipart/form-data encoding algorithm").
        let name = name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22");
        for one in each(value) {
            body += &format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"");
            if is_file {
                body += "; filename=\"file.bin\"";
            }
            let usual = match one {
                _ if is_file => Some("application/octet-stream"),
                Value::Object(_) | Value::Array(_) => Some("application/json"),
                _ => None,
            };
            if let Some(media) = own.or(usual) {
                body += &format!("\r\ncontent-type: {media}");
            }
            let text = if of_json { one.to_string() } else { to_text(one) };
            body += &format!("\r\n\r\n{text}\r\n");
        }
    }
    body += &format!("--{boundary}--\r\n");
    (format!("{IN_PARTS}; boundary={boundary}"), body.into_bytes())
}

/// What of a field is sent, one after another.
fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        other => std::slice::from_ref(other),
    }
}

/// The same fields as whoever receives them has them at first, as texts; a list of one is that one, an empty one is not there.
pub fn texts(fields: &Map<String, Value>) -> Map<String, Value> {
    let text = |value: &Value| Value::from(to_text(value));
    let received = fields.iter().filter_map(|(name, value)| {
        let texts = match each(value) {
            [] => return None,
            [one] => text(one),
            several => Value::Array(several.iter().map(text).collect()),
        };
        Some((name.clone(), texts))
    });
    received.collect()
}

/// Fields that are files: what they hold is said to be bytes.
fn files(schemas: &Schemas, id: SchemaId) -> Vec<&str> {
    let whole = [schemas.get(id)];
    let is_file = |field: &[&Value]| {
        let field = Shape::of(field, 0, schemas);
        field.format == Some("binary") || field.is_bytes
    };
    let mut files = Vec::new();
    for branch in 0..Shape::of(&whole, 0, schemas).branches.min(MOST_BRANCHES) {
        for property in Shape::of(&whole, branch, schemas).properties {
            let items = Shape::of(&property.schemas, 0, schemas).items;
            if is_file(&property.schemas) || (!items.is_empty() && is_file(&items)) {
                files.push(property.name);
            }
        }
    }
    files
}

/// What a server reads from it: numbers, bools and lists where the schema speaks of them, texts otherwise.
pub fn reading(schemas: &Schemas, id: SchemaId, fields: &Map<String, Value>) -> Value {
    let read = fields.iter().map(|(name, value)| {
        let kinds = of_field(schemas, id, name);
        let one = |value: &Value| match to_text(value) {
            text if kinds.number || kinds.flag => scalar(&text),
            text => Value::from(text),
        };
        let read = match value {
            Value::Array(items) => Value::Array(items.iter().map(one).collect()),
            other if kinds.list => Value::Array(vec![one(other)]),
            other => one(other),
        };
        (name.clone(), read)
    });
    Value::Object(read.collect())
}

/// What a field may be besides text.
#[derive(Default)]
struct Kinds {
    list: bool,
    number: bool,
    flag: bool,
}

fn of_field(schemas: &Schemas, id: SchemaId, name: &str) -> Kinds {
    let (mut kinds, mut is_named) = (Kinds::default(), false);
    let whole = [schemas.get(id)];
    let branches = Shape::of(&whole, 0, schemas).branches.min(MOST_BRANCHES);
    for branch in 0..branches {
        let shape = Shape::of(&whole, branch, schemas);
        let Some(field) = shape.properties.iter().find(|property| property.name == name) else { continue };
        let field = Shape::of(&field.schemas, 0, schemas);
        let of_list = Shape::of(&field.items, 0, schemas);
        let is_list = field.kinds.has(Kind::List) && !field.kinds.are_all();
        let one = if is_list { &of_list } else { &field };
        let has = |kind| one.kinds.has(kind) && !one.kinds.are_all() && !one.kinds.has(Kind::Text);
        kinds.list |= is_list;
        kinds.number |= has(Kind::Integer) || has(Kind::Number);
        kinds.flag |= has(Kind::Bool);
        is_named = true;
    }
    // Of what nobody names, nothing is known but what it looks like.
    kinds.number |= !is_named;
    kinds
}
