//! Memory that is promised to gradings: never more at a time than there is. It measures nothing; what there is is passed in.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What there is to promise.
#[derive(Debug)]
pub struct Purse {
    /// Bytes in all.
    total: u64,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    left: u64,
    /// Whoever came first is served first: a large promise is not starved by small ones.
    next_ticket: u64,
    served: u64,
}

/// Memory that is promised until this is dropped.
#[derive(Debug)]
pub struct Promise<'p> {
    purse: &'p Purse,
    bytes: u64,
}

impl Purse {
    /// With so many bytes in it.
    pub fn new(total: u64) -> Self {
        let state = State { left: total, next_ticket: 0, served: 0 };
        Self { total, state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Waits until so many bytes can be promised. Whoever wants more than there is gets all of it, and is alone.
    pub fn promise(&self, bytes: u64) -> Promise<'_> {
        let bytes = bytes.min(self.total);
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        while state.served != ticket || state.left < bytes {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.served += 1;
        state.left -= bytes;
        // The next in line may find enough already.
        self.changed.notify_all();
        Promise { purse: self, bytes }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing is done while it is locked that could panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Promise<'_> {
    fn drop(&mut self) {
        self.purse.lock().left += self.bytes;
        self.purse.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn never_more_is_promised_than_there_is() {
        let purse = Purse::new(10);
        let promised = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for worker in 1..=8_u64 {
                let (purse, promised) = (&purse, &promised);
                scope.spawn(move || {
                    for round in 0..200 {
                        let wants = 1 + (worker * 7 + round) % 12;
                        let promise = purse.promise(wants);
                        let now = promised.fetch_add(wants.min(10), Ordering::SeqCst) + wants.min(10);
                        assert!(now <= 10, "{now}");
                        promised.fetch_sub(wants.min(10), Ordering::SeqCst);
                        drop(promise);
                    }
                });
            }
        });
        drop(purse.promise(u64::MAX));
    }
}
