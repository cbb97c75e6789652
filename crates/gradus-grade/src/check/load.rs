//! A step that asks many requests on several connections, and judges all of them together.

use super::{Bench, Stop, contract, failure, mismatch, mismatch_at, request, show};
use crate::target::Origin;
use gradus_contract::contract::Contract;
use gradus_judge::answer::{self, AnswerView};
use gradus_judge::pattern;
use gradus_model::duration::{format_duration, format_size};
use gradus_model::grader::{Action, RequestStep, Step};
use gradus_model::json::Json;
use gradus_model::outcome::{Exchange, Fault, Mismatch};
use gradus_model::race::LoadStep;
use gradus_model::value::Bindings;
use gradus_probe::{Client, Limits, ProbeError, Request, Response};
use hdrhistogram::Histogram;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Every so many answers, one is held to what is expected of it; the first ones are, too.
const SAMPLED: u64 = 7;
/// What a server needs after its last answer to give memory back that it no longer uses.
const SETTLES: Duration = Duration::from_millis(200);
/// How long connections that are done stay open for the sake of measuring, while others still wait for answers.
const LINGER: Duration = Duration::from_millis(100);

/// What a load came to.
pub struct Asked {
    /// How long answers took, in microseconds; with a rate, from when they were due.
    times: Histogram<u64>,
    judged: u64,
    errors: u64,
    unanswered: u64,
    /// The first thing that went wrong.
    wrong: Option<Wrong>,
    /// Bytes of memory that the server used when counting began.
    memory: Option<u64>,
    /// When the first request that counts was due, and when the last answer came, or its time was over.
    began: Option<Instant>,
    ended: Option<Instant>,
    /// Connections that stay open as long as this does, as does what serves them: it can still be asked what it took.
    lines: Vec<Client>,
}

struct Wrong {
    index: usize,
    request: Request,
    answer: Result<Response, ProbeError>,
    bindings: Bindings,
}

impl Default for Asked {
    fn default() -> Self {
        // Three digits, from a microsecond to whatever comes: these bounds are always fine.
        let times = Histogram::new(3).unwrap_or_else(|_| unreachable!("three digits are allowed"));
        Self {
            times,
            judged: 0,
            errors: 0,
            unanswered: 0,
            wrong: None,
            memory: None,
            began: None,
            ended: None,
            lines: Vec::new(),
        }
    }
}

impl Asked {
    /// How many requests were sent and counted.
    pub fn total(&self) -> u64 {
        self.times.len()
    }

    /// How many of them had no answer, or a sampled one that did not fit.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// How many of them had no answer.
    pub fn unanswered(&self) -> u64 {
        self.unanswered
    }

    /// How long all of them took together. What was on its way when the load ended is counted, and so is the time until its
    /// answer came: else a slow server would look faster than it is.
    pub fn took(&self) -> Option<Duration> {
        Some(self.ended?.saturating_duration_since(self.began?)).filter(|_| self.total() > 0)
    }

    fn add(&mut self, other: Asked) {
        // Both grow as they need to.
        let _ = self.times.add(&other.times);
        self.judged += other.judged;
        self.errors += other.errors;
        self.unanswered += other.unanswered;
        self.wrong = self.wrong.take().or(other.wrong);
        self.began = [self.began, other.began].into_iter().flatten().min();
        self.ended = self.ended.max(other.ended);
        self.lines.extend(other.lines);
    }
}

/// Asks and judges.
pub async fn run(
    bench: &mut Bench<'_>,
    step: &Step,
    load: &LoadStep,
    bindings: &Bindings,
    requests: &mut u32,
) -> Result<(), Stop> {
    let asked = ask(bench, load, bindings, requests).await;
    let title = title(load, asked.total());
    if asked.judged == 0 {
        let wanted = "at least one answer";
        let mut none =
            vec![mismatch_at(bench.grader, step.span, "load", wanted, "nobody was answered".to_owned())];
        let exchange = wrong(bench, load, asked, &mut none);
        return Err(failure(&title, None, 1, none, exchange).into());
    }
    let whole = |number: u64| Json::Number(number.to_string());
    let p99 = asked.times.value_at_quantile(0.99) as f64 / 1e6;
    let figures = [
        ("errors", &load.errors, whole(asked.errors)),
        ("judged", &load.judged, whole(asked.judged)),
        ("answers", &load.answers, whole(asked.total() - asked.unanswered)),
        ("p99", &load.p99, Json::Number(format!("{p99:.6}"))),
    ];
    let misses = figures.iter().filter_map(|(name, wanted, got)| {
        wanted.as_ref().map(|wanted| pattern::judge(wanted, Some(got), name, bindings))
    });
    let mut mismatches: Vec<Mismatch> = misses.flatten().map(|miss| mismatch(bench.grader, miss)).collect();
    if let Some(most) = load.memory {
        mismatches.extend(grown(bench, step, most, asked.memory).await?);
    }
    if mismatches.is_empty() {
        return Ok(());
    }
    let exchange = wrong(bench, load, asked, &mut mismatches);
    Err(failure(&title, None, figures.len(), mismatches, exchange).into())
}

/// `16 connections for 2 s: 1031 requests`
pub fn title(load: &LoadStep, requests: u64) -> String {
    let rate = load.rate.map_or_else(String::new, |rate| format!(", {rate} requests a second"));
    format!("{} connections for {}{rate}: {requests} requests", load.connections, format_duration(load.lasts))
}

/// Asks for as long as the load lasts.
pub async fn ask(bench: &mut Bench<'_>, load: &LoadStep, bindings: &Bindings, requests: &mut u32) -> Asked {
    let origin = bench.target.origin();
    let steps = load.requests.iter().filter_map(as_request).cloned().collect();
    let first = Instant::now();
    let begin = first + load.warm_up;
    let end = begin + load.lasts;
    let pace =
        load.rate.map(|rate| Pace { first, every: Duration::from_secs(1) / rate, sent: AtomicU64::new(0) });
    let script = Arc::new(Script {
        steps,
        origin: origin.clone(),
        contract: bench.contracts.passive().cloned(),
        begin,
        end,
        pace,
    });
    let mut connections = JoinSet::new();
    for client in 1..=load.connections {
        let limits = Limits { timeout: bench.request_timeout, ..Limits::default() };
        let line = Client::new(bench.target.dial(), origin.port, origin.authority(), limits);
        let mut names = bindings.clone();
        names.insert("client".into(), Json::Number(client.to_string()));
        connections.spawn(connection(line, script.clone(), names));
    }
    let memory = async {
        tokio::time::sleep_until(begin.into()).await;
        match load.memory {
            Some(_) => bench.target.memory().await,
            None => None,
        }
    };
    let (mut asked, memory) = tokio::join!(all(connections), memory);
    asked.memory = memory;
    *requests += u32::try_from(asked.total()).unwrap_or(u32::MAX);
    bench.heard.anything |= asked.judged > 0;
    asked
}

/// What all connections came to. A server that serves one after another comes to the next once those that are done are closed.
async fn all(mut connections: JoinSet<Asked>) -> Asked {
    let mut asked = Asked::default();
    let mut stay_open = true;
    while !connections.is_empty() {
        match tokio::time::timeout(LINGER, connections.join_next()).await {
            // None is aborted, and none panics.
            Ok(done) => done.into_iter().flatten().for_each(|one| asked.add(one)),
            Err(_) => stay_open &= asked.lines.is_empty(),
        }
        if !stay_open {
            asked.lines.clear();
        }
    }
    asked
}

/// What every connection does.
struct Script {
    steps: Vec<RequestStep>,
    origin: Origin,
    /// What answers are held to besides what is expected of them.
    contract: Option<Arc<Contract>>,
    /// From when on it counts.
    begin: Instant,
    end: Instant,
    /// When requests are due; without it, as soon as the answer before has come.
    pace: Option<Pace>,
}

/// Requests at even distances, whatever becomes of them.
struct Pace {
    first: Instant,
    every: Duration,
    sent: AtomicU64,
}

impl Pace {
    /// When the next request is due.
    fn next(&self) -> Instant {
        let sent = self.sent.fetch_add(1, Ordering::Relaxed);
        self.first + self.every.saturating_mul(u32::try_from(sent).unwrap_or(u32::MAX))
    }
}

async fn connection(mut line: Client, script: Arc<Script>, mut names: Bindings) -> Asked {
    let mut asked = Asked::default();
    for turn in 0_u64.. {
        let due = script.pace.as_ref().map_or_else(Instant::now, Pace::next);
        // However late we are ourselves, each connection of a closed loop asks once: that nobody was asked says nothing of the server.
        let is_over = due >= script.end && (turn > 0 || script.pace.is_some());
        if is_over || script.steps.is_empty() {
            break;
        }
        if script.pace.is_some() {
            tokio::time::sleep_until(due.into()).await;
        }
        names.insert("turn".into(), Json::Number((turn + 1).to_string()));
        let index = (turn % script.steps.len() as u64) as usize;
        let step = &script.steps[index];
        // A path that a load asks for is the grader's own.
        let Ok(request) = request::build(step, &names, &script.origin) else { break };
        let answer = line.send(&request).await;
        // A request that had to wait for its turn was slow, too.
        let took = due.elapsed();
        if answer.is_err() {
            // Where nobody listens, nothing was waited for: others of this thread get their turn.
            tokio::task::yield_now().await;
        }
        if due < script.begin {
            continue;
        }
        asked.began = asked.began.or(Some(due));
        asked.ended = Some(Instant::now());
        // It grows as it needs to, and holds more than a request may take.
        let _ = asked.times.record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1));
        let sampled = asked.judged < SAMPLED || turn % SAMPLED == 0;
        let fits = match &answer {
            Ok(response) if sampled => {
                asked.judged += 1;
                answer::judge(&step.expect, &view(response), &names).is_empty()
                    && contract::passive(script.contract.as_deref(), step, &script.origin, &request, response)
                        .is_empty()
            }
            Ok(_) => true,
            Err(_) => {
                asked.unanswered += 1;
                false
            }
        };
        if !fits {
            asked.errors += 1;
            if asked.wrong.is_none() {
                asked.wrong = Some(Wrong { index, request, answer, bindings: names.clone() });
            }
        }
    }
    asked.lines.push(line);
    asked
}

/// By how much more than allowed the server's memory has grown, if it has. One that ended has failed by that.
async fn grown(
    bench: &mut Bench<'_>,
    step: &Step,
    most: u64,
    before: Option<u64>,
) -> Result<Option<Mismatch>, Fault> {
    tokio::time::sleep(SETTLES).await;
    let after = bench.target.memory().await;
    let (Some(before), Some(after)) = (before, after) else {
        return match bench.target.ended() {
            Some(_) => Ok(None),
            None => Err(Fault { what: "the server's memory could not be looked at".into(), way_out: None }),
        };
    };
    let more = after.saturating_sub(before);
    Ok((more > most).then(|| {
        let wanted = format!("at most {} more than before", format_size(most));
        let [more, before, after] = [more, before, after].map(format_size);
        mismatch_at(
            bench.grader,
            step.span,
            "memory",
            &wanted,
            format!("{more} more, from {before} to {after}"),
        )
    }))
}

/// What went wrong first, beside the figures.
pub fn wrong(
    bench: &Bench<'_>,
    load: &LoadStep,
    asked: Asked,
    mismatches: &mut Vec<Mismatch>,
) -> Option<Exchange> {
    let wrong = asked.wrong?;
    let asked = load.requests.iter().filter_map(as_request).nth(wrong.index)?;
    if let Ok(response) = &wrong.answer {
        let misses = answer::judge(&asked.expect, &view(response), &wrong.bindings);
        mismatches.extend(misses.into_iter().map(|miss| mismatch(bench.grader, miss)));
        let promised = bench.contracts.passive().map(|contract| &**contract);
        let breaches = contract::passive(promised, asked, &bench.target.origin(), &wrong.request, response);
        mismatches.extend(breaches.into_iter().map(|breach| contract::mismatch(bench.grader, breach)));
    }
    Some(show::exchange(&wrong.request, &bench.target.origin(), wrong.answer.as_ref()))
}

fn as_request(step: &Step) -> Option<&RequestStep> {
    match &step.action {
        Action::Request(request) => Some(request),
        _ => None,
    }
}

fn view(response: &Response) -> AnswerView<'_> {
    AnswerView { status: response.status, headers: &response.headers, body: &response.body }
}
