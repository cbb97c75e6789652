//! What came of a class as plain data: a row for each learner, from which tables, files and pages are written. Marks are
//! functions of a row and stored nowhere.

mod late;
mod mark;

pub use late::{Late, LatePolicy, OffPer, lateness};
pub use mark::{Mark, mark, mean, median};

use crate::grader::Worth;
use crate::report::ExerciseName;
use crate::score::Score;
use std::time::Duration;

/// What came of a class in one exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// The exercise.
    pub exercise: ExerciseName,
    /// Percent from which it is passed.
    pub pass: u32,
    /// The checks of the latest grader, in its order.
    pub checks: Vec<ClassCheck>,
    /// A row for each learner whose submission was graded, by student.
    pub rows: Vec<Row>,
    /// What stands at a deadline and after it.
    pub policy: Policy,
    /// Learners of whom nobody told when they handed in: no deadline judges them.
    pub untimed: usize,
    /// When the latest grading ended, RFC 3339.
    pub as_of: String,
}

/// A check of a class's grader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassCheck {
    /// Its id.
    pub id: String,
    /// Its claim.
    pub claim: String,
    /// What it is worth.
    pub worth: Worth,
    /// Whether only instructors see what it does.
    pub hidden: bool,
}

/// How marks are made of gradings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Until when, in seconds since 1970-01-01 UTC.
    pub deadline: Option<i64>,
    /// What is taken off afterwards.
    pub late: Option<LatePolicy>,
    /// Which submission of a learner counts.
    pub counts: Counts,
}

/// Which of several submissions of one learner counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Counts {
    /// The one that was handed in last.
    #[default]
    Latest,
    /// The one with the best mark.
    Best,
}

/// One learner's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What the course calls the learner.
    pub student: String,
    /// The learner's name.
    pub name: Option<String>,
    /// Of a group, each of them.
    pub members: Vec<String>,
    /// Which revision or attempt.
    pub label: String,
    /// What came of it.
    pub standing: Standing,
    /// What the checks earned.
    pub score: Score,
    /// Whether it came after the deadline.
    pub late: Option<Late>,
    /// What the instructor changed, in order.
    pub adjustments: Vec<Adjustment>,
    /// What the instructor noted, in order.
    pub notes: Vec<String>,
    /// What asks to be looked at.
    pub attention: Vec<Attention>,
    /// What came of each check, in the order of the class's checks.
    pub cells: Vec<Cell>,
    /// How often it was graded with the same grader.
    pub gradings: u32,
    /// How long the grading took.
    pub took: Duration,
    /// Bytes of memory at the peak.
    pub memory: Option<u64>,
    /// When it was graded, RFC 3339.
    pub graded: String,
    /// BLAKE3 of the submission, in hex; empty when nothing was taken in.
    pub digest: String,
}

/// What came of a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// At least the pass mark.
    Passed,
    /// Below it.
    Failed,
    /// Something could not be judged, through no fault of the submission: why. No mark.
    Incomplete(String),
    /// It was not taken in: why. No mark, unless the instructor gives one.
    Refused(String),
}

/// What an instructor changed about a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// How.
    pub change: Change,
    /// Why.
    pub reason: String,
}

/// How a mark is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// By so many points.
    By(i32),
    /// To so many points.
    To(u32),
}

/// Why a row asks to be looked at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attention {
    /// The same submission and the same grader, and these checks did not always come out alike.
    Unstable(Vec<String>),
    /// It was not taken in.
    Refused,
    /// It could not be judged.
    Incomplete,
    /// It came near a limit that would have ended it: which, in one phrase.
    NearLimit(String),
    /// A few points decide whether it passes.
    NearPass,
    /// It is late.
    Late,
    /// Only the learner says when it was handed in.
    SelfDeclared,
}

/// What came of a check, in a class's matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It was not tried.
    Skipped,
    /// It could not be judged.
    Broken,
    /// It passed in some gradings, and in others it did not.
    Unstable,
    /// This grading's grader had no such check.
    Unknown,
}

impl Class {
    /// Rows with the ones on top that ask to be looked at, the most pressing first; then by student.
    pub fn by_attention(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        let first = |row: &Row| row.attention.iter().min().map_or(u8::MAX, rank);
        rows.sort_by(|one, other| (first(one), &one.student).cmp(&(first(other), &other.student)));
        rows
    }

    /// How much a check was passed: of so many that tried it, so many did.
    pub fn passed(&self, check: usize) -> (usize, usize) {
        let cells = self.rows.iter().filter_map(|row| row.cells.get(check));
        let judged =
            cells.filter(|cell| matches!(cell, Cell::Passed | Cell::Failed | Cell::Unstable | Cell::Skipped));
        judged.fold((0, 0), |(passed, all), cell| (passed + usize::from(*cell == Cell::Passed), all + 1))
    }
}

fn rank(attention: &Attention) -> u8 {
    match attention {
        Attention::Unstable(_) => 0,
        Attention::Refused => 1,
        Attention::Incomplete => 2,
        Attention::NearLimit(_) => 3,
        Attention::NearPass => 4,
        Attention::Late => 5,
        Attention::SelfDeclared => 6,
    }
}

impl std::fmt::Display for Attention {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Attention::Unstable(checks) => write!(f, "unstable: {}", checks.join(", ")),
            Attention::Refused => f.write_str("refused"),
            Attention::Incomplete => f.write_str("incomplete"),
            Attention::NearLimit(what) => write!(f, "near a limit: {what}"),
            Attention::NearPass => f.write_str("near the pass mark"),
            Attention::Late => f.write_str("late"),
            Attention::SelfDeclared => f.write_str("time is self-declared"),
        }
    }
}
