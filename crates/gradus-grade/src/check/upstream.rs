//! Steps about stubs: what becomes of them, and what they were asked.

use super::{Bench, Stop, failure, mismatch, save_parts};
use crate::upstreams::NotChanged;
use gradus_judge::{pattern, place};
use gradus_model::grader::{Place, Step};
use gradus_model::json::Json;
use gradus_model::outcome::{Failure, Fault, Mismatch};
use gradus_model::stub::{CallsStep, StubStep};
use gradus_model::toxic::FaultsStep;
use gradus_model::value::Bindings;
use gradus_services::{Call, NoList, Undelivered};

/// Changes stubs.
pub async fn change(
    bench: &mut Bench<'_>,
    step: &Step,
    stub: &StubStep,
    bindings: &Bindings,
) -> Result<(), Stop> {
    for (name, change) in &stub.changes {
        let mut changed = bench.upstreams.change(&name.value, change, bindings, &*bench.target).await;
        if changed.is_ok() {
            changed = bench.further.listen(bench.upstreams).await.map_err(NotChanged::Listening);
        }
        changed.map_err(|error| match error {
            NotChanged::NoList(NoList(stub)) => Stop::Broken(Fault {
                what: format!("the items of the stub `{stub}` are no list"),
                way_out: Some(
                    "Its grader draws more distinct numbers than there are, or names what is no list.".into(),
                ),
            }),
            NotChanged::Listening(error) => {
                let got = error.to_string();
                let wanted = "a port of its own";
                let mismatch = super::mismatch_at(bench.grader, step.span, "stub", wanted, got);
                failure(&format!("the stub {}", name.value), None, 1, vec![mismatch], None).into()
            }
        })?;
    }
    Ok(())
}

/// Disturbs the way to upstreams, or no longer.
pub fn disturb(bench: &Bench<'_>, faults: &FaultsStep) {
    for (name, toxics) in &faults.changes {
        bench.upstreams.disturb(&name.value, toxics);
    }
}

/// Judges what a stub was asked since the check began.
pub fn judge(
    bench: &Bench<'_>,
    calls: &CallsStep,
    bindings: &mut Bindings,
    circumstance: Option<String>,
) -> Result<(), Box<Failure>> {
    let came = bench.upstreams.stubs().calls(&calls.stub.value, calls.asked.as_ref(), bindings);
    let of = match &calls.asked {
        Some(asked) => format!("{} {}", asked.method, asked.path.fill(bindings)),
        None => "anything".to_owned(),
    };
    let list = || Json::Array(came.iter().map(Call::to_json).collect());
    let mut misses = Vec::new();
    if let Some(count) = &calls.count {
        misses.extend(pattern::judge(count, Some(&Json::Number(came.len().to_string())), "count", bindings));
    }
    if let Some(json) = &calls.json {
        misses.extend(pattern::judge(json, Some(&list()), "calls", bindings));
    }
    if let Some(gaps) = &calls.gaps {
        let between = came.windows(2).map(|two| (two[1].at - two[0].at).as_secs_f64());
        let all = Json::Array(between.map(|seconds| Json::Number(format!("{seconds:.3}"))).collect());
        misses.extend(pattern::judge(gaps, Some(&all), "gaps", bindings));
    }
    if let Some(items) = &calls.items {
        let held = bench.upstreams.stubs().items(&calls.stub.value).map(Json::Array);
        misses.extend(pattern::judge(items, held.as_ref(), "items", bindings));
    }
    if let Some(callbacks) = &calls.callbacks {
        misses.extend(pattern::judge(callbacks, Some(&of_callbacks(&came)), "callbacks", bindings));
    }
    let mut mismatches: Vec<Mismatch> = misses.into_iter().map(|miss| mismatch(bench.grader, miss)).collect();
    if mismatches.is_empty() {
        mismatches = save_parts(bench.grader, &calls.save, bindings, |place| match place {
            Place::Json(parts) => place::within(parts, &list()),
            // The reader lets no other pass.
            _ => Err("calls are a list".to_owned()),
        });
    }
    if mismatches.is_empty() {
        return Ok(());
    }
    let title = format!("what the stub {} was asked: {of}", calls.stub.value);
    let listed: Vec<String> = came.iter().take(8).map(Call::title).collect();
    if let Some(first) = mismatches.first_mut().filter(|first| first.note.is_none()) {
        first.note = Some(match listed.as_slice() {
            [] => "it was not asked so".to_owned(),
            listed => format!("it was asked {}", listed.join(", ")),
        });
    }
    Err(failure(&title, circumstance, 1, mismatches, None))
}

/// What came of all callbacks that are done, in the order in which they were sent.
fn of_callbacks(came: &[Call]) -> Json {
    let mut all: Vec<_> = came.iter().flat_map(|call| call.callbacks.all()).collect();
    all.sort_by_key(|(at, ..)| *at);
    Json::Array(all.iter().map(|(_, delivered, _)| delivered.to_json()).collect())
}

/// Callbacks that were never sent because the submission gave no address of its own.
pub fn misdirected(bench: &Bench<'_>) -> Vec<Mismatch> {
    let all = bench.upstreams.stubs().misdirected();
    let told = all.into_iter().take(3).map(|(name, delivered, span)| {
        let wanted = format!("an address of the submission, {}", bench.target.origin());
        let why = match delivered.back {
            Err(Undelivered::Misdirected(why)) => Some(why),
            _ => None,
        };
        let path = format!("where the stub {name} should send its callback");
        let got = Json::from(&*delivered.url).to_string();
        Mismatch { note: why, ..super::mismatch_at(bench.grader, span, &path, &wanted, got) }
    });
    told.collect()
}

/// Requests that no route answers, as something that a failed check should know.
pub fn unexpected(bench: &Bench<'_>) -> Vec<Mismatch> {
    let all = bench.upstreams.stubs().unexpected();
    let told = all.into_iter().take(3).map(|(name, unexpected)| Mismatch {
        path: format!("the stub {name}"),
        wanted: unexpected.nearest.unwrap_or_else(|| "nothing".to_owned()),
        got: unexpected.asked,
        note: Some(format!("no route of the stub answers this: {}", unexpected.why)),
        difference: Vec::new(),
        place: None,
    });
    told.collect()
}

/// The same of a check that passed all the same: one sentence each.
pub fn remarks(bench: &Bench<'_>) -> Vec<String> {
    let all = bench.upstreams.stubs().unexpected();
    let told = all.into_iter().take(3).map(|(name, unexpected)| {
        let nearest =
            unexpected.nearest.map_or_else(String::new, |nearest| format!("; the nearest is {nearest}"));
        format!(
            "the stub {name} was asked {}, and no route answers this: {}{nearest}",
            unexpected.asked, unexpected.why
        )
    });
    told.collect()
}
