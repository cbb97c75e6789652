//! A run of a batch: begun anew, or gone on with where an earlier one was cut off.

use super::{Gradebook, GradebookError, words};
use gradus_model::exercise::Exercise;
use gradus_model::grader::{Grader, Visibility};
use gradus_model::report::Withheld;
use rusqlite::{OptionalExtension, params};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

/// What a batch is to do; two with the same orders are the same run, if the first was cut off.
#[derive(Clone, Debug)]
pub struct Orders<'a> {
    /// The exercise.
    pub exercise: &'a Exercise,
    /// Its grader.
    pub grader: &'a Grader,
    /// The grader's digest, in hex.
    pub grader_digest: &'a str,
    /// What the whole grader has, if this is its public part.
    pub withheld: Option<Withheld>,
    /// The folder of the exercise's baselines; it need not be there.
    pub baselines: &'a Path,
    /// Where the submissions are.
    pub source: &'a str,
    /// `native`, `guarded`, `none`.
    pub isolation: &'a str,
    /// Which submissions are graded again.
    pub regrade: Regrade,
    /// How often each is graded.
    pub repeat: u32,
    /// The seed that was asked for.
    pub seed: Option<u64>,
}

/// Which submissions are graded that were graded before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Regrade {
    /// Those that changed, or whose grader did.
    #[default]
    Changed,
    /// Those too that failed.
    Failed,
    /// All.
    All,
}

impl Regrade {
    fn word(self) -> &'static str {
        match self {
            Regrade::Changed => "changed",
            Regrade::Failed => "failed",
            Regrade::All => "all",
        }
    }
}

/// A run that is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its number.
    pub id: i64,
    /// Where the random data of all its gradings comes from: the same for everybody.
    pub seed: u64,
    /// Whether an earlier batch began it.
    pub resumed: bool,
}

impl Gradebook {
    /// Begins a run, or goes on with the latest one if it has the same orders and was cut off.
    pub fn begin(&mut self, orders: &Orders<'_>, new_seed: u64, now: &str) -> Result<Run, GradebookError> {
        let transaction = self.connection.transaction()?;
        let slug = &orders.exercise.slug;
        let seed = orders.seed.unwrap_or(new_seed);
        let cut_off: Option<(i64, String)> = transaction
            .query_row(
                "select id, seed from runs where id = (select max(id) from runs where exercise = ?1)
                 and ended is null and source = ?2 and grader_digest = ?3 and isolation = ?4 and regrade = ?5
                 and repeat = ?6 and (?7 is null or seed = ?7)",
                params![
                    slug,
                    orders.source,
                    orders.grader_digest,
                    orders.isolation,
                    orders.regrade.word(),
                    orders.repeat,
                    orders.seed.map(|seed| seed.to_string()),
                ],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        if let Some((id, seed)) = cut_off {
            return Ok(Run { id, seed: seed.parse().unwrap_or(new_seed), resumed: true });
        }
        transaction.execute(
            "insert into runs (exercise, title, pass, source, grader_digest, seed, isolation, regrade, repeat, begun)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            params![
                slug,
                orders.exercise.title,
                orders.grader.pass,
                orders.source,
                orders.grader_digest,
                seed.to_string(),
                orders.isolation,
                orders.regrade.word(),
                orders.repeat,
                now,
            ],
        )?;
        let id = transaction.last_insert_rowid();
        for (position, check) in orders.grader.checks.iter().enumerate() {
            let (worth, points) = words::worth(check.worth);
            transaction.execute(
                "insert or ignore into checks values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    slug,
                    orders.grader_digest,
                    position as i64,
                    check.id.value,
                    check.claim,
                    worth,
                    points,
                    check.visibility == Visibility::Hidden,
                ],
            )?;
        }
        transaction.commit()?;
        Ok(Run { id, seed, resumed: false })
    }

    /// That a run came to its end.
    pub fn end(&mut self, run: Run, now: &str) -> Result<(), GradebookError> {
        self.connection.execute("update runs set ended = ?2 where id = ?1", params![run.id, now])?;
        Ok(())
    }

    /// How long each learner's last grading took, by student.
    pub fn expected(&self, exercise: &str) -> Result<HashMap<String, Duration>, GradebookError> {
        let mut statement = self.connection.prepare_cached(
            "select student, took_ms, max(gradings.id) from gradings join submissions on submission = submissions.id
             where exercise = ?1 and turn = 0 group by student",
        )?;
        let rows = statement.query_map([exercise], |row| {
            Ok((row.get(0)?, Duration::from_millis(row.get::<_, u32>(1)?.into())))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
