//! An exchange against the contract: every way in which it is not what the contract says.

use crate::argument::reading;
use crate::breach::{Breach, Got};
use crate::case::{Aim, Case};
use crate::contract::{BLAME, Contract, HeaderRule, Media, Operation, Response, Status};
use crate::pointer::Pointer;
use crate::template::{essence, speaks_of};
use crate::value;
use gradus_model::json::Json;

/// An answer as it came, decompressed.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// Names in any case, values as bytes, in order.
    pub headers: &'a [(String, Vec<u8>)],
    /// The body.
    pub body: &'a [u8],
    /// The body read as JSON, or why it is none.
    pub json: Result<&'a Json, &'a str>,
}

/// What one may allow an operation besides what the contract says.
#[derive(Clone, Copy, Debug)]
pub struct Leave<'a> {
    /// Whether the things that the request is about are known to exist.
    pub known: bool,
    /// Documented statuses with which it may answer a valid request too.
    pub statuses: &'a [u16],
}

/// Judges the answer to a case: what came of it, and what the contract says of such an answer.
pub fn case(contract: &Contract, case: &Case, leave: &Leave<'_>, answer: &Answer<'_>) -> Vec<Breach> {
    let operation = &contract.operations[case.operation];
    let responses = operation.pointer.child("responses");
    let (wanted, pointer) = match case.aim {
        Aim::Accepted => (accepted(operation, leave, answer.status), None),
        Aim::Refused => (refused(operation, answer.status), case.rule.clone()),
        Aim::Unknown => (unknown(operation, answer.status), None),
    };
    let mut breaches = self::answer(contract, case.operation, answer);
    if let Some(wanted) = wanted {
        // One sentence about the status is enough.
        breaches.retain(|breach| breach.path != "status");
        let pointer = pointer.unwrap_or(responses);
        breaches
            .insert(0, breach(contract, "status", wanted, Got::Words(answer.status.to_string()), pointer));
    }
    breaches
}

/// What a valid request should have come to, if it did not.
fn accepted(operation: &Operation, leave: &Leave<'_>, status: u16) -> Option<String> {
    let response = operation.response(status);
    let is_allowed = response.is_some() && leave.statuses.contains(&status);
    let blames = BLAME.contains(&status) || (leave.known && matches!(status, 404 | 410));
    // A failure that nothing but `default` speaks of is no promise of failing.
    let fails = status >= 500 && response.is_none_or(|response| response.status == Status::Default);
    if is_allowed || !(blames || fails) {
        return None;
    }
    let kept = operation.responses.iter().filter(|response| !is_refusal(response.status));
    Some(format!("what a valid request is answered with: {}", list(kept)))
}

fn refused(operation: &Operation, status: u16) -> Option<String> {
    let is_kept = status / 100 == 4 && operation.response(status).is_some();
    (!is_kept).then(|| format!("a refusal that the contract names: {}", refusals(operation)))
}

fn unknown(operation: &Operation, status: u16) -> Option<String> {
    let is_kept = matches!(status, 404 | 410) && operation.response(status).is_some();
    (!is_kept).then(|| "404, as there is no such thing".to_owned())
}

fn refusals(operation: &Operation) -> String {
    let kept = operation.responses.iter().filter(|response| is_refusal(response.status));
    match list(kept) {
        none if none.is_empty() => "a status from 400 to 499".to_owned(),
        some => some,
    }
}

fn is_refusal(status: Status) -> bool {
    matches!(status, Status::Exact(400..=499) | Status::Class(4))
}

fn list<'r>(responses: impl Iterator<Item = &'r Response>) -> String {
    responses.map(|response| response.status.to_string()).collect::<Vec<_>>().join(", ")
}

/// Judges any answer of an operation: status, headers, content type and body.
pub fn answer(contract: &Contract, operation: usize, answer: &Answer<'_>) -> Vec<Breach> {
    let operation = &contract.operations[operation];
    let Some(response) = operation.response(answer.status) else {
        let wanted = format!("a status that the contract names: {}", operation.statuses());
        let got = Got::Words(answer.status.to_string());
        return vec![breach(contract, "status", wanted, got, operation.pointer.child("responses"))];
    };
    let mut breaches = Vec::new();
    for rule in &response.headers {
        breaches.extend(header(contract, rule, answer));
    }
    // RFC 9110 §6.4.1: these have no content, whatever is promised.
    let has_body = operation.method != "HEAD" && !matches!(answer.status, 100..=199 | 204 | 205 | 304);
    if has_body && !response.content.is_empty() {
        breaches.extend(body(contract, response, answer));
    }
    breaches
}

fn header(contract: &Contract, rule: &HeaderRule, answer: &Answer<'_>) -> Vec<Breach> {
    let path = format!("headers.{}", rule.name);
    let Some(text) = header_text(answer, &rule.name) else {
        let wanted = "a header, which is required".to_owned();
        let missing =
            rule.required.then(|| breach(contract, &path, wanted, Got::Nothing, rule.pointer.clone()));
        return missing.into_iter().collect();
    };
    match rule.schema {
        Some(id) => {
            let value = reading(&contract.schemas, id, &text);
            contract.schemas.breaches(id, &value, &path, &contract.document)
        }
        None => Vec::new(),
    }
}

/// The values of a header, as one text (RFC 9110 §5.3).
fn header_text(answer: &Answer<'_>, name: &str) -> Option<String> {
    let all = answer.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
    let texts: Vec<String> = all.map(|(_, value)| String::from_utf8_lossy(value).trim().to_owned()).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn body(contract: &Contract, response: &Response, answer: &Answer<'_>) -> Vec<Breach> {
    let pointer = response.pointer.child("content");
    let ranges = response.content.iter().map(|media| media.range.as_str()).collect::<Vec<_>>().join(", ");
    let one =
        |path: &str, wanted: String, got: Got| vec![breach(contract, path, wanted, got, pointer.clone())];
    // What may be anything may be nothing.
    let is_anything = |media: &Media| media.schema.is_none() && !media.is_json();
    if answer.body.is_empty() && response.content.iter().any(is_anything) {
        return Vec::new();
    }
    if answer.body.is_empty() {
        return one("body", format!("a body of {ranges}"), Got::Nothing);
    }
    let Some(said) = header_text(answer, "content-type") else {
        return one("headers.content-type", ranges, Got::Nothing);
    };
    let name = essence(&said);
    let spoken = response.content.iter().filter_map(|media| Some((speaks_of(&media.range, &name)?, media)));
    let Some((_, media)) = spoken.max_by_key(|(exactly, _)| *exactly) else {
        return one("headers.content-type", ranges, Got::Words(said));
    };
    let is_promised = media.schema.is_some() || media.is_json();
    if is_promised && crate::template::is_json(&name) {
        return json(contract, media, &pointer, answer);
    }
    match (media.schema, std::str::from_utf8(answer.body)) {
        (Some(id), Ok(text)) if name.starts_with("text/") => {
            contract.schemas.breaches(id, &text.into(), "text", &contract.document)
        }
        _ => Vec::new(),
    }
}

fn json(contract: &Contract, media: &Media, content: &Pointer, answer: &Answer<'_>) -> Vec<Breach> {
    let one = |wanted: &str, got: String| {
        vec![breach(contract, "json", wanted.to_owned(), Got::Words(got), content.clone())]
    };
    match (answer.json, media.schema) {
        (Err(why), _) => one("JSON, as the content type says", why.to_owned()),
        (Ok(json), Some(id)) => match value::of(json) {
            Ok(value) => contract.schemas.breaches(id, &value, "json", &contract.document),
            Err(number) => one("numbers that a schema can judge", format!("the number {number}")),
        },
        (Ok(_), None) => Vec::new(),
    }
}

fn breach(contract: &Contract, path: &str, wanted: String, got: Got, pointer: Pointer) -> Breach {
    let span = contract.span(&pointer);
    Breach { path: path.to_owned(), wanted, got, note: None, pointer, span }
}
