//! Asks one case: gets at what its path is about, sends it, and judges what comes back.

use crate::check::{Bench, contract, no_answer, show};
use crate::target::Origin as ServerOrigin;
use gradus_contract::breach::{Breach, Got};
use gradus_contract::case::{self, Aim, Case, Kind, Payload, Wanted};
use gradus_contract::contract::Contract;
use gradus_contract::judge::{self, Leave};
use gradus_contract::link::{self, Origin, Source, Told};
use gradus_contract::request::{self, Asked};
use gradus_contract::value;
use gradus_model::conform::ConformStep;
use gradus_model::eval;
use gradus_model::json::Json;
use gradus_model::outcome::{Exchange, Mismatch};
use gradus_model::value::Bindings;
use gradus_probe::{Connection, Request, Response};
use serde_json::Value;
use std::pin::Pin;

/// How often something is tried to be made.
const TURNS: u32 = 5;

/// What asks.
pub struct Asker<'a, 'b> {
    pub bench: &'a mut Bench<'b>,
    pub seed: u64,
    /// Names the stream of random numbers.
    pub label: String,
    /// What the grader gives, by the name of the parameter.
    pub given: Vec<(String, Value)>,
    contract: &'a Contract,
    conform: &'a ConformStep,
    headers: Vec<(String, Vec<Json>)>,
    requests: &'a mut u32,
    /// How many things were made, so that each is another.
    made: u32,
}

/// A request that failed.
pub struct Found {
    pub case: Case,
    /// The status, if it was answered at all.
    pub answered: Option<u16>,
    pub mismatches: Vec<Mismatch>,
    pub exchange: Option<Exchange>,
}

/// Values of parameters of a path, by their index.
type Reached = Vec<(usize, Value)>;

impl<'a, 'b> Asker<'a, 'b> {
    pub fn new(
        bench: &'a mut Bench<'b>,
        contract: &'a Contract,
        conform: &'a ConformStep,
        bindings: &Bindings,
        requests: &'a mut u32,
    ) -> Self {
        let given = conform.with.iter().map(|(name, value)| {
            let json = eval::value(value, bindings);
            // What no schema can judge is sent as the text that it is.
            let value = value::of(&json).unwrap_or_else(Value::from);
            (name.value.clone(), value)
        });
        let headers = conform.headers.iter().map(|(name, value)| {
            let values = match eval::value(value, bindings) {
                Json::Array(items) => items,
                Json::Null => Vec::new(),
                one => vec![one],
            };
            (name.clone(), values)
        });
        let (given, headers) = (given.collect(), headers.collect());
        let (seed, label) = (bench.seed, bench.check.to_owned());
        Self { bench, seed, label, given, contract, conform, headers, requests, made: 0 }
    }

    /// Asks a case; the status when all is as the contract says.
    pub async fn ask(&mut self, case: &Case) -> Result<u16, Box<Found>> {
        let reached = self.reach(case).await?;
        let (_, response) = self.exchange(case, &reached).await?;
        Ok(response.status)
    }

    /// The same case once more, as one that should have succeeded at least once.
    pub async fn never_kept(&mut self, case: &Case) -> Option<Found> {
        let reached = self.reach(case).await.ok()?;
        let (request, response) = self.exchange(case, &reached).await.ok()?;
        let wanted = "a success of at least one valid request".to_owned();
        let got = format!("{}, and never a success", response.status);
        Some(self.short_of("status", wanted, got, case.clone(), (&request, &response)))
    }

    /// An exchange that keeps to the contract and is not enough all the same.
    fn short_of(
        &self,
        path: &str,
        wanted: String,
        got: String,
        case: Case,
        (request, response): (&Request, &Response),
    ) -> Found {
        let pointer = self.contract.operations[case.operation].pointer.child("responses");
        let span = self.contract.span(&pointer);
        let breach = Breach { path: path.into(), wanted, got: Got::Words(got), note: None, pointer, span };
        Found {
            case,
            answered: Some(response.status),
            mismatches: vec![contract::mismatch(self.bench.grader, breach)],
            exchange: Some(show::exchange(request, &self.bench.target.origin(), Ok(response))),
        }
    }

    /// Sends a case and judges the answer.
    async fn exchange(&mut self, case: &Case, reached: &Reached) -> Result<(Request, Response), Box<Found>> {
        let asked = request::build(self.contract, case, reached);
        let origin = self.bench.target.origin();
        let request = self.request(&asked, &origin);
        *self.requests += 1;
        self.bench.client.set_timeout(self.bench.request_timeout);
        let result = self.bench.client.send(&request).await;
        self.bench.heard.note(&result, &format!("{} {}", asked.method, asked.target));
        let response = match result {
            Ok(response) => response,
            Err(error) => {
                return Err(Box::new(Found {
                    case: case.clone(),
                    answered: None,
                    mismatches: vec![no_answer(self.bench.grader, self.conform.span, &error)],
                    exchange: Some(show::exchange(&request, &origin, Err(&error))),
                }));
            }
        };
        let leave = Leave { known: self.knows(case, reached), statuses: self.allowed(case.operation) };
        let breaches =
            contract::with_answer(&response, |answer| judge::case(self.contract, case, &leave, answer));
        if breaches.is_empty() {
            return Ok((request, response));
        }
        let grader = self.bench.grader;
        Err(Box::new(Found {
            case: case.clone(),
            answered: Some(response.status),
            mismatches: breaches.into_iter().map(|breach| contract::mismatch(grader, breach)).collect(),
            exchange: Some(show::exchange(&request, &origin, Ok(&response))),
        }))
    }

    /// The step's headers take the place of those that are otherwise sent.
    fn request(&self, asked: &Asked, origin: &ServerOrigin) -> Request {
        let usual = [("accept", "*/*"), ("user-agent", concat!("gradus/", env!("CARGO_PKG_VERSION")))];
        let usual = usual.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut headers: Vec<(String, Vec<u8>)> = usual
            .into_iter()
            .chain(asked.headers.iter().cloned())
            .map(|(name, value)| (name, value.into_bytes()))
            .collect();
        for (name, values) in &self.headers {
            headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            headers.extend(values.iter().map(|value| (name.clone(), value.to_text().into_bytes())));
        }
        Request {
            method: asked.method.clone(),
            target: format!("{}{}", origin.base, asked.target),
            headers,
            body: asked.body.clone().into(),
            connection: Connection::Keep,
        }
    }

    /// Whether all that the path is about is there: others told of it, or the grader.
    fn knows(&self, case: &Case, reached: &Reached) -> bool {
        let operation = &self.contract.operations[case.operation];
        let mut path = operation.path_parameters().peekable();
        path.peek().is_some()
            && path.all(|(index, parameter)| {
                reached.iter().any(|(other, _)| *other == index)
                    || self.given.iter().any(|(name, _)| *name == parameter.name)
            })
    }

    fn allowed(&self, operation: usize) -> &'a [u16] {
        let found =
            self.conform.allow.iter().find(|(name, _)| self.contract.named(&name.value) == Ok(operation));
        found.map_or(&[], |(_, statuses)| statuses)
    }

    /// Values for what the path of a case needs and the case does not say. Others are asked for them.
    fn reach<'f>(
        &'f mut self,
        case: &'f Case,
    ) -> Pin<Box<dyn Future<Output = Result<Reached, Box<Found>>> + 'f>> {
        Box::pin(async move {
            let contract = self.contract;
            let operation = &contract.operations[case.operation];
            let mut reached = Reached::new();
            // The last one first: whoever tells of it has a path of its own, which may be the beginning of this one.
            let path: Vec<_> = operation.path_parameters().collect();
            for (index, parameter) in path.into_iter().rev() {
                let is_there = |all: &[(usize, Value)]| all.iter().any(|(other, _)| *other == index);
                if is_there(&case.arguments) || is_there(&reached) {
                    continue;
                }
                let Some(Origin::From(source)) =
                    link::origin(contract, case.operation, parameter, &self.given)
                else {
                    continue;
                };
                let (value, path) = self.made_by(&source, case.operation, &parameter.name).await?;
                reached.push((index, value));
                for (name, value) in path {
                    let same = operation.path_parameters().find(|(_, parameter)| parameter.name == name);
                    let same = same.filter(|(other, _)| !reached.iter().any(|(index, _)| index == other));
                    reached.extend(same.map(|(other, _)| (other, value)));
                }
            }
            Ok(reached)
        })
    }

    /// Asks another operation for something that exists; its address, and what the path of that operation was filled with.
    async fn made_by(
        &mut self,
        source: &Source,
        operation: usize,
        name: &str,
    ) -> Result<(Value, Vec<(String, Value)>), Box<Found>> {
        let mut turn = 0;
        loop {
            turn += 1;
            let case = self.maker(source);
            let reached = self.reach(&case).await?;
            let (request, response) = self.exchange(&case, &reached).await?;
            let path = request::path_values(self.contract, &case, &reached);
            let sent = match &case.payload {
                Payload::Json { value, .. } => Some(value),
                _ => None,
            };
            let answered = contract::read(&response).0.and_then(|json| value::of(&json).ok());
            let told = Told { path: &path, sent, headers: &response.headers, answered: answered.as_ref() };
            match source.take(self.contract, operation, name, &told) {
                Some(value) if response.status < 400 => return Ok((value, path)),
                // A refusal that is allowed, such as one for want of something, may not be there with other values.
                _ if response.status >= 400 && turn < TURNS => {}
                _ => {
                    let title = self.contract.operations[operation].title();
                    let wanted = format!("a success that tells the `{name}` that {title} can be asked for");
                    let found = self.short_of("answer", wanted, "none".into(), case, (&request, &response));
                    return Err(Box::new(found));
                }
            }
        }
    }

    /// A plain request of an operation that makes things, each time another.
    fn maker(&mut self, source: &Source) -> Case {
        self.made += 1;
        let label = format!("{}/{}", self.label, self.made);
        let wanted = Wanted { seed: self.seed, label: &label, most: 1, given: &self.given };
        // Whoever reads graders refuses a step for which none can be made.
        case::plain(self.contract, source.operation, &wanted).unwrap_or_else(|| Case {
            operation: source.operation,
            kind: Kind::Plain,
            aim: Aim::Accepted,
            label: "as it is".into(),
            arguments: Vec::new(),
            payload: Payload::None,
            rule: None,
        })
    }
}
