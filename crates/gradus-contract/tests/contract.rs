//! Contracts in, requests and breaches out: literal documents, and what comes of them.

mod contract {
    mod beyond;
    mod cases;
    mod hostile;
    mod judging;
    mod kinds;
    mod links;
    mod mistakes;
    mod sense;
    mod shrinking;
    mod twins;
    mod words;
}

use gradus_contract::case::{Aim, Case, Payload, Wanted, cases};
use gradus_contract::contract::Contract;
use gradus_model::diagnostic::Diagnostic;
use gradus_model::source::SourceId;

/// A document of version 3.1 with these paths and components.
fn document(rest: &str) -> String {
    format!("openapi: 3.1.0\ninfo: {{ title: A, version: '1' }}\n{rest}")
}

/// A document with one operation, `POST /things`, that takes this schema.
fn taking(schema: &str) -> String {
    document(&format!(
        "paths:
  /things:
    post:
      requestBody: {{ required: true, content: {{ application/json: {{ schema: {schema} }} }} }}
      responses: {{ '201': {{ description: Made }}, '400': {{ description: Wrong }} }}
"
    ))
}

#[track_caller]
fn read(text: &str) -> Contract {
    Contract::read(text, SourceId(0)).unwrap_or_else(|mistakes| panic!("{mistakes:#?}\n{text}"))
}

/// Every mistake as ``message @ `underlined` ``.
fn mistakes(text: &str) -> Vec<String> {
    let Err(mistakes) = Contract::read(text, SourceId(0)) else { return Vec::new() };
    let said = |mistake: &Diagnostic| {
        let underlined = &text[mistake.span.start..mistake.span.end];
        format!("{} @ `{underlined}`", mistake.message)
    };
    mistakes.iter().map(said).collect()
}

/// The way out of the first mistake.
fn help(text: &str) -> String {
    Contract::read(text, SourceId(0)).expect_err("a mistake")[0].help.clone().unwrap_or_default()
}

/// All cases of the first operation.
fn all(contract: &Contract) -> Vec<Case> {
    cases(contract, 0, &Wanted { seed: 1, label: "test", most: 1000, given: &[] })
}

/// What is sent as JSON.
fn sent(case: &Case) -> String {
    match &case.payload {
        Payload::Json { value, .. } => value.to_string(),
        Payload::Form { fields, .. } => serde_json::Value::Object(fields.clone()).to_string(),
        Payload::Bytes { bytes, .. } => String::from_utf8_lossy(bytes).into_owned(),
        Payload::None => String::new(),
    }
}

/// The labels of the cases with this aim.
fn labels(cases: &[Case], aim: Aim) -> Vec<&str> {
    cases.iter().filter(|case| case.aim == aim).map(|case| case.label.as_str()).collect()
}
