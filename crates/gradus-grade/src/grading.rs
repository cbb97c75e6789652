//! One grading from end to end. Whatever happens, it answers with a report.

use crate::Doing;
use crate::backing::Host;
use crate::boot::NotReady;
use crate::build::{self, NotBuilt};
use crate::check::Ran;
use crate::contracts::Contracts;
use crate::further::Further;
use crate::ground::Sandbox;
use crate::interrupt::Interrupt;
use crate::job::{Folder, Job, Remote, Subject};
use crate::kept::Kept;
use crate::observe::{Event, Observer};
use crate::order;
use crate::portable::{self, Portables};
use crate::quiet::{Leave, Waits};
use crate::session::{Session, start};
use crate::shell;
use crate::target::{ProgramTarget, Recipe, Target, UrlTarget};
use crate::traces;
use crate::upstreams::Upstreams;
use gradus_model::draw;
use gradus_model::duration::format_duration;
use gradus_model::eval;
use gradus_model::grader::{Check, Grader, Visibility};
use gradus_model::json::Json;
use gradus_model::outcome::{Because, Fault, Outcome};
use gradus_model::report::{CheckReport, ExerciseName, Graded, Isolation, Phase, Progress, Report};
use gradus_model::value::Bindings;
use std::ffi::OsString;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Grades a submission.
pub fn grade<'a>(
    job: Job<'a>,
    observer: &'a mut dyn Observer,
    interrupt: &'a Interrupt,
) -> Doing<'a, Report> {
    Box::pin(async move { run(job, Afterwards::End, observer, interrupt).await.0 })
}

/// Grades a submission, and leaves its server up; nothing if it is not up by then.
pub fn grade_and_keep<'a>(
    job: Job<'a>,
    observer: &'a mut dyn Observer,
    interrupt: &'a Interrupt,
) -> Doing<'a, (Report, Option<Kept>)> {
    Box::pin(run(job, Afterwards::Stay, observer, interrupt))
}

/// What becomes of the server once the checks are done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    End,
    Stay,
}

async fn run(
    job: Job<'_>,
    afterwards: Afterwards,
    observer: &mut dyn Observer,
    interrupt: &Interrupt,
) -> (Report, Option<Kept>) {
    let begun = Instant::now();
    let mut report = blank(&job);
    let waits = Rc::new(Waits::default());
    let ended = waits.within(job.exercise.limits.grading, async {
        let mut grading = Grading {
            job: &job,
            observer,
            interrupt,
            report: &mut report,
            hidden_began: false,
            leave: Leave::of(&job.quiet, &waits),
        };
        grading.run(afterwards).await
    });
    let kept = ended.await;
    if kept.is_none() {
        let limit = format_duration(job.exercise.limits.grading);
        report.progress = Progress::CutShort(format!("the {limit} that a grading may take were over"));
    }
    skip_the_rest(&job, &mut report);
    traces::point(&mut report, &job.subject);
    report.took = begun.elapsed();
    (report, kept.flatten())
}

struct Grading<'a, 'j> {
    job: &'a Job<'j>,
    observer: &'a mut dyn Observer,
    interrupt: &'a Interrupt,
    report: &'a mut Report,
    hidden_began: bool,
    leave: Leave,
}

impl Grading<'_, '_> {
    async fn run(&mut self, afterwards: Afterwards) -> Option<Kept> {
        let job = self.job;
        self.leave.take(false).await;
        let apart = matches!(&job.subject, Subject::Folder(folder) if folder.sandbox == Sandbox::Native);
        let mut upstreams = match Upstreams::new(job.grader, job.seed, apart) {
            Ok(upstreams) => upstreams,
            Err(error) => {
                self.broken(format!("no port for a stub: {error}"), None);
                return None;
            }
        };
        let mut further = Further::new(job, None);
        let mut target: Box<dyn Target> = match &job.subject {
            Subject::Unrunnable(what) => {
                self.report.progress = what.progress.clone();
                return None;
            }
            Subject::Url(Remote { url, .. }) => match UrlTarget::new(url) {
                Ok(target) => Box::new(target),
                Err(error) => {
                    self.broken(error.to_string(), None);
                    return None;
                }
            },
            Subject::Folder(folder) if portable::is_wanted(folder) => {
                let (target, portables) = self.portable(folder, &upstreams).await?;
                further = Further::in_wasm(job, portables);
                target
            }
            Subject::Folder(folder) => {
                if let Some(why) = build::is_another_kind(folder, job.exercise, job.grader) {
                    self.report.progress = Progress::NotBuilt(why);
                    return None;
                }
                let mut recipe = self.build(folder, &upstreams).await?;
                if let Err(Fault { what, way_out }) = lean(folder, job.grader, &mut upstreams).await {
                    self.broken(what, way_out);
                    return None;
                }
                recipe.files = upstreams.backing().files();
                further = Further::new(job, Some(recipe.clone()));
                match ProgramTarget::new(recipe) {
                    Ok(target) => Box::new(target),
                    Err(error) => {
                        self.broken(format!("no place for the submission's data: {error}"), None);
                        return None;
                    }
                }
            }
        };
        self.report.isolation = target.isolation();
        self.run_on(&mut *target, &mut further, &mut upstreams).await;
        let stays = afterwards == Afterwards::Stay && !self.interrupt.is_thrown();
        let mut server = Kept { target, further, upstreams };
        if stays && server.is_up() {
            match server.publish().await {
                Ok(()) => {
                    // What it uses is known once it has ended, and this is its report.
                    self.report.isolation = server.target.isolation();
                    return Some(server);
                }
                Err(error) => self.broken(format!("the server can't be reached from here: {error}"), None),
            }
        }
        server.stop().await;
        self.note_use(&*server.target);
        None
    }

    /// What holds the limits is known once there was a room.
    fn note_use(&mut self, target: &dyn Target) {
        self.report.isolation = target.isolation();
        self.report.usage = target.usage();
        if !self.hidden_began {
            self.report.visible_usage = self.report.usage.clone();
        }
    }

    async fn build(&mut self, folder: &Folder, upstreams: &Upstreams) -> Option<Recipe> {
        let job = self.job;
        let mut told = variables(job.grader, job.seed, job.now);
        told.extend(upstreams.told());
        let built = async {
            let mut ground = build::prepare(folder)?;
            let limits = &job.exercise.limits;
            let built = build::build(folder, &mut ground, &told, limits, self.observer).await?;
            Ok((Arc::new(ground), built))
        };
        let built = tokio::select! {
            built = built => built,
            () = self.interrupt.thrown() => Err(NotBuilt::Interrupted),
        };
        match built {
            Ok((ground, built)) => {
                let recipe = built.recipe(folder, &ground, job.exercise, told, upstreams.ports());
                self.report.build = built.phase;
                Some(recipe)
            }
            Err(why) => {
                self.not_built(why);
                None
            }
        }
    }

    async fn portable(
        &mut self,
        folder: &Folder,
        upstreams: &Upstreams,
    ) -> Option<(Box<dyn Target>, Portables)> {
        let job = self.job;
        let mut told = variables(job.grader, job.seed, portable::now(job));
        told.extend(upstreams.told());
        let prepared = async {
            let portables = Portables::new((job.exercise, job.grader, job.seed), folder, told, upstreams)?;
            Ok((portables.submission(folder).await?, portables))
        };
        let prepared = tokio::select! {
            prepared = prepared => prepared,
            () = self.interrupt.thrown() => Err(NotBuilt::Interrupted),
        };
        prepared.map_err(|why| self.not_built(why)).ok()
    }

    fn not_built(&mut self, why: NotBuilt) {
        match why {
            NotBuilt::Failed { phase, how } => {
                self.report.build = Some(*phase);
                self.report.progress = Progress::NotBuilt(how);
            }
            NotBuilt::Interrupted => self.report.progress = Progress::CutShort("interrupted".into()),
            NotBuilt::Ours { what, way_out } => self.broken(what, way_out),
        }
    }

    async fn run_on(&mut self, target: &mut dyn Target, further: &mut Further, upstreams: &mut Upstreams) {
        let interrupt = self.interrupt.clone();
        let command = self.report.submission.start.clone().unwrap_or_default();
        if matches!(self.job.subject, Subject::Folder(_)) {
            self.observer.event(Event::Booting { command: &command });
        }
        let begun = Instant::now();
        let started = tokio::select! {
            started = start(target, upstreams) => started,
            () = interrupt.thrown() => {
                self.report.progress = Progress::CutShort("interrupted".into());
                return;
            }
        };
        let phase = Phase {
            command,
            took: begun.elapsed(),
            unchanged: false,
            output: target.output_since_mark(),
            places: Vec::new(),
        };
        if let Err(cause) = started {
            self.report.boot = Some(phase);
            return self.not_ready(&cause);
        }
        if matches!(self.job.subject, Subject::Folder(_)) {
            self.observer.event(Event::Booted(&phase));
            self.report.boot = Some(phase);
        }
        tokio::select! {
            () = self.run_checks(target, further, upstreams) => {}
            () = interrupt.thrown() => {
                self.report.progress = Progress::CutShort("interrupted".into());
            }
        }
    }

    async fn run_checks(
        &mut self,
        target: &mut dyn Target,
        further: &mut Further,
        upstreams: &mut Upstreams,
    ) {
        let job = self.job;
        let checks = order::checks(job.grader, &job.selection);
        let of = checks.len();
        let contracts = match Contracts::read(job.grader) {
            Ok(contracts) => contracts,
            Err(_) => {
                return self
                    .broken("the contract has mistakes".into(), Some("`gradus verify` names them.".into()));
            }
        };
        let mut session = Session::new(job, &contracts, target, further, upstreams);
        for (index, check) in checks.into_iter().enumerate() {
            // Those who want to measure time have been waiting for this.
            self.leave.take(false).await;
            let is_hidden = check.visibility == Visibility::Hidden;
            if is_hidden && !self.hidden_began {
                self.hidden_began = true;
                // A submission may have stored what it was asked before; it must not see what only hidden checks ask.
                self.report.visible_usage = session.begin_anew().await;
            }
            self.observer.event(Event::Checking {
                claim: &check.claim,
                hidden: is_hidden,
                number: index + 1,
                of,
            });
            let (begun, waited) = (Instant::now(), self.leave.waits().until_now());
            let ran = session.run(check, &self.report.checks, &mut self.leave).await;
            let took = begun.elapsed().saturating_sub(self.leave.waits().until_now() - waited);
            let entry = entry(job, check, ran, took);
            self.observer.event(Event::Checked(&entry));
            self.report.checks.push(entry);
            if let Some(request) = session.never_answered() {
                // This sentence is told to learners whatever check it is about.
                let request = if is_hidden { "a request".to_owned() } else { request };
                let cause = format!(
                    "the server listens on port {}, but did not answer {request} within {}",
                    session.port(),
                    format_duration(job.exercise.limits.request)
                );
                self.report.progress = Progress::NotBooted(cause);
                return;
            }
        }
        self.leave.take(false).await;
    }

    fn not_ready(&mut self, cause: &NotReady) {
        if cause.is_ours() {
            self.broken(cause.to_string(), None);
        } else {
            self.report.progress = Progress::NotBooted(cause.to_string());
        }
    }

    fn broken(&mut self, what: String, way_out: Option<String>) {
        self.report.progress = Progress::Broken(Fault { what, way_out });
    }
}

/// Starts what a submission leans on, and what its queries run on.
async fn lean(folder: &Folder, grader: &Grader, upstreams: &mut Upstreams) -> Result<(), Fault> {
    let host = Host::of(folder);
    upstreams.backing().start(&host).await?;
    match folder.plan.dialect.filter(|dialect| grader.dialects.contains(dialect)) {
        Some(dialect) => upstreams.backing().open_readings(&host, dialect).await,
        None => Ok(()),
    }
}

/// What the grader tells the submission besides `PORT`, `HOST` and `DATA_DIR`.
pub fn variables(grader: &Grader, seed: u64, now: u64) -> Vec<(OsString, OsString)> {
    let mut bindings = Bindings::new();
    draw::vars(&grader.vars, seed, "", now, &mut bindings);
    bindings.insert("seed".into(), Json::Number(seed.to_string()));
    bindings.insert("secret".into(), Json::from(draw::secret(seed)));
    let env = grader.env.iter();
    env.map(|(name, value)| (name.into(), eval::value(value, &bindings).to_text().into())).collect()
}

fn blank(job: &Job<'_>) -> Report {
    let submission = match &job.subject {
        Subject::Url(Remote { url, .. }) => Graded { name: url.to_string(), digest: None, start: None },
        Subject::Unrunnable(what) => {
            Graded { name: what.name.clone(), digest: what.digest.clone(), start: None }
        }
        Subject::Folder(folder) => Graded {
            name: folder.name.clone(),
            digest: Some(folder.digest.clone()),
            start: build::start_of(&folder.plan),
        },
    };
    Report {
        exercise: ExerciseName { slug: job.exercise.slug.clone(), title: job.exercise.title.clone() },
        submission,
        grader_digest: job.grader_digest.to_owned(),
        seed: job.seed,
        pass: job.grader.pass,
        isolation: Isolation { kind: "none".into(), says: "Nothing was started.".into(), limits: Vec::new() },
        started: draw::rfc3339(job.now),
        took: Duration::ZERO,
        build: None,
        boot: None,
        progress: Progress::Complete,
        selection: job.selection.clone(),
        checks: Vec::new(),
        usage: None,
        visible_usage: None,
        withheld: job.withheld,
    }
}

/// Every check that was to run and did not is in the report all the same, so that the maximum is always the same.
fn skip_the_rest(job: &Job<'_>, report: &mut Report) {
    let because = match &report.progress {
        Progress::NotBuilt(_) | Progress::NotBooted(_) => Because::NeverRan,
        Progress::CutShort(why) => Because::CutShort(why.clone()),
        Progress::Complete | Progress::Broken(_) => Because::CutShort("the grading ended early".into()),
    };
    for check in order::checks(job.grader, &job.selection) {
        if report.checks.iter().all(|done| done.id != check.id.value) {
            let outcome = Outcome::Skipped(because.clone());
            report.checks.push(entry(job, check, outcome.into(), Duration::ZERO));
        }
    }
}

fn entry(job: &Job<'_>, check: &Check, ran: Ran, took: Duration) -> CheckReport {
    CheckReport {
        id: check.id.value.clone(),
        claim: check.claim.clone(),
        worth: check.worth,
        visibility: check.visibility,
        detail: check.detail,
        hint: check.hint.clone(),
        outcome: ran.outcome,
        remarks: ran.remarks,
        took,
        requests: ran.requests,
        output: ran.output,
        line: job.grader.sources.line_and_column(check.id.span).0,
        places: Vec::new(),
        rerun: rerun(job, check),
    }
}

/// The command that runs a check alone with the same seed.
fn rerun(job: &Job<'_>, check: &Check) -> String {
    let url = match &job.subject {
        Subject::Url(Remote { url, .. }) => {
            format!(" --url {}", shell::word(url.as_str().trim_end_matches('/').as_bytes()))
        }
        Subject::Folder(_) | Subject::Unrunnable(_) => String::new(),
    };
    format!("gradus check --only {} --seed {}{url}", check.id.value, job.seed)
}
