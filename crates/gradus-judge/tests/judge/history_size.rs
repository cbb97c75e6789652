//! Histories as large as a burst of clients makes them, and larger; work is counted in steps.

use crate::history_build::{Random, counter, lost, n, op, queue, register, violated};
use gradus_judge::history::{Call, Model, Operation, Outcome, Verdict, judge};
use gradus_model::json::Json;
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
        let by = [1, 1, 1, 1][random.below(4) as usize];
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

type Draw = fn(u64, &mut Random) -> Vec<Operation>;

fn models() -> [(Model, Draw); 4] {
    [
        (register(0), registers),
        (counter(0), counters),
        (Model::Account { start: 100.into() }, accounts),
        (queue(), queues),
    ]
}

#[test]
fn eight_hundred_operations_of_32_clients_are_judged_in_few_steps() {
    for (model, draw) in models() {
        for seed in 1..=20 {
            let history = draw(800, &mut Random::new(seed));
            let verdict = judge(&model, &history, 100_000);
            assert_eq!(verdict, Ok(Verdict::Holds), "{model:?}, seed {seed}");
        }
    }
}

fn sold(count: u64, random: &mut Random) -> Vec<Operation> {
    let moments = moments(count, random);
    let mut left = count as i64 / 4;
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
fn few(count: u64, random: &mut Random) -> Vec<Operation> {
    let moments = moments(count, random);
    let mut v = n(0);
    let answer = |(client, begin, end): (u32, u64, u64)| {
        if random.one_in(2) {
            return op(client, begin, end, Call::Read, Outcome::Value(v.clone()));
        }
        v = random.small(8);
        op(client, begin, end, Call::Write(v.clone()), Outcome::Done)
    };
    moments.into_iter().map(answer).collect()
}

#[test]
fn zz_steps() {
    let mut models = models().to_vec();
    models.push((Model::Account { start: 200.into() }, sold));
    models.push((register(0), few));
    for (i, (model, draw)) in models.iter().enumerate() {
        let count = 800;
        let mut row = Vec::new();
        for seed in 1..=10 {
            let random = &mut Random::new(seed);
            let mut history = draw(if i == 4 { 800 } else { count }, random);
            let good = |history: &Vec<Operation>, h: bool| {
                [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 1_000_000]
                    .into_iter()
                    .find(|b| match judge(&model, history, *b) {
                        Ok(Verdict::Holds) => h,
                        Ok(Verdict::Violated(_)) => !h,
                        _ => false,
                    })
                    .map_or("-".to_owned(), |b| format!("{b}"))
            };
            let t0 = std::time::Instant::now();
            let a = judge(&model, &history, 1_000_000).is_ok();
            let t0 = t0.elapsed();
            let right = good(&history, true);
            // swap answers of two operations of one call, far apart
            let reads: Vec<usize> = (200..800)
                .filter(|i| matches!(history[*i].result, Some(Outcome::Value(_)) | Some(Outcome::Refused)))
                .collect();
            let k = reads.len() / 2;
            let (x, y) = (reads[k], reads[k + 40.min(reads.len() - k - 1)]);
            let t = history[x].result.clone();
            history[x].result = history[y].result.clone();
            history[y].result = t;
            let t = std::time::Instant::now();
            let v = judge(&model, &history, 1_000_000);
            let t = t.elapsed();
            let wrong = match &v {
                Ok(Verdict::Violated(e)) => {
                    format!("{} lines {}: {}", good(&history, false), e.lines.len(), e.sentence)
                }
                other => format!("{other:?}"),
            };
            row.push(format!("{right} {t0:?} {a} then {wrong} in {t:?}"));
        }
        eprintln!("ZZ {} {count}: {}", &format!("{model:?}")[..8], row.join("\nZZ   "));
    }
}
