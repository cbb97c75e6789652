//! What an author writes where a value is meant: literals, `$(name)`, value functions and generators, not yet worked out.

use crate::ints::Ints;
use crate::json::Json;
use crate::source::{Span, Spanned};
use std::collections::BTreeMap;
use std::time::Duration;

/// Text in which `$(name)` may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The parts in order; adjacent literals are joined.
    pub parts: Vec<Part>,
    /// Where the whole text stands.
    pub span: Span,
}

/// A part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that means itself; `$$` is already one dollar sign.
    Literal(String),
    /// `$(name)`.
    Name(String),
}

/// A value of a request, of `env` or of `vars`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of [`Value`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `null`, a bool or a number as it stands.
    Scalar(Json),
    /// Text. A template that is only `$(name)` keeps the type of what it names.
    Text(Template),
    /// A list.
    List(Vec<Value>),
    /// An object, in the file's order.
    Object(Vec<(Template, Value)>),
    /// A value function.
    Function(Function),
}

/// The closed list of value functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Function {
    /// Lower-case hex of the SHA-256 of the text.
    Sha256(Box<Value>),
    /// Lower-case hex of HMAC-SHA-256 (RFC 2104).
    HmacSha256 {
        /// The key, as UTF-8.
        key: Box<Value>,
        /// The message, as UTF-8.
        message: Box<Value>,
    },
    /// Base64 with padding (RFC 4648 §4) of the text.
    Base64(Box<Value>),
    /// A JSON Web Token signed with HS256 (RFC 7519).
    Jwt {
        /// The secret, as UTF-8.
        secret: Box<Value>,
        /// The claims, an object.
        claims: Box<Value>,
    },
}

/// What stands at a name under `vars:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Var {
    /// The name.
    pub name: Spanned<String>,
    /// How its value comes to be.
    pub draw: Draw,
}

/// How a variable's value comes to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Draw {
    /// A literal or a value function.
    Value(Value),
    /// Drawn from the grading's seed.
    Generated(Generator),
}

/// The closed list of generators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Generator {
    /// So many plain English words, joined by blanks.
    Words(u32),
    /// A whole number, both ends included.
    Int {
        /// The least.
        from: i64,
        /// The greatest.
        to: i64,
    },
    /// A number with two digits after the point, from 0 to 1000.
    Number,
    /// A list of whole numbers.
    Ints(Ints),
    /// `true` or `false`.
    Bool,
    /// A version 4 UUID (RFC 9562).
    Uuid,
    /// An address at `example.com`.
    Email,
    /// A person's first and last name.
    Name,
    /// So many lower-case letters and digits.
    Text {
        /// How many characters.
        length: u32,
    },
    /// One of these.
    Pick(Vec<Value>),
    /// The moment of the draw plus so long, RFC 3339 in UTC with seconds.
    NowPlus(Duration),
}

/// The values that names stand for while a step runs.
pub type Bindings = BTreeMap<String, Json>;

impl Template {
    /// The name, if the text is nothing but `$(name)`.
    pub fn only_name(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Name(name)] => Some(name),
            _ => None,
        }
    }

    /// The text, if no name stands in it.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Every name in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Name(name) => Some(name.as_str()),
            Part::Literal(_) => None,
        })
    }

    /// The text with each name replaced by its value. A name without a value stays as it stands: reading the file has
    /// refused those that can never have one.
    pub fn fill(&self, bindings: &Bindings) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Name(name) => match bindings.get(name) {
                    Some(value) => text.push_str(&value.to_text()),
                    None => text.push_str(&format!("$({name})")),
                },
            }
        }
        text
    }

    /// The value that it stands for: of any type when it is only `$(name)`, else a string.
    pub fn fill_value(&self, bindings: &Bindings) -> Json {
        match self.only_name().and_then(|name| bindings.get(name)) {
            Some(value) => value.clone(),
            None => Json::String(self.fill(bindings)),
        }
    }
}
