//! `gradus verify`: the matrix of candidates and checks, and what is wrong with the grader.

use crate::arguments::Verify;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::means::{Means, interrupt_on_signals, runtime};
use crate::screen;
use crate::subject;
use gradus_grade::Interrupt;
use gradus_intake::catalogue::Catalogue;
use gradus_verify::{Cell, Kind, Memory, NotVerified, Options, Row, Verification, verify};

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
        parallel: arguments.jobs.into(),
        only: arguments.only.clone(),
        wasm: arguments.wasm,
        memory: None,
    };
    let interrupt = Interrupt::default();
    runtime()?.block_on(async {
        interrupt_on_signals(&interrupt);
        let means = Means::new(arguments.sandbox).await?;
        let workshop = means.workshop(environment)?;
        let mut holds = true;
        for slug in &slugs {
            let graded = subject::graded(catalogue, slug)?;
            let folder = environment.cache.join("verified");
            let (exercise, grader) = (&graded.exercise, &graded.grader);
            let memory =
                || Memory::open(&folder, &environment.program, exercise, grader, &workshop, &options);
            let options =
                Options { memory: if arguments.again { None } else { memory() }, ..options.clone() };
            let live = |row: &Row| {
                if environment.live_err {
                    screen::err(&format!(
                        "\r\u{1b}[K{slug}: {} {}\r",
                        if row.problems.is_empty() { "✓" } else { "✗" },
                        title(row)
                    ));
                }
            };
            let verification =
                verify(catalogue, &graded.exercise, &graded.grader, &workshop, &options, &interrupt, &live)
                    .await
                    .map_err(|error| match error {
                        NotVerified::Catalogue(error) => {
                            subject::catalogue_problem(error, Exit::GraderBroken)
                        }
                        unknown => Problem::new(Exit::GraderBroken, unknown),
                    })?;
            if environment.live_err {
                screen::err("\r\u{1b}[K");
            }
            screen::out(&matrix(
                &verification,
                arguments.seeds,
                !arguments.only.is_empty(),
                environment.color_out,
            ));
            if verification.interrupted {
                return Ok(Exit::Interrupted);
            }
            holds &= verification.holds();
        }
        Ok(if holds { Exit::Passed } else { Exit::GraderBroken })
    })
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
        paint("32", &format!("{}: {count} programs, {seeds} seeds: all as they should be", verification.slug))
    } else {
        paint("31", &format!("{}: {wrong} of {count} programs are not as they should be", verification.slug))
    };
    text + "\n" + &sentence + "\n\n"
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
