//! Values at the edges of what a schema allows.

use super::{
    Extent, MOST_BRANCHES, MOST_VARIANTS, Maker, Variant, field, join, number, pattern, sendable, text,
};
use crate::shape::{Kind, Limit, Others, Shape};
use serde_json::Value;

impl<'s> Maker<'s> {
    /// Every value at an edge, each within a plain one. All are meant to be valid; only the schema itself knows.
    pub fn valid(&mut self, all: &[&'s Value], depth: usize) -> Vec<Variant> {
        let branches = Shape::of(all, 0, self.schemas).branches.min(MOST_BRANCHES);
        let mut variants = Vec::new();
        for branch in 0..branches {
            let shape = Shape::of(all, branch, self.schemas);
            if branches > 1
                && let Some(value) = self.of_shape(&shape, Extent::Full, depth)
            {
                variants.push(variant(&format!("by branch {} of {branches}", branch + 1), value));
            }
            variants.extend(self.valid_of(&shape, depth));
        }
        variants.truncate(MOST_VARIANTS);
        variants
    }

    fn valid_of(&mut self, shape: &Shape<'s>, depth: usize) -> Vec<Variant> {
        let mut variants = Vec::new();
        if let Some(choices) = &shape.choices {
            let each = choices.iter().filter(|_| choices.len() > 1);
            variants.extend(each.map(|value| variant(&format!("is {value}"), (*value).clone())));
            return variants;
        }
        for example in &shape.examples {
            variants.push(variant("as in the contract's example", (*example).clone()));
        }
        if shape.kinds.are_all() && super::kind(shape) == Some(Kind::Text) {
            return variants;
        }
        if shape.kinds.has(Kind::Null) && !shape.kinds.are_all() {
            variants.push(variant("is null", Value::Null));
        }
        let has =
            |kind| shape.kinds.has(kind) && (!shape.kinds.are_all() || super::kind(shape) == Some(kind));
        if has(Kind::Text) {
            self.texts(shape, &mut variants);
        }
        if has(Kind::Number) || has(Kind::Integer) {
            numbers(shape, &mut variants);
        }
        if has(Kind::Bool) {
            variants.extend([true, false].map(|flag| variant(&format!("is {flag}"), Value::Bool(flag))));
        }
        if has(Kind::List) {
            self.lists(shape, depth, &mut variants);
        }
        if has(Kind::Object) && depth <= super::DEEP {
            self.objects(shape, depth, &mut variants);
        }
        variants
    }

    fn texts(&mut self, shape: &Shape<'s>, variants: &mut Vec<Variant>) {
        if let Some(expression) = shape.pattern {
            for (what, size) in [
                ("as short as its pattern allows", pattern::Size::Least),
                ("as long as its pattern allows", pattern::Size::Most),
            ] {
                let text = pattern::matching(expression, size, &mut self.random);
                variants.extend(text.map(|text| variant(what, Value::String(text))));
            }
            return;
        }
        if let Some(format) = shape.format {
            let rare = text::rare(format).iter();
            variants.extend(rare.map(|(what, text)| variant(&format!("is {what}"), Value::from(*text))));
        }
        let least = shape.min_length;
        let what =
            if least == 0 { "is empty".to_owned() } else { format!("exactly as long as minLength {least}") };
        variants
            .extend(text::of_length(least, &mut self.random).map(|text| variant(&what, Value::String(text))));
        match shape.max_length {
            Some(most) => {
                let what = format!("exactly as long as maxLength {most}");
                let text = text::of_length(most, &mut self.random);
                variants.extend(text.map(|text| variant(&what, Value::String(text))));
                let what = format!("{most} characters of four bytes each, as many as maxLength {most}");
                variants.extend(text::wide(most).map(|text| variant(&what, Value::String(text))));
            }
            None if shape.format.is_none() => {
                variants.push(variant("in several scripts", Value::from("Ähre, 牛乳, молоко 🥛")));
            }
            None => {}
        }
    }

    fn lists(&mut self, shape: &Shape<'s>, depth: usize, variants: &mut Vec<Variant>) {
        let least = shape.min_items;
        let what =
            if least == 0 { "is empty".to_owned() } else { format!("exactly as many as minItems {least}") };
        let list = self.list_of(shape, least, Extent::Full, depth);
        variants.extend(list.map(|list| variant(&what, Value::Array(list))));
        if let Some(most) = shape.max_items {
            let list = self.list_of(shape, most, Extent::Least, depth);
            let what = format!("exactly as many as maxItems {most}");
            variants.extend(list.map(|list| variant(&what, Value::Array(list))));
        }
        let Some(base) = self.list(shape, Extent::Full, depth).filter(|list| !list.is_empty()) else {
            return;
        };
        if depth >= super::DEEP {
            return;
        }
        let schemas = shape.prefix.first().map_or(shape.items.clone(), |schema| vec![*schema]);
        for inner in self.valid(&schemas, depth + 1) {
            let mut list = base.clone();
            list[0] = inner.value;
            let at = join("[0]", &inner.at);
            variants.push(Variant { at, what: inner.what, value: Value::Array(list) });
        }
    }

    fn objects(&mut self, shape: &Shape<'s>, depth: usize, variants: &mut Vec<Variant>) {
        let Some(base) = self.object(shape, Extent::Full, depth) else { return };
        for property in sendable(shape) {
            let is_given = depth == 0 && self.given.iter().any(|(name, _)| name == property.name);
            if is_given || depth >= super::DEEP {
                continue;
            }
            for inner in self.valid(&property.schemas, depth + 1) {
                let mut object = base.clone();
                object.insert(property.name.to_owned(), inner.value);
                let at = join(&field(property.name), &inner.at);
                variants.push(Variant { at, what: inner.what, value: Value::Object(object) });
            }
            if !property.required && base.contains_key(property.name) {
                let mut object = base.clone();
                object.shift_remove(property.name);
                let at = field(property.name);
                variants.push(Variant {
                    at,
                    what: "left out, which is allowed".into(),
                    value: Value::Object(object),
                });
            }
        }
        if shape.min_properties > 0
            && let Some(object) = self.object_of(shape, shape.min_properties, depth)
        {
            let what = format!("exactly as many fields as minProperties {}", shape.min_properties);
            variants.push(variant(&what, Value::Object(object)));
        }
        if let Some(most) = shape.max_properties
            && let Some(object) = self.object_of(shape, most, depth)
        {
            let what = format!("exactly as many fields as maxProperties {most}");
            variants.push(variant(&what, Value::Object(object)));
        }
        if let (Others::Like(_), Some(value)) = (shape.others, self.other(shape, depth)) {
            let mut object = base.clone();
            object.insert("something_else".into(), value);
            variants.push(variant("has a field more, which is allowed", Value::Object(object)));
        }
    }
}

fn numbers(shape: &Shape<'_>, variants: &mut Vec<Variant>) {
    let whole_only = !shape.kinds.has(Kind::Number);
    let (least, most) = number::bounds(shape);
    let mut edge =
        |what: String, value: Option<Value>| variants.extend(value.map(|value| variant(&what, value)));
    let mut at = |limit: Option<Limit<'_>>, word: &str, bound: Option<i128>, sign: i8| match limit {
        Some(limit) if bound.and_then(number::whole).as_ref() == Some(limit.value) => {
            edge(format!("exactly {word} {}", limit.value), Some(limit.value.clone()));
        }
        Some(limit) if whole_only || limit.exclusive => {
            edge(format!("just within {word} {}", limit.value), bound.and_then(number::whole));
            if !whole_only {
                let near =
                    limit.value.as_f64().and_then(|limit| number::real(limit - f64::from(sign) * 0.01));
                edge(format!("just within {word} {}", limit.value), near);
            }
        }
        Some(limit) => edge(format!("exactly {word} {}", limit.value), Some(limit.value.clone())),
        None => {}
    };
    at(shape.least, "minimum", least, -1);
    at(shape.most, "maximum", most, 1);
    if shape.least.is_none() {
        edge("is 0".into(), number::whole(0));
        edge("is negative".into(), number::whole(-1));
    }
    if shape.most.is_none() && most.is_none_or(|most| most > i128::from(u32::MAX)) {
        edge("needs more than 32 bits".into(), number::whole(1 << 33));
    }
    if !whole_only && shape.multiple_of.is_none() {
        edge("has a fraction".into(), number::real(0.5 + least.unwrap_or(0).max(0) as f64));
    }
}

pub(super) fn variant(what: &str, value: Value) -> Variant {
    Variant { at: String::new(), what: what.to_owned(), value }
}
