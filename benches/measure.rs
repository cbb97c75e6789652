//! Medians of things that take turns, so that a noisy machine disturbs all of them alike.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One of the things that are compared.
pub struct Contestant<'a> {
    pub name: &'static str,
    /// Runs once; how long it took.
    pub run: Box<dyn FnMut() -> Duration + 'a>,
}

/// The medians of `rounds` runs of each, in turns; one round before them counts for nothing.
pub fn medians(rounds: usize, contestants: &mut [Contestant<'_>]) -> Vec<Duration> {
    let mut times = vec![Vec::with_capacity(rounds); contestants.len()];
    for round in 0..=rounds {
        for (contestant, times) in contestants.iter_mut().zip(&mut times) {
            let took = (contestant.run)();
            if round > 0 {
                times.push(took);
            }
        }
    }
    times.into_iter().map(median).collect()
}

pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A table of the medians, each also as a multiple of the first.
pub fn print(title: &str, contestants: &[Contestant<'_>], medians: &[Duration]) {
    println!("\n{title}\n");
    println!("| what | median | ratio |\n| --- | --- | --- |");
    for (contestant, time) in contestants.iter().zip(medians) {
        let ratio = time.as_secs_f64() / medians[0].as_secs_f64();
        println!("| {} | {:.2} ms | {ratio:.2} |", contestant.name, time.as_secs_f64() * 1e3);
    }
}

/// How long a command takes from its spawn to its end. It must end well.
pub fn time(command: &mut Command) -> Duration {
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output().expect("a command that can be started");
    let took = begun.elapsed();
    assert!(
        output.status.success(),
        "{command:?} ended with {}:\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    took
}

/// Bytes of memory of our largest child at its peak, so far (getrusage(2) counts in KiB).
pub fn largest_child() -> u64 {
    children().ru_maxrss.unsigned_abs() * 1024
}

/// Processor time, user and system, of our children that have ended and of theirs, so far.
pub fn cpu_of_children() -> Duration {
    let used = children();
    let time = |value: libc::timeval| {
        Duration::new(value.tv_sec.unsigned_abs(), value.tv_usec.unsigned_abs() as u32 * 1000)
    };
    time(used.ru_utime) + time(used.ru_stime)
}

#[expect(unsafe_code, reason = "getrusage(2) has no safe wrapper in the libraries that we use")]
fn children() -> libc::rusage {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is valid for writing one `rusage`, and zeroed memory is a valid one even if the call failed.
    unsafe {
        libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr());
        usage.assume_init()
    }
}

/// What the figures were measured on.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{cores} cores, kernel {}", kernel.trim())
}
