//! A step in which many clients ask at once: rounds, released together, then judged by what all of them were told.

use super::{
    Bench, Stop, failure, judge_answer, lend, mismatch, mismatch_at, no_answer, request, run_step, show,
};
use crate::further::Role;
use crate::target::Origin;
use gradus_judge::answer::{self, AnswerView};
use gradus_judge::history::{self, Call, Model, Operation, Outcome, Start, Verdict};
use gradus_judge::miss::Miss;
use gradus_judge::{pattern, place};
use gradus_model::eval;
use gradus_model::grader::{Action, Expect, RequestStep, Step};
use gradus_model::json::Json;
use gradus_model::outcome::{DiffLine, Failure, Fault, Mismatch};
use gradus_model::race::{Hold, Kept, Op, OpCall, RaceStep};
use gradus_model::source::Span;
use gradus_model::value::Bindings;
use gradus_probe::{Burst, Client, Dial, Limits, ProbeError, Request, Response};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How long clients may take to get ready for their common start.
const READY: Duration = Duration::from_secs(2);

/// What one client was told in one request.
struct Told {
    client: u32,
    /// Which request of `each`.
    index: usize,
    request: Request,
    begun: Instant,
    ended: Instant,
    answer: Result<Response, ProbeError>,
    /// What names stood for when it was sent.
    bindings: Bindings,
}

/// Why a client could not go on.
struct Stuck {
    index: usize,
    told: Vec<Told>,
    why: Box<Miss>,
}

/// Runs all rounds, until one falls short.
pub async fn run(
    bench: &mut Bench<'_>,
    step: &Step,
    race: &RaceStep,
    bindings: &Bindings,
    requests: &mut u32,
) -> Result<(), Stop> {
    for round in 1..=race.rounds {
        let mut names = bindings.clone();
        names.insert("round".into(), Json::Number(round.to_string()));
        names.insert("client".into(), Json::Number("0".into()));
        for before in &race.before {
            Box::pin(run_step(bench, before, &mut names, requests)).await?;
        }
        let origin = bench.target.origin();
        let places = places(bench, step, race).await?;
        let told = go(bench, race, &names, &places).await;
        *requests += told.as_ref().map_or_else(|stuck| stuck.told.len(), Vec::len) as u32;
        let circumstance = |rest: &str| {
            Some(format!("round {round} of {}, {} clients at once{rest}", race.rounds, race.clients))
        };
        let told = told.map_err(|stuck| {
            let title = title_of(race, stuck.index, &names);
            failure(&title, circumstance(""), 1, vec![mismatch(bench.grader, *stuck.why)], None)
        })?;
        for told in &told {
            bench.heard.anything |= told.answer.is_ok();
            judge_each(bench, race, told, &origin).map_err(|failure| {
                Box::new(Failure {
                    circumstance: circumstance(&format!(", client {}", told.client)),
                    ..*failure
                })
            })?;
        }
        for after in &race.after {
            Box::pin(run_step(bench, after, &mut names, requests)).await?;
        }
        for hold in &race.holds {
            judge_hold(bench, step, race, hold, &told, &names).map_err(|stop| match stop {
                Stop::Failed(failure) => {
                    Stop::Failed(Box::new(Failure { circumstance: circumstance(&tally(&told)), ..*failure }))
                }
                other => other,
            })?;
        }
    }
    Ok(())
}

/// Where clients ask, in turn: the server that every check has, and further instances of it.
type Place = (Arc<dyn Dial>, Origin);

async fn places(bench: &mut Bench<'_>, step: &Step, race: &RaceStep) -> Result<Vec<Place>, Stop> {
    let mut places = vec![(bench.target.dial(), bench.target.origin())];
    for number in 2..=race.instances {
        let role = Role::Instance(number.to_string());
        let server = lend(bench, &role, step.span).await?;
        places.push((server.target.dial(), server.target.origin()));
        bench.further.give_back(role, server);
    }
    Ok(places)
}

/// Has all clients ask, and gathers what they were told.
async fn go(
    bench: &Bench<'_>,
    race: &RaceStep,
    names: &Bindings,
    places: &[Place],
) -> Result<Vec<Told>, Stuck> {
    let burst = Burst::default();
    let each: Arc<Vec<RequestStep>> = Arc::new(
        race.each
            .iter()
            .filter_map(|request| match &request.step.action {
                Action::Request(request) => Some((**request).clone()),
                _ => None,
            })
            .collect(),
    );
    let mut clients = JoinSet::new();
    for (client, (dial, origin)) in (1..=race.clients).zip(places.iter().cycle()) {
        let dial = if race.together { burst.hold(dial.clone()) } else { dial.clone() };
        let limits = Limits { timeout: bench.request_timeout, ..Limits::default() };
        let line = Client::new(dial, origin.port, origin.authority(), limits);
        let mut names = names.clone();
        names.insert("client".into(), Json::Number(client.to_string()));
        clients.spawn(one_client(client, line, each.clone(), names, origin.clone()));
    }
    let mut released = Instant::now();
    if race.together {
        // Who can't get ready is told so by its own request.
        let _ = tokio::time::timeout(READY, burst.is_held(race.clients as usize)).await;
        released = burst.release();
    }
    let mut all = Vec::new();
    while let Some(done) = clients.join_next().await {
        // It is never aborted, and does not panic.
        let Ok(done) = done else { continue };
        let told = done?;
        all.extend(told.into_iter().map(|told| Told { begun: told.begun.max(released), ..told }));
    }
    all.sort_by_key(|told| (told.client, told.index));
    Ok(all)
}

async fn one_client(
    client: u32,
    mut line: Client,
    each: Arc<Vec<RequestStep>>,
    mut names: Bindings,
    origin: Origin,
) -> Result<Vec<Told>, Stuck> {
    let mut told = Vec::new();
    for (index, step) in each.iter().enumerate() {
        let request = match request::build(step, &names, &origin) {
            Ok(request) => request,
            Err(why) => return Err(Stuck { index, told, why }),
        };
        if let Some(timeout) = step.timeout {
            line.set_timeout(timeout);
        }
        let begun = Instant::now();
        let answer = line.send(&request).await;
        let ended = Instant::now();
        let bindings = names.clone();
        let goes_on = answer.is_ok();
        if let Ok(response) = &answer {
            let view = view(response);
            for save in &step.save {
                // What is missing is said when the answer is judged.
                if let Ok(value) = place::find(&save.from.value, &view) {
                    names.insert(save.name.value.clone(), value);
                }
            }
        }
        told.push(Told { client, index, request, begun, ended, answer, bindings });
        if !goes_on {
            break;
        }
    }
    Ok(told)
}

fn view(response: &Response) -> AnswerView<'_> {
    AnswerView { status: response.status, headers: &response.headers, body: &response.body }
}

/// Each answer against what is expected of it. An operation may be left without an answer: then it may have happened.
fn judge_each(bench: &Bench<'_>, race: &RaceStep, told: &Told, origin: &Origin) -> Result<(), Box<Failure>> {
    let each = &race.each[told.index];
    let Action::Request(asked) = &each.step.action else { return Ok(()) };
    let title = request::title(&asked.outgoing, &told.bindings);
    let expectations = asked.expect.count() + asked.save.len();
    match &told.answer {
        Ok(response) => {
            let misses = judge_answer(bench, asked, &told.request, response, &mut told.bindings.clone());
            if misses.is_empty() {
                return Ok(());
            }
            let exchange = show::exchange(&told.request, origin, Ok(response));
            Err(failure(&title, None, expectations, misses, Some(exchange)))
        }
        Err(_) if each.op.is_some() || asked.may_go_unanswered => Ok(()),
        Err(error) => {
            let exchange = show::exchange(&told.request, origin, Err(error));
            let mismatch = no_answer(bench.grader, each.step.span, error);
            Err(failure(&title, None, expectations, vec![mismatch], Some(exchange)))
        }
    }
}

fn judge_hold(
    bench: &Bench<'_>,
    step: &Step,
    race: &RaceStep,
    hold: &Hold,
    told: &[Told],
    names: &Bindings,
) -> Result<(), Stop> {
    match hold {
        Hold::Count { of, is, .. } => {
            let count = told.iter().filter(|told| fits(of, told)).count();
            let misses = pattern::judge(is, Some(&Json::Number(count.to_string())), "count", names);
            if misses.is_empty() {
                return Ok(());
            }
            let mismatches = misses.into_iter().map(|miss| mismatch(bench.grader, miss)).collect();
            Err(failure("what the clients were told together", None, 1, mismatches, None).into())
        }
        Hold::Linearizable { model, start, span } => {
            let start = start.as_ref().map(|start| eval::value(start, names));
            let model = model_of(*model, start).map_err(|why| ours(bench, *span, &why))?;
            let begin = told.iter().map(|told| told.begun).min().unwrap_or_else(Instant::now);
            let mut operations = Vec::new();
            for told in told {
                if let Some(op) = &race.each[told.index].op {
                    let title = title_of(race, told.index, &told.bindings);
                    operations
                        .extend(operation(op, told, begin, title).map_err(|why| ours(bench, op.span, &why))?);
                }
            }
            match history::judge(&model, &operations, history::USUAL_STEPS) {
                Ok(Verdict::Holds) => Ok(()),
                Ok(Verdict::Violated(excerpt)) => {
                    let place = bench.grader.sources.excerpt(*span, 0);
                    let mismatch = Mismatch {
                        path: "history".into(),
                        wanted: "answers that some order of these operations explains".into(),
                        got: excerpt.sentence.clone(),
                        note: None,
                        difference: excerpt
                            .to_string()
                            .lines()
                            .skip(1)
                            .map(|line| DiffLine::Same(line.to_owned()))
                            .collect(),
                        place: Some(place),
                    };
                    Err(failure("what the clients were told together", None, 1, vec![mismatch], None).into())
                }
                Ok(Verdict::CouldNotTell { steps: 0 }) => {
                    let wanted = "at least one client that is answered";
                    let mismatch =
                        mismatch_at(bench.grader, step.span, "history", wanted, "nobody was".to_owned());
                    Err(failure("what the clients were told together", None, 1, vec![mismatch], None).into())
                }
                Ok(Verdict::CouldNotTell { steps }) => Err(Stop::Broken(Fault {
                    what: format!(
                        "could not tell within {steps} steps whether any order explains the answers"
                    ),
                    way_out: Some("Fewer clients, or fewer requests of each, make it easier to tell.".into()),
                })),
                Err(mistake) => Err(ours(bench, *span, &mistake.to_string())),
            }
        }
    }
}

/// A mistake of the grader's author that only a run can show.
fn ours(bench: &Bench<'_>, span: Span, why: &str) -> Stop {
    let place = bench.grader.sources.excerpt(span, 0);
    Stop::Broken(Fault { what: format!("{}:{}: {why}", place.path, place.first_line), way_out: None })
}

fn title_of(race: &RaceStep, index: usize, names: &Bindings) -> String {
    match &race.each[index].step.action {
        Action::Request(asked) => request::title(&asked.outgoing, names),
        _ => String::new(),
    }
}

fn fits(expect: &Expect, told: &Told) -> bool {
    let Ok(response) = &told.answer else { return false };
    answer::judge(expect, &view(response), &told.bindings).is_empty()
}

/// `, 201 × 3, 409 × 29`
fn tally(told: &[Told]) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for told in told {
        let what = match &told.answer {
            Ok(response) => response.status.to_string(),
            Err(_) => "no answer".to_owned(),
        };
        *counts.entry(what).or_default() += 1;
    }
    counts.iter().map(|(what, count)| format!(", {what} × {count}")).collect()
}

fn model_of(kept: Kept, start: Option<Json>) -> Result<Model, String> {
    let wrong = |what: &str, start: &Json| format!("`start` is {what}, not {start}");
    Ok(match kept {
        Kept::Register => Model::Register { start: Start::from(start.unwrap_or(Json::Null)) },
        Kept::Counter => {
            let start = start.unwrap_or(Json::Number("0".into()));
            Model::Counter { start: number(&start).ok_or_else(|| wrong("a whole number", &start))?.into() }
        }
        Kept::Account => {
            let start = start.unwrap_or(Json::Number("0".into()));
            let amount = number(&start).and_then(|amount| u64::try_from(amount).ok());
            Model::Account { start: amount.ok_or_else(|| wrong("an amount", &start))?.into() }
        }
        Kept::Set => Model::Set { start: list(start).map_err(|start| wrong("a list", &start))?.into() },
        Kept::Queue => Model::Queue { start: list(start).map_err(|start| wrong("a list", &start))?.into() },
    })
}

fn number(json: &Json) -> Option<i64> {
    match json {
        Json::Number(text) => text.parse().ok(),
        _ => None,
    }
}

fn list(start: Option<Json>) -> Result<Vec<Json>, Json> {
    match start {
        None => Ok(Vec::new()),
        Some(Json::Array(items)) => Ok(items),
        Some(other) => Err(other),
    }
}

/// What a client was told, as an operation; nothing if the answer says nothing about it.
fn operation(op: &Op, told: &Told, begin: Instant, label: String) -> Result<Option<Operation>, String> {
    let any = |expect: &Option<Expect>| expect.as_ref().is_some_and(|expect| fits(expect, told));
    if any(&op.ignored) {
        return Ok(None);
    }
    let found = |place: &Option<_>| match (place, &told.answer) {
        (Some(place), Ok(response)) => place::find(place, &view(response)).ok(),
        _ => None,
    };
    let result = if any(&op.done) {
        let value = found(&op.value).map(Outcome::Value).or_else(|| found(&op.before).map(Outcome::Before));
        Some(value.unwrap_or(Outcome::Done))
    } else if any(&op.refused) {
        Some(Outcome::Refused)
    } else if any(&op.yes) {
        Some(Outcome::Bool(true))
    } else if any(&op.no) {
        Some(Outcome::Bool(false))
    } else {
        None
    };
    let nanoseconds = |moment: Instant| u64::try_from((moment - begin).as_nanos()).unwrap_or(u64::MAX);
    let key = op.key.as_ref().map_or_else(String::new, |key| eval::value(key, &told.bindings).to_text());
    Ok(Some(Operation {
        client: told.client,
        label,
        key,
        begin: nanoseconds(told.begun),
        end: told.answer.is_ok().then(|| nanoseconds(told.ended)),
        call: call(&op.call, &told.bindings)?,
        result,
    }))
}

fn call(call: &OpCall, names: &Bindings) -> Result<Call, String> {
    let of = |value| eval::value(value, names);
    let whole = |value| {
        let json = of(value);
        number(&json).ok_or_else(|| format!("{json} is no whole number"))
    };
    let amount = |value| {
        let whole = whole(value)?;
        u64::try_from(whole).map_err(|_| format!("{whole} is no amount"))
    };
    let pair = |value| match of(value) {
        Json::Array(items) if items.len() == 2 => Ok((items[0].clone(), items[1].clone())),
        other => Err(format!("{other} is no list of two")),
    };
    Ok(match call {
        OpCall::Read => Call::Read,
        OpCall::Dequeue => Call::Dequeue,
        OpCall::Write(value) => Call::Write(of(value)),
        OpCall::CompareAndSet(value) => {
            let (old, new) = pair(value)?;
            Call::CompareAndSet { old, new }
        }
        OpCall::Add(value) => Call::Add(whole(value)?),
        OpCall::Insert(value) => Call::Insert(of(value)),
        OpCall::Remove(value) => Call::Remove(of(value)),
        OpCall::Contains(value) => Call::Contains(of(value)),
        OpCall::Enqueue(value) => Call::Enqueue(of(value)),
        OpCall::Deposit(value) => Call::Deposit(amount(value)?),
        OpCall::Withdraw(value) => Call::Withdraw(amount(value)?),
        OpCall::Transfer(value) => {
            let (to, amount) = pair(value)?;
            let amount = number(&amount).and_then(|amount| u64::try_from(amount).ok());
            Call::Transfer { to: to.to_text(), amount: amount.ok_or("a transfer is [to, amount]")? }
        }
    })
}
