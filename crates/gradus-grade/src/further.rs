//! Servers beside the one that is graded: further instances of the submission, and the exercise's baseline. Each is started
//! when a step first needs it, in a room of its own, and ends with the check; after one that failed, when the next begins.

use crate::boot::NotReady;
use crate::build::{self, NotBuilt};
use crate::check::Heard;
use crate::job::{Folder, Job, Subject, Supplies, Where};
use crate::observe::Silent;
use crate::portable::{Portables, not_ours};
use crate::target::{DataAtStart, Origin, ProgramTarget, Recipe, Target};
use crate::upstreams::Upstreams;
use gradus_intake::{plan, tree};
use gradus_model::exercise::Exercise;
use gradus_model::outcome::{Fault, Shown};
use gradus_probe::{Client, Limits};
use gradus_sandbox::Launcher;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

/// Who else is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Another instance of the submission, by the name that the grader gives it.
    Instance(String),
    /// What a submission is compared with.
    Baseline,
}

/// `instance b`
impl Display for Role {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Role::Instance(name) => write!(f, "instance {name}"),
            Role::Baseline => f.write_str("the baseline"),
        }
    }
}

/// A server that is asked.
pub struct Server {
    /// It.
    pub target: Box<dyn Target>,
    /// The connections to it.
    pub client: Client,
    /// What has ever come back from it.
    pub heard: Heard,
}

/// Why a server is not there.
pub enum Missing {
    /// It did not start.
    NotReady(NotReady),
    /// Ours.
    Broken(Fault),
}

impl Display for Missing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotReady(not_ready) => write!(f, "{not_ready}"),
            Self::Broken(fault) => f.write_str(&fault.what),
        }
    }
}

/// All of them.
pub struct Further {
    exercise: Exercise,
    /// How the submission is run; nothing is with `--url`.
    recipe: Option<Recipe>,
    baseline: Option<Baseline>,
    /// The baseline in WebAssembly: its folder, and what surrounds it.
    portable: Option<(PathBuf, Portables)>,
    running: BTreeMap<Role, Server>,
}

impl Further {
    /// Those of a grading, whose submission is run so.
    pub fn new(job: &Job<'_>, recipe: Option<Recipe>) -> Self {
        let baseline = match (&job.subject, &recipe) {
            (Subject::Folder(folder), Some(recipe)) => Baseline::find(job, folder, recipe),
            _ => None,
        };
        Self { exercise: job.exercise.clone(), recipe, baseline, portable: None, running: BTreeMap::new() }
    }

    /// Instances of a submission alone, which is run so.
    pub fn instances(exercise: &Exercise, recipe: Recipe) -> Self {
        Self {
            exercise: exercise.clone(),
            recipe: Some(recipe),
            baseline: None,
            portable: None,
            running: BTreeMap::new(),
        }
    }

    /// Those of a grading in WebAssembly: the baseline only, in the submission's language and with what surrounds it, too.
    pub fn in_wasm(job: &Job<'_>, portables: Portables) -> Self {
        let source =
            portables.language.map(|language| job.baselines.join(language)).filter(|source| source.is_dir());
        let portable = source.map(|source| (source, portables));
        Self {
            exercise: job.exercise.clone(),
            recipe: None,
            baseline: None,
            portable,
            running: BTreeMap::new(),
        }
    }

    /// Whether the exercise has a baseline in the submission's language, to be compared by time.
    pub fn has_baseline(&self) -> bool {
        self.baseline.is_some()
    }

    /// Whether it has one whose work is counted as the submission's is.
    pub fn has_counted_baseline(&self) -> bool {
        self.portable.is_some()
    }

    /// Lends the server in that role, which is started if it is not there; it is to be given back.
    pub async fn lend(&mut self, role: &Role, upstreams: &mut Upstreams) -> Result<Server, Missing> {
        if let Some(server) = self.running.remove(role) {
            return Ok(server);
        }
        if let (Role::Baseline, Some((source, portables))) = (role, &self.portable) {
            let ours = |what: String| broken(format!("the exercise's baseline: {what}"), None);
            let plan = plan::plan(source, Some(self.exercise.submission))
                .map_err(|error| ours(error.to_string()))?;
            let target = portables.target(&plan, source).await;
            return self.up(role, target.map_err(|why| Missing::NotReady(not_ours(why)))?, upstreams).await;
        }
        let recipe = match role {
            Role::Instance(_) => {
                let number = self.running.len() as u16 + 1;
                let another = self.recipe.as_ref().map(|recipe| recipe.another(number)).transpose();
                another.map_err(|error| broken(format!("no copy for {role}: {error}"), None))?
            }
            Role::Baseline => match &mut self.baseline {
                Some(baseline) => Some(baseline.recipe(&self.exercise).await?),
                None => None,
            },
        };
        // A check that needs what is not there was skipped.
        let recipe = recipe.ok_or_else(|| broken(format!("{role} can't be started"), None))?;
        let target = ProgramTarget::new(recipe).map_err(|error| broken(error.to_string(), None))?;
        self.up(role, Box::new(target), upstreams).await
    }

    /// Starts the server in that role, if it is not there.
    pub async fn begin(&mut self, role: Role, upstreams: &mut Upstreams) -> Result<(), Missing> {
        let server = self.lend(&role, upstreams).await?;
        self.give_back(role, server);
        Ok(())
    }

    /// Starts a server in that role.
    async fn up(
        &self,
        role: &Role,
        mut target: Box<dyn Target>,
        upstreams: &mut Upstreams,
    ) -> Result<Server, Missing> {
        target.open().await.map_err(Missing::NotReady)?;
        upstreams
            .listen(&role.to_string(), &*target)
            .await
            .map_err(|error| broken(format!("a stub can't listen: {error}"), None))?;
        target.start().await.map_err(Missing::NotReady)?;
        target.mark_output();
        let origin = target.origin();
        let limits = Limits { timeout: self.exercise.limits.request, ..Limits::default() };
        let client = Client::new(target.dial(), origin.port, origin.authority(), limits);
        Ok(Server { target, client, heard: Heard::default() })
    }

    /// Takes back what was lent.
    pub fn give_back(&mut self, role: Role, server: Server) {
        self.running.insert(role, server);
    }

    /// Has every upstream that is up listen where they run.
    pub async fn listen(&self, upstreams: &mut Upstreams) -> std::io::Result<()> {
        for (role, server) in &self.running {
            upstreams.listen(&role.to_string(), &*server.target).await?;
        }
        Ok(())
    }

    /// The first of them that ended by itself, and how.
    pub fn ended(&mut self) -> Option<String> {
        self.running.iter_mut().find_map(|(role, server)| Some(format!("{role} {}", server.target.ended()?)))
    }

    /// What they printed.
    pub fn output(&self) -> impl Iterator<Item = (String, Shown)> {
        self.running.iter().map(|(role, server)| (role.to_string(), server.target.output_since_mark()))
    }

    /// Where they are reached from this machine once they are published.
    pub fn addresses(&self) -> impl Iterator<Item = (String, Origin)> {
        self.running.iter().map(|(role, server)| (role.to_string(), server.target.origin()))
    }

    /// Makes them reachable from this machine.
    pub async fn publish(&mut self) -> std::io::Result<()> {
        for server in self.running.values_mut() {
            server.target.resume();
            server.target.publish().await?;
        }
        Ok(())
    }

    /// Ends all of them.
    pub async fn end(&mut self, upstreams: &mut Upstreams) {
        for (role, mut server) in std::mem::take(&mut self.running) {
            server.target.stop().await;
            upstreams.leave(&role.to_string()).await;
        }
    }
}

/// What a submission is compared with: a plain solution in its own language, which comes with the exercise.
struct Baseline {
    source: PathBuf,
    /// A copy of it in which it is built, once there is one.
    copy: Option<(TempDir, Recipe)>,
    launcher: Launcher,
    sandbox: crate::ground::Sandbox,
    supplies: Supplies,
    environment: Vec<(OsString, OsString)>,
    /// What the grader tells the submission is told to it too.
    told: Vec<(OsString, OsString)>,
    upstreams: Vec<u16>,
    files: Vec<DataAtStart>,
}

impl Baseline {
    fn find(job: &Job<'_>, folder: &Folder, recipe: &Recipe) -> Option<Self> {
        let source = job.baselines.join(folder.plan.language?);
        source.is_dir().then(|| Self {
            source,
            copy: None,
            launcher: folder.launcher.clone(),
            sandbox: folder.sandbox.clone(),
            supplies: folder.supplies.clone(),
            environment: folder.environment.clone(),
            told: recipe.told.clone(),
            upstreams: recipe.upstreams.clone(),
            files: recipe.files.clone(),
        })
    }

    /// How it is run; it is built when this is first asked.
    async fn recipe(&mut self, exercise: &Exercise) -> Result<Recipe, Missing> {
        if let Some((_, recipe)) = &self.copy {
            return Ok(recipe.clone());
        }
        let ours = |what: String| broken(format!("the exercise's baseline: {what}"), None);
        let copy = TempDir::with_prefix("gradus-baseline-").map_err(|error| ours(error.to_string()))?;
        let place = copy.path().join("baseline");
        tree::stage(&self.source, &place).map_err(|error| ours(error.to_string()))?;
        let folder = Folder {
            name: "baseline".to_owned(),
            plan: plan::plan(&place, Some(exercise.submission)).map_err(|error| ours(error.to_string()))?,
            digest: String::new(),
            place: Where::Copy(place),
            sandbox: self.sandbox.clone(),
            launcher: self.launcher.clone(),
            supplies: self.supplies.clone(),
            environment: self.environment.clone(),
        };
        let not_built = |why: NotBuilt| match why {
            NotBuilt::Failed { how, .. } => ours(how),
            NotBuilt::Interrupted => ours("interrupted".to_owned()),
            NotBuilt::Ours { what, way_out } => broken(what, way_out),
        };
        let mut ground = build::prepare(&folder).map_err(not_built)?;
        let built = build::build(&folder, &mut ground, &self.told, &exercise.limits, &mut Silent).await;
        let built = built.map_err(not_built)?;
        let ground = Arc::new(ground);
        let recipe = built.recipe(&folder, &ground, exercise, self.told.clone(), self.upstreams.clone());
        let recipe = Recipe { files: self.files.clone(), ..recipe };
        self.copy = Some((copy, recipe.clone()));
        Ok(recipe)
    }
}

fn broken(what: String, way_out: Option<String>) -> Missing {
    Missing::Broken(Fault { what, way_out })
}
