//! An answer held to the contract, whoever asked for it.

use crate::target::Origin;
use gradus_contract::breach::{Breach, Got};
use gradus_contract::contract::Contract;
use gradus_contract::judge::{self, Answer};
use gradus_judge::json::{self, ReadLimits};
use gradus_judge::words;
use gradus_model::grader::{Grader, RequestStep};
use gradus_model::json::Json;
use gradus_model::outcome::Mismatch;
use gradus_probe::{Request, Response};

/// Everything in which the answer to a step's request is not what the contract says. An operation that the contract does not
/// know promises nothing.
pub fn passive(
    contract: Option<&Contract>,
    asked: &RequestStep,
    origin: &Origin,
    request: &Request,
    response: &Response,
) -> Vec<Breach> {
    let Some(contract) = contract.filter(|_| asked.by_contract) else { return Vec::new() };
    let target = request.target.strip_prefix(origin.base.as_str()).unwrap_or(&request.target);
    match contract.asked(&request.method, target) {
        Some(operation) => with_answer(response, |answer| judge::answer(contract, operation, answer)),
        None => Vec::new(),
    }
}

/// Reads the body of an answer, and judges it.
pub fn with_answer<T>(response: &Response, judge: impl FnOnce(&Answer<'_>) -> T) -> T {
    let (json, why) = read(response);
    let json = json.as_ref().ok_or(why.as_str());
    judge(&Answer { status: response.status, headers: &response.headers, body: &response.body, json })
}

/// The body as JSON, or why it is none.
pub fn read(response: &Response) -> (Option<Json>, String) {
    match json::read(&response.body, ReadLimits::default()) {
        Ok(read) if read.duplicates.is_empty() => (Some(read.value), String::new()),
        Ok(read) => (None, format!("an object in which a key stands twice: json{}", read.duplicates[0])),
        Err(error) => (None, error.to_string()),
    }
}

/// A breach as a failed check tells it.
pub fn mismatch(grader: &Grader, breach: Breach) -> Mismatch {
    let excerpt = grader.sources.excerpt(super::first_line(grader, breach.span), 0);
    let place = format!("the contract says so: {}:{}, {}", excerpt.path, excerpt.first_line, breach.pointer);
    Mismatch {
        path: breach.path,
        wanted: breach.wanted,
        got: match breach.got {
            Got::Nothing => words::seen(None),
            Got::Words(text) => words::shortened(&text),
            Got::Value(json) => words::seen(Some(&json)),
        },
        note: Some(breach.note.map_or(place.clone(), |note| format!("{note}; {place}"))),
        difference: Vec::new(),
        place: Some(excerpt),
    }
}
