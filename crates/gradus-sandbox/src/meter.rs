//! What the system counts for the control group (cgroup v2) of a room: the files that say so, and what they say. It knows
//! neither where the group is nor what runs in it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::time::Duration;

/// The files of one group, held open: the room can't see them.
#[derive(Debug)]
pub struct Meter {
    current: File,
    stat: File,
    events: File,
    cpu: File,
    tasks: File,
    /// Since Linux 5.19 and 6.1.
    memory_peak: Option<File>,
    tasks_peak: Option<File>,
}

/// Memory at one moment, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// All that is charged to the group.
    pub charged: u64,
    /// What the system would take back if it needed it: files that were read, and its own notes.
    pub cached: u64,
    /// The most that was ever charged, where the system keeps it.
    pub peak: Option<u64>,
}

impl Meter {
    /// The files of a group, each opened by `open`.
    pub fn new(open: impl Fn(&str) -> io::Result<File>) -> io::Result<Self> {
        Ok(Self {
            current: open("memory.current")?,
            stat: open("memory.stat")?,
            events: open("memory.events")?,
            cpu: open("cpu.stat")?,
            tasks: open("pids.current")?,
            memory_peak: open("memory.peak").ok(),
            tasks_peak: open("pids.peak").ok(),
        })
    }

    /// Its memory right now.
    pub fn memory(&self) -> io::Result<Memory> {
        // What is cached can only be less by the time that we read all that is charged, so nothing is missed.
        let cached = cached(&text(&self.stat)?);
        let peak = self.memory_peak.as_ref().and_then(|file| number(file).ok());
        Ok(Memory { charged: number(&self.current)?, cached, peak })
    }

    /// How many processes the system ended because the group's memory was used up.
    pub fn ended_for_memory(&self) -> io::Result<u64> {
        Ok(value(&text(&self.events)?, "oom_kill"))
    }

    /// Processor time.
    pub fn cpu(&self) -> io::Result<Duration> {
        Ok(Duration::from_micros(value(&text(&self.cpu)?, "usage_usec")))
    }

    /// The most processes and threads so far, or how many there are now where the system keeps no more.
    pub fn tasks(&self) -> io::Result<u64> {
        number(self.tasks_peak.as_ref().unwrap_or(&self.tasks))
    }

    /// Which of its files say how much was used.
    pub fn source(&self) -> String {
        let peak = |file: &Option<File>, name: &str| {
            file.as_ref()
                .map_or_else(|| format!("{name}.current each 10 to 50 ms"), |_| format!("{name}.peak"))
        };
        let (memory, tasks) = (peak(&self.memory_peak, "memory"), peak(&self.tasks_peak, "pids"));
        format!("its cgroup: cpu.stat, {memory} without cached files, {tasks}")
    }
}

/// Bytes that the system would take back, of a text like memory.stat.
fn cached(stat: &str) -> u64 {
    ["active_file", "inactive_file", "slab_reclaimable"].iter().map(|name| value(stat, name)).sum()
}

/// The number of a line like `oom_kill 1`.
fn value(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|rest| rest.trim().parse().ok()).unwrap_or(0)
}

fn number(file: &File) -> io::Result<u64> {
    text(file)?.trim().parse().map_err(io::Error::other)
}

/// All that one of these files says: they are made anew for each reading from the beginning.
fn text(file: &File) -> io::Result<String> {
    let mut bytes = vec![0; 8192];
    let length = file.read_at(&mut bytes, 0)?;
    bytes.truncate(length);
    String::from_utf8(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A meter of files with these texts.
    fn meter(texts: &[(&str, &str)]) -> (io::Result<Meter>, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in texts {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        let open = |name: &str| File::open(folder.path().join(name));
        (Meter::new(open), folder)
    }

    const OLD: [(&str, &str); 5] = [
        ("memory.current", "5000\n"),
        ("memory.stat", "anon 100\nfile 700\ninactive_file 300\nactive_file 400\nslab_reclaimable 50\n"),
        ("memory.events", "low 0\noom 3\noom_kill 2\noom_group_kill 9\n"),
        ("cpu.stat", "usage_usec 2500000\nuser_usec 2000000\n"),
        ("pids.current", "4\n"),
    ];

    #[test]
    fn the_files_of_a_group_are_read_by_name() {
        let (meter, _folder) =
            meter(&[&OLD[..], &[("memory.peak", "6000\n"), ("pids.peak", "7\n")]].concat());
        let meter = meter.expect("a meter");
        assert_eq!(meter.memory().expect("memory"), Memory { charged: 5000, cached: 750, peak: Some(6000) });
        assert_eq!(meter.ended_for_memory().expect("a number"), 2);
        assert_eq!(meter.cpu().expect("a time"), Duration::from_millis(2500));
        assert_eq!(meter.tasks().expect("a number"), 7);
        assert!(meter.source().contains("memory.peak") && meter.source().contains("pids.peak"));
    }

    #[test]
    fn an_older_system_keeps_no_peaks() {
        let (old, _folder) = meter(&OLD);
        let old = old.expect("a meter");
        assert_eq!((old.memory().expect("memory").peak, old.tasks().expect("a number")), (None, 4));
        assert!(old.source().contains("memory.current each 10 to 50 ms"));
        assert!(meter(&OLD[1..]).0.is_err(), "a group without the controller of memory measures nothing");
    }
}
