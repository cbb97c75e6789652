//! Reads parameters, and the headers of answers, which are parameters without a name.

use super::Reader;
use crate::contract::{HeaderRule, Parameter, Place, Style};
use crate::document::At;
use crate::pointer::Pointer;
use crate::schemas::{Direction, SchemaId};
use crate::sense::Shown;
use gradus_model::diagnostic::Diagnostic;
use serde_json::Value;

const OF_HEADER: [&str; 11] = [
    "description",
    "required",
    "deprecated",
    "allowEmptyValue",
    "style",
    "explode",
    "allowReserved",
    "schema",
    "example",
    "examples",
    "content",
];
const OF_EXAMPLE: [&str; 4] = ["summary", "description", "value", "externalValue"];
/// They are said elsewhere in the document, and what stands here is ignored (OpenAPI, "Parameter Object").
const SAID_ELSEWHERE: [&str; 3] = ["accept", "content-type", "authorization"];

impl<'d> Reader<'d> {
    pub(super) fn parameters(&mut self, list: &At<'d>) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for item in self.list(list, "[ { name: page, in: query, schema: … } ]") {
            let Some(parameter) = self.parameter(item) else { continue };
            let is_same =
                |other: &Parameter| (other.place, &other.name) == (parameter.place, &parameter.name);
            if parameters.iter().any(is_same) {
                let message = format!("the parameter `{}` stands here twice", parameter.name);
                self.problem(&message, &parameter.pointer);
            } else if parameter.place != Place::Header
                || !SAID_ELSEWHERE.contains(&parameter.name.to_ascii_lowercase().as_str())
            {
                parameters.push(parameter);
            }
        }
        parameters
    }

    fn parameter(&mut self, at: At<'d>) -> Option<Parameter> {
        let at = self.resolve(at)?;
        self.knows(&at, &[&OF_HEADER[..], &["name", "in"]].concat());
        let name = self.text_at(&at, "name");
        let place = at.get("in").and_then(|place| {
            let words = [
                ("path", Place::Path),
                ("query", Place::Query),
                ("header", Place::Header),
                ("cookie", Place::Cookie),
            ];
            words.into_iter().find(|(word, _)| place.text() == Some(word)).map(|(_, place)| place)
        });
        let (Some(name), Some(place)) = (name, place) else {
            let problem = Diagnostic::new("a parameter has a `name`, and is `in` something", self.span(&at));
            self.add(problem.help("in: path, query, header or cookie"));
            return None;
        };
        let required = self.flag(&at, "required").unwrap_or(false);
        if place == Place::Path && !required {
            let problem = Diagnostic::new("a parameter of the path is always required", self.span(&at));
            self.add(problem.help("add `required: true`"));
        }
        let (schema, is_json) = self.schema_or_content(&at, Direction::Request);
        let usual = if matches!(place, Place::Path | Place::Header) { Style::Simple } else { Style::Form };
        let style = if is_json { Style::Json } else { self.style(&at, place).unwrap_or(usual) };
        let explode = self.flag(&at, "explode").unwrap_or(style == Style::Form);
        let examples = self.examples(&at);
        let examples = self.shown(examples, schema, true);
        Some(Parameter {
            name: name.to_owned(),
            place,
            required,
            schema,
            style,
            explode,
            examples,
            pointer: at.pointer,
        })
    }

    fn style(&mut self, at: &At<'_>, place: Place) -> Option<Style> {
        let said = at.get("style")?;
        let words: &[(&str, Style)] = match place {
            Place::Path => &[("simple", Style::Simple), ("label", Style::Label), ("matrix", Style::Matrix)],
            Place::Header => &[("simple", Style::Simple)],
            Place::Cookie => &[("form", Style::Form)],
            Place::Query => &[
                ("form", Style::Form),
                ("spaceDelimited", Style::SpaceDelimited),
                ("pipeDelimited", Style::PipeDelimited),
                ("deepObject", Style::DeepObject),
            ],
        };
        let found = words.iter().find(|(word, _)| said.text() == Some(word)).map(|(_, style)| *style);
        if found.is_none() {
            let known = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            self.problem(&format!("this style is none of {known}"), &said.pointer);
        }
        found
    }

    /// What says how the value is made, and whether it is JSON.
    fn schema_or_content(&mut self, at: &At<'d>, direction: Direction) -> (Option<SchemaId>, bool) {
        match (at.get("schema"), at.get("content")) {
            (Some(_), Some(content)) => {
                self.problem("`schema` and `content` don't go together", &content.pointer);
                (None, false)
            }
            (Some(schema), None) => (Some(self.schema(&schema, direction)), false),
            (None, Some(content)) => {
                let media = self.content(&content, direction).into_iter().next();
                media.map_or((None, false), |media| (media.schema, media.is_json()))
            }
            (None, None) => (None, false),
        }
    }

    pub(super) fn headers(&mut self, all: &At<'d>) -> Vec<HeaderRule> {
        let mut rules = Vec::new();
        for (key, at) in self.map(all, "{ location: { schema: … } }") {
            let Some(at) = self.resolve(at) else { continue };
            self.knows(&at, &OF_HEADER);
            let required = self.flag(&at, "required").unwrap_or(false);
            let (schema, _) = self.schema_or_content(&at, Direction::Response);
            let name = key.value.to_ascii_lowercase();
            // The media type says that (OpenAPI, "Response Object").
            if name != "content-type" {
                rules.push(HeaderRule { name, required, schema, pointer: at.pointer });
            }
        }
        rules
    }

    /// `example`, and each value of `examples`.
    pub(super) fn examples(&mut self, at: &At<'d>) -> Vec<(Pointer, Value)> {
        let mut found = Vec::new();
        if let Some(example) = at.get("example") {
            found.extend(self.value(&example).map(|value| (example.pointer, value)));
        }
        let many = at.get("examples").map(|all| self.map(&all, "{ usual: { value: … } }"));
        for (_, example) in many.unwrap_or_default() {
            let Some(example) = self.resolve(example) else { continue };
            self.knows(&example, &OF_EXAMPLE);
            if let Some(shown) = example.get("value") {
                found.extend(self.value(&shown).map(|value| (shown.pointer, value)));
            }
        }
        found
    }

    /// Notes what examples are shown for, to be held to it, and gives their values.
    pub(super) fn shown(
        &mut self,
        examples: Vec<(Pointer, Value)>,
        schema: Option<SchemaId>,
        is_text: bool,
    ) -> Vec<Value> {
        for (pointer, value) in &examples {
            let (pointer, value) = (pointer.clone(), value.clone());
            self.shown.extend(schema.map(|schema| Shown { pointer, value, schema, is_text }));
        }
        examples.into_iter().map(|(_, value)| value).collect()
    }

    /// A value as it stands.
    pub(super) fn value(&mut self, at: &At<'_>) -> Option<Value> {
        match crate::value::of(&at.node.to_json()) {
            Ok(value) => Some(value),
            Err(number) => {
                self.problem(&format!("the number {number} is too great to be judged"), &at.pointer);
                None
            }
        }
    }
}
