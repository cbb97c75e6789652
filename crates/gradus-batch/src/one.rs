//! One submission of a batch: taken in, planned, graded as often as it takes, and every grading kept in the gradebook.

mod ready;

use crate::fairness;
use crate::gradebook::{Came, Finished, Gradebook, GradebookError, Orders, Run, SubmissionId, Verdict};
use crate::purse::Purse;
use gradus_grade::{
    Folder, Interrupt, Job, Quiet, Sandbox, Silent, Subject, Supplies, Unrunnable, Where, grade, most_memory,
};
use gradus_intake::class::Submission;
use gradus_intake::tree;
use gradus_model::draw::rfc3339;
use gradus_model::outcome::{Fault, Outcome};
use gradus_model::report::{Progress, Report, Selection};
use gradus_model::score::{self, Score};
use gradus_sandbox::Launcher;
use ready::Ready;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// What each thread has of its own.
pub struct Tools {
    pub runtime: Runtime,
    pub launcher: Launcher,
}

impl Tools {
    pub fn new() -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let launcher = Launcher::start().map_err(|error| error.to_string())?;
        Ok(Self { runtime, launcher })
    }
}

/// What all threads share.
pub struct Shared<'a> {
    pub orders: &'a Orders<'a>,
    pub run: Run,
    pub gradebook: &'a Mutex<Gradebook>,
    pub purse: Purse,
    pub sandbox: &'a Sandbox,
    pub environment: &'a [(OsString, OsString)],
    pub supplies: &'a Supplies,
    pub clock: &'a (dyn Fn() -> u64 + Sync),
    pub json: &'a (dyn Fn(&Report) -> String + Sync),
    pub interrupt: &'a Interrupt,
    pub quiet: Quiet,
}

/// What came of a submission in this run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was graded.
    Graded(Graded),
    /// It was graded before, and neither it nor the grader has changed.
    Settled,
    /// The batch was interrupted before it was graded.
    Interrupted,
}

/// What came of a submission that was graded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graded {
    /// Its verdict, of the grading that counts.
    pub verdict: Verdict,
    /// Why, if that is not told by its checks.
    pub why: Option<String>,
    /// Its points.
    pub score: Score,
    /// How many checks passed, of how many.
    pub checks: (usize, usize),
    /// Ids of checks that came out differently in several gradings.
    pub unstable: Vec<String>,
    /// Which limit it came near.
    pub near: Option<String>,
    /// How often it was graded.
    pub gradings: u32,
    /// How long everything took.
    pub took: Duration,
}

impl Shared<'_> {
    /// Does all that is left to do for a submission. `reached` is told its number in the gradebook.
    pub fn one(
        &self,
        tools: &mut Tools,
        submission: &Submission,
        folder: &Path,
        reached: &dyn Fn(SubmissionId),
    ) -> Result<Done, GradebookError> {
        let begun = Instant::now();
        let slug = &self.orders.exercise.slug;
        let ready = Ready::new(submission, folder, self.orders.exercise);
        let digest = self.orders.grader_digest;
        let id = self.book().submission(slug, &ready.handed(submission))?;
        reached(id);
        let turns = self.book().turns(self.run, id)?;
        // Who asks for several gradings of each asks for them now, whatever was graded before.
        let once = self.orders.repeat == 1;
        if turns.is_empty() && once && self.book().is_settled(self.run, id, digest, self.orders.regrade)? {
            return Ok(Done::Settled);
        }
        let before = self.book().before(self.run, id, digest)?;
        let mut turn = 0;
        let mut wanted = 1;
        while turn < wanted {
            if !turns.contains(&turn) {
                let report = self.turn(tools, submission, &ready, folder, turn);
                if self.interrupt.is_thrown() && matches!(report.progress, Progress::CutShort(_)) {
                    return Ok(Done::Interrupted);
                }
                let refused = matches!(ready.what, Err((Verdict::Refused, _)));
                self.keep(id, turn, &report, refused)?;
                if score::verdict(&report) == score::Verdict::Incomplete
                    && let Ok(new) = Tools::new()
                {
                    // Whatever went wrong, such as the end of what starts programs, goes wrong for nobody else.
                    *tools = new;
                }
            }
            turn += 1;
            if turn == 1 && ready.what.is_ok() {
                let came = self.book().turn(self.run, id, 0)?;
                let again = came.is_some_and(|came| self.is_doubtful(&came, before.as_ref()));
                wanted = self.orders.repeat.max(if again { 2 } else { 1 });
            }
        }
        self.graded(id, before.as_ref(), begun.elapsed())
    }

    /// Keeps what can be kept of a submission in whose grading we failed ourselves.
    pub fn failed(
        &self,
        tools: &mut Tools,
        submission: &Submission,
        reached: Option<SubmissionId>,
        why: &str,
    ) -> Result<Done, GradebookError> {
        let begun = Instant::now();
        let why = format!("Gradus failed while it graded this submission: {why}");
        let ready = Ready::never(Verdict::Incomplete, why);
        let id = match reached {
            Some(id) => id,
            None => self.book().submission(&self.orders.exercise.slug, &ready.handed(submission))?,
        };
        let turn = self.book().turns(self.run, id)?.last().map_or(0, |last| last + 1);
        let report = self.turn(tools, submission, &ready, Path::new(""), turn);
        self.keep(id, turn, &report, false)?;
        self.graded(id, None, begun.elapsed())
    }

    /// One grading, in a fresh copy of what was handed in.
    fn turn(
        &self,
        tools: &mut Tools,
        submission: &Submission,
        ready: &Ready,
        folder: &Path,
        turn: u32,
    ) -> Report {
        let unrunnable = |progress| {
            let digest = Some(ready.digest.clone()).filter(|digest| !digest.is_empty());
            Subject::Unrunnable(Unrunnable { name: submission.student.id.clone(), digest, progress })
        };
        let work = folder.join(format!("turn-{turn}"));
        let mut promise = None;
        let subject = match &ready.what {
            Err((Verdict::Incomplete, why)) => {
                unrunnable(Progress::Broken(Fault { what: why.clone(), way_out: None }))
            }
            Err((_, why)) => unrunnable(Progress::NotBuilt(why.clone())),
            Ok((plan, taken)) => {
                promise = Some(self.purse.promise(most_memory(plan, &self.orders.exercise.limits)));
                match tree::stage(taken, &work) {
                    Err(error) => {
                        unrunnable(Progress::Broken(Fault { what: error.to_string(), way_out: None }))
                    }
                    Ok(()) => Subject::Folder(Folder {
                        name: submission.student.id.clone(),
                        plan: plan.clone(),
                        digest: ready.digest.clone(),
                        place: Where::Copy(work.clone()),
                        sandbox: self.sandbox.clone(),
                        launcher: tools.launcher.clone(),
                        supplies: self.supplies.clone(),
                        environment: self.environment.to_vec(),
                    }),
                }
            }
        };
        let job = Job {
            exercise: self.orders.exercise,
            grader: self.orders.grader,
            grader_digest: self.orders.grader_digest,
            withheld: self.orders.withheld,
            baselines: self.orders.baselines.to_owned(),
            subject,
            seed: self.run.seed,
            now: (self.clock)(),
            selection: Selection::All,
            record: None,
            quiet: self.quiet.clone(),
        };
        let report = tools.runtime.block_on(grade(job, &mut Silent, self.interrupt));
        drop(promise);
        // What can't be removed now is removed before the next batch.
        let _ = std::fs::remove_dir_all(&work);
        report
    }

    fn keep(
        &self,
        submission: SubmissionId,
        turn: u32,
        report: &Report,
        refused: bool,
    ) -> Result<(), GradebookError> {
        let verdict = match score::verdict(report) {
            _ if refused => Verdict::Refused,
            score::Verdict::Passed | score::Verdict::SelectionPassed => Verdict::Passed,
            score::Verdict::Failed | score::Verdict::SelectionFailed => Verdict::Failed,
            score::Verdict::Incomplete => Verdict::Incomplete,
        };
        let near = fairness::near_limit(report, &self.orders.exercise.limits, self.orders.grader);
        let json = (self.json)(report);
        let finished = Finished {
            run: self.run,
            submission,
            turn,
            verdict,
            why: why(report),
            near: near.as_deref(),
            report,
            json: &json,
            now: &rfc3339((self.clock)()),
        };
        self.book().record(&finished)
    }

    /// Whether a second grading should confirm the first.
    fn is_doubtful(&self, came: &Came, before: Option<&Came>) -> bool {
        let differs = before
            .is_some_and(|before| before.verdict != Verdict::Incomplete && before.outcomes != came.outcomes);
        came.verdict == Verdict::Incomplete
            || came.near.is_some()
            || fairness::is_near_pass(came.score, self.orders.grader.pass)
            || differs
    }

    /// What is told of a submission whose gradings are all in the gradebook.
    fn graded(
        &self,
        id: SubmissionId,
        before: Option<&Came>,
        took: Duration,
    ) -> Result<Done, GradebookError> {
        let book = self.book();
        let mut turns = Vec::new();
        for turn in book.turns(self.run, id)? {
            turns.extend(book.turn(self.run, id, turn)?);
        }
        let why = book.why(self.run, id)?;
        drop(book);
        let complete = |came: &&Came| matches!(came.verdict, Verdict::Passed | Verdict::Failed);
        let counts = turns.iter().find(complete).or(turns.first());
        let Some(counts) = counts else { return Ok(Done::Interrupted) };
        let others = turns.iter().chain(before).filter(complete);
        let mut wavers: Vec<usize> =
            others.flat_map(|other| fairness::differences(&counts.outcomes, &other.outcomes)).collect();
        wavers.sort_unstable();
        wavers.dedup();
        if !complete(&counts) {
            wavers.clear();
        }
        let checks = &self.orders.grader.checks;
        let unstable =
            wavers.iter().filter_map(|at| checks.get(*at)).map(|check| check.id.value.clone()).collect();
        let passed = counts.outcomes.iter().filter(|outcome| *outcome == "passed").count();
        Ok(Done::Graded(Graded {
            verdict: counts.verdict,
            why,
            score: counts.score,
            checks: (passed, counts.outcomes.len()),
            unstable,
            near: counts.near.clone(),
            gradings: u32::try_from(turns.len()).unwrap_or(u32::MAX),
            took,
        }))
    }

    fn book(&self) -> MutexGuard<'_, Gradebook> {
        // A transaction that a panic cut off was rolled back.
        self.gradebook.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a submission earned nothing, or could not be judged.
fn why(report: &Report) -> Option<&str> {
    match &report.progress {
        Progress::NotBuilt(why) | Progress::NotBooted(why) | Progress::CutShort(why) => Some(why),
        Progress::Broken(fault) => Some(&fault.what),
        Progress::Complete => report.checks.iter().find_map(|check| match &check.outcome {
            Outcome::Broken(fault) => Some(fault.what.as_str()),
            _ => None,
        }),
    }
}
