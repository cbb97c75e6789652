//! One request and its answer: sent, judged, and parts of it remembered.

use super::{Addressed, Bench, contract, failure, mismatch, mismatch_at, no_answer, request, show};
use crate::record::Compared;
use crate::target::Origin;
use gradus_judge::answer::{self, AnswerView};
use gradus_judge::place;
use gradus_model::grader::{Expect, ExpectedContent, Grader, Place, RequestStep, Save, Step};
use gradus_model::json::Json;
use gradus_model::outcome::{Failure, Mismatch};
use gradus_model::value::Bindings;
use gradus_probe::{Client, Limits, Request, Response};
use std::time::Duration;

/// Sends one request and judges its answer.
pub async fn ask(
    bench: &mut Bench<'_>,
    step: &Step,
    asked: &RequestStep,
    bindings: &mut Bindings,
    circumstance: Option<String>,
) -> Result<(), Box<Failure>> {
    let origin = bench.target.origin();
    let name = request::title(&asked.outgoing, bindings);
    let expectations = asked.expect.count() + asked.save.len();
    let fail = |mismatches: Vec<Mismatch>, exchange| {
        failure(&name, circumstance.clone(), expectations, mismatches, exchange)
    };
    let addressed = request::address(&asked.outgoing, asked.connection, bindings, &origin);
    let Addressed { request, origin: asked_origin } = match addressed {
        Ok(addressed) => addressed,
        Err(miss) => return Err(fail(vec![mismatch(bench.grader, *miss)], None)),
    };
    let timeout = asked.timeout.unwrap_or(bench.request_timeout);
    let result = if asked_origin == origin {
        bench.client.set_timeout(timeout);
        bench.client.send(&request).await
    } else {
        client(bench, &asked_origin, timeout).send(&request).await
    };
    if !asked.may_go_unanswered {
        bench.heard.note(&result, &name);
    }
    let response = match result {
        Ok(response) => response,
        Err(_) if asked.may_go_unanswered => return Ok(()),
        Err(error) => {
            let mismatch = no_answer(bench.grader, step.span, &error);
            return Err(fail(vec![mismatch], Some(show::exchange(&request, &asked_origin, Err(&error)))));
        }
    };
    match judge_answer(bench, asked, &request, &response, bindings) {
        misses if misses.is_empty() => Ok(()),
        misses => Err(fail(misses, Some(show::exchange(&request, &asked_origin, Ok(&response))))),
    }
}

/// A client of its own, of a port of the submission.
pub fn client(bench: &Bench<'_>, origin: &Origin, timeout: Duration) -> Client {
    let limits = Limits { timeout, ..Limits::default() };
    Client::new(bench.target.dial(), origin.port, origin.authority(), limits)
}

/// Every expectation that does not hold, and every promise of the contract that is broken; when all expectations hold, what is to be saved is bound.
pub fn judge_answer(
    bench: &Bench<'_>,
    asked: &RequestStep,
    request: &Request,
    response: &Response,
    bindings: &mut Bindings,
) -> Vec<Mismatch> {
    let grader = bench.grader;
    let promised = bench.contracts.passive().map(|contract| &**contract);
    let breaches = contract::passive(promised, asked, &bench.target.origin(), request, response);
    let broken = breaches.into_iter().map(|breach| contract::mismatch(grader, breach));
    let view = AnswerView { status: response.status, headers: &response.headers, body: &response.body };
    let misses = match (bench.record, &asked.expect.file) {
        (Some(record), Some(file)) => {
            let of_file = Expect { file: Some(file.clone()), ..Expect::default() };
            if !answer::judge(&of_file, &view, bindings).is_empty() {
                let compared = match file.content {
                    ExpectedContent::Json(_) => Compared::AsJson,
                    ExpectedContent::Text(_) => Compared::AsText,
                };
                record.note(&file.path.value, &response.body, compared, bindings);
            }
            answer::judge(&Expect { file: None, ..asked.expect.clone() }, &view, bindings)
        }
        _ => answer::judge(&asked.expect, &view, bindings),
    };
    if !misses.is_empty() {
        return misses.into_iter().map(|miss| mismatch(grader, miss)).chain(broken).collect();
    }
    let mut missing: Vec<Mismatch> = broken.collect();
    missing.extend(save_parts(grader, &asked.save, bindings, |place| place::find(place, &view)));
    missing
}

/// Binds each name to its part, and tells which parts are not there.
pub fn save_parts(
    grader: &Grader,
    saves: &[Save],
    bindings: &mut Bindings,
    find: impl Fn(&Place) -> Result<Json, String>,
) -> Vec<Mismatch> {
    let mut missing = Vec::new();
    for Save { name, from } in saves {
        match find(&from.value) {
            Ok(value) => {
                bindings.insert(name.value.clone(), value);
            }
            Err(why) => {
                let path = &grader.sources.get(from.span.source).text[from.span.start..from.span.end];
                let wanted = format!("a value to remember as `{}`", name.value);
                missing.push(mismatch_at(grader, from.span, path, &wanted, why));
            }
        }
    }
    missing
}
