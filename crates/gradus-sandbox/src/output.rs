//! What a program prints: always drained, kept up to a cap (the first half and the last half), and cut into slices.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncRead, AsyncReadExt};

/// The output of one program, standard output and error in the order in which they came. Clones share it.
#[derive(Clone, Debug)]
pub struct OutputLog(Arc<Mutex<Kept>>);

/// A moment in an output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(u64);

/// A part of an output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// What was kept of it.
    pub bytes: Vec<u8>,
    /// How many bytes were not.
    pub dropped: u64,
}

#[derive(Debug)]
struct Kept {
    half: usize,
    /// The first bytes.
    head: Vec<u8>,
    /// The last bytes.
    tail: VecDeque<u8>,
    /// How many bytes came in all.
    total: u64,
}

impl OutputLog {
    /// Keeps at most `cap` bytes.
    pub fn new(cap: usize) -> Self {
        let half = (cap / 2).max(1);
        Self(Arc::new(Mutex::new(Kept { half, head: Vec::new(), tail: VecDeque::new(), total: 0 })))
    }

    /// This moment.
    pub fn mark(&self) -> Mark {
        Mark(self.kept().total)
    }

    /// What came since a moment.
    pub fn since(&self, mark: Mark) -> Slice {
        let kept = self.kept();
        let tail_begins = kept.total - kept.tail.len() as u64;
        let mut bytes = Vec::new();
        if let Some(head) = usize::try_from(mark.0).ok().and_then(|from| kept.head.get(from..)) {
            bytes.extend_from_slice(head);
        }
        let skip = usize::try_from(mark.0.saturating_sub(tail_begins)).unwrap_or(usize::MAX);
        bytes.extend(kept.tail.iter().skip(skip));
        let dropped = (kept.total - mark.0.min(kept.total)).saturating_sub(bytes.len() as u64);
        Slice { bytes, dropped }
    }

    /// All of it.
    pub fn all(&self) -> Slice {
        self.since(Mark(0))
    }

    /// The last lines, at most so many. What is not UTF-8 is replaced.
    pub fn tail(&self, lines: usize) -> String {
        let bytes = self.all().bytes;
        let text = String::from_utf8_lossy(&bytes);
        let all: Vec<&str> = text.lines().collect();
        all[all.len().saturating_sub(lines)..].join("\n")
    }

    /// Reads a pipe to its end.
    pub(crate) async fn drain(self, mut pipe: impl AsyncRead + Unpin) {
        let mut buffer = vec![0; 16 * 1024];
        // A pipe that breaks ends the output like one that is closed.
        while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
            self.kept().push(&buffer[..length]);
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn push(&mut self, bytes: &[u8]) {
        self.total += bytes.len() as u64;
        let room = self.half - self.head.len();
        let (first, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend_from_slice(first);
        let rest = &rest[rest.len().saturating_sub(self.half)..];
        let over = (self.tail.len() + rest.len()).saturating_sub(self.half);
        self.tail.drain(..over.min(self.tail.len()));
        self.tail.extend(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_bytes_are_kept_and_the_rest_is_counted() {
        let log = OutputLog::new(8);
        log.kept().push(b"abcdef");
        let mark = log.mark();
        log.kept().push(b"ghijkl");
        assert_eq!(log.all(), Slice { bytes: b"abcdijkl".to_vec(), dropped: 4 });
        assert_eq!(log.since(mark), Slice { bytes: b"ijkl".to_vec(), dropped: 2 });
    }

    #[test]
    fn the_last_lines_are_text_whatever_was_printed() {
        let log = OutputLog::new(100);
        log.kept().push(b"one\ntwo\n\xff three\n");
        assert_eq!(log.tail(2), "two\n\u{fffd} three");
        assert_eq!(log.tail(9).lines().count(), 3);
    }

    #[test]
    fn a_small_output_is_kept_whole() {
        let log = OutputLog::new(100);
        log.kept().push(b"one\n");
        let mark = log.mark();
        log.kept().push(b"two\n");
        assert_eq!(log.since(mark), Slice { bytes: b"two\n".to_vec(), dropped: 0 });
        assert_eq!(log.all().bytes, b"one\ntwo\n");
    }
}
