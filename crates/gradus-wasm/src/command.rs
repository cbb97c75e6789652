//! A program that is run once: arguments and input in, exit code and output out.

use crate::components::Guest;
use crate::limits::Settings;
use crate::meter::Meter;
use crate::output::Output;
use crate::pipe::Pipe;
use crate::program::Program;
use crate::state::World;
use crate::stdio;
use crate::stopped::Stopped;
use std::time::Duration;

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

/// Runs a program once, for so long at most; `None` if it is none that is run this way.
pub async fn command(
    program: &Program,
    settings: Settings,
    arguments: &[String],
    input: &[u8],
    within: Duration,
) -> Option<Outcome> {
    let most = settings.limits.answer;
    let world = World { meter: Meter::new(&settings.limits), output: Output::default(), settings };
    let pipe = Pipe::new(world.meter.clone(), most);
    pipe.feed_and_close(input);
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
    let stopped = match tokio::time::timeout(within, running).await {
        Ok(stopped) => stopped?,
        Err(_) => Stopped::Deadline(within),
    };
    let ending = match stopped {
        Stopped::Exited(code) => Ok(code),
        stopped => Err(stopped),
    };
    let stderr = world.output.since(0).0;
    Some(Outcome { ending, stdout: pipe.take_output().into(), stderr, fuel: world.meter.fuel() })
}
