//! A step that does the same work at several sizes, and judges how its cost grows. What a machine's noise hides is not
//! judged: rounds are made until their median tells, and when it never does, nobody is failed.

use super::measure::{self, Measuring, Next};
use super::{Bench, Stop, failure, mismatch_at, run_step, service};
use crate::effort::Effort;
use gradus_judge::growth::exponent;
use gradus_judge::median::Reaches;
use gradus_judge::speed::{self, Spent};
use gradus_model::draw::Random;
use gradus_model::grader::Step;
use gradus_model::growth::{GrowthStep, Measure};
use gradus_model::json::Json;
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
    match growth.measure {
        Measure::Time => {
            bench.be_alone(true).await;
            let judged = by_time(bench, step, growth, &mut names, (&sizes, bound), requests).await;
            bench.be_alone(false).await;
            judged
        }
        Measure::Calls { .. } | Measure::Work(_) | Measure::Select => {
            let mut costs = Vec::new();
            for names in &mut names {
                costs.push(counted_cost(bench, growth, names, requests).await?);
            }
            // No work is so small that its logarithm tells nothing: one call is as little as there is.
            let least: Vec<f64> = costs.iter().map(|cost| cost.max(1.0)).collect();
            let exponent = exponent(&sizes, &least);
            verdict(bench, step, growth, &costs, exponent > bound, format!("{exponent:.2}"))
        }
    }
}

/// Measures all sizes again and again until that tells.
async fn by_time(
    bench: &mut Bench<'_>,
    step: &Step,
    growth: &GrowthStep,
    names: &mut [Bindings],
    (sizes, bound): (&[f64], f64),
    requests: &mut u32,
) -> Result<(), Stop> {
    // Whatever else runs on the machine comes and goes as it likes: it can't always hit the same size.
    let mut random = Random::new(bench.seed, &format!("{}/rounds", bench.check));
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    let mut measuring = Measuring::new(bench, MOST_ROUNDS);
    let mut rounds: Vec<Vec<Spent>> = Vec::new();
    loop {
        measuring.begin();
        let mut round: Vec<Option<Spent>> = vec![None; sizes.len()];
        for &at in &order {
            round[at] = Some(timed(bench, growth, &mut names[at], requests).await?);
        }
        rounds.push(round.into_iter().flatten().collect());
        random.shuffle(&mut order);
        let told = speed::growth(sizes, &rounds, bound, measuring.processors);
        let starved = rounds.iter().flatten().any(|spent| spent.is_starved(measuring.processors));
        match measuring.next(rounds.len(), told, starved) {
            Next::More => {}
            Next::Judge(told) => {
                let costs: Vec<f64> =
                    (0..sizes.len()).map(|at| middle(rounds.iter().map(|round| round[at].cost()))).collect();
                let power = format!("{}{}", told.median, measure::by_processor(&told));
                return verdict(bench, step, growth, &costs, told.reaches == Reaches::Yes, power);
            }
            Next::GiveUp => {
                let what = "to which power of the size its cost grows";
                return Err(measure::could_not_tell(what, told, rounds.len(), "rounds"));
            }
        }
    }
}

/// The exponent beyond which a cost grows too much.
fn bound(growth: &GrowthStep, sizes: &[f64]) -> f64 {
    let (first, last) = (sizes[0], sizes[sizes.len() - 1]);
    (growth.at_most.factor(first, last) * LENIENCE).ln() / (last / first).ln()
}

/// What the steps take once at the size that the names say.
async fn timed(
    bench: &mut Bench<'_>,
    growth: &GrowthStep,
    names: &mut Bindings,
    requests: &mut u32,
) -> Result<Spent, Stop> {
    run_all(bench, &growth.before, names, requests).await?;
    let effort = Effort::begin();
    let begun = Instant::now();
    run_all(bench, &growth.steps, names, requests).await?;
    Ok(measure::spent(&effort, begun.elapsed(), 1))
}

/// The same, counted exactly.
async fn counted_cost(
    bench: &mut Bench<'_>,
    growth: &GrowthStep,
    names: &mut Bindings,
    requests: &mut u32,
) -> Result<f64, Stop> {
    run_all(bench, &growth.before, names, requests).await?;
    let before = count(bench, growth, names).await?;
    run_all(bench, &growth.steps, names, requests).await?;
    // Items that are put there by a measured step are a new shelf, which was asked nothing.
    Ok(count(bench, growth, names).await?.saturating_sub(before) as f64)
}

/// What is set up for one size stays for its later rounds only if the steps make it so.
async fn run_all(
    bench: &mut Bench<'_>,
    steps: &[Step],
    names: &mut Bindings,
    requests: &mut u32,
) -> Result<(), Stop> {
    for step in steps {
        Box::pin(run_step(bench, step, names, requests)).await?;
    }
    Ok(())
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
    costs: &[f64],
    too_much: bool,
    power: String,
) -> Result<(), Stop> {
    if costs.iter().all(|cost| *cost == 0.0) {
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
        .map(|(size, cost)| match &growth.measure {
            Measure::Time => format!("{size}: {:.2} ms", cost * 1e3),
            Measure::Calls { .. } => format!("{size}: {cost} requests"),
            Measure::Work(counter) => format!("{size}: {cost} {}", counter.what),
            Measure::Select => format!("{size}: {cost}"),
        })
        .collect();
    let wanted = format!("a cost that grows {} at most", words(growth));
    let got = format!("as the size to the power of {power}, {}", shown.join(", "));
    let mismatch = mismatch_at(bench.grader, growth.span, "growth", &wanted, got);
    Err(failure(TITLE, None, 1, vec![mismatch], None).into())
}

fn middle(costs: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = costs.collect();
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
