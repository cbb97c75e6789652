//! Regular expressions and JSON Schemas, compiled once per thread; and a check of a whole pattern before anything is judged.

use gradus_model::json::Json;
use gradus_model::pattern::{Pattern, PatternKind};
use gradus_model::source::Span;
use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A long-running process that sees many graders starts anew rather than growing for ever.
const MOST_KEPT: usize = 512;

thread_local! {
    static EXPRESSIONS: RefCell<HashMap<String, Result<Regex, String>>> = RefCell::default();
    static SCHEMAS: RefCell<HashMap<String, Compiled>> = RefCell::default();
}

type Compiled = Result<Rc<jsonschema::Validator>, String>;

/// A part of a pattern that can never be judged, by the author's mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong: the compiler's own words.
    pub what: String,
    /// Where it stands.
    pub span: Span,
}

/// Every `$regex` and `$schema` within a pattern that does not compile. For whoever reads graders; a pattern without
/// mistakes never blames a submission for one.
pub fn mistakes(pattern: &Pattern) -> Vec<Mistake> {
    let mut found = Vec::new();
    collect(pattern, &mut found);
    found
}

fn collect(pattern: &Pattern, found: &mut Vec<Mistake>) {
    let compiled = match &pattern.kind {
        PatternKind::Regex(expression) => is_found(expression, "").map(|_| ()),
        PatternKind::Schema(schema) => validator(schema).map(|_| ()),
        _ => Ok(()),
    };
    if let Err(what) = compiled {
        found.push(Mistake { what, span: pattern.span });
    }
    match &pattern.kind {
        PatternKind::List(parts)
        | PatternKind::AnyOrder(parts)
        | PatternKind::OneOf(parts)
        | PatternKind::AllOf(parts) => parts.iter().for_each(|part| collect(part, found)),
        PatternKind::Object(fields) | PatternKind::Partial(fields) => {
            fields.iter().for_each(|field| collect(&field.pattern, found));
        }
        PatternKind::Contains(inner)
        | PatternKind::Each(inner)
        | PatternKind::Size(inner)
        | PatternKind::Not(inner)
        | PatternKind::Json(inner)
        | PatternKind::Optional(inner) => collect(inner, found),
        _ => {}
    }
}

/// Whether the expression is found in the text; the error says why it does not compile.
pub(super) fn is_found(expression: &str, text: &str) -> Result<bool, String> {
    EXPRESSIONS.with_borrow_mut(|kept| {
        if !kept.contains_key(expression) {
            make_room(kept);
            let compiled = Regex::new(expression).map_err(|error| error.to_string());
            kept.insert(expression.to_owned(), compiled);
        }
        match kept.get(expression) {
            Some(Ok(regex)) => Ok(regex.is_match(text)),
            Some(Err(error)) => Err(error.clone()),
            None => Ok(false),
        }
    })
}

/// The validator of a schema. `format` is asserted, `pattern` runs in linear time, and nothing is fetched for a `$ref`.
pub(super) fn validator(schema: &Json) -> Compiled {
    let text = schema.to_string();
    SCHEMAS.with_borrow_mut(|kept| {
        if let Some(compiled) = kept.get(&text) {
            return compiled.clone();
        }
        make_room(kept);
        let compiled = compile(schema);
        kept.insert(text, compiled.clone());
        compiled
    })
}

fn compile(schema: &Json) -> Compiled {
    let schema = super::schema::to_serde(schema)?;
    jsonschema::options()
        .should_validate_formats(true)
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .offline()
        .build(&schema)
        .map(Rc::new)
        .map_err(|error| error.to_string())
}

fn make_room<V>(kept: &mut HashMap<String, V>) {
    if kept.len() >= MOST_KEPT {
        kept.clear();
    }
}
