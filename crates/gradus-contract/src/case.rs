//! Requests that are made for an operation: valid ones, ones that break one rule each, and one for a thing that is not there.

mod broken;
mod choose;
mod valid;

use crate::argument;
use crate::contract::{Contract, Media, Operation, Parameter, Place};
use crate::form::{self, IN_PARTS};
use crate::generate::{Extent, Maker, Variant};
use crate::link::{self, Origin};
use crate::pointer::Pointer;
use crate::template::is_json;
use crate::value::to_text;
use gradus_model::draw::Random;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// One request, not yet sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Which operation it asks, by its index.
    pub operation: usize,
    /// What should come of it.
    pub aim: Aim,
    /// How it came to be.
    pub kind: Kind,
    /// What is special about it: "`title` one character longer than maxLength 80".
    pub label: String,
    /// Values by the index of their parameter. What the path needs and is not here comes from other operations.
    pub arguments: Vec<(usize, Value)>,
    /// The body.
    pub payload: Payload,
    /// The rule that it breaks.
    pub rule: Option<Pointer>,
}

/// How a case came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// With only what is required.
    Plain,
    /// With everything that the contract names.
    Full,
    /// It differs from a plain or a full one in one place, which its label names.
    Edge,
    /// Everything in it is drawn at random.
    Drawn,
}

/// What should come of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// It is valid.
    Accepted,
    /// It breaks a rule.
    Refused,
    /// It is valid, and about something that is not there.
    Unknown,
}

/// A body.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// None.
    None,
    /// JSON.
    Json {
        /// The content type.
        media: String,
        /// What is sent.
        value: Value,
    },
    /// A form, URL-encoded or in parts.
    Form {
        /// The content type, without a boundary.
        media: String,
        /// What is sent.
        fields: Map<String, Value>,
    },
    /// Anything else.
    Bytes {
        /// The content type.
        media: String,
        /// What is sent.
        bytes: Vec<u8>,
    },
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Where everything random comes from.
    pub seed: u64,
    /// Names the stream of random numbers: the check's id.
    pub label: &'a str,
    /// How many cases at most; the seed chooses among more.
    pub most: usize,
    /// Values of parameters by their name, and of fields of a JSON body as `json.NAME`.
    pub given: &'a [(String, Value)],
}

/// Every case of an operation, the valid ones first. None when the contract asks for what can't be made here.
pub fn cases(contract: &Contract, operation: usize, wanted: &Wanted<'_>) -> Vec<Case> {
    let mut draft = Draft::new(contract, operation, wanted);
    draft.valid();
    if !draft.found.is_empty() {
        draft.unknown();
        draft.broken();
    }
    let Draft { found, maker, .. } = draft;
    choose::choose(found, wanted.most, maker.random)
}

/// The plainest valid case of an operation: how things are made that others are about.
pub fn plain(contract: &Contract, operation: usize, wanted: &Wanted<'_>) -> Option<Case> {
    Draft::new(contract, operation, wanted).plain()
}

/// The cases of one operation while they are made.
struct Draft<'c> {
    contract: &'c Contract,
    index: usize,
    operation: &'c Operation,
    maker: Maker<'c>,
    given: &'c [(String, Value)],
    /// With whether it goes before those that the seed chooses among.
    found: Vec<(Case, bool)>,
    /// What these send, so that nothing is asked twice.
    seen: HashSet<String>,
}

/// How often a value is drawn until it is valid: schemas may ask for more than is looked at when values are made.
const TRIES: usize = 20;

impl<'c> Draft<'c> {
    fn new(contract: &'c Contract, operation: usize, wanted: &Wanted<'c>) -> Self {
        let asked = &contract.operations[operation];
        let random = Random::new(wanted.seed, &format!("{}/conform/{}", wanted.label, asked.title()));
        let of_body =
            |(name, value): &(String, Value)| Some((name.strip_prefix("json.")?.to_owned(), value.clone()));
        let given = wanted.given.iter().filter_map(of_body).collect();
        Self {
            contract,
            index: operation,
            operation: asked,
            maker: Maker { schemas: &contract.schemas, random, given },
            given: wanted.given,
            found: Vec::new(),
            seen: HashSet::new(),
        }
    }

    fn plain(&mut self) -> Option<Case> {
        let (arguments, payload) = self.arguments(Extent::Least).zip(self.payload(Extent::Least))?;
        let label = if self.takes_anything() { "with only what is required" } else { "as it is" };
        Some(Case { kind: Kind::Plain, ..self.case(Aim::Accepted, label, arguments, payload) })
    }

    /// Notes a case, unless it is there already.
    fn add(&mut self, case: Case, first: bool) {
        let body = match &case.payload {
            Payload::None => String::new(),
            Payload::Json { media, value } => format!("{media} {value}"),
            Payload::Form { media, fields } => format!("{media} {}", Value::Object(form::texts(fields))),
            Payload::Bytes { media, bytes } => format!("{media} {bytes:?}"),
        };
        let arguments = case.arguments.iter().map(|(index, value)| format!("{index}={value} "));
        if self.seen.insert(format!("{:?} {}{body}", case.aim, arguments.collect::<String>())) {
            self.found.push((case, first));
        }
    }

    fn case(
        &self,
        aim: Aim,
        label: impl Into<String>,
        arguments: Vec<(usize, Value)>,
        payload: Payload,
    ) -> Case {
        let kind = Kind::Edge;
        Case { operation: self.index, kind, aim, label: label.into(), arguments, payload, rule: None }
    }

    /// Values for the parameters; `None` when one that is required can't be made.
    fn arguments(&mut self, extent: Extent) -> Option<Vec<(usize, Value)>> {
        let mut arguments = Vec::new();
        for (index, parameter) in self.operation.parameters.iter().enumerate() {
            if parameter.place == Place::Path {
                match link::origin(self.contract, self.index, parameter, self.given)? {
                    Origin::From(_) => continue,
                    Origin::Given | Origin::Drawn => {}
                }
            }
            let is_given = self.given.iter().any(|(name, _)| *name == parameter.name);
            let wanted = parameter.required
                || is_given
                || match extent {
                    Extent::Least => false,
                    Extent::Full => true,
                    Extent::Some => self.maker.random.below(2) == 1,
                };
            if !wanted {
                continue;
            }
            match self.argument(parameter) {
                Some(value) => arguments.push((index, value)),
                None if parameter.required => return None,
                None => {}
            }
        }
        Some(arguments)
    }

    /// A valid value of a parameter.
    fn argument(&mut self, parameter: &'c Parameter) -> Option<Value> {
        if let Some((_, value)) = self.given.iter().find(|(name, _)| *name == parameter.name) {
            return Some(value.clone());
        }
        let schemas = &self.contract.schemas;
        let fits = |value: &Value| {
            argument::can_be_sent(parameter, value) && argument::is_valid(schemas, parameter, value)
        };
        let example = self.maker.random.pick(&parameter.examples).filter(|value| fits(value)).cloned();
        // The example of a path is the likeliest to exist; others are asked once each, for they may have to be new each time.
        if let Some(example) = example.clone().filter(|_| parameter.place == Place::Path) {
            return Some(example);
        }
        let Some(id) = parameter.schema else { return Some(json!("some")) };
        let made = (0..TRIES).find_map(|_| self.maker.plain(&[schemas.get(id)], Extent::Full).filter(fits));
        made.or(example)
    }

    /// A valid body; `None` when none can be made.
    fn payload(&mut self, extent: Extent) -> Option<Payload> {
        let Some(body) = &self.operation.body else { return Some(Payload::None) };
        if !body.required && extent == Extent::Least {
            return Some(Payload::None);
        }
        let media = self.media();
        let made = media.and_then(|media| self.payload_of(media, extent));
        if body.required { made } else { Some(made.unwrap_or(Payload::None)) }
    }

    /// The media type that cases are made in: JSON if there is any.
    fn media(&self) -> Option<&'c Media> {
        let content = &self.operation.body.as_ref()?.content;
        let json = content.iter().find(|media| is_json(sent(&media.range)));
        json.or_else(|| content.iter().find(|media| can_be_made(&media.range)))
    }

    fn payload_of(&mut self, media: &'c Media, extent: Extent) -> Option<Payload> {
        let schemas = &self.contract.schemas;
        let name = sent(&media.range).to_owned();
        if !can_be_made(&media.range) {
            return None;
        }
        let value = match media.schema {
            None if is_json(&name) || name == IN_PARTS => json!({}),
            None => json!("some text"),
            Some(id) => (0..TRIES).find_map(|_| {
                let value = self.maker.plain(&[schemas.get(id)], extent);
                value.filter(|value| schemas.is_valid(id, value))
            })?,
        };
        // Nothing but fields can stand in parts.
        (name != IN_PARTS || value.is_object()).then(|| encoded(name, value))
    }

    /// Whether a value is a valid body of that media type.
    fn is_valid(&self, media: &Media, value: &Value) -> bool {
        media.schema.is_none_or(|id| self.contract.schemas.is_valid(id, value))
    }
}

/// A value as a body of a media type.
pub(crate) fn encoded(media: String, value: Value) -> Payload {
    if is_json(&media) {
        return Payload::Json { media, value };
    }
    match value {
        Value::Object(fields) if form::is_form(&media) => Payload::Form { media, fields },
        other => Payload::Bytes { media, bytes: to_text(&other).into_bytes() },
    }
}

/// The media type that is sent where a range is taken.
fn sent(range: &str) -> &str {
    match range {
        "*/*" | "*" | "application/*" => "application/json",
        "text/*" => "text/plain",
        other => other,
    }
}

/// Whether bodies of a media type are made here.
fn can_be_made(range: &str) -> bool {
    let name = sent(range);
    is_json(name) || name.starts_with("text/") || form::is_form(name)
}

/// What a case is called by where its value differs.
fn told(whole: &str, variant: &Variant) -> String {
    if variant.at.is_empty() {
        format!("{whole} {}", variant.what)
    } else {
        format!("`{}` {}", variant.at, variant.what)
    }
}
