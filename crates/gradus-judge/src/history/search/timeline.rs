//! The beginnings and ends of the deeds that are not done yet, as doubly linked lists from which a deed is lifted and into which it
//! is put back.

use crate::history::object::Deed;

/// The deeds still to do.
pub(super) struct Timeline {
    next: Vec<usize>,
    previous: Vec<usize>,
    /// Of each node, in nanoseconds.
    time: Vec<u64>,
    required: usize,
}

/// Where a deed stands that can be done next.
#[derive(Clone, Copy)]
pub(super) struct Place(usize);

impl Place {
    pub(super) fn deed(self) -> usize {
        (self.0 - HEADS) / 2
    }
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
    /// The first `required` of the deeds are required, and have an end.
    pub(super) fn new<S>(deeds: &[&Deed<S>], required: usize) -> Self {
        let nodes = beginning(deeds.len());
        let mut timeline =
            Self { next: vec![0; nodes], previous: vec![0; nodes], time: vec![0; nodes], required };
        for (index, deed) in deeds.iter().enumerate() {
            timeline.time[beginning(index)] = deed.begin;
            timeline.time[end(index)] = deed.end.unwrap_or(u64::MAX);
        }
        timeline.link(REQUIRED, (0..required).flat_map(|deed| [beginning(deed), end(deed)]).collect());
        timeline.link(OPTIONAL, (required..deeds.len()).map(beginning).collect());
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

    /// The first deed that can be done next: one that began before any of those left ended.
    pub(super) fn first(&self) -> Option<Place> {
        self.place(self.next[REQUIRED])
    }

    /// The deed after another one that can be done next; the required ones come first.
    pub(super) fn after(&self, place: Place) -> Option<Place> {
        self.place(self.next[place.0])
    }

    fn place(&self, node: usize) -> Option<Place> {
        match node {
            REQUIRED | OPTIONAL => None,
            end if is_end(end) => self.optional(self.next[OPTIONAL]),
            beginning if beginning < HEADS + 2 * self.required => Some(Place(beginning)),
            beginning => self.optional(beginning),
        }
    }

    fn optional(&self, node: usize) -> Option<Place> {
        (node != OPTIONAL && self.time[node] <= self.time[self.first_end()]).then_some(Place(node))
    }

    fn first_end(&self) -> usize {
        let mut node = self.next[REQUIRED];
        while !is_end(node) {
            node = self.next[node];
        }
        node
    }

    /// Takes a deed out.
    pub(super) fn lift(&mut self, place: Place) {
        self.unlink(place.0);
        if place.deed() < self.required {
            self.unlink(place.0 + 1);
        }
    }

    /// Puts back the deed that was lifted last.
    pub(super) fn unlift(&mut self, place: Place) {
        if place.deed() < self.required {
            self.relink(place.0 + 1);
        }
        self.relink(place.0);
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
