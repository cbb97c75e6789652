//! Reads media types and what stands in them.

use super::Reader;
use crate::contract::Media;
use crate::document::At;
use crate::schemas::Direction;
use crate::template::{essence, is_json};

impl<'d> Reader<'d> {
    pub(super) fn content(&mut self, all: &At<'d>, direction: Direction) -> Vec<Media> {
        let mut content = Vec::new();
        for (key, at) in self.map(all, "{ application/json: { schema: … } }") {
            self.knows(&at, &["schema", "example", "examples", "encoding"]);
            if !key.value.contains('/') && key.value != "*" {
                let message = format!("`{}` is no media type", key.value);
                self.problem(&message, &at.pointer);
            }
            let schema = at.get("schema").map(|schema| self.schema(&schema, direction));
            let examples = self.examples(&at);
            let examples = self.shown(examples, schema.filter(|_| is_json(&essence(&key.value))), false);
            content.push(Media { range: essence(&key.value), schema, examples });
        }
        content
    }
}
