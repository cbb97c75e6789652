//! A learner's configuration on its way into a server: filled in for one run, and tested by the server itself before it runs.
//! It knows nothing of what a configuration says.

use crate::build::{Given, NotBuilt, in_room, shell_line};
use crate::ground::Ground;
use crate::job::Folder;
use gradus_intake::configuration::{self, NotFilled};
use gradus_intake::plan::Configuration;
use gradus_model::exercise::Limits;
use gradus_model::outcome::Shown;
use gradus_model::report::Phase;
use gradus_model::submission::CommandLine;
use gradus_sandbox::{Ending, free_port};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;

/// A configuration that is yet to be filled in, and its submission's ground.
pub struct Blank {
    /// Where the submission is.
    pub ground: Arc<Ground>,
    /// The folder in which everything happens, relative to the submission.
    pub below: Option<PathBuf>,
    /// What is known of its server.
    pub configuration: Configuration,
}

/// A configuration as one run of its server sees it.
pub struct Filled {
    /// Where the server runs: on a copy of the submission.
    pub ground: Arc<Ground>,
    /// Where it begins, as it sees it.
    pub dir: PathBuf,
    /// The copy; gone with this.
    _folder: TempDir,
}

impl Blank {
    /// Fills it in with what this run is told.
    pub fn fill(&self, told: &[(OsString, OsString)]) -> Result<Filled, NotFilled> {
        fill(&self.ground, self.below.as_deref(), &self.configuration, told)
    }
}

fn fill(
    ground: &Ground,
    below: Option<&Path>,
    configuration: &Configuration,
    told: &[(OsString, OsString)],
) -> Result<Filled, NotFilled> {
    let no_place = |path: &Path| {
        let path = path.to_owned();
        move |error: io::Error| NotFilled::Tree(gradus_intake::tree::TreeError::Io { path, error })
    };
    let folder = TempDir::with_prefix("gradus-config-").map_err(no_place(&std::env::temp_dir()))?;
    ground.open_to_servers(folder.path()).map_err(no_place(folder.path()))?;
    let elsewhere = ground.elsewhere(folder.path());
    let dir = elsewhere.dir(below);
    let names = names(configuration, &dir, told);
    configuration::fill(ground.folder(), folder.path(), &names)?;
    elsewhere.hand_over().map_err(no_place(folder.path()))?;
    Ok(Filled { ground: Arc::new(elsewhere), dir, _folder: folder })
}

fn names(
    configuration: &Configuration,
    dir: &Path,
    told: &[(OsString, OsString)],
) -> BTreeMap<String, String> {
    let text = |text: &OsString| text.to_string_lossy().into_owned();
    let told = told.iter().map(|(name, value)| (text(name), text(value)));
    let modules = configuration.modules.iter().map(|path| ("MODULES_DIR", path.as_path()));
    let folders = modules.chain([("CONFIG_DIR", dir)]);
    configuration::names(
        told.chain(folders.map(|(name, path)| (name.to_owned(), path.display().to_string()))),
    )
}

/// Has the server test the configuration, in place of a build. `told` are the variables of the grading.
pub async fn test(
    folder: &Folder,
    configuration: &Configuration,
    command: &CommandLine,
    ground: &Ground,
    told: &[(OsString, OsString)],
    limits: &Limits,
) -> Result<Phase, NotBuilt> {
    let begun = Instant::now();
    let refused = |how: String, output: String| NotBuilt::Failed {
        phase: Box::new(Phase {
            command: shell_line(command),
            took: begun.elapsed(),
            unchanged: false,
            output: Shown { bytes: output.len() as u64, text: output, cut: false },
            places: Vec::new(),
        }),
        how,
    };
    let data = ground.data().map_err(|error| ours(format!("no place for temporary files: {error}")))?;
    let port = free_port().map_err(|error| ours(format!("no port for a test: {error}")))?;
    let mut told = told.to_vec();
    told.extend(ground.address(port.port(), data.as_ref()));
    let filled = match fill(ground, folder.plan.dir.as_deref(), configuration, &told) {
        Ok(filled) => filled,
        Err(NotFilled::Tree(error)) => return Err(ours(error.to_string())),
        Err(NotFilled::Unknown(unknown)) => {
            let how = NotFilled::Unknown(unknown.clone()).to_string();
            let all: Vec<String> = unknown.iter().map(ToString::to_string).collect();
            return Err(refused(how, all.join("\n\n") + "\n"));
        }
        Err(other) => return Err(refused(other.to_string(), String::new())),
    };
    let given = Given { data, ports: vec![port.port()] };
    let (mut phase, ending) = in_room(folder, &filled.ground, command, given, limits).await?;
    // As the learner knows the files.
    phase.output.text = phase.output.text.replace(&format!("{}/", filled.dir.display()), "");
    match ending {
        Ending::Exited(0) => Ok(phase),
        Ending::Exited(_) => {
            let how = format!("{} does not accept the configuration", configuration.server);
            Err(NotBuilt::Failed { phase: phase.into(), how })
        }
        other => Err(NotBuilt::Failed {
            phase: phase.into(),
            how: format!("the test of the configuration {other}"),
        }),
    }
}

fn ours(what: String) -> NotBuilt {
    NotBuilt::Ours { what, way_out: None }
}
