//! A program that runs in a room.

use crate::ending::{Ending, Exit};
use crate::launcher::SandboxError;
use crate::output::OutputLog;
use crate::room::{Known, Room};
use crate::wire::Order;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long the rest of the output may take once nobody is left who could write it.
const OUTPUT_PATIENCE: Duration = Duration::from_millis(500);

/// A program that runs. It holds its room open.
#[derive(Debug)]
pub struct Running {
    room: Room,
    id: u32,
    drains: Vec<JoinHandle<()>>,
    log: OutputLog,
    errors: OutputLog,
    stopped: bool,
}

impl Running {
    pub(crate) fn new(
        room: Room,
        id: u32,
        log: OutputLog,
        errors: OutputLog,
        drains: Vec<JoinHandle<()>>,
    ) -> Self {
        Self { room, id, drains, log, errors, stopped: false }
    }

    /// Where it runs.
    pub fn room(&self) -> &Room {
        &self.room
    }

    /// What it prints.
    pub fn output(&self) -> &OutputLog {
        &self.log
    }

    /// What it prints to standard error, if that is kept apart.
    pub fn errors(&self) -> &OutputLog {
        &self.errors
    }

    /// Waits for the rest of the output of a program that has ended; what it left running may go on printing.
    pub async fn drained(&mut self) {
        for drain in &mut self.drains {
            let _ = tokio::time::timeout(OUTPUT_PATIENCE, drain).await;
        }
    }

    /// How it ended, if it did. What it started may still run.
    pub fn exited(&self) -> Option<Exit> {
        let known = self.room.known();
        self.ended(&known).then(|| self.exit(&known))
    }

    /// Waits until the program ends or its time is over. It may be dropped and called again.
    pub async fn wait(&self) -> Exit {
        let known = self.room.known_when(|known| self.ended(known)).await;
        self.exit(&known)
    }

    /// Asks it, and what is in its process group, to end.
    pub fn term(&self) -> Result<(), SandboxError> {
        self.room.order(&Order::Term { id: self.id }, &[])
    }

    /// Kills it and what is in its process group.
    pub fn kill(&self) {
        // What can't be killed has ended.
        let _ = self.room.order(&Order::KillOne { id: self.id }, &[]);
    }

    /// Ends everything in its room, and waits for the rest of the output. When it returns, no process is left.
    pub async fn stop(&mut self) -> Exit {
        self.stopped = self.stopped || self.exited().is_none();
        let usage = self.room.clear().await;
        // Whoever still holds a pipe is no process of the room's.
        self.drained().await;
        self.drains.drain(..).for_each(|drain| drain.abort());
        Exit { usage, ..self.exit(&self.room.known()) }
    }

    fn ended(&self, known: &Known) -> bool {
        known.silent || known.ended.contains_key(&self.id)
    }

    fn exit(&self, known: &Known) -> Exit {
        let ending = match known.ended.get(&self.id) {
            Some(Ending::Exited(_) | Ending::Signaled(_)) | None if self.stopped => Ending::Stopped,
            Some(ending) => ending.clone(),
            None => Ending::Unknown,
        };
        Exit { ending, usage: known.usage.clone() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.drains.iter().for_each(JoinHandle::abort);
    }
}
