//! Makes values from schemas: plain ones, those at the edge of what is allowed, and those just beyond it.

mod broken;
mod number;
mod pattern;
mod text;
mod valid;

pub use text::unlikely;

use crate::schemas::Schemas;
use crate::shape::{Kind, Others, Property, Shape};
use gradus_model::draw::Random;
use serde_json::{Map, Value};

/// Objects and lists within each other in a value that is made; beyond that, only what is required.
const DEEP: usize = 3;
/// Beyond that, nothing: the schema asks for values without end.
const TOO_DEEP: usize = 12;
/// Variants of one value.
const MOST_VARIANTS: usize = 1000;
/// Fields of an object that is made as large as it may be.
const MOST_FIELDS: usize = 1000;
/// Branches of `oneOf` and `anyOf` that are tried.
const MOST_BRANCHES: usize = 8;

/// A value that differs from a plain one in one place.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Where: `title`, `items[0].price`; empty for the value itself.
    pub at: String,
    /// How, as it is said behind the place: "exactly as long as minLength 1".
    pub what: String,
    /// The whole value.
    pub value: Value,
}

/// How much of a value is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Only what is required.
    Least,
    /// Everything that the schema names.
    Full,
    /// Some of it.
    Some,
}

/// Makes values.
pub struct Maker<'s> {
    pub schemas: &'s Schemas,
    pub random: Random,
    /// Values of fields of the outermost object, which the grader gives.
    pub given: Vec<(String, Value)>,
}

impl<'s> Maker<'s> {
    /// A plain value; `None` when the schema asks for what is not made here.
    pub fn plain(&mut self, all: &[&'s Value], extent: Extent) -> Option<Value> {
        self.plain_at(all, extent, 0)
    }

    fn plain_at(&mut self, all: &[&'s Value], extent: Extent, depth: usize) -> Option<Value> {
        let branches = Shape::of(all, 0, self.schemas).branches.min(MOST_BRANCHES);
        (0..branches).find_map(|branch| self.of_shape(&Shape::of(all, branch, self.schemas), extent, depth))
    }

    fn of_shape(&mut self, shape: &Shape<'s>, extent: Extent, depth: usize) -> Option<Value> {
        if depth > TOO_DEEP {
            return None;
        }
        if let Some(choices) = &shape.choices {
            return self.random.pick(choices).map(|value| (*value).clone());
        }
        match kind(shape)? {
            Kind::Object => self.object(shape, extent, depth).map(Value::Object),
            Kind::List => self.list(shape, extent, depth).map(Value::Array),
            Kind::Text => text::plain(shape, &mut self.random).map(Value::String),
            Kind::Integer => number::integer(shape, &mut self.random),
            Kind::Number => number::number(shape, &mut self.random),
            Kind::Bool => Some(Value::Bool(self.random.below(2) == 1)),
            Kind::Null => Some(Value::Null),
        }
    }

    fn object(&mut self, shape: &Shape<'s>, extent: Extent, depth: usize) -> Option<Map<String, Value>> {
        let mut object = Map::new();
        let required: Vec<&str> = shape
            .properties
            .iter()
            .filter(|property| property.required)
            .map(|property| property.name)
            .collect();
        for property in sendable(shape) {
            let given = self.given.iter().find(|(name, _)| depth == 0 && name == property.name);
            if let Some((name, value)) = given {
                object.insert(name.clone(), value.clone());
                continue;
            }
            let wanted = property.required
                || match extent {
                    Extent::Least => (object.len() as u64) < shape.min_properties,
                    Extent::Full => depth < DEEP,
                    Extent::Some => depth < DEEP && self.random.below(2) == 1,
                };
            let is_room = shape.max_properties.is_none_or(|most| {
                let to_come = required.iter().filter(|name| !object.contains_key(**name)).count();
                ((object.len() + to_come) as u64) < most
            });
            if !wanted || !(property.required || is_room) {
                continue;
            }
            match self.plain_at(&property.schemas, extent, depth + 1) {
                Some(value) => drop(object.insert(property.name.to_owned(), value)),
                None if property.required => return None,
                None => {}
            }
        }
        let mut count = 0;
        while (object.len() as u64) < shape.min_properties && count < 100 {
            count += 1;
            let value = self.other(shape, depth)?;
            object.insert(format!("more{count}"), value);
        }
        Some(object)
    }

    /// An object of so many fields; `None` where more are required, or the schema knows no more.
    fn object_of(&mut self, shape: &Shape<'s>, count: u64, depth: usize) -> Option<Map<String, Value>> {
        let mut object = self.object(shape, Extent::Least, depth)?;
        let is_required =
            |name: &str| shape.properties.iter().any(|property| property.required && property.name == name);
        while object.len() as u64 > count {
            let surplus = object.keys().rev().find(|name| !is_required(name))?.clone();
            object.shift_remove(&surplus);
        }
        for property in sendable(shape).filter(|property| !property.required) {
            if (object.len() as u64) < count
                && !object.contains_key(property.name)
                && let Some(value) = self.plain_at(&property.schemas, Extent::Least, depth + 1)
            {
                object.insert(property.name.to_owned(), value);
            }
        }
        for number in 1..=MOST_FIELDS {
            if object.len() as u64 >= count {
                return Some(object);
            }
            let value = self.other(shape, depth)?;
            object.insert(format!("more{number}"), value);
        }
        None
    }

    /// A value for a field that the schema does not name.
    fn other(&mut self, shape: &Shape<'s>, depth: usize) -> Option<Value> {
        match shape.others {
            Others::Forbidden => None,
            Others::Unsaid | Others::Like(Value::Bool(_)) => Some(Value::from("more")),
            Others::Like(schema) => self.plain_at(&[schema], Extent::Least, depth + 1),
        }
    }

    fn list(&mut self, shape: &Shape<'s>, extent: Extent, depth: usize) -> Option<Vec<Value>> {
        let usual = if extent == Extent::Least || depth >= DEEP { 0 } else { 1 };
        let length = shape.min_items.max(usual).max(shape.prefix.len() as u64);
        let length = length.min(shape.max_items.unwrap_or(u64::MAX));
        self.list_of(shape, length, extent, depth)
    }

    /// A list of so many elements; those of one that is to be unique differ, if that can be.
    fn list_of(
        &mut self,
        shape: &Shape<'s>,
        length: u64,
        extent: Extent,
        depth: usize,
    ) -> Option<Vec<Value>> {
        let mut items: Vec<Value> = Vec::new();
        for index in 0..usize::try_from(length).ok().filter(|length| *length <= 1000)? {
            let schemas = shape.prefix.get(index).map_or(shape.items.clone(), |schema| vec![*schema]);
            let mut item = self.plain_at(&schemas, extent, depth + 1)?;
            for _ in 0..20 {
                if !shape.unique || !items.contains(&item) {
                    break;
                }
                item = self.plain_at(&schemas, extent, depth + 1)?;
            }
            items.push(item);
        }
        Some(items)
    }
}

/// Fields that a request carries; those that are `readOnly` are the server's.
fn sendable<'a, 's>(shape: &'a Shape<'s>) -> impl Iterator<Item = &'a Property<'s>> {
    let is_read_only = |schema: &&Value| schema.get("readOnly") == Some(&Value::Bool(true));
    shape.properties.iter().filter(move |property| !property.schemas.iter().any(is_read_only))
}

/// The type of a plain value: what the schema speaks of, or the first that it allows.
fn kind(shape: &Shape<'_>) -> Option<Kind> {
    if shape.kinds.are_all() {
        return Some(if !shape.properties.is_empty() {
            Kind::Object
        } else if !shape.items.is_empty() || !shape.prefix.is_empty() {
            Kind::List
        } else if shape.least.is_some() || shape.most.is_some() {
            Kind::Number
        } else {
            Kind::Text
        });
    }
    // Every integer is a number, so a number that may have a fraction goes first.
    let order = [Kind::Object, Kind::List, Kind::Text, Kind::Number, Kind::Integer, Kind::Bool, Kind::Null];
    order.into_iter().find(|kind| shape.kinds.has(*kind))
}

/// The place of a part within an outer place.
fn join(outer: &str, inner: &str) -> String {
    match (outer, inner) {
        ("", inner) => inner.to_owned(),
        (outer, "") => outer.to_owned(),
        (outer, inner) if inner.starts_with('[') => format!("{outer}{inner}"),
        (outer, inner) => format!("{outer}.{inner}"),
    }
}

/// The place of a field.
fn field(name: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if is_plain { name.to_owned() } else { format!("[{}]", Value::from(name)) }
}
