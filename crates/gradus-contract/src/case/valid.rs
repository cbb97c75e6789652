//! Valid requests: plain ones, those at the edges of what is allowed, and some drawn at random; and one about nothing.

use super::{Aim, Case, Draft, Kind, Payload, can_be_made, encoded, sent, told};
use crate::argument;
use crate::contract::{Parameter, Place, Status};
use crate::generate::{Extent, unlikely};
use crate::link::{self, Origin};
use crate::pointer::Pointer;
use crate::shape;
use crate::shape::Shape;
use crate::value::to_text;
use serde_json::{Value, json};

/// Valid requests of which everything is drawn at random.
const DRAWN: usize = 4;

impl Draft<'_> {
    /// Every valid case. None when a plain one can't be made.
    pub(super) fn valid(&mut self) {
        let Some(case) = self.plain() else { return };
        self.add(case, true);
        self.whole(Extent::Full, Kind::Full, "with everything that the contract names");
        self.bodies();
        self.edges_of_parameters();
        for _ in 0..DRAWN {
            self.whole(Extent::Some, Kind::Drawn, "drawn at random");
        }
    }

    fn whole(&mut self, extent: Extent, kind: Kind, label: &str) {
        if let Some((arguments, payload)) = self.arguments(extent).zip(self.payload(extent)) {
            let case = self.case(Aim::Accepted, label, arguments, payload);
            self.add(Case { kind, ..case }, kind == Kind::Full);
        }
    }

    pub(super) fn takes_anything(&self) -> bool {
        self.operation.body.is_some()
            || self.operation.parameters.iter().any(|parameter| parameter.place != Place::Path)
    }

    fn bodies(&mut self) {
        let Some(body) = &self.operation.body else { return };
        for media in &body.content {
            for example in &media.examples {
                if can_be_made(&media.range) && self.is_valid(media, example) && self.maker.given.is_empty() {
                    let payload = encoded(sent(&media.range).to_owned(), example.clone());
                    self.body("as in the contract's example".into(), payload);
                }
            }
        }
        let usual = self.media().map(|media| media.range.as_str());
        for media in body.content.iter().filter(|media| Some(media.range.as_str()) != usual) {
            if let Some(payload) = self.payload_of(media, Extent::Full) {
                self.body(format!("as {}", sent(&media.range)), payload);
            }
        }
        let Some(media) = self.media() else { return };
        let Some(id) = media.schema else { return };
        for variant in self.maker.valid(&[self.contract.schemas.get(id)], 0) {
            if self.is_valid(media, &variant.value) {
                let label = told("the body", &variant);
                self.body(label, encoded(sent(&media.range).to_owned(), variant.value));
            }
        }
    }

    fn body(&mut self, label: String, payload: Payload) {
        if let Some(arguments) = self.arguments(Extent::Least) {
            let case = self.case(Aim::Accepted, label, arguments, payload);
            self.add(case, false);
        }
    }

    fn edges_of_parameters(&mut self) {
        for (index, parameter) in self.operation.parameters.iter().enumerate() {
            let is_given = self.given.iter().any(|(name, _)| *name == parameter.name);
            // A thing has to be there, whatever else may be said of its name; only PUT makes what it is sent to.
            let is_fixed = parameter.place == Place::Path && self.operation.method != "PUT";
            if is_given || is_fixed {
                continue;
            }
            for example in parameter
                .examples
                .iter()
                .filter(|example| self.fits(parameter, example))
                .cloned()
                .collect::<Vec<_>>()
            {
                let label = format!("the parameter `{}` as in the contract's example", parameter.name);
                self.argument_case(Aim::Accepted, label, index, Some(example));
            }
            let Some(id) = parameter.schema else { continue };
            for variant in self.maker.valid(&[self.contract.schemas.get(id)], 0) {
                if self.fits(parameter, &variant.value) {
                    let label = told(&format!("the parameter `{}`", parameter.name), &variant);
                    self.argument_case(Aim::Accepted, label, index, Some(variant.value));
                }
            }
        }
    }

    fn fits(&self, parameter: &Parameter, value: &Value) -> bool {
        argument::can_be_sent(parameter, value)
            && argument::is_valid(&self.contract.schemas, parameter, value)
    }

    /// A plain case in which one argument is another, or missing.
    pub(super) fn argument_case(&mut self, aim: Aim, label: String, index: usize, value: Option<Value>) {
        let plain = self.arguments(Extent::Least).zip(self.payload(Extent::Least));
        let Some((mut arguments, payload)) = plain else { return };
        arguments.retain(|(other, _)| *other != index);
        arguments.extend(value.map(|value| (index, value)));
        arguments.sort_by_key(|(index, _)| *index);
        let rule = (aim == Aim::Refused).then(|| self.rule_of(index, &arguments));
        let case = Case { rule, ..self.case(aim, label, arguments, payload) };
        self.add(case, aim == Aim::Unknown);
    }

    /// Where the rule stands that an argument breaks by its value, or by not being there.
    fn rule_of(&self, index: usize, arguments: &[(usize, Value)]) -> Pointer {
        let parameter = &self.operation.parameters[index];
        let value = arguments.iter().find(|(other, _)| *other == index).map(|(_, value)| value);
        let rule = parameter.schema.zip(value).and_then(|(id, value)| {
            let schemas = &self.contract.schemas;
            schemas.rule(id, &argument::reading(schemas, id, &to_text(value)))
        });
        rule.unwrap_or_else(|| parameter.pointer.clone())
    }

    /// A valid request about a thing that is not there, where the contract says how that is answered.
    pub(super) fn unknown(&mut self) {
        let mut responses = self.operation.responses.iter();
        if !responses.any(|response| matches!(response.status, Status::Exact(404 | 410))) {
            return;
        }
        let Some((index, parameter)) = self.operation.path_parameters().last() else { return };
        let origin = link::origin(self.contract, self.index, parameter, self.given);
        if !matches!(origin, Some(Origin::From(_) | Origin::Given)) {
            return;
        }
        let Some(id) = parameter.schema else { return };
        let shape = Shape::of(&[self.contract.schemas.get(id)], 0, &self.contract.schemas);
        let value = if shape.kinds.has(shape::Kind::Text) {
            unlikely(&shape, &mut self.maker.random).map(Value::from)
        } else {
            let most = shape.most.and_then(|limit| limit.value.as_i64()).unwrap_or(2_000_000_000);
            Some(json!(most - 1 - self.maker.random.below(1000) as i64))
        };
        if let Some(value) = value.filter(|value| self.fits(parameter, value)) {
            let label = format!("the parameter `{}` names nothing that exists", parameter.name);
            self.argument_case(Aim::Unknown, label, index, Some(value));
        }
    }
}
