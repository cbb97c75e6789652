//! A program that was handed in: what kind of WebAssembly it is, checked and compiled, or why it can't be run.

use crate::asking;
use crate::components::Guest;
use crate::engine::Engine;
use crate::runner::App;
use crate::stdio;
use wasmtime::component::Component;
use wasmtime::{InstancePre, Linker, Module};
use wasmtime_wasi::p2::bindings::CommandPre;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

/// Bytes of a program at most.
const LARGEST: usize = 64 << 20;
/// What a component may export to be run: a handler of HTTP, or a command.
const HANDLER: &str = "wasi:http/incoming-handler@0.2";
const COMMAND: &str = "wasi:cli/run@0.2";

/// A program that can be run.
#[derive(Clone)]
pub enum Program {
    /// A core module with `_start`: HTTP over standard input and output.
    Module(InstancePre<stdio::State>),
    /// A component that is a command: the same.
    Cli(CommandPre<Guest>),
    /// A component that handles HTTP.
    Proxy(ProxyPre<Guest>),
    /// Plain files that a runner runs.
    Runner(App),
}

/// The kinds of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// HTTP over standard input and output, or a command.
    Stdio,
    /// A component that handles HTTP.
    Proxy,
    /// Plain files that a runner runs.
    Runner,
}

/// Why a program can't be run. Each is one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLoaded {
    /// Machine code.
    #[error("it is machine code that was compiled elsewhere (.cwasm); hand in the .wasm it was made of")]
    Precompiled,
    /// Anything else.
    #[error("it is no WebAssembly: it does not begin with the bytes `\\0asm`")]
    NotWasm,
    /// Too large.
    #[error("it has {0} bytes; {LARGEST} are the most")]
    TooLarge(usize),
    /// Broken, or with features that are not there.
    #[error("it is no valid WebAssembly: {0}")]
    Invalid(String),
    /// Nothing to start.
    #[error("it exports no `_start`, so nothing can be started; build a program, not a library")]
    NoStart,
    /// Another world.
    #[error(
        "it is a component of another world: it should export {HANDLER} (it handles HTTP) or {COMMAND} (a command), and exports {0}"
    )]
    WrongWorld(String),
    /// It wants what is not given.
    #[error("it imports what is not there: {0}")]
    Import(String),
    /// Compiled code that can't be trusted.
    #[error("its compiled code is not used: {0}")]
    Kept(String),
    /// A runner that is not there, or not as it was.
    #[error("{0}")]
    NoRunner(String),
}

impl Program {
    /// Checks and compiles a program: seconds of work for large ones.
    pub fn load(engine: &Engine, bytes: &[u8]) -> Result<Self, NotLoaded> {
        if wasmtime::Engine::detect_precompiled(bytes).is_some() {
            return Err(NotLoaded::Precompiled);
        }
        if bytes.len() > LARGEST {
            return Err(NotLoaded::TooLarge(bytes.len()));
        }
        // WebAssembly's binary format: a magic number, then a version, whose upper half is 1 for components.
        match (bytes.get(..4), bytes.get(4..8)) {
            (Some(b"\0asm"), Some([_, _, 1, 0])) => component(&engine.0, bytes),
            (Some(b"\0asm"), _) => module(&engine.0, bytes),
            _ => Err(NotLoaded::NotWasm),
        }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Module(_) | Self::Cli(_) => Kind::Stdio,
            Self::Proxy(_) => Kind::Proxy,
            Self::Runner(_) => Kind::Runner,
        }
    }

    /// Whether it has a way to ask upstreams: a core module only if it imports one.
    pub fn can_ask(&self) -> bool {
        match self {
            Self::Module(module) => module.module().imports().any(|import| import.module() == asking::MODULE),
            Self::Cli(_) | Self::Proxy(_) | Self::Runner(_) => true,
        }
    }
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Program({:?})", self.kind())
    }
}

fn module(engine: &wasmtime::Engine, bytes: &[u8]) -> Result<Program, NotLoaded> {
    let module = Module::new(engine, bytes).map_err(|error| invalid(&error))?;
    if module.get_export("_start").is_none() {
        return Err(NotLoaded::NoStart);
    }
    let mut linker = Linker::new(engine);
    let linked =
        wasmtime_wasi::p1::add_to_linker_async(&mut linker, |state: &mut stdio::State| &mut state.wasi);
    linked.and_then(|()| asking::add_to_linker(&mut linker)).map_err(|error| import(&error))?;
    linker.instantiate_pre(&module).map(Program::Module).map_err(|error| import(&error))
}

fn component(engine: &wasmtime::Engine, bytes: &[u8]) -> Result<Program, NotLoaded> {
    let component = Component::new(engine, bytes).map_err(|error| invalid(&error))?;
    let exports: Vec<String> =
        component.component_type().exports(engine).map(|(name, _)| name.to_owned()).collect();
    let has = |wanted: &str| exports.iter().any(|name| name.starts_with(wanted));
    let linker = Guest::linker(engine).map_err(|error| import(&error))?;
    let linked = || linker.instantiate_pre(&component).map_err(|error| import(&error));
    if has(HANDLER) {
        ProxyPre::new(linked()?).map(Program::Proxy).map_err(|error| invalid(&error))
    } else if has(COMMAND) {
        CommandPre::new(linked()?).map(Program::Cli).map_err(|error| invalid(&error))
    } else {
        let named: Vec<String> = exports.iter().take(5).map(|name| format!("`{name}`")).collect();
        Err(NotLoaded::WrongWorld(if named.is_empty() { "nothing".into() } else { named.join(", ") }))
    }
}

fn invalid(error: &wasmtime::Error) -> NotLoaded {
    NotLoaded::Invalid(error.root_cause().to_string())
}

fn import(error: &wasmtime::Error) -> NotLoaded {
    NotLoaded::Import(error.root_cause().to_string())
}
