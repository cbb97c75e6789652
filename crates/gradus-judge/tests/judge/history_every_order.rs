//! Small random histories against a judge that simply tries every order, and that shares no code with the real one.

use crate::history_build::{Random, account, counter, n, queue, register, set};
use gradus_judge::history::{Call, Model, Operation, Outcome, USUAL_STEPS, Verdict, judge};
use gradus_model::json::Json;
use std::collections::{BTreeMap, HashSet};

/// What is under each key; a number is a list of one.
type World = BTreeMap<String, Vec<Json>>;

/// What one call does.
struct Effect {
    after: World,
    took_effect: bool,
    changed: bool,
    value_before: Json,
    value_after: Json,
}

fn start(model: &Model, key: &str) -> Vec<Json> {
    match model {
        Model::Register { start } => vec![start.of(key).clone()],
        Model::Counter { start } => vec![n(*start.of(key))],
        Model::Set { start } | Model::Queue { start } => start.of(key).clone(),
        Model::Account { start } => vec![n(*start.of(key) as i64)],
    }
}

fn number(values: &[Json]) -> i64 {
    values[0].to_string().parse().expect("a number")
}

fn effect(model: &Model, world: &World, key: &str, call: &Call) -> Effect {
    let before = world.get(key).cloned().unwrap_or_else(|| start(model, key));
    let mut after = world.clone();
    let mut took_effect = true;
    let mut own = before.clone();
    let mut taken = None;
    match call {
        Call::Read => {}
        Call::Write(value) => own = vec![value.clone()],
        Call::CompareAndSet { old, new } if own[0] == *old => own = vec![new.clone()],
        Call::CompareAndSet { .. } => took_effect = false,
        Call::Add(by) => own = vec![n(number(&own) + by)],
        Call::Insert(value) if !own.contains(value) => own.push(value.clone()),
        Call::Insert(_) => {}
        Call::Remove(value) => own.retain(|other| other != value),
        Call::Contains(value) => took_effect = own.contains(value),
        Call::Enqueue(value) => own.push(value.clone()),
        Call::Dequeue if own.is_empty() => took_effect = false,
        Call::Dequeue => taken = Some(own.remove(0)),
        Call::Deposit(amount) => own = vec![n(number(&own) + *amount as i64)],
        Call::Withdraw(amount) if number(&own) >= *amount as i64 => {
            own = vec![n(number(&own) - *amount as i64)]
        }
        Call::Transfer { amount, .. } if number(&own) >= *amount as i64 => {
            own = vec![n(number(&own) - *amount as i64)];
        }
        Call::Withdraw(_) | Call::Transfer { .. } => took_effect = false,
    }
    own.sort_by_key(
        |value| if matches!(model, Model::Set { .. }) { value.to_string() } else { String::new() },
    );
    after.insert(key.to_owned(), own);
    if let (Call::Transfer { to, amount }, true) = (call, took_effect) {
        let there = after.get(to).cloned().unwrap_or_else(|| start(model, to));
        after.insert(to.clone(), vec![n(number(&there) + *amount as i64)]);
    }
    let first = |values: &[Json]| values.first().cloned().unwrap_or(Json::Null);
    Effect {
        took_effect,
        changed: after[key] != before,
        value_before: first(&before),
        value_after: taken.unwrap_or_else(|| first(&after[key])),
        after,
    }
}

/// What is there after an operation, if its answer fits.
fn does(model: &Model, world: &World, operation: &Operation) -> Option<World> {
    let effect = effect(model, world, &operation.key, &operation.call);
    let is_always_believed = matches!(
        operation.call,
        Call::Read | Call::Write(_) | Call::Add(_) | Call::Enqueue(_) | Call::Deposit(_)
    );
    let tells_change = matches!(operation.call, Call::Insert(_) | Call::Remove(_));
    let is_known = operation.end.is_some();
    let fits = match operation.result.as_ref().filter(|_| is_known) {
        None => true,
        Some(Outcome::Refused) if is_always_believed => return Some(world.clone()),
        Some(Outcome::Refused) if tells_change => !effect.changed,
        Some(Outcome::Refused) => !effect.took_effect,
        Some(Outcome::Done) => effect.took_effect,
        Some(Outcome::Bool(told)) if tells_change => *told == effect.changed,
        Some(Outcome::Bool(told)) => *told == effect.took_effect,
        Some(outcome) => {
            let is_told = match outcome {
                Outcome::Before(value) => *value == effect.value_before,
                Outcome::Value(value) => *value == effect.value_after,
                _ => unreachable!(),
            };
            is_told && (effect.took_effect || matches!(operation.call, Call::CompareAndSet { .. }))
        }
    };
    fits.then_some(effect.after)
}

/// Whether any order explains the operations, of which `is_required` says which must have happened.
fn some_order(model: &Model, history: &[Operation], is_required: &dyn Fn(usize) -> bool) -> bool {
    fn go(
        model: &Model,
        history: &[Operation],
        is_required: &dyn Fn(usize) -> bool,
        done: u32,
        world: &World,
        seen: &mut HashSet<(u32, String)>,
    ) -> bool {
        let left = |index: &usize| done & (1 << index) == 0;
        let blocks = |index: &usize| left(index) && is_required(*index);
        let Some(first_end) = (0..history.len()).filter(blocks).map(|index| history[index].end).min() else {
            return true;
        };
        if !seen.insert((done, format!("{world:?}"))) {
            return false;
        }
        (0..history.len()).filter(left).any(|index| {
            Some(history[index].begin) <= first_end
                && does(model, world, &history[index])
                    .is_some_and(|world| go(model, history, is_required, done | 1 << index, &world, seen))
        })
    }
    go(model, history, is_required, 0, &World::new(), &mut HashSet::new())
}

fn is_answered(operation: &Operation) -> bool {
    operation.end.is_some() && operation.result.is_some()
}

fn draw_call(model: &Model, random: &mut Random) -> Call {
    match (model, random.below(4)) {
        (Model::Register { .. } | Model::Counter { .. }, 0) | (Model::Account { .. }, 0) => Call::Read,
        (Model::Register { .. }, 1) => Call::CompareAndSet { old: random.small(3), new: random.small(3) },
        (Model::Register { .. }, _) => Call::Write(random.small(3)),
        (Model::Counter { .. }, _) => Call::Add([1, 1, 2, -1][random.below(4) as usize]),
        (Model::Set { .. }, 0) => Call::Insert(random.small(2)),
        (Model::Set { .. }, 1) => Call::Remove(random.small(2)),
        (Model::Set { .. }, _) => Call::Contains(random.small(2)),
        (Model::Queue { .. }, 0 | 1) => Call::Enqueue(random.small(4)),
        (Model::Queue { .. }, _) => Call::Dequeue,
        (Model::Account { .. }, 1) => Call::Deposit(random.below(3)),
        (Model::Account { .. }, 2) => Call::Withdraw(1 + random.below(2)),
        (Model::Account { .. }, _) => {
            Call::Transfer { to: ["", "b"][random.below(2) as usize].to_owned(), amount: random.below(3) }
        }
    }
}

/// One of the ways in which a right server might answer.
fn right_answer(call: &Call, effect: &Effect, random: &mut Random) -> Outcome {
    let value = Outcome::Value(effect.value_after.clone());
    match call {
        Call::Read => value,
        Call::Contains(_) => Outcome::Bool(effect.took_effect),
        Call::Insert(_) | Call::Remove(_) if random.one_in(3) => Outcome::Done,
        Call::Insert(_) | Call::Remove(_) => Outcome::Bool(effect.changed),
        Call::CompareAndSet { .. } if random.one_in(4) => value,
        Call::CompareAndSet { .. } => Outcome::Bool(effect.took_effect),
        _ if !effect.took_effect => Outcome::Refused,
        Call::Dequeue if random.one_in(6) => Outcome::Done,
        Call::Dequeue => value,
        Call::Enqueue(_) => Outcome::Done,
        _ => match random.below(4) {
            0 => value,
            1 => Outcome::Before(effect.value_before.clone()),
            _ => Outcome::Done,
        },
    }
}

fn wrong_answer(call: &Call, random: &mut Random) -> Outcome {
    match call {
        Call::Contains(_) | Call::Insert(_) | Call::Remove(_) | Call::CompareAndSet { .. } => {
            Outcome::Bool(random.one_in(2))
        }
        Call::Enqueue(_) => Outcome::Refused,
        Call::Read => Outcome::Value(random.small(5)),
        _ if random.one_in(3) => Outcome::Refused,
        _ => Outcome::Value(random.small(5)),
    }
}

/// A history of a right server, of which a few answers may then be spoilt or lost.
fn draw_history(model: &Model, random: &mut Random) -> Vec<Operation> {
    let count = 1 + random.below(9);
    let width = 1 + random.below(8);
    let mut moments: Vec<(u64, Operation)> = (0..count)
        .map(|client| {
            let moment = 10 + random.below(20);
            let operation = Operation {
                client: client as u32,
                label: String::new(),
                key: if random.one_in(5) { "b".to_owned() } else { String::new() },
                begin: moment - random.below(width),
                end: Some(moment + random.below(width)),
                call: draw_call(model, random),
                result: None,
            };
            (moment, operation)
        })
        .collect();
    moments.sort_by_key(|(moment, _)| *moment);
    let spoils = random.one_in(2);
    let mut world = World::new();
    let mut history = Vec::new();
    for (_, mut operation) in moments {
        let effect = effect(model, &world, &operation.key, &operation.call);
        operation.result = Some(right_answer(&operation.call, &effect, random));
        if spoils && random.one_in(4) {
            operation.result = Some(wrong_answer(&operation.call, random));
        }
        let is_lost = random.one_in(6);
        if is_lost && random.one_in(2) {
            operation.end = None;
        } else if is_lost {
            operation.result = None;
        }
        if !is_lost || random.one_in(2) {
            world = effect.after;
        }
        history.push(operation);
    }
    history.rotate_left(random.below(count) as usize);
    history
}

/// How many histories of so many held.
fn compare(model: &Model, seeds: u64) -> u64 {
    let mut held = 0;
    for seed in 0..seeds {
        let history = draw_history(model, &mut Random::new(seed + 1));
        let expected = some_order(model, &history, &|index| is_answered(&history[index]));
        match judge(model, &history, USUAL_STEPS).expect("a well-made history") {
            Verdict::Holds => assert!(expected, "seed {seed} is violated: {history:#?}"),
            Verdict::CouldNotTell { steps } => {
                assert!(steps == 0 && !history.iter().any(is_answered), "seed {seed} is small");
            }
            Verdict::Violated(excerpt) => {
                assert!(!expected, "seed {seed} holds: {history:#?}");
                let core: Vec<usize> = excerpt.lines.iter().map(|line| line.operation).collect();
                assert_is_core(model, &history, &core, seed);
            }
        }
        held += u64::from(expected);
    }
    held
}

/// No order explains the core, whatever became of the other operations; with any one less, some order does.
fn assert_is_core(model: &Model, history: &[Operation], core: &[usize], seed: u64) {
    // An operation that may have happened keeps its answer here: if it did, that is what it was told.
    assert!(core.iter().all(|index| is_answered(&history[*index])));
    assert!(
        !some_order(model, history, &|index| core.contains(&index)),
        "seed {seed}: {core:?} is fine if the others are not as told: {history:#?}"
    );
    for less in core {
        assert!(
            some_order(model, history, &|index| index != *less && core.contains(&index)),
            "seed {seed}: {core:?} needs no {less}: {history:#?}"
        );
    }
}

#[track_caller]
fn agree(model: &Model) {
    const SEEDS: u64 = 2000;
    let held = compare(model, SEEDS);
    assert!((SEEDS / 2..SEEDS * 9 / 10).contains(&held), "both kinds are common: {held} of {SEEDS} held");
}

#[test]
fn registers_are_judged_as_by_trying_every_order() {
    agree(&register(0));
}

#[test]
fn counters_are_judged_as_by_trying_every_order() {
    agree(&counter(1));
}

#[test]
fn sets_are_judged_as_by_trying_every_order() {
    agree(&set());
    agree(&Model::Set { start: vec![n(1)].into() });
}

#[test]
fn queues_are_judged_as_by_trying_every_order() {
    agree(&queue());
    agree(&Model::Queue { start: vec![n(1), n(2)].into() });
}

#[test]
fn accounts_with_transfers_are_judged_as_by_trying_every_order() {
    agree(&account(2));
}
