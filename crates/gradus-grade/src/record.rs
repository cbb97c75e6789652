//! What came where a file of expected output says what should come, for whoever writes such files from a right solution.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What came, by the file's path. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Record(Arc<Mutex<BTreeMap<String, Vec<Vec<u8>>>>>);

impl Record {
    /// Notes what came instead of what stands in a file.
    pub(crate) fn note(&self, file: &str, got: &[u8]) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.entry(file.to_owned()).or_default().push(got.to_vec());
    }

    /// Everything that was noted: for each file that did not hold, what came in its place, in order.
    pub fn take(&self) -> BTreeMap<String, Vec<Vec<u8>>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
