//! What an instructor says by hand: notes, adjustments, policies. It belongs to learners and exercises, so that no grading
//! touches it.

use super::{Gradebook, GradebookError};
use gradus_model::class::{Adjustment, Change, Counts, LatePolicy, Policy};
use rusqlite::{OptionalExtension, params};
use std::collections::HashMap;

/// By student, in the order in which they were said.
pub(super) type ByStudent<T> = HashMap<String, Vec<T>>;

impl Gradebook {
    /// Whether a learner's submission of an exercise is in it.
    pub fn knows(&self, exercise: &str, student: &str) -> Result<bool, GradebookError> {
        let found = self
            .connection
            .prepare_cached("select 1 from submissions where exercise = ?1 and student = ?2 limit 1")?
            .query_row([exercise, student], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }

    /// Students of an exercise, in order.
    pub fn students(&self, exercise: &str) -> Result<Vec<String>, GradebookError> {
        let mut statement = self.connection.prepare_cached(
            "select distinct student from submissions where exercise = ?1 order by student",
        )?;
        let rows = statement.query_map([exercise], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds a note.
    pub fn note(
        &mut self,
        exercise: &str,
        student: &str,
        text: &str,
        now: &str,
    ) -> Result<(), GradebookError> {
        self.connection.execute(
            "insert into notes (exercise, student, text, noted) values (?1, ?2, ?3, ?4)",
            [exercise, student, text, now],
        )?;
        Ok(())
    }

    /// Adds an adjustment to those that are there.
    pub fn adjust(
        &mut self,
        exercise: &str,
        student: &str,
        adjustment: &Adjustment,
        now: &str,
    ) -> Result<(), GradebookError> {
        let (change, points) = match adjustment.change {
            Change::By(points) => ("by", i64::from(points)),
            Change::To(points) => ("to", i64::from(points)),
        };
        self.connection.execute(
            "insert into adjustments (exercise, student, change, points, reason, adjusted)
             values (?1, ?2, ?3, ?4, ?5, ?6)",
            params![exercise, student, change, points, adjustment.reason, now],
        )?;
        Ok(())
    }

    /// Takes back a learner's last adjustment, and answers whether there was one.
    pub fn take_back(&mut self, exercise: &str, student: &str) -> Result<bool, GradebookError> {
        let gone = self.connection.execute(
            "delete from adjustments where id =
             (select max(id) from adjustments where exercise = ?1 and student = ?2)",
            [exercise, student],
        )?;
        Ok(gone > 0)
    }

    /// How marks are made in an exercise.
    pub fn policy(&self, exercise: &str) -> Result<Policy, GradebookError> {
        let found = self
            .connection
            .prepare_cached("select deadline, late, counts from policies where exercise = ?1")?
            .query_row([exercise], |row| {
                let late: Option<String> = row.get(1)?;
                let counts: String = row.get(2)?;
                Ok(Policy {
                    deadline: row.get(0)?,
                    late: late.and_then(|late| LatePolicy::parse(&late)),
                    counts: if counts == "best" { Counts::Best } else { Counts::Latest },
                })
            })
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    /// Keeps how marks are made in an exercise.
    pub fn set_policy(&mut self, exercise: &str, policy: &Policy) -> Result<(), GradebookError> {
        let counts = match policy.counts {
            Counts::Best => "best",
            Counts::Latest => "latest",
        };
        self.connection.execute(
            "insert or replace into policies values (?1, ?2, ?3, ?4)",
            params![exercise, policy.deadline, policy.late.map(|late| late.to_string()), counts],
        )?;
        Ok(())
    }

    pub(super) fn notes(&self, exercise: &str) -> Result<ByStudent<String>, GradebookError> {
        let mut statement = self
            .connection
            .prepare_cached("select student, text from notes where exercise = ?1 order by id")?;
        let rows = statement.query_map([exercise], |row| Ok((row.get(0)?, row.get(1)?)))?;
        by_student(rows)
    }

    pub(super) fn adjustments(&self, exercise: &str) -> Result<ByStudent<Adjustment>, GradebookError> {
        let mut statement = self.connection.prepare_cached(
            "select student, change, points, reason from adjustments where exercise = ?1 order by id",
        )?;
        let rows = statement.query_map([exercise], |row| {
            let change: String = row.get(1)?;
            let change = if change == "by" { Change::By(row.get(2)?) } else { Change::To(row.get(2)?) };
            Ok((row.get(0)?, Adjustment { change, reason: row.get(3)? }))
        })?;
        by_student(rows)
    }
}

fn by_student<T>(
    rows: impl Iterator<Item = rusqlite::Result<(String, T)>>,
) -> Result<ByStudent<T>, GradebookError> {
    let mut by_student = HashMap::new();
    for row in rows {
        let (student, said) = row?;
        by_student.entry(student).or_insert_with(Vec::new).push(said);
    }
    Ok(by_student)
}
