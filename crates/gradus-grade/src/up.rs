//! What a submission may lean on, booted for a person who develops against it, without any check.

use crate::Doing;
use crate::backing::Host;
use crate::build::{self, NotBuilt};
use crate::check::always_there;
use crate::further::{Further, Role};
use crate::ground::Sandbox;
use crate::interrupt::Interrupt;
use crate::job::Folder;
use crate::observe::{Event, Observer};
use crate::portable::{self, Portables};
use crate::target::{Origin, ProgramTarget, Recipe, Target};
use crate::upstreams::Upstreams;
use gradus_model::draw;
use gradus_model::exercise::Exercise;
use gradus_model::grader::Grader;
use gradus_model::value::Bindings;
use std::ffi::OsString;
use std::sync::Arc;

/// What is to be up.
pub struct Up<'a> {
    /// The exercise.
    pub exercise: &'a Exercise,
    /// Its grader.
    pub grader: &'a Grader,
    /// Where all random data comes from.
    pub seed: u64,
    /// When it begins, in seconds since 1970-01-01 UTC.
    pub now: u64,
    /// What services need where no submission runs.
    pub host: Host,
    /// A submission to be up too; without one, whoever develops starts their own.
    pub folder: Option<Folder>,
}

/// Hears which variables a server is started with, and where ours are: "the server", "instance b".
pub type Told<'a> = dyn FnMut(&[(OsString, OsString)], &[(String, Origin)]) + 'a;

/// Boots it, tells the variables that a server is started with and where ours are, and stays until interrupted. The error
/// is what went wrong, whose fault it ever is.
pub fn up<'a>(
    what: Up<'a>,
    observer: &'a mut dyn Observer,
    told: &'a mut Told<'_>,
    interrupt: &'a Interrupt,
) -> Doing<'a, Result<(), String>> {
    Box::pin(stay(what, observer, told, interrupt))
}

async fn stay(
    mut what: Up<'_>,
    observer: &mut dyn Observer,
    told: &mut Told<'_>,
    interrupt: &Interrupt,
) -> Result<(), String> {
    let in_wasm = what.folder.as_ref().is_some_and(portable::is_wanted);
    if in_wasm {
        what.now = portable::epoch(what.seed);
    }
    let is_native = what.folder.as_ref().is_some_and(|folder| folder.sandbox == Sandbox::Native);
    let apart = is_native && !in_wasm;
    let mut upstreams = Upstreams::new(what.grader, what.seed, apart)
        .map_err(|error| format!("no port for a stub: {error}"))?;
    let mut variables = crate::grading::variables(what.grader, what.seed, what.now);
    let Some(folder) = &what.folder else {
        upstreams.backing().start(&what.host).await.map_err(|fault| fault.what)?;
        let files = tempfile::TempDir::with_prefix("gradus-files-").map_err(|error| error.to_string())?;
        variables.extend(upstreams.told());
        variables.extend(upstreams.backing().put_files(files.path()).map_err(|error| error.to_string())?);
        upstreams
            .begin_here(what.seed, theirs(), names(&what, None))
            .await
            .map_err(|error| format!("a stub can't listen: {error}"))?;
        told(&variables, &[]);
        interrupt.thrown().await;
        return Ok(());
    };
    let (mut target, mut further): (Box<dyn Target>, _) = match in_wasm {
        true => (portable(&what, folder, &variables, &upstreams).await?, None),
        false => {
            let recipe = recipe(&what, folder, &variables, &mut upstreams, observer).await?;
            let target = ProgramTarget::new(recipe.clone()).map_err(|error| error.to_string())?;
            (Box::new(target), Some(Further::instances(what.exercise, recipe)))
        }
    };
    target.open().await.map_err(|cause| cause.to_string())?;
    let origin = target.origin();
    let listening = upstreams.begin(&*target, what.seed, names(&what, Some(&origin))).await;
    listening.map_err(|fault| fault.what)?;
    observer.event(Event::Booting { command: &build::start_of(&folder.plan).unwrap_or_default() });
    let started = tokio::select! {
        started = target.start() => started.map_err(|cause| cause.to_string()),
        () = interrupt.thrown() => return Ok(()),
    };
    if let Err(cause) = started {
        let words = target.output_since_mark().text;
        return Err(format!("{cause}\n{}", words.trim_end()));
    }
    let mut origins = vec![("the server".to_owned(), origin)];
    let unreached = |error: std::io::Error| format!("the server can't be reached from here: {error}");
    if let Some(further) = &mut further {
        for name in what.grader.instances() {
            let role = Role::Instance(name.to_owned());
            let begun = further.begin(role, &mut upstreams).await;
            begun.map_err(|missing| format!("instance {name}: {missing}"))?;
        }
        further.publish().await.map_err(unreached)?;
        origins.extend(further.addresses());
    }
    target.publish().await.map_err(unreached)?;
    // Addresses of the sandbox lead nowhere from outside of it.
    let outside = match apart {
        true => upstreams.publish().await.map_err(|error| format!("a service can't be reached: {error}"))?,
        false => upstreams.told().collect(),
    };
    variables.extend(outside);
    told(&variables, &origins);
    interrupt.thrown().await;
    if let Some(further) = &mut further {
        further.end(&mut upstreams).await;
    }
    target.stop().await;
    Ok(())
}

/// How the submission is run as a program of this machine's, once it is built and what it leans on is there.
async fn recipe(
    what: &Up<'_>,
    folder: &Folder,
    variables: &[(OsString, OsString)],
    upstreams: &mut Upstreams,
    observer: &mut dyn Observer,
) -> Result<Recipe, String> {
    let limits = &what.exercise.limits;
    let mut ground = build::prepare(folder).map_err(why)?;
    let built = build::build(folder, &mut ground, variables, limits, observer).await.map_err(why)?;
    let ground = Arc::new(ground);
    let inside: Vec<_> = variables.iter().cloned().chain(upstreams.told()).collect();
    let mut recipe = built.recipe(folder, &ground, what.exercise, inside, upstreams.ports());
    upstreams.backing().start(&Host::of(folder)).await.map_err(|fault| fault.what)?;
    recipe.files = upstreams.backing().files();
    Ok(recipe)
}

/// The submission in WebAssembly.
async fn portable(
    what: &Up<'_>,
    folder: &Folder,
    variables: &[(OsString, OsString)],
    upstreams: &Upstreams,
) -> Result<Box<dyn Target>, String> {
    let inside = variables.iter().cloned().chain(upstreams.told()).collect();
    let of = (what.exercise, what.grader, what.seed);
    let portables = Portables::new(of, folder, inside, upstreams).map_err(why)?;
    portables.submission(folder).await.map_err(why)
}

/// Where a server is looked for that somebody else starts.
fn theirs() -> Origin {
    Origin { tls: false, host: "127.0.0.1".into(), port: 8080, base: String::new() }
}

/// What names stand for in the stubs' replies.
fn names(what: &Up<'_>, origin: Option<&Origin>) -> Bindings {
    let origin = origin.cloned().unwrap_or_else(theirs);
    let mut names = always_there(&origin, what.seed, &draw::secret(what.seed));
    draw::vars(&what.grader.vars, what.seed, "", what.now, &mut names);
    names
}

fn why(not_built: NotBuilt) -> String {
    match not_built {
        NotBuilt::Failed { phase, how } => format!("{how}\n{}", phase.output.text.trim_end()),
        NotBuilt::Interrupted => "interrupted".to_owned(),
        NotBuilt::Ours { what, way_out } => match way_out {
            Some(way_out) => format!("{what}; {way_out}"),
            None => what,
        },
    }
}
