//! The one place for system calls that no safe library offers.
#![expect(unsafe_code, reason = "getrusage(2) has no safe wrapper in the libraries that we use")]

use std::time::Duration;

/// Processor time and peak memory in bytes of all children that were waited for, and theirs.
pub fn usage_of_children() -> (Duration, u64) {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: `usage` is valid for writing one `rusage`, and zeroed memory is a valid one even if the call failed.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr());
        usage.assume_init()
    };
    let time = |value: libc::timeval| {
        Duration::new(value.tv_sec.unsigned_abs(), value.tv_usec.unsigned_abs() as u32 * 1000)
    };
    // Linux counts in KiB, macOS in bytes (getrusage(2)).
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    (time(usage.ru_utime) + time(usage.ru_stime), usage.ru_maxrss.unsigned_abs() * unit)
}
