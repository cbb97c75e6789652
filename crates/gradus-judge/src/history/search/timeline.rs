//! The beginnings and ends of the deeds that are not done yet, as doubly linked lists from which a deed is lifted and into which it
//! is put back.

use super::Cast;

/// The deeds still to do.
pub(super) struct Timeline {
    next: Vec<usize>,
    previous: Vec<usize>,
    /// Of each node, in nanoseconds.
    time: Vec<u64>,
    required: usize,
}

/// Node 0 heads the beginnings and ends of the required deeds, node 1 the beginnings of the optional ones.
const HEADS: usize = 2;
const REQUIRED: usize = 0;
const OPTIONAL: usize = 1;

fn beginning(deed: usize) -> usize {
    HEADS + 2 * deed
}

fn end(deed: usize) -> usize {
    beginning(deed) + 1
}

fn is_end(node: usize) -> bool {
    node >= HEADS && node % 2 == 1
}

impl Timeline {
    pub(super) fn new<S>(cast: &Cast<'_, S>) -> Self {
        let (required, all) = (cast.required, cast.deeds.len());
        let nodes = beginning(all);
        let mut timeline =
            Self { next: vec![0; nodes], previous: vec![0; nodes], time: vec![0; nodes], required };
        for (index, deed) in cast.deeds.iter().enumerate() {
            timeline.time[beginning(index)] = deed.begin;
            timeline.time[end(index)] = cast.end(index);
        }
        timeline.link(REQUIRED, (0..required).flat_map(|deed| [beginning(deed), end(deed)]).collect());
        timeline.link(OPTIONAL, (required..all).map(beginning).collect());
        timeline
    }

    /// At the same time, beginnings come before ends: deeds that touch are concurrent.
    fn link(&mut self, head: usize, mut nodes: Vec<usize>) {
        nodes.sort_by_key(|node| (self.time[*node], is_end(*node)));
        let mut last = head;
        for node in nodes {
            self.next[last] = node;
            self.previous[node] = last;
            last = node;
        }
        self.next[last] = head;
        self.previous[head] = last;
    }

    /// Whether all required deeds are done.
    pub(super) fn is_over(&self) -> bool {
        self.next[REQUIRED] == REQUIRED
    }

    /// What can be done next: the deeds that began before any of the required ones that are left ended.
    pub(super) fn possible(&self) -> impl Iterator<Item = usize> + '_ {
        let from = |head: usize| {
            let next = |node: &usize| Some(self.next[*node]);
            std::iter::successors(next(&head), next).take_while(move |node| *node != head)
        };
        let first_end = from(REQUIRED).find(|node| is_end(*node)).map_or(0, |node| self.time[node]);
        let required = from(REQUIRED).take_while(|node| !is_end(*node));
        let optional = from(OPTIONAL).take_while(move |node| self.time[*node] <= first_end);
        required.chain(optional).map(|node| (node - HEADS) / 2)
    }

    /// Takes a deed out.
    pub(super) fn lift(&mut self, deed: usize) {
        self.unlink(beginning(deed));
        if deed < self.required {
            self.unlink(end(deed));
        }
    }

    /// Puts back the deed that was lifted last.
    pub(super) fn unlift(&mut self, deed: usize) {
        if deed < self.required {
            self.relink(end(deed));
        }
        self.relink(beginning(deed));
    }

    fn unlink(&mut self, node: usize) {
        let (previous, next) = (self.previous[node], self.next[node]);
        self.next[previous] = next;
        self.previous[next] = previous;
    }

    fn relink(&mut self, node: usize) {
        let (previous, next) = (self.previous[node], self.next[node]);
        self.next[previous] = node;
        self.previous[next] = node;
    }
}
