//! One operation of one client as plain data: when, what was asked, what was answered.

use gradus_model::json::Json;

/// One operation. It *may have happened*, at any time from its beginning on or never, if `end` or `result` is missing: the
/// request timed out, the connection broke, or the answer doesn't tell (a 500).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Who asked.
    pub client: u32,
    /// What people are shown for it, such as `POST /orders`; it is not judged.
    pub label: String,
    /// Which register, counter, set, queue or account it is about; empty where there is only one.
    pub key: String,
    /// When the request was sent: nanoseconds since any moment that all operations share.
    pub begin: u64,
    /// When the answer was there, on the same clock. Operations that touch in the same nanosecond are concurrent.
    pub end: Option<u64>,
    /// What was asked.
    pub call: Call,
    /// What was answered.
    pub result: Option<Outcome>,
}

impl Operation {
    pub(super) fn is_answered(&self) -> bool {
        self.end.is_some() && self.result.is_some()
    }

    pub(super) fn is_refused(&self) -> bool {
        self.is_answered() && matches!(self.result, Some(Outcome::Refused | Outcome::Bool(false)))
    }

    /// Whether it was over when the other began.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        self.is_answered() && self.end.is_some_and(|end| end < other.begin)
    }
}

/// What was asked. In brackets: which models have it, and which outcomes besides `Refused` it may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// The value, the count, the balance (register, counter, account: `Value`; `Done` if it wasn't looked at).
    Read,
    /// A new value (register: `Done`, `Value`, `Before`). `Refused` is always believed.
    Write(Json),
    /// A new value if the old one is there (register: `Done` or `Bool(true)`, `Value`, `Before`). `Refused` and
    /// `Bool(false)`: another value was there.
    CompareAndSet {
        /// What must be there.
        old: Json,
        /// What is there then.
        new: Json,
    },
    /// Count up, or down (counter: `Done`, `Value`, `Before`). `Refused` is always believed.
    Add(i64),
    /// Put an element in (set: `Done`, `Bool(true)` if it was not in, `Bool(false)` or `Refused` if it was).
    Insert(Json),
    /// Take an element out (set: `Done`, `Bool(true)` if it was in, `Bool(false)` or `Refused` if it was not).
    Remove(Json),
    /// Whether an element is in (set: `Bool`).
    Contains(Json),
    /// Put a value at the end (queue: `Done`). `Refused` is always believed.
    Enqueue(Json),
    /// Take the value at the front (queue: `Value`, or `Done` if it wasn't looked at). `Refused`: it was empty.
    Dequeue,
    /// Put an amount in (account: `Done`, `Value`, `Before`). `Refused` is always believed.
    Deposit(u64),
    /// Take an amount out, never below zero; a ticket sold is one taken out (account: `Done`, `Value`, `Before`). `Refused`:
    /// there was not enough.
    Withdraw(u64),
    /// Take an amount out of the account `key` and put it into another, at once (account: as for `Withdraw`).
    Transfer {
        /// The account that it goes to.
        to: String,
        /// How much.
        amount: u64,
    },
}

/// What was answered.
///
/// A refusal is held against the submission: a withdrawal that was refused although there was enough is a violation. An answer
/// that refuses for another reason (429, 503) says nothing; leave such operations out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It took effect; no more is known.
    Done,
    /// It had no effect.
    Refused,
    /// Whether it changed something, or whether the element is in.
    Bool(bool),
    /// What is there after it; for `Dequeue` what was taken. It took effect. Any JSON: a count of `"abc"` is a violation.
    Value(Json),
    /// What was there right before it. It took effect (a compare-and-set: if this is the old value).
    Before(Json),
}
