//! A step that does the same work at several sizes, and judges how its cost grows. What a machine's noise hides is not
//! judged: the least time of several rounds counts, and more rounds are made before it is given up.

use super::{Bench, Stop, failure, mismatch_at, run_step, service};
use gradus_model::grader::Step;
use gradus_model::growth::{GrowthStep, Measure};
use gradus_model::json::Json;
use gradus_model::outcome::Fault;
use gradus_model::value::Bindings;
use std::collections::BTreeMap;
use std::time::Instant;

/// Rounds of a measurement by time: so many at first, then as many again until it is clear.
const ROUNDS: usize = 5;
const MOST_ROUNDS: usize = 20;
/// A cost may grow by so much more than its bound, as no fit is exact.
const LENIENCE: f64 = 1.8;
/// Nearer to the bound than this factor, noise may have decided.
const UNCLEAR: f64 = 1.25;

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
    let by_time = matches!(growth.measure, Measure::Time);
    let mut least = vec![f64::INFINITY; growth.sizes.len()];
    let mut rounds = 0;
    loop {
        for (index, names) in names.iter_mut().enumerate() {
            // What is set up for one size stays for its later rounds only if the steps make it so.
            for before in &growth.before {
                Box::pin(run_step(bench, before, names, requests)).await?;
            }
            least[index] = least[index].min(cost(bench, growth, names, requests).await?);
        }
        rounds += 1;
        let ratio = worst(growth, &least);
        let enough = !by_time || (rounds >= ROUNDS && !is_unclear(ratio)) || rounds >= MOST_ROUNDS;
        if enough && (!by_time || !is_unclear(ratio)) {
            return verdict(bench, step, growth, &least, ratio);
        }
        if enough {
            return Err(Stop::Broken(Fault {
                what: "could not tell how its cost grows: this machine is too noisy now".into(),
                way_out: Some("Try again while less else runs.".into()),
            }));
        }
    }
}

fn is_unclear(ratio: f64) -> bool {
    (LENIENCE / UNCLEAR..LENIENCE * UNCLEAR).contains(&ratio)
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

/// How many times more than allowed the cost has grown from the least size to the greatest; work that costs nothing has not
/// grown.
fn worst(growth: &GrowthStep, costs: &[f64]) -> f64 {
    let (Some(first), Some(last)) = (growth.sizes.first(), growth.sizes.last()) else { return 0.0 };
    let allowed = growth.at_most.factor(f64::from(*first), f64::from(*last));
    let (from, to) = (costs[0].max(f64::MIN_POSITIVE), costs[costs.len() - 1]);
    // One call at the least size is as little as there is.
    let from = if matches!(growth.measure, Measure::Time) { from } else { from.max(1.0) };
    to / from / allowed
}

fn verdict(
    bench: &Bench<'_>,
    step: &Step,
    growth: &GrowthStep,
    costs: &[f64],
    ratio: f64,
) -> Result<(), Stop> {
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
    if costs.iter().all(|cost| *cost == 0.0) {
        let nothing = "nothing was measured at any size".to_owned();
        let mismatch = mismatch_at(bench.grader, step.span, "growth", "work that costs something", nothing);
        return Err(failure("the same work at several sizes", None, 1, vec![mismatch], None).into());
    }
    if ratio <= LENIENCE {
        return Ok(());
    }
    let wanted = format!("a cost that grows {} at most", words(growth));
    let got = format!("{ratio:.1} times more than that, {}", shown.join(", "));
    let mismatch = mismatch_at(bench.grader, growth.span, "growth", &wanted, got);
    Err(failure("the same work at several sizes", None, 1, vec![mismatch], None).into())
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
