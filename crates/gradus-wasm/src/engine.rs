//! How WebAssembly is compiled and run: the same settings always, as counts of work depend on them.

use wasmtime::{Config, Strategy};

/// What counts of work depend on besides the program: they are compared only within one line.
pub const LINE: &str = "wasmtime 48";

/// How deep calls may be nested, in bytes of stack.
const STACK: usize = 2 << 20;
/// Programs that compute without end give way to others after so many units of work.
pub(crate) const YIELD: u64 = 10_000_000;

/// Compiles and runs programs. Clones share it.
#[derive(Clone)]
pub struct Engine(pub(crate) wasmtime::Engine);

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// One for this machine; the error says what it lacks.
    pub fn new() -> Result<Self, String> {
        let mut config = Config::new();
        config
            .consume_fuel(true)
            .strategy(Strategy::Cranelift)
            .cranelift_nan_canonicalization(true)
            .relaxed_simd_deterministic(true)
            .max_wasm_stack(STACK)
            .async_stack_size(2 * STACK)
            .wasm_memory64(false)
            .parallel_compilation(true);
        wasmtime::Engine::new(&config).map(Self).map_err(|error| error.to_string())
    }
}
