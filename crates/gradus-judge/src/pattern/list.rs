//! Lists in order, `$each`, `$contains` and `$size`.

use super::judging::{Judging, Said};
use super::path::Path;
use crate::words;
use gradus_model::json::Json;
use gradus_model::pattern::{Marker, Pattern, PatternKind};

impl Judging<'_> {
    pub(super) fn list(&mut self, pattern: &Pattern, items: &[Pattern], got: &Json, path: &Path<'_>) {
        let Json::Array(values) = got else { return self.plain_miss(pattern, Some(got), path) };
        for (index, item) in items.iter().enumerate() {
            if self.is_settled() {
                return;
            }
            self.judge(item, values.get(index), &path.index(index));
        }
        for (index, value) in values.iter().enumerate().skip(items.len()) {
            if self.is_settled() {
                return;
            }
            self.unexpected_element(pattern, value, &path.index(index));
        }
    }

    pub(super) fn unexpected_element(&mut self, pattern: &Pattern, value: &Json, path: &Path<'_>) {
        let absent = Pattern { kind: PatternKind::Marker(Marker::Absent), span: pattern.span };
        self.miss(&absent, path, |_| Said {
            wanted: "nothing".to_owned(),
            got: words::seen(Some(value)),
            note: Some("an unexpected element".to_owned()),
            difference: Vec::new(),
        });
    }

    pub(super) fn each(&mut self, pattern: &Pattern, inner: &Pattern, got: &Json, path: &Path<'_>) {
        match got {
            // Nothing measured is never a pass.
            Json::Array(values) if values.is_empty() => self.plain_miss(pattern, Some(got), path),
            Json::Array(values) => {
                for (index, value) in values.iter().enumerate() {
                    if self.is_settled() {
                        return;
                    }
                    self.judge(inner, Some(value), &path.index(index));
                }
            }
            _ => self.plain_miss(pattern, Some(got), path),
        }
    }

    pub(super) fn contains(&mut self, pattern: &Pattern, inner: &Pattern, got: &Json, path: &Path<'_>) {
        match got {
            Json::String(text) => match self.needle(inner) {
                Some(needle) if text.contains(&needle) => {}
                Some(needle) => self.text_without(pattern, &needle, got, path),
                None => self.plain_miss(pattern, Some(got), path),
            },
            Json::Array(values) if values.iter().any(|value| self.fits(inner, Some(value))) => {}
            Json::Array(values) => self.missing_element(pattern, inner, values, path),
            _ => self.plain_miss(pattern, Some(got), path),
        }
    }

    /// The text that a pattern looks for in text: a literal, or a number or bool as it is written.
    fn needle(&self, inner: &Pattern) -> Option<String> {
        let value = match &inner.kind {
            PatternKind::Text(template) => template.fill_value(self.bindings),
            PatternKind::Scalar(value) => value.clone(),
            _ => return None,
        };
        match value {
            Json::Array(_) | Json::Object(_) => None,
            scalar => Some(scalar.to_text()),
        }
    }

    fn text_without(&mut self, pattern: &Pattern, needle: &str, got: &Json, path: &Path<'_>) {
        self.miss(pattern, path, |_| {
            let Json::String(text) = got else { return Said::default() };
            let other_case = text.to_lowercase().contains(&needle.to_lowercase());
            Said {
                wanted: format!("text that contains {}", words::quoted(needle)),
                got: words::seen(Some(got)),
                note: other_case.then(|| "it is there in other upper and lower case".to_owned()),
                difference: Vec::new(),
            }
        });
    }

    pub(super) fn size(&mut self, pattern: &Pattern, inner: &Pattern, got: &Json, path: &Path<'_>) {
        let (size, noun) = match got {
            Json::String(text) => (text.chars().count(), "character"),
            Json::Array(values) => (values.len(), "element"),
            Json::Object(entries) => (entries.len(), "key"),
            _ => return self.plain_miss(pattern, Some(got), path),
        };
        if self.fits(inner, Some(&Json::Number(size.to_string()))) {
            return;
        }
        self.miss(pattern, path, |judging| Said {
            wanted: words::wanted(pattern, judging.bindings),
            got: format!("{} of {}", words::with_article(got.kind()), words::counted(size, noun)),
            ..Said::default()
        });
    }
}
