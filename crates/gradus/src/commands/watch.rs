//! `gradus check --watch`: checks again whenever a file is saved, and cuts a check short that a newer file made old.

use crate::arguments::Check;
use crate::commands::check::{self, Output};
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::means::Beginning;
use crate::screen;
use crate::subject;
use gradus_grade::Interrupt;
use gradus_intake::catalogue::Catalogue;
use gradus_intake::tree;
use notify::{Event, EventKind, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// An editor saves in several steps; they count as one.
const SETTLES: Duration = Duration::from_millis(20);

pub async fn run(
    catalogue: &Catalogue,
    check: &Check,
    outputs: &[Output],
    means: Option<&Beginning>,
    environment: &Environment,
    interrupt: &Interrupt,
) -> Result<Exit, Problem> {
    let dir = subject::folder(&check.dir, environment)?;
    let (sender, mut changes) = unbounded_channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if let Ok(event) = event
            && !matches!(event.kind, EventKind::Access(_))
        {
            // The receiver is gone only when we are.
            let _ = sender.send(event.paths);
        }
    })
    .map_err(|error| Problem::new(Exit::Machine, format!("this machine can't watch files: {error}")))?;
    watcher.watch(&dir, RecursiveMode::Recursive).map_err(|error| {
        Problem::new(Exit::Machine, format!("{} can't be watched: {error}", dir.display()))
    })?;
    let mut last = Exit::BelowPass;
    loop {
        let round = Interrupt::default();
        if environment.color_out {
            screen::out("\u{1b}[2J\u{1b}[H");
        }
        let changed = tokio::select! {
            result = check::once(catalogue, check, outputs, means, environment, &round) => {
                match result {
                    Ok(report) => {
                        last = check::exit(&report, &round);
                        let what = if check::passed(&report) { "All is well" } else { "Save a file to check again" };
                        screen::err(&format!("\n  {what}. Watching {}; Ctrl-C ends.\n", dir.display()));
                    }
                    // A half-written file is no reason to stop watching.
                    Err(problem) => screen::problem(&problem, environment),
                }
                false
            }
            () = change(&mut changes, &dir) => true,
            () = interrupt.thrown() => return Ok(Exit::Interrupted),
        };
        if !changed {
            tokio::select! {
                () = change(&mut changes, &dir) => {}
                () = interrupt.thrown() => return Ok(if last == Exit::Passed { Exit::Passed } else { Exit::Interrupted }),
            }
        }
        tokio::time::sleep(SETTLES).await;
        while changes.try_recv().is_ok() {}
    }
}

/// Returns once a file of the submission was changed; build products and the like are none.
async fn change(changes: &mut UnboundedReceiver<Vec<PathBuf>>, dir: &Path) {
    while let Some(paths) = changes.recv().await {
        if paths.iter().any(|path| tree::is_kept(dir, path)) {
            return;
        }
    }
    std::future::pending().await
}
