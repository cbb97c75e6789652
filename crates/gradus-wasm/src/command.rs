//! A program that is run once: arguments and input in, exit code and output out.

use crate::components::Guest;
use crate::pipe::Pipe;
use crate::program::Program;
use crate::state::World;
use crate::stdio;
use crate::stopped::Stopped;
use std::time::Duration;

/// How a program is run once.
#[derive(Clone, Debug, Default)]
pub struct Command {
    /// What it is called, and its arguments.
    pub arguments: Vec<String>,
    /// Variables besides those of the program.
    pub environment: Vec<(String, String)>,
    /// All that it reads.
    pub input: Vec<u8>,
}

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Its exit code, or what else became of it.
    pub ending: Result<i32, Stopped>,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it printed as errors.
    pub stderr: Vec<u8>,
    /// Units of work.
    pub fuel: u64,
}

/// Runs a program once beside a server in this world, for so long at most; `None` if it is none that is run this way.
pub async fn run(program: &Program, world: &World, command: &Command, within: Duration) -> Option<Outcome> {
    let world = world.of_command(&command.environment);
    let before = world.meter.fuel();
    world.look_at_data();
    let pipe = Pipe::new(&world);
    pipe.feed_and_close(&command.input);
    let arguments = &command.arguments;
    let running = async {
        Some(match program {
            Program::Module(module) => match stdio::store(module, &world, 1, &pipe, arguments) {
                Ok(mut store) => stdio::start(module, &mut store, &world).await,
                Err(stopped) => stopped,
            },
            Program::Cli(cli) => {
                match Guest::store(cli.engine(), &world, 1, pipe.input(), pipe.output(), arguments) {
                    Ok(mut store) => stdio::start_cli(cli, &mut store, &world).await,
                    Err(stopped) => stopped,
                }
            }
            Program::Proxy(_) | Program::Runner(_) => return None,
        })
    };
    let stopped = tokio::select! {
        biased;
        stopped = running => stopped?,
        stopped = world.outgrows() => stopped,
        () = tokio::time::sleep(within) => Stopped::Endless(within),
    };
    let ending = match (stopped, world.data_fits()) {
        (Stopped::Exited(_), Err(stopped)) => Err(stopped),
        (Stopped::Exited(code), Ok(())) => Ok(code),
        (Stopped::StartFuel(most), _) => Err(Stopped::CommandFuel(most)),
        (stopped, _) => Err(stopped),
    };
    let stderr = world.output.since(0).0;
    let fuel = world.meter.fuel() - before;
    Some(Outcome { ending, stdout: pipe.take_output().into(), stderr, fuel })
}
