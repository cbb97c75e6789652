//! A request to end early, from Ctrl-C or a caller. A grading that is interrupted still answers with a report.

use std::sync::Arc;
use tokio::sync::watch;

/// A switch that is thrown at most once; clones share it.
#[derive(Clone, Debug)]
pub struct Interrupt(Arc<watch::Sender<bool>>);

impl Default for Interrupt {
    fn default() -> Self {
        Self(Arc::new(watch::channel(false).0))
    }
}

impl Interrupt {
    /// Asks everybody who holds a clone to end.
    pub fn throw(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was thrown.
    pub fn is_thrown(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once it is thrown.
    pub async fn thrown(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = receiver.wait_for(|thrown| *thrown).await;
    }
}
