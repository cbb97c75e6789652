//! Why a program does not run any more, in words for whoever wrote it. Each reads on from "the server".

use crate::meter::Meter;
use std::time::Duration;
use wasmtime::Trap;
use wasmtime_wasi::I32Exit;

/// Why a program does not run any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// Too much work for one request.
    #[error(
        "was stopped: one request took more than {} units of work (fuel); is there a loop that never ends?",
        grouped(*.0)
    )]
    RequestFuel(u64),
    /// Too much work before the first request.
    #[error(
        "was stopped: it took more than {} units of work (fuel) before it waited for a request",
        grouped(*.0)
    )]
    StartFuel(u64),
    /// Too much work for one command.
    #[error(
        "was stopped: it took more than {} units of work (fuel); is there a loop that never ends?",
        grouped(*.0)
    )]
    CommandFuel(u64),
    /// Too much work in all.
    #[error("was stopped: all that it did together took more than {} units of work (fuel)", grouped(*.0))]
    GradingFuel(u64),
    /// Too long for one request.
    #[error("was stopped: one request took longer than {0:?}")]
    Deadline(Duration),
    /// Too long for one command.
    #[error("was stopped: it did not end within {0:?}")]
    Endless(Duration),
    /// Too long before the first request.
    #[error("was stopped: it waited for no request within {0:?}")]
    Start(Duration),
    /// Too much memory.
    #[error("was stopped: it wanted more than {} MiB of memory", .0 >> 20)]
    Memory(u64),
    /// Too many elements in tables.
    #[error("was stopped: its tables wanted more than {0} elements")]
    Table(u64),
    /// Too much output.
    #[error("was stopped: it printed more than {} KiB for one request, or one command", .0 >> 10)]
    Output(u64),
    /// Too long an answer.
    #[error("was stopped: its answer was longer than {} KiB", .0 >> 10)]
    Answer(u64),
    /// Too much data.
    #[error("was stopped: it wrote more than {} MiB into DATA_DIR", .0 >> 20)]
    Disk(u64),
    /// Too many calls within calls.
    #[error("was stopped: its stack overflowed; does a function call itself without end?")]
    Stack,
    /// An instruction that can't be done.
    #[error("crashed: {0}")]
    Crashed(String),
    /// It ended by itself.
    #[error("exited with code {0}; a server goes on and waits for the next request")]
    Exited(i32),
    /// It ended a request without an answer.
    #[error("gave no answer to a request")]
    NoAnswer,
    /// What it wrote is no HTTP.
    #[error("wrote to its standard output what is no HTTP answer ({0}); print messages to standard error")]
    NotHttp(String),
    /// A runner could not run it.
    #[error("could not be run: {0}")]
    NotRun(String),
    /// The grader ended it.
    #[error("was killed")]
    Killed,
}

impl Stopped {
    /// What ended a call into a program.
    pub(crate) fn of(error: &wasmtime::Error, meter: &Meter) -> Self {
        if let Some(stopped) = error.downcast_ref::<Stopped>() {
            return stopped.clone();
        }
        if let Some(I32Exit(code)) = error.downcast_ref::<I32Exit>() {
            return Self::Exited(*code);
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => meter.exhausted(),
            Some(Trap::StackOverflow) => Self::Stack,
            Some(Trap::UnreachableCodeReached) => Self::Crashed(
                "it gave up, as after an error that nothing caught; its last words may say more".into(),
            ),
            Some(trap) => Self::Crashed(trap.to_string()),
            None => Self::Crashed(error.root_cause().to_string()),
        }
    }
}

/// `10,000,000,000`: digits in threes.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_counts_can_be_read() {
        assert_eq!(grouped(10_000_000_000), "10,000,000,000");
        assert_eq!([grouped(0), grouped(999), grouped(1000)], ["0", "999", "1,000"]);
    }

    #[test]
    fn each_limit_has_its_sentence() {
        let sentences = [
            (
                Stopped::RequestFuel(1000),
                "one request took more than 1,000 units of work (fuel); is there a loop that never ends?",
            ),
            (
                Stopped::StartFuel(1000),
                "it took more than 1,000 units of work (fuel) before it waited for a request",
            ),
            (
                Stopped::CommandFuel(1000),
                "it took more than 1,000 units of work (fuel); is there a loop that never ends?",
            ),
            (
                Stopped::GradingFuel(1000),
                "all that it did together took more than 1,000 units of work (fuel)",
            ),
            (Stopped::Deadline(Duration::from_secs(5)), "one request took longer than 5s"),
            (Stopped::Endless(Duration::from_secs(5)), "it did not end within 5s"),
            (Stopped::Start(Duration::from_secs(5)), "it waited for no request within 5s"),
            (Stopped::Memory(512 << 20), "it wanted more than 512 MiB of memory"),
            (Stopped::Table(1000), "its tables wanted more than 1000 elements"),
            (Stopped::Output(1 << 20), "it printed more than 1024 KiB for one request, or one command"),
            (Stopped::Answer(1 << 20), "its answer was longer than 1024 KiB"),
            (Stopped::Disk(512 << 20), "it wrote more than 512 MiB into DATA_DIR"),
            (Stopped::Stack, "its stack overflowed; does a function call itself without end?"),
        ];
        for (stopped, sentence) in sentences {
            assert_eq!(stopped.to_string(), format!("was stopped: {sentence}"));
        }
    }
}
