//! A step that asks many requests one after another on several connections, and judges all of them together.

use super::{Bench, contract, failure, mismatch, mismatch_at, request, show};
use crate::target::Origin;
use gradus_contract::contract::Contract;
use gradus_judge::answer::{self, AnswerView};
use gradus_judge::pattern;
use gradus_model::duration::format_duration;
use gradus_model::grader::{Action, RequestStep, Step};
use gradus_model::json::Json;
use gradus_model::outcome::{Failure, Mismatch};
use gradus_model::race::LoadStep;
use gradus_model::value::Bindings;
use gradus_probe::{Client, Limits, ProbeError, Request, Response};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Every so many answers, one is held to what is expected of it; the first ones are, too.
const SAMPLED: u64 = 8;

/// What one connection came to.
#[derive(Default)]
struct Asked {
    /// How long each answer took.
    times: Vec<Duration>,
    judged: u64,
    errors: u64,
    /// The first thing that went wrong.
    wrong: Option<Wrong>,
}

/// Who is asked, and what answers are held to besides what is expected of them.
struct To {
    origin: Origin,
    contract: Option<Arc<Contract>>,
}

struct Wrong {
    index: usize,
    request: Request,
    answer: Result<Response, ProbeError>,
    bindings: Bindings,
}

/// Asks and judges.
pub async fn run(
    bench: &mut Bench<'_>,
    step: &Step,
    load: &LoadStep,
    bindings: &Bindings,
    requests: &mut u32,
) -> Result<(), Box<Failure>> {
    let origin = bench.target.origin();
    let steps: Vec<RequestStep> = load.requests.iter().filter_map(|step| as_request(step).cloned()).collect();
    let steps = Arc::new(steps);
    let begin = Instant::now() + load.warm_up;
    let mut connections = JoinSet::new();
    for client in 1..=load.connections {
        let limits = Limits { timeout: bench.request_timeout, ..Limits::default() };
        let line = Client::new(bench.target.dial(), origin.port, origin.authority(), limits);
        let mut names = bindings.clone();
        names.insert("client".into(), Json::Number(client.to_string()));
        let to = To { origin: origin.clone(), contract: bench.contracts.passive().cloned() };
        connections.spawn(ask(line, steps.clone(), names, to, begin, begin + load.lasts));
    }
    // None is aborted, and none panics.
    let all: Vec<Asked> = connections.join_all().await;
    let judged: u64 = all.iter().map(|asked| asked.judged).sum();
    let errors: u64 = all.iter().map(|asked| asked.errors).sum();
    let mut times: Vec<Duration> = all.iter().flat_map(|asked| asked.times.iter().copied()).collect();
    times.sort_unstable();
    let total = times.len() as u64;
    *requests += u32::try_from(total).unwrap_or(u32::MAX);
    bench.heard.anything |= total > errors;
    let title =
        format!("{} connections for {}: {total} requests", load.connections, format_duration(load.lasts));
    if total == 0 {
        let wanted = "at least one answer";
        let none = mismatch_at(bench.grader, step.span, "load", wanted, "nobody was answered".to_owned());
        return Err(failure(&title, None, 1, vec![none], None));
    }
    let p99 = times[(times.len() * 99 / 100).min(times.len() - 1)].as_secs_f64();
    let whole = |number: u64| Json::Number(number.to_string());
    let figures = [
        ("errors", &load.errors, whole(errors)),
        ("judged", &load.judged, whole(judged)),
        ("answers", &load.answers, whole(total - errors.min(total))),
        ("p99", &load.p99, Json::Number(format!("{p99:.6}"))),
    ];
    let misses = figures.iter().filter_map(|(name, wanted, got)| {
        wanted.as_ref().map(|wanted| pattern::judge(wanted, Some(got), name, bindings))
    });
    let mut mismatches: Vec<Mismatch> = misses.flatten().map(|miss| mismatch(bench.grader, miss)).collect();
    if mismatches.is_empty() {
        return Ok(());
    }
    let wrong = all.into_iter().find_map(|asked| asked.wrong);
    let exchange = wrong.map(|wrong| explain(bench, &steps, wrong, &mut mismatches, &origin));
    Err(failure(&title, None, figures.len(), mismatches, exchange))
}

fn as_request(step: &Step) -> Option<&RequestStep> {
    match &step.action {
        Action::Request(request) => Some(request),
        _ => None,
    }
}

/// What went wrong first, beside the figures.
fn explain(
    bench: &Bench<'_>,
    steps: &[RequestStep],
    wrong: Wrong,
    mismatches: &mut Vec<Mismatch>,
    origin: &Origin,
) -> gradus_model::outcome::Exchange {
    if let Ok(response) = &wrong.answer {
        let misses = answer::judge(&steps[wrong.index].expect, &view(response), &wrong.bindings);
        mismatches.extend(misses.into_iter().map(|miss| mismatch(bench.grader, miss)));
        let promised = bench.contracts.passive().map(|contract| &**contract);
        let breaches = contract::passive(promised, &steps[wrong.index], origin, &wrong.request, response);
        mismatches.extend(breaches.into_iter().map(|breach| contract::mismatch(bench.grader, breach)));
    }
    show::exchange(&wrong.request, origin, wrong.answer.as_ref())
}

fn view(response: &Response) -> AnswerView<'_> {
    AnswerView { status: response.status, headers: &response.headers, body: &response.body }
}

async fn ask(
    mut line: Client,
    steps: Arc<Vec<RequestStep>>,
    mut names: Bindings,
    to: To,
    begin: Instant,
    end: Instant,
) -> Asked {
    let mut asked = Asked::default();
    for turn in 0_u64.. {
        let now = Instant::now();
        if now >= end || steps.is_empty() {
            break;
        }
        names.insert("turn".into(), Json::Number((turn + 1).to_string()));
        let index = (turn % steps.len() as u64) as usize;
        let step = &steps[index];
        // A path that a load asks for is the grader's own.
        let Ok(request) = request::build(step, &names, &to.origin) else { break };
        let answer = line.send(&request).await;
        let took = now.elapsed();
        if now < begin {
            continue;
        }
        asked.times.push(took);
        let sampled = turn < SAMPLED || turn % SAMPLED == 0;
        let fits = match &answer {
            Ok(response) if sampled => {
                asked.judged += 1;
                answer::judge(&step.expect, &view(response), &names).is_empty()
                    && contract::passive(to.contract.as_deref(), step, &to.origin, &request, response)
                        .is_empty()
            }
            Ok(_) => true,
            Err(_) => false,
        };
        if !fits {
            asked.errors += 1;
            if asked.wrong.is_none() {
                asked.wrong = Some(Wrong { index, request, answer, bindings: names.clone() });
            }
        }
        // Others of this thread get their turn, however fast the server answers.
        tokio::task::yield_now().await;
    }
    asked
}
