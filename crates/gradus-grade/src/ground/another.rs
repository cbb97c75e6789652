//! The ground of another instance of a submission, which shares nothing with the first one that either could change. It
//! knows nothing of why there is one.

use super::Ground;
use std::io;
use std::sync::Arc;
use tempfile::TempDir;

impl Ground {
    /// The same ground where the system covers what is changed in each room; elsewhere one with a copy of its own of what was
    /// built, which goes with it.
    pub fn another(self: &Arc<Self>) -> io::Result<Arc<Self>> {
        let Some(aside) = &self.aside else { return Ok(self.clone()) };
        let copy = TempDir::with_prefix("gradus-instance-")?;
        aside.copy_to(copy.path())?;
        let mut another = self.elsewhere(copy.path());
        // A build may have written the first one's path down, for example in the first line of a script. It can be read.
        another.toolchains.push(self.folder.clone());
        another.compiled.clone_from(&self.compiled);
        another.copies.push(copy);
        Ok(Arc::new(another))
    }
}
