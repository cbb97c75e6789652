//! From a case to what is sent.

use crate::argument::texts;
use crate::case::{Case, Payload};
use crate::contract::{Contract, Parameter, Place, Style};
use crate::form::{self, Parts};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// All but RFC 3986's unreserved characters.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, without the signs between the parts of a list.
const LIST: &AsciiSet = &COMPONENT.remove(b',').remove(b';').remove(b'=');

/// A request as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// In this order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What is sent for a case. `reached` are values of parameters, by their index, that other operations told.
pub fn build(contract: &Contract, case: &Case, reached: &[(usize, Value)]) -> Asked {
    let operation = &contract.operations[case.operation];
    let of = |index: usize| {
        let own = case.arguments.iter().find(|(other, _)| *other == index);
        own.or_else(|| reached.iter().find(|(other, _)| *other == index)).map(|(_, value)| value)
    };
    let parameters = || operation.parameters.iter().enumerate();
    let path = operation.path.fill(|name| {
        let found =
            parameters().find(|(_, parameter)| parameter.place == Place::Path && parameter.name == name);
        found.and_then(|(index, parameter)| Some(segment(parameter, of(index)?))).unwrap_or_default()
    });
    let mut query = String::new();
    let mut headers = Vec::new();
    let mut cookies = Vec::new();
    for (index, parameter) in parameters() {
        let Some(value) = of(index) else { continue };
        for (name, text) in texts(parameter, value) {
            match parameter.place {
                Place::Path => {}
                Place::Query => push_pair(&mut query, &name, &text),
                Place::Header => headers.push((name, text)),
                Place::Cookie => cookies.push(format!("{name}={text}")),
            }
        }
    }
    if !cookies.is_empty() {
        headers.push(("cookie".into(), cookies.join("; ")));
    }
    let (media, body) = match &case.payload {
        Payload::None => (None, Vec::new()),
        Payload::Json { media, value } => (Some(media.clone()), value.to_string().into_bytes()),
        Payload::Form { media, fields } => {
            let content = operation.body.as_ref().and_then(|body| body.media(media));
            let parts = content.map_or_else(Parts::default, |content| Parts::of(&contract.schemas, content));
            let (media, bytes) = form::encode(media, fields, &parts);
            (Some(media), bytes)
        }
        Payload::Bytes { media, bytes } => (Some(media.clone()), bytes.clone()),
    };
    headers.extend(media.map(|media| ("content-type".to_owned(), media)));
    let mark = if query.is_empty() { "" } else { "?" };
    let target = format!("{}{path}{mark}{query}", contract.base);
    Asked { method: operation.method.clone(), target, headers, body }
}

/// What the path of a case is filled with, by name.
pub fn path_values(contract: &Contract, case: &Case, reached: &[(usize, Value)]) -> Vec<(String, Value)> {
    let all = contract.operations[case.operation].path_parameters();
    all.filter_map(|(index, parameter)| {
        let mut values = case.arguments.iter().chain(reached);
        let (_, value) = values.find(|(other, _)| *other == index)?;
        Some((parameter.name.clone(), value.clone()))
    })
    .collect()
}

fn segment(parameter: &Parameter, value: &Value) -> String {
    let is_plain = parameter.style == Style::Simple && !value.is_array() && !value.is_object();
    let set = if is_plain { COMPONENT } else { LIST };
    let texts =
        texts(parameter, value).into_iter().map(|(_, text)| utf8_percent_encode(&text, set).to_string());
    texts.collect()
}

/// Adds a pair of a query, or of a form.
pub fn push_pair(query: &mut String, name: &str, value: &str) {
    if !query.is_empty() {
        query.push('&');
    }
    query.extend(utf8_percent_encode(name, COMPONENT));
    query.push('=');
    query.extend(utf8_percent_encode(value, COMPONENT));
}
