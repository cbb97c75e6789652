//! Histories that were put together wrongly: the caller's or the grader's mistake, never the submission's.

use super::{Call, Model, Operation, Outcome};

/// An operation that can't be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("operation {} can't be judged: {kind}", operation + 1)]
pub struct Mistake {
    /// Its index.
    pub operation: usize,
    /// What is wrong with it.
    pub kind: MistakeKind,
}

/// What is wrong with an operation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MistakeKind {
    /// It ends before it begins.
    #[error("it ends before it begins")]
    EndsBeforeItBegins,
    /// The model doesn't have it.
    #[error("{model} has no `{call}`")]
    UnknownCall {
        /// `a register`, `an account`.
        model: &'static str,
        /// What was asked, in words.
        call: String,
    },
    /// It can't have this outcome.
    #[error("`{call}` is never answered `{outcome}`")]
    UnknownOutcome {
        /// What was asked, in words.
        call: String,
        /// What was answered, in words.
        outcome: String,
    },
}

/// Refuses the first operation that can't be judged.
pub(super) fn refuse(model: &Model, operations: &[Operation]) -> Result<(), Mistake> {
    for (index, operation) in operations.iter().enumerate() {
        refuse_one(model, operation).map_err(|kind| Mistake { operation: index, kind })?;
    }
    Ok(())
}

fn refuse_one(model: &Model, operation: &Operation) -> Result<(), MistakeKind> {
    let call = || super::explain::asked(&operation.call);
    if operation.end.is_some_and(|end| end < operation.begin) {
        return Err(MistakeKind::EndsBeforeItBegins);
    }
    if !has(model, &operation.call) {
        return Err(MistakeKind::UnknownCall { model: model.name(), call: call() });
    }
    match &operation.result {
        Some(outcome) if !gives(&operation.call, outcome) => Err(MistakeKind::UnknownOutcome {
            call: call(),
            outcome: super::explain::answered(Some(outcome)),
        }),
        _ => Ok(()),
    }
}

fn has(model: &Model, call: &Call) -> bool {
    match model {
        Model::Register { .. } => matches!(call, Call::Read | Call::Write(_) | Call::CompareAndSet { .. }),
        Model::Counter { .. } => matches!(call, Call::Read | Call::Add(_)),
        Model::Set { .. } => matches!(call, Call::Insert(_) | Call::Remove(_) | Call::Contains(_)),
        Model::Queue { .. } => matches!(call, Call::Enqueue(_) | Call::Dequeue),
        Model::Account { .. } => {
            matches!(call, Call::Read | Call::Deposit(_) | Call::Withdraw(_) | Call::Transfer { .. })
        }
    }
}

fn gives(call: &Call, outcome: &Outcome) -> bool {
    use Outcome::{Before, Bool, Done, Refused, Value};
    match call {
        Call::Read | Call::Dequeue => matches!(outcome, Done | Refused | Value(_)),
        Call::Insert(_) | Call::Remove(_) => matches!(outcome, Done | Refused | Bool(_)),
        Call::Contains(_) => matches!(outcome, Bool(_)),
        Call::Enqueue(_) => matches!(outcome, Done | Refused),
        Call::CompareAndSet { .. } => true,
        Call::Write(_) | Call::Add(_) | Call::Deposit(_) | Call::Withdraw(_) | Call::Transfer { .. } => {
            matches!(outcome, Done | Refused | Value(_) | Before(_))
        }
    }
}
