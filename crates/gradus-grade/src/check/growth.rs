//! A step that does the same work at several sizes, and judges how its cost grows. What a machine's noise hides is not
//! judged: rounds are made until their median tells, and when it never does, nobody is failed.

use super::{Bench, Stop, failure, mismatch_at, run_step, service};
use gradus_judge::growth::exponent;
use gradus_judge::median::{Median, Reaches};
use gradus_model::grader::Step;
use gradus_model::growth::{GrowthStep, Measure};
use gradus_model::json::Json;
use gradus_model::outcome::Fault;
use gradus_model::value::Bindings;
use std::collections::BTreeMap;
use std::time::Instant;

/// More rounds of a measurement by time than these are not made to become clear.
const MOST_ROUNDS: usize = 41;
/// Over all sizes, a cost may grow by so much more than its bound, as no fit is exact.
const LENIENCE: f64 = 1.8;
const TITLE: &str = "the same work at several sizes";

/// Runs all sizes and judges.
pub async fn run(
    bench: &mut Bench<'_>,
    step: &Step,
    growth: &GrowthStep,
    bindings: &Bindings,
    requests: &mut u32,
) -> Result<(), Stop> {
    let mut names = Vec::new();
    for size in &growth.sizes {
        let mut at_size = bindings.clone();
        at_size.insert("size".into(), Json::Number(size.to_string()));
        names.push(at_size);
    }
    let sizes: Vec<f64> = growth.sizes.iter().copied().map(f64::from).collect();
    let bound = bound(growth, &sizes);
    let mut costs: Vec<Vec<f64>> = vec![Vec::new(); sizes.len()];
    let mut exponents = Vec::new();
    loop {
        for (costs, names) in costs.iter_mut().zip(&mut names) {
            // What is set up for one size stays for its later rounds only if the steps make it so.
            for before in &growth.before {
                Box::pin(run_step(bench, before, names, requests)).await?;
            }
            costs.push(cost(bench, growth, names, requests).await?);
        }
        let round: Vec<f64> =
            costs.iter().map(|costs| at_least_some(growth, costs[exponents.len()])).collect();
        exponents.push(exponent(&sizes, &round));
        if !matches!(growth.measure, Measure::Time) {
            let exact = exponents[0];
            return verdict(bench, step, growth, &costs, exact > bound, format!("{exact:.2}"));
        }
        let Some(median) = Median::of(&exponents) else { continue };
        match median.reaches(bound) {
            Reaches::Unclear if exponents.len() >= MOST_ROUNDS => {
                return Err(Stop::Broken(Fault {
                    what: format!(
                        "could not tell how its cost grows: as the size to the power of {median}, from {} rounds",
                        median.count
                    ),
                    way_out: Some("Try again while less else runs.".into()),
                }));
            }
            Reaches::Unclear => {}
            reaches => {
                return verdict(bench, step, growth, &costs, reaches == Reaches::Yes, median.to_string());
            }
        }
    }
}

/// The exponent beyond which a cost grows too much.
fn bound(growth: &GrowthStep, sizes: &[f64]) -> f64 {
    let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
    (growth.at_most.factor(first, last) * LENIENCE).ln() / (last / first).ln()
}

/// No work is so small that its logarithm tells nothing: one call is as little as there is.
fn at_least_some(growth: &GrowthStep, cost: f64) -> f64 {
    match growth.measure {
        Measure::Time => cost.max(1e-9),
        Measure::Calls { .. } | Measure::Work(_) | Measure::Select => cost.max(1.0),
    }
}

/// What the steps cost once: seconds, or calls.
async fn cost(
    bench: &mut Bench<'_>,
    growth: &GrowthStep,
    names: &mut Bindings,
    requests: &mut u32,
) -> Result<f64, Stop> {
    let asked = count(bench, growth, names).await?;
    let begun = Instant::now();
    for step in &growth.steps {
        Box::pin(run_step(bench, step, names, requests)).await?;
    }
    let took = begun.elapsed().as_secs_f64();
    Ok(match growth.measure {
        Measure::Time => took,
        // Items that are put there by a measured step are a new shelf, which was asked nothing.
        Measure::Calls { .. } | Measure::Work(_) | Measure::Select => {
            count(bench, growth, names).await?.saturating_sub(asked) as f64
        }
    })
}

/// What is counted, so far.
async fn count(bench: &mut Bench<'_>, growth: &GrowthStep, names: &Bindings) -> Result<u64, Stop> {
    Ok(match &growth.measure {
        Measure::Time => 0,
        Measure::Calls { stub, asked } => {
            bench.upstreams.stubs().calls(&stub.value, asked.as_deref(), names).len() as u64
        }
        Measure::Select => bench.upstreams.backing().readings().map_or(0, |readings| readings.spent()),
        Measure::Work(counter) => {
            let counted = service::counted(bench, &[counter], false).await?;
            service::difference(&BTreeMap::new(), &counted, counter)
        }
    })
}

/// Passes, or fails with what each size cost.
fn verdict(
    bench: &Bench<'_>,
    step: &Step,
    growth: &GrowthStep,
    costs: &[Vec<f64>],
    too_much: bool,
    power: String,
) -> Result<(), Stop> {
    if costs.iter().flatten().all(|cost| *cost == 0.0) {
        let nothing = "nothing was measured at any size".to_owned();
        let mismatch = mismatch_at(bench.grader, step.span, "growth", "work that costs something", nothing);
        return Err(failure(TITLE, None, 1, vec![mismatch], None).into());
    }
    if !too_much {
        return Ok(());
    }
    let shown: Vec<String> = growth
        .sizes
        .iter()
        .zip(costs)
        .map(|(size, costs)| {
            let cost = middle(costs);
            match &growth.measure {
                Measure::Time => format!("{size}: {:.2} ms", cost * 1e3),
                Measure::Calls { .. } => format!("{size}: {cost} requests"),
                Measure::Work(counter) => format!("{size}: {cost} {}", counter.what),
                Measure::Select => format!("{size}: {cost}"),
            }
        })
        .collect();
    let wanted = format!("a cost that grows {} at most", words(growth));
    let got = format!("as the size to the power of {power}, {}", shown.join(", "));
    let mismatch = mismatch_at(bench.grader, growth.span, "growth", &wanted, got);
    Err(failure(TITLE, None, 1, vec![mismatch], None).into())
}

fn middle(costs: &[f64]) -> f64 {
    let mut sorted = costs.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn words(growth: &GrowthStep) -> &'static str {
    use gradus_model::growth::Exponent;
    match growth.at_most {
        Exponent::Constant => "not at all",
        Exponent::Logarithmic => "as the logarithm of the size",
        Exponent::Linear => "as the size",
        Exponent::Linearithmic => "as the size times its logarithm",
        Exponent::Quadratic => "as the square of the size",
    }
}
