//! Values just beyond what a schema allows, each breaking one of its rules.

use super::valid::variant;
use super::{
    Extent, MOST_BRANCHES, MOST_VARIANTS, Maker, Variant, field, join, number, pattern, sendable, text,
};
use crate::shape::{Kind, Others, Shape};
use serde_json::{Value, json};

/// The types in words, those that say most first.
const WORDS: [(Kind, &str); 7] = [
    (Kind::Object, "an object"),
    (Kind::List, "a list"),
    (Kind::Text, "text"),
    (Kind::Number, "a number"),
    (Kind::Integer, "an integer"),
    (Kind::Bool, "a bool"),
    (Kind::Null, "null"),
];

impl<'s> Maker<'s> {
    /// Every value just beyond an edge, each within a plain one. All are meant to be invalid; only the schema itself knows.
    pub fn broken(&mut self, all: &[&'s Value], depth: usize) -> Vec<Variant> {
        let branches = Shape::of(all, 0, self.schemas).branches.min(MOST_BRANCHES);
        let mut variants = Vec::new();
        for branch in 0..branches {
            if variants.len() < MOST_VARIANTS {
                variants.extend(self.broken_of(&Shape::of(all, branch, self.schemas), depth));
            }
        }
        variants.truncate(MOST_VARIANTS);
        variants
    }

    fn broken_of(&mut self, shape: &Shape<'s>, depth: usize) -> Vec<Variant> {
        let mut variants = wrong_types(shape);
        if let Some(choices) = &shape.choices {
            let other = match choices.first() {
                Some(Value::String(text)) => Some(Value::String(format!("{text}x"))),
                Some(Value::Number(number)) => number.as_i64().map(|number| json!(number - 1_000_003)),
                _ => None,
            };
            variants.extend(other.map(|value| variant("is none of those that are listed", value)));
            return variants;
        }
        let has =
            |kind| shape.kinds.has(kind) && (!shape.kinds.are_all() || super::kind(shape) == Some(kind));
        if has(Kind::Text) {
            self.wrong_texts(shape, &mut variants);
        }
        if has(Kind::Number) || has(Kind::Integer) {
            wrong_numbers(shape, &mut variants);
        }
        if has(Kind::List) {
            self.wrong_lists(shape, depth, &mut variants);
        }
        if has(Kind::Object) && depth <= super::DEEP {
            self.wrong_objects(shape, depth, &mut variants);
        }
        variants
    }

    fn wrong_texts(&mut self, shape: &Shape<'s>, variants: &mut Vec<Variant>) {
        let mut add = |what: String, text: Option<String>| {
            variants.extend(text.map(|text| variant(&what, Value::String(text))));
        };
        if let Some(expression) = shape.pattern {
            let plain =
                pattern::matching(expression, pattern::Size::Some, &mut self.random).unwrap_or_default();
            for (what, text) in [
                ("with `!` behind what fits its pattern", format!("{plain}!")),
                ("with a blank before what fits its pattern", format!(" {plain}")),
                ("empty, which does not fit its pattern", String::new()),
            ] {
                add(what.to_owned(), Some(text));
            }
        }
        for (what, text) in shape.format.map_or(&[][..], text::almost) {
            add(format!("is {what}"), Some((*text).to_owned()));
        }
        if let Some(shorter) = shape.min_length.checked_sub(1) {
            let what = match shorter {
                0 => format!("empty, with minLength {}", shape.min_length),
                _ => format!("one character shorter than minLength {}", shape.min_length),
            };
            add(what, text::of_length(shorter, &mut self.random));
        }
        if let Some(most) = shape.max_length {
            let longer = text::of_length(most + 1, &mut self.random);
            add(format!("one character longer than maxLength {most}"), longer);
        }
    }

    fn wrong_lists(&mut self, shape: &Shape<'s>, depth: usize, variants: &mut Vec<Variant>) {
        if let Some(fewer) = shape.min_items.checked_sub(1) {
            let list = self.list_of(shape, fewer, Extent::Full, depth);
            let what = format!("one element fewer than minItems {}", shape.min_items);
            variants.extend(list.map(|list| variant(&what, Value::Array(list))));
        }
        if let Some(most) = shape.max_items {
            let list = self.list_of(shape, most + 1, Extent::Least, depth);
            let what = format!("one element more than maxItems {most}");
            variants.extend(list.map(|list| variant(&what, Value::Array(list))));
        }
        let base = self.list_of(shape, shape.min_items.max(1), Extent::Full, depth);
        let Some(base) = base.filter(|_| depth < super::DEEP) else { return };
        if shape.unique && shape.max_items.is_none_or(|most| most >= 2) {
            let mut list = base.clone();
            list.insert(0, base[0].clone());
            variants.push(variant("has one element twice, with uniqueItems", Value::Array(list)));
        }
        let schemas = shape.prefix.first().map_or(shape.items.clone(), |schema| vec![*schema]);
        for inner in self.broken(&schemas, depth + 1) {
            let mut list = base.clone();
            list[0] = inner.value;
            variants.push(Variant {
                at: join("[0]", &inner.at),
                what: inner.what,
                value: Value::Array(list),
            });
        }
    }

    fn wrong_objects(&mut self, shape: &Shape<'s>, depth: usize, variants: &mut Vec<Variant>) {
        let Some(base) = self.object(shape, Extent::Full, depth) else { return };
        for property in sendable(shape) {
            if property.required {
                let mut object = base.clone();
                object.shift_remove(property.name);
                let at = field(property.name);
                variants.push(Variant {
                    at,
                    what: "left out, which is required".into(),
                    value: Value::Object(object),
                });
            }
            if depth >= super::DEEP {
                continue;
            }
            for inner in self.broken(&property.schemas, depth + 1) {
                let mut object = base.clone();
                object.insert(property.name.to_owned(), inner.value);
                let at = join(&field(property.name), &inner.at);
                variants.push(Variant { at, what: inner.what, value: Value::Object(object) });
            }
        }
        let mut sized = |count: Option<u64>, what: String| {
            let object = count.and_then(|count| self.object_of(shape, count, depth));
            variants.extend(object.map(|object| variant(&what, Value::Object(object))));
        };
        let (least, most) = (shape.min_properties, shape.max_properties);
        sized(least.checked_sub(1), format!("one field fewer than minProperties {least}"));
        if let Some(most) = most {
            sized(most.checked_add(1), format!("one field more than maxProperties {most}"));
        }
        if shape.others == Others::Forbidden {
            let mut object = base.clone();
            object.insert("something_else".into(), json!(1));
            variants
                .push(variant("has a field more, with additionalProperties: false", Value::Object(object)));
        }
    }
}

/// Values of types that are not allowed.
fn wrong_types(shape: &Shape<'_>) -> Vec<Variant> {
    if shape.kinds.are_all() {
        return Vec::new();
    }
    let has = |kind| shape.kinds.has(kind);
    let is_number = has(Kind::Integer) || has(Kind::Number);
    let wanted = WORDS.into_iter().find(|(kind, _)| has(*kind)).map_or("nothing", |(_, word)| word);
    let mut others = Vec::new();
    if !has(Kind::Text) {
        others.push(("text", json!("seven")));
    }
    if !has(Kind::Text) && is_number {
        // Many a language takes it for the number that it spells, so it spells one that is right.
        let (least, most) = number::bounds(shape);
        let spelled = least.or(most).unwrap_or(7).to_string();
        others.push(("a number in quotes", Value::from(spelled)));
    }
    if !is_number {
        others.push(("a number", json!(7)));
    } else if !has(Kind::Number) {
        others.push(("a number with a fraction", json!(1.5)));
    }
    if !has(Kind::Bool) && is_number {
        // In some languages, it is the number 1.
        others.push(("a bool", json!(true)));
    }
    if !has(Kind::List) {
        others.push(("a list", json!([])));
    }
    if !has(Kind::Object) && !has(Kind::Text) {
        others.push(("an object", json!({})));
    }
    if !has(Kind::Null) {
        others.push(("null", Value::Null));
    }
    let said = |(what, value)| variant(&format!("is {what} instead of {wanted}"), value);
    others.into_iter().map(said).collect()
}

fn wrong_numbers(shape: &Shape<'_>, variants: &mut Vec<Variant>) {
    let whole_only = !shape.kinds.has(Kind::Number);
    let mut add =
        |what: String, value: Option<Value>| variants.extend(value.map(|value| variant(&what, value)));
    if let Some(limit) = shape.least {
        let word = if limit.exclusive { "exactly exclusiveMinimum" } else { "just below minimum" };
        add(format!("{word} {}", limit.value), number::beyond(&limit, whole_only, -1));
    }
    if let Some(limit) = shape.most {
        let word = if limit.exclusive { "exactly exclusiveMaximum" } else { "just above maximum" };
        add(format!("{word} {}", limit.value), number::beyond(&limit, whole_only, 1));
    }
    if let Some(step) = shape.multiple_of {
        let limit = shape.least.and_then(|limit| limit.value.as_f64()).unwrap_or(0.0);
        let near = ((limit / step).floor() + 1.0) * step;
        let value = if whole_only { number::real(near + 1.0) } else { number::real(near + step / 2.0) };
        add(format!("is no multiple of {step}"), value.filter(|_| !whole_only || step != 1.0));
    }
}
