//! Calls, outcomes, values and clients in words.

use crate::history::{Call, Operation, Outcome};
use crate::words;
use gradus_model::json::Json;

/// `withdraw 1`, `write "a"`.
pub(in crate::history) fn asked(call: &Call) -> String {
    match call {
        Call::Read => "read".to_owned(),
        Call::Write(new) => format!("write {}", value(new)),
        Call::CompareAndSet { old, new } => format!("replace {} by {}", value(old), value(new)),
        Call::Add(by) => format!("add {by}"),
        Call::Insert(element) => format!("insert {}", value(element)),
        Call::Remove(element) => format!("remove {}", value(element)),
        Call::Contains(element) => format!("contains {}", value(element)),
        Call::Enqueue(entry) => format!("enqueue {}", value(entry)),
        Call::Dequeue => "dequeue".to_owned(),
        Call::Deposit(amount) => format!("deposit {amount}"),
        Call::Withdraw(amount) => format!("withdraw {amount}"),
        Call::Transfer { to, amount } => format!("transfer {amount} to {}", words::name(to)),
    }
}

/// `done`, `refused`, `5`, `before: 4`.
pub(in crate::history) fn answered(outcome: Option<&Outcome>) -> String {
    match outcome {
        None => "nothing known".to_owned(),
        Some(Outcome::Done) => "done".to_owned(),
        Some(Outcome::Refused) => "refused".to_owned(),
        Some(Outcome::Bool(told)) => told.to_string(),
        Some(Outcome::Value(json)) => value(json),
        Some(Outcome::Before(json)) => format!("before: {}", value(json)),
    }
}

/// A value as JSON, shortened.
pub(super) fn value(json: &Json) -> String {
    match json {
        Json::String(text) => words::quoted(text),
        other => words::shortened(&other.to_string()),
    }
}

/// How many clients a sentence names.
const MOST_CLIENTS: usize = 6;

/// `client 1`, `clients 1 and 2`, `clients 1, 2, 3, 4, 5, 6 and 3 more`.
pub(super) fn clients(operations: &[&Operation]) -> String {
    let mut clients: Vec<u32> = operations.iter().map(|operation| operation.client).collect();
    clients.sort_unstable();
    clients.dedup();
    let more = clients.len().saturating_sub(MOST_CLIENTS);
    let mut names: Vec<String> = clients.iter().take(MOST_CLIENTS).map(u32::to_string).collect();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    match names.split_last() {
        Some((last, [])) => format!("client {last}"),
        Some((last, others)) => format!("clients {} and {last}", others.join(", ")),
        None => "nobody".to_owned(),
    }
}

/// The subject of a sentence about two operations: `clients 1 and 2 were each`, `client 1 was twice`.
pub(super) fn both_were(a: &Operation, b: &Operation) -> String {
    if a.client == b.client {
        format!("client {} was twice", a.client)
    } else {
        format!("{} were each", clients(&[a, b]))
    }
}

/// `was` for one, `were` for any other amount.
pub(super) fn were(amount: i128) -> &'static str {
    if amount == 1 { "was" } else { "were" }
}
