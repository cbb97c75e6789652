//! `gradus batch`: grades a class into its gradebook, a line for each submission; whatever ends it, the next one goes on.

mod show;

use crate::arguments::class::{Batch as Arguments, Regrade as Asked};
use crate::arguments::{self, Sandbox};
use crate::commands::{check, gradebook};
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::machine;
use crate::means::{Means, interrupt_on_signals, now, runtime, supplies};
use crate::screen;
use crate::subject;
use gradus_batch::gradebook::{Gradebook, Orders, Regrade};
use gradus_batch::{Batch, BatchError, Scratch, Summary};
use gradus_grade::Interrupt;
use gradus_intake::catalogue::Catalogue;
use gradus_intake::class::{self, Class, ClassError};
use gradus_model::redact::{Audience, redact};
use gradus_model::report::Report;
use gradus_report::json;
use gradus_report::terminal::sanitize_line;
use show::{Show, counted};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Promised at a time where the system does not say what it has.
const MEMORY: u64 = 2 << 30;

pub fn run(catalogue: &Catalogue, arguments: &Arguments, environment: &Environment) -> Result<Exit, Problem> {
    let graded = subject::graded(catalogue, &arguments.slug)?;
    let policy = gradebook::policy::read(&arguments.policy)?;
    let path = environment.current_dir.join(&arguments.gradebook);
    let _lock = Gradebook::lock(&path).map_err(gradebook::problem)?;
    let scratch = Scratch::beside(&path)
        .map_err(|error| Problem::new(Exit::Machine, format!("no place beside the gradebook: {error}")))?;
    let source = environment.current_dir.join(&arguments.source);
    let class = class_in(&source, &scratch)?;
    announce(&class);
    if let Some(withheld) = graded.grader.withheld {
        screen::err(&format!(
            "This is the public part of the grader: {} worth {} points are not checked. Marks take the whole one.\n",
            counted(withheld.checks as usize, "hidden check"),
            withheld.points
        ));
    }
    let means = runtime()?.block_on(sandbox(arguments.sandbox))?;
    // Made last: a mistake on the command line leaves no empty gradebook behind.
    let mut book = Gradebook::open(&path).map_err(gradebook::problem)?;
    gradebook::policy::keep(&mut book, &arguments.slug, &policy)?;
    let supplies = supplies(&arguments.build_network, environment)?;
    let interrupt = Interrupt::default();
    let signals = runtime()?;
    let thrown = interrupt.clone();
    // It waits for signals as long as the program lives.
    std::thread::spawn(move || {
        signals.block_on(async {
            interrupt_on_signals(&thrown);
            std::future::pending::<()>().await;
        });
    });
    let report = |report: &Report| json::write(&redact(report.clone(), Audience::Instructor));
    let isolation = match arguments.sandbox {
        None | Some(Sandbox::Native) => "native",
        Some(Sandbox::Guarded) => "guarded",
        Some(Sandbox::Wasm) => "wasm",
        Some(Sandbox::None) => "none",
    };
    let baselines = graded.exercise.dir.join("baseline");
    let orders = Orders {
        exercise: &graded.exercise.exercise,
        grader: &graded.grader.grader,
        grader_digest: &graded.grader.digest,
        withheld: graded.grader.withheld,
        baselines: &baselines,
        source: &source.display().to_string(),
        isolation,
        regrade: match arguments.regrade {
            Asked::Changed => Regrade::Changed,
            Asked::Failed => Regrade::Failed,
            Asked::All => Regrade::All,
        },
        repeat: arguments.repeat,
        seed: arguments.seed,
    };
    let batch = Batch {
        orders,
        submissions: &class.submissions,
        sandbox: &means.sandbox,
        environment: &environment.passed_on,
        supplies: &supplies,
        jobs: arguments.jobs.map_or_else(machine::processors, usize::from),
        memory: machine::memory().unwrap_or(MEMORY),
        scratch: &scratch,
        new_seed: check::random_seed()?,
        clock: &now,
        json: &report,
        interrupt: &interrupt,
    };
    let book = Mutex::new(book);
    let mut show = Show::new(environment, &class);
    let summary = gradus_batch::run(&batch, &book, &mut |event| show.event(event)).map_err(batch_problem)?;
    show.clear();
    let book = book.into_inner().unwrap_or_else(PoisonError::into_inner);
    end(&show, summary, &interrupt, arguments, &book, environment)
}

pub fn class_in(source: &Path, scratch: &Scratch) -> Result<Class, Problem> {
    let folder = scratch.folder("class").map_err(|error| Problem::new(Exit::Machine, error))?;
    class::read(source, &folder).map_err(|error| {
        let way_out = match &error {
            ClassError::OneSubmission(dir) => format!("To grade it alone: gradus check {}", dir.display()),
            ClassError::Roster { .. } => {
                "A roster begins with a line such as: student,path  or: student,repository,revision,submitted_at".into()
            }
            ClassError::Twice { .. } => "Keep one of them, or tell them apart in a roster.".into(),
            _ => "Give a folder of folders or archives, one archive of them all, or a roster in CSV.".into(),
        };
        Problem::new(Exit::Usage, error).way_out(way_out)
    })
}

fn announce(class: &Class) {
    screen::out(&format!("{} in {}.\n", counted(class.submissions.len(), "submission"), class.layout));
    for (name, why) in &class.passed_over {
        screen::err(&format!("passed over: {}: {}\n", sanitize_line(name), sanitize_line(why)));
    }
}

/// Grading what others wrote takes the full sandbox, or a weaker one by name; never silently.
async fn sandbox(asked: Option<Sandbox>) -> Result<Means, Problem> {
    let means = Means::new(Some(asked.unwrap_or(arguments::Sandbox::Native))).await;
    means.map_err(|problem| match asked {
        Some(_) => problem,
        None => problem.way_out(
            "What others wrote is graded in the full sandbox only. `gradus doctor` says what is missing and how to mend it.\nA weaker one must be named: --sandbox guarded",
        ),
    })
}

fn batch_problem(error: BatchError) -> Problem {
    match error {
        BatchError::Gradebook(error) => gradebook::problem(error),
        BatchError::NoTools(_) => Problem::new(Exit::Machine, error),
    }
}

fn end(
    show: &Show<'_>,
    summary: Summary,
    interrupt: &Interrupt,
    arguments: &Arguments,
    book: &Gradebook,
    environment: &Environment,
) -> Result<Exit, Problem> {
    screen::out(&format!("\n{}\n", show.summary(summary)));
    if arguments.repeat > 1 {
        screen::out(&show.wavering());
    }
    if !summary.complete {
        screen::out("The same command goes on from here.\n");
        return Ok(if interrupt.is_thrown() { Exit::Interrupted } else { Exit::Machine });
    }
    if let Some(out) = &arguments.out {
        gradebook::export::pages(book, &arguments.slug, &environment.current_dir.join(out))?;
    }
    screen::out("`gradus gradebook show` shows the class, `gradus gradebook explain STUDENT` one learner.\n");
    Ok(if show.left_open() { Exit::Machine } else { Exit::Passed })
}
