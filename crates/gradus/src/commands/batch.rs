//! `gradus batch`: grades a class into its gradebook, a line for each submission; whatever ends it, the next one goes on.

use crate::arguments::class::{Batch as Arguments, Regrade as Asked};
use crate::arguments::{self, Sandbox};
use crate::commands::{check, gradebook};
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::machine;
use crate::means::{Means, interrupt_on_signals, now, runtime, supplies};
use crate::screen;
use crate::subject;
use gradus_batch::gradebook::{Gradebook, Orders, Regrade, Verdict};
use gradus_batch::{Batch, BatchError, Event, Graded, Pace, Scratch, Summary};
use gradus_grade::Interrupt;
use gradus_intake::catalogue::Catalogue;
use gradus_intake::class::{self, Class, ClassError, Submission};
use gradus_model::duration::format_duration;
use gradus_model::redact::{Audience, redact};
use gradus_model::report::Report;
use gradus_report::json;
use gradus_report::terminal::sanitize_line;
use std::collections::BTreeMap;
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
        Some(Sandbox::None) => "none",
    };
    let baselines = graded.exercise.dir.join("baseline");
    let orders = Orders {
        exercise: &graded.exercise.exercise,
        grader: &graded.grader.grader,
        grader_digest: &graded.grader.digest,
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
    Ok(if show.verdicts.contains_key("not judged") { Exit::Machine } else { Exit::Passed })
}

/// What is shown while it runs.
struct Show<'e> {
    environment: &'e Environment,
    width: usize,
    shown: bool,
    verdicts: BTreeMap<&'static str, usize>,
    unstable: usize,
    wavers: BTreeMap<String, usize>,
}

impl<'e> Show<'e> {
    fn new(environment: &'e Environment, class: &Class) -> Self {
        let names = class.submissions.iter().map(|submission| name(submission).chars().count());
        Self {
            environment,
            width: names.max().unwrap_or(0).min(40),
            shown: false,
            verdicts: BTreeMap::new(),
            unstable: 0,
            wavers: BTreeMap::new(),
        }
    }

    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Begins { run, .. } => {
                let goes_on = if run.resumed { "Goes on with" } else { "Begins" };
                self.line(&format!("{goes_on} run {} with seed {}.\n\n", run.id, run.seed));
            }
            Event::Graded(submission, graded) => self.graded(submission, graded),
            Event::Pace(pace) => self.pace(pace),
            Event::Trouble(what) => {
                self.clear();
                screen::err(&format!("{}\n", sanitize_line(&what)));
            }
            Event::Grading(_) | Event::Settled(_) => {}
        }
    }

    fn graded(&mut self, submission: &Submission, graded: &Graded) {
        let (sign, color, word) = match graded.verdict {
            Verdict::Passed => ("✓", "32", "passed"),
            Verdict::Failed => ("✗", "31", "failed"),
            Verdict::Incomplete => ("!", "33", "not judged"),
            Verdict::Refused => ("!", "33", "refused"),
        };
        *self.verdicts.entry(word).or_default() += 1;
        let (passed, checks) = graded.checks;
        let name = name(submission);
        let pad = " ".repeat(self.width.saturating_sub(name.chars().count()));
        let mut said = match graded.verdict {
            Verdict::Passed | Verdict::Failed => {
                let score = graded.score;
                let points = format!("{} of {}", score.earned, score.maximum);
                format!(
                    "{:>3} %  {points:>9} points  {passed} of {}",
                    score.percent(),
                    counted(checks, "check")
                )
            }
            Verdict::Incomplete | Verdict::Refused => word.to_owned(),
        };
        said.push_str(&format!("  {}", format_duration(graded.took)));
        if graded.gradings > 1 {
            said.push_str(&format!("  graded {} times", graded.gradings));
        }
        if !graded.unstable.is_empty() {
            self.unstable += 1;
            said.push_str(&format!("  unstable: {}", graded.unstable.join(", ")));
        }
        for id in &graded.unstable {
            *self.wavers.entry(id.clone()).or_default() += 1;
        }
        if let Some(why) = &graded.why {
            said.push_str(&format!("  {}", shortened(&sanitize_line(why))));
        }
        let sign = if self.environment.color_out {
            format!("\u{1b}[{color}m{sign}\u{1b}[0m")
        } else {
            sign.to_owned()
        };
        self.line(&format!("{sign} {name}{pad}  {said}\n"));
    }

    fn pace(&mut self, pace: Pace) {
        if !self.environment.live_err {
            return;
        }
        let left =
            pace.left.map_or_else(String::new, |left| format!(", about {} left", format_duration(left)));
        let text = format!(
            "{} of {}, {} running, {:.0} a minute{left}",
            pace.done, pace.of, pace.running, pace.per_minute
        );
        let text: String = text.chars().take(self.environment.width.saturating_sub(1)).collect();
        screen::err(&format!("\r\u{1b}[K\u{1b}[2m{text}\u{1b}[0m"));
        self.shown = true;
    }

    fn line(&mut self, line: &str) {
        self.clear();
        screen::out(line);
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            screen::err("\r\u{1b}[K");
        }
    }

    fn summary(&self, summary: Summary) -> String {
        let mut said = vec![format!("{} graded", counted(summary.graded, "submission"))];
        said.extend(self.verdicts.iter().map(|(word, count)| format!("{count} {word}")));
        if self.unstable > 0 {
            said.push(format!("{} unstable", self.unstable));
        }
        if summary.settled > 0 {
            said.push(format!("{} as graded before", summary.settled));
        }
        format!("{}.", said.join(", "))
    }

    /// How many submissions each check wavered in.
    fn wavering(&self) -> String {
        if self.wavers.is_empty() {
            return "Every check came out alike each time.\n".to_owned();
        }
        let mut wavers: Vec<_> = self.wavers.iter().collect();
        wavers.sort_by_key(|(id, count)| (std::cmp::Reverse(**count), (*id).clone()));
        let line = |(id, count): &(&String, &usize)| {
            format!("  {id}: wavers in {}\n", counted(**count, "submission"))
        };
        format!("Checks that did not always come out alike:\n{}", wavers.iter().map(line).collect::<String>())
    }
}

fn name(submission: &Submission) -> String {
    let label: String = submission.label.chars().take(12).collect();
    let id = sanitize_line(&submission.student.id);
    if label.is_empty() { id } else { format!("{id} {}", sanitize_line(&label)) }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 140 {
        text.to_owned()
    } else {
        text.chars().take(139).collect::<String>() + "…"
    }
}
