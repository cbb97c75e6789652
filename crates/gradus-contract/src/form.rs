//! Forms (`application/x-www-form-urlencoded`): from values to what is sent, back, and what its texts mean by a schema.

use crate::argument::scalar;
use crate::request::push_pair;
use crate::schemas::{SchemaId, Schemas};
use crate::shape::{Kind, Shape};
use crate::value::to_text;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// Its content type.
pub const FORM: &str = "application/x-www-form-urlencoded";
/// Branches in which a field is looked for.
const MOST_BRANCHES: usize = 8;

/// What is sent for these fields; a list gives a repeated one.
pub fn encode(fields: &Map<String, Value>) -> String {
    let mut form = String::new();
    for (name, value) in fields {
        match value {
            Value::Array(items) => items.iter().for_each(|item| push_pair(&mut form, name, &to_text(item))),
            other => push_pair(&mut form, name, &to_text(other)),
        }
    }
    form
}

/// The fields of a form that was made here, as texts; one that stands there twice is a list.
pub fn decode(form: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    let text = |encoded: &str| percent_decode_str(encoded).decode_utf8_lossy().into_owned();
    for (name, value) in form.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = Value::from(text(value));
        match fields.get_mut(&text(name)) {
            None => drop(fields.insert(text(name), value)),
            Some(Value::Array(items)) => items.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
        }
    }
    fields
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
