//! What came where a file of expected output says what should come, for whoever writes such files from a right solution.

use gradus_model::value::Bindings;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What came, by the file's path. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Record(Arc<Mutex<BTreeMap<String, Vec<Came>>>>);

/// What came instead of what stands in a file.
#[derive(Clone, Debug)]
pub struct Came {
    /// All of it.
    pub bytes: Vec<u8>,
    /// How it is compared with the file.
    pub compared: Compared,
    /// The names that a marker in the file could hold.
    pub names: Bindings,
}

/// How something is compared with a file of expected output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// As JSON, with markers.
    AsJson,
    /// As text, line by line.
    AsText,
}

impl Record {
    /// Notes what came instead of what stands in a file.
    pub(crate) fn note(&self, file: &str, bytes: &[u8], compared: Compared, names: &Bindings) {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let came = Came { bytes: bytes.to_vec(), compared, names: names.clone() };
        files.entry(file.to_owned()).or_default().push(came);
    }

    /// Everything that was noted: for each file that did not hold, what came in its place, in order.
    pub fn take(&self) -> BTreeMap<String, Vec<Came>> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
