//! A step that has the submission and the exercise's baseline do the same work in turn, and judges how many times as fast
//! the submission is. Both suffer from the machine's noise alike; what it hides is not judged.

use super::load;
use super::{Bench, Stop, failure, lend, mismatch_at, run_step};
use crate::further::Role;
use gradus_judge::median::{Median, Reaches};
use gradus_model::compare::{CompareStep, Work};
use gradus_model::duration::format_duration;
use gradus_model::grader::Step;
use gradus_model::json::Json;
use gradus_model::outcome::Fault;
use gradus_model::value::Bindings;
use std::time::{Duration, Instant};

/// More pairs than these are not made to become clear.
const MOST_PAIRS: usize = 61;
const TITLE: &str = "the same work of the submission and of the baseline";

/// Measures pairs until they tell, and judges.
pub async fn run(
    bench: &mut Bench<'_>,
    step: &Step,
    compare: &CompareStep,
    bindings: &Bindings,
    requests: &mut u32,
) -> Result<(), Stop> {
    let mut baseline = lend(bench, &Role::Baseline, step.span).await?;
    let judged = {
        let mut ours = bindings.clone();
        let mut theirs = bindings.clone();
        let origin = baseline.target.origin();
        theirs.insert("origin".into(), Json::from(origin.to_string()));
        theirs.insert("host".into(), Json::from(origin.authority()));
        pairs(bench, &mut baseline, step, compare, (&mut ours, &mut theirs), requests).await
    };
    bench.further.give_back(Role::Baseline, baseline);
    judged
}

async fn pairs(
    bench: &mut Bench<'_>,
    baseline: &mut crate::further::Server,
    step: &Step,
    compare: &CompareStep,
    (ours, theirs): (&mut Bindings, &mut Bindings),
    requests: &mut u32,
) -> Result<(), Stop> {
    for before in &compare.before {
        Box::pin(run_step(bench, before, ours, requests)).await?;
        Box::pin(run_step(&mut bench.at(baseline), before, theirs, requests)).await.map_err(not_theirs)?;
    }
    let mut costs: Vec<(Duration, Duration)> = Vec::new();
    loop {
        // Who is first has no advantage: each is so in every second pair. The first pair only warms both up.
        let (mine, other);
        if costs.len().is_multiple_of(2) {
            mine = cost(bench, step, compare, ours, requests).await?;
            other =
                cost(&mut bench.at(baseline), step, compare, theirs, requests).await.map_err(not_theirs)?;
        } else {
            other =
                cost(&mut bench.at(baseline), step, compare, theirs, requests).await.map_err(not_theirs)?;
            mine = cost(bench, step, compare, ours, requests).await?;
        }
        costs.push((mine, other));
        let ratios: Vec<f64> = costs[1..]
            .iter()
            .map(|(mine, other)| other.as_secs_f64() / mine.as_secs_f64().max(f64::MIN_POSITIVE))
            .collect();
        let Some(ratio) = Median::of(&ratios) else { continue };
        match ratio.reaches(compare.at_least) {
            Reaches::Yes => return Ok(()),
            Reaches::No => {
                let wanted = format!("at least {} times as fast as the baseline", compare.at_least);
                let median = |of: fn(&(Duration, Duration)) -> Duration| {
                    let mut all: Vec<Duration> = costs[1..].iter().map(of).collect();
                    all.sort_unstable();
                    format_duration(all[all.len() / 2])
                };
                let each = format!("{} against {}", median(|(mine, _)| *mine), median(|(_, other)| *other));
                let got = format!("{ratio} times from {} pairs, {each}{}", ratio.count, per(&compare.work));
                let mismatch = mismatch_at(bench.grader, compare.span, "speed", &wanted, got);
                return Err(failure(TITLE, None, 1, vec![mismatch], None).into());
            }
            Reaches::Unclear if ratios.len() >= MOST_PAIRS => {
                return Err(Stop::Broken(Fault {
                    what: format!(
                        "could not tell whether it is {} times as fast as the baseline: it is {ratio} times, from {} pairs",
                        compare.at_least, ratio.count
                    ),
                    way_out: Some("Try again while less else runs.".into()),
                }));
            }
            Reaches::Unclear => {}
        }
    }
}

fn per(work: &Work) -> &'static str {
    match work {
        Work::Load(_) => " an answer",
        Work::Steps(_) => "",
    }
}

/// What the work costs once on the server of this bench.
async fn cost(
    bench: &mut Bench<'_>,
    step: &Step,
    compare: &CompareStep,
    names: &mut Bindings,
    requests: &mut u32,
) -> Result<Duration, Stop> {
    match &compare.work {
        Work::Steps(steps) => {
            let begun = Instant::now();
            for step in steps {
                Box::pin(run_step(bench, step, names, requests)).await?;
            }
            Ok(begun.elapsed())
        }
        Work::Load(load) => {
            let asked = load::ask(bench, load, names, requests).await;
            let (total, errors) = (asked.total(), asked.errors());
            if let (Some(cost), 0) = (asked.cost(), errors) {
                return Ok(cost);
            }
            // Fast and wrong is not fast.
            let got = if total == 0 {
                "nobody was answered".to_owned()
            } else {
                format!("{errors} of {total} were not")
            };
            let mut mismatches =
                vec![mismatch_at(bench.grader, step.span, "load", "answers that are all right", got)];
            let exchange = load::wrong(bench, load, asked, &mut mismatches);
            Err(failure(&load::title(load, total), None, 1, mismatches, exchange).into())
        }
    }
}

/// What goes wrong with the baseline is no fault of the submission's.
fn not_theirs(stop: Stop) -> Stop {
    match stop {
        Stop::Failed(failure) => {
            let got = failure
                .mismatches
                .first()
                .map_or_else(String::new, |first| format!(": {} {}", first.path, first.got));
            Stop::Broken(Fault {
                what: format!("the exercise's baseline fails {}{got}", failure.step),
                way_out: None,
            })
        }
        broken => broken,
    }
}
