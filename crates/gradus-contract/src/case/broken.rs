//! Requests that break one rule each, where the contract says how a request is refused.

use super::{Aim, Case, Draft, Payload, encoded, sent, told};
use crate::argument;
use crate::contract::{Place, Status};
use crate::form::{self, Parts};
use crate::generate::Extent;
use crate::pointer::Pointer;
use crate::schemas::{SchemaId, Schemas};
use crate::shape::{Kind, Shape};
use crate::template::is_json;
use serde_json::Value;

impl Draft<'_> {
    /// Every case that should be refused.
    pub(super) fn broken(&mut self) {
        if self.operation.refuses(false) {
            self.broken_bodies();
        }
        self.broken_parameters();
    }

    fn refused(&mut self, label: String, payload: Payload, rule: Pointer, first: bool) {
        let Some(arguments) = self.arguments(Extent::Least) else { return };
        let case = self.case(Aim::Refused, label, arguments, payload);
        self.add(Case { rule: Some(rule), ..case }, first);
    }

    fn broken_bodies(&mut self) {
        let Some(body) = &self.operation.body else { return };
        if body.required {
            self.refused("without a body".into(), Payload::None, body.pointer.clone(), true);
        }
        let Some(media) = self.media() else { return };
        let name = sent(&media.range).to_owned();
        let content = body.pointer.child("content");
        let bytes = match self.payload(Extent::Full) {
            Some(Payload::Json { value, .. }) => {
                let text = value.to_string();
                let payload = Payload::Bytes { media: name.clone(), bytes: cut(&text).into_bytes() };
                self.refused("JSON that is cut off before its end".into(), payload, content.clone(), true);
                Some(text.into_bytes())
            }
            Some(Payload::Form { media, fields }) => Some(form::encode(&media, &fields, &Parts::default()).1),
            Some(Payload::Bytes { bytes, .. }) => Some(bytes),
            Some(Payload::None) | None => None,
        };
        if let Some(bytes) = bytes.filter(|_| self.says_unsupported()) {
            let payload = Payload::Bytes { media: "application/x-unheard-of".to_owned(), bytes };
            self.refused("with a content type that is not taken".into(), payload, content, true);
        }
        let Some(id) = media.schema else { return };
        for variant in self.maker.broken(&[self.contract.schemas.get(id)], 0) {
            let Some(read) = as_read(&self.contract.schemas, id, &name, &variant.value) else { continue };
            let Some(rule) = self.contract.schemas.rule(id, &read) else { continue };
            let label = told("the body", &variant);
            let first = variant.what.starts_with("left out");
            self.refused(label, encoded(name.clone(), variant.value), rule, first);
        }
    }

    /// Whether the contract says that content types are looked at.
    fn says_unsupported(&self) -> bool {
        self.operation.responses.iter().any(|response| response.status == Status::Exact(415))
    }

    fn broken_parameters(&mut self) {
        for (index, parameter) in self.operation.parameters.iter().enumerate() {
            let name = &parameter.name;
            if !self.operation.refuses(parameter.place == Place::Path) {
                continue;
            }
            if parameter.required && parameter.place != Place::Path {
                self.argument_case(Aim::Refused, format!("without the parameter `{name}`"), index, None);
            }
            let Some(id) = parameter.schema else { continue };
            let schema = self.contract.schemas.get(id);
            let takes_text = Shape::of(&[schema], 0, &self.contract.schemas).kinds.has(Kind::Text);
            for variant in self.maker.broken(&[schema], 0) {
                let is_broken = can_be_wrong(&variant.value, takes_text)
                    && argument::can_be_sent(parameter, &variant.value)
                    && !argument::is_valid(&self.contract.schemas, parameter, &variant.value);
                if is_broken {
                    let label = told(&format!("the parameter `{name}`"), &variant);
                    self.argument_case(Aim::Refused, label, index, Some(variant.value));
                }
            }
        }
    }
}

/// What a server reads from a body of a media type: JSON as it is, the texts of a form, or text itself. Nothing where that is
/// another value: in a form, a number is text where text is taken, and nothing is null.
fn as_read(schemas: &Schemas, id: SchemaId, media: &str, value: &Value) -> Option<Value> {
    match value {
        value if is_json(media) => Some(value.clone()),
        Value::Object(fields) if form::is_form(media) => {
            let read = form::reading(schemas, id, &form::texts(fields));
            (read == *value).then_some(read)
        }
        Value::String(_) if !form::is_form(media) => Some(value.clone()),
        _ => None,
    }
}

/// Whether a value of a parameter can break a rule: everything is text once it is sent, and so no type is wrong where text is
/// taken.
fn can_be_wrong(value: &Value, takes_text: bool) -> bool {
    match value {
        Value::String(_) => true,
        Value::Bool(_) | Value::Number(_) => !takes_text,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

/// JSON without its end. A text, a list or an object is none then; of a number, what is left may still be one.
fn cut(json: &str) -> String {
    match json.strip_suffix(['}', ']', '"']) {
        Some(begun) => begun.to_owned(),
        None => format!("{json},"),
    }
}
