//! What changed between two gradings of a class, and why: other submission, other grader, or neither.

use super::record::Verdict;
use super::{Gradebook, GradebookError, words};
use rusqlite::{OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// What changed from one run to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The run that is compared.
    pub run: i64,
    /// With this one; with whatever was last before, learner by learner, unless one was named.
    pub with: Option<i64>,
    /// Learners whose outcome changed.
    pub changed: Vec<Changed>,
    /// Learners that were graded for the first time.
    pub new: Vec<String>,
    /// How many came out as before.
    pub alike: usize,
}

/// One learner's change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The learner.
    pub student: String,
    /// Verdict and points before.
    pub before: (Verdict, u32, u32),
    /// Verdict and points now.
    pub after: (Verdict, u32, u32),
    /// Checks that came out differently.
    pub checks: Vec<ChangedCheck>,
    /// Why: one phrase each.
    pub why: Vec<&'static str>,
}

/// A check that came out differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedCheck {
    /// Its id.
    pub id: String,
    /// What came of it before; none if the grader had no such check.
    pub before: Option<String>,
    /// What came of it now.
    pub after: Option<String>,
}

struct Side {
    id: i64,
    digest: String,
    grader_digest: String,
    seed: String,
    isolation: String,
    result: (Verdict, u32, u32),
}

impl Gradebook {
    /// What changed with a run, the latest that graded anything unless told, from another, or from whatever was before.
    pub fn diff(
        &self,
        exercise: &str,
        run: Option<i64>,
        with: Option<i64>,
    ) -> Result<Option<Difference>, GradebookError> {
        let run = match run {
            Some(run) => Some(run),
            None => self.connection.query_row(
                "select max(run) from gradings join runs on runs.id = run where exercise = ?1",
                [exercise],
                |row| row.get(0),
            )?,
        };
        let Some(run) = run else { return Ok(None) };
        let mut statement = self.connection.prepare_cached(
            "select student, label, gradings.id from gradings join submissions on submissions.id = submission
             where run = ?1 and exercise = ?2 and turn = 0 order by student, label, gradings.id",
        )?;
        let graded =
            statement.query_map(params![run, exercise], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut difference = Difference { run, with, changed: Vec::new(), new: Vec::new(), alike: 0 };
        for row in graded {
            let (student, label, id): (String, String, i64) = row?;
            let Some(before) = self.earlier(exercise, (&student, &label), run, with)? else {
                difference.new.push(student);
                continue;
            };
            let after = self.side(id)?;
            let checks = self.changed_checks(exercise, &before, &after)?;
            if before.result == after.result && checks.is_empty() {
                difference.alike += 1;
                continue;
            }
            let why = why(&before, &after);
            difference.changed.push(Changed {
                student,
                before: before.result,
                after: after.result,
                checks,
                why,
            });
        }
        Ok(Some(difference))
    }

    /// The grading of the same learner and label that is compared with.
    fn earlier(
        &self,
        exercise: &str,
        (student, label): (&str, &str),
        run: i64,
        with: Option<i64>,
    ) -> Result<Option<Side>, GradebookError> {
        let id: Option<i64> = self
            .connection
            .prepare_cached(
                "select gradings.id from gradings join submissions on submissions.id = submission
                 where exercise = ?1 and student = ?2 and label = ?3 and run < ?4 and turn = 0
                 and (?5 is null or run = ?5) order by run desc, gradings.id desc limit 1",
            )?
            .query_row(params![exercise, student, label, run, with], |row| row.get(0))
            .optional()?;
        id.map(|id| self.side(id)).transpose()
    }

    fn side(&self, grading: i64) -> Result<Side, GradebookError> {
        Ok(self
            .connection
            .prepare_cached(
                "select gradings.id, digest, grader_digest, seed, isolation, verdict, earned, maximum
                 from gradings join submissions on submissions.id = submission where gradings.id = ?1",
            )?
            .query_row([grading], |row| {
                let verdict: String = row.get(5)?;
                Ok(Side {
                    id: row.get(0)?,
                    digest: row.get(1)?,
                    grader_digest: row.get(2)?,
                    seed: row.get(3)?,
                    isolation: row.get(4)?,
                    result: (words::read_verdict(&verdict), row.get(6)?, row.get(7)?),
                })
            })?)
    }

    fn changed_checks(
        &self,
        exercise: &str,
        before: &Side,
        after: &Side,
    ) -> Result<Vec<ChangedCheck>, GradebookError> {
        let mut before = self.named_outcomes(exercise, before)?;
        let after = self.named_outcomes(exercise, after)?;
        let ids: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
        let both = ids.into_iter().map(|id| {
            let (before, after) = (before.remove(&id), after.get(&id).cloned());
            ChangedCheck { id, before, after }
        });
        Ok(both.filter(|check| check.before != check.after).collect())
    }

    fn named_outcomes(
        &self,
        exercise: &str,
        side: &Side,
    ) -> Result<BTreeMap<String, String>, GradebookError> {
        let checks = self.checks(exercise, &side.grader_digest)?;
        let outcomes = self.outcomes(side.id)?;
        Ok(checks.into_iter().map(|check| check.id).zip(outcomes).collect())
    }
}

fn why(before: &Side, after: &Side) -> Vec<&'static str> {
    let mut why = Vec::new();
    if before.digest != after.digest {
        why.push("another submission");
    }
    if before.grader_digest != after.grader_digest {
        why.push("another grader");
    }
    if before.isolation != after.isolation {
        why.push("another sandbox");
    }
    if why.is_empty() && before.seed != after.seed {
        why.push("unstable, with other random data");
    } else if why.is_empty() {
        why.push("unstable: the same submission, grader and random data");
    }
    why
}
