//! A batch from its beginning to its end, or to wherever it is interrupted or killed; the next one goes on from there.

use crate::crew::{self, Told};
use crate::gradebook::{Gradebook, GradebookError, Orders, Run, SubmissionId};
use crate::one::{Done, Graded, Shared, Tools};
use crate::purse::Purse;
use crate::scratch::Scratch;
use gradus_grade::{Interrupt, Quiet, Sandbox, Supplies};
use gradus_intake::class::Submission;
use gradus_model::draw::rfc3339;
use gradus_model::report::Report;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a batch needs.
pub struct Batch<'a> {
    /// What is to be done.
    pub orders: Orders<'a>,
    /// What was handed in.
    pub submissions: &'a [Submission],
    /// How submissions are kept apart.
    pub sandbox: &'a Sandbox,
    /// Variables that every program of a submission gets.
    pub environment: &'a [(OsString, OsString)],
    /// What builds may draw on.
    pub supplies: &'a Supplies,
    /// How many are graded at a time.
    pub jobs: usize,
    /// Bytes of memory that may be promised to submissions.
    pub memory: u64,
    /// Where they are unpacked and run.
    pub scratch: &'a Scratch,
    /// The seed of a new run that was not told one.
    pub new_seed: u64,
    /// Seconds since 1970-01-01 UTC.
    pub clock: &'a (dyn Fn() -> u64 + Sync),
    /// A report as JSON for an instructor.
    pub json: &'a (dyn Fn(&Report) -> String + Sync),
    /// Ends it early.
    pub interrupt: &'a Interrupt,
}

/// What happens meanwhile.
#[derive(Debug)]
pub enum Event<'e> {
    /// It begins.
    Begins {
        /// The run.
        run: Run,
        /// How many submissions there are.
        of: usize,
    },
    /// A submission is being graded.
    Grading(&'e Submission),
    /// A submission was graded.
    Graded(&'e Submission, &'e Graded),
    /// A submission need not be graded again.
    Settled(&'e Submission),
    /// How far it came.
    Pace(Pace),
    /// Something went wrong that costs no submission its grading: one sentence.
    Trouble(String),
}

/// How far a batch came, and how fast.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Submissions that are done.
    pub done: usize,
    /// Submissions in all.
    pub of: usize,
    /// Submissions that are being graded.
    pub running: usize,
    /// How many were graded in a minute.
    pub per_minute: f64,
    /// How long it will still take, once there is something to tell it from.
    pub left: Option<Duration>,
}

/// What came of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Submissions that were graded now.
    pub graded: usize,
    /// Submissions that were graded before.
    pub settled: usize,
    /// Whether every submission is done.
    pub complete: bool,
}

/// Why a batch ended early.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// The gradebook can't be written.
    #[error(transparent)]
    Gradebook(#[from] GradebookError),
    /// Nobody could work.
    #[error("no submission can be graded here: {0}")]
    NoTools(String),
}

/// Grades what is to be graded, and keeps all of it in the gradebook.
pub fn run(
    batch: &Batch<'_>,
    gradebook: &Mutex<Gradebook>,
    tell: &mut dyn FnMut(Event<'_>),
) -> Result<Summary, BatchError> {
    let book = || gradebook.lock().unwrap_or_else(PoisonError::into_inner);
    let now = || rfc3339((batch.clock)());
    let run = book().begin(&batch.orders, batch.new_seed, &now())?;
    let expected = book().expected(&batch.orders.exercise.slug)?;
    let order = order(batch.submissions, &expected);
    tell(Event::Begins { run, of: order.len() });
    let shared = Shared {
        orders: &batch.orders,
        run,
        gradebook,
        purse: Purse::new(batch.memory),
        sandbox: batch.sandbox,
        environment: batch.environment,
        supplies: batch.supplies,
        clock: batch.clock,
        json: batch.json,
        interrupt: batch.interrupt,
        quiet: Quiet::default(),
    };
    let reached: Vec<Mutex<Option<SubmissionId>>> = order.iter().map(|_| Mutex::new(None)).collect();
    let task = |tools: &mut Tools, index: usize| -> Result<Done, String> {
        let folder = batch.scratch.folder(&index.to_string()).map_err(|error| error.to_string())?;
        let note = |id| *reached[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
        let done = shared.one(tools, order[index].0, &folder, &note).map_err(|error| error.to_string());
        // What can't be removed now is removed before the next batch.
        let _ = std::fs::remove_dir_all(&folder);
        done
    };
    let mut watch = Watch::new(&order);
    let mut problem = None;
    let stop = || batch.interrupt.is_thrown();
    crew::work(order.len(), batch.jobs, &Tools::new, &task, &stop, &mut |told| match told {
        Told::Idle(why) => {
            tell(Event::Trouble(why.clone()));
            problem = Some(BatchError::NoTools(why));
        }
        Told::Begun(index) => {
            watch.running += 1;
            tell(Event::Grading(order[index].0));
            tell(Event::Pace(watch.pace()));
        }
        Told::Ended(index, ended) => {
            let submission = order[index].0;
            let done = match ended {
                Ok(done) => done,
                Err(panic) => {
                    let reached = *reached[index].lock().unwrap_or_else(PoisonError::into_inner);
                    let keep = || {
                        let mut tools = Tools::new()?;
                        let kept = shared.failed(&mut tools, submission, reached, &panic);
                        kept.map_err(|error| error.to_string())
                    };
                    // Whatever fails twice is left for the next batch.
                    let kept = crew::catch(keep).and_then(|kept| kept);
                    tell(Event::Trouble(format!(
                        "a bug in Gradus, while it graded {}: {panic}",
                        submission.student.id
                    )));
                    kept
                }
            };
            watch.ended(order[index].1, &done);
            match &done {
                Ok(Done::Graded(graded)) => tell(Event::Graded(submission, graded)),
                Ok(Done::Settled) => tell(Event::Settled(submission)),
                Ok(Done::Interrupted) => {}
                Err(why) => tell(Event::Trouble(format!("{}: {why}", submission.student.id))),
            }
            tell(Event::Pace(watch.pace()));
        }
    });
    let mut summary = watch.summary;
    summary.complete = summary.graded + summary.settled == order.len();
    if summary.complete {
        book().end(run, &now())?;
    } else if let Some(problem) = problem.filter(|_| summary == Summary::default()) {
        return Err(problem);
    }
    Ok(summary)
}

/// The longest first, so that no long one is left for the end. Whoever was never graded is expected to take as long as the
/// others on average, the larger ones first.
fn order<'s>(
    submissions: &'s [Submission],
    expected: &HashMap<String, Duration>,
) -> Vec<(&'s Submission, Duration)> {
    let known: Duration = expected.values().sum();
    let average = known
        .checked_div(u32::try_from(expected.len()).unwrap_or(u32::MAX))
        .unwrap_or(Duration::from_secs(1));
    let mut order: Vec<(Duration, u64, &Submission)> = submissions
        .iter()
        .map(|submission| match expected.get(&submission.student.id) {
            Some(took) => (*took, 0, submission),
            None => (average, submission.source.size(), submission),
        })
        .collect();
    order.sort_by_key(|(took, size, _)| Reverse((*took, *size)));
    order.into_iter().map(|(took, _, submission)| (submission, took)).collect()
}

/// Counts what is done and tells the pace from it.
struct Watch {
    begun: Instant,
    of: usize,
    running: usize,
    summary: Summary,
    /// How long all of them are expected to take, and those that were graded.
    all: Duration,
    graded: Duration,
    settled: Duration,
}

impl Watch {
    fn new(order: &[(&Submission, Duration)]) -> Self {
        Self {
            begun: Instant::now(),
            of: order.len(),
            running: 0,
            summary: Summary::default(),
            all: order.iter().map(|(_, expected)| *expected).sum(),
            graded: Duration::ZERO,
            settled: Duration::ZERO,
        }
    }

    fn ended(&mut self, expected: Duration, done: &Result<Done, String>) {
        self.running -= 1;
        match done {
            Ok(Done::Graded(_)) => {
                self.summary.graded += 1;
                self.graded += expected;
            }
            Ok(Done::Settled) => {
                self.summary.settled += 1;
                self.settled += expected;
            }
            Ok(Done::Interrupted) | Err(_) => {}
        }
    }

    fn pace(&self) -> Pace {
        let took = self.begun.elapsed();
        let left = self.all.saturating_sub(self.graded + self.settled);
        let rate = took.as_secs_f64() / self.graded.as_secs_f64();
        Pace {
            done: self.summary.graded + self.summary.settled,
            of: self.of,
            running: self.running,
            per_minute: self.summary.graded as f64 * 60.0 / took.as_secs_f64().max(0.001),
            left: Duration::try_from_secs_f64(left.as_secs_f64() * rate).ok().filter(|_| rate.is_finite()),
        }
    }
}
