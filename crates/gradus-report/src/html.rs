//! A report as one page that needs nothing else: no script, no font, no picture, no network. It works folded up and printed,
//! on a phone, in the dark, by keyboard and by ear.
//!
//! Text gets into it through maud alone, which escapes it; the page forbids itself scripts and loading besides.

mod check;
mod timeline;

use crate::harmless::harmless;
use crate::words::{self, Trouble};
use gradus_model::duration::{format_duration, format_size};
use gradus_model::outcome::Outcome;
use gradus_model::redact::Redacted;
use gradus_model::report::{CheckReport, Report, Usage};
use gradus_model::score::{Verdict, score, verdict};
use maud::{DOCTYPE, Markup, PreEscaped, html};

pub(crate) const STYLE: &str = include_str!("html/style.css");
/// Nothing is loaded and nothing runs, even if something slipped through.
pub(crate) const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The page.
pub fn write(report: &Redacted) -> String {
    page(&harmless(report)).into_string() + "\n"
}

fn page(report: &Report) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (words::verdict(verdict(report))) ": " (report.exercise.title) ", " (report.submission.name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#checks" { "Skip to the checks" }
                header { (head(report)) }
                main {
                    @if let Some(trouble) = words::trouble(report) { (troubled(&trouble)) }
                    (checks(report))
                    (timeline::timeline(report))
                    (facts(report))
                }
            }
        }
    }
}

fn head(report: &Report) -> Markup {
    let verdict = verdict(report);
    let kind = match verdict {
        Verdict::Passed | Verdict::SelectionPassed => "good",
        Verdict::Failed | Verdict::SelectionFailed => "bad",
        Verdict::Incomplete => "open",
    };
    html! {
        h1 { (report.exercise.title) }
        p.of { (report.submission.name) }
        p.verdict.(kind) { strong { (words::verdict(verdict)) } " " (words::meaning(report)) }
        @if matches!(verdict, Verdict::Passed | Verdict::Failed) { (bar(report, kind)) }
    }
}

/// The score as a bar with the pass mark in it; the sentence above says the same.
fn bar(report: &Report, kind: &str) -> Markup {
    let earned = score(&report.checks).percent();
    html! {
        div.bar aria-hidden="true" {
            div.earned.(kind) style={ "width:" (earned) "%" } {}
            div.pass style={ "left:" (report.pass.min(100)) "%" } {}
        }
    }
}

fn troubled(trouble: &Trouble) -> Markup {
    let ours = trouble.stage == "grading";
    html! {
        section.trouble.ours[ours] aria-labelledby="trouble" {
            h2 id="trouble" { (trouble.title) }
            p { (trouble.why) }
            @if let Some(way_out) = trouble.way_out { p { (way_out) } }
            @if let Some(phase) = trouble.phase {
                @if !phase.command.is_empty() { pre { "$ " (phase.command) } }
                (check::printed(&html! { h3 { "What it printed last" } }, &phase.output))
                (check::pointed(&phase.places))
            }
        }
    }
}

fn checks(report: &Report) -> Markup {
    let failed: Vec<&CheckReport> =
        report.checks.iter().filter(|check| matches!(check.outcome, Outcome::Failed(_))).collect();
    html! {
        section aria-labelledby="checks" {
            h2 id="checks" tabindex="-1" { "Checks" }
            p { (counts(report)) }
            @if failed.len() > 1 {
                nav aria-label="Failed checks" {
                    ul { @for check in failed { li { a href={ "#check-" (check.id) } { (check.claim) } } } }
                }
            }
            @for check in &report.checks { (check::check(check)) }
        }
    }
}

fn counts(report: &Report) -> String {
    let count =
        |word: &str| report.checks.iter().filter(|check| words::outcome(&check.outcome) == word).count();
    let counted = ["passed", "failed", "skipped", "not judged"].map(|word| (count(word), word));
    let said: Vec<String> = counted
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if said.is_empty() { "No check was run.".into() } else { format!("{}.", said.join(", ")) }
}

fn facts(report: &Report) -> Markup {
    html! {
        section aria-labelledby="facts" {
            h2 id="facts" { "How it was graded" }
            dl.facts {
                dt { "Sandbox" } dd { (report.isolation.says) }
                dt { "Started" } dd { time datetime=(report.started) { (report.started) } ", took " (format_duration(report.took)) }
                @if let Some(start) = &report.submission.start { dt { "Command" } dd { code { (start) } } }
                @if let Some(usage) = &report.usage { dt { "Used" } dd { (used(usage)) } }
                dt { "Seed" } dd { code { (report.seed) } }
                @if let Some(digest) = &report.submission.digest { dt { "Submission" } dd { code { (digest) } } }
                dt { "Grader" } dd { code { (report.grader_digest) } }
            }
            (limits(report))
        }
    }
}

fn used(usage: &Usage) -> String {
    let mut used = vec![
        format!("{} of processor time", format_duration(usage.cpu)),
        format!("{} of memory", format_size(usage.peak_memory)),
    ];
    used.extend(usage.peak_tasks.map(|tasks| format!("{tasks} tasks")));
    used.extend(usage.peak_disk.map(|disk| format!("{} of disk", format_size(disk))));
    format!("{} ({})", used.join(", "), usage.source)
}

fn limits(report: &Report) -> Markup {
    html! {
        @if !report.isolation.limits.is_empty() {
            details.limits {
                summary { "Limits" }
                table {
                    thead { tr { th scope="col" { "limit" } th scope="col" { "value" } th scope="col" { "enforced by" } } }
                    tbody {
                        @for limit in &report.isolation.limits {
                            tr {
                                th scope="row" { (limit.name) }
                                td { (limit.value) }
                                td { @match &limit.by { Some(by) => (by), None => "nothing" } }
                            }
                        }
                    }
                }
            }
        }
    }
}
