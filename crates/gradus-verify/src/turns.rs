//! Whose turn it is to grade, when many gradings wait: those of the exercise that takes longest first, and more of them at a
//! time as long as the processors have time to spare. It knows nothing of what is graded.

use crate::processors::Processors;
use crate::run::Jobs;
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long between two looks at the processors. What was just begun shows its weight by then.
const LOOKS: Duration = Duration::from_millis(100);

/// Gives turns. Whoever waits is let in only while [`Turns::give`] runs.
#[derive(Debug)]
pub struct Turns {
    jobs: Jobs,
    taken: Cell<usize>,
    /// How many turns there were so far.
    begun: Cell<usize>,
    /// Whether who has a turn must be the only one.
    alone: Cell<bool>,
    waiting: RefCell<Vec<Waiting>>,
    /// How long the longest grading of each exercise took, as far as it is known.
    longest: RefCell<Vec<Option<Duration>>>,
    processors: Processors,
}

/// Somebody who waits for a turn.
#[derive(Debug)]
struct Waiting {
    exercise: usize,
    urgency: Urgency,
    called: oneshot::Sender<()>,
}

/// What goes first within one exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Something that is graded with nothing beside it, once nothing else of any exercise is left.
    Alone,
    /// A program that was not graded yet.
    First,
    /// A program that was: the sooner it is done with, the sooner its folder is gone.
    Again,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct Turn<'t> {
    turns: &'t Turns,
    exercise: usize,
    begun: Instant,
    /// Which one of all it is, if nobody else had one when it began.
    only: Option<usize>,
}

impl Turns {
    /// Turns for so many exercises.
    pub fn new(exercises: usize, jobs: Jobs) -> Self {
        Self {
            jobs: Jobs { least: jobs.least.max(1), most: jobs.most },
            taken: Cell::new(0),
            begun: Cell::new(0),
            alone: Cell::new(false),
            waiting: RefCell::default(),
            longest: RefCell::new(vec![None; exercises]),
            processors: Processors::new(),
        }
    }

    /// Waits for a turn to grade something of this exercise.
    pub async fn take(&self, exercise: usize, urgency: Urgency) -> Turn<'_> {
        let (called, call) = oneshot::channel();
        self.waiting.borrow_mut().push(Waiting { exercise, urgency, called });
        // We are called or live as long as our caller.
        let _ = call.await;
        let only = (self.taken.get() == 1).then(|| self.begun.get());
        Turn { turns: self, exercise, begun: Instant::now(), only }
    }

    /// Lets in who waits, for ever.
    pub async fn give(&self) -> Infallible {
        loop {
            while self.taken.get() < self.jobs.least && self.call_next() {}
            if self.taken.get() < self.jobs.most && self.processors.have_time() == Some(true) {
                self.call_next();
            }
            tokio::time::sleep(LOOKS / 4).await;
        }
    }

    /// Calls who is next, if anybody waits.
    fn call_next(&self) -> bool {
        if self.alone.get() {
            return false;
        }
        let mut waiting = self.waiting.borrow_mut();
        let longest = self.longest.borrow();
        let most = |index: &usize| {
            let one: &Waiting = &waiting[*index];
            // Of what nobody knows, we want to know.
            let length = longest[one.exercise].unwrap_or(Duration::MAX);
            (one.urgency != Urgency::Alone, length, one.urgency, std::cmp::Reverse(*index))
        };
        let Some(next) = (0..waiting.len()).max_by_key(most) else { return false };
        let alone = waiting[next].urgency == Urgency::Alone;
        if alone && self.taken.get() > 0 {
            return false;
        }
        let next = waiting.remove(next);
        if next.called.send(()).is_ok() {
            self.taken.set(self.taken.get() + 1);
            self.begun.set(self.begun.get() + 1);
            self.alone.set(alone);
        }
        true
    }
}

impl Turn<'_> {
    /// Whether nobody else has had a turn since it began.
    pub fn was_alone(&self) -> bool {
        self.only == Some(self.turns.begun.get())
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.taken.set(self.turns.taken.get() - 1);
        // Whoever must be alone is when it ends.
        self.turns.alone.set(false);
        let took = Some(self.begun.elapsed());
        let longest = &mut self.turns.longest.borrow_mut()[self.exercise];
        *longest = took.max(*longest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn turns(lengths: &[Option<u64>]) -> Turns {
        let turns = Turns::new(lengths.len(), Jobs { least: 1, most: 1 });
        *turns.longest.borrow_mut() = lengths.iter().map(|length| length.map(Duration::from_secs)).collect();
        turns
    }

    /// Who is called when these wait, one after another: exercise and urgency.
    fn called(turns: &Turns, waiting: &[(usize, Urgency)]) -> Vec<usize> {
        let mut waits: Vec<_> = waiting
            .iter()
            .map(|(exercise, urgency)| Some(Box::pin(turns.take(*exercise, *urgency))))
            .collect();
        let mut order = Vec::new();
        loop {
            for (index, wait) in waits.iter_mut().enumerate() {
                if let Some(turn) = wait.as_mut().and_then(|wait| wait.now_or_never()) {
                    // Nobody is to learn from this how long it took.
                    std::mem::forget(turn);
                    order.push(index);
                    *wait = None;
                }
            }
            if !turns.call_next() {
                return order;
            }
        }
    }

    #[test]
    fn what_takes_longest_goes_first_and_before_it_what_nobody_knows() {
        use Urgency::{Again, First};
        let lengths = [Some(2), None, Some(9)];
        assert_eq!(called(&turns(&lengths), &[(0, First), (1, First), (2, First)]), [1, 2, 0]);
        assert_eq!(called(&turns(&lengths), &[(2, First), (2, First), (2, Again), (0, Again)]), [2, 0, 1, 3]);
    }

    #[test]
    fn the_longest_grading_of_an_exercise_counts() {
        let turns = turns(&[None]);
        turns.taken.set(2);
        let turn = |ago: u64| Turn {
            turns: &turns,
            exercise: 0,
            begun: Instant::now().checked_sub(Duration::from_secs(ago)).expect("a clock that runs"),
            only: None,
        };
        drop(turn(5));
        drop(turn(1));
        assert!(turns.longest.borrow()[0] >= Some(Duration::from_secs(5)));
        assert_eq!(turns.taken.get(), 0);
    }

    #[test]
    fn who_must_be_alone_comes_last_and_has_nobody_beside() {
        let turns = turns(&[None, None]);
        let take = |exercise, urgency| Box::pin(turns.take(exercise, urgency));
        let mut alone = take(0, Urgency::Alone);
        let (mut one, mut two) = (take(1, Urgency::First), take(1, Urgency::Again));
        assert!(alone.as_mut().now_or_never().is_none());
        assert!(one.as_mut().now_or_never().is_none());
        assert!(turns.call_next(), "the only one but for who must be alone");
        let one = one.now_or_never().expect("called");
        assert!(one.was_alone());
        assert!(two.as_mut().now_or_never().is_none());
        assert!(turns.call_next());
        let two = two.now_or_never().expect("called");
        assert!(!one.was_alone() && !two.was_alone(), "they are beside each other");
        assert!(!turns.call_next(), "others have turns");
        drop((one, two));
        assert!(turns.call_next());
        let alone = alone.now_or_never().expect("called");
        let mut three = take(1, Urgency::First);
        assert!(three.as_mut().now_or_never().is_none());
        assert!(!turns.call_next(), "one is alone");
        assert!(alone.was_alone());
        drop(alone);
        assert!(turns.call_next());
    }
}
