//! One grading goes into the gradebook, whole or not at all; and what is there of a submission before it is graded.

use super::{Commits, Gradebook, GradebookError, Regrade, Run, words};
use gradus_intake::class::Student;
use gradus_model::report::Report;
use gradus_model::score::{Score, score};
use rusqlite::{OptionalExtension, params};

/// What a learner handed in, as it goes into the gradebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed<'a> {
    /// Whose it is.
    pub student: &'a Student,
    /// Which revision or attempt.
    pub label: &'a str,
    /// BLAKE3 of what was taken in, in hex; empty when nothing was.
    pub digest: &'a str,
    /// Where it was.
    pub source: &'a str,
    /// The commit, if it was one.
    pub revision: Option<&'a str>,
    /// When it was handed in, in seconds since 1970-01-01 UTC.
    pub submitted_at: Option<i64>,
    /// Whether only the learner says so.
    pub self_declared: bool,
}

/// A submission in the gradebook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubmissionId(pub(super) i64);

/// What came of a grading, in a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// At least the pass mark.
    Passed,
    /// Below it.
    Failed,
    /// Not judged, through no fault of the submission.
    Incomplete,
    /// Not taken in.
    Refused,
}

/// A grading that is finished.
#[derive(Clone, Debug)]
pub struct Finished<'a> {
    /// The run.
    pub run: Run,
    /// The submission.
    pub submission: SubmissionId,
    /// Which grading of it in this run, from 0.
    pub turn: u32,
    /// What came of it.
    pub verdict: Verdict,
    /// Why it is incomplete, was refused, did not build or did not start.
    pub why: Option<&'a str>,
    /// Which limit it came near.
    pub near: Option<&'a str>,
    /// The report.
    pub report: &'a Report,
    /// The same as JSON for an instructor.
    pub json: &'a str,
    /// When it ended, RFC 3339.
    pub now: &'a str,
}

/// What came of an earlier grading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Came {
    /// Its verdict.
    pub verdict: Verdict,
    /// Its points.
    pub score: Score,
    /// Which limit it came near.
    pub near: Option<String>,
    /// What came of each check, by its position.
    pub outcomes: Vec<String>,
}

impl Gradebook {
    /// The number of a submission; it is new, or was handed in before with the same content. What is known of it stays known
    /// when it is told less of now, and a time that the course told is never replaced by the learner's own.
    pub fn submission(
        &mut self,
        exercise: &str,
        handed: &Handed<'_>,
    ) -> Result<SubmissionId, GradebookError> {
        // Without a grading it says nothing, and what keeps the first one waits for the disk for both.
        self.commits(Commits::Whole)?;
        let id = self.submission_row(exercise, handed);
        self.commits(Commits::Durable)?;
        Ok(SubmissionId(id?))
    }

    fn submission_row(&self, exercise: &str, handed: &Handed<'_>) -> Result<i64, GradebookError> {
        Ok(self
            .connection
            .prepare_cached(
                "insert into submissions
             (exercise, student, name, members, label, digest, source, revision, submitted_at, self_declared)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             on conflict (exercise, student, label, digest) do update set
             name = coalesce(excluded.name, name), members = excluded.members, source = excluded.source,
             revision = coalesce(excluded.revision, revision),
             submitted_at = iif(excluded.submitted_at is null
                 or (excluded.self_declared and submitted_at is not null and not self_declared),
                 submitted_at, excluded.submitted_at),
             self_declared = iif(excluded.submitted_at is null
                 or (excluded.self_declared and submitted_at is not null and not self_declared),
                 self_declared, excluded.self_declared)
             returning id",
            )?
            .query_row(
                params![
                    exercise,
                    handed.student.id,
                    handed.student.name,
                    handed.student.members.join("\n"),
                    handed.label,
                    handed.digest,
                    handed.source,
                    handed.revision,
                    handed.submitted_at,
                    handed.self_declared,
                ],
                |row| row.get(0),
            )?)
    }

    /// The turns of a submission that this run has finished.
    pub fn turns(&self, run: Run, submission: SubmissionId) -> Result<Vec<u32>, GradebookError> {
        let mut statement = self
            .connection
            .prepare_cached("select turn from gradings where run = ?1 and submission = ?2 order by turn")?;
        let rows = statement.query_map([run.id, submission.0], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether a submission need not be graded in this run, as it was before: by the same grader in the same sandbox, to its end.
    pub fn is_settled(
        &self,
        run: Run,
        submission: SubmissionId,
        grader_digest: &str,
        regrade: Regrade,
    ) -> Result<bool, GradebookError> {
        if regrade == Regrade::All {
            return Ok(false);
        }
        Ok(match self.before(run, submission, grader_digest)?.map(|came| came.verdict) {
            Some(Verdict::Passed) => true,
            Some(Verdict::Failed) => regrade == Regrade::Changed,
            Some(Verdict::Incomplete | Verdict::Refused) | None => false,
        })
    }

    /// What came of the same submission and the same grader in the last run before this one that had the same sandbox: in
    /// another one it may come out otherwise.
    pub fn before(
        &self,
        run: Run,
        submission: SubmissionId,
        grader_digest: &str,
    ) -> Result<Option<Came>, GradebookError> {
        self.came(
            "select id, verdict, earned, maximum, near from gradings
             where submission = ?1 and grader_digest = ?2 and run < ?3
             and (select isolation from runs where id = run) = (select isolation from runs where id = ?3)
             order by run desc, turn limit 1",
            params![submission.0, grader_digest, run.id],
        )
    }

    /// What came of a turn of a submission in this run.
    pub fn turn(
        &self,
        run: Run,
        submission: SubmissionId,
        turn: u32,
    ) -> Result<Option<Came>, GradebookError> {
        self.came(
            "select id, verdict, earned, maximum, near from gradings where submission = ?1 and run = ?2 and turn = ?3",
            params![submission.0, run.id, turn],
        )
    }

    /// Why the first grading of a submission in this run came to its verdict, if that is not told by its checks.
    pub fn why(&self, run: Run, submission: SubmissionId) -> Result<Option<String>, GradebookError> {
        let found: Option<Option<String>> = self
            .connection
            .prepare_cached(
                "select why from gradings where run = ?1 and submission = ?2 order by turn limit 1",
            )?
            .query_row(params![run.id, submission.0], |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }

    fn came(&self, query: &str, of: impl rusqlite::Params) -> Result<Option<Came>, GradebookError> {
        let found = self
            .connection
            .prepare_cached(query)?
            .query_row(of, |row| {
                let verdict: String = row.get(1)?;
                let score = Score { earned: row.get(2)?, maximum: row.get(3)? };
                Ok((row.get(0)?, words::read_verdict(&verdict), score, row.get(4)?))
            })
            .optional()?;
        let Some((grading, verdict, score, near)) = found else { return Ok(None) };
        Ok(Some(Came { verdict, score, near, outcomes: self.outcomes(grading)? }))
    }

    /// What came of each check, by its position.
    pub(super) fn outcomes(&self, grading: i64) -> Result<Vec<String>, GradebookError> {
        let mut statement = self
            .connection
            .prepare_cached("select outcome from outcomes where grading = ?1 order by position")?;
        let rows = statement.query_map([grading], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps a grading. One that is there already stays as it is.
    pub fn record(&mut self, finished: &Finished<'_>) -> Result<(), GradebookError> {
        let report = finished.report;
        let sum = score(&report.checks);
        let usage = report.usage.as_ref();
        let transaction = self.connection.transaction()?;
        let added = transaction.execute(
            "insert or ignore into gradings (run, submission, turn, grader_digest, seed, isolation, limits, verdict, why,
             earned, maximum, near, took_ms, peak_memory, cpu_ms, graded)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                finished.run.id,
                finished.submission.0,
                finished.turn,
                report.grader_digest,
                report.seed.to_string(),
                report.isolation.kind,
                limits(report),
                words::verdict(finished.verdict),
                finished.why,
                sum.earned,
                sum.maximum,
                finished.near,
                report.took.as_millis().min(u32::MAX.into()) as u32,
                usage.map(|usage| i64::try_from(usage.peak_memory).unwrap_or(i64::MAX)),
                usage.map(|usage| usage.cpu.as_millis().min(u32::MAX.into()) as u32),
                finished.now,
            ],
        )?;
        if added == 0 {
            return Ok(());
        }
        let grading = transaction.last_insert_rowid();
        let mut positions = transaction.prepare_cached(
            "insert into outcomes select ?1, position, ?3, ?4 from checks
             where exercise = ?5 and grader_digest = ?6 and id = ?2",
        )?;
        for check in &report.checks {
            positions.execute(params![
                grading,
                check.id,
                words::outcome(&check.outcome),
                check.took.as_millis().min(u32::MAX.into()) as u32,
                report.exercise.slug,
                report.grader_digest,
            ])?;
        }
        drop(positions);
        transaction
            .prepare_cached(
                "update gradings set came = coalesce((select group_concat(letter, '') from
             (select substr(outcome, 1, 1) as letter from outcomes where grading = ?1 order by position)), '')
             where id = ?1",
            )?
            .execute([grading])?;
        transaction
            .prepare_cached("insert into reports values (?1, ?2)")?
            .execute(params![grading, finished.json])?;
        transaction.commit()?;
        Ok(())
    }
}

/// `memory 512 MiB, tasks 512, …`
fn limits(report: &Report) -> String {
    let limits = report.isolation.limits.iter().map(|limit| format!("{} {}", limit.name, limit.value));
    limits.collect::<Vec<_>>().join(", ")
}
