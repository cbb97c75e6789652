//! Many clients at once, as plain data: what each does, and what must hold of all their answers. Races and load.

use crate::grader::{Expect, Place, Step};
use crate::pattern::Pattern;
use crate::source::Span;
use crate::value::Value;
use std::time::Duration;

/// Many clients at once, round after round; it ends at the first violation.
#[derive(Clone, Debug)]
pub struct RaceStep {
    /// How many rounds.
    pub rounds: u32,
    /// How many clients in each.
    pub clients: u32,
    /// How many instances of the submission they are spread over, in turn.
    pub instances: u32,
    /// Whether the first requests are released at one moment, or each is sent when it is ready.
    pub together: bool,
    /// What is done before each round.
    pub before: Vec<Step>,
    /// What each client does, in order.
    pub each: Vec<RaceRequest>,
    /// What is done after each round.
    pub after: Vec<Step>,
    /// What must hold of each round.
    pub holds: Vec<Hold>,
}

/// A request of each client.
#[derive(Clone, Debug)]
pub struct RaceRequest {
    /// The request and what is expected of each answer.
    pub step: Step,
    /// What it means as an operation of a history.
    pub op: Option<Op>,
}

/// What a request means as an operation, and how its outcome is read from the answer. An answer that fits none of the
/// outcomes, and one that never came, *may have happened*.
#[derive(Clone, Debug)]
pub struct Op {
    /// What is asked.
    pub call: OpCall,
    /// Which register, counter, set, queue or account it is about.
    pub key: Option<Value>,
    /// It took effect.
    pub done: Option<Expect>,
    /// It had no effect.
    pub refused: Option<Expect>,
    /// Yes: it changed something, or the element is in.
    pub yes: Option<Expect>,
    /// No.
    pub no: Option<Expect>,
    /// It says nothing, and is left out.
    pub ignored: Option<Expect>,
    /// Where the answer tells what is there after it, or what was taken.
    pub value: Option<Place>,
    /// Where the answer tells what was there right before it.
    pub before: Option<Place>,
    /// The whole entry.
    pub span: Span,
}

/// What an operation asks.
#[derive(Clone, Debug)]
pub enum OpCall {
    /// The value, the count, the balance.
    Read,
    /// A new value of a register.
    Write(Value),
    /// A new value of a register, if the old one is there: `[old, new]`.
    CompareAndSet(Value),
    /// A counter counts so far.
    Add(Value),
    /// An element goes into a set.
    Insert(Value),
    /// An element goes out of a set.
    Remove(Value),
    /// Whether an element is in a set.
    Contains(Value),
    /// A value goes to the end of a queue.
    Enqueue(Value),
    /// The value at the front of a queue is taken.
    Dequeue,
    /// An amount goes into an account.
    Deposit(Value),
    /// An amount goes out of an account, or a ticket is sold.
    Withdraw(Value),
    /// An amount goes into another account: `[to, amount]`.
    Transfer(Value),
}

/// Many requests on several connections, and what is expected of all of them.
#[derive(Clone, Debug)]
pub struct LoadStep {
    /// How many connections ask at the same time.
    pub connections: u32,
    /// How many requests are sent in a second, whatever became of those before (an open loop). Without it, each connection
    /// asks its next request once it has its answer (a closed loop).
    pub rate: Option<u32>,
    /// For how long.
    pub lasts: Duration,
    /// How long they ask before anything counts.
    pub warm_up: Duration,
    /// What is asked, in turn. A sample of the answers is held to what is expected of each.
    pub requests: Vec<Step>,
    /// How many requests had no answer, or a sampled one that did not fit.
    pub errors: Option<Pattern>,
    /// How many answers were held to what is expected.
    pub judged: Option<Pattern>,
    /// How many answers there were.
    pub answers: Option<Pattern>,
    /// Seconds within which 99 of 100 answers were there.
    pub p99: Option<Pattern>,
    /// By how many bytes more the server's memory may have grown at the end.
    pub memory: Option<u64>,
}

/// What must hold of a round.
#[derive(Clone, Debug)]
pub enum Hold {
    /// So many answers fit.
    Count {
        /// Which answers.
        of: Box<Expect>,
        /// How many, as a number.
        is: Pattern,
        /// The whole entry.
        span: Span,
    },
    /// Some order of the operations explains all answers.
    Linearizable {
        /// What the operations are about.
        model: Kept,
        /// What is there before the first of them.
        start: Option<Value>,
        /// The whole entry.
        span: Span,
    },
}

/// What operations are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A value.
    Register,
    /// A whole number.
    Counter,
    /// Elements.
    Set,
    /// Values in order.
    Queue,
    /// An amount that is never negative.
    Account,
}
