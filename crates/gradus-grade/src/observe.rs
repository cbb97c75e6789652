//! What happens while a grading runs, told to whoever wants to show it.

use gradus_model::report::{CheckReport, Phase};

/// A thing that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// The build begins.
    Building {
        /// The command, as a shell line.
        command: &'a str,
    },
    /// The build ended well, or was left out.
    Built(&'a Phase),
    /// The server is started.
    Booting {
        /// The command, as a shell line.
        command: &'a str,
    },
    /// The server accepts connections.
    Booted(&'a Phase),
    /// A check begins.
    Checking {
        /// Its claim.
        claim: &'a str,
        /// Whether only instructors may see what it does.
        hidden: bool,
        /// Its place among those that run, from 1.
        number: usize,
        /// How many run.
        of: usize,
    },
    /// A check ended. It is not redacted: that is the work of whoever shows it.
    Checked(&'a CheckReport),
}

/// Whoever wants to know what happens.
pub trait Observer {
    /// Takes note of an event.
    fn event(&mut self, event: Event<'_>);
}

/// Nobody wants to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&mut self, _: Event<'_>) {}
}
