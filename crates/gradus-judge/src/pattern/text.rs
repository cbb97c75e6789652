//! Patterns of strings: literal text, `$regex`, and `$json` within a string.

use super::judging::{Form, Judging, Said};
use super::leaf::same_scalar;
use super::path::Path;
use super::prepared;
use crate::json::{self, Read, ReadLimits};
use crate::{number, text, words};
use gradus_model::json::Json;
use gradus_model::pattern::{Field, Pattern, PatternKind};
use gradus_model::source::Span;
use gradus_model::value::{Part, Template};

impl Judging<'_> {
    /// Literal text, or whatever a lone `$(name)` stands for.
    pub(super) fn text(&mut self, pattern: &Pattern, template: &Template, got: &Json, path: &Path<'_>) {
        if let (Some(wanted), Json::String(text)) = (template.literal(), got) {
            if wanted != text {
                self.text_miss(pattern, wanted, text, path);
            }
            return;
        }
        match (template.fill_value(self.bindings), got) {
            (Json::String(wanted), Json::String(text)) => {
                if wanted != *text {
                    self.text_miss(pattern, &wanted, text, path);
                }
            }
            (wanted @ (Json::Array(_) | Json::Object(_)), _) => {
                self.judge(&literal(&wanted, pattern.span), Some(got), path);
            }
            (wanted, _) if same_scalar(&wanted, &self.read_as(&wanted, got)) => {}
            (wanted, _) => self.miss(pattern, path, |judging| Said {
                note: bare_note(&wanted, got),
                ..judging.said(pattern, Some(got))
            }),
        }
    }

    fn text_miss(&mut self, pattern: &Pattern, wanted: &str, got: &str, path: &Path<'_>) {
        self.miss(pattern, path, |_| {
            let several_lines = wanted.trim_end().contains('\n') || got.trim_end().contains('\n');
            let difference = if several_lines { text::difference(wanted, got).lines } else { Vec::new() };
            Said {
                wanted: format!("the string {}", words::quoted(wanted)),
                got: format!("the string {}", words::quoted(got)),
                note: text::hint(wanted, got),
                difference,
            }
        });
    }

    pub(super) fn regex(&mut self, pattern: &Pattern, expression: &str, got: &Json, path: &Path<'_>) {
        let holds = match got {
            Json::String(text) => prepared::is_found(expression, text),
            _ => Ok(false),
        };
        match holds {
            Ok(true) => {}
            Ok(false) => self.plain_miss(pattern, Some(got), path),
            Err(mistake) => self.mistake(pattern, got, path, mistake),
        }
    }

    /// A miss because the expectation itself does not work; whoever reads graders refuses these before they come here.
    pub(super) fn mistake(&mut self, pattern: &Pattern, got: &Json, path: &Path<'_>, mistake: String) {
        self.miss(pattern, path, |judging| Said {
            note: Some(format!("this is the grader's mistake: {mistake}")),
            ..judging.said(pattern, Some(got))
        });
    }

    /// `$json`: a string that is itself JSON.
    pub(super) fn inner_json(&mut self, pattern: &Pattern, inner: &Pattern, got: &Json, path: &Path<'_>) {
        let Json::String(text) = got else { return self.plain_miss(pattern, Some(got), path) };
        let read = match json::read(text.as_bytes(), ReadLimits::default()) {
            Ok(read) => read,
            Err(error) => {
                return self.miss(pattern, path, |judging| Said {
                    note: Some(error.to_string()),
                    ..judging.said(pattern, Some(got))
                });
            }
        };
        // Inside, values have types again, whatever the string came in.
        let form = std::mem::replace(&mut self.form, Form::Json);
        self.read(pattern, inner, &read, &path.inner());
        self.form = form;
    }

    /// JSON as it was read: each key that stands twice is a miss of `pattern`, and the value is judged by `inner`.
    pub(super) fn read(&mut self, pattern: &Pattern, inner: &Pattern, read: &Read, path: &Path<'_>) {
        for duplicate in &read.duplicates {
            self.miss(pattern, &Path::root(&format!("{path}{duplicate}")), |_| duplicate_key());
        }
        if !self.is_settled() {
            self.judge(inner, Some(&read.value), path);
        }
    }
}

/// What is said of a key that stands twice.
fn duplicate_key() -> Said {
    Said {
        wanted: "each key once".to_owned(),
        got: "the key more than once".to_owned(),
        note: Some("readers of JSON disagree about which of the values counts".to_owned()),
        difference: Vec::new(),
    }
}

/// The pattern that only this value fits.
fn literal(value: &Json, span: Span) -> Pattern {
    let template = |text: &str| Template { parts: vec![Part::Literal(text.to_owned())], span };
    let kind = match value {
        Json::String(text) => PatternKind::Text(template(text)),
        Json::Array(items) => PatternKind::List(items.iter().map(|item| literal(item, span)).collect()),
        Json::Object(entries) => {
            let field =
                |(key, value): &(String, Json)| Field { key: template(key), pattern: literal(value, span) };
            PatternKind::Object(entries.iter().map(field).collect())
        }
        scalar => PatternKind::Scalar(scalar.clone()),
    };
    Pattern { kind, span }
}

fn bare_note(wanted: &Json, got: &Json) -> Option<String> {
    match (wanted, got) {
        (Json::String(wanted), Json::Number(got)) if number::equal(wanted, got) => {
            Some("it is a number; a string stands in quotes".to_owned())
        }
        (Json::Number(wanted), Json::String(got)) if number::equal(wanted, got) => {
            Some("it stands in quotes, so it is a string".to_owned())
        }
        _ => None,
    }
}
