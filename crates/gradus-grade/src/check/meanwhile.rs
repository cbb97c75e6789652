//! Requests that are on their way while something else happens: sent first, judged afterwards.

use super::{Addressed, Bench, failure, judge_answer, no_answer, request, show};
use crate::target::Origin;
use gradus_model::grader::{Action, RequestStep, Step};
use gradus_model::outcome::Failure;
use gradus_model::value::Bindings;
use gradus_probe::{ProbeError, Request, Response};
use tokio::task::JoinHandle;

/// A request that is on its way.
pub struct Sent<'s> {
    step: &'s Step,
    asked: &'s RequestStep,
    request: Request,
    origin: Origin,
    answer: JoinHandle<Result<Response, ProbeError>>,
}

/// Sends it; nobody waits for the answer yet.
pub fn send<'s>(
    bench: &Bench<'_>,
    step: &'s Step,
    bindings: &Bindings,
    origin: &Origin,
) -> Result<Option<Sent<'s>>, Box<Failure>> {
    let Action::Request(asked) = &step.action else { return Ok(None) };
    let addressed = request::address(&asked.outgoing, asked.connection, bindings, origin);
    let Addressed { request, origin } = addressed.map_err(|miss| {
        let title = request::title(&asked.outgoing, bindings);
        failure(&title, None, 1, vec![super::mismatch(bench.grader, *miss)], None)
    })?;
    let mut client = super::client(bench, &origin, asked.timeout.unwrap_or(bench.request_timeout));
    let sent = request.clone();
    let answer = tokio::spawn(async move { client.send(&sent).await });
    Ok(Some(Sent { step, asked, request, origin, answer }))
}

/// Waits for its answer, and judges that.
pub async fn judge(
    bench: &mut Bench<'_>,
    sent: Sent<'_>,
    bindings: &mut Bindings,
) -> Result<(), Box<Failure>> {
    let Sent { step, asked, request, origin, answer } = sent;
    let title = format!("{}, on its way meanwhile", request::title(&asked.outgoing, bindings));
    let expectations = asked.expect.count() + asked.save.len();
    let fail = |mismatches, exchange| failure(&title, None, expectations, mismatches, Some(exchange));
    match answer.await {
        Ok(Ok(response)) => match judge_answer(bench, asked, &request, &response, bindings) {
            misses if misses.is_empty() => Ok(()),
            misses => Err(fail(misses, show::exchange(&request, &origin, Ok(&response)))),
        },
        Ok(Err(_)) if asked.may_go_unanswered => Ok(()),
        Ok(Err(error)) => {
            let mismatch = no_answer(bench.grader, step.span, &error);
            Err(fail(vec![mismatch], show::exchange(&request, &origin, Err(&error))))
        }
        // It is never aborted, and does not panic.
        Err(_) => Ok(()),
    }
}
