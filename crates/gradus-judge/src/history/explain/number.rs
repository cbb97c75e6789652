//! What can be wrong with the answers of a counter or of one account.

use super::Story;
use super::words::{both_were, clients, value, were};
use crate::history::told::{same, whole};
use crate::history::{Call, Operation, Outcome};
use gradus_model::json::Json;

pub(super) fn explain(story: &Story<'_>, start: i128) -> Option<String> {
    no_number(story)
        .or_else(|| given_out_too_often(story, start))
        .or_else(|| same_answer(story))
        .or_else(|| out_of_bounds(story, start))
        .or_else(|| stale(story))
}

/// What an operation adds if it takes effect, and whether it is sure that it does.
fn effect(operation: &Operation) -> (i128, bool) {
    let by = match operation.call {
        Call::Add(by) => by.into(),
        Call::Deposit(amount) => amount.into(),
        Call::Withdraw(amount) => -i128::from(amount),
        _ => 0,
    };
    (if operation.is_refused() { 0 } else { by }, operation.is_answered())
}

fn told(operation: &Operation) -> Option<&Json> {
    match operation.result.as_ref()? {
        Outcome::Value(json) | Outcome::Before(json) => Some(json),
        _ => None,
    }
}

fn no_number(story: &Story<'_>) -> Option<String> {
    let told = told(story.last)?;
    let sentence =
        || format!("client {} was told {}, which is no whole number", story.last.client, value(told));
    whole(told).is_none().then(sentence)
}

/// More was taken from an account than ever was there.
fn given_out_too_often(story: &Story<'_>, start: i128) -> Option<String> {
    let takes =
        |operation: &&&Operation| matches!(operation.call, Call::Withdraw(_)) && !operation.is_refused();
    let takers: Vec<&Operation> = story.core.iter().filter(takes).copied().collect();
    let added: i128 = story.possible().map(|operation| effect(operation).0.max(0)).sum();
    let taken = -takers.iter().map(|operation| effect(operation).0).sum::<i128>();
    if taken <= start + added {
        return None;
    }
    let given_out = format!("{taken} {} given out", were(taken));
    let there = match added {
        0 => format!("{start} {} there", were(start)),
        _ => format!("{start} {} there, at most {added} came in", were(start)),
    };
    Some(match takers[..] {
        [only] => format!("client {} got {taken}: {there}", only.client),
        [a, b] if start == 1 && added == 0 && taken == 2 => {
            format!("{} told that they got the last one: {there}, {given_out}", both_were(a, b))
        }
        _ => format!("{there}, {given_out}: not all of {} can have got theirs", clients(&takers)),
    })
}

/// The last answer is about an amount that it can't have been, wherever its operation stands in the order.
fn out_of_bounds(story: &Story<'_>, start: i128) -> Option<String> {
    let (least, most) = bounds(story, start);
    let last = story.last;
    let client = last.client;
    let own = effect(last).0;
    match (&last.call, last.result.as_ref()?) {
        (Call::Withdraw(amount), Outcome::Refused) if least >= i128::from(*amount) => {
            Some(format!("client {client} was refused {amount}, but at least {least} {} there", were(least)))
        }
        (Call::Withdraw(amount), _) if most < i128::from(*amount) => {
            let there =
                if most <= 0 { "none was".to_owned() } else { format!("at most {most} {}", were(most)) };
            Some(format!("client {client} got {amount}, but {there} there"))
        }
        (call, Outcome::Value(json)) => {
            let told = whole(json)?;
            let verb = if matches!(call, Call::Read) { "read" } else { "was told" };
            beyond(told, least + own, most + own)
                .map(|bound| format!("client {client} {verb} {told}, but it {bound}"))
        }
        (_, Outcome::Before(json)) => {
            let told = whole(json)?;
            beyond(told, least, most)
                .map(|bound| format!("client {client} was told that it was {told}, but it {bound}"))
        }
        _ => None,
    }
}

fn beyond(told: i128, least: i128, most: i128) -> Option<String> {
    match told {
        told if told < least && least == most => Some(format!("must have been {least} by then")),
        told if told > most && least == most => Some(format!("must have been {least} by then")),
        told if told < least => Some(format!("must have been at least {least} by then")),
        told if told > most => Some(format!("can't have been more than {most} by then")),
        _ => None,
    }
}

/// The least and the most that can have been there right before the last operation of the core.
fn bounds(story: &Story<'_>, start: i128) -> (i128, i128) {
    let others = story.possible().filter(|operation| !std::ptr::eq(*operation, story.last));
    others.fold((start, start), |(least, most), operation| {
        let (by, is_sure) = effect(operation);
        if is_sure && operation.is_before(story.last) {
            (least + by, most + by)
        } else {
            (least + by.min(0), most + by.max(0))
        }
    })
}

/// Two changes in one direction with one answer: one of them is lost.
fn same_answer(story: &Story<'_>) -> Option<String> {
    let (a, b) = story.pair()?;
    let (by, other) = (effect(a).0, effect(b).0);
    if by == 0 || by != other || !same(told(a)?, told(b)?) {
        return None;
    }
    let both = format!("{} told", both_were(a, b));
    let number = value(told(a)?);
    match (&a.result, &b.result) {
        (Some(Outcome::Value(_)), Some(Outcome::Value(_))) => {
            Some(format!("{both} that their own change made it {number}, so one of the two is lost"))
        }
        (Some(Outcome::Before(_)), Some(Outcome::Before(_))) => {
            Some(format!("{both} that it was {number} before their own change, so one of the two is lost"))
        }
        _ => None,
    }
}

/// The last answer differs from an earlier one.
fn stale(story: &Story<'_>) -> Option<String> {
    let last = story.last;
    let Some(Outcome::Value(read)) = last.result.as_ref().filter(|_| last.call == Call::Read) else {
        return None;
    };
    let tells_another =
        |earlier: &Operation| matches!(&earlier.result, Some(Outcome::Value(told)) if !same(told, read));
    let earlier = story.earlier(tells_another)?;
    Some(format!(
        "client {} read {} after client {} had been told that it is {}",
        last.client,
        value(read),
        earlier.client,
        value(told(earlier)?)
    ))
}
