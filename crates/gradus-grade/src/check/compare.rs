//! A step that has the submission and the exercise's baseline do the same work in turn, and judges how many times as fast
//! the submission is. Both suffer from the machine's noise alike; what it hides is not judged.

use super::load;
use super::measure::{self, Measuring, Next};
use super::{Bench, Stop, failure, lend, mismatch_at, run_step};
use crate::effort::Effort;
use crate::further::{Role, Server};
use gradus_judge::median::Reaches;
use gradus_judge::speed::{self, Spent};
use gradus_model::compare::{CompareStep, Work};
use gradus_model::draw::Random;
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
        bench.be_alone(true).await;
        let judged = pairs(bench, &mut baseline, step, compare, (&mut ours, &mut theirs), requests).await;
        bench.be_alone(false).await;
        judged
    };
    bench.further.give_back(Role::Baseline, baseline);
    judged
}

async fn pairs(
    bench: &mut Bench<'_>,
    baseline: &mut Server,
    step: &Step,
    compare: &CompareStep,
    (ours, theirs): (&mut Bindings, &mut Bindings),
    requests: &mut u32,
) -> Result<(), Stop> {
    for before in &compare.before {
        Box::pin(run_step(bench, before, ours, requests)).await?;
        Box::pin(run_step(&mut bench.at(baseline), before, theirs, requests)).await.map_err(not_theirs)?;
    }
    // Whatever else runs on the machine comes and goes as it likes: who is first is drawn, so that it can't always hit the same one.
    let mut order = Random::new(bench.seed, &format!("{}/pairs", bench.check));
    let mut measuring = Measuring::new(bench, MOST_PAIRS);
    let mut pairs: Vec<[Spent; 2]> = Vec::new();
    let mut is_warm = false;
    loop {
        measuring.begin();
        let (mine, other);
        if order.below(2) == 0 {
            mine = cost(bench, step, compare, ours, requests).await?;
            other =
                cost(&mut bench.at(baseline), step, compare, theirs, requests).await.map_err(not_theirs)?;
        } else {
            other =
                cost(&mut bench.at(baseline), step, compare, theirs, requests).await.map_err(not_theirs)?;
            mine = cost(bench, step, compare, ours, requests).await?;
        }
        // The first pair only warms both up.
        if std::mem::replace(&mut is_warm, true) {
            pairs.push([mine, other]);
        }
        let told = speed::compare(&pairs, compare.at_least, measuring.processors);
        let starved = pairs.iter().flatten().any(|spent| spent.is_starved(measuring.processors));
        match measuring.next(pairs.len(), told, starved) {
            Next::More => {}
            Next::Judge(told) if told.reaches == Reaches::Yes => return Ok(()),
            Next::Judge(told) => {
                let wanted = format!("at least {} times as fast as the baseline", compare.at_least);
                let [mine, other] = [0, 1].map(|which| usual_cost(pairs.iter().map(|pair| pair[which])));
                let each = format!("{mine} against {other}{}", per(&compare.work));
                let (ratio, count) = (told.median, pairs.len());
                let also = measure::by_processor(&told);
                let got = format!("{ratio} times{also}, from {count} pairs, {each}");
                let mismatch = mismatch_at(bench.grader, compare.span, "speed", &wanted, got);
                return Err(failure(TITLE, None, 1, vec![mismatch], None).into());
            }
            Next::GiveUp => {
                let what =
                    format!("how many times as fast as the baseline it is, {} or not", compare.at_least);
                return Err(measure::could_not_tell(&what, told, pairs.len(), "pairs"));
            }
        }
    }
}

/// The median of what it cost once.
fn usual_cost(all: impl Iterator<Item = Spent>) -> String {
    let mut costs: Vec<f64> = all.map(|spent| spent.cost()).collect();
    costs.sort_by(f64::total_cmp);
    format_duration(Duration::from_secs_f64(costs[costs.len() / 2]))
}

fn per(work: &Work) -> &'static str {
    match work {
        Work::Load(_) => " an answer",
        Work::Steps(_) => "",
    }
}

/// What the work takes on the server of this bench.
async fn cost(
    bench: &mut Bench<'_>,
    step: &Step,
    compare: &CompareStep,
    names: &mut Bindings,
    requests: &mut u32,
) -> Result<Spent, Stop> {
    let effort = Effort::begin();
    match &compare.work {
        Work::Steps(steps) => {
            let begun = Instant::now();
            for step in steps {
                Box::pin(run_step(bench, step, names, requests)).await?;
            }
            Ok(measure::spent(&effort, begun.elapsed(), 1))
        }
        Work::Load(load) => {
            let asked = load::ask(bench, load, names, requests).await;
            let (total, errors) = (asked.total(), asked.errors());
            if let (Some(took), 0) = (asked.took(), errors) {
                return Ok(measure::spent(&effort, took, total));
            }
            let spent = measure::spent(&effort, asked.took().unwrap_or_default(), total);
            if errors == asked.unanswered() && spent.is_starved(measure::processors()) {
                let what = "could not tell how fast it is: something else kept the processors busy, and requests were not answered in time";
                return Err(Stop::Broken(measure::try_again(what.to_owned())));
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
