//! Grades every candidate, two at a time, and collects what is wrong.

use crate::candidate::{self, Candidate, Kind, Prepared};
use crate::judgement::{self, Cell, Row};
use crate::memory::Memory;
use futures_util::future::join_all;
use gradus_grade::{Folder, Interrupt, Job, Record, Sandbox, Silent, Subject, Supplies, Where, grade};
use gradus_intake::catalogue::{Catalogue, CatalogueError, LoadedExercise, LoadedGrader};
use gradus_model::report::{Progress, Report, Selection};
use gradus_sandbox::Launcher;
use std::cell::{Cell as Slot, RefCell};
use std::ffi::OsString;

/// What is verified, and how thoroughly.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Every candidate is graded once with each.
    pub seeds: Vec<u64>,
    /// Whether each check of each solution is also run alone, with the first seed.
    pub alone: bool,
    /// How many candidates are graded at a time.
    pub parallel: usize,
    /// Whether solutions that can be, and their mutants, are graded in WebAssembly as well.
    pub wasm: bool,
    /// Only candidates of these names; all of them when empty.
    pub only: Vec<String>,
    /// Candidates that were as they should be before.
    pub memory: Option<Memory>,
}

/// What verifying needs of the machine.
#[derive(Clone, Debug)]
pub struct Workshop<'a> {
    /// What starts programs.
    pub launcher: &'a Launcher,
    /// How programs are kept apart from this machine.
    pub sandbox: Sandbox,
    /// What builds may draw on.
    pub supplies: Supplies,
    /// What every program gets.
    pub environment: Vec<(OsString, OsString)>,
    /// Seconds since 1970-01-01 UTC.
    pub now: u64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The exercise.
    pub slug: String,
    /// Its checks, in the grader's order.
    pub checks: Vec<String>,
    /// A row for each candidate.
    pub rows: Vec<Row>,
    /// Checks that no mutant fails.
    pub unproven: Vec<String>,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

/// Why nothing was verified.
#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    /// Solutions, starters or mutants can't be read.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// One was asked for that is not there.
    #[error("{slug} has no solution, starter or mutant `{name}`")]
    Unknown {
        /// The exercise.
        slug: String,
        /// What was asked for.
        name: String,
    },
}

impl Verification {
    /// Whether the grader held.
    pub fn holds(&self) -> bool {
        !self.interrupted && self.rows.iter().all(|row| row.problems.is_empty())
    }
}

/// Verifies one exercise. `done` is told of each row as it is finished.
pub async fn verify(
    catalogue: &Catalogue,
    exercise: &LoadedExercise,
    grader: &LoadedGrader,
    workshop: &Workshop<'_>,
    options: &Options,
    interrupt: &Interrupt,
    done: &dyn Fn(&Row),
) -> Result<Verification, NotVerified> {
    let mut candidates = candidate::all(catalogue, &exercise.exercise.slug, grader)?;
    if options.wasm {
        candidates.extend(candidate::in_wasm(&candidates, &exercise.exercise.wasm));
    }
    if let Some(unknown) =
        options.only.iter().find(|name| candidates.iter().all(|known| known.name != **name))
    {
        let (slug, name) = (exercise.exercise.slug.clone(), unknown.clone());
        return Err(NotVerified::Unknown { slug, name });
    }
    candidates.retain(|candidate| options.only.is_empty() || options.only.contains(&candidate.name));
    let checks: Vec<String> = grader.grader.checks.iter().map(|check| check.id.value.clone()).collect();
    let trial = Trial { exercise, grader, workshop, options, interrupt, checks: &checks };
    let rows = RefCell::new(vec![None; candidates.len()]);
    let next = Slot::new(0);
    let worker = async || {
        while next.get() < candidates.len() && !interrupt.is_thrown() {
            let index = next.replace(next.get() + 1);
            let row = trial.row(&candidates[index]).await;
            done(&row);
            rows.borrow_mut()[index] = Some(row);
        }
    };
    join_all((0..options.parallel.max(1)).map(|_| worker())).await;
    let rows: Vec<Row> = rows.into_inner().into_iter().flatten().collect();
    Ok(Verification {
        slug: exercise.exercise.slug.clone(),
        unproven: unproven(&checks, &rows),
        checks,
        interrupted: interrupt.is_thrown(),
        rows,
    })
}

fn unproven(checks: &[String], rows: &[Row]) -> Vec<String> {
    let mutants: Vec<&Row> = rows.iter().filter(|row| matches!(row.kind, Kind::Mutant { .. })).collect();
    let caught = |index: usize| mutants.iter().any(|row| row.cells.get(index) == Some(&Cell::Failed));
    checks.iter().enumerate().filter(|(index, _)| !caught(*index)).map(|(_, id)| id.clone()).collect()
}

/// What every grading of one exercise has in common.
pub struct Trial<'a> {
    pub exercise: &'a LoadedExercise,
    pub grader: &'a LoadedGrader,
    pub workshop: &'a Workshop<'a>,
    pub options: &'a Options,
    pub interrupt: &'a Interrupt,
    pub checks: &'a [String],
}

impl Trial<'_> {
    async fn row(&self, candidate: &Candidate) -> Row {
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
                return row;
            }
        };
        if let Some(cells) =
            self.options.memory.as_ref().and_then(|memory| memory.recall(candidate, &prepared))
        {
            return Row { cells, recalled: true, ..row };
        }
        let mut built = false;
        for seed in &self.options.seeds {
            let report = self.grade(candidate, &prepared, built, *seed, Selection::All, None).await;
            built = !matches!(report.progress, Progress::NotBuilt(_));
            let found = judgement::problems(candidate, &report);
            row.problems.extend(found.into_iter().map(|problem| format!("{problem} (seed {seed})")));
            if row.cells.is_empty() || !row.problems.is_empty() {
                row.cells = judgement::cells(&report, self.checks);
            }
            if !row.problems.is_empty() {
                return row;
            }
        }
        if let Kind::Solution { lacks } = &candidate.kind
            && self.options.alone
            && !candidate.in_wasm
        {
            row.problems = self.alone(candidate, &prepared, lacks).await;
        }
        if let Some(memory) = self.options.memory.as_ref().filter(|_| row.problems.is_empty()) {
            memory.keep(candidate, &prepared, &row.cells);
        }
        row
    }

    /// Each check that it should pass, with only what it needs before it.
    async fn alone(&self, candidate: &Candidate, prepared: &Prepared, lacks: &[String]) -> Vec<String> {
        let seed = self.options.seeds.first().copied().unwrap_or(1);
        let mut problems = Vec::new();
        for id in self.checks.iter().filter(|id| !lacks.contains(id)) {
            let selection = Selection::Only(vec![id.clone()]);
            let report = self.grade(candidate, prepared, true, seed, selection, None).await;
            problems.extend(
                judgement::not_earned(&report).into_iter().map(|problem| format!("alone, {problem}")),
            );
        }
        problems
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
            keep: false,
        };
        grade(job, &mut Silent, self.interrupt).await
    }
}

/// Which checks a candidate fails under two seeds; or `build`, or `boot`. For recording a mutant.
pub async fn failures(
    candidate: &Candidate,
    exercise: &LoadedExercise,
    grader: &LoadedGrader,
    workshop: &Workshop<'_>,
    interrupt: &Interrupt,
) -> Result<Vec<String>, String> {
    let options = Options { seeds: vec![1, 2], parallel: 1, ..Options::default() };
    let trial = Trial { exercise, grader, workshop, options: &options, interrupt, checks: &[] };
    let prepared =
        candidate::prepare(candidate, exercise.exercise.submission).map_err(|error| error.to_string())?;
    let first = trial.grade(candidate, &prepared, false, 1, Selection::All, None).await;
    let built = !matches!(first.progress, Progress::NotBuilt(_));
    let second = trial.grade(candidate, &prepared, built, 2, Selection::All, None).await;
    let (first, second) = (judgement::failed(&first), judgement::failed(&second));
    if first == second {
        Ok(first)
    } else {
        Err(format!("with seed 1 it fails {}, with seed 2 {}", first.join(", "), second.join(", ")))
    }
}
