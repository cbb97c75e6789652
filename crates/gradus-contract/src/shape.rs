//! What a schema says of one value, its references followed, `allOf` merged and one branch of each `oneOf` and `anyOf` taken.
//! It is for making values: whether a value is valid, only the schema itself decides.

use crate::schemas::Schemas;
use serde_json::Value;

/// The types of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Object,
    List,
    Text,
    Integer,
    Number,
    Bool,
    Null,
}

/// A set of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

/// What a schema says of one value.
#[derive(Clone, Debug)]
pub struct Shape<'s> {
    /// Which types it may have.
    pub kinds: Kinds,
    /// The only values that there are.
    pub choices: Option<Vec<&'s Value>>,
    pub min_length: u64,
    pub max_length: Option<u64>,
    pub pattern: Option<&'s str>,
    pub format: Option<&'s str>,
    /// Whether it is bytes as they are: it has a media type of its own (`contentMediaType`) and no encoding.
    pub is_bytes: bool,
    pub least: Option<Limit<'s>>,
    pub most: Option<Limit<'s>>,
    pub multiple_of: Option<f64>,
    /// Of the first elements of a list, one each.
    pub prefix: Vec<&'s Value>,
    /// Of the other elements; all of them.
    pub items: Vec<&'s Value>,
    pub min_items: u64,
    pub max_items: Option<u64>,
    pub unique: bool,
    pub properties: Vec<Property<'s>>,
    pub min_properties: u64,
    pub max_properties: Option<u64>,
    /// Whether `additionalProperties` forbids, allows (saying so), or says nothing.
    pub others: Others<'s>,
    pub examples: Vec<&'s Value>,
    /// How many branches there are to take.
    pub branches: usize,
}

/// A limit of a number.
#[derive(Clone, Copy, Debug)]
pub struct Limit<'s> {
    pub value: &'s Value,
    /// Whether the limit itself is beyond it.
    pub exclusive: bool,
}

/// A field of an object.
#[derive(Clone, Debug)]
pub struct Property<'s> {
    pub name: &'s str,
    /// All of them.
    pub schemas: Vec<&'s Value>,
    pub required: bool,
}

/// Fields that the schema does not name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Others<'s> {
    Unsaid,
    Forbidden,
    Like(&'s Value),
}

/// References that lead to each other and parts of `allOf` that are followed at most.
const MOST_PARTS: usize = 200;

impl Kinds {
    const ALL: Kinds = Kinds(0b111_1111);

    fn bit(kind: Kind) -> u8 {
        1 << kind as u8
    }

    /// Whether a type is among them; every integer is a number.
    pub fn has(self, kind: Kind) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    /// Whether anything goes.
    pub fn are_all(self) -> bool {
        self == Self::ALL
    }

    fn of(kind: &Value) -> Kinds {
        let one = |kind: &Value| match kind.as_str() {
            Some("object") => Self::bit(Kind::Object),
            Some("array") => Self::bit(Kind::List),
            Some("string") => Self::bit(Kind::Text),
            Some("integer") => Self::bit(Kind::Integer),
            Some("number") => Self::bit(Kind::Number) | Self::bit(Kind::Integer),
            Some("boolean") => Self::bit(Kind::Bool),
            Some("null") => Self::bit(Kind::Null),
            _ => 0,
        };
        match kind {
            Value::Array(kinds) => Kinds(kinds.iter().fold(0, |bits, kind| bits | one(kind))),
            kind => Kinds(one(kind)),
        }
    }
}

impl<'s> Shape<'s> {
    /// What all of these schemas say together. Of each `oneOf` and `anyOf`, the branch of this number is taken, counted round.
    pub fn of(all: &[&'s Value], branch: usize, schemas: &'s Schemas) -> Self {
        let mut shape = Shape {
            kinds: Kinds::ALL,
            choices: None,
            min_length: 0,
            max_length: None,
            pattern: None,
            format: None,
            is_bytes: false,
            least: None,
            most: None,
            multiple_of: None,
            prefix: Vec::new(),
            items: Vec::new(),
            min_items: 0,
            max_items: None,
            unique: false,
            properties: Vec::new(),
            min_properties: 0,
            max_properties: None,
            others: Others::Unsaid,
            examples: Vec::new(),
            branches: 1,
        };
        let mut open: Vec<&'s Value> = all.to_vec();
        let mut required: Vec<&'s str> = Vec::new();
        let mut parts = 0;
        while let Some(schema) = open.pop() {
            parts += 1;
            let Value::Object(keys) = schema else { continue };
            if parts > MOST_PARTS {
                break;
            }
            let reference = keys.get("$ref").and_then(Value::as_str);
            open.extend(reference.and_then(|reference| schemas.referred(reference)));
            open.extend(list(keys.get("allOf")));
            for word in ["oneOf", "anyOf"] {
                let branches = list(keys.get(word));
                shape.branches = shape.branches.max(branches.len());
                open.extend(branches.get(branch % branches.len().max(1)));
            }
            shape.is_bytes |= keys.contains_key("contentMediaType") && !keys.contains_key("contentEncoding");
            required.extend(list(keys.get("required")).iter().filter_map(|name| name.as_str()));
            for (key, value) in keys {
                shape.take(key, value);
            }
        }
        if shape.is_bytes && shape.kinds.are_all() {
            shape.kinds = Kinds(Kinds::bit(Kind::Text));
        }
        for property in &mut shape.properties {
            property.required = required.contains(&property.name);
        }
        for name in required {
            if shape.properties.iter().all(|property| property.name != name) {
                shape.properties.push(Property { name, schemas: Vec::new(), required: true });
            }
        }
        shape
    }

    fn take(&mut self, key: &str, value: &'s Value) {
        let whole = value.as_u64();
        match key {
            "type" => self.kinds = Kinds(self.kinds.0 & Kinds::of(value).0),
            "const" => self.choices = Some(vec![value]),
            "enum" => self.choices = Some(list(Some(value)).iter().collect()),
            "minLength" => self.min_length = self.min_length.max(whole.unwrap_or(0)),
            "maxLength" => self.max_length = least_of(self.max_length, whole),
            "minItems" => self.min_items = self.min_items.max(whole.unwrap_or(0)),
            "maxItems" => self.max_items = least_of(self.max_items, whole),
            "minProperties" => self.min_properties = self.min_properties.max(whole.unwrap_or(0)),
            "maxProperties" => self.max_properties = least_of(self.max_properties, whole),
            "pattern" => self.pattern = self.pattern.or(value.as_str()),
            "format" => self.format = self.format.or(value.as_str()),
            "minimum" => self.least = tighter(self.least, Limit { value, exclusive: false }, 1.0),
            "exclusiveMinimum" => self.least = tighter(self.least, Limit { value, exclusive: true }, 1.0),
            "maximum" => self.most = tighter(self.most, Limit { value, exclusive: false }, -1.0),
            "exclusiveMaximum" => self.most = tighter(self.most, Limit { value, exclusive: true }, -1.0),
            "multipleOf" => self.multiple_of = self.multiple_of.or(value.as_f64()),
            "uniqueItems" => self.unique |= value == &Value::Bool(true),
            "items" => self.items.push(value),
            "prefixItems" => self.prefix.extend(list(Some(value))),
            "examples" => self.examples.extend(list(Some(value))),
            "default" => self.examples.push(value),
            "additionalProperties" => {
                self.others =
                    if value == &Value::Bool(false) { Others::Forbidden } else { Others::Like(value) };
            }
            "properties" => {
                for (name, schema) in value.as_object().into_iter().flatten() {
                    match self.properties.iter_mut().find(|property| property.name == name) {
                        Some(property) => property.schemas.push(schema),
                        None => {
                            self.properties.push(Property { name, schemas: vec![schema], required: false })
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(items)) => items,
        _ => &[],
    }
}

fn least_of(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}

/// The narrower of two limits; `sign` is 1 for lower ones and -1 for upper ones.
fn tighter<'s>(one: Option<Limit<'s>>, other: Limit<'s>, sign: f64) -> Option<Limit<'s>> {
    let number = |limit: &Limit<'_>| limit.value.as_f64().unwrap_or(0.0) * sign;
    match one {
        Some(one) if (number(&one), one.exclusive) >= (number(&other), other.exclusive) => Some(one),
        _ => Some(other),
    }
}
