//! Whether a verdict might have come out otherwise: near a limit, near the pass mark, or different from last time. It knows
//! no gradebook and starts nothing.

use gradus_model::duration::{format_duration, format_size};
use gradus_model::exercise::Limits;
use gradus_model::grader::Grader;
use gradus_model::report::Report;
use gradus_model::score::Score;
use std::time::Duration;

/// From so many percent of a limit on, a busier machine might have ended it.
const NEAR_LIMIT: u64 = 80;
/// So many percent from the pass mark, a check more or less decides.
const NEAR_PASS: i64 = 5;

/// Whether a score is so near to the pass mark that a little decides.
pub fn is_near_pass(score: Score, pass: u32) -> bool {
    let maximum = i64::from(score.maximum);
    let distance = i64::from(score.earned) * 100 - i64::from(pass) * maximum;
    maximum > 0 && distance.abs() <= NEAR_PASS * maximum
}

/// The limit that a grading came nearest to, if it came near one: "memory: 480 MiB of 512 MiB".
pub fn near_limit(report: &Report, limits: &Limits, grader: &Grader) -> Option<String> {
    let mut near: Vec<(u64, String)> = Vec::new();
    let mut time = |what: &str, took: Duration, limit: Duration| {
        let percent = percent(took.as_millis(), limit.as_millis());
        near.push((percent, format!("{what}: {} of {}", format_duration(took), format_duration(limit))));
    };
    time("grading", report.took, limits.grading);
    if let Some(build) = &report.build {
        time("build", build.took, limits.build);
    }
    if let Some(boot) = &report.boot {
        time("boot", boot.took, limits.boot);
    }
    for check in &report.checks {
        let own = grader.check(&check.id).map(|check| check.timeout);
        time(&format!("check {}", check.id), check.took, own.unwrap_or(limits.check));
    }
    if let Some(usage) = &report.usage {
        time("processor", usage.cpu, limits.grading);
        let mut size = |what: &str, used: u64, limit: u64| {
            let percent = percent(used.into(), limit.into());
            near.push((percent, format!("{what}: {} of {}", format_size(used), format_size(limit))));
        };
        size("memory", usage.peak_memory, limits.memory);
        if let Some(disk) = usage.peak_disk {
            size("disk", disk, limits.disk);
        }
        if let Some(tasks) = usage.peak_tasks {
            let percent = percent(tasks.into(), limits.tasks.into());
            near.push((percent, format!("tasks: {tasks} of {}", limits.tasks)));
        }
    }
    let nearest = near.into_iter().max_by_key(|(percent, _)| *percent)?;
    Some(nearest).filter(|(percent, _)| *percent >= NEAR_LIMIT).map(|(_, what)| what)
}

/// The positions at which two gradings with the same grader came out differently.
pub fn differences<T: PartialEq>(one: &[T], other: &[T]) -> Vec<usize> {
    (0..one.len()).filter(|position| one.get(*position) != other.get(*position)).collect()
}

fn percent(used: u128, limit: u128) -> u64 {
    u64::try_from((used * 100).checked_div(limit).unwrap_or(0)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_the_pass_mark_is_within_five_percent_of_all_points() {
        let near = |earned| is_near_pass(Score { earned, maximum: 40 }, 80);
        assert_eq!([29, 30, 32, 34, 35].map(near), [false, true, true, true, false]);
        assert!(!is_near_pass(Score { earned: 0, maximum: 0 }, 80));
    }

    #[test]
    fn differences_are_positions() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let (one, other) = (words(&["passed", "failed", "passed"]), words(&["passed", "passed"]));
        assert_eq!(differences(&one, &other), [1, 2]);
        assert!(differences(&one, &one).is_empty());
    }
}
