//! Makes a failing request smaller: asks smaller ones, and keeps those that fail in the same way.

use super::ask::{Asker, Found};
use gradus_contract::contract::Contract;
use gradus_contract::shrink;
use std::time::{Duration, Instant};

/// Requests that are asked for it, and the time that they may take.
const MOST: usize = 60;
const LONG: Duration = Duration::from_secs(3);

/// The smallest request that fails in the same way, as far as the budget reaches, and as long as the server lives.
pub async fn shrunk(asker: &mut Asker<'_, '_>, contract: &Contract, found: Found) -> Found {
    let begun = Instant::now();
    let mut smallest = found;
    let mut asked = 0;
    'smaller: loop {
        for case in shrink::smaller(contract, &smallest.case) {
            let is_gone = asker.bench.target.ended().is_some();
            if is_gone || asked >= MOST || begun.elapsed() > LONG {
                return smallest;
            }
            asked += 1;
            match asker.ask(&case).await {
                Err(smaller) if is_same(&smallest, &smaller) => {
                    smallest = *smaller;
                    continue 'smaller;
                }
                _ => {}
            }
        }
        return smallest;
    }
}

/// Whether two requests fail in the same way: at the same place of the answer, with the same status, or for the same reason
/// without any answer.
fn is_same(one: &Found, other: &Found) -> bool {
    let first = |found: &Found| {
        let first = found.mismatches.first();
        first.map(|first| {
            (first.path.clone(), found.answered.map_or_else(|| first.got.clone(), |_| String::new()))
        })
    };
    one.case.operation == other.case.operation && one.answered == other.answered && first(one) == first(other)
}
