//! What OpenAPI 3.0 says in words of its own, as JSON Schema 2020-12 (OpenAPI 3.0.3, "Schema Object").

use super::Reader;
use super::keywords::TALK;
use crate::document::At;
use gradus_model::diagnostic::Diagnostic;
use serde_json::{Map, Value, json};

impl<'d> Reader<'d> {
    /// Notes what stands beside a reference, where 3.0 ignores it ("Reference Object").
    pub(super) fn beside_reference(&mut self, at: &At<'d>) {
        for (key, _) in at.entries() {
            let name = key.value.as_str();
            if name == "$ref" || TALK.contains(&name) || name.starts_with("x-") {
                continue;
            }
            let problem = Diagnostic::new(
                format!("in OpenAPI 3.0, `{name}` says nothing where it stands beside `$ref`"),
                key.span,
            );
            self.add(problem.help("say it in the schema that is referred to, or write `openapi: 3.1.0`"));
        }
    }

    /// Limits that are left out or not, one type, and `nullable`.
    pub(super) fn translate(&mut self, at: &At<'d>, schema: &mut Map<String, Value>) {
        for (exclusive, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            self.limit_left_out(at, exclusive, limit, schema);
        }
        if let Some(Value::Array(_)) = schema.get("type") {
            let problem = Diagnostic::new("in OpenAPI 3.0, a value has one type", self.key(at, "type"));
            self.add(problem.help("write `nullable: true` for null, or `openapi: 3.1.0`"));
        }
        if self.flag(at, "nullable") == Some(true) {
            self.nullable(at, schema);
        }
    }

    fn limit_left_out(&mut self, at: &At<'d>, word: &str, limit: &str, schema: &mut Map<String, Value>) {
        match schema.remove(word) {
            Some(Value::Bool(true)) => match schema.remove(limit) {
                Some(bound) => drop(schema.insert(word.to_owned(), bound)),
                None => {
                    let message =
                        format!("`{word}` says nothing without `{limit}`, the limit that it is about");
                    let problem = Diagnostic::new(message, self.key(at, word));
                    self.add(problem.help(format!("add `{limit}`")));
                }
            },
            Some(Value::Bool(false)) | None => {}
            Some(_) => {
                let message = format!("in OpenAPI 3.0, `{word}` is true or false");
                let problem = Diagnostic::new(message, self.key(at, word));
                self.add(problem.help(format!("write the limit as `{limit}`, or `openapi: 3.1.0`")));
            }
        }
    }

    /// It adds null to the type beside it, and to nothing else (OpenAPI 3.0.3, "nullable").
    fn nullable(&mut self, at: &At<'d>, schema: &mut Map<String, Value>) {
        let said = self.key(at, "nullable");
        match schema.get("type").cloned() {
            Some(kind @ Value::String(_)) => drop(schema.insert("type".into(), json!([kind, "null"]))),
            None => {
                let problem = Diagnostic::new("`nullable` says nothing without a `type` beside it", said);
                self.add(
                    problem.help("add `type`, or write `openapi: 3.1.0` and `type: [string, \"null\"]`"),
                );
            }
            Some(_) => {}
        }
        if let Some(Value::Array(choices)) = schema.get("enum")
            && !choices.contains(&Value::Null)
        {
            let problem = Diagnostic::new("`nullable` says nothing where `enum` does not list null", said);
            self.add(problem.help("add null to `enum`, or take `nullable` away"));
        }
    }

    /// Where a keyword of a schema stands.
    fn key(&self, at: &At<'d>, word: &str) -> gradus_model::source::Span {
        self.document.span(&at.pointer.child(word))
    }
}
