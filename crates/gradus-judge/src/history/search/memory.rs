//! Where the search has been: which deeds were done, and what was there then.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

type Set = Box<[u64]>;

pub(super) struct Memory<S> {
    required: usize,
    /// The required deeds that are done.
    done: Bits,
    /// The optional ones, counted from the first of them.
    used: Bits,
    /// Under what was required and done: the sets of optional ones that were used, none within another.
    seen: HashMap<(Set, S), Vec<Set>>,
}

impl<S: Clone + Eq + Hash> Memory<S> {
    pub(super) fn new(required: usize, optional: usize) -> Self {
        Self { required, done: Bits::new(required), used: Bits::new(optional), seen: HashMap::new() }
    }

    pub(super) fn mark(&mut self, deed: usize) {
        if deed < self.required { self.done.set(deed) } else { self.used.set(deed - self.required) }
    }

    pub(super) fn unmark(&mut self, deed: usize) {
        if deed < self.required { self.done.clear(deed) } else { self.used.clear(deed - self.required) }
    }

    /// Whether the search has never been here, or in a place from which at least as much was possible; and what finding that
    /// out and remembering it costs in steps, so that the budget bounds the memory too.
    pub(super) fn insert(&mut self, state: &S, weight: usize) -> (bool, u64) {
        let done = self.done.trimmed();
        let words = done.len() + self.used.0.len() + weight;
        match self.seen.entry((done, state.clone())) {
            Entry::Vacant(place) => {
                place.insert(if self.used.0.is_empty() { Vec::new() } else { vec![self.used.boxed()] });
                (true, cost(words))
            }
            Entry::Occupied(_) if self.used.0.is_empty() => (false, 0),
            Entry::Occupied(mut place) => {
                let seen = place.get_mut();
                let compared = cost(seen.len() * self.used.0.len());
                let is_new = !seen.iter().any(|used| self.used.holds(used));
                if is_new {
                    seen.retain(|used| !self.used.is_in(used));
                    seen.push(self.used.boxed());
                }
                (is_new, compared)
            }
        }
    }
}

/// A step pays for sixteen words.
fn cost(words: usize) -> u64 {
    (words / 16) as u64
}

struct Bits(Vec<u64>);

impl Bits {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn set(&mut self, index: usize) {
        self.0[index / 64] |= 1 << (index % 64);
    }

    fn clear(&mut self, index: usize) {
        self.0[index / 64] &= !(1 << (index % 64));
    }

    /// Whether all of the other bits are set here.
    fn holds(&self, other: &[u64]) -> bool {
        self.0.iter().zip(other).all(|(own, other)| other & !own == 0)
    }

    fn is_in(&self, other: &[u64]) -> bool {
        self.0.iter().zip(other).all(|(own, other)| own & !other == 0)
    }

    fn boxed(&self) -> Set {
        self.0.as_slice().into()
    }

    /// How many full words there are at the front, then the words up to the last that is not empty. Deeds are done about in
    /// the order in which they began, so this is short.
    fn trimmed(&self) -> Set {
        let full = self.0.iter().take_while(|word| **word == u64::MAX).count();
        let last = self.0.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        std::iter::once(full as u64).chain(self.0[full..last.max(full)].iter().copied()).collect()
    }
}
