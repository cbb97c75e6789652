//! Which things belong together: circles that grow as ties are made.

use std::collections::BTreeMap;

/// Each thing points to an earlier one of its circle, the first to none.
#[derive(Default)]
pub(super) struct Ties<T>(BTreeMap<T, T>);

impl<T: Copy + Ord> Ties<T> {
    pub(super) fn tie(&mut self, a: T, b: T) {
        let (a, b) = (self.first(a), self.first(b));
        if a != b {
            self.0.insert(a.max(b), a.min(b));
        }
    }

    /// The first of the circle.
    pub(super) fn first(&mut self, thing: T) -> T {
        let mut first = thing;
        while let Some(earlier) = self.0.get(&first) {
            first = *earlier;
        }
        if first != thing {
            self.0.insert(thing, first);
        }
        first
    }
}
