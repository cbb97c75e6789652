//! One grading from end to end. Whatever happens, it answers with a report.

use crate::backing::Host;
use crate::boot::NotReady;
use crate::build::{self, NotBuilt};
use crate::check::{self, Bench, Heard};
use crate::contracts::Contracts;
use crate::further::Further;
use crate::ground::Sandbox;
use crate::interrupt::Interrupt;
use crate::job::{Folder, Job, Subject};
use crate::observe::{Event, Observer};
use crate::order;
use crate::target::{Capabilities, ProgramTarget, Recipe, Target, UrlTarget};
use crate::upstreams::{MAIN, Upstreams};
use gradus_model::draw;
use gradus_model::duration::format_duration;
use gradus_model::eval;
use gradus_model::grader::{Action, Check, Fresh, Grader, Step, Visibility};
use gradus_model::growth::Measure;
use gradus_model::json::Json;
use gradus_model::outcome::{Because, Failure, Fault, Mismatch, Outcome, Shown};
use gradus_model::report::{CheckReport, ExerciseName, Graded, Isolation, Phase, Progress, Report};
use gradus_model::value::Bindings;
use gradus_probe::{Client, Limits as ProbeLimits};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// After a failure, the server's last words get this long to come through the pipe.
const LAST_WORDS: Duration = Duration::from_millis(10);

/// Grades a submission.
pub async fn grade(job: Job<'_>, observer: &mut dyn Observer, interrupt: &Interrupt) -> Report {
    let begun = Instant::now();
    let mut report = blank(&job);
    let ended = tokio::time::timeout(job.exercise.limits.grading, async {
        let mut grading = Grading { job: &job, observer, interrupt, report: &mut report };
        grading.run().await;
    })
    .await;
    if ended.is_err() {
        let limit = format_duration(job.exercise.limits.grading);
        report.progress = Progress::CutShort(format!("the {limit} that a grading may take were over"));
    }
    skip_the_rest(&job, &mut report);
    report.took = begun.elapsed();
    report
}

struct Grading<'a, 'j> {
    job: &'a Job<'j>,
    observer: &'a mut dyn Observer,
    interrupt: &'a Interrupt,
    report: &'a mut Report,
}

impl Grading<'_, '_> {
    async fn run(&mut self) {
        let job = self.job;
        let apart = matches!(&job.subject, Subject::Folder(folder) if folder.sandbox == Sandbox::Native);
        let mut upstreams = match Upstreams::new(job.grader, job.seed, apart) {
            Ok(upstreams) => upstreams,
            Err(error) => return self.broken(format!("no port for a stub: {error}"), None),
        };
        let mut further = Further::new(job, None);
        let mut target: Box<dyn Target> = match &job.subject {
            Subject::Unrunnable(what) => {
                self.report.progress = what.progress.clone();
                return;
            }
            Subject::Url(url) => match UrlTarget::new(url) {
                Ok(target) => Box::new(target),
                Err(error) => return self.broken(error.to_string(), None),
            },
            Subject::Folder(folder) => {
                let Some(recipe) = self.build(folder, &upstreams).await else { return };
                further = Further::new(job, Some(recipe.clone()));
                if let Err(Fault { what, way_out }) = upstreams.backing().start(&Host::of(folder)).await {
                    return self.broken(what, way_out);
                }
                match ProgramTarget::new(recipe) {
                    Ok(target) => Box::new(target),
                    Err(error) => {
                        return self.broken(format!("no place for the submission's data: {error}"), None);
                    }
                }
            }
        };
        self.report.isolation = target.isolation();
        self.run_on(&mut *target, &mut further, &mut upstreams).await;
        target.stop().await;
        upstreams.backing().end().await;
        // What holds the limits is known once there was a room.
        self.report.isolation = target.isolation();
        self.report.usage = target.usage();
    }

    async fn build(&mut self, folder: &Folder<'_>, upstreams: &Upstreams) -> Option<Recipe> {
        let job = self.job;
        let built = async {
            let mut ground = build::prepare(folder)?;
            let built = build::build(folder, &mut ground, &job.exercise.limits, self.observer).await?;
            Ok((Arc::new(ground), built))
        };
        let built = tokio::select! {
            built = built => built,
            () = self.interrupt.thrown() => Err(NotBuilt::Interrupted),
        };
        match built {
            Ok((ground, built)) => {
                let mut told = variables(job.grader, job.seed, job.now);
                told.extend(upstreams.told());
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

    fn not_built(&mut self, why: NotBuilt) {
        match why {
            NotBuilt::Failed { phase, how } => {
                self.report.build = Some(phase);
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
        let phase =
            Phase { command, took: begun.elapsed(), unchanged: false, output: target.output_since_mark() };
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
                return;
            }
        }
        if self.job.keep && target.ended().is_none() {
            if let Err(error) = target.publish().await {
                return self.broken(format!("the server can't be reached from here: {error}"), None);
            }
            self.observer.event(Event::Keeping { origin: &target.origin().to_string() });
            interrupt.thrown().await;
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
        let mut hidden = false;
        for (index, check) in checks.into_iter().enumerate() {
            let is_hidden = check.visibility == Visibility::Hidden;
            if is_hidden && !hidden {
                hidden = true;
                // A submission may have stored what it was asked before; it must not see what only hidden checks ask.
                session.wants = Some(Fresh::All);
            }
            self.observer.event(Event::Checking {
                claim: &check.claim,
                hidden: is_hidden,
                number: index + 1,
                of,
            });
            let begun = Instant::now();
            let (outcome, requests, output) = session.run(check, &self.report.checks).await;
            let entry = entry(job, check, outcome, begun.elapsed(), requests, output);
            self.observer.event(Event::Checked(&entry));
            self.report.checks.push(entry);
            if let Some(request) = session.never_answered() {
                let cause = format!(
                    "the server listens on port {}, but did not answer {request} within {}",
                    session.target.origin().port,
                    format_duration(job.exercise.limits.request)
                );
                self.report.progress = Progress::NotBooted(cause);
                return;
            }
        }
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

/// The checks of one grading on one target, with what they know of it and of each other.
struct Session<'a, 'j> {
    job: &'a Job<'j>,
    contracts: &'a Contracts,
    target: &'a mut dyn Target,
    further: &'a mut Further,
    upstreams: &'a mut Upstreams,
    client: Client,
    secret: String,
    graders_vars: Bindings,
    /// What each check that passed has drawn and saved.
    known: BTreeMap<String, Bindings>,
    heard: Heard,
    /// What must be made anew before the next check.
    wants: Option<Fresh>,
    /// Why the server does not come back.
    gone: Option<String>,
}

impl<'a, 'j> Session<'a, 'j> {
    fn new(
        job: &'a Job<'j>,
        contracts: &'a Contracts,
        target: &'a mut dyn Target,
        further: &'a mut Further,
        upstreams: &'a mut Upstreams,
    ) -> Self {
        let client = client(job, target);
        let mut graders_vars = Bindings::new();
        draw::vars(&job.grader.vars, job.seed, "", job.now, &mut graders_vars);
        Self {
            job,
            contracts,
            client,
            secret: draw::secret(job.seed),
            graders_vars,
            known: BTreeMap::new(),
            heard: Heard::default(),
            wants: None,
            gone: None,
            target,
            further,
            upstreams,
        }
    }

    async fn run(&mut self, check: &Check, done: &[CheckReport]) -> (Outcome, u32, Shown) {
        if let Some(because) = self.skip(check, done) {
            return (Outcome::Skipped(because), 0, Shown::default());
        }
        self.target.mark_output();
        if let Err(outcome) = self.prepare(check).await {
            return (outcome, 0, self.target.output_since_mark());
        }
        let mut bindings = self.bindings(check);
        if let Err(fault) = self.upstreams.begin(&*self.target, self.job.seed, bindings.clone()).await {
            return (Outcome::Broken(fault), 0, Shown::default());
        }
        let mut bench = Bench {
            grader: self.job.grader,
            check: &check.id.value,
            seed: self.job.seed,
            contracts: self.contracts,
            target: &mut *self.target,
            further: &mut *self.further,
            upstreams: &mut *self.upstreams,
            client: &mut self.client,
            request_timeout: self.job.exercise.limits.request,
            heard: &mut self.heard,
            record: self.job.record.as_ref(),
        };
        let ran = check::run(&mut bench, check, &mut bindings).await;
        if ran.outcome == Outcome::Passed {
            self.known.insert(check.id.value.clone(), bindings);
        } else {
            tokio::time::sleep(LAST_WORDS).await;
        }
        let mut output = self.target.output_since_mark();
        for (who, printed) in self.further.output().filter(|(_, printed)| printed.bytes > 0) {
            output.append(&who, &printed);
        }
        self.further.end(self.upstreams).await;
        (ran.outcome, ran.requests, output)
    }

    fn skip(&self, check: &Check, done: &[CheckReport]) -> Option<Because> {
        let passed = |id: &str| done.iter().any(|other| other.id == id && other.outcome == Outcome::Passed);
        let needs = order::direct_needs(self.job.grader, check);
        if let Some(missing) = needs.iter().find(|need| !passed(&need.id.value)) {
            return Some(Because::Needed(missing.id.value.clone()));
        }
        let can = self.target.capabilities();
        let compares = check.every_step().iter().any(|step| matches!(step.action, Action::Compare(_)));
        if compares && !self.further.has_baseline() {
            let lacks = "a baseline in the submission's language; the exercise has none";
            return Some(Because::Unsupported(lacks.into()));
        }
        let steps = check.every_step().into_iter().find_map(|step| lacks_for_step(can, step));
        if let Some(lacks) = check.fresh.and_then(|fresh| lacks(can, fresh)).or(steps) {
            return Some(Because::Unsupported(lacks.into()));
        }
        self.gone.clone().map(Because::ServerGone)
    }

    /// A server that is as fresh as the check wants it.
    async fn prepare(&mut self, check: &Check) -> Result<(), Outcome> {
        let crashed = self.target.ended();
        let wants = self.wants.take().filter(|_| self.target.capabilities().restart).max(check.fresh);
        if crashed.is_none() && wants.is_none() && self.target.is_up() {
            // An earlier check may have left it paused.
            self.target.resume();
            return Ok(());
        }
        self.client.drop_connections();
        self.target.stop().await;
        if matches!(wants, Some(Fresh::Data | Fresh::All)) {
            self.target.wipe_data().map_err(|error| {
                Outcome::Broken(Fault {
                    what: format!("DATA_DIR could not be emptied: {error}"),
                    way_out: None,
                })
            })?;
            self.upstreams.backing().renew().await.map_err(Outcome::Broken)?;
        }
        let started = start(self.target, self.upstreams).await;
        self.client = client(self.job, self.target);
        match started {
            Ok(()) => Ok(()),
            Err(cause) if cause.is_ours() => {
                Err(Outcome::Broken(Fault { what: cause.to_string(), way_out: None }))
            }
            Err(cause) => {
                let gone = match crashed {
                    Some(how) => format!("the server {how}, and when it was started again: {cause}"),
                    None => format!("when it was started again: {cause}"),
                };
                self.gone = Some(gone);
                Err(Outcome::Failed(did_not_restart(self.job, check, &cause)))
            }
        }
    }

    /// What the check's names stand for when it begins.
    fn bindings(&self, check: &Check) -> Bindings {
        let mut bindings = check::always_there(&self.target.origin(), self.job.seed, &self.secret);
        bindings.extend(self.graders_vars.clone());
        for id in order::needed(self.job.grader, check) {
            if let Some(known) = self.known.get(id) {
                bindings.extend(known.clone());
            }
        }
        bindings.extend(check::always_there(&self.target.origin(), self.job.seed, &self.secret));
        draw::vars(&check.vars, self.job.seed, &check.id.value, self.job.now, &mut bindings);
        bindings
    }

    /// The first request, if nothing ever came back from this server.
    fn never_answered(&self) -> Option<String> {
        self.heard.silent.clone().filter(|_| !self.heard.anything)
    }
}

fn client(job: &Job<'_>, target: &dyn Target) -> Client {
    let origin = target.origin();
    let limits = ProbeLimits { timeout: job.exercise.limits.request, ..ProbeLimits::default() };
    Client::new(target.dial(), origin.port, origin.authority(), limits)
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

/// What a target lacks for it, if it lacks something.
fn lacks(can: Capabilities, fresh: Fresh) -> Option<&'static str> {
    match fresh {
        Fresh::Server if !can.restart => Some("restarting the server"),
        Fresh::Data | Fresh::All if !can.wipe => Some("an empty DATA_DIR"),
        _ => None,
    }
}

fn lacks_for_step(can: Capabilities, step: &Step) -> Option<&'static str> {
    const STUBS: &str = "stubs where the server runs; grade the folder instead of a URL";
    let several = match &step.action {
        Action::Race(race) => race.instances > 1,
        _ => step.instance.is_some(),
    };
    if several && !can.instances {
        return Some("several instances of the server; grade the folder instead of a URL");
    }
    match &step.action {
        Action::Printed(_) if !can.signals => {
            Some("what the server prints; grade the folder instead of a URL")
        }
        Action::Server(_) if !can.signals => Some("signals to the server; grade the folder instead of a URL"),
        Action::Run(_) if !can.commands => {
            Some("commands beside the server; grade the folder instead of a URL")
        }
        Action::Sql(_) | Action::Redis(_) | Action::Service(_) | Action::Work(_) | Action::Hold(_)
            if !can.listen =>
        {
            Some("databases where the server runs; grade the folder instead of a URL")
        }
        Action::Stub(_) | Action::Faults(_) | Action::Calls(_) if !can.listen => Some(STUBS),
        Action::Growth(growth) => match growth.measure {
            Measure::Calls { .. } | Measure::Work(_) if !can.listen => Some(STUBS),
            _ => None,
        },
        _ => None,
    }
}

/// Starts the server once everything listens that it may ask while it starts.
async fn start(target: &mut dyn Target, upstreams: &mut Upstreams) -> Result<(), NotReady> {
    if target.capabilities().listen {
        if target.open().await? {
            upstreams.leave(MAIN);
        }
        upstreams
            .listen(MAIN, target)
            .await
            .map_err(|error| NotReady::Launch(format!("a stub can't listen: {error}")))?;
    }
    target.start().await
}

fn did_not_restart(job: &Job<'_>, check: &Check, cause: &NotReady) -> Failure {
    Failure {
        step: "restart".into(),
        circumstance: None,
        expectations: 1,
        mismatches: vec![Mismatch {
            path: "server".into(),
            wanted: "a server that can be started again".into(),
            got: cause.to_string(),
            note: None,
            difference: Vec::new(),
            place: Some(job.grader.sources.excerpt(check.id.span, 0)),
        }],
        exchange: None,
        server: None,
    }
}

fn blank(job: &Job<'_>) -> Report {
    let submission = match &job.subject {
        Subject::Url(url) => Graded { name: url.to_string(), digest: None, start: None },
        Subject::Unrunnable(what) => {
            Graded { name: what.name.clone(), digest: what.digest.clone(), start: None }
        }
        Subject::Folder(folder) => Graded {
            name: folder.name.clone(),
            digest: Some(folder.digest.clone()),
            start: Some(build::shell_line(&folder.plan.start)),
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
            report.checks.push(entry(job, check, outcome, Duration::ZERO, 0, Shown::default()));
        }
    }
}

fn entry(
    job: &Job<'_>,
    check: &Check,
    outcome: Outcome,
    took: Duration,
    requests: u32,
    output: Shown,
) -> CheckReport {
    CheckReport {
        id: check.id.value.clone(),
        claim: check.claim.clone(),
        worth: check.worth,
        visibility: check.visibility,
        detail: check.detail,
        hint: check.hint.clone(),
        outcome,
        took,
        requests,
        output,
        line: job.grader.sources.line_and_column(check.id.span).0,
        rerun: format!("gradus check --only {} --seed {}", check.id.value, job.seed),
    }
}
