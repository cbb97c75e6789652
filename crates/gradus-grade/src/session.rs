//! The checks of one grading on one target: what each needs before it, why it is skipped, and what it hands on.

use crate::boot::NotReady;
use crate::check::{self, Bench, Heard, Ran};
use crate::contracts::Contracts;
use crate::further::Further;
use crate::job::Job;
use crate::lacks::lacks;
use crate::order;
use crate::plugins::Plugins;
use crate::portable;
use crate::quiet::Leave;
use crate::target::Target;
use crate::upstreams::{MAIN, Upstreams};
use gradus_model::draw;
use gradus_model::grader::{Check, Fresh};
use gradus_model::outcome::{self, Because, Failure, Mismatch, Outcome};
use gradus_model::report::{CheckReport, Usage};
use gradus_model::value::Bindings;
use gradus_probe::{Client, Limits as ProbeLimits};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// After a failure, the server's last words get this long to come through the pipe.
const LAST_WORDS: Duration = Duration::from_millis(10);

/// The checks of one grading on one target, with what they know of it and of each other.
pub struct Session<'a, 'j> {
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
    gone: Option<Gone>,
    plugins: Plugins,
}

/// A server that did not come back.
struct Gone {
    why: String,
    /// It found the data that was there before: with new data it may start.
    found_data: bool,
}

impl<'a, 'j> Session<'a, 'j> {
    /// Ends what runs, so that the next check gets everything anew, and answers what was used so far.
    pub async fn begin_anew(&mut self) -> Option<Usage> {
        self.wants = Some(Fresh::All);
        self.client.drop_connections();
        self.further.end(self.upstreams).await;
        self.target.stop().await;
        self.target.usage()
    }

    /// The port of the server.
    pub fn port(&self) -> u16 {
        self.target.origin().port
    }

    /// One that has checked nothing yet.
    pub fn new(
        job: &'a Job<'j>,
        contracts: &'a Contracts,
        target: &'a mut dyn Target,
        further: &'a mut Further,
        upstreams: &'a mut Upstreams,
    ) -> Self {
        let client = client(job, target);
        let mut graders_vars = Bindings::new();
        draw::vars(&job.grader.vars, job.seed, "", portable::now(job), &mut graders_vars);
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
            plugins: Plugins::new(job.subject.compiled()),
            target,
            further,
            upstreams,
        }
    }

    /// Runs a check, unless something stands in its way; how it came out, how many requests it sent, what the server printed.
    pub async fn run(&mut self, check: &Check, done: &[CheckReport], leave: &mut Leave) -> Ran {
        if let Some(because) = self.skip(check, done) {
            return Outcome::Skipped(because).into();
        }
        // Those of an earlier check that failed.
        self.further.end(self.upstreams).await;
        self.target.mark_output();
        if let Err(outcome) = self.prepare(check).await {
            return Ran { output: self.target.output_since_mark(), ..outcome.into() };
        }
        let mut bindings = self.bindings(check);
        if let Err(fault) = self.upstreams.begin(&*self.target, self.job.seed, bindings.clone()).await {
            return Outcome::Broken(fault).into();
        }
        if let Err(fault) = self.plugins.prepare(check).await {
            return Outcome::Broken(fault).into();
        }
        let request_timeout = self.target.patience(self.job.exercise.limits.request);
        let mut bench = Bench {
            grader: self.job.grader,
            check: &check.id.value,
            seed: self.job.seed,
            contracts: self.contracts,
            target: &mut *self.target,
            further: &mut *self.further,
            upstreams: &mut *self.upstreams,
            client: &mut self.client,
            request_timeout,
            heard: &mut self.heard,
            record: self.job.record.as_ref(),
            plugins: &self.plugins,
            leave,
            ends: Instant::now() + check.timeout,
        };
        let mut ran = check::run(&mut bench, check, &mut bindings).await;
        // Whatever was asked of one that is gone, its answer says nothing of the submission.
        if let Some(fault) = self.upstreams.backing().died() {
            (ran.outcome, ran.remarks) = (Outcome::Broken(fault), Vec::new());
        }
        if let Outcome::Failed(failure) = &mut ran.outcome
            && !self.target.capabilities().listen
        {
            failure.mismatches.extend(self.not_served());
        }
        if ran.outcome == Outcome::Passed {
            self.known.insert(check.id.value.clone(), bindings);
        } else {
            tokio::time::sleep(LAST_WORDS).await;
        }
        ran.output = self.target.output_since_mark();
        for (who, printed) in self.further.output().filter(|(_, printed)| printed.bytes > 0) {
            ran.output.append(&who, &printed);
        }
        if ran.outcome == Outcome::Passed {
            self.further.end(self.upstreams).await;
        }
        ran
    }

    /// What the server may lean on and was not told of, which a failed check should say: not all of that is the server's fault.
    fn not_served(&self) -> Option<Mismatch> {
        let grader = self.job.grader;
        let stubs = grader.stubs.iter().map(|stub| stub.name.value.as_str());
        let names: Vec<&str> =
            stubs.chain(grader.services.iter().map(|service| service.name.value.as_str())).collect();
        (!names.is_empty()).then(|| Mismatch {
            path: "upstreams".into(),
            wanted: "a server that was told where they are".into(),
            got: format!("Gradus serves none to this server: {}", names.join(", ")),
            note: Some(format!(
                "one that leans on them fails unless it was started with what `gradus up` prints; {}",
                self.target.instead()
            )),
            difference: Vec::new(),
            place: None,
        })
    }

    /// Why it is not run, if something stands in its way.
    fn skip(&self, check: &Check, done: &[CheckReport]) -> Option<Because> {
        let passed = |id: &str| done.iter().any(|other| other.id == id && other.outcome == Outcome::Passed);
        let needs = order::direct_needs(self.job.grader, check);
        if let Some(missing) = needs.iter().find(|need| !passed(&need.id.value)) {
            return Some(Because::Needed(missing.id.value.clone()));
        }
        if let Some(lacks) = lacks(&*self.target, self.further, check) {
            return Some(Because::Unsupported(lacks));
        }
        let renews = [self.wants, check.fresh].iter().flatten().any(|fresh| *fresh >= Fresh::Data);
        let gone = self.gone.as_ref().filter(|gone| !(renews && gone.found_data));
        gone.map(|gone| Because::ServerGone(gone.why.clone()))
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
        let renews = matches!(wants, Some(Fresh::Data | Fresh::All));
        if renews {
            self.target.wipe_data().map_err(|error| {
                Outcome::Broken(outcome::Fault {
                    what: format!("DATA_DIR could not be emptied: {error}"),
                    way_out: None,
                })
            })?;
            self.upstreams.backing().renew().await.map_err(Outcome::Broken)?;
        }
        let started = start(self.target, self.upstreams).await;
        self.client = client(self.job, self.target);
        match started {
            Ok(()) => {
                self.gone = None;
                Ok(())
            }
            Err(cause) if cause.is_ours() => {
                Err(Outcome::Broken(outcome::Fault { what: cause.to_string(), way_out: None }))
            }
            Err(cause) => {
                let why = match crashed {
                    Some(how) => format!("the server {how}, and when it was started again: {cause}"),
                    None => format!("when it was started again: {cause}"),
                };
                self.gone = Some(Gone { why, found_data: !renews });
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
        draw::vars(&check.vars, self.job.seed, &check.id.value, portable::now(self.job), &mut bindings);
        bindings
    }

    /// The first request, if nothing ever came back from this server.
    pub fn never_answered(&self) -> Option<String> {
        self.heard.silent.clone().filter(|_| !self.heard.anything)
    }
}

fn client(job: &Job<'_>, target: &dyn Target) -> Client {
    let origin = target.origin();
    let limits =
        ProbeLimits { timeout: target.patience(job.exercise.limits.request), ..ProbeLimits::default() };
    Client::new(target.dial(), origin.port, origin.authority(), limits)
}

/// Starts the server once everything listens that it may ask while it starts.
pub async fn start(target: &mut dyn Target, upstreams: &mut Upstreams) -> Result<(), NotReady> {
    if target.capabilities().listen {
        if target.open().await? {
            upstreams.leave(MAIN).await;
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
