//! The plugins of a grading's checks: each is compiled once, before its check begins, as that is nobody's time but ours.

use gradus_model::grader::Check;
use gradus_model::outcome::Fault;

#[cfg(feature = "wasm")]
mod compiled {
    use super::{Check, Fault};
    use gradus_model::grader::Action;
    use gradus_wasm::Engine;
    use gradus_wasm::plugin::Plugin;
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};
    use std::sync::{Mutex, PoisonError};

    /// Those that were compiled, by their files' names.
    pub struct Plugins {
        ready: BTreeMap<String, Plugin>,
        /// Where their code is kept.
        folder: PathBuf,
        at_work: Mutex<Option<String>>,
    }

    impl Plugins {
        /// None yet; their code is kept in a folder that only the grader writes.
        pub fn new(folder: Option<&Path>) -> Self {
            let folder = folder.map(Path::to_owned).unwrap_or_default();
            Self { ready: BTreeMap::new(), folder, at_work: Mutex::default() }
        }

        /// Notes which one is at work itself; none while the submission is waited for.
        pub fn note_at_work(&self, name: Option<&str>) {
            *self.at_work.lock().unwrap_or_else(PoisonError::into_inner) = name.map(str::to_owned);
        }

        /// Which one is at work itself.
        pub fn at_work(&self) -> Option<String> {
            self.at_work.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }

        /// Compiles what a check needs and is not there yet.
        pub async fn prepare(&mut self, check: &Check) -> Result<(), Fault> {
            for step in check.every_step() {
                let Action::Plugin(plugin) = &step.action else { continue };
                let name = &plugin.component.value;
                if self.ready.contains_key(name) {
                    continue;
                }
                let ours = |why: String| Fault { what: format!("the plugin {name}: {why}"), way_out: None };
                let (bytes, folder) = (plugin.bytes.clone(), self.folder.clone());
                let compiled = tokio::task::spawn_blocking(move || {
                    let engine = Engine::new()?;
                    Plugin::load(&engine, &bytes, &folder).map_err(|error| error.to_string())
                });
                let compiled = compiled.await.map_err(|error| ours(error.to_string()))?.map_err(ours)?;
                self.ready.insert(name.clone(), compiled);
            }
            Ok(())
        }

        /// One that was compiled.
        pub fn of(&self, name: &str) -> Option<Plugin> {
            self.ready.get(name).cloned()
        }
    }
}

#[cfg(feature = "wasm")]
pub use compiled::Plugins;

/// None: there is no WebAssembly here, and a check that needs one says so itself.
#[cfg(not(feature = "wasm"))]
pub struct Plugins;

#[cfg(not(feature = "wasm"))]
impl Plugins {
    /// None.
    pub fn new(_: Option<&std::path::Path>) -> Self {
        Self
    }

    /// None.
    pub fn at_work(&self) -> Option<String> {
        None
    }

    /// Nothing to be done.
    pub async fn prepare(&mut self, _: &Check) -> Result<(), Fault> {
        Ok(())
    }
}
