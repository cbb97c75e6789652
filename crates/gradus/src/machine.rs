//! What this machine has to give: processors and memory, also where a container grants only a part of it.

use std::path::{Path, PathBuf};

/// Processors that may be used.
pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Bytes of memory that can be had now; `None` where the system does not say.
pub fn memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    let granted = groups().iter().filter_map(|group| granted(group)).min();
    Some(granted.map_or(kib * 1024, |granted| granted.min(kib * 1024)))
}

/// The control groups that we are in, from the innermost out.
fn groups() -> Vec<PathBuf> {
    let text = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let Some(path) = text.lines().find_map(|line| line.strip_prefix("0::/")) else { return Vec::new() };
    let root = Path::new("/sys/fs/cgroup");
    let innermost = root.join(path);
    innermost.ancestors().take_while(|group| group.starts_with(root)).map(Path::to_owned).collect()
}

/// What a control group leaves of the memory that it may use.
fn granted(group: &Path) -> Option<u64> {
    let number =
        |file: &str| -> Option<u64> { std::fs::read_to_string(group.join(file)).ok()?.trim().parse().ok() };
    Some(number("memory.max")?.saturating_sub(number("memory.current")?))
}
