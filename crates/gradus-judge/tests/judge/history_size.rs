//! Histories as large as a burst of clients makes them, and larger; work is counted in steps.

use crate::history_build::{Random, account, counter, n, op, queue, register, set, violated};
use gradus_judge::history::{Call, Model, Operation, Outcome, USUAL_STEPS, Verdict, judge};
use std::collections::VecDeque;

/// 32 clients, each one operation after another, answered by a right server: the operations in the order of their moments.
fn moments(count: u64, random: &mut Random) -> Vec<(u32, u64, u64)> {
    let mut free_at = [0_u64; 32];
    let mut moments: Vec<(u64, (u32, u64, u64))> = (0..count)
        .map(|index| {
            let client = (index % 32) as usize;
            let begin = free_at[client] + random.below(200);
            let moment = begin + 1 + random.below(1000);
            let end = moment + 1 + random.below(1000);
            free_at[client] = end + 1;
            (moment, (client as u32, begin, end))
        })
        .collect();
    moments.sort_unstable();
    moments.into_iter().map(|(_, times)| times).collect()
}

fn registers(count: u64, random: &mut Random) -> Vec<Operation> {
    let moments = moments(count, random);
    let mut value = n(0);
    let mut next = 0;
    let answer = |(client, begin, end): (u32, u64, u64)| {
        let (call, outcome) = match random.below(3) {
            0 => {
                next += 1;
                value = n(next);
                (Call::Write(value.clone()), Outcome::Done)
            }
            1 => {
                let (old, new) = (if random.one_in(2) { value.clone() } else { random.small(10) }, {
                    next += 1;
                    n(next)
                });
                let is_there = old == value;
                if is_there {
                    value = new.clone();
                }
                (Call::CompareAndSet { old, new }, Outcome::Bool(is_there))
            }
            _ => (Call::Read, Outcome::Value(value.clone())),
        };
        op(client, begin, end, call, outcome)
    };
    moments.into_iter().map(answer).collect()
}

fn counters(count: u64, random: &mut Random) -> Vec<Operation> {
    let moments = moments(count, random);
    let mut sum = 0;
    let answer = |(client, begin, end): (u32, u64, u64)| {
        let by = 1;
        if random.one_in(3) {
            return op(client, begin, end, Call::Read, Outcome::Value(n(sum)));
        }
        sum += by;
        op(client, begin, end, Call::Add(by), Outcome::Done)
    };
    moments.into_iter().map(answer).collect()
}

fn accounts(count: u64, random: &mut Random) -> Vec<Operation> {
    let moments = moments(count, random);
    let mut left = 100;
    let answer = |(client, begin, end): (u32, u64, u64)| {
        let amount = 1 + random.below(3);
        if random.one_in(3) {
            left += amount;
            return op(client, begin, end, Call::Deposit(amount), Outcome::Done);
        }
        let outcome = if left >= amount { Outcome::Done } else { Outcome::Refused };
        left -= if left >= amount { amount } else { 0 };
        op(client, begin, end, Call::Withdraw(amount), outcome)
    };
    moments.into_iter().map(answer).collect()
}

fn queues(count: u64, random: &mut Random) -> Vec<Operation> {
    let moments = moments(count, random);
    let mut queue = VecDeque::new();
    let mut next = 0;
    let answer = |(client, begin, end): (u32, u64, u64)| {
        if random.one_in(2) {
            next += 1;
            queue.push_back(n(next));
            return op(client, begin, end, Call::Enqueue(n(next)), Outcome::Done);
        }
        let outcome = queue.pop_front().map_or(Outcome::Refused, Outcome::Value);
        op(client, begin, end, Call::Dequeue, outcome)
    };
    moments.into_iter().map(answer).collect()
}

fn tickets(count: u64, random: &mut Random) -> Vec<Operation> {
    let mut left = 200;
    let moments = moments(count, random);
    let answer = |(client, begin, end): (u32, u64, u64)| {
        if random.one_in(3) {
            return op(client, begin, end, Call::Read, Outcome::Value(n(left)));
        }
        let outcome = if left > 0 { Outcome::Done } else { Outcome::Refused };
        left -= i64::from(left > 0);
        op(client, begin, end, Call::Withdraw(1), outcome)
    };
    moments.into_iter().map(answer).collect()
}

fn sets(count: u64, random: &mut Random) -> Vec<Operation> {
    let mut is_in = [false; 4];
    let moments = moments(count, random);
    let answer = |(client, begin, end): (u32, u64, u64)| {
        let place = random.below(4) as usize;
        let element = n(place as i64);
        let was_in = is_in[place];
        let (call, told) = match random.below(3) {
            0 => (Call::Contains(element), was_in),
            1 => {
                is_in[place] = true;
                (Call::Insert(element), !was_in)
            }
            _ => {
                is_in[place] = false;
                (Call::Remove(element), was_in)
            }
        };
        op(client, begin, end, call, Outcome::Bool(told))
    };
    moments.into_iter().map(answer).collect()
}

type Draw = fn(u64, &mut Random) -> Vec<Operation>;

fn models() -> [(Model, Draw); 6] {
    [
        (register(0), registers),
        (counter(0), counters),
        (account(100), accounts),
        (account(200), tickets),
        (set(), sets),
        (queue(), queues),
    ]
}

const SEEDS: std::ops::RangeInclusive<u64> = 1..=10;

#[test]
fn eight_hundred_operations_of_32_clients_are_judged_in_few_steps() {
    for (model, draw) in models() {
        for seed in SEEDS {
            let history = draw(800, &mut Random::new(seed));
            let verdict = judge(&model, &history, 20_000);
            assert_eq!(verdict, Ok(Verdict::Holds), "{model:?}, seed {seed}");
        }
    }
}

#[test]
fn one_wrong_answer_among_eight_hundred_is_found_and_shown_in_a_few_lines() {
    let mut found = 0;
    for (model, draw) in models() {
        for seed in SEEDS {
            let mut history = draw(800, &mut Random::new(seed));
            if !swap_two_values(&mut history) {
                continue;
            }
            match judge(&model, &history, USUAL_STEPS).expect("a well-made history") {
                Verdict::Violated(excerpt) => {
                    assert!(excerpt.lines.len() <= 3, "{model:?}, seed {seed}: {excerpt}");
                    found += 1;
                }
                Verdict::Holds => {}
                Verdict::CouldNotTell { .. } => panic!("{model:?}, seed {seed}"),
            }
        }
    }
    assert!(found >= 30, "{found}");
}

/// Exchanges what two clients were told at very different times.
fn swap_two_values(history: &mut [Operation]) -> bool {
    let tells = |operation: &Operation| matches!(operation.result, Some(Outcome::Value(_)));
    let told: Vec<usize> = (0..history.len()).filter(|index| tells(&history[*index])).collect();
    let Some(early) = told.get(told.len() / 3) else { return false };
    let late = told[told.len() * 2 / 3];
    let result = history[*early].result.take();
    history[*early].result = history[late].result.take();
    history[late].result = result;
    true
}

#[test]
fn lost_answers_do_not_make_a_right_history_wrong() {
    let mut told = 0;
    for (model, draw) in models() {
        for seed in SEEDS {
            let random = &mut Random::new(seed);
            let mut history = draw(400, random);
            for operation in &mut history {
                if random.one_in(20) {
                    operation.end = None;
                }
            }
            let verdict = judge(&model, &history, USUAL_STEPS).expect("a well-made history");
            assert!(!matches!(verdict, Verdict::Violated(_)), "{model:?}, seed {seed}: {verdict:?}");
            told += u64::from(verdict == Verdict::Holds);
        }
    }
    assert!(told >= 50, "{told}");
}

/// Which of many different amounts add up to what was read? There is no quick way to know.
#[test]
fn a_history_that_is_too_hard_is_not_guessed() {
    let random = &mut Random::new(7);
    let mut history: Vec<Operation> = (0..40)
        .map(|client| {
            op(client, 0, 100, Call::Add(2 * (1_000_000 + random.below(1_000_000) as i64)), Outcome::Done)
        })
        .collect();
    history.push(op(40, 0, 100, Call::Read, Outcome::Value(n(30_000_001))));
    assert_eq!(judge(&counter(0), &history, 100_000), Ok(Verdict::CouldNotTell { steps: 100_000 }));
}

#[test]
fn a_hundred_thousand_operations_one_after_another_are_judged() {
    let one = |index: u64| {
        let (call, outcome) = match index % 2 {
            0 => (Call::Add(1), Outcome::Done),
            _ => (Call::Read, Outcome::Value(n(index as i64 / 2 + 1))),
        };
        op(0, 2 * index, 2 * index + 1, call, outcome)
    };
    let history: Vec<Operation> = (0..100_000).map(one).collect();
    assert_eq!(judge(&counter(0), &history, USUAL_STEPS), Ok(Verdict::Holds));
}

#[test]
fn a_core_that_cannot_be_small_ends_the_shrinking_in_time() {
    let adds = (0..5000).map(|index| {
        op(index % 32, 10 * u64::from(index), 10 * u64::from(index) + 5, Call::Add(1), Outcome::Done)
    });
    let last = op(99, 60_000, 60_001, Call::Read, Outcome::Value(n(4999)));
    let history: Vec<Operation> = adds.chain([last]).collect();
    let excerpt = violated(&counter(0), &history);
    assert_eq!(excerpt.sentence, "client 99 read 4999, but it must have been 5000 by then");
    assert_eq!(excerpt.lines.len(), 5001);
}
