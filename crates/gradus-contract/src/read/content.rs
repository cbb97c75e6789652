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
            let parts = self.parts(&at);
            content.push(Media { range: essence(&key.value), schema, examples, parts });
        }
        content
    }

    /// What `encoding` says of content types: for each field the first one that is a single type.
    fn parts(&mut self, media: &At<'d>) -> Vec<(String, String)> {
        let Some(encoding) = media.get("encoding") else { return Vec::new() };
        let mut parts = Vec::new();
        for (field, at) in self.map(&encoding, "{ picture: { contentType: image/png } }") {
            self.knows(&at, &["contentType", "headers", "style", "explode", "allowReserved"]);
            let Some(types) = self.text_at(&at, "contentType") else { continue };
            let single = types.split(',').map(str::trim).find(|media| !media.contains('*'));
            parts.extend(single.map(|media| (field.value.clone(), media.to_owned())));
        }
        parts
    }
}
