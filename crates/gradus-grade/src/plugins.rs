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

    /// Those that were compiled, by their files' names.
    #[derive(Default)]
    pub struct Plugins(BTreeMap<String, Plugin>);

    impl Plugins {
        /// Compiles what a check needs and is not there yet.
        pub async fn prepare(&mut self, check: &Check) -> Result<(), Fault> {
            for step in check.every_step() {
                let Action::Plugin(plugin) = &step.action else { continue };
                let name = &plugin.component.value;
                if self.0.contains_key(name) {
                    continue;
                }
                let ours = |why: String| Fault { what: format!("the plugin {name}: {why}"), way_out: None };
                let bytes = plugin.bytes.clone();
                let compiled = tokio::task::spawn_blocking(move || {
                    let engine = Engine::new()?;
                    Plugin::load(&engine, &bytes).map_err(|error| error.to_string())
                });
                let compiled = compiled.await.map_err(|error| ours(error.to_string()))?.map_err(ours)?;
                self.0.insert(name.clone(), compiled);
            }
            Ok(())
        }

        /// One that was compiled.
        pub fn of(&self, name: &str) -> Option<Plugin> {
            self.0.get(name).cloned()
        }
    }
}

#[cfg(feature = "wasm")]
pub use compiled::Plugins;

/// None: there is no WebAssembly here, and a check that needs one says so itself.
#[cfg(not(feature = "wasm"))]
#[derive(Default)]
pub struct Plugins;

#[cfg(not(feature = "wasm"))]
impl Plugins {
    /// Nothing to be done.
    pub async fn prepare(&mut self, _: &Check) -> Result<(), Fault> {
        Ok(())
    }
}
