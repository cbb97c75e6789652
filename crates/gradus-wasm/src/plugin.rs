//! A step of a check that a component does: what it wishes is done by whoever runs it, one wish at a time.

use crate::compiled::{Compiled, NotCompiled};
use crate::components::Guest;
use crate::engine::Engine;
use crate::limits::Settings;
use crate::program::NotLoaded;
use crate::state::World;
use crate::stopped::{Stopped, grouped};
use bindings::gradus::plugin::submission::Host as SubmissionHost;
use bindings::gradus::plugin::types::{Exchanged, Host as TypesHost};
use futures_util::future::{BoxFuture, FutureExt};
use std::path::Path;
use tokio::sync::{mpsc, oneshot};
use wasmtime::component::HasSelf;

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

/// Why a plugin did not come to its end. Each reads on from its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfinished {
    /// Too much work.
    #[error("was stopped: it took more than {} units of work (fuel); is there a loop that never ends?", grouped(*.0))]
    Fuel(u64),
    /// Too much output.
    #[error("was stopped: it printed more than {} KiB", .0 >> 10)]
    Output(u64),
    /// Too many requests.
    #[error("was stopped: it sent more than {0} requests in one step")]
    Requests(usize),
    /// A request that is none.
    #[error("asked for `{0}`, which does not begin with a slash")]
    Path(String),
    /// A failure without findings: what an interpreter makes of an error that nothing caught.
    #[error("ended with an error, and says nothing that does not hold: {0}")]
    Nothing(String),
    /// Anything else that ends a program.
    #[error(transparent)]
    Stopped(Stopped),
}

impl From<Stopped> for Unfinished {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::StartFuel(most) | Stopped::RequestFuel(most) | Stopped::GradingFuel(most) => {
                Self::Fuel(most)
            }
            Stopped::Output(most) => Self::Output(most),
            stopped => Self::Stopped(stopped),
        }
    }
}

/// A component that does a step.
#[derive(Clone)]
pub struct Plugin(bindings::PluginPre<Guest>);

impl Plugin {
    /// Checks and compiles one, unless it was compiled before: then its code is in this folder, which only the grader writes.
    pub fn load(engine: &Engine, bytes: &[u8], kept: &Path) -> Result<Self, NotLoaded> {
        if wasmtime::Engine::detect_precompiled(bytes).is_some() {
            return Err(NotLoaded::Precompiled);
        }
        let invalid = |error: wasmtime::Error| NotLoaded::Invalid(error.root_cause().to_string());
        let import = |error: wasmtime::Error| NotLoaded::Import(error.root_cause().to_string());
        let component = match Compiled::new(kept.to_owned()).component(engine, bytes) {
            Ok(component) => component,
            Err(NotCompiled::Component(error)) => return Err(invalid(error)),
            Err(NotCompiled::Folder(error)) => return Err(NotLoaded::Kept(error.to_string())),
        };
        let mut linker = Guest::linker(&engine.0).map_err(import)?;
        bindings::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |guest| guest).map_err(import)?;
        let ready = linker.instantiate_pre(&component).map_err(import)?;
        bindings::PluginPre::new(ready).map(Self).map_err(invalid)
    }

    /// Does the step; `input` is JSON. What it finds, or what ended it.
    pub fn run<'c>(
        &'c self,
        settings: Settings,
        input: &'c str,
        wishes: mpsc::Sender<Wish>,
    ) -> BoxFuture<'c, Result<Vec<Finding>, Unfinished>> {
        async move {
            let seed = settings.seed;
            let world = World::new(settings);
            let printer = world.printer();
            let mut store = Guest::store(self.0.engine(), &world, 1, tokio::io::empty(), printer, &[])?;
            store.data_mut().desk.wishes = Some(wishes);
            let ran = async {
                let plugin = self.0.instantiate_async(&mut store).await?;
                plugin.call_run(&mut store, input, seed).await
            }
            .await;
            let words = String::from_utf8_lossy(&world.output.since(0).0).trim().to_owned();
            match ran {
                Ok(Ok(())) => Ok(Vec::new()),
                Ok(Err(findings)) if findings.is_empty() && words.is_empty() => {
                    Err(Unfinished::Nothing("it printed nothing either".into()))
                }
                Ok(Err(findings)) if findings.is_empty() => Err(Unfinished::Nothing(words)),
                Ok(Err(findings)) => Ok(findings),
                Err(error) => Err(match Stopped::of(&error, &world.meter) {
                    Stopped::Crashed(why) if !words.is_empty() => {
                        Stopped::Crashed(format!("{why}: {words}")).into()
                    }
                    stopped => stopped.into(),
                }),
            }
        }
        .boxed()
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
