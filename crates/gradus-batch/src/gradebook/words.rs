//! The words that stand for outcomes, verdicts and worths in the tables, both ways.

use super::record::Verdict;
use gradus_model::class::Cell;
use gradus_model::grader::Worth;
use gradus_model::outcome::Outcome;

pub fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped(_) => "skipped",
        Outcome::Broken(_) => "broken",
    }
}

/// By the first letter of an outcome's word, as a whole grading is kept in one.
pub fn cell(letter: u8) -> Cell {
    match letter {
        b'p' => Cell::Passed,
        b'f' => Cell::Failed,
        b's' => Cell::Skipped,
        b'b' => Cell::Broken,
        _ => Cell::Unknown,
    }
}

pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Incomplete => "incomplete",
        Verdict::Refused => "refused",
    }
}

pub fn read_verdict(word: &str) -> Verdict {
    match word {
        "passed" => Verdict::Passed,
        "failed" => Verdict::Failed,
        "refused" => Verdict::Refused,
        _ => Verdict::Incomplete,
    }
}

pub fn worth(worth: Worth) -> (&'static str, u32) {
    match worth {
        Worth::Points(points) => ("points", points),
        Worth::Bonus(points) => ("bonus", points),
        Worth::Gate => ("gate", 0),
    }
}

pub fn read_worth(word: &str, points: u32) -> Worth {
    match word {
        "bonus" => Worth::Bonus(points),
        "gate" => Worth::Gate,
        _ => Worth::Points(points),
    }
}
