//! The one place for system calls that no safe library offers. It knows nothing of sandboxes.
#![expect(unsafe_code, reason = "these system calls have no safe wrapper in the libraries that we use")]

use rustix::process::Pid;
use std::ffi::CString;
use std::io;
use std::time::Duration;

/// Which of the two processes we are after a fork.
pub enum Fork {
    /// The one that was there before, with the new one's id.
    Parent(Pid),
    /// The new one.
    Child,
}

/// Makes a copy of this process. It must have one thread only, as all processes behind the zygote do: a copy made while
/// another thread holds a lock would wait for it for ever.
pub fn fork() -> io::Result<Fork> {
    // SAFETY: the caller has one thread, so the copy finds every lock free and every value whole.
    which(unsafe { libc::fork() }.into())
}

/// Namespaces of its own for everything, for [`fork_into`]. That of control groups comes later ([`hide_cgroups`]).
#[cfg(target_os = "linux")]
pub const NAMESPACES: libc::c_int = libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS;

/// Makes a copy of this process as the first one in these namespaces, and in this control group if there is one: to move a
/// process into a group later takes the system many milliseconds.
#[cfg(target_os = "linux")]
pub fn fork_into(namespaces: libc::c_int, cgroup: Option<std::os::fd::BorrowedFd<'_>>) -> io::Result<Fork> {
    use std::os::fd::AsRawFd;
    // `CLONE_INTO_CGROUP` of linux/sched.h.
    const INTO_CGROUP: u64 = 1 << 33;
    let (into, group) = cgroup.map_or((0, 0), |group| (INTO_CGROUP, group.as_raw_fd() as u64));
    let flags = namespaces as u64 | into;
    let arguments = [flags, 0, 0, 0, libc::SIGCHLD as u64, 0, 0, 0, 0, 0, group];
    // SAFETY: as for `fork`; without a stack or a place for an id, clone3(2) reads its arguments and writes nothing.
    which(unsafe { libc::syscall(libc::SYS_clone3, arguments.as_ptr(), size_of_val(&arguments)) })
}

/// Has this process see its own control group as the top of all.
#[cfg(target_os = "linux")]
pub fn hide_cgroups() -> io::Result<()> {
    // SAFETY: it takes numbers only, and what is ours alone from now on was nobody's business before.
    let result = unsafe { libc::unshare(libc::CLONE_NEWCGROUP) };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Takes setuid bits and devices away from a mount and all below it, and writing where it is to be read only.
#[cfg(target_os = "linux")]
pub fn protect_mount(mount: std::os::fd::BorrowedFd<'_>, read_only: bool) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    let read_only = if read_only { libc::MOUNT_ATTR_RDONLY } else { 0 };
    let attributes = [libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV | read_only, 0, 0, 0];
    let flags = libc::AT_EMPTY_PATH | libc::AT_RECURSIVE;
    // SAFETY: the path ends with NUL, and the attributes are as long as we say and live until the call returns.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            flags,
            attributes.as_ptr(),
            size_of_val(&attributes),
        )
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Brings the loopback of this network namespace up; the kernel gives it its addresses.
#[cfg(target_os = "linux")]
pub fn loopback_up() -> io::Result<()> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
    use std::os::fd::AsRawFd;
    let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)?;
    // SAFETY: the structure is plain data, zeroed and then filled, and lives until the call returns.
    let result = unsafe {
        let mut request: libc::ifreq = std::mem::zeroed();
        request.ifr_name[0] = b'l' as libc::c_char;
        request.ifr_name[1] = b'o' as libc::c_char;
        request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
        libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS as _, &request)
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// The version of Landlock's interface that this system has, or 0.
#[cfg(target_os = "linux")]
pub fn landlock_version() -> u8 {
    // `LANDLOCK_CREATE_RULESET_VERSION` of linux/landlock.h.
    const VERSION: u32 = 1;
    // SAFETY: with this flag, and only then, the attributes are null and nothing is made.
    let version =
        unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0, VERSION) };
    u8::try_from(version).unwrap_or(0)
}

fn which(result: libc::c_long) -> io::Result<Fork> {
    match i32::try_from(result) {
        Ok(id @ 0..) => Ok(Pid::from_raw(id).map_or(Fork::Child, Fork::Parent)),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Becomes another program. It returns only when that fails.
pub fn execute(program: &CString, arguments: &[CString], environment: &[CString]) -> io::Error {
    let pointers = |strings: &[CString]| {
        strings.iter().map(|string| string.as_ptr()).chain([std::ptr::null()]).collect::<Vec<_>>()
    };
    let (arguments, environment) = (pointers(arguments), pointers(environment));
    // SAFETY: all three are valid, the lists end with null, and they live until the call returns.
    unsafe { libc::execve(program.as_ptr(), arguments.as_ptr(), environment.as_ptr()) };
    io::Error::last_os_error()
}

/// Has ended children reaped by the system, and their status forgotten.
pub fn forget_children() {
    // SAFETY: it names a signal and a disposition, no memory.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
}

/// Puts every signal back to what a fresh program expects, and lets all of them through.
pub fn default_signals() {
    // SAFETY: it names signals and a disposition; the empty set is initialised before it is used.
    unsafe {
        for signal in 1..32 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &none, std::ptr::null_mut());
    }
}

/// Closes every file from this number on, whoever opened it.
#[cfg(target_os = "linux")]
pub fn close_from(first: u32) {
    // SAFETY: it is called in processes that own no open file beyond those that they name, or right before another
    // program takes this one's place.
    unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) };
}

/// Closes every file from this number on, whoever opened it.
#[cfg(not(target_os = "linux"))]
pub fn close_from(first: u32) {
    // SAFETY: as for Linux; closing a number that is not open does nothing.
    unsafe {
        for file in first..libc::getdtablesize().unsigned_abs() {
            libc::close(file as i32);
        }
    }
}

/// Has every file from this number on closed when another program takes our place.
pub fn close_on_execute(first: u32) {
    // SAFETY: it changes a flag of open files, and owns none of them.
    #[cfg(target_os = "linux")]
    unsafe {
        libc::syscall(libc::SYS_close_range, first, u32::MAX, libc::CLOSE_RANGE_CLOEXEC)
    };
    // SAFETY: as above; a number that is not open is refused.
    #[cfg(not(target_os = "linux"))]
    unsafe {
        for file in first..libc::getdtablesize().unsigned_abs() {
            libc::fcntl(file as i32, libc::F_SETFD, libc::FD_CLOEXEC);
        }
    }
}

/// Sends a signal to every process that we may signal, ourselves excepted. Only the first process of a namespace may do
/// that: there, it can reach nobody else.
pub fn signal_everyone(signal: rustix::process::Signal) {
    if std::process::id() == 1 {
        // SAFETY: it takes numbers only.
        unsafe { libc::kill(-1, signal.as_raw()) };
    }
}

/// Has a write into a socket that nobody reads fail instead of ending us.
pub fn ignore_broken_pipes() {
    // SAFETY: it names a signal and a disposition, no memory.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
}

/// A file that becomes readable whenever a child ends; `SIGCHLD` itself is held back.
#[cfg(target_os = "linux")]
pub fn child_events() -> io::Result<std::os::fd::OwnedFd> {
    use std::os::fd::{FromRawFd, OwnedFd};
    // SAFETY: the set is initialised before it is used, and the new file is owned by nobody else.
    unsafe {
        let mut set = std::mem::zeroed::<libc::sigset_t>();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, libc::SIGCHLD);
        libc::sigprocmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
        match libc::signalfd(-1, &set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK) {
            -1 => Err(io::Error::last_os_error()),
            file => Ok(OwnedFd::from_raw_fd(file)),
        }
    }
}

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
