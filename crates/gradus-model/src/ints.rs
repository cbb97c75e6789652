//! Lists of whole numbers that are drawn: how many, between which, and in which order.

use crate::draw::Random;
use crate::json::Json;
use crate::value::{Bindings, Template};
use std::collections::BTreeSet;

/// How long a drawn list may be.
pub const LONGEST: u32 = 1_000_000;

/// A list of whole numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ints {
    /// How many there are.
    pub size: Count,
    /// The least that may be among them.
    pub from: i64,
    /// The greatest.
    pub to: i64,
    /// In which order they stand.
    pub order: Order,
    /// Whether none stands there twice.
    pub distinct: bool,
}

/// A number of things: as it stands, or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Count {
    /// As it was written.
    Number(u32),
    /// `$(name)`.
    Name(Template),
}

/// The order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// None.
    Shuffled,
    /// Rising.
    Sorted,
    /// Falling.
    Reversed,
    /// Rising, but for the first two of every ten, which stand the wrong way round.
    Nearly,
}

impl Ints {
    /// How many numbers there are to choose from.
    pub fn choice(&self) -> u64 {
        (self.to.wrapping_sub(self.from) as u64).saturating_add(1)
    }

    /// The list; nothing if its size is no whole number up to [`LONGEST`], or greater than the choice of distinct numbers.
    pub(crate) fn draw(&self, random: &mut Random, bindings: &Bindings) -> Option<Vec<i64>> {
        let size = match &self.size {
            Count::Number(size) => *size,
            Count::Name(name) => match name.fill_value(bindings) {
                Json::Number(text) => text.parse().ok().filter(|size| *size <= LONGEST)?,
                _ => return None,
            },
        };
        if self.distinct && u64::from(size) > self.choice() {
            return None;
        }
        let offsets = if self.distinct {
            distinct(random, self.choice(), size)
        } else {
            let mut some: Vec<u64> = (0..size).map(|_| random.below(self.choice())).collect();
            some.sort_unstable();
            some
        };
        let mut list: Vec<i64> =
            offsets.into_iter().map(|offset| self.from.wrapping_add(offset as i64)).collect();
        match self.order {
            Order::Sorted => {}
            Order::Reversed => list.reverse(),
            Order::Shuffled => random.shuffle(&mut list),
            Order::Nearly => list.chunks_mut(10).filter(|ten| ten.len() > 1).for_each(|ten| ten.swap(0, 1)),
        }
        Some(list)
    }
}

/// So many different numbers below `choice`, rising (Floyd's sampling: Bentley and Floyd, "A sample of brilliance", 1987).
fn distinct(random: &mut Random, choice: u64, size: u32) -> Vec<u64> {
    let mut chosen = BTreeSet::new();
    for last in choice - u64::from(size)..choice {
        let one = random.below(last + 1);
        if !chosen.insert(one) {
            chosen.insert(last);
        }
    }
    chosen.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(size: u32, to: i64, order: Order, distinct: bool) -> Vec<i64> {
        let ints = Ints { size: Count::Number(size), from: 1, to, order, distinct };
        ints.draw(&mut Random::new(7, "a"), &Bindings::new()).expect("a list")
    }

    #[test]
    fn an_order_is_what_it_says() {
        assert!(drawn(100, 1000, Order::Sorted, false).is_sorted());
        assert!(drawn(100, 1000, Order::Reversed, true).windows(2).all(|two| two[0] > two[1]));
        assert!(!drawn(100, 1000, Order::Shuffled, true).is_sorted());
        assert_eq!(drawn(12, 12, Order::Nearly, true), [2, 1, 3, 4, 5, 6, 7, 8, 9, 10, 12, 11]);
        assert_eq!(drawn(1, 1, Order::Nearly, true), [1]);
        assert_eq!(drawn(0, 1, Order::Shuffled, true), []);
    }

    #[test]
    fn distinct_numbers_are_distinct_and_reach_both_ends() {
        let mut all = drawn(50, 50, Order::Shuffled, true);
        all.sort_unstable();
        assert_eq!(all, (1..=50).collect::<Vec<i64>>());
        assert!(drawn(50, 3, Order::Sorted, false).iter().all(|one| (1..=3).contains(one)));
    }

    #[test]
    fn what_does_not_fit_is_no_list() {
        let of = |size, distinct| Ints { size, from: 1, to: 3, order: Order::Sorted, distinct };
        let none = |ints: Ints| ints.draw(&mut Random::new(7, "a"), &Bindings::new()).is_none();
        assert!(none(of(Count::Number(4), true)));
        assert!(none(of(Count::Name(Template { parts: Vec::new(), span: Default::default() }), false)));
    }
}
