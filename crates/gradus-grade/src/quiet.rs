//! Quiet for whoever measures time: of all gradings side by side, only one goes on while its check compares times. It knows
//! nothing of what is measured.

use std::sync::Arc;
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// What gradings side by side share. Clones are the same one; a grading by itself has one of its own.
#[derive(Clone, Debug, Default)]
pub struct Quiet(Arc<RwLock<()>>);

/// What one grading may do right now: everything, as long as nobody measures time; or, alone, measure it.
#[derive(Debug)]
pub struct Leave {
    quiet: Quiet,
    held: Option<Held>,
}

#[derive(Debug)]
#[expect(dead_code, reason = "they are held, and that is all")]
enum Held {
    Beside(OwnedRwLockReadGuard<()>),
    Alone(OwnedRwLockWriteGuard<()>),
}

impl Leave {
    /// Nothing may be done yet.
    pub fn of(quiet: &Quiet) -> Self {
        Self { quiet: quiet.clone(), held: None }
    }

    /// Waits until it may go on beside others, or alone. Whoever wanted to be alone meanwhile goes first, so it is worth asking
    /// again before each check.
    pub async fn take(&mut self, alone: bool) {
        self.held = None;
        let lock = self.quiet.0.clone();
        self.held = Some(match alone {
            true => Held::Alone(lock.write_owned().await),
            false => Held::Beside(lock.read_owned().await),
        });
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
        let (mut first, mut second, mut measuring) =
            (Leave::of(&quiet), Leave::of(&quiet), Leave::of(&quiet));
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
}
