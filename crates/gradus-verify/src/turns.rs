//! Whose turn it is to grade, when many gradings wait: those of the exercise that takes longest first, and more of them at a
//! time as long as the processors have time to spare; of those that run within this very thread, more than one only while it
//! has time to spare, too. It knows nothing of what is graded.

use crate::processors::Processors;
use crate::run::Jobs;
use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long between two looks at the processors. What was just begun shows its weight by then.
const LOOKS: Duration = Duration::from_millis(100);
/// At most so many run within this thread: that one of them waits says little of what it does next.
const MOST_HERE: usize = 3;

/// Gives turns. Whoever waits is let in only while [`Turns::give`] runs.
#[derive(Debug)]
pub struct Turns {
    jobs: Jobs,
    taken: Cell<usize>,
    /// How many of those who have a turn run here.
    here: Cell<usize>,
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
    place: Place,
    called: oneshot::Sender<()>,
}

/// What goes first within one exercise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// A program that was not graded yet.
    First,
    /// A program that was: the sooner it is done with, the sooner its folder is gone.
    Again,
}

/// Where something is graded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In processes.
    Apart,
    /// Within this very thread, as programs in WebAssembly are: those that work take time from each other's requests. Beside
    /// those in processes they take time from nobody, as these wait most of the time.
    Here,
}

/// A turn, until it is dropped.
#[derive(Debug)]
pub struct Turn<'t> {
    turns: &'t Turns,
    exercise: usize,
    place: Place,
    begun: Instant,
}

impl Turns {
    /// Turns for so many exercises.
    pub fn new(exercises: usize, jobs: Jobs) -> Self {
        Self {
            jobs: Jobs { least: jobs.least.max(1), most: jobs.most },
            taken: Cell::new(0),
            here: Cell::new(0),
            waiting: RefCell::default(),
            longest: RefCell::new(vec![None; exercises]),
            processors: Processors::new(),
        }
    }

    /// Waits for a turn to grade something of this exercise.
    pub async fn take(&self, exercise: usize, urgency: Urgency, place: Place) -> Turn<'_> {
        let (called, call) = oneshot::channel();
        self.waiting.borrow_mut().push(Waiting { exercise, urgency, place, called });
        // We are called or live as long as our caller.
        let _ = call.await;
        Turn { turns: self, exercise, place, begun: Instant::now() }
    }

    /// Lets in who waits, for ever.
    pub async fn give(&self) -> Infallible {
        loop {
            while self.taken.get() < self.jobs.least && self.call_next(false) {}
            if self.taken.get() < self.jobs.most
                && let Some(spare) = self.processors.look()
                && spare.processors
            {
                self.call_next(spare.thread);
            }
            tokio::time::sleep(LOOKS / 4).await;
        }
    }

    /// Calls who is next, if anybody waits who can have a turn now. This thread may have time for one more.
    fn call_next(&self, thread_has_time: bool) -> bool {
        let mut waiting = self.waiting.borrow_mut();
        let longest = self.longest.borrow();
        let most = |index: &usize| {
            let one: &Waiting = &waiting[*index];
            // Of what nobody knows, we want to know.
            let length = longest[one.exercise].unwrap_or(Duration::MAX);
            (length, one.urgency, std::cmp::Reverse(*index))
        };
        let here = self.here.get();
        let has_room_here = here == 0 || (thread_has_time && here < MOST_HERE);
        let has_room = |index: &usize| waiting[*index].place == Place::Apart || has_room_here;
        let Some(next) = (0..waiting.len()).filter(has_room).max_by_key(most) else { return false };
        let next = waiting.remove(next);
        if next.called.send(()).is_ok() {
            self.taken.set(self.taken.get() + 1);
            self.here.set(here + usize::from(next.place == Place::Here));
        }
        true
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.turns.taken.set(self.turns.taken.get() - 1);
        self.turns.here.set(self.turns.here.get() - usize::from(self.place == Place::Here));
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
            .map(|(exercise, urgency)| Some(Box::pin(turns.take(*exercise, *urgency, Place::Apart))))
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
            if !turns.call_next(false) {
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
            place: Place::Apart,
            begun: Instant::now().checked_sub(Duration::from_secs(ago)).expect("a clock that runs"),
        };
        drop(turn(5));
        drop(turn(1));
        assert!(turns.longest.borrow()[0] >= Some(Duration::from_secs(5)));
        assert_eq!(turns.taken.get(), 0);
    }

    #[test]
    fn of_those_that_run_here_more_than_one_has_a_turn_only_if_the_thread_has_time() {
        let turns = turns(&[Some(9), Some(1)]);
        let take = |exercise, place| Box::pin(turns.take(exercise, Urgency::First, place));
        let (mut one, mut two) = (take(0, Place::Here), take(0, Place::Here));
        let (mut three, mut four) = (take(1, Place::Apart), take(1, Place::Apart));
        for wait in [&mut one, &mut two, &mut three, &mut four] {
            assert!(wait.as_mut().now_or_never().is_none(), "nobody was called yet");
        }
        while turns.call_next(false) {}
        assert_eq!(turns.taken.get(), 3);
        let first = one.now_or_never().expect("the first of those here");
        assert!(two.as_mut().now_or_never().is_none());
        let beside = [three.now_or_never().expect("apart"), four.now_or_never().expect("apart")];
        // Who ends apart gives no room here.
        drop(beside);
        assert!(!turns.call_next(false));
        drop(first);
        assert!(turns.call_next(false));
        let _second = two.now_or_never().expect("the second of those here, once the first was done");
        let mut others = [(); MOST_HERE].map(|()| take(0, Place::Here));
        assert!(others.iter_mut().all(|other| other.as_mut().now_or_never().is_none()));
        assert!(!turns.call_next(false));
        for _ in 1..MOST_HERE {
            assert!(turns.call_next(true), "the thread has time");
        }
        assert!(!turns.call_next(true), "these are as many as may run here");
        let called = others.map(|mut other| other.as_mut().now_or_never()).into_iter().flatten().count();
        assert_eq!(called, MOST_HERE - 1);
    }
}
