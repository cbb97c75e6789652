//! The figures of a class's page: marks, checks, time and memory, each as bars and as numbers.

use super::{Placed, SHOWN, called};
use gradus_model::class::{Class, mark};
use gradus_model::duration::{format_duration, format_size};
use maud::{Markup, html};
use std::cmp::Reverse;
use std::time::Duration;

/// Percent that each bar of the distribution stands for.
const STEP: u32 = 10;

/// How many learners have how many percent.
pub fn distribution(class: &Class) -> Markup {
    let mut counts = [0_usize; 11];
    for mark in class.rows.iter().filter_map(mark) {
        counts[(mark.percent() / STEP).min(10) as usize] += 1;
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    html! {
        @if most > 0 {
            section aria-labelledby="marks" {
                h2 id="marks" { "Marks" }
                ol.bars.marks {
                    @for (index, count) in counts.iter().enumerate() {
                        li {
                            span.name { (range(index as u32)) }
                            span.took { (count) }
                            (bar(*count as f64 / most as f64, if is_passed(index as u32, class.pass) { "good" } else { "bad" }))
                        }
                    }
                }
                p.note { "Green: from the pass mark of " (class.pass) " % on." }
            }
        }
    }
}

fn range(index: u32) -> String {
    if index == 10 { "100 %".into() } else { format!("{} to {} %", index * STEP, index * STEP + STEP - 1) }
}

/// A bar in which the pass mark lies counts as passed only if all of it is.
fn is_passed(index: u32, pass: u32) -> bool {
    index * STEP >= pass
}

/// Checks by how few pass them.
pub fn hardest(class: &Class) -> Markup {
    let mut checks: Vec<(usize, usize, usize)> = (0..class.checks.len())
        .map(|index| {
            let (passed, all) = class.passed(index);
            (index, passed, all)
        })
        .filter(|(_, _, all)| *all > 0)
        .collect();
    checks.sort_by(|one, other| (one.1 * other.2).cmp(&(other.1 * one.2)).then(one.0.cmp(&other.0)));
    html! {
        @if !checks.is_empty() {
            section aria-labelledby="hardest" {
                h2 id="hardest" { "Hardest checks" }
                ol.bars {
                    @for (index, passed, all) in checks {
                        li {
                            span.name { code { (class.checks[index].id) } " " (class.checks[index].claim) }
                            span.took { (passed) " of " (all) }
                            (bar(passed as f64 / all as f64, "good"))
                        }
                    }
                }
            }
        }
    }
}

/// Whose grading took longest, and what it used.
pub fn used(placed: &[Placed<'_>]) -> Markup {
    let mut rows: Vec<&Placed<'_>> = placed.iter().filter(|placed| !placed.row.took.is_zero()).collect();
    rows.sort_by_key(|placed| Reverse(placed.row.took));
    let longest = rows.first().map_or(Duration::ZERO, |placed| placed.row.took);
    let (shown, folded) = rows.split_at(rows.len().min(SHOWN));
    html! {
        @if !rows.is_empty() {
            section aria-labelledby="used" {
                h2 id="used" { "Time and memory" }
                (bars(shown, longest))
                @if !folded.is_empty() {
                    details.limits {
                        summary { (folded.len()) " more" }
                        (bars(folded, longest))
                    }
                }
            }
        }
    }
}

fn bars(rows: &[&Placed<'_>], longest: Duration) -> Markup {
    html! {
        ol.bars {
            @for placed in rows {
                li {
                    span.name { (called(placed)) }
                    span.took {
                        (format_duration(placed.row.took))
                        @if let Some(memory) = placed.row.memory { ", " (format_size(memory)) }
                    }
                    (bar(placed.row.took.as_secs_f64() / longest.as_secs_f64(), "plain"))
                }
            }
        }
    }
}

/// The number beside it says the same.
fn bar(share: f64, kind: &str) -> Markup {
    html! {
        span.track aria-hidden="true" {
            @if share > 0.0 { span.stretch.(kind) style={ "left:0;width:" (format!("{:.1}", share * 100.0)) "%" } {} }
        }
    }
}
