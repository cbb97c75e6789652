//! Whether what concurrent clients were told can be explained by some order of their operations. It knows no clock and no requests:
//! times are numbers that somebody measured, answers are values that somebody read.
//!
//! A history is *linearizable* when every operation can be given one moment between its beginning and its end so that, done one
//! after another in the order of these moments, all of them give the answers that were seen (Herlihy and Wing, "Linearizability: A
//! Correctness Condition for Concurrent Objects", 1990). The search is Wing and Gong's (1993) with Lowe's memory of what was
//! already tried ("Testing for linearizability", 2017).
//!
//! ```
//! use gradus_judge::history::{Call, Model, Operation, Outcome, USUAL_STEPS, Verdict, judge};
//!
//! let order = |client, begin, end| Operation {
//!     client,
//!     label: "POST /orders".to_owned(),
//!     key: String::new(),
//!     begin,
//!     end: Some(end),
//!     call: Call::Withdraw(1),
//!     result: Some(Outcome::Done),
//! };
//! let one_ticket = Model::Account { start: 1.into() };
//! let sold_twice = [order(1, 0, 2_000_000), order(2, 1_000_000, 3_000_000)];
//! let Verdict::Violated(excerpt) = judge(&one_ticket, &sold_twice, USUAL_STEPS).unwrap() else { panic!() };
//! assert_eq!(
//!     excerpt.sentence,
//!     "clients 1 and 2 were each told that they got the last one: 1 was there, 2 were given out"
//! );
//! assert_eq!(judge(&one_ticket, &sold_twice[..1], USUAL_STEPS), Ok(Verdict::Holds));
//! ```

mod budget;
mod explain;
mod few;
mod mistake;
mod model;
mod object;
mod operation;
mod part;
mod search;
mod shrink;
mod ties;
mod told;
mod verdict;

pub use mistake::{Mistake, MistakeKind};
pub use model::{Model, Start};
pub use operation::{Call, Operation, Outcome};
pub use verdict::{Excerpt, Line, Verdict};

use budget::Budget;
use object::{Account, Counter, Deed, Object, Queue, Register, Set};
use part::Part;
use search::{Case, Found};

/// A budget that a history of hundreds of operations hardly ever exhausts: a second or two, and some 200 MB, at the very worst.
pub const USUAL_STEPS: u64 = 1_000_000;

/// Whether some order of the operations explains every answer. The operations may stand in any order; `steps` is how many
/// single tries the search may take, and a violation may take as many again to be cut down to its core. A history in which
/// nothing was answered tells nothing: `CouldNotTell` with 0 steps.
///
/// # Errors
/// A history that was put together wrongly: an operation that the model doesn't have, an answer that it can't give, an end
/// before the beginning.
pub fn judge(model: &Model, operations: &[Operation], steps: u64) -> Result<Verdict, Mistake> {
    mistake::refuse(model, operations)?;
    if !operations.iter().any(Operation::is_answered) {
        return Ok(Verdict::CouldNotTell { steps: 0 });
    }
    let mut budget = Budget::new(steps);
    for part in part::split(model, operations) {
        match judge_part(model, &part, operations, &mut budget) {
            PartVerdict::Holds => {}
            PartVerdict::Violated(core) => {
                return Ok(Verdict::Violated(verdict::excerpt(model, &part, operations, &core)));
            }
            PartVerdict::OutOfSteps => return Ok(Verdict::CouldNotTell { steps }),
        }
    }
    Ok(Verdict::Holds)
}

/// How many steps an operation takes in a history that is easy to judge, generously.
const EASY_STEPS: u64 = 50;

enum PartVerdict {
    Holds,
    /// The operations of the core, as indices.
    Violated(Vec<usize>),
    OutOfSteps,
}

fn judge_part(model: &Model, part: &Part, operations: &[Operation], budget: &mut Budget) -> PartVerdict {
    match model {
        Model::Register { start } => {
            judge_object(Register::new(start.of(&part.key)), part, operations, budget)
        }
        Model::Counter { start } => {
            judge_object(Counter::new(*start.of(&part.key)), part, operations, budget)
        }
        Model::Set { start } => {
            judge_object(Set::new(start.of(&part.key), part.element.as_ref()), part, operations, budget)
        }
        Model::Queue { start } => judge_object(Queue::new(start.of(&part.key)), part, operations, budget),
        Model::Account { start } => {
            judge_object(Account::new(start, part, operations), part, operations, budget)
        }
    }
}

fn judge_object<O: Object>(
    mut object: O,
    part: &Part,
    operations: &[Operation],
    budget: &mut Budget,
) -> PartVerdict {
    let deeds = deeds(&mut object, part, operations);
    let whole = Case::whole(&deeds);
    let violated = |case: &Case, mut budget: Budget| {
        let core = shrink::core(&object, &deeds, case, &mut budget);
        PartVerdict::Violated(core.into_iter().map(|deed| deeds[deed].operation).collect())
    };
    let mut first = budget.portion(EASY_STEPS * deeds.len() as u64);
    let found = search::search(&object, &deeds, &whole, &mut first);
    budget.give_back(&first);
    if found == Found::Order {
        return PartVerdict::Holds;
    }
    let mut half = budget.half();
    let few = few::violated(&object, &deeds, &mut half);
    budget.give_back(&half);
    if let Some(case) = few {
        return violated(&case, budget.again());
    }
    let found = if found == Found::NoOrder { found } else { search::search(&object, &deeds, &whole, budget) };
    match found {
        Found::Order => PartVerdict::Holds,
        Found::NoOrder => violated(&whole, budget.again()),
        Found::OutOfSteps => PartVerdict::OutOfSteps,
    }
}

/// What the operations of a part are to the search, by their beginnings; those that can neither change nor contradict
/// anything are left out.
fn deeds<O: Object>(object: &mut O, part: &Part, operations: &[Operation]) -> Vec<Deed<O::Step>> {
    let mut deeds = Vec::new();
    for index in &part.operations {
        let operation = &operations[*index];
        let Some(step) = object.step(operation) else { continue };
        let is_pure = O::is_pure(&step);
        if operation.is_answered() || !is_pure {
            let end = operation.end.filter(|_| operation.is_answered());
            deeds.push(Deed {
                operation: *index,
                begin: operation.begin,
                end,
                step,
                is_pure,
                is_eager: is_pure,
            });
        }
    }
    deeds.sort_by_key(|deed| deed.begin);
    object.simplify(&mut deeds);
    deeds
}
