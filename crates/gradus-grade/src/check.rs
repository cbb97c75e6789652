//! One check: its steps in order against a running target, until one falls short.

mod answer;
mod compare;
mod conform;
mod contract;
mod curl;
mod errand;
mod failed;
mod file;
mod growth;
mod life;
mod load;
mod meanwhile;
mod measure;
mod nats;
#[cfg(feature = "wasm")]
mod plugin;
mod printed;
mod race;
mod raw;
mod request;
mod select;
mod service;
mod show;
mod upstream;

pub(crate) use request::{Addressed, address};

use answer::{client, judge_answer, save_parts};
use failed::{failure, first_line, mismatch, mismatch_at, no_answer, out_of_time};

use crate::contracts::Contracts;
use crate::further::{Further, Missing, Role, Server};
use crate::plugins::Plugins;
use crate::quiet::Leave;
use crate::record::Record;
use crate::target::{Origin, Target};
use crate::upstreams::Upstreams;
use gradus_model::duration::format_duration;
use gradus_model::eval;
use gradus_model::grader::{Action, Again, Check, Grader, Step};
use gradus_model::json::Json;
use gradus_model::outcome::{Failure, Fault, Mismatch, Outcome, Shown};
use gradus_model::source::Span;
use gradus_model::value::Bindings;
use gradus_probe::{Client, ProbeError, Response};
use std::time::{Duration, Instant};

/// What a check needs to run.
pub struct Bench<'a> {
    /// The grader, for the places that failures point at.
    pub grader: &'a Grader,
    /// The check's id.
    pub check: &'a str,
    /// Where all random data comes from.
    pub seed: u64,
    /// What answers are held to besides what is expected of them.
    pub contracts: &'a Contracts,
    /// What is asked.
    pub target: &'a mut dyn Target,
    /// What the grader serves to it.
    pub upstreams: &'a mut Upstreams,
    /// Servers beside it.
    pub further: &'a mut Further,
    /// The connections to it.
    pub client: &'a mut Client,
    /// For one request, unless the step says otherwise.
    pub request_timeout: Duration,
    /// What has ever come back from this server.
    pub heard: &'a mut Heard,
    /// Where files of expected output are recorded, and not judged.
    pub record: Option<&'a Record>,
    /// Plugins that its steps name.
    pub plugins: &'a Plugins,
    /// Whether other gradings go on beside this one.
    pub leave: &'a mut Leave,
    /// When the check's time is over.
    pub ends: Instant,
}

impl Bench<'_> {
    /// Waits until no other grading goes on, or until they may go on again.
    async fn be_alone(&mut self, alone: bool) {
        let waiting = Instant::now();
        self.leave.take(alone).await;
        self.ends += waiting.elapsed();
    }

    /// The same, with another server.
    fn at<'b>(&'b mut self, server: &'b mut Server) -> Bench<'b> {
        Bench {
            grader: self.grader,
            target: &mut *server.target,
            further: self.further,
            upstreams: self.upstreams,
            client: &mut server.client,
            request_timeout: self.request_timeout,
            heard: &mut server.heard,
            record: self.record,
            plugins: self.plugins,
            leave: &mut *self.leave,
            ends: self.ends,
            contracts: self.contracts,
            seed: self.seed,
            check: self.check,
        }
    }
}

/// Whether a server ever answered; one that never does is not up, whatever it listens on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// An answer, or the beginning of one, came.
    pub anything: bool,
    /// The first request that got nothing at all within its time: `GET /todos`.
    pub silent: Option<String>,
}

/// What came of one check.
pub struct Ran {
    /// Passed or failed.
    pub outcome: Outcome,
    /// What was noticed although it passed.
    pub remarks: Vec<String>,
    /// How many requests were sent.
    pub requests: u32,
    /// What the submission printed meanwhile.
    pub output: Shown,
}

impl From<Outcome> for Ran {
    /// Of a check that sent nothing.
    fn from(outcome: Outcome) -> Self {
        Self { outcome, remarks: Vec::new(), requests: 0, output: Shown::default() }
    }
}

/// Why a check ends before its last step.
pub(crate) enum Stop {
    /// A step fell short.
    Failed(Box<Failure>),
    /// It could not be judged, through no fault of the submission.
    Broken(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Broken(fault)
    }
}

impl From<Box<Failure>> for Stop {
    fn from(failure: Box<Failure>) -> Self {
        Self::Failed(failure)
    }
}

/// Runs a check. What it draws and saves is added to `bindings`.
pub async fn run(bench: &mut Bench<'_>, check: &Check, bindings: &mut Bindings) -> Ran {
    let patience = bench.target.patience(check.timeout);
    let waits = bench.leave.waits();
    let mut requests = 0;
    let mut at = None;
    let steps = async {
        for step in &check.steps {
            at = Some(step);
            run_step(bench, step, bindings, &mut requests).await?;
        }
        // Which ones is told below, as with any other failure.
        match upstream::misdirected(bench).is_empty() {
            true => Ok(()),
            false => Err(failure("callbacks of stubs", None, 1, Vec::new(), None).into()),
        }
    };
    let result = waits.within(patience, steps).await;
    let outcome = match result {
        Some(Ok(())) => Outcome::Passed,
        Some(Err(Stop::Broken(fault))) => Outcome::Broken(fault),
        Some(Err(Stop::Failed(mut failure))) => {
            failure.mismatches.extend(upstream::misdirected(bench));
            failure.mismatches.extend(upstream::unexpected(bench));
            Outcome::Failed(*failure)
        }
        None => match bench.plugins.at_work() {
            // It is not the submission that was waited for.
            Some(plugin) => Outcome::Broken(Fault {
                what: format!(
                    "the plugin {plugin} was stopped: the check's time, {}, was over while it was at work itself",
                    format_duration(check.timeout)
                ),
                way_out: None,
            }),
            None => {
                let mut failure = out_of_time(bench, check, at);
                failure.mismatches.extend(upstream::misdirected(bench));
                failure.mismatches.extend(upstream::unexpected(bench));
                Outcome::Failed(failure)
            }
        },
    };
    let outcome = blame_crash(bench, check, outcome).await;
    let remarks = if outcome == Outcome::Passed { upstream::remarks(bench) } else { Vec::new() };
    Ran { remarks, requests, ..outcome.into() }
}

async fn run_step(
    bench: &mut Bench<'_>,
    step: &Step,
    bindings: &mut Bindings,
    requests: &mut u32,
) -> Result<(), Stop> {
    if step.cases.is_empty() {
        return run_case(bench, step, bindings, requests, None).await;
    }
    for (index, case) in step.cases.iter().enumerate() {
        let mut values = Vec::new();
        for (name, value) in case {
            let value = eval::value(value, bindings);
            values.push(format!("{name}: {value}"));
            bindings.insert(name.clone(), value);
        }
        let circumstance = format!("case {} of {} ({})", index + 1, step.cases.len(), values.join(", "));
        run_case(bench, step, bindings, requests, Some(circumstance)).await?;
    }
    Ok(())
}

async fn run_case(
    bench: &mut Bench<'_>,
    step: &Step,
    bindings: &mut Bindings,
    requests: &mut u32,
    case: Option<String>,
) -> Result<(), Stop> {
    match step.again {
        Again::Once => attempt(bench, step, bindings, requests, case).await,
        Again::Repeat(turns) => {
            for turn in 1..=turns {
                bindings.insert("turn".into(), Json::from(i64::from(turn)));
                let circumstance = join(case.as_deref(), &format!("turn {turn} of {turns}"));
                attempt(bench, step, bindings, requests, Some(circumstance)).await?;
            }
            Ok(())
        }
        Again::Until { every, at_most } => {
            let begun = Begun::now(bench.target);
            let mut tries = 0;
            loop {
                tries += 1;
                let circumstance = join(
                    case.as_deref(),
                    &format!("try {tries}, the last within {}", format_duration(at_most)),
                );
                match attempt(bench, step, bindings, requests, Some(circumstance)).await {
                    Err(stop) if begun.elapsed(bench.target) + every > at_most => return Err(stop),
                    Err(_) => {
                        tokio::time::sleep(every).await;
                        bench.target.pass(every);
                    }
                    Ok(()) => return Ok(()),
                }
            }
        }
    }
}

/// When something began, by this machine's clock and by the submission's own.
struct Begun {
    here: Instant,
    there: Option<Duration>,
}

impl Begun {
    fn now(target: &dyn Target) -> Self {
        Self { here: Instant::now(), there: target.clock() }
    }

    /// How long ago that is for the submission: on a slow machine it gets as many tries as on any other.
    fn elapsed(&self, target: &dyn Target) -> Duration {
        let there = self.there.zip(target.clock());
        there.map_or_else(|| self.here.elapsed(), |(begun, now)| now.saturating_sub(begun))
    }
}

/// Does a step once, on the instance that it is about.
async fn attempt(
    bench: &mut Bench<'_>,
    step: &Step,
    bindings: &mut Bindings,
    requests: &mut u32,
    circumstance: Option<String>,
) -> Result<(), Stop> {
    let Some(instance) = &step.instance else {
        return act(bench, step, bindings, requests, circumstance).await;
    };
    let role = Role::Instance(instance.value.clone());
    let circumstance = Some(match circumstance {
        Some(circumstance) => format!("{circumstance}, {role}"),
        None => role.to_string(),
    });
    let mut server = lend(bench, &role, instance.span).await?;
    let done = act(&mut bench.at(&mut server), step, bindings, requests, circumstance).await;
    bench.further.give_back(role, server);
    done
}

/// A server beside the one that is graded.
async fn lend(bench: &mut Bench<'_>, role: &Role, span: Span) -> Result<Server, Stop> {
    bench.further.lend(role, bench.upstreams).await.map_err(|missing| match missing {
        Missing::Broken(fault) => Stop::Broken(fault),
        Missing::NotReady(cause) if cause.is_ours() || *role == Role::Baseline => {
            Stop::Broken(Fault { what: format!("{role}: {cause}"), way_out: None })
        }
        Missing::NotReady(cause) => {
            let wanted = "another instance of the server, with a port and a DATA_DIR of its own";
            let mismatch = mismatch_at(bench.grader, span, &role.to_string(), wanted, cause.to_string());
            failure(&format!("start {role}"), None, 1, vec![mismatch], None).into()
        }
    })
}

/// Does a step once.
async fn act(
    bench: &mut Bench<'_>,
    step: &Step,
    bindings: &mut Bindings,
    requests: &mut u32,
    circumstance: Option<String>,
) -> Result<(), Stop> {
    let done = match &step.action {
        Action::Request(asked) => {
            *requests += 1;
            answer::ask(bench, step, asked, bindings, circumstance).await
        }
        Action::Server(server) => life::act(bench, step, server, bindings, requests).await,
        Action::Stub(stub) => return upstream::change(bench, step, stub, bindings).await,
        Action::Sql(sql) => service::sql(bench, step, sql, bindings, circumstance).await,
        Action::Select(select) => return select::run(bench, select, bindings, circumstance).await,
        Action::Command(asked) => service::command(bench, step, asked, bindings, circumstance).await,
        Action::Nats(nats) => return nats::say(bench, step, nats, bindings, circumstance).await,
        Action::Service(service) => return service::act(bench, service).await,
        Action::Hold(hold) => return service::hold(bench, hold, bindings, requests).await,
        Action::Work(work) => return service::work(bench, work, bindings, requests, circumstance).await,
        Action::Faults(faults) => {
            upstream::disturb(bench, faults);
            Ok(())
        }
        Action::Calls(calls) => upstream::judge(bench, calls, bindings, circumstance),
        Action::Printed(printed) => printed::judge(bench, printed, bindings, circumstance),
        Action::Run(run) => errand::run(bench, run, bindings, circumstance).await,
        Action::Raw(raw) => {
            *requests += 1;
            raw::run(bench, step, raw, bindings, circumstance).await
        }
        Action::Load(load) => return load::run(bench, step, load, bindings, requests).await,
        Action::Growth(growth) => return growth::run(bench, step, growth, bindings, requests).await,
        Action::Compare(compare) => return compare::run(bench, step, compare, bindings, requests).await,
        Action::Conform(conform) => return conform::run(bench, step, conform, bindings, requests).await,
        #[cfg(feature = "wasm")]
        Action::Plugin(plugin) => return plugin::run(bench, step, plugin, bindings, requests).await,
        #[cfg(not(feature = "wasm"))]
        Action::Plugin(_) => {
            let what = "this Gradus was built without WebAssembly, and the check has a plugin".into();
            return Err(Stop::Broken(Fault { what, way_out: None }));
        }
        Action::Race(race) => return race::run(bench, step, race, bindings, requests).await,
    };
    Ok(done?)
}

/// A server that ended during a check fails it, even if its answers were right.
async fn blame_crash(bench: &mut Bench<'_>, check: &Check, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Failed(mut failure) => {
            let broke = failure.exchange.as_ref().is_none_or(|exchange| exchange.answer.is_err());
            let ended = if broke { bench.target.ended_soon().await } else { bench.target.ended() };
            let ended = ended.map(|how| format!("the server {how}"));
            failure.server = ended.or_else(|| bench.further.ended());
            Outcome::Failed(failure)
        }
        Outcome::Passed => match bench
            .target
            .ended()
            .map(|how| format!("the server {how}"))
            .or_else(|| bench.further.ended())
        {
            None => Outcome::Passed,
            Some(how) => Outcome::Failed(Failure {
                step: "after the last step".into(),
                circumstance: None,
                expectations: 1,
                mismatches: vec![Mismatch {
                    path: "server".into(),
                    wanted: "a server that goes on running".into(),
                    got: how.clone(),
                    note: None,
                    difference: Vec::new(),
                    place: Some(bench.grader.sources.excerpt(check.id.span, 0)),
                }],
                exchange: None,
                server: Some(how),
            }),
        },
        other => other,
    }
}

fn join(case: Option<&str>, rest: &str) -> String {
    case.map_or_else(|| rest.to_owned(), |case| format!("{case}, {rest}"))
}

impl Heard {
    fn note(&mut self, result: &Result<Response, ProbeError>, request: &str) {
        match result {
            Ok(_) => self.anything = true,
            Err(error) if error.is_silence() => {
                if !self.anything && self.silent.is_none() {
                    self.silent = Some(request.to_owned());
                }
            }
            Err(_) => self.anything = true,
        }
    }
}

/// The names that are always there.
pub fn always_there(origin: &Origin, seed: u64, secret: &str) -> Bindings {
    Bindings::from([
        ("origin".to_owned(), Json::from(origin.to_string())),
        ("host".to_owned(), Json::from(origin.authority())),
        ("seed".to_owned(), Json::Number(seed.to_string())),
        ("secret".to_owned(), Json::from(secret)),
    ])
}
