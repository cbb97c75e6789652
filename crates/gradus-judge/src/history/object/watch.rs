//! What can be told early about answers still to come, so that the search doesn't find out late.

use crate::history::search::Cast;

/// Looks on while deeds are done and taken back.
pub(in crate::history) trait Watch<State, Step> {
    fn new(start: &State, cast: &Cast<'_, Step>) -> Self;

    /// A deed is done.
    fn mark(&mut self, deed: usize, step: &Step);

    /// It is taken back.
    fn unmark(&mut self, deed: usize, step: &Step);

    /// Whether some answer can't be given any more since the last deed was done; `false` if that is not known.
    fn is_hopeless(&self, before: &State, step: &Step, after: &State) -> bool;

    /// When the step should be done so that what waits for it is not late, in nanoseconds. It only decides what is tried first.
    fn due(&self, step: &Step) -> u64;
}

/// Knows nothing.
pub(in crate::history) struct Unwatched;

impl<State, Step> Watch<State, Step> for Unwatched {
    fn new(_start: &State, _cast: &Cast<'_, Step>) -> Self {
        Self
    }

    fn mark(&mut self, _deed: usize, _step: &Step) {}

    fn unmark(&mut self, _deed: usize, _step: &Step) {}

    fn is_hopeless(&self, _before: &State, _step: &Step, _after: &State) -> bool {
        false
    }

    fn due(&self, _step: &Step) -> u64 {
        u64::MAX
    }
}
