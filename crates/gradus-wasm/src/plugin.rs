//! A step of a check that a component does: what it wishes is done by whoever runs it, one wish at a time.

use crate::components::Guest;
use crate::engine::Engine;
use crate::limits::Settings;
use crate::meter::Meter;
use crate::output::Output;
use crate::program::NotLoaded;
use crate::state::World;
use crate::stopped::Stopped;
use bindings::gradus::plugin::submission::Host as SubmissionHost;
use bindings::gradus::plugin::types::{Exchanged, Host as TypesHost};
use tokio::sync::{mpsc, oneshot};
use wasmtime::component::{Component, HasSelf};

/// What is generated from the interface.
#[expect(missing_docs, reason = "the interface file documents it")]
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../plugins/wit",
        world: "plugin",
        imports: { default: async | trappable },
        exports: { default: async },
    });
}

pub use bindings::gradus::plugin::types::{Failure as Finding, Request as Asked, Response as Answered};

/// What a plugin wants to be done.
#[derive(Debug)]
pub enum Wish {
    /// Send a request; the answer's exchange has a number.
    Send(Asked, oneshot::Sender<Result<(u32, Answered), String>>),
    /// Restart the server.
    Restart(oneshot::Sender<Result<(), String>>),
}

/// A component that does a step.
#[derive(Clone)]
pub struct Plugin(bindings::PluginPre<Guest>);

impl Plugin {
    /// Checks and compiles one.
    pub fn load(engine: &Engine, bytes: &[u8]) -> Result<Self, NotLoaded> {
        if wasmtime::Engine::detect_precompiled(bytes).is_some() {
            return Err(NotLoaded::Precompiled);
        }
        let invalid = |error: wasmtime::Error| NotLoaded::Invalid(error.root_cause().to_string());
        let import = |error: wasmtime::Error| NotLoaded::Import(error.root_cause().to_string());
        let component = Component::new(&engine.0, bytes).map_err(invalid)?;
        let mut linker = Guest::linker(&engine.0).map_err(import)?;
        bindings::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest).map_err(import)?;
        let ready = linker.instantiate_pre(&component).map_err(import)?;
        bindings::PluginPre::new(ready).map(Self).map_err(invalid)
    }

    /// Does the step; `input` is JSON. What it finds, or what ended it.
    pub async fn run(
        &self,
        settings: Settings,
        input: &str,
        wishes: mpsc::Sender<Wish>,
    ) -> Result<Vec<Finding>, Stopped> {
        let (seed, meter) = (settings.seed, Meter::new(&settings.limits));
        let world = World { meter, output: Output::default(), settings };
        let printer = world.printer();
        let mut store = Guest::store(self.0.engine(), &world, 1, tokio::io::empty(), printer, &[])?;
        store.data_mut().desk.wishes = Some(wishes);
        let ran = async {
            let plugin = self.0.instantiate_async(&mut store).await?;
            plugin.call_run(&mut store, input, seed).await
        }
        .await;
        match ran {
            Ok(Ok(())) => Ok(Vec::new()),
            Ok(Err(findings)) => Ok(findings),
            Err(error) => {
                let words = String::from_utf8_lossy(&world.output.since(0).0).trim().to_owned();
                Err(match Stopped::of(&error, &world.meter) {
                    Stopped::Crashed(why) if !words.is_empty() => Stopped::Crashed(format!("{why}: {words}")),
                    stopped => stopped,
                })
            }
        }
    }
}

impl TypesHost for Guest {}

impl SubmissionHost for Guest {
    async fn send(&mut self, request: Asked) -> wasmtime::Result<Result<Exchanged, String>> {
        let answered = self.desk.wish(|answer| Wish::Send(request, answer)).await?;
        Ok(answered.map(|(number, response)| Exchanged { number, response }))
    }

    async fn restart(&mut self) -> wasmtime::Result<Result<(), String>> {
        self.desk.wish(Wish::Restart).await
    }
}
