//! How much processor time the programs of this grading take, and how long they wait for a processor, from /proc: ourselves and
//! everything below us, rooms and services too. Where /proc does not tell, it is nothing. It knows nothing of what they do.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// `_SC_CLK_TCK` of Linux, in which /proc counts processor time on every architecture.
const TICK: Duration = Duration::from_millis(10);
/// What ticks may say too much, as two numbers of them are rounded.
const ROUNDED: Duration = TICK.saturating_mul(2);

/// What had been taken when counting began.
#[derive(Debug)]
pub struct Effort {
    threads: Threads,
    ticks: u64,
}

/// What was taken since then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Processor time of ourselves, all threads together.
    pub ours: Duration,
    /// The same of everything below us.
    pub below: Duration,
    /// How long threads that could have run waited for a processor, ours too. Those that have ended meanwhile are not counted.
    pub waited: Duration,
}

/// Nanoseconds that each thread ran and waited, by its process and id.
type Threads = BTreeMap<(u32, u32), [u64; 2]>;

impl Effort {
    /// Begins to count.
    pub fn begin() -> Self {
        let (below, ticks) = below();
        let mut threads = Threads::new();
        below.into_iter().for_each(|pid| add_threads(pid, &mut threads));
        // The system counts a thread's time when it lets another one run. To look is no part of what is counted.
        std::thread::yield_now();
        add_threads(std::process::id(), &mut threads);
        Self { threads, ticks }
    }

    /// What was taken since it began.
    pub fn end(&self) -> Taken {
        let mut threads = Threads::new();
        add_threads(std::process::id(), &mut threads);
        let [ours, waited] = self.since(&threads);
        let (pids, ticks) = below();
        threads.clear();
        pids.into_iter().for_each(|pid| add_threads(pid, &mut threads));
        let [below, others_waited] = self.since(&threads);
        // Coarse, but threads and processes that have ended are in it.
        let ticks = TICK * u32::try_from(ticks.saturating_sub(self.ticks)).unwrap_or(u32::MAX);
        let below = if ticks > below + ROUNDED { ticks } else { below };
        Taken { ours, below, waited: waited + others_waited }
    }

    /// For how long these threads ran and waited since it began.
    fn since(&self, threads: &Threads) -> [Duration; 2] {
        let mut total = [0, 0];
        for (id, now) in threads {
            let before = self.threads.get(id).copied().unwrap_or_default();
            for (total, (now, before)) in total.iter_mut().zip(now.iter().zip(before)) {
                *total += now.saturating_sub(before);
            }
        }
        total.map(Duration::from_nanos)
    }
}

/// All processes below us, and the ticks that they have taken, with those of children that they waited for.
fn below() -> (Vec<u32>, u64) {
    let mut children: BTreeMap<u32, Vec<(u32, u64)>> = BTreeMap::new();
    for (pid, parent, ticks) in fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(process) {
        children.entry(parent).or_default().push((pid, ticks));
    }
    let (mut open, mut found, mut taken) = (vec![std::process::id()], Vec::new(), 0);
    while let Some(pid) = open.pop() {
        for (pid, ticks) in children.remove(&pid).unwrap_or_default() {
            open.push(pid);
            found.push(pid);
            taken += ticks;
        }
    }
    (found, taken)
}

/// A process, its parent, and its ticks.
fn process(entry: fs::DirEntry) -> Option<(u32, u32, u64)> {
    let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
    let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
    // The name in parentheses may hold anything, parentheses too (proc_pid_stat(5)).
    let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
    let number = |field: usize| fields.get(field - 3).and_then(|text| text.parse::<u64>().ok());
    let ticks = [14, 15, 16, 17].map(number).into_iter().sum::<Option<u64>>()?;
    Some((pid, number(4)?.try_into().ok()?, ticks))
}

fn add_threads(pid: u32, threads: &mut Threads) {
    for entry in fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten() {
        let Some(thread) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let counted = fs::read_to_string(entry.path().join("schedstat")).unwrap_or_default();
        let mut numbers = counted.split_whitespace().map(|number| number.parse().unwrap_or(0));
        if let (Some(ran), Some(waited)) = (numbers.next(), numbers.next()) {
            threads.insert((pid, thread), [ran, waited]);
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::Read;
    use std::process::{Command, Stdio};

    #[test]
    fn what_a_program_below_us_runs_is_counted() {
        let effort = Effort::begin();
        let script = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; read line";
        let mut program = Command::new("sh");
        program.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = program.spawn().expect("a shell");
        let mut said = [0; 4];
        program.stdout.as_mut().expect("a pipe").read_exact(&mut said).expect("a word");
        let alive = effort.end();
        program.wait().expect("an end");
        assert!(alive.below >= TICK, "{alive:?}");
    }
}
