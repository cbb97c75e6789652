//! What is shown while a batch runs: a line for each submission that is done, and how far it came.

use crate::environment::Environment;
use crate::screen;
use gradus_batch::gradebook::Verdict;
use gradus_batch::{Event, Graded, Pace, Summary};
use gradus_intake::class::{Class, Submission};
use gradus_model::duration::format_duration;
use gradus_report::terminal::sanitize_line;
use std::collections::BTreeMap;

const NOT_JUDGED: &str = "not judged";

/// What is shown while it runs.
pub struct Show<'e> {
    environment: &'e Environment,
    width: usize,
    shown: bool,
    verdicts: BTreeMap<&'static str, usize>,
    unstable: usize,
    wavers: BTreeMap<String, usize>,
}

impl<'e> Show<'e> {
    pub fn new(environment: &'e Environment, class: &Class) -> Self {
        let names = class.submissions.iter().map(|submission| name(submission).chars().count());
        Self {
            environment,
            width: names.max().unwrap_or(0).min(40),
            shown: false,
            verdicts: BTreeMap::new(),
            unstable: 0,
            wavers: BTreeMap::new(),
        }
    }

    pub fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Begins { run, .. } => {
                let goes_on = if run.resumed { "Goes on with" } else { "Begins" };
                self.line(&format!("{goes_on} run {} with seed {}.\n\n", run.id, run.seed));
            }
            Event::Graded(submission, graded) => self.graded(submission, graded),
            Event::Pace(pace) => self.pace(pace),
            Event::Trouble(what) => {
                self.clear();
                screen::err(&format!("{}\n", sanitize_line(&what)));
            }
            Event::Grading(_) | Event::Settled(_) => {}
        }
    }

    fn graded(&mut self, submission: &Submission, graded: &Graded) {
        let (sign, color, word) = match graded.verdict {
            Verdict::Passed => ("✓", "32", "passed"),
            Verdict::Failed => ("✗", "31", "failed"),
            Verdict::Incomplete => ("!", "33", NOT_JUDGED),
            Verdict::Refused => ("!", "33", "refused"),
        };
        *self.verdicts.entry(word).or_default() += 1;
        let (passed, checks) = graded.checks;
        let name = name(submission);
        let pad = " ".repeat(self.width.saturating_sub(name.chars().count()));
        let mut said = match graded.verdict {
            Verdict::Passed | Verdict::Failed => {
                let score = graded.score;
                let points = format!("{} of {}", score.earned, score.maximum);
                format!(
                    "{:>3} %  {points:>9} points  {passed} of {}",
                    score.percent(),
                    counted(checks, "check")
                )
            }
            Verdict::Incomplete | Verdict::Refused => word.to_owned(),
        };
        said.push_str(&format!("  {}", format_duration(graded.took)));
        if graded.gradings > 1 {
            said.push_str(&format!("  graded {} times", graded.gradings));
        }
        if let Some(near) = &graded.near {
            said.push_str(&format!("  near a limit: {}", sanitize_line(near)));
        }
        if !graded.unstable.is_empty() {
            self.unstable += 1;
            said.push_str(&format!("  unstable: {}", graded.unstable.join(", ")));
        }
        for id in &graded.unstable {
            *self.wavers.entry(id.clone()).or_default() += 1;
        }
        if let Some(why) = &graded.why {
            said.push_str(&format!("  {}", shortened(&sanitize_line(why))));
        }
        let sign = if self.environment.color_out {
            format!("\u{1b}[{color}m{sign}\u{1b}[0m")
        } else {
            sign.to_owned()
        };
        self.line(&format!("{sign} {name}{pad}  {said}\n"));
    }

    fn pace(&mut self, pace: Pace) {
        if !self.environment.live_err {
            return;
        }
        let left =
            pace.left.map_or_else(String::new, |left| format!(", about {} left", format_duration(left)));
        let text = format!(
            "{} of {}, {} running, {:.0} a minute{left}",
            pace.done, pace.of, pace.running, pace.per_minute
        );
        let text: String = text.chars().take(self.environment.width.saturating_sub(1)).collect();
        screen::err(&format!("\r\u{1b}[K\u{1b}[2m{text}\u{1b}[0m"));
        self.shown = true;
    }

    fn line(&mut self, line: &str) {
        self.clear();
        screen::out(line);
    }

    pub fn clear(&mut self) {
        if std::mem::take(&mut self.shown) {
            screen::err("\r\u{1b}[K");
        }
    }

    pub fn summary(&self, summary: Summary) -> String {
        let mut said = vec![format!("{} graded", counted(summary.graded, "submission"))];
        said.extend(self.verdicts.iter().map(|(word, count)| format!("{count} {word}")));
        if self.unstable > 0 {
            said.push(format!("{} unstable", self.unstable));
        }
        if summary.settled > 0 {
            said.push(format!("{} as graded before", summary.settled));
        }
        format!("{}.", said.join(", "))
    }

    /// Whether something could not be judged.
    pub fn left_open(&self) -> bool {
        self.verdicts.contains_key(NOT_JUDGED)
    }

    /// How many submissions each check wavered in.
    pub fn wavering(&self) -> String {
        if self.wavers.is_empty() {
            return "Every check came out alike each time.\n".to_owned();
        }
        let mut wavers: Vec<_> = self.wavers.iter().collect();
        wavers.sort_by_key(|(id, count)| (std::cmp::Reverse(**count), (*id).clone()));
        let line = |(id, count): &(&String, &usize)| {
            format!("  {id}: wavers in {}\n", counted(**count, "submission"))
        };
        format!("Checks that did not always come out alike:\n{}", wavers.iter().map(line).collect::<String>())
    }
}

fn name(submission: &Submission) -> String {
    let label: String = submission.label.chars().take(12).collect();
    let id = sanitize_line(&submission.student.id);
    if label.is_empty() { id } else { format!("{id} {}", sanitize_line(&label)) }
}

pub fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 140 {
        text.to_owned()
    } else {
        text.chars().take(139).collect::<String>() + "…"
    }
}
