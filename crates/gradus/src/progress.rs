//! Progress of a grading on a terminal: one line that is written over, and a line for each finished check.

use crate::environment::Environment;
use crate::screen;
use gradus_grade::{Event, Observer};
use gradus_model::redact::{Audience, redact_check};
use gradus_report::terminal::{self, Style};

/// Shows what happens.
pub struct Progress {
    style: Style,
    audience: Audience,
    /// Where finished checks go.
    checks: Lines,
    /// Whether a line that is written over can be shown.
    live: bool,
    shown: bool,
}

/// Where the line of a finished check goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Standard output: the terminal report goes there too.
    Out,
    /// Standard error: another report has standard output.
    Err,
    /// Nowhere.
    Nowhere,
}

impl Progress {
    /// Progress for this terminal.
    pub fn new(environment: &Environment, audience: Audience, checks: Lines) -> Self {
        let color = if checks == Lines::Out { environment.color_out } else { environment.color_err };
        Self {
            style: Style { color, width: environment.width },
            audience,
            checks,
            live: environment.live_err,
            shown: false,
        }
    }

    fn show(&mut self, text: &str) {
        if self.live {
            let text: String = text.chars().take(self.style.width.saturating_sub(1)).collect();
            screen::err(&format!("\r\u{1b}[K\u{1b}[2m{text}\u{1b}[0m"));
            self.shown = true;
        }
    }

    fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            screen::err("\r\u{1b}[K");
        }
    }

    fn line(&mut self, line: &str) {
        self.clear();
        match self.checks {
            Lines::Out => screen::out(line),
            Lines::Err => screen::err(line),
            Lines::Nowhere => {}
        }
    }
}

impl Observer for Progress {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Building { command } => {
                self.show(&format!("building: {}", terminal::sanitize_line(command)))
            }
            Event::Booting { command } => {
                self.show(&format!("starting: {}", terminal::sanitize_line(command)))
            }
            Event::Built(_) | Event::Booted(_) => self.clear(),
            Event::Checking { claim, hidden, number, of } => {
                let claim =
                    if hidden && self.audience == Audience::Learner { "a hidden check" } else { claim };
                self.show(&format!("{number}/{of} {claim}"));
            }
            Event::Checked(check) => {
                let check = redact_check(check.clone(), self.audience);
                let line = terminal::check_line(&check, &self.style);
                self.line(&line);
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}
