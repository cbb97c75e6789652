//! How much a room uses, as far as nobody else counts it: /proc, looked at again and again. It knows nothing of programs.

use crate::ending::Usage;
use crate::spec::Limits;
use crate::sys;
use crate::tree;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How long between two looks. The fastest hog measured grows by 10 MiB in this time.
const INTERVAL: Duration = Duration::from_millis(10);
/// `_SC_CLK_TCK` of Linux, in which /proc counts processor time on every architecture.
const TICKS: u64 = 100;

/// Looks at the processes of the namespace whose first process we are.
#[derive(Debug)]
pub struct Gauge {
    watched: Option<Watched>,
}

#[derive(Debug)]
struct Watched {
    memory: u64,
    /// Only what runs below us, and not everything that /proc shows.
    below: bool,
    /// A folder whose file system is the room's disk.
    disk: Option<PathBuf>,
    last: Instant,
    /// Bytes at the last look.
    now: u64,
    peak: Usage,
    /// Processor time in ticks of each process ever seen, by id and start.
    time: BTreeMap<(u32, u64), u64>,
}

impl Gauge {
    /// One that never looks: the system alone says what was used.
    pub fn off() -> Self {
        Self { watched: None }
    }

    /// One for a namespace.
    pub fn of_namespace(limits: &Limits, disk: Option<PathBuf>) -> Self {
        Self::watching(limits, disk, false)
    }

    /// One for what runs below us.
    pub fn of_tree(limits: &Limits) -> Self {
        Self::watching(limits, None, true)
    }

    fn watching(limits: &Limits, disk: Option<PathBuf>, below: bool) -> Self {
        let watched = Watched {
            memory: limits.memory,
            below,
            disk,
            last: Instant::now(),
            now: 0,
            peak: Usage::default(),
            time: BTreeMap::new(),
        };
        Self { watched: Some(watched) }
    }

    /// How long until the next look, if there is one.
    pub fn pause(&self) -> Option<Duration> {
        self.watched.as_ref().map(|watched| INTERVAL.saturating_sub(watched.last.elapsed()))
    }

    /// Looks, if it is time to; the limit of memory if it is passed.
    pub fn look(&mut self) -> Option<u64> {
        let watched = self.watched.as_mut().filter(|watched| watched.last.elapsed() >= INTERVAL)?;
        watched.look();
        (watched.now > watched.memory).then_some(watched.memory)
    }

    /// What was used so far.
    pub fn usage(&mut self) -> Usage {
        let (cpu, largest) = sys::usage_of_children();
        match &mut self.watched {
            None => Usage { cpu, peak_memory: largest, source: "rusage".to_owned(), ..Usage::default() },
            Some(watched) => {
                watched.look();
                let seen = watched.time.values().sum::<u64>();
                // Either may miss something: a parent that ignores its children's ends, or what lived between two looks.
                let cpu = cpu.max(Duration::from_millis(seen * 1000 / TICKS));
                let peak_memory = watched.peak.peak_memory.max(largest);
                let source = "rusage, and /proc each 10 ms".to_owned();
                Usage { cpu, peak_memory, source, ..watched.peak.clone() }
            }
        }
    }
}

/// Bytes that processes use right now, of our namespace or only of those below us; what they share is counted once.
pub fn memory(below: bool) -> u64 {
    let pids = if below { tree::below(std::process::id()) } else { everybody() };
    pids.into_iter()
        .filter_map(|pid| shared_out(pid).or_else(|| process(pid).map(|process| process.memory)))
        .sum()
}

impl Watched {
    fn look(&mut self) {
        self.last = Instant::now();
        let (mut memory, mut tasks) = (BTreeMap::new(), 0);
        let pids = if self.below { tree::below(std::process::id()) } else { everybody() };
        for (pid, process) in pids.into_iter().filter_map(|pid| Some((pid, process(pid)?))) {
            memory.insert(pid, process.memory);
            tasks += process.threads;
            self.time.insert((pid, process.started), process.ticks);
        }
        self.now = memory.values().sum();
        if self.now > self.memory {
            // What processes share was counted for each of them. To share it out takes longer, and is seldom needed.
            self.now = memory.into_iter().map(|(pid, memory)| shared_out(pid).unwrap_or(memory)).sum();
        }
        self.peak.peak_memory = self.peak.peak_memory.max(self.now);
        self.peak.peak_tasks = Some(self.peak.peak_tasks.unwrap_or(0).max(tasks));
        let disk = self.disk.as_ref().and_then(|folder| rustix::fs::statvfs(folder).ok());
        if let Some(disk) = disk {
            let used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize;
            self.peak.peak_disk = Some(self.peak.peak_disk.unwrap_or(0).max(used));
        }
    }
}

/// What /proc says of one process.
struct Process {
    /// Bytes that it alone has, and of memory that it shares without a file.
    memory: u64,
    threads: u32,
    ticks: u64,
    started: u64,
}

/// Every process that /proc shows, without us: we are no part of what is measured.
fn everybody() -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| *pid != std::process::id()).collect()
}

/// The same memory, with each page divided by the number of processes that share it.
fn shared_out(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    Some((kib(&rollup, "Pss_Anon:") + kib(&rollup, "Pss_Shmem:")) * 1024)
}

/// The number of a line like `RssAnon:  1234 kB`.
fn kib(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn process(pid: u32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, parentheses too (proc_pid_stat(5)).
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let number = |field: usize| fields.get(field - 3).and_then(|text| text.parse::<u64>().ok());
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some(Process {
        memory: (kib(&status, "RssAnon:") + kib(&status, "RssShmem:")) * 1024,
        threads: number(20)?.try_into().ok()?,
        ticks: number(14)? + number(15)?,
        started: number(22)?,
    })
}
