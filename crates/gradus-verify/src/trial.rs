//! One candidate: graded as a whole with the first seed, and what else there is to be known of it once that came out right.

use crate::candidate::{self, Candidate, Kind, Prepared};
use crate::judgement::{self, Row};
use crate::memory::Memory;
use crate::run::{Options, Workshop};
use crate::turns::{Place, Turns, Urgency};
use futures_util::future::join_all;
use gradus_grade::{Folder, Interrupt, Job, Quiet, Record, Sandbox, Silent, Subject, Where, grade};
use gradus_intake::catalogue::{LoadedExercise, LoadedGrader};
use gradus_model::grader::Grader;
use gradus_model::report::{Progress, Report, Selection};

/// What every grading of one exercise has in common.
pub struct Trial<'a> {
    pub exercise: &'a LoadedExercise,
    pub grader: &'a LoadedGrader,
    pub workshop: &'a Workshop<'a>,
    pub interrupt: &'a Interrupt,
    /// Shared by all gradings at a time.
    pub quiet: Quiet,
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
    /// With another seed.
    Seed(u64, Selection),
    /// A check with only what it needs before it.
    Alone(String),
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
        let seeds = self.others.iter().filter(|_| !self.varying.is_empty());
        let seeds = seeds.map(|seed| Further::Seed(*seed, self.selection(candidate)));
        let mut further: Vec<Further> = seeds.collect();
        if let Kind::Solution { lacks } = &candidate.kind
            && self.alone
            && !candidate.in_wasm
        {
            let ids = self.checks.iter().filter(|id| !lacks.contains(id)).map(String::as_str);
            let alone = gradus_grade::alone(self.grader, ids);
            further.extend(alone.into_iter().map(|id| Further::Alone(id.to_owned())));
        }
        further
    }

    /// What is graded with other seeds: that a starter does not pass is seen of all checks only.
    fn selection(&self, candidate: &Candidate) -> Selection {
        if self.varying.len() == self.checks.len() || candidate.kind == Kind::Starter {
            return Selection::All;
        }
        Selection::Only(self.varying.clone())
    }
}

impl Trial<'_> {
    /// What came of a candidate; nothing, if it was interrupted before.
    pub async fn row(
        &self,
        candidate: &Candidate,
        script: &Script<'_>,
        turns: &Turns,
        exercise: usize,
    ) -> Option<Row> {
        let place = if candidate.in_wasm { Place::Here } else { Place::Apart };
        let turn = turns.take(exercise, Urgency::First, place).await;
        if self.interrupt.is_thrown() {
            return None;
        }
        let mut row = Row {
            name: candidate.name.clone(),
            kind: candidate.kind.clone(),
            in_wasm: candidate.in_wasm,
            cells: Vec::new(),
            problems: Vec::new(),
            recalled: false,
        };
        let prepared = match candidate::prepare(candidate, self.exercise.exercise.submission) {
            Ok(prepared) => prepared,
            Err(error) => {
                row.problems.push(error.to_string());
                return Some(row);
            }
        };
        if let Some(cells) = script.memory.and_then(|memory| memory.recall(candidate, &prepared)) {
            return Some(Row { cells, recalled: true, ..row });
        }
        let report = self.grade(candidate, &prepared, false, script.first, Selection::All, None).await;
        drop(turn);
        row.cells = judgement::cells(&report, &script.checks, &[]);
        row.problems = with_seed(judgement::problems(candidate, &report), script.first);
        if !row.problems.is_empty() {
            return Some(row);
        }
        let built = !matches!(report.progress, Progress::NotBuilt(_));
        let further = script.further(candidate).into_iter().map(async |further| {
            let _turn = turns.take(exercise, Urgency::Again, place).await;
            match self.interrupt.is_thrown() {
                true => None,
                false => Some(self.further(candidate, &prepared, built, further, script.first).await),
            }
        });
        for done in join_all(further).await {
            match done {
                Some((report, problems)) if !problems.is_empty() => {
                    row.cells = judgement::cells(&report, &script.checks, &row.cells);
                    row.problems.extend(problems);
                }
                Some(_) => {}
                None => return None,
            }
        }
        if let Some(memory) = script.memory.filter(|_| row.problems.is_empty()) {
            memory.keep(candidate, &prepared, &row.cells);
        }
        Some(row)
    }

    /// The report, and what is wrong.
    async fn further(
        &self,
        candidate: &Candidate,
        prepared: &Prepared,
        built: bool,
        further: Further,
        first: u64,
    ) -> (Report, Vec<String>) {
        match further {
            Further::Seed(seed, selection) => {
                let report = self.grade(candidate, prepared, built, seed, selection, None).await;
                let problems = with_seed(judgement::problems(candidate, &report), seed);
                (report, problems)
            }
            Further::Alone(id) => {
                let selection = Selection::Only(vec![id]);
                let report = self.grade(candidate, prepared, built, first, selection, None).await;
                let problems = judgement::not_earned(&report).into_iter();
                let problems = problems.map(|problem| format!("alone, {problem}")).collect();
                (report, problems)
            }
        }
    }

    /// Grades a candidate once; with a record, files of expected output are recorded, and not judged.
    pub async fn grade(
        &self,
        candidate: &Candidate,
        prepared: &Prepared,
        built: bool,
        seed: u64,
        selection: Selection,
        record: Option<Record>,
    ) -> Report {
        let path = prepared.folder.path().to_owned();
        let folder = Folder {
            name: candidate.name.clone(),
            plan: prepared.plan.clone(),
            digest: prepared.digest.clone(),
            place: if built { Where::Built(path) } else { Where::Copy(path) },
            sandbox: if candidate.in_wasm { Sandbox::Wasm } else { self.workshop.sandbox.clone() },
            launcher: self.workshop.launcher,
            supplies: self.workshop.supplies.clone(),
            environment: self.workshop.environment.clone(),
        };
        let job = Job {
            exercise: &self.exercise.exercise,
            grader: &self.grader.grader,
            grader_digest: &self.grader.digest,
            withheld: self.grader.withheld,
            baselines: self.exercise.dir.join("baseline"),
            subject: Subject::Folder(folder),
            seed,
            now: self.workshop.now,
            selection,
            record,
            quiet: self.quiet.clone(),
        };
        grade(job, &mut Silent, self.interrupt).await
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
    workshop: &Workshop<'_>,
    interrupt: &Interrupt,
) -> Result<Vec<String>, String> {
    let trial = Trial { exercise, grader, workshop, interrupt, quiet: Quiet::default() };
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
