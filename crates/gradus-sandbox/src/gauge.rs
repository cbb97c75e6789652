//! How much a room uses: what the system counts for its control group, or else /proc, looked at again and again. It knows
//! nothing of programs.

use crate::ending::Usage;
use crate::meter::Meter;
use crate::spec::Limits;
use crate::sys;
use crate::tree;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The least between two looks.
const LEAST: Duration = Duration::from_millis(10);
/// The most: what lived shorter is seen by what the system counts alone.
const MOST: Duration = Duration::from_millis(50);
/// Bytes by which one processor lets memory grow in a millisecond: twice what the fastest hog measured took.
const GROWTH: u64 = 2 << 20;
/// `_SC_CLK_TCK` of Linux, in which /proc counts processor time on every architecture.
const TICKS: u64 = 100;

/// Looks at what runs in the room whose keeper we are.
#[derive(Debug)]
pub struct Gauge {
    watched: Option<Watched>,
}

#[derive(Debug)]
struct Watched {
    memory: u64,
    by: By,
    /// A folder whose file system is the room's disk.
    disk: Option<PathBuf>,
    last: Instant,
    /// How long from the last look to the next.
    pause: Duration,
    /// How many may let memory grow at once.
    processors: u64,
    /// Bytes at the last look.
    now: u64,
    peak: Usage,
}

/// Who counts.
#[derive(Debug)]
enum By {
    /// We, from /proc.
    Looking {
        /// Only what runs below us, and not everything that /proc shows.
        below: bool,
        /// Processor time in ticks of each process ever seen, by id and start.
        time: BTreeMap<(u32, u64), u64>,
    },
    /// The system, for the room's group.
    Group(Counted),
}

/// What a group's numbers are compared with.
#[derive(Debug)]
struct Counted {
    meter: Meter,
    /// Bytes and time that we ourselves took before anything ran.
    ours: (u64, Duration),
    /// The peak of all that was charged, at the last look.
    peak: u64,
    /// What of it was no program's memory, at the last look: cached files, and the room's disk.
    files: u64,
    /// How many processes the system ended for memory, as far as it was dealt with.
    ended: u64,
}

impl Gauge {
    /// One that never looks: the system alone says what was used.
    pub fn off() -> Self {
        Self { watched: None }
    }

    /// One for a room with a group of its own.
    pub fn of_group(limits: &Limits, disk: Option<PathBuf>, meter: Meter) -> Self {
        let ours = (meter.memory().map_or(0, |now| now.charged.saturating_sub(now.cached)), meter.cpu());
        let ours = (ours.0, ours.1.unwrap_or_default());
        let counted = Counted { meter, ours, peak: 0, files: 0, ended: 0 };
        Self::watching(limits, disk, By::Group(counted))
    }

    /// One for a namespace.
    pub fn of_namespace(limits: &Limits, disk: Option<PathBuf>) -> Self {
        Self::watching(limits, disk, By::Looking { below: false, time: BTreeMap::new() })
    }

    /// One for what runs below us.
    pub fn of_tree(limits: &Limits) -> Self {
        Self::watching(limits, None, By::Looking { below: true, time: BTreeMap::new() })
    }

    fn watching(limits: &Limits, disk: Option<PathBuf>, by: By) -> Self {
        let peak = Usage::default();
        let (memory, last) = (limits.memory, Instant::now());
        let processors = std::thread::available_parallelism().map_or(1, |count| count.get() as u64);
        let watched = Watched { memory, by, disk, last, pause: LEAST, processors, now: 0, peak };
        Self { watched: Some(watched) }
    }

    /// How long until the next look, if there is one.
    pub fn pause(&self) -> Option<Duration> {
        self.watched.as_ref().map(|watched| watched.pause.saturating_sub(watched.last.elapsed()))
    }

    /// Looks, if it is time to; the limit of memory if it is passed.
    pub fn look(&mut self) -> Option<u64> {
        let watched = self.watched.as_mut().filter(|watched| watched.last.elapsed() >= watched.pause)?;
        watched.look();
        (watched.now > watched.memory || watched.was_ended()).then_some(watched.memory)
    }

    /// The limit of memory, if it was the system that ended something because of it, and [`Gauge::look`] has not said so.
    pub fn passed(&self) -> Option<u64> {
        let watched = self.watched.as_ref()?;
        match &watched.by {
            By::Group(counted) if counted.ended_so_far() > counted.ended => Some(watched.memory),
            _ => None,
        }
    }

    /// What the system has ended so far is dealt with.
    pub fn forgive(&mut self) {
        if let Some(watched) = &mut self.watched {
            watched.was_ended();
        }
    }

    /// What was used so far.
    pub fn usage(&mut self) -> Usage {
        let (cpu, largest) = sys::usage_of_children();
        let Some(watched) = &mut self.watched else {
            return Usage { cpu, peak_memory: largest, source: "rusage".to_owned(), ..Usage::default() };
        };
        watched.look();
        match &watched.by {
            By::Looking { time, .. } => {
                let seen = time.values().sum::<u64>();
                // Either may miss something: a parent that ignores its children's ends, or what lived between two looks.
                let cpu = cpu.max(Duration::from_millis(seen * 1000 / TICKS));
                let peak_memory = watched.peak.peak_memory.max(largest);
                let source = "rusage, and /proc each 10 to 50 ms".to_owned();
                Usage { cpu, peak_memory, source, ..watched.peak.clone() }
            }
            By::Group(counted) => {
                let cpu = counted.meter.cpu().map_or(cpu, |cpu| cpu.saturating_sub(counted.ours.1));
                Usage { cpu, source: counted.meter.source(), ..watched.peak.clone() }
            }
        }
    }
}

/// Bytes that processes use right now, of our namespace or only of those below us; what they share is counted once.
pub fn memory(below: bool) -> u64 {
    let pids = if below { tree::below(std::process::id()) } else { tree::others() };
    pids.into_iter()
        .filter_map(|pid| shared_out(pid).or_else(|| process(pid).map(|process| process.memory)))
        .sum()
}

impl Watched {
    fn look(&mut self) {
        self.last = Instant::now();
        let disk = self.disk.as_ref().and_then(|folder| rustix::fs::statvfs(folder).ok());
        let disk = disk.map(|disk| (disk.f_blocks - disk.f_bfree) * disk.f_frsize);
        self.peak.peak_disk = self.peak.peak_disk.max(disk);
        let (peak, tasks) = match &mut self.by {
            By::Looking { below, time } => {
                let (now, tasks) = look_around(*below, self.memory, time);
                self.now = now;
                (now, tasks)
            }
            // A group that can't be read any more says what it said before.
            By::Group(counted) => {
                let Some((now, peak, tasks)) = counted.look(disk.unwrap_or(0)) else { return };
                self.now = now;
                (peak, tasks)
            }
        };
        self.pause = pause(self.memory.saturating_sub(self.now), self.processors);
        self.peak.peak_memory = self.peak.peak_memory.max(peak);
        self.peak.peak_tasks = self.peak.peak_tasks.max(Some(tasks));
    }

    /// Whether the system has ended something for memory since this was asked last.
    fn was_ended(&mut self) -> bool {
        let By::Group(counted) = &mut self.by else { return false };
        let ended = counted.ended_so_far();
        std::mem::replace(&mut counted.ended, ended) < ended
    }
}

impl Counted {
    /// How many processes the system has ended for memory so far.
    fn ended_so_far(&self) -> u64 {
        self.meter.ended_for_memory().unwrap_or(self.ended)
    }

    /// Bytes in use now and at the peak since the last look, and the most tasks so far.
    fn look(&mut self, disk: u64) -> Option<(u64, u64, u32)> {
        let memory = self.meter.memory().ok()?;
        let files = memory.cached + disk;
        let used = |charged: u64, files: u64| charged.saturating_sub(files).saturating_sub(self.ours.0);
        let now = used(memory.charged, files);
        // A peak between two looks held at most as many files as there were before or are now.
        let between = memory.peak.filter(|peak| *peak > self.peak);
        let peak = between.map_or(now, |peak| now.max(used(peak, files.max(self.files))));
        // One of them is the keeper.
        let tasks = self.meter.tasks().unwrap_or(0).saturating_sub(1);
        (self.peak, self.files) = (memory.peak.unwrap_or(0), files);
        Some((now, peak, tasks.try_into().unwrap_or(u32::MAX)))
    }
}

/// How long to wait before memory could grow by so many bytes, whatever runs on all processors.
fn pause(left: u64, processors: u64) -> Duration {
    Duration::from_millis(left / (GROWTH * processors)).clamp(LEAST, MOST)
}

/// Bytes that all processes use together, and how many processes and threads there are.
fn look_around(below: bool, limit: u64, time: &mut BTreeMap<(u32, u64), u64>) -> (u64, u32) {
    let (mut memory, mut tasks) = (BTreeMap::new(), 0);
    let pids = if below { tree::below(std::process::id()) } else { tree::others() };
    for (pid, process) in pids.into_iter().filter_map(|pid| Some((pid, process(pid)?))) {
        memory.insert(pid, process.memory);
        tasks += process.threads;
        time.insert((pid, process.started), process.ticks);
    }
    let mut now: u64 = memory.values().sum();
    if now > limit {
        // What processes share was counted for each of them. To share it out takes longer, and is seldom needed.
        now = memory.into_iter().map(|(pid, memory)| shared_out(pid).unwrap_or(memory)).sum();
    }
    (now, tasks)
}

/// What /proc says of one process.
struct Process {
    /// Bytes that it alone has, and of memory that it shares without a file.
    memory: u64,
    threads: u32,
    ticks: u64,
    started: u64,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_the_limit_and_the_more_processors_the_sooner_one_looks_again() {
        let mib = 1 << 20;
        assert_eq!(pause(500 * mib, 2), MOST);
        assert_eq!(pause(100 * mib, 2), Duration::from_millis(25));
        assert_eq!(pause(500 * mib, 16), Duration::from_millis(15));
        assert_eq!(pause(0, 2), LEAST);
    }
}
