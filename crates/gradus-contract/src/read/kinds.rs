//! What kind of value stands somewhere: what is of another kind than OpenAPI says is a mistake, and never taken for nothing.

use super::Reader;
use crate::document::At;
use gradus_model::diagnostic::Diagnostic;
use gradus_model::source::Spanned;

impl<'d> Reader<'d> {
    /// The entries of what has to be a map. `like` shows one.
    pub(super) fn map(&mut self, at: &At<'d>, like: &str) -> Vec<(&'d Spanned<String>, At<'d>)> {
        if !at.is_map() {
            self.other_kind("a map", at, like);
        }
        at.entries().collect()
    }

    /// The items of what has to be a list. `like` shows one.
    pub(super) fn list(&mut self, at: &At<'d>, like: &str) -> Vec<At<'d>> {
        if !at.is_list() {
            self.other_kind("a list", at, like);
        }
        at.items().collect()
    }

    /// Whether a key says `true`; what is not there says nothing.
    pub(super) fn flag(&mut self, at: &At<'d>, key: &str) -> Option<bool> {
        let flag = at.get(key)?;
        let said = flag.flag();
        if said.is_none() {
            self.other_kind("true or false", &flag, &format!("{key}: true"));
        }
        said
    }

    /// The text at a key, if it is there.
    pub(super) fn text_at(&mut self, at: &At<'d>, key: &str) -> Option<&'d str> {
        let value = at.get(key)?;
        if value.text().is_none() {
            self.other_kind("text", &value, &format!("{key}: \"…\""));
        }
        value.text()
    }

    fn other_kind(&mut self, wanted: &str, at: &At<'_>, like: &str) {
        let message = format!("expected {wanted}, found {}", at.node.describe());
        self.add(Diagnostic::new(message, self.span(at)).help(format!("write {like}")));
    }
}
