//! A server that stays up after its grading is over, so that somebody can try what the report says. It knows no checks.

use crate::Doing;
use crate::further::Further;
use crate::target::{Origin, Target};
use crate::upstreams::Upstreams;
use std::io;

/// A server that was graded, those beside it that the last failed check started, and what all of them lean on.
pub struct Kept {
    pub(crate) target: Box<dyn Target>,
    pub(crate) further: Further,
    pub(crate) upstreams: Upstreams,
}

impl Kept {
    /// Where its servers are reached from this machine: "the server", "instance b".
    pub fn addresses(&self) -> Vec<(String, Origin)> {
        let mut all = vec![("the server".to_owned(), self.target.origin())];
        all.extend(self.further.addresses());
        all
    }

    /// Ends all of it.
    pub fn end(mut self) -> Doing<'static, ()> {
        Box::pin(async move { self.stop().await })
    }

    /// Whether there is a server to be reached.
    pub(crate) fn is_up(&mut self) -> bool {
        self.target.is_up() && self.target.ended().is_none()
    }

    pub(crate) async fn publish(&mut self) -> io::Result<()> {
        self.target.resume();
        self.target.publish().await?;
        self.further.publish().await
    }

    pub(crate) async fn stop(&mut self) {
        self.further.end(&mut self.upstreams).await;
        self.target.stop().await;
        self.upstreams.backing().end().await;
    }
}
