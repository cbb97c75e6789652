//! Quiet for whoever measures time: of all gradings side by side, only one goes on while it compares times. It knows
//! nothing of what is measured.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// What gradings side by side share. Clones are the same one; a grading by itself has one of its own.
#[derive(Clone, Debug, Default)]
pub struct Quiet(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    now: Mutex<Now>,
    /// Something of it has ended.
    changed: Notify,
}

/// What goes on.
#[derive(Clone, Copy, Debug, Default)]
struct Now {
    /// How many gradings go on beside each other.
    beside: usize,
    /// Whether one measures.
    alone: bool,
    /// How many want to measure.
    wanted: usize,
}

/// What one grading may do right now: everything, as long as nobody measures time; or, alone, measure it.
#[derive(Debug)]
pub struct Leave {
    quiet: Quiet,
    held: Option<Held>,
    waits: Rc<Waits>,
}

/// How long one grading waited for others, which nobody may hold against it.
#[derive(Debug, Default)]
pub struct Waits {
    over: Cell<Duration>,
    since: Cell<Option<Instant>>,
}

#[derive(Clone, Copy, Debug)]
enum Held {
    Beside,
    Alone,
}

/// One that waits to be alone, until it is dropped.
struct Wanted<'q>(&'q Shared);

impl Waits {
    /// What work came to that may take `limit`, waits not counted; nothing, if that was over before it was done.
    pub async fn within<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        let (begun, waited) = (Instant::now(), self.until_now());
        let mut work = pin!(work);
        loop {
            let worked = begun.elapsed().saturating_sub(self.until_now() - waited);
            let left = limit.checked_sub(worked).filter(|left| !left.is_zero())?;
            if let Ok(done) = tokio::time::timeout(left, &mut work).await {
                return Some(done);
            }
        }
    }

    /// So far.
    pub fn until_now(&self) -> Duration {
        self.over.get() + self.since.get().map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn begin(&self) {
        self.since.set(Some(Instant::now()));
    }

    fn end(&self) {
        self.over.set(self.until_now());
        self.since.set(None);
    }
}

impl Leave {
    /// Nothing may be done yet. What it waits is counted in `waits`.
    pub fn of(quiet: &Quiet, waits: &Rc<Waits>) -> Self {
        Self { quiet: quiet.clone(), held: None, waits: waits.clone() }
    }

    /// How long it waited for others so far, and what it may be given for that.
    pub fn waits(&self) -> Rc<Waits> {
        self.waits.clone()
    }

    /// Waits until it may go on beside others, or alone. All who want to be alone go one after another before anybody else goes
    /// on, as it takes long until everybody waits; so it is worth asking again before each check.
    pub async fn take(&mut self, alone: bool) {
        self.give_back();
        self.waits.begin();
        self.held = Some(match alone {
            true => self.quiet.0.alone().await,
            false => self.quiet.0.beside().await,
        });
        self.waits.end();
    }

    fn give_back(&mut self) {
        let Some(held) = self.held.take() else { return };
        let mut now = self.quiet.0.now();
        match held {
            Held::Beside => now.beside -= 1,
            Held::Alone => now.alone = false,
        }
        drop(now);
        self.quiet.0.changed.notify_waiters();
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Shared {
    async fn alone(&self) -> Held {
        self.now().wanted += 1;
        let _wanted = Wanted(self);
        self.until(|now| {
            let may = now.beside == 0 && !now.alone;
            now.alone |= may;
            may
        })
        .await;
        Held::Alone
    }

    async fn beside(&self) -> Held {
        self.until(|now| {
            let may = now.wanted == 0 && !now.alone;
            now.beside += usize::from(may);
            may
        })
        .await;
        Held::Beside
    }

    /// Waits until it could be entered.
    async fn until(&self, mut enter: impl FnMut(&mut Now) -> bool) {
        loop {
            let changed = self.changed.notified();
            // What changes from here on is heard.
            if enter(&mut self.now()) {
                return;
            }
            changed.await;
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Wanted<'_> {
    fn drop(&mut self) {
        self.0.now().wanted -= 1;
        self.0.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::Future;
    use std::task::{Context, Poll, Waker};

    fn goes_on(step: &mut (impl Future<Output = ()> + Unpin)) -> bool {
        matches!(std::pin::Pin::new(step).poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(()))
    }

    #[tokio::test]
    async fn one_that_measures_waits_for_the_others_and_they_for_it() {
        let quiet = Quiet::default();
        let waits = Rc::new(Waits::default());
        let [mut first, mut second, mut measuring] = [(); 3].map(|()| Leave::of(&quiet, &waits));
        first.take(false).await;
        second.take(false).await;
        let mut alone = Box::pin(measuring.take(true));
        assert!(!goes_on(&mut alone), "two others go on");
        drop(second);
        let mut next = Box::pin(first.take(false));
        assert!(!goes_on(&mut next), "somebody else wanted to be alone before");
        assert!(goes_on(&mut alone), "nobody else goes on");
        drop(alone);
        assert!(!goes_on(&mut next), "somebody measures");
        measuring.take(false).await;
        assert!(goes_on(&mut next));
    }

    #[tokio::test]
    async fn those_that_measure_go_one_after_another_before_anybody_else_goes_on() {
        let quiet = Quiet::default();
        let waits = Rc::new(Waits::default());
        let [mut other, mut one, mut two] = [(); 3].map(|()| Leave::of(&quiet, &waits));
        one.take(true).await;
        let mut next = Box::pin(other.take(false));
        assert!(!goes_on(&mut next), "one measures");
        let mut second = Box::pin(two.take(true));
        assert!(!goes_on(&mut second), "one measures");
        drop(one);
        assert!(!goes_on(&mut next), "another one wants to measure");
        assert!(goes_on(&mut second));
        drop(second);
        assert!(!goes_on(&mut next), "it measures");
        drop(two);
        assert!(goes_on(&mut next));
    }

    #[tokio::test]
    async fn nobody_waits_for_one_that_gave_up_measuring() {
        let quiet = Quiet::default();
        let waits = Rc::new(Waits::default());
        let [mut other, mut third, mut gone] = [(); 3].map(|()| Leave::of(&quiet, &waits));
        other.take(false).await;
        let mut wanted = Box::pin(gone.take(true));
        assert!(!goes_on(&mut wanted), "another one goes on");
        let mut next = Box::pin(third.take(false));
        assert!(!goes_on(&mut next), "one wants to measure");
        drop(wanted);
        assert!(goes_on(&mut next));
    }

    #[tokio::test]
    async fn what_a_grading_waits_is_not_part_of_what_it_may_take() {
        let quiet = Quiet::default();
        let [ours, theirs] = [(); 2].map(|()| Rc::new(Waits::default()));
        let limit = Duration::from_millis(20);
        let mut measuring = Leave::of(&quiet, &theirs);
        measuring.take(true).await;
        let waiting = ours.within(limit, async {
            Leave::of(&quiet, &ours).take(false).await;
        });
        let ending = async {
            tokio::time::sleep(3 * limit).await;
            drop(measuring);
        };
        assert_eq!(tokio::join!(waiting, ending).0, Some(()));
        assert!(ours.until_now() >= 2 * limit, "{:?}", ours.until_now());
        let worked = ours.within(limit, std::future::pending::<()>()).await;
        assert_eq!(worked, None, "what it waited before is not given to what begins now");
    }
}
