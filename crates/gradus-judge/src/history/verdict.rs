//! What a history is judged to be, and the few operations that show a violation.

use super::part::Part;
use super::{Model, Operation, explain};
use std::fmt;

/// What a history is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Some order of the operations explains every answer.
    Holds,
    /// No order does.
    Violated(Excerpt),
    /// The steps were used up before that was known, or there was nothing to judge: then they are 0.
    CouldNotTell {
        /// How many steps there were.
        steps: u64,
    },
}

/// The operations that show a violation: no order explains their answers, whatever became of all the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// Why no order explains them, in one sentence without a full stop.
    pub sentence: String,
    /// The operations by their beginnings; never none.
    pub lines: Vec<Line>,
    /// How many operations the history had.
    pub of: usize,
}

/// One operation of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its index in the history.
    pub operation: usize,
    /// Who asked.
    pub client: u32,
    /// The label that the operation came with.
    pub label: String,
    /// What it was about; empty where there was no key.
    pub key: String,
    /// What was asked: `withdraw 1`, `write "a"`.
    pub asked: String,
    /// What was answered: `done`, `refused`, `5`, `before: 4`.
    pub answered: String,
    /// When it began: nanoseconds since the first operation of the excerpt did.
    pub begin: u64,
    /// When the answer was there, on the same clock.
    pub end: Option<u64>,
}

pub(super) fn excerpt(model: &Model, part: &Part, operations: &[Operation], core: &[usize]) -> Excerpt {
    let start = core.iter().map(|index| operations[*index].begin).min().unwrap_or(0);
    let line = |index: &usize| {
        let operation = &operations[*index];
        Line {
            operation: *index,
            client: operation.client,
            label: operation.label.clone(),
            key: operation.key.clone(),
            asked: explain::asked(&operation.call),
            answered: explain::answered(operation.result.as_ref()),
            begin: operation.begin - start,
            end: operation.end.map(|end| end - start),
        }
    };
    let story = explain::Story::new(part, operations, core);
    Excerpt {
        sentence: explain::explain(model, &story),
        lines: core.iter().map(line).collect(),
        of: operations.len(),
    }
}

/// How many lines of an excerpt are written: the first and the last ones.
const MOST_LINES: usize = 12;

/// The sentence, then a line for each operation; of very many, those in the middle are only counted.
impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)?;
        let hidden = self.lines.len().saturating_sub(MOST_LINES);
        for (index, line) in self.lines.iter().enumerate() {
            if hidden == 0 || index < MOST_LINES / 2 || index >= MOST_LINES / 2 + hidden {
                write!(f, "\n{line}")?;
            } else if index == MOST_LINES / 2 {
                write!(f, "\n  … and {hidden} more …")?;
            }
        }
        Ok(())
    }
}

/// `    0.000 to    2.104 ms  client 3  POST /orders  withdraw 1 → done`.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |time: u64| time as f64 / 1e6;
        write!(f, "{:>9.3} to ", milliseconds(self.begin))?;
        match self.end {
            Some(end) => write!(f, "{:>9.3} ms", milliseconds(end))?,
            None => write!(f, "{:>9} ms", "?")?,
        }
        write!(f, "  client {}", self.client)?;
        for word in [&self.label, &self.key].into_iter().filter(|word| !word.is_empty()) {
            write!(f, "  {word}")?;
        }
        write!(f, "  {} → {}", self.asked, self.answered)
    }
}
