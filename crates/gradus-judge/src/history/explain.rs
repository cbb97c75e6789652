//! Why no order explains the core of a history, in one sentence. A sentence says only what is true of the history; where none of
//! the known ways to be wrong is recognised, it says that no order explains what was seen.

mod element;
mod number;
mod queue;
mod register;
mod words;

pub(super) use words::{answered, asked};

use super::part::Part;
use super::{Call, Model, Operation};

/// The core of a violated history, and what stood around it.
pub(super) struct Story<'o> {
    /// By their beginnings.
    core: Vec<&'o Operation>,
    /// All operations about the same thing, the core included.
    all: Vec<&'o Operation>,
    /// The one of the core that was answered last: without its answer there is an order.
    last: &'o Operation,
}

impl<'o> Story<'o> {
    /// `core` must not be empty.
    pub(super) fn new(part: &Part, operations: &'o [Operation], core: &[usize]) -> Self {
        let core: Vec<_> = core.iter().map(|index| &operations[*index]).collect();
        let last = *core.iter().max_by_key(|operation| operation.end).expect("a core is never empty");
        Self { core, all: part.operations.iter().map(|index| &operations[*index]).collect(), last }
    }

    /// All operations that took effect, or may have, and could have done so before the last one of the core.
    fn possible(&self) -> impl Iterator<Item = &'o Operation> {
        let last = self.last;
        let is_possible = move |operation: &&Operation| !operation.is_refused() && !last.is_before(operation);
        self.all.iter().copied().filter(is_possible)
    }

    /// The core, if it is two operations: the earlier one and the last one.
    fn pair(&self) -> Option<(&'o Operation, &'o Operation)> {
        match self.core[..] {
            [a, b] if std::ptr::eq(b, self.last) => Some((a, b)),
            [a, b] => Some((b, a)),
            _ => None,
        }
    }

    /// Of the core's operations that were over when the last one began: the one that began last of those that are wanted.
    fn earlier(&self, is_wanted: impl Fn(&Operation) -> bool) -> Option<&'o Operation> {
        let earlier = self.core.iter().rev().filter(|operation| operation.is_before(self.last));
        earlier.copied().find(|operation| is_wanted(operation))
    }
}

pub(super) fn explain(model: &Model, story: &Story<'_>) -> String {
    let key = &story.last.key;
    let sentence = match model {
        Model::Register { start } => register::explain(story, start.of(key)),
        Model::Counter { start } => number::explain(story, (*start.of(key)).into()),
        Model::Set { start } => element::explain(story, start.of(key)),
        Model::Queue { start } => queue::explain(story, start.of(key)),
        Model::Account { start } => {
            let is_alone = !story.all.iter().any(|operation| matches!(operation.call, Call::Transfer { .. }));
            if is_alone { number::explain(story, (*start.of(key)).into()) } else { None }
        }
    };
    sentence.unwrap_or_else(|| no_order(story))
}

fn no_order(story: &Story<'_>) -> String {
    let last = story.last;
    let told = format!(
        "client {} was answered {} to {}",
        last.client,
        answered(last.result.as_ref()),
        asked(&last.call)
    );
    match story.core.len() {
        1 => format!("{told}, which nothing that had been asked by then explains"),
        count => format!("no order of these {count} operations explains that {told}"),
    }
}
