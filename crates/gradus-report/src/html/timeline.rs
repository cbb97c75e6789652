//! Where the time went: build, boot and checks one after another, as bars and as words.

use crate::words;
use gradus_model::duration::format_duration;
use gradus_model::report::Report;
use maud::{Markup, html};
use std::time::Duration;

struct Stretch<'r> {
    name: &'r str,
    outcome: &'static str,
    from: Duration,
    took: Duration,
}

/// The section; nothing if nothing took time.
pub fn timeline(report: &Report) -> Markup {
    let stretches = stretches(report);
    let total = stretches.last().map_or(Duration::ZERO, |last| last.from + last.took);
    html! {
        @if !total.is_zero() {
            section aria-labelledby="time" {
                h2 id="time" { "Time line" }
                ol.time {
                    @for stretch in &stretches {
                        li {
                            span.name { (stretch.name) }
                            span.took { (format_duration(stretch.took)) }
                            span.track aria-hidden="true" {
                                span.stretch.(stretch.outcome) style=(place(stretch, total)) {}
                            }
                        }
                    }
                }
            }
        }
    }
}

fn stretches(report: &Report) -> Vec<Stretch<'_>> {
    let phases = [("build", &report.build), ("boot", &report.boot)];
    let phases = phases.into_iter().filter_map(|(name, phase)| Some((name, "phase", phase.as_ref()?.took)));
    let checks = report.checks.iter().map(|check| {
        let outcome = words::outcome(&check.outcome);
        (check.claim.as_str(), if outcome == "not judged" { "broken" } else { outcome }, check.took)
    });
    let mut from = Duration::ZERO;
    let laid = phases.chain(checks).filter(|(_, _, took)| !took.is_zero()).map(|(name, outcome, took)| {
        let stretch = Stretch { name, outcome, from, took };
        from += took;
        stretch
    });
    laid.collect()
}

fn place(stretch: &Stretch, total: Duration) -> String {
    let percent = |duration: Duration| duration.as_secs_f64() / total.as_secs_f64() * 100.0;
    format!("left:{:.2}%;width:{:.2}%", percent(stretch.from).min(99.5), percent(stretch.took))
}
