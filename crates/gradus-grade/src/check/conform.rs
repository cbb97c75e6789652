//! A step that makes requests from the contract: every case of every operation is asked, and of those that fail, the most telling
//! is made smaller and shown.

mod ask;
mod smaller;

use super::{Bench, Stop, failure, mismatch_at};
use crate::contracts;
use ask::{Asker, Found};
use gradus_contract::case::{self, Aim, Case, Kind, Wanted};
use gradus_contract::contract::Contract;
use gradus_contract::shrink;
use gradus_model::conform::ConformStep;
use gradus_model::grader::Step;
use gradus_model::outcome::{Failure, Mismatch};
use gradus_model::value::Bindings;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So many requests that fail are enough to know.
const ENOUGH: usize = 20;
/// Once one has failed, no others are looked for after so long.
const LONG: Duration = Duration::from_secs(5);
/// Failing requests that are told of besides the one that is shown.
const TOLD: usize = 4;

/// Asks everything.
pub async fn run(
    bench: &mut Bench<'_>,
    step: &Step,
    conform: &ConformStep,
    bindings: &Bindings,
    requests: &mut u32,
) -> Result<(), Stop> {
    let Some(contract) = bench.contracts.of(conform).cloned() else {
        // Whoever reads graders refuses one whose contract is missing.
        return nothing(bench, step);
    };
    let begun = Instant::now();
    let mut asker = Asker::new(bench, &contract, conform, bindings, requests);
    let mut found: Vec<Found> = Vec::new();
    let mut asked = 0;
    let mut asked_of = BTreeMap::new();
    'all: for operation in contracts::chosen(&contract, conform) {
        let mut answered = Answered::default();
        for case in cases(&contract, operation, conform, &asker) {
            asked += 1;
            *asked_of.entry(operation).or_insert(0) += 1;
            match asker.ask(&case).await {
                Ok(status) => answered.note(&case, status),
                Err(one) => {
                    found.push(*one);
                    let is_gone = asker.bench.target.ended().is_some();
                    if is_gone || found.len() >= ENOUGH || begun.elapsed() > LONG {
                        break 'all;
                    }
                }
            }
        }
        // Where something failed already, that is the better thing to know.
        if found.iter().all(|one| one.case.operation != operation)
            && let Some(never) = answered.never(&contract, operation)
        {
            found.extend(asker.never_kept(&never).await);
        }
    }
    if asked == 0 {
        return nothing(asker.bench, step);
    }
    let Some(telling) = most_telling(&found, &asked_of) else { return Ok(()) };
    let count = found.len();
    let first = found.remove(telling);
    let size = shrink::size(&first.case);
    let mut shown = smaller::shrunk(&mut asker, &contract, first).await;
    if shrink::size(&shown.case) < size {
        shown.case.label.push_str(", made as small as it still fails");
    }
    Err(Stop::Failed(report(&contract, shown, &found, count, asked)))
}

/// Which of the failing requests says most of why: a plain one, for nothing else can be right then; one with everything if most
/// others fail too; else one that is special in one place, as its label says.
fn most_telling(found: &[Found], asked_of: &BTreeMap<usize, usize>) -> Option<usize> {
    let first = found.iter().find(|one| one.answered.is_some()).or(found.first())?;
    let operation = first.case.operation;
    let of_it = || found.iter().enumerate().filter(|(_, one)| one.case.operation == operation);
    let most_fail = of_it().count() * 2 > asked_of.get(&operation).copied().unwrap_or(0);
    let rank = |one: &Found| match one.case.kind {
        Kind::Plain => 0,
        Kind::Full if most_fail => 1,
        Kind::Edge => 2,
        Kind::Full | Kind::Drawn => 3,
    };
    let best = of_it().min_by_key(|(_, one)| (one.answered.is_none(), rank(one)));
    best.map(|(index, _)| index)
}

fn cases(
    contract: &Arc<Contract>,
    operation: usize,
    conform: &ConformStep,
    asker: &Asker<'_, '_>,
) -> Vec<Case> {
    let label = asker.label.clone();
    let most = conform.cases as usize;
    case::cases(contract, operation, &Wanted { seed: asker.seed, label: &label, most, given: &asker.given })
}

/// Nothing asked is never a pass.
fn nothing(bench: &Bench<'_>, step: &Step) -> Result<(), Stop> {
    let mismatch = mismatch_at(
        bench.grader,
        step.span,
        "conform",
        "at least one request",
        "nothing was asked".to_owned(),
    );
    Err(failure("requests made from the contract", None, 1, vec![mismatch], None).into())
}

/// How the valid cases of an operation were answered.
#[derive(Default)]
struct Answered {
    succeeded: bool,
    /// One that did not.
    other: Option<Case>,
}

impl Answered {
    fn note(&mut self, case: &Case, status: u16) {
        if case.aim == Aim::Accepted {
            self.succeeded |= status < 400;
            if status >= 400 && self.other.is_none() {
                self.other = Some(case.clone());
            }
        }
    }

    /// A valid case, if the contract names a success and none was ever seen: nothing of it was judged.
    fn never(self, contract: &Contract, operation: usize) -> Option<Case> {
        let promises =
            contract.operations[operation].documents(2) || contract.operations[operation].documents(3);
        self.other.filter(|_| promises && !self.succeeded)
    }
}

fn report(contract: &Contract, shown: Found, others: &[Found], count: usize, asked: usize) -> Box<Failure> {
    let title = contract.operations[shown.case.operation].title();
    let fails = if count == 1 { "1 request fails".to_owned() } else { format!("{count} requests fail") };
    let circumstance = format!("{}; {fails} of {asked} made from the contract", shown.case.label);
    let expectations = shown.mismatches.len();
    let mut mismatches = shown.mismatches;
    for other in others.iter().take(TOLD) {
        mismatches.push(Mismatch {
            path: format!("besides, {}", contract.operations[other.case.operation].title()),
            wanted: String::new(),
            got: other.answered.map_or_else(|| "no answer".to_owned(), |status| format!("status {status}")),
            note: Some(other.case.label.clone()),
            difference: Vec::new(),
            place: None,
        });
    }
    failure(&title, Some(circumstance), expectations, mismatches, shown.exchange)
}
