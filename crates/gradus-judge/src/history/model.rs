//! What the operations are about, and what is there before the first of them.

use gradus_model::json::Json;
use std::collections::BTreeMap;

/// What the operations are about. Keys are judged apart from one another, sets even element by element; only transfers join
/// the accounts that they connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Model {
    /// Keeps a value: read, write, compare and set. What isn't there yet is whatever the caller reads it as, such as `null`.
    Register {
        /// The values before the first operation.
        start: Start<Json>,
    },
    /// Keeps a whole number: add, read.
    Counter {
        /// The counts before the first operation.
        start: Start<i64>,
    },
    /// Keeps elements: insert, remove, contains.
    Set {
        /// The elements before the first operation.
        start: Start<Vec<Json>>,
    },
    /// Keeps values in the order in which they came: enqueue, dequeue.
    Queue {
        /// The values before the first operation, the front first.
        start: Start<Vec<Json>>,
    },
    /// Keeps an amount that is never negative: deposit, withdraw, read, transfer. A stock of tickets is one.
    Account {
        /// The balances before the first operation.
        start: Start<u64>,
    },
}

impl Model {
    /// `a register`, `an account`.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Model::Register { .. } => "a register",
            Model::Counter { .. } => "a counter",
            Model::Set { .. } => "a set",
            Model::Queue { .. } => "a queue",
            Model::Account { .. } => "an account",
        }
    }
}

/// What is there before the first operation, by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start<T> {
    /// Under every key that `except` doesn't name.
    pub usual: T,
    /// Under these keys.
    pub except: BTreeMap<String, T>,
}

impl<T> Start<T> {
    /// What is there under a key.
    pub fn of(&self, key: &str) -> &T {
        self.except.get(key).unwrap_or(&self.usual)
    }
}

impl<T> From<T> for Start<T> {
    fn from(usual: T) -> Self {
        Self { usual, except: BTreeMap::new() }
    }
}
