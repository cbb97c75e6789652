//! How far a number can still move, and which numbers are still to be told.

use std::collections::BTreeMap;

/// About one number.
#[derive(Default)]
pub(super) struct Sums {
    /// By how much it can still grow.
    up: i128,
    /// By how much it can still fall.
    down: i128,
    /// What it must still be at some time, and how often that is needed.
    needed: BTreeMap<i128, usize>,
}

impl Sums {
    /// It can change by so much.
    pub(super) fn add(&mut self, by: i128) {
        self.up += by.max(0);
        self.down -= by.min(0);
    }

    /// It can't any more.
    pub(super) fn remove(&mut self, by: i128) {
        self.up -= by.max(0);
        self.down += by.min(0);
    }

    pub(super) fn need(&mut self, number: i128) {
        *self.needed.entry(number).or_default() += 1;
    }

    pub(super) fn serve(&mut self, number: i128) {
        if let Some(count) = self.needed.get_mut(&number) {
            *count -= 1;
            if *count == 0 {
                self.needed.remove(&number);
            }
        }
    }

    /// Whether a needed number is out of reach.
    pub(super) fn is_hopeless(&self, now: i128) -> bool {
        let least = self.needed.first_key_value().map_or(i128::MAX, |(number, _)| *number);
        let most = self.needed.last_key_value().map_or(i128::MIN, |(number, _)| *number);
        least < now - self.down || now + self.up < most
    }
}
