//! What was graded when: all gradings of a learner, and their reports.

use super::{Gradebook, GradebookError, Verdict, words};
use rusqlite::OptionalExtension;

/// One grading of a learner's submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grading {
    /// Its number.
    pub id: i64,
    /// Its run's number.
    pub run: i64,
    /// Which one of this run, from 0.
    pub turn: u32,
    /// Which revision or attempt.
    pub label: String,
    /// BLAKE3 of the submission, in hex.
    pub digest: String,
    /// BLAKE3 of the grader, in hex.
    pub grader_digest: String,
    /// What all random data came from.
    pub seed: String,
    /// How it was kept apart.
    pub isolation: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Why, if that is not told by its checks.
    pub why: Option<String>,
    /// Points.
    pub earned: u32,
    /// Points that could be earned.
    pub maximum: u32,
    /// When it ended, RFC 3339.
    pub graded: String,
}

impl Gradebook {
    /// All gradings of a learner, the latest first.
    pub fn gradings(&self, exercise: &str, student: &str) -> Result<Vec<Grading>, GradebookError> {
        let mut statement = self.connection.prepare_cached(
            "select gradings.id, run, turn, label, digest, grader_digest, seed, isolation, verdict, why, earned, maximum,
             graded from gradings join submissions on submissions.id = submission
             where exercise = ?1 and student = ?2 order by run desc, turn desc, gradings.id desc",
        )?;
        let rows = statement.query_map([exercise, student], |row| {
            let verdict: String = row.get(8)?;
            Ok(Grading {
                id: row.get(0)?,
                run: row.get(1)?,
                turn: row.get(2)?,
                label: row.get(3)?,
                digest: row.get(4)?,
                grader_digest: row.get(5)?,
                seed: row.get(6)?,
                isolation: row.get(7)?,
                verdict: words::read_verdict(&verdict),
                why: row.get(9)?,
                earned: row.get(10)?,
                maximum: row.get(11)?,
                graded: row.get(12)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The report of a grading, as JSON for an instructor.
    pub fn report(&self, grading: i64) -> Result<Option<String>, GradebookError> {
        Ok(self
            .connection
            .prepare_cached("select json from reports where grading = ?1")?
            .query_row([grading], |row| row.get(0))
            .optional()?)
    }
}
