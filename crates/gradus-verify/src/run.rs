//! Grades every candidate of some exercises, as many at a time as the machine bears, and collects what is wrong.

use crate::candidate::{self, Candidate, Kind};
use crate::judgement::{Cell as Came, Row};
use crate::memory::Memory;
use crate::trial::{Script, Trial};
use crate::turns::Turns;
use futures_util::future::join_all;
use gradus_grade::{Interrupt, Quiet, Sandbox, Supplies};
use gradus_intake::catalogue::{Catalogue, CatalogueError, LoadedExercise, LoadedGrader};
use gradus_sandbox::Launcher;
use std::cell::Cell;
use std::ffi::OsString;

/// What is verified, and how thoroughly.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Every candidate is graded with the first; with each other one, what can come out otherwise is graded again.
    pub seeds: Vec<u64>,
    /// Whether each check of each solution is also run alone, with the first seed.
    pub alone: bool,
    /// How much is graded at a time.
    pub jobs: Jobs,
    /// Whether solutions that can be, and their mutants, are graded in WebAssembly as well.
    pub wasm: bool,
    /// Only candidates of these names; all of them when empty.
    pub only: Vec<String>,
}

/// How many gradings run at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jobs {
    /// So many whatever the processors do.
    pub least: usize,
    /// So many while the processors have time to spare, as most gradings wait most of the time.
    pub most: usize,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { least: 1, most: 1 }
    }
}

/// What verifying needs of the machine.
#[derive(Clone, Debug)]
pub struct Workshop {
    /// What starts programs.
    pub launcher: Launcher,
    /// How programs are kept apart from this machine.
    pub sandbox: Sandbox,
    /// What builds may draw on.
    pub supplies: Supplies,
    /// What every program gets.
    pub environment: Vec<(OsString, OsString)>,
    /// Seconds since 1970-01-01 UTC.
    pub now: u64,
}

/// An exercise that is verified.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The exercise.
    pub exercise: &'a LoadedExercise,
    /// Its grader.
    pub grader: &'a LoadedGrader,
    /// Candidates that were as they should be before.
    pub memory: Option<&'a Memory>,
}

/// What came of one exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The exercise.
    pub slug: String,
    /// Its checks, in the grader's order.
    pub checks: Vec<String>,
    /// How many of them another seed can change.
    pub varying: usize,
    /// A row for each candidate.
    pub rows: Vec<Row>,
    /// Checks that no mutant fails.
    pub unproven: Vec<String>,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

/// What is told while exercises are verified.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// A candidate is done with.
    Row {
        /// Its exercise.
        slug: &'a str,
        /// What came of it.
        row: &'a Row,
        /// How many are, of all exercises.
        done: usize,
        /// How many there are.
        of: usize,
    },
    /// An exercise is done with.
    Exercise(&'a Verification),
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

/// Verifies exercises side by side. `told` is told of each as it is finished, in any order.
pub async fn verify(
    catalogue: &Catalogue,
    pairs: &[Pair<'_>],
    workshop: &Workshop,
    options: &Options,
    interrupt: &Interrupt,
    told: &dyn Fn(Told<'_>),
) -> Result<Vec<Verification>, NotVerified> {
    let mut candidates = Vec::new();
    for pair in pairs {
        candidates.push(wanted(catalogue, pair, options)?);
    }
    let turns = Turns::new(pairs.len(), options.jobs);
    let of = candidates.iter().map(Vec::len).sum();
    let done = Cell::new(0);
    let quiet = Quiet::default();
    let each = pairs.iter().zip(&candidates).enumerate().map(async |(index, (pair, candidates))| {
        let trial = Trial::new(pair.exercise, pair.grader, workshop, interrupt, &quiet);
        let script = Script::new(&pair.grader.grader, options, pair.memory);
        let slug = &pair.exercise.exercise.slug;
        let rows = candidates.iter().map(async |candidate| {
            let row = trial.row(candidate, &script, &turns, index).await?;
            done.set(done.get() + 1);
            told(Told::Row { slug, row: &row, done: done.get(), of });
            Some(row)
        });
        let rows = join_all(rows).await.into_iter().flatten().collect();
        let verification = verification(slug, script, rows, interrupt);
        told(Told::Exercise(&verification));
        verification
    });
    tokio::select! {
        verifications = join_all(each) => Ok(verifications),
        never = turns.give() => match never {},
    }
}

/// The candidates that were asked for.
fn wanted(catalogue: &Catalogue, pair: &Pair<'_>, options: &Options) -> Result<Vec<Candidate>, NotVerified> {
    let exercise = &pair.exercise.exercise;
    let (slug, only) = (&exercise.slug, &options.only);
    let mut candidates = candidate::all(catalogue, slug, pair.grader)?;
    if options.wasm {
        candidates.extend(candidate::in_wasm(&candidates, &exercise.wasm));
    }
    if let Some(unknown) = only.iter().find(|name| candidates.iter().all(|known| known.name != **name)) {
        return Err(NotVerified::Unknown { slug: slug.clone(), name: unknown.clone() });
    }
    candidates.retain(|candidate| only.is_empty() || only.contains(&candidate.name));
    let checks = pair.grader.grader.checks.iter().map(|check| check.id.value.clone());
    candidate::share_alone(&mut candidates, checks);
    Ok(candidates)
}

fn verification(slug: &str, script: Script<'_>, rows: Vec<Row>, interrupt: &Interrupt) -> Verification {
    Verification {
        slug: slug.to_owned(),
        unproven: unproven(&script.checks, &rows),
        checks: script.checks,
        varying: script.varying.len(),
        interrupted: interrupt.is_thrown(),
        rows,
    }
}

fn unproven(checks: &[String], rows: &[Row]) -> Vec<String> {
    let mutants: Vec<&Row> = rows.iter().filter(|row| matches!(row.kind, Kind::Mutant { .. })).collect();
    let caught = |index: usize| mutants.iter().any(|row| row.cells.get(index) == Some(&Came::Failed));
    checks.iter().enumerate().filter(|(index, _)| !caught(*index)).map(|(_, id)| id.clone()).collect()
}
