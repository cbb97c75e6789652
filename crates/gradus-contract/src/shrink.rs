//! Smaller requests that break the same rule, or none: to be asked instead of one that failed. Whether they fail too, only asking
//! shows.

use crate::argument;
use crate::case::{Aim, Case, Payload, encoded};
use crate::contract::Contract;
use crate::form;
use serde_json::Value;
use std::collections::BTreeSet;

/// Every case that is one step smaller, the smallest first.
pub fn smaller(contract: &Contract, case: &Case) -> Vec<Case> {
    let mut found = bodies(contract, case);
    found.extend(arguments(contract, case));
    found.sort_by_key(size);
    found
}

/// How large a request is: less is easier to read.
pub fn size(case: &Case) -> usize {
    let body = match &case.payload {
        Payload::None => 0,
        Payload::Json { value, .. } => 1 + value.to_string().len(),
        Payload::Form { fields, .. } => 1 + Value::Object(form::texts(fields)).to_string().len(),
        Payload::Bytes { bytes, .. } => 1 + bytes.len(),
    };
    body + case.arguments.iter().map(|(_, value)| 1 + value.to_string().len()).sum::<usize>()
}

fn bodies(contract: &Contract, case: &Case) -> Vec<Case> {
    let Some(body) = &contract.operations[case.operation].body else { return Vec::new() };
    let (media, value) = match &case.payload {
        Payload::Json { media, value } => (media, value.clone()),
        Payload::Form { media, fields } => (media, Value::Object(fields.clone())),
        Payload::Bytes { .. } | Payload::None => return Vec::new(),
    };
    let Some(id) = body.schema(media) else { return Vec::new() };
    let schemas = &contract.schemas;
    let broken = |value: &Value| match value {
        Value::Object(fields) if form::is_form(media) => {
            schemas.broken(id, &form::reading(schemas, id, &form::texts(fields)))
        }
        value => schemas.broken(id, value),
    };
    let wrong = broken(&value);
    let smaller = reduced(&value).into_iter().filter(|smaller| broken(smaller) == wrong);
    let mut found: Vec<Case> =
        smaller.map(|value| Case { payload: encoded(media.clone(), value), ..case.clone() }).collect();
    if !body.required && case.aim != Aim::Refused {
        found.push(Case { payload: Payload::None, ..case.clone() });
    }
    found
}

fn arguments(contract: &Contract, case: &Case) -> Vec<Case> {
    let operation = &contract.operations[case.operation];
    let mut found = Vec::new();
    for (at, (index, value)) in case.arguments.iter().enumerate() {
        let parameter = &operation.parameters[*index];
        let is_valid = |value: &Value| argument::is_valid(&contract.schemas, parameter, value);
        if !parameter.required && is_valid(value) {
            let mut smaller = case.clone();
            smaller.arguments.remove(at);
            found.push(smaller);
        }
        // What the path leads to is something that exists, or does not; a shorter name may be another thing.
        if parameter.place == crate::contract::Place::Path {
            continue;
        }
        for value in reduced(value) {
            let is_alike = is_valid(&value) == is_valid(&case.arguments[at].1);
            if is_alike && argument::can_be_sent(parameter, &value) {
                let mut smaller = case.clone();
                smaller.arguments[at].1 = value;
                found.push(smaller);
            }
        }
    }
    found
}

/// The same value with a part left out or made smaller, in every way that is one step.
fn reduced(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(fields) => {
            let mut found = Vec::new();
            for (name, inner) in fields {
                let mut without = fields.clone();
                without.shift_remove(name);
                found.push(Value::Object(without));
                for inner in reduced(inner) {
                    let mut with = fields.clone();
                    with.insert(name.clone(), inner);
                    found.push(Value::Object(with));
                }
            }
            found
        }
        Value::Array(items) => {
            let mut found = Vec::new();
            if items.len() > 2 {
                found.push(Value::Array(items[..items.len() / 2].to_vec()));
            }
            for (index, inner) in items.iter().enumerate().take(20) {
                let mut without = items.clone();
                without.remove(index);
                found.push(Value::Array(without));
                for inner in reduced(inner) {
                    let mut with = items.clone();
                    with[index] = inner;
                    found.push(Value::Array(with));
                }
            }
            found
        }
        Value::String(text) => {
            let characters: Vec<char> = text.chars().collect();
            let lengths: BTreeSet<usize> =
                [0, 1, characters.len() / 2, characters.len().saturating_sub(1)].into();
            let shorter = lengths.into_iter().filter(|length| *length < characters.len());
            shorter.map(|length| Value::from(characters[..length].iter().collect::<String>())).collect()
        }
        Value::Number(number) => {
            let small = [Value::from(0), Value::from(1)].into_iter();
            small.filter(|small| small.to_string().len() < number.to_string().len()).collect()
        }
        Value::Null | Value::Bool(_) => Vec::new(),
    }
}
