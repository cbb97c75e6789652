//! The greatest matching of two sides by augmenting paths (Berge 1957; Kuhn's algorithm, breadth first so that it never
//! recurses). It knows only indices.

use std::collections::VecDeque;

/// Pairs as many of `left` as can be with different ones of `right`; answers the partner of each left one. A pair is asked
/// about at most twice.
pub(super) fn greatest(
    left: usize,
    right: usize,
    fits: impl FnMut(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    let mut pairs =
        Pairs { partner: vec![None; left], owner: vec![None; right], asked: vec![Vec::new(); left], fits };
    // Lists mostly come in the order they are expected in, and then this is all there is to do.
    for index in 0..left.min(right) {
        if (pairs.fits)(index, index) {
            pairs.partner[index] = Some(index);
            pairs.owner[index] = Some(index);
        }
    }
    for start in 0..left {
        if pairs.partner[start].is_none() {
            pairs.augment(start);
        }
    }
    pairs.partner
}

struct Pairs<F> {
    partner: Vec<Option<usize>>,
    owner: Vec<Option<usize>>,
    /// What is known of each pair; a row is as long as it has been asked about.
    asked: Vec<Vec<Option<bool>>>,
    fits: F,
}

impl<F: FnMut(usize, usize) -> bool> Pairs<F> {
    fn fit(&mut self, left: usize, right: usize) -> bool {
        let row = &mut self.asked[left];
        if row.len() <= right {
            row.resize(right + 1, None);
        }
        match row[right] {
            Some(known) => known,
            None => {
                let fits = (self.fits)(left, right);
                self.asked[left][right] = Some(fits);
                fits
            }
        }
    }

    fn augment(&mut self, start: usize) {
        let mut reached_from: Vec<Option<usize>> = vec![None; self.owner.len()];
        let mut queue = VecDeque::from([start]);
        while let Some(left) = queue.pop_front() {
            for right in 0..self.owner.len() {
                if reached_from[right].is_some() || !self.fit(left, right) {
                    continue;
                }
                reached_from[right] = Some(left);
                match self.owner[right] {
                    Some(owner) => queue.push_back(owner),
                    None => return self.turn(right, &reached_from),
                }
            }
        }
    }

    /// Swaps pairs along the path that ends at a free right one.
    fn turn(&mut self, end: usize, reached_from: &[Option<usize>]) {
        let mut right = end;
        while let Some(left) = reached_from[right] {
            self.owner[right] = Some(left);
            match self.partner[left].replace(right) {
                Some(before) => right = before,
                None => return,
            }
        }
    }
}
