//! Known histories, right and wrong, with the sentences that say why.

use crate::history_build::{account, counter, holds, lost, n, on, op, queue, register, says, set, violated};
use gradus_judge::history::{
    Call, Mistake, MistakeKind, Model, Operation, Outcome, Start, USUAL_STEPS, Verdict, judge,
};
use gradus_model::json::Json;
use std::collections::BTreeMap;

use Call::{Add, Contains, Deposit, Dequeue, Enqueue, Insert, Read, Remove, Withdraw, Write};
use Outcome::{Before, Bool, Done, Refused, Value};

fn write(number: i64) -> Call {
    Write(n(number))
}

fn is(number: i64) -> Outcome {
    Value(n(number))
}

fn replace(old: i64, new: i64) -> Call {
    Call::CompareAndSet { old: n(old), new: n(new) }
}

#[test]
fn a_read_may_see_a_write_that_is_under_way_or_not() {
    for read in [0, 1] {
        holds(&register(0), &[op(1, 0, 10, write(1), Done), op(2, 2, 8, Read, is(read))]);
    }
}

#[test]
fn a_value_that_was_seen_does_not_go_back() {
    let history = [
        op(1, 0, 10, write(7), Done),
        op(2, 1, 3, Read, is(7)),
        op(3, 4, 6, Read, is(0)),
        op(4, 0, 9, Read, is(7)),
    ];
    says(&register(0), &history, "client 3 read 0 after client 2 had read 7", &[1, 2]);
}

#[test]
fn a_write_that_was_acknowledged_is_seen() {
    let history = [op(1, 0, 1, write(5), Done), op(1, 2, 3, write(7), Done), op(2, 4, 5, Read, is(5))];
    says(&register(0), &history, "client 2 read 5 after client 1 had written 7", &[0, 1, 2]);
}

#[test]
fn a_value_out_of_nowhere_is_named() {
    let history = [op(1, 0, 1, write(5), Done), op(2, 2, 3, Read, is(9)), op(1, 6, 7, write(9), Done)];
    says(&register(0), &history, "client 2 read 9, which nobody had written", &[1]);
}

#[test]
fn only_one_of_two_replaces_a_value() {
    let history = [
        op(1, 0, 5, replace(0, 1), Bool(true)),
        op(2, 1, 6, replace(0, 2), Bool(true)),
        op(3, 7, 8, Read, is(2)),
    ];
    let sentence = "clients 1 and 2 were each told that they replaced 0: only one can have found it, and it was not written again";
    says(&register(0), &history, sentence, &[0, 1]);
    let refused = op(2, 1, 6, replace(0, 2), Bool(false));
    holds(&register(0), &[history[0].clone(), refused.clone(), op(3, 7, 8, Read, is(1))]);
    let sentence = "client 2 was told that 0 was not there, but nothing else had been written";
    says(&register(0), &[op(3, 0, 0, Read, is(0)), refused], sentence, &[1]);
}

#[test]
fn what_a_compare_and_set_may_have_done_is_part_of_what_may_have_happened() {
    let history = [
        op(1, 0, 9, write(0), Done),
        op(2, 3, 9, replace(0, 2), is(2)),
        op(3, 4, 5, write(1), Done),
        op(4, 6, 7, Read, is(2)),
    ];
    holds(&register(5), &history);
    let excerpt = violated(&register(5), &[&history[..], &[op(5, 10, 11, Read, is(1))]].concat());
    assert!(
        excerpt.lines.len() > 2,
        "the write of 1 and its read are fine if the others are not as told: {excerpt}"
    );
}

#[test]
fn values_are_compared_as_data() {
    let json = |text: &str| Json::Number(text.to_owned());
    let object = |a: &str, b: &str| Json::Object(vec![(a.to_owned(), n(1)), (b.to_owned(), n(1))]);
    let history = [op(1, 0, 1, Write(json("1.50")), Done), op(1, 2, 3, Read, Value(json("15e-1")))];
    holds(&register(0), &history);
    let history = [op(1, 0, 1, Write(object("a", "b")), Done), op(1, 2, 3, Read, Value(object("b", "a")))];
    holds(&register(0), &history);
    let history = [op(1, 0, 1, write(1), Done), op(1, 2, 3, Read, Value("1".into()))];
    says(&register(0), &history, "client 1 read \"1\", which nobody had written", &[1]);
}

#[test]
fn a_lost_update_of_a_counter_is_found_by_the_numbers_told() {
    let history = [op(1, 0, 5, Add(1), is(1)), op(2, 1, 6, Add(1), is(1)), op(3, 7, 8, Read, is(1))];
    let sentence =
        "clients 1 and 2 were each told that their own change made it 1, so one of the two is lost";
    says(&counter(0), &history, sentence, &[0, 1]);
    let history = [op(1, 0, 5, Add(1), Before(n(0))), op(1, 6, 7, Add(1), Before(n(0)))];
    let sentence = "client 1 was twice told that it was 0 before their own change, so one of the two is lost";
    says(&counter(0), &history, sentence, &[0, 1]);
}

#[test]
fn a_lost_update_of_a_counter_is_found_by_the_last_read() {
    let adds = (1..=4).map(|client| op(client, 0, 5, Add(1), Done));
    let history: Vec<Operation> = adds.chain([op(9, 6, 7, Read, is(3))]).collect();
    says(&counter(0), &history, "client 9 read 3, but it must have been 4 by then", &[0, 1, 2, 3, 4]);
    holds(&counter(0), &[&history[..4], &[op(9, 6, 7, Read, is(4))]].concat());
}

#[test]
fn a_count_that_is_too_high_is_named() {
    let history = [op(1, 0, 1, Add(2), Done), lost(2, 0, Add(1)), op(3, 3, 4, Read, is(5))];
    says(&counter(0), &history, "client 3 read 5, but it can't have been more than 3 by then", &[2]);
}

#[test]
fn a_count_goes_back_for_nobody() {
    let history = [lost(1, 0, Add(1)), op(2, 1, 2, Read, is(1)), op(3, 3, 4, Read, is(0))];
    says(&counter(0), &history, "client 3 read 0 after client 2 had been told that it is 1", &[1, 2]);
}

#[test]
fn a_count_that_is_no_number_is_the_servers_fault() {
    let history = [op(1, 0, 1, Read, Value("many".into()))];
    says(&counter(0), &history, "client 1 was told \"many\", which is no whole number", &[0]);
    holds(&counter(3), &[op(1, 0, 1, Read, Value(Json::Number("3.0".into())))]);
}

#[test]
fn an_operation_that_timed_out_may_have_happened_or_not() {
    for read in [0, 1] {
        holds(&counter(0), &[lost(1, 0, Add(1)), op(2, 5, 6, Read, is(read))]);
    }
    holds(&counter(0), &[lost(1, 0, Add(1)), op(2, 5, 6, Read, is(0)), op(2, 7, 8, Read, is(1))]);
    holds(&register(0), &[lost(1, 0, write(1)), op(2, 5, 6, write(2), Done), op(2, 7, 8, Read, is(1))]);
    let too_early = [op(2, 5, 6, Read, is(1)), lost(1, 7, write(1))];
    says(&register(0), &too_early, "client 2 read 1, which nobody had written", &[0]);
}

#[test]
fn an_answer_that_does_not_tell_is_like_a_timeout() {
    let unknown = Operation { result: None, ..op(1, 0, 1, write(1), Done) };
    holds(&register(0), &[unknown.clone(), op(2, 5, 6, Read, is(0)), op(2, 7, 8, Read, is(1))]);
    let verdict = judge(&register(0), &[unknown], USUAL_STEPS);
    assert_eq!(verdict, Ok(Verdict::CouldNotTell { steps: 0 }), "nothing measured is no pass");
    assert_eq!(judge(&register(0), &[], USUAL_STEPS), Ok(Verdict::CouldNotTell { steps: 0 }));
}

#[test]
fn tickets_are_not_sold_too_often() {
    let order = |client| op(client, u64::from(client), 10, Withdraw(1), Done);
    let refused = op(9, 1, 20, Withdraw(1), Refused);
    let history = [order(1), order(2), order(3), order(4), refused.clone()];
    let sentence = "3 were there, 4 were given out: not all of clients 1, 2, 3 and 4 can have got theirs";
    says(&account(3), &history, sentence, &[0, 1, 2, 3]);
    holds(&account(4), &history);
    says(&account(5), &history, "client 9 was refused 1, but at least 1 was there", &[4]);
    let last = [order(1), order(2), refused];
    let sentence = "clients 1 and 2 were each told that they got the last one: 1 was there, 2 were given out";
    says(&account(1), &last, sentence, &[0, 1]);
}

#[test]
fn a_ticket_is_not_sold_after_the_last_one() {
    let history = [op(1, 0, 1, Withdraw(1), Done), op(2, 2, 3, Read, is(0)), op(3, 4, 5, Withdraw(1), Done)];
    let excerpt = violated(&account(1), &history);
    assert_eq!(excerpt.lines.len(), 2, "{excerpt}");
}

#[test]
fn a_balance_is_what_came_in_and_went_out() {
    let history = [
        op(1, 0, 1, Deposit(50), Done),
        op(2, 2, 3, Withdraw(30), is(20)),
        op(3, 2, 4, Withdraw(30), Refused),
        op(4, 5, 6, Read, is(50)),
    ];
    says(&account(0), &history, "client 4 read 50, but it must have been 20 by then", &[1, 3]);
    holds(&account(0), &history[..3]);
}

#[test]
fn money_on_its_way_is_nowhere_twice() {
    let transfer =
        |client, amount| on("a", op(client, 0, 5, Call::Transfer { to: "b".to_owned(), amount }, Done));
    let start = Start { usual: 0, except: BTreeMap::from([("a".to_owned(), 10)]) };
    let bank = Model::Account { start };
    let read = |key, client, balance| on(key, op(client, 6, 7, Read, is(balance)));
    holds(&bank, &[transfer(1, 10), read("a", 2, 0), read("b", 3, 10)]);
    let history = [transfer(1, 10), read("a", 2, 10)];
    let sentence = "no order of these 2 operations explains that client 2 was answered 10 to read";
    says(&bank, &history, sentence, &[0, 1]);
    says(
        &bank,
        &[transfer(1, 10), transfer(2, 10)],
        "no order of these 2 operations explains that client 2 was answered done to transfer 10 to b",
        &[0, 1],
    );
}

#[test]
fn an_element_is_new_once() {
    let x = || Json::from("x");
    let history = [op(1, 0, 5, Insert(x()), Bool(true)), op(2, 1, 6, Insert(x()), Bool(true))];
    let sentence = "clients 1 and 2 were each told that \"x\" was new, and nobody had removed it";
    says(&set(), &history, sentence, &[0, 1]);
    holds(&set(), &[&history[..], &[op(3, 2, 3, Remove(x()), Bool(true))]].concat());
    let history = [op(1, 0, 5, Remove(x()), Bool(true)), op(2, 1, 6, Remove(x()), Bool(true))];
    let start = Model::Set { start: vec![x()].into() };
    let sentence =
        "clients 1 and 2 were each told that \"x\" was there to be removed, and nobody had inserted it";
    says(&start, &history, sentence, &[0, 1]);
}

#[test]
fn an_element_that_was_put_in_is_in() {
    let history = [op(1, 0, 1, Insert(n(3)), Done), op(2, 2, 3, Contains(n(3)), Bool(false))];
    let sentence = "client 2 was told that the set does not contain 3, which nobody had removed";
    says(&Model::Set { start: vec![n(3)].into() }, &history[1..], sentence, &[0]);
    let sentence = "client 2 was told that the set does not contain 3 after client 1 had inserted it";
    says(&set(), &history, sentence, &[0, 1]);
    let history = [op(2, 2, 3, Contains(n(3)), Bool(true))];
    says(&set(), &history, "client 2 was told that the set contains 3, which nobody had inserted", &[0]);
}

#[test]
fn a_job_is_given_to_one_worker() {
    let history = [
        op(1, 0, 1, Enqueue(n(1)), Done),
        op(1, 2, 3, Enqueue(n(2)), Done),
        op(2, 4, 8, Dequeue, is(1)),
        op(3, 5, 9, Dequeue, is(1)),
    ];
    says(&queue(), &history, "clients 2 and 3 were each given 1, which was put in only once", &[2, 3]);
    let excerpt = violated(&queue(), &[op(2, 0, 1, Dequeue, is(4)), history[0].clone()]);
    assert_eq!(excerpt.sentence, "client 2 was given 4, which nobody had put in");
}

#[test]
fn a_queue_keeps_its_order() {
    let put = [op(1, 0, 1, Enqueue(n(1)), Done), op(1, 2, 3, Enqueue(n(2)), Done)];
    let taken = |first, second| [op(2, 4, 5, Dequeue, is(first)), op(3, 6, 7, Dequeue, is(second))];
    holds(&queue(), &[&put[..], &taken(1, 2)].concat());
    let excerpt = violated(&queue(), &[&put[..], &taken(2, 1)].concat());
    assert_eq!(excerpt.sentence, "client 2 was given 2, but 1 had been put in before it and was still there");
    let concurrent = [op(1, 0, 3, Enqueue(n(1)), Done), op(2, 2, 3, Enqueue(n(2)), Done)];
    holds(&queue(), &[&concurrent[..], &taken(2, 1)].concat());
}

#[test]
fn a_queue_is_empty_only_if_everything_was_taken() {
    let history = [op(1, 0, 1, Enqueue(n(1)), Done), op(2, 2, 3, Dequeue, Refused)];
    let sentence =
        "client 2 was told that the queue is empty after client 1 had put in 1, which nobody had taken";
    says(&queue(), &history, sentence, &[0, 1]);
    holds(&queue(), &[&history[..], &[lost(3, 0, Dequeue)]].concat());
}

#[test]
fn keys_are_judged_apart() {
    let history = [
        on("a", op(1, 0, 1, write(1), Done)),
        on("b", op(2, 2, 3, Read, is(0))),
        on("b", op(2, 4, 5, write(2), Done)),
        on("a", op(3, 6, 7, Read, is(2))),
    ];
    let excerpt = violated(&register(0), &history);
    assert_eq!(excerpt.sentence, "client 3 read 2, which nobody had written");
    assert_eq!((excerpt.lines[0].key.as_str(), excerpt.of), ("a", 4));
    let start = Start { usual: n(0), except: BTreeMap::from([("a".to_owned(), n(9))]) };
    holds(
        &Model::Register { start },
        &[on("a", op(1, 0, 1, Read, is(9))), on("b", op(1, 0, 1, Read, is(0)))],
    );
}

#[test]
fn an_excerpt_shows_who_asked_what_when() {
    let label = |operation: Operation| Operation { label: "POST /orders".to_owned(), ..operation };
    let history = [label(op(3, 5, 7, Withdraw(1), Done)), label(on("gig", op(4, 6, 9, Withdraw(1), Done)))];
    let history = history.map(|operation| on("gig", operation));
    let excerpt = violated(&account(1), &history);
    let lines: Vec<String> = excerpt.lines.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "    0.000 to     2.000 ms  client 3  POST /orders  gig  withdraw 1 → done",
            "    1.000 to     4.000 ms  client 4  POST /orders  gig  withdraw 1 → done",
        ]
    );
    assert_eq!((excerpt.lines[1].begin, excerpt.lines[1].end), (1_000_000, Some(4_000_000)));
}

#[test]
fn of_a_long_excerpt_the_middle_is_only_counted() {
    let adds = (1..=40).map(|client| op(client, 0, 5, Add(1), Done));
    let history: Vec<Operation> = adds.chain([op(99, 6, 7, Read, is(39))]).collect();
    let text = violated(&counter(0), &history).to_string();
    assert_eq!(text.lines().count(), 14, "{text}");
    assert!(text.contains("\n  … and 29 more …\n"), "{text}");
}

#[test]
fn what_a_model_does_not_have_is_the_callers_mistake() {
    let mistake = |model: &Model, operation: Operation| {
        let right = op(1, 0, 1, Read, is(0));
        judge(model, &[right, operation], USUAL_STEPS).expect_err("a mistake")
    };
    let unknown = mistake(&register(0), op(1, 0, 1, Dequeue, Done));
    assert_eq!(unknown.to_string(), "operation 2 can't be judged: a register has no `dequeue`");
    let told = mistake(&counter(0), op(1, 0, 1, Add(1), Bool(true)));
    assert_eq!(told.to_string(), "operation 2 can't be judged: `add 1` is never answered `true`");
    let backwards = mistake(&counter(0), op(1, 5, 1, Add(1), Done));
    assert_eq!(backwards, Mistake { operation: 1, kind: MistakeKind::EndsBeforeItBegins });
}
