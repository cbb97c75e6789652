//! `gradus verify`: the matrix of candidates and checks, and what is wrong with the grader.

use crate::arguments::Verify;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::machine;
use crate::means::{Means, interrupt_on_signals, runtime};
use crate::screen;
use crate::subject;
use gradus_grade::Interrupt;
use gradus_intake::catalogue::Catalogue;
use gradus_model::duration::format_duration;
use gradus_verify::{Cell, Jobs, Kind, Memory, NotVerified, Options, Pair, Row, Told, Verification, verify};
use std::time::{Duration, Instant};

/// So many gradings for each processor run at a time, while the processors have time to spare.
const MOST_FOR_EACH: usize = 8;

pub fn run(catalogue: &Catalogue, arguments: &Verify, environment: &Environment) -> Result<Exit, Problem> {
    let slugs = if arguments.all {
        let exercises =
            catalogue.exercises().map_err(|error| subject::catalogue_problem(error, Exit::GraderBroken))?;
        exercises.into_iter().map(|loaded| loaded.exercise.slug).collect()
    } else {
        arguments.slugs.clone()
    };
    let options = Options {
        seeds: (1..=arguments.seeds).collect(),
        alone: true,
        jobs: arguments.jobs.map_or_else(jobs, |jobs| Jobs { least: jobs.into(), most: jobs.into() }),
        only: arguments.only.clone(),
        wasm: arguments.wasm,
    };
    let graded = slugs.iter().map(|slug| subject::graded(catalogue, slug)).collect::<Result<Vec<_>, _>>()?;
    let begun = Instant::now();
    let interrupt = Interrupt::default();
    let verifications = runtime()?.block_on(async {
        interrupt_on_signals(&interrupt);
        let means = Means::new(arguments.sandbox).await?;
        let workshop = means.workshop(environment)?;
        let folder = environment.cache.join("verified");
        let memory = |(exercise, grader)| {
            Memory::open(&folder, &environment.program, exercise, grader, &workshop, &options)
        };
        let memories: Vec<Option<Memory>> = graded
            .iter()
            .map(|graded| (&graded.exercise, &graded.grader))
            .map(|pair| if arguments.again { None } else { memory(pair) })
            .collect();
        let pairs: Vec<Pair<'_>> = graded
            .iter()
            .zip(&memories)
            .map(|(graded, memory)| Pair {
                exercise: &graded.exercise,
                grader: &graded.grader,
                memory: memory.as_ref(),
            })
            .collect();
        let told = |told: Told<'_>| tell(told, arguments, environment);
        verify(catalogue, &pairs, &workshop, &options, &interrupt, &told).await.map_err(|error| match error {
            NotVerified::Catalogue(error) => subject::catalogue_problem(error, Exit::GraderBroken),
            unknown => Problem::new(Exit::GraderBroken, unknown),
        })
    })?;
    if interrupt.is_thrown() {
        return Ok(Exit::Interrupted);
    }
    if verifications.len() > 1 {
        screen::out(&summary(&verifications, begun.elapsed(), environment.color_out));
    }
    let holds = verifications.iter().all(Verification::holds);
    Ok(if holds { Exit::Passed } else { Exit::GraderBroken })
}

/// Gradings wait most of their time, for servers that start and for clocks: more of them than processors keep these busy.
fn jobs() -> Jobs {
    let processors = machine::processors();
    Jobs { least: processors * 2, most: processors * MOST_FOR_EACH }
}

fn tell(told: Told<'_>, arguments: &Verify, environment: &Environment) {
    match told {
        Told::Row { slug, row, done, of } if environment.live_err => {
            let mark = if row.problems.is_empty() { "✓" } else { "✗" };
            let line = format!("{done} of {of} programs, {slug}: {mark} {}", title(row));
            let line: String = line.chars().take(environment.width.saturating_sub(1)).collect();
            screen::err(&format!("\r\u{1b}[K{line}"));
        }
        Told::Row { .. } => {}
        // Interrupted before anything came of it.
        Told::Exercise(verification) if verification.rows.is_empty() => {}
        Told::Exercise(verification) => {
            if environment.live_err {
                screen::err("\r\u{1b}[K");
            }
            screen::out(&matrix(
                verification,
                arguments.seeds,
                !arguments.only.is_empty(),
                environment.color_out,
            ));
        }
    }
}

/// What came of all exercises together.
fn summary(verifications: &[Verification], took: Duration, color: bool) -> String {
    let programs: usize = verifications.iter().map(|one| one.rows.len()).sum();
    let wrong: Vec<&str> =
        verifications.iter().filter(|one| !one.holds()).map(|one| one.slug.as_str()).collect();
    let all = verifications.len();
    let (code, came) = match wrong.as_slice() {
        [] => ("32", "all as they should be".to_owned()),
        [one] => ("31", format!("{one} is not as it should be")),
        some => ("31", format!("not as they should be: {}", some.join(", "))),
    };
    let sentence = format!("{all} exercises, {programs} programs: {came}");
    let sentence = if color { format!("\u{1b}[{code}m{sentence}\u{1b}[0m") } else { sentence };
    format!("{sentence} ({})\n", format_duration(took))
}

/// Candidates down, checks across; then what is wrong.
fn matrix(verification: &Verification, seeds: u64, partly: bool, color: bool) -> String {
    let paint = |code: &str, text: &str| {
        if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    };
    let width = verification.rows.iter().map(|row| title(row).chars().count()).max().unwrap_or(0);
    let mut text = format!("{}\n\n", paint("1", &verification.slug));
    for (index, id) in verification.checks.iter().enumerate() {
        text.push_str(&format!("  {:width$}   {}{id}\n", "", "│ ".repeat(index)));
    }
    for row in &verification.rows {
        let mark = if row.problems.is_empty() { paint("32", "✓") } else { paint("31", "✗") };
        let cells: Vec<String> = row.cells.iter().map(|cell| show(*cell, &paint)).collect();
        text.push_str(&format!("{mark} {:width$}   {}\n", title(row), cells.join(" ")));
    }
    text.push_str(&format!("\n  · passed   {} failed   - skipped   ! broken\n", paint("31", "x")));
    for row in verification.rows.iter().filter(|row| !row.problems.is_empty()) {
        for problem in &row.problems {
            text.push_str(&format!("\n{} {}: {problem}", paint("31", "✗"), title(row)));
        }
        text.push('\n');
    }
    for row in &verification.rows {
        for problem in &row.unsteady {
            text.push_str(&format!(
                "\n{} {}: right by itself, but beside others {problem}\n",
                paint("33", "!"),
                title(row)
            ));
        }
    }
    let recalled = verification.rows.iter().filter(|row| row.recalled).count();
    if recalled > 0 {
        text.push_str(&format!(
            "\n  {recalled} unchanged since they were as they should be, and not graded again\n"
        ));
    }
    if !verification.unproven.is_empty() && !partly {
        text.push_str(&format!(
            "\n{} no mutant fails: {}\n",
            paint("33", "!"),
            verification.unproven.join(", ")
        ));
    }
    let (count, wrong) =
        (verification.rows.len(), verification.rows.iter().filter(|row| !row.problems.is_empty()).count());
    let sentence = if wrong == 0 {
        let seeds = seeds_of(verification, seeds);
        let unsteady = verification.rows.iter().filter(|row| !row.unsteady.is_empty()).count();
        let unsteady = match unsteady {
            0 => String::new(),
            1 => ", one of them only with nothing beside it".to_owned(),
            some => format!(", {some} of them only with nothing beside them"),
        };
        let came = format!("all as they should be{unsteady}");
        paint("32", &format!("{}: {count} programs, {seeds}: {came}", verification.slug))
    } else {
        paint("31", &format!("{}: {wrong} of {count} programs are not as they should be", verification.slug))
    };
    text + "\n" + &sentence + "\n\n"
}

/// `2 seeds`, and for which checks more than the first made a difference.
fn seeds_of(verification: &Verification, seeds: u64) -> String {
    let (varying, checks) = (verification.varying, verification.checks.len());
    match seeds {
        1 => "1 seed".to_owned(),
        _ if varying == checks => format!("{seeds} seeds"),
        _ if varying == 0 => "1 seed, as no check draws anything".to_owned(),
        _ => format!("{seeds} seeds where a check draws something ({varying} of {checks})"),
    }
}

fn title(row: &Row) -> String {
    let target = if row.in_wasm { " in wasm" } else { "" };
    match &row.kind {
        Kind::Solution { .. } => format!("solution {}{target}", row.name),
        Kind::Starter => format!("starter {}{target}", row.name),
        Kind::Mutant { of, .. } => format!("mutant {} ({of}{target})", row.name),
    }
}

fn show(cell: Cell, paint: &dyn Fn(&str, &str) -> String) -> String {
    match cell {
        Cell::Passed => "·".into(),
        Cell::Failed => paint("31", "x"),
        Cell::Skipped => "-".into(),
        Cell::Broken => paint("35", "!"),
    }
}
