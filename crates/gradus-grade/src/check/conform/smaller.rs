//! Makes a failing request smaller: asks smaller ones, and keeps those that fail in the same way.

use super::ask::{Asker, Found};
use gradus_contract::contract::Contract;
use gradus_contract::shrink;
use std::time::{Duration, Instant};

/// Requests that are asked for it, and the time that they may take.
const MOST: usize = 60;
const LONG: Duration = Duration::from_secs(3);

/// The smallest request that fails in the same way, as far as the budget reaches. One that got no answer is left as it is: the
/// server may be gone.
pub async fn shrunk(asker: &mut Asker<'_, '_>, contract: &Contract, found: Found) -> Found {
    let begun = Instant::now();
    let mut smallest = found;
    let mut asked = 0;
    'smaller: loop {
        if smallest.answered.is_none() {
            return smallest;
        }
        for case in shrink::smaller(contract, &smallest.case) {
            if asked >= MOST || begun.elapsed() > LONG {
                return smallest;
            }
            asked += 1;
            match asker.ask(&case).await {
                Err(smaller) if is_same(&smallest, &smaller) => {
                    smallest = *smaller;
                    continue 'smaller;
                }
                Err(other) if other.answered.is_none() => return smallest,
                _ => {}
            }
        }
        return smallest;
    }
}

/// Whether two requests fail in the same way: at the same place of the answer, with the same status.
fn is_same(one: &Found, other: &Found) -> bool {
    let first = |found: &Found| found.mismatches.first().map(|mismatch| mismatch.path.clone());
    one.case.operation == other.case.operation && one.answered == other.answered && first(one) == first(other)
}
