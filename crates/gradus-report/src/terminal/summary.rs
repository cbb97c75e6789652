//! The sum at the end: score, verdict, and what was needed to come to it.

use super::Style;
use super::failure::{pointed, wrap};
use super::paint::Paint;
use crate::clean::{sanitize_block, sanitize_line};
use crate::words;
use gradus_model::duration::{format_duration, format_size};
use gradus_model::outcome::Outcome;
use gradus_model::redact::Redacted;
use gradus_model::report::{Phase, Progress, Report};
use gradus_model::score::{Verdict, verdict};

/// Lines of a build's or boot's output that are shown.
const SHOWN_LINES: usize = 20;

/// The sum.
pub fn summary(report: &Redacted, style: &Style) -> String {
    let report = report.report();
    let paint = Paint(style.color);
    let mut text = String::from("\n");
    text.push_str(&trouble(report, style, paint));
    text.push_str(&format!("  {}\n", headline(report, paint)));
    let isolation = wrap(&sanitize_line(&report.isolation.says), style.width, 2);
    text.push_str(&format!("  {}\n", paint.dim(&facts(report))));
    if let Some(used) = used(report) {
        text.push_str(&format!("  {}\n", paint.dim(&wrap(&used, style.width, 2))));
    }
    text.push_str(&format!("  {}\n", paint.dim(&isolation)));
    text
}

/// What kept the submission from being checked.
fn trouble(report: &Report, style: &Style, paint: Paint) -> String {
    match &report.progress {
        Progress::Complete => String::new(),
        Progress::NotBuilt(why) => {
            told("The submission does not build", why, report.build.as_ref(), style, paint)
        }
        Progress::NotBooted(why) => {
            told("The submission does not start", why, report.boot.as_ref(), style, paint)
        }
        Progress::CutShort(why) => {
            format!("  {}\n\n", paint.yellow(&format!("Ended early: {}.", sanitize_line(why))))
        }
        Progress::Broken(fault) => {
            let way_out = fault
                .way_out
                .as_ref()
                .map_or_else(String::new, |way_out| format!("  {}\n", sanitize_line(way_out)));
            let what = format!("This could not be graded: {}", sanitize_line(&fault.what));
            format!("  {}\n{way_out}\n", paint.magenta(&wrap(&what, style.width, 2)))
        }
    }
}

fn told(title: &str, why: &str, phase: Option<&Phase>, style: &Style, paint: Paint) -> String {
    let mut text = format!("  {}\n  {}\n", paint.bold_red(title), wrap(&sanitize_line(why), style.width, 2));
    if let Some(phase) = phase {
        if !phase.command.is_empty() {
            text.push_str(&format!("  {} {}\n", paint.dim("$"), sanitize_line(&phase.command)));
        }
        let clean = sanitize_block(phase.output.text.trim_end());
        let lines: Vec<&str> = clean.lines().collect();
        for line in &lines[lines.len().saturating_sub(SHOWN_LINES)..] {
            text.push_str(&format!("  {} {line}\n", paint.dim("│")));
        }
        text.push_str(&pointed(&phase.places, paint));
    }
    text + "\n"
}

fn headline(report: &Report, paint: Paint) -> String {
    let verdict = verdict(report);
    let word = words::verdict(verdict);
    let painted = match verdict {
        Verdict::Passed | Verdict::SelectionPassed => paint.green(word),
        Verdict::Failed | Verdict::SelectionFailed => paint.bold_red(word),
        Verdict::Incomplete => paint.yellow(word),
    };
    format!("{painted}  {}", words::meaning(report))
}

/// What was used of what there was: "used 41 of 512 MiB of memory".
fn used(report: &Report) -> Option<String> {
    let usage = report.usage.as_ref()?;
    let limit = |name: &str| {
        let limit = report.isolation.limits.iter().find(|limit| limit.name == name);
        limit
            .filter(|limit| limit.by.is_some())
            .map(|limit| format!(" of {}", limit.value))
            .unwrap_or_default()
    };
    let mut used = vec![
        format!("{} of processor time", format_duration(usage.cpu)),
        format!("{}{} of memory", format_size(usage.peak_memory), limit("memory")),
    ];
    used.extend(usage.peak_tasks.map(|tasks| format!("{tasks}{} tasks", limit("tasks"))));
    used.extend(usage.peak_disk.map(|disk| format!("{}{} of disk", format_size(disk), limit("disk"))));
    Some(format!("used {}", used.join(", ")))
}

fn facts(report: &Report) -> String {
    let passed = report.checks.iter().filter(|check| check.outcome == Outcome::Passed).count();
    let mut facts = vec![format!("{passed} of {} checks passed", report.checks.len())];
    if let Some(build) = report.build.as_ref().filter(|build| !build.unchanged) {
        facts.push(format!("build {}", format_duration(build.took)));
    }
    if let Some(boot) = &report.boot {
        facts.push(format!("start {}", format_duration(boot.took)));
    }
    facts.push(format!("all {}", format_duration(report.took)));
    facts.push(format!("seed {}", report.seed));
    facts.join(" · ")
}
