//! One candidate: graded as a whole with the first seed, and what else there is to be known of it once that came out right.

use crate::candidate::{self, Candidate, Kind, Prepared};
use crate::judgement::{self, Row};
use crate::memory::Memory;
use crate::run::{Options, Workshop};
use crate::turns::{Turn, Turns, Urgency};
use futures_util::future::join_all;
use gradus_grade::{Folder, Interrupt, Job, Quiet, Record, Sandbox, Silent, Subject, Where, grade};
use gradus_intake::catalogue::{LoadedExercise, LoadedGrader};
use gradus_model::grader::Grader;
use gradus_model::report::{Progress, Report, Selection};
use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

/// What every grading of one exercise has in common.
pub struct Trial<'a> {
    exercise: Arc<LoadedExercise>,
    grader: Arc<LoadedGrader>,
    workshop: &'a Workshop,
    interrupt: &'a Interrupt,
    /// Shared by all gradings at a time.
    quiet: Quiet,
}

/// How the candidates of one exercise are graded.
pub struct Script<'a> {
    /// Every check, in the grader's order.
    pub checks: Vec<String>,
    /// Those that another seed can change.
    pub varying: Vec<String>,
    first: u64,
    others: &'a [u64],
    alone: bool,
    grader: &'a Grader,
    memory: Option<&'a Memory>,
}

/// One more grading of a candidate that came out right as a whole.
enum Further {
    /// With another seed: the first of these selections that comes out right, else the last.
    Seed(u64, Vec<Selection>),
    /// A check with only what it needs before it.
    Alone(String),
}

/// What one grading came to.
struct Judged {
    report: Report,
    /// What is wrong with it.
    problems: Vec<String>,
    /// What was wrong beside others, and was not when nothing was beside it.
    unsteady: Vec<String>,
}

impl Judged {
    /// Whether something is wrong that others may be to blame for: they take processors from each other, and what a request
    /// may take is time. Whoever asks gives the turn back.
    fn is_doubtful(&self, turn: Turn<'_>) -> bool {
        !self.problems.is_empty() && !turn.was_alone()
    }

    /// After it was graded again with nothing beside it, which counts.
    fn once_more(self, again: Self) -> Self {
        let unsteady = if again.problems.is_empty() { self.problems } else { Vec::new() };
        Self { unsteady, ..again }
    }
}

impl<'a> Script<'a> {
    /// What the options come to for this grader.
    pub fn new(grader: &'a Grader, options: &'a Options, memory: Option<&'a Memory>) -> Self {
        let (first, others) =
            options.seeds.split_first().map_or((1, [].as_slice()), |(one, more)| (*one, more));
        Self {
            checks: grader.checks.iter().map(|check| check.id.value.clone()).collect(),
            varying: grader.varying().into_iter().map(str::to_owned).collect(),
            first,
            others,
            alone: options.alone,
            grader,
            memory,
        }
    }

    fn further(&self, candidate: &Candidate) -> Vec<Further> {
        let selections = self.again(candidate);
        let seeds = self.others.iter().filter(|_| !selections.is_empty());
        let mut further: Vec<Further> = seeds.map(|seed| Further::Seed(*seed, selections.clone())).collect();
        if let Kind::Solution { alone, .. } = &candidate.kind
            && self.alone
        {
            let alone = gradus_grade::alone(self.grader, alone.iter().map(String::as_str));
            further.extend(alone.into_iter().map(|id| Further::Alone(id.to_owned())));
        }
        further
    }

    /// What is graded with each other seed, until it comes out right: of a mutant what it should fail, as whether that is seen may
    /// hang on what is drawn; all else only where it fails after others alone. That the other checks hold, solutions show.
    fn again(&self, candidate: &Candidate) -> Vec<Selection> {
        let all = self.selection(candidate);
        let Kind::Mutant { fails, .. } = &candidate.kind else {
            return if self.varying.is_empty() { Vec::new() } else { vec![all] };
        };
        let seen: Vec<String> = self.varying.iter().filter(|id| fails.contains(id)).cloned().collect();
        if seen.is_empty() { Vec::new() } else { vec![Selection::Only(seen), all] }
    }

    /// What another seed can change: that a starter does not pass is seen of all checks only.
    fn selection(&self, candidate: &Candidate) -> Selection {
        if self.varying.len() == self.checks.len() || candidate.kind == Kind::Starter {
            return Selection::All;
        }
        Selection::Only(self.varying.clone())
    }
}

impl<'a> Trial<'a> {
    /// Gradings of this exercise by this grader, beside all others that share `quiet`.
    pub fn new(
        exercise: &LoadedExercise,
        grader: &LoadedGrader,
        workshop: &'a Workshop,
        interrupt: &'a Interrupt,
        quiet: &Quiet,
    ) -> Self {
        let (exercise, grader) = (Arc::new(exercise.clone()), Arc::new(grader.clone()));
        Self { exercise, grader, workshop, interrupt, quiet: quiet.clone() }
    }

    /// What came of a candidate; nothing, if it was interrupted before that was known. What is wrong beside other gradings
    /// is wrong only if it is so, too, when nothing is beside it.
    pub async fn row(
        &self,
        candidate: &Candidate,
        script: &Script<'_>,
        turns: &Turns,
        exercise: usize,
    ) -> Option<Row> {
        let turn = turns.take(exercise, Urgency::First).await;
        if self.interrupt.is_thrown() {
            return None;
        }
        let mut row = Row {
            name: candidate.name.clone(),
            kind: candidate.kind.clone(),
            in_wasm: candidate.in_wasm,
            cells: Vec::new(),
            problems: Vec::new(),
            unsteady: Vec::new(),
            recalled: false,
        };
        let prepare = || candidate::prepare(candidate, self.exercise.exercise.submission);
        let mut prepared = match prepare() {
            Ok(prepared) => prepared,
            Err(error) => {
                row.problems.push(error.to_string());
                return Some(row);
            }
        };
        if let Some(cells) = script.memory.and_then(|memory| memory.recall(candidate, &prepared)) {
            return Some(Row { cells, recalled: true, ..row });
        }
        let mut judged = self.whole(candidate, &prepared, script).await?;
        if judged.is_doubtful(turn) {
            let _alone = turns.take(exercise, Urgency::Alone).await;
            // Nothing that the first grading built is in its way.
            prepared = prepare().unwrap_or(prepared);
            judged = judged.once_more(self.whole(candidate, &prepared, script).await?);
        }
        row.cells = judgement::cells(&judged.report, &script.checks, &[]);
        row.unsteady = judged.unsteady;
        row.problems = judged.problems;
        if !row.problems.is_empty() {
            return Some(row);
        }
        let built = !matches!(judged.report.progress, Progress::NotBuilt(_));
        let further = script.further(candidate).into_iter().map(async |further| {
            let again = async || self.further(candidate, &prepared, built, &further, script.first).await;
            let turn = turns.take(exercise, Urgency::Again).await;
            let judged = again().await?;
            if !judged.is_doubtful(turn) {
                return Some(judged);
            }
            let _alone = turns.take(exercise, Urgency::Alone).await;
            Some(judged.once_more(again().await?))
        });
        for judged in join_all(further).await {
            let judged = judged?;
            if !judged.problems.is_empty() {
                row.cells = judgement::cells(&judged.report, &script.checks, &row.cells);
            }
            row.problems.extend(judged.problems);
            row.unsteady.extend(judged.unsteady);
        }
        if let Some(memory) = script.memory.filter(|_| row.problems.is_empty() && row.unsteady.is_empty()) {
            memory.keep(candidate, &prepared, &row.cells);
        }
        Some(row)
    }

    /// All checks with the first seed; nothing, if it was interrupted.
    async fn whole(&self, candidate: &Candidate, prepared: &Prepared, script: &Script<'_>) -> Option<Judged> {
        let report = self.uncut(candidate, prepared, false, script.first, Selection::All).await?;
        let problems = with_seed(judgement::problems(candidate, &report), script.first);
        Some(Judged { report, problems, unsteady: Vec::new() })
    }

    /// What else is graded; nothing, if it was interrupted.
    async fn further(
        &self,
        candidate: &Candidate,
        prepared: &Prepared,
        built: bool,
        further: &Further,
        first: u64,
    ) -> Option<Judged> {
        let (report, problems) = match further {
            Further::Seed(seed, selections) => {
                let mut came = None;
                for selection in selections {
                    let report = self.uncut(candidate, prepared, built, *seed, selection.clone()).await?;
                    let problems = with_seed(judgement::problems(candidate, &report), *seed);
                    let is_right = problems.is_empty();
                    came = Some((report, problems));
                    if is_right {
                        break;
                    }
                }
                came?
            }
            Further::Alone(id) => {
                let selection = Selection::Only(vec![id.clone()]);
                let report = self.uncut(candidate, prepared, built, first, selection).await?;
                let problems = judgement::not_earned(&report).into_iter();
                let problems = problems.map(|problem| format!("alone, {problem}")).collect();
                (report, problems)
            }
        };
        Some(Judged { report, problems, unsteady: Vec::new() })
    }

    /// One grading; nothing, if it was interrupted: what did not come then says nothing of the program.
    async fn uncut(
        &self,
        candidate: &Candidate,
        prepared: &Prepared,
        built: bool,
        seed: u64,
        selection: Selection,
    ) -> Option<Report> {
        if self.interrupt.is_thrown() {
            return None;
        }
        let report = self.grade(candidate, prepared, built, seed, selection, None).await;
        (!self.interrupt.is_thrown()).then_some(report)
    }

    /// Grades a candidate once; with a record, files of expected output are recorded, and not judged. Each grading has a thread
    /// of its own: what one program has us compute, as one in WebAssembly has us all of it, holds up nobody else's answers.
    pub async fn grade(
        &self,
        candidate: &Candidate,
        prepared: &Prepared,
        built: bool,
        seed: u64,
        selection: Selection,
        record: Option<Record>,
    ) -> Report {
        let (exercise, grader, interrupt) =
            (self.exercise.clone(), self.grader.clone(), self.interrupt.clone());
        let (now, quiet) = (self.workshop.now, self.quiet.clone());
        let path = prepared.folder.path().to_owned();
        let folder = Folder {
            name: candidate.name.clone(),
            plan: prepared.plan.clone(),
            digest: prepared.digest.clone(),
            place: if built { Where::Built(path) } else { Where::Copy(path) },
            sandbox: if candidate.in_wasm { Sandbox::Wasm } else { self.workshop.sandbox.clone() },
            launcher: self.workshop.launcher.clone(),
            supplies: self.workshop.supplies.clone(),
            environment: self.workshop.environment.clone(),
        };
        let grading = move || async move {
            let job = Job {
                exercise: &exercise.exercise,
                grader: &grader.grader,
                grader_digest: &grader.digest,
                withheld: grader.withheld,
                baselines: exercise.dir.join("baseline"),
                subject: Subject::Folder(folder),
                seed,
                now,
                selection,
                record,
                quiet,
            };
            grade(job, &mut Silent, &interrupt).await
        };
        match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => {
                let report = spawn_blocking(move || runtime.block_on(grading())).await;
                report.unwrap_or_else(|error| resume_unwind(error.into_panic()))
            }
            // It has no more files for us; here it needs none of its own.
            Err(_) => grading().await,
        }
    }
}

fn with_seed(problems: Vec<String>, seed: u64) -> Vec<String> {
    problems.into_iter().map(|problem| format!("{problem} (seed {seed})")).collect()
}

/// Which checks a candidate fails, under two seeds where these can make a difference; or `build`, or `boot`. For recording a
/// mutant.
pub async fn failures(
    candidate: &Candidate,
    exercise: &LoadedExercise,
    grader: &LoadedGrader,
    workshop: &Workshop,
    interrupt: &Interrupt,
) -> Result<Vec<String>, String> {
    let trial = Trial::new(exercise, grader, workshop, interrupt, &Quiet::default());
    let options = Options { seeds: vec![1, 2], ..Options::default() };
    let script = Script::new(&grader.grader, &options, None);
    let prepared =
        candidate::prepare(candidate, exercise.exercise.submission).map_err(|error| error.to_string())?;
    let report = trial.grade(candidate, &prepared, false, 1, Selection::All, None).await;
    let first = judgement::failed(&report);
    if script.varying.is_empty() {
        return Ok(first);
    }
    let built = !matches!(report.progress, Progress::NotBuilt(_));
    let report = trial.grade(candidate, &prepared, built, 2, script.selection(candidate), None).await;
    let (wanted, second) = (judgement::chosen(&report, &first), judgement::failed(&report));
    if wanted == second {
        Ok(first)
    } else {
        Err(format!("with seed 1 it fails {}, with seed 2 {}", wanted.join(", "), second.join(", ")))
    }
}
