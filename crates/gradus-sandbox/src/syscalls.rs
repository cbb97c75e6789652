//! Which system calls a program may make. The list names what every runtime, database library and shell needs, file locks
//! included; whatever is not on it does not exist (ENOSYS), so that libraries fall back as on an older kernel.

mod table;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};
use std::collections::BTreeMap;
use std::io;
use std::sync::OnceLock;
use table::Answer;

/// What a program may do.
#[rustfmt::skip]
const ALLOWED: &[libc::c_long] = &[
    // Files.
    libc::SYS_read, libc::SYS_write, libc::SYS_readv, libc::SYS_writev, libc::SYS_pread64, libc::SYS_pwrite64,
    libc::SYS_preadv, libc::SYS_pwritev, libc::SYS_preadv2, libc::SYS_pwritev2, libc::SYS_openat, libc::SYS_openat2,
    libc::SYS_close, libc::SYS_close_range, libc::SYS_lseek, libc::SYS_fstat, libc::SYS_newfstatat, libc::SYS_statx,
    libc::SYS_statfs, libc::SYS_fstatfs, libc::SYS_faccessat, libc::SYS_faccessat2, libc::SYS_readlinkat,
    libc::SYS_getdents64, libc::SYS_getcwd, libc::SYS_chdir, libc::SYS_fchdir, libc::SYS_mkdirat, libc::SYS_unlinkat,
    libc::SYS_renameat, libc::SYS_renameat2, libc::SYS_linkat, libc::SYS_symlinkat, libc::SYS_mknodat,
    libc::SYS_fchmod, libc::SYS_fchmodat, libc::SYS_fchmodat2, libc::SYS_fchown, libc::SYS_fchownat,
    libc::SYS_utimensat, libc::SYS_umask, libc::SYS_truncate, libc::SYS_ftruncate, libc::SYS_fallocate,
    libc::SYS_fadvise64, libc::SYS_readahead, libc::SYS_fsync, libc::SYS_fdatasync, libc::SYS_sync, libc::SYS_syncfs,
    libc::SYS_sync_file_range, libc::SYS_flock, libc::SYS_fcntl, libc::SYS_ioctl, libc::SYS_dup, libc::SYS_dup3,
    libc::SYS_pipe2, libc::SYS_sendfile, libc::SYS_splice, libc::SYS_tee, libc::SYS_vmsplice,
    libc::SYS_copy_file_range, libc::SYS_getxattr, libc::SYS_lgetxattr, libc::SYS_fgetxattr, libc::SYS_listxattr,
    libc::SYS_llistxattr, libc::SYS_flistxattr, libc::SYS_setxattr, libc::SYS_lsetxattr, libc::SYS_fsetxattr,
    libc::SYS_removexattr, libc::SYS_lremovexattr, libc::SYS_fremovexattr, libc::SYS_inotify_init1,
    libc::SYS_inotify_add_watch, libc::SYS_inotify_rm_watch,
    // Memory.
    libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_munmap, libc::SYS_mremap, libc::SYS_madvise, libc::SYS_msync,
    libc::SYS_mincore, libc::SYS_mlock, libc::SYS_mlock2, libc::SYS_munlock, libc::SYS_mlockall, libc::SYS_munlockall,
    libc::SYS_brk, libc::SYS_membarrier, libc::SYS_get_mempolicy, libc::SYS_pkey_alloc, libc::SYS_pkey_free,
    libc::SYS_pkey_mprotect,
    // Processes, threads and their signals.
    libc::SYS_clone, libc::SYS_execve, libc::SYS_execveat, libc::SYS_exit, libc::SYS_exit_group, libc::SYS_wait4,
    libc::SYS_waitid, libc::SYS_kill, libc::SYS_tkill, libc::SYS_tgkill, libc::SYS_pidfd_open,
    libc::SYS_pidfd_send_signal, libc::SYS_getpid, libc::SYS_getppid, libc::SYS_gettid, libc::SYS_getpgid,
    libc::SYS_setpgid, libc::SYS_getsid, libc::SYS_setsid, libc::SYS_set_tid_address, libc::SYS_set_robust_list,
    libc::SYS_get_robust_list, libc::SYS_futex, libc::SYS_futex_waitv, libc::SYS_rseq, libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask, libc::SYS_rt_sigreturn, libc::SYS_rt_sigpending, libc::SYS_rt_sigtimedwait,
    libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo, libc::SYS_rt_sigsuspend, libc::SYS_sigaltstack,
    libc::SYS_restart_syscall, libc::SYS_prctl, libc::SYS_seccomp, libc::SYS_landlock_create_ruleset,
    libc::SYS_landlock_add_rule, libc::SYS_landlock_restrict_self, libc::SYS_getrlimit, libc::SYS_setrlimit,
    libc::SYS_prlimit64, libc::SYS_getrusage, libc::SYS_times, libc::SYS_sysinfo, libc::SYS_uname, libc::SYS_getcpu,
    libc::SYS_sched_yield, libc::SYS_sched_getaffinity, libc::SYS_sched_setaffinity, libc::SYS_sched_getparam,
    libc::SYS_sched_setparam, libc::SYS_sched_getscheduler, libc::SYS_sched_setscheduler, libc::SYS_sched_getattr,
    libc::SYS_sched_get_priority_max, libc::SYS_sched_get_priority_min, libc::SYS_sched_rr_get_interval,
    libc::SYS_getpriority, libc::SYS_setpriority, libc::SYS_ioprio_get, libc::SYS_ioprio_set,
    // Who one is; there is nobody else to become.
    libc::SYS_getuid, libc::SYS_geteuid, libc::SYS_getgid, libc::SYS_getegid, libc::SYS_getresuid, libc::SYS_getresgid,
    libc::SYS_getgroups, libc::SYS_setuid, libc::SYS_setgid, libc::SYS_setreuid, libc::SYS_setregid,
    libc::SYS_setresuid, libc::SYS_setresgid, libc::SYS_setfsuid, libc::SYS_setfsgid, libc::SYS_setgroups,
    libc::SYS_capget, libc::SYS_capset,
    // Time.
    libc::SYS_clock_gettime, libc::SYS_clock_getres, libc::SYS_clock_nanosleep, libc::SYS_nanosleep,
    libc::SYS_gettimeofday, libc::SYS_getitimer, libc::SYS_setitimer, libc::SYS_timer_create, libc::SYS_timer_settime,
    libc::SYS_timer_gettime, libc::SYS_timer_getoverrun, libc::SYS_timer_delete, libc::SYS_timerfd_create,
    libc::SYS_timerfd_settime, libc::SYS_timerfd_gettime,
    // Waiting.
    libc::SYS_ppoll, libc::SYS_pselect6, libc::SYS_epoll_create1, libc::SYS_epoll_ctl, libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2, libc::SYS_eventfd2, libc::SYS_signalfd4,
    // Network; `socket` is looked at more closely below.
    libc::SYS_socket, libc::SYS_socketpair, libc::SYS_bind, libc::SYS_listen, libc::SYS_accept, libc::SYS_accept4,
    libc::SYS_connect, libc::SYS_shutdown, libc::SYS_getsockname, libc::SYS_getpeername, libc::SYS_getsockopt,
    libc::SYS_setsockopt, libc::SYS_sendto, libc::SYS_sendmsg, libc::SYS_sendmmsg, libc::SYS_recvfrom,
    libc::SYS_recvmsg, libc::SYS_recvmmsg,
    // Semaphores of the room's own; shared memory segments would be memory that nobody counts.
    libc::SYS_semget, libc::SYS_semop, libc::SYS_semctl, libc::SYS_semtimedop,
    libc::SYS_getrandom,
];

/// Older forms of the same, which only this architecture has.
#[cfg(target_arch = "x86_64")]
#[rustfmt::skip]
const OLDER: &[libc::c_long] = &[
    libc::SYS_open, libc::SYS_creat, libc::SYS_stat, libc::SYS_lstat, libc::SYS_access, libc::SYS_readlink,
    libc::SYS_getdents, libc::SYS_mkdir, libc::SYS_rmdir, libc::SYS_unlink, libc::SYS_rename, libc::SYS_link,
    libc::SYS_symlink, libc::SYS_mknod, libc::SYS_chmod, libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime,
    libc::SYS_utimes, libc::SYS_futimesat, libc::SYS_dup2, libc::SYS_pipe, libc::SYS_inotify_init, libc::SYS_fork,
    libc::SYS_vfork, libc::SYS_getpgrp, libc::SYS_arch_prctl, libc::SYS_time, libc::SYS_alarm, libc::SYS_pause,
    libc::SYS_poll, libc::SYS_select, libc::SYS_epoll_create, libc::SYS_epoll_wait, libc::SYS_eventfd,
    libc::SYS_signalfd,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[libc::c_long] = &[];

/// System V shared memory, by which servers of databases know that they are alone.
const SHARED_MEMORY: &[libc::c_long] =
    &[libc::SYS_shmget, libc::SYS_shmat, libc::SYS_shmdt, libc::SYS_shmctl];

/// What is refused in so many words (EPERM): whoever tries it should be told that it is forbidden, not that it is missing.
#[rustfmt::skip]
const REFUSED: &[libc::c_long] = &[
    libc::SYS_mount, libc::SYS_umount2, libc::SYS_pivot_root, libc::SYS_chroot, libc::SYS_fsopen, libc::SYS_fsmount,
    libc::SYS_fsconfig, libc::SYS_fspick, libc::SYS_move_mount, libc::SYS_open_tree, libc::SYS_mount_setattr,
    libc::SYS_unshare, libc::SYS_setns, libc::SYS_ptrace, libc::SYS_process_vm_readv, libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd, libc::SYS_kcmp, libc::SYS_bpf, libc::SYS_perf_event_open, libc::SYS_userfaultfd,
    libc::SYS_keyctl, libc::SYS_add_key, libc::SYS_request_key, libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at, libc::SYS_init_module, libc::SYS_finit_module, libc::SYS_delete_module,
    libc::SYS_kexec_load, libc::SYS_reboot, libc::SYS_swapon, libc::SYS_swapoff, libc::SYS_sethostname,
    libc::SYS_setdomainname, libc::SYS_settimeofday, libc::SYS_clock_settime, libc::SYS_adjtimex,
    libc::SYS_clock_adjtime, libc::SYS_syslog, libc::SYS_acct, libc::SYS_quotactl, libc::SYS_vhangup,
    libc::SYS_personality, libc::SYS_move_pages, libc::SYS_migrate_pages, libc::SYS_fanotify_init,
];

/// Every flag of clone(2) that makes a namespace.
const NEW_NAMESPACES: u64 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u64;

/// Whose UDP a program may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Udp {
    /// That of its room's own network.
    Own,
    /// None, as the network is the machine's.
    None,
}

/// Filters this process and all that it starts, for ever. System V shared memory is what database servers need and nobody
/// else: it is bounded by no limit of a process.
pub fn filter(udp: Udp, shared_memory: bool) -> io::Result<()> {
    let [unknown, for_databases, forbidden, datagrams] =
        compiled().as_ref().map_err(|error| io::Error::other(error.clone()))?;
    let install = |program: &BpfProgram| apply_filter(program).map_err(io::Error::other);
    install(if shared_memory { for_databases } else { unknown })?;
    if udp == Udp::None {
        install(datagrams)?;
    }
    install(forbidden)
}

/// Compiles the filters; whatever is forked afterwards has them already.
pub fn prepare() -> io::Result<()> {
    compiled().as_ref().map(drop).map_err(|error| io::Error::other(error.clone()))
}

/// The filters as the system wants them.
fn compiled() -> &'static Result<[BpfProgram; 4], String> {
    static PROGRAMS: OnceLock<Result<[BpfProgram; 4], String>> = OnceLock::new();
    PROGRAMS.get_or_init(compile)
}

fn compile() -> Result<[BpfProgram; 4], String> {
    let unknown = table(ALLOWED.iter().chain(OLDER))?;
    let for_databases = table(ALLOWED.iter().chain(OLDER).chain(SHARED_MEMORY))?;
    let by_arguments = || -> Result<[BpfProgram; 2], seccompiler::BackendError> {
        let arch = TargetArch::try_from(std::env::consts::ARCH)?;
        let refuse = |rules: BTreeMap<libc::c_long, Vec<SeccompRule>>| {
            let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
            SeccompFilter::new(rules, SeccompAction::Allow, refused, arch)?.try_into()
        };
        let forbidden = BTreeMap::from([
            (libc::SYS_clone, new_namespaces()?),
            (libc::SYS_socket, strange_sockets()?),
            (libc::SYS_ioctl, terminal_tricks()?),
        ]);
        Ok([refuse(forbidden)?, refuse(BTreeMap::from([(libc::SYS_socket, other_than_streams()?)]))?])
    };
    // These also end whatever calls as another architecture does.
    let [forbidden, datagrams] = by_arguments().map_err(|error| error.to_string())?;
    Ok([unknown, for_databases, forbidden, datagrams])
}

/// The filter that allows these, refuses what is to be refused, and knows nothing else.
fn table<'c>(allowed: impl Iterator<Item = &'c libc::c_long>) -> Result<BpfProgram, String> {
    let refused = REFUSED.iter().map(|call| (call, Answer::Error(libc::EPERM)));
    let calls = allowed.map(|call| (call, Answer::Allowed)).chain(refused);
    let numbers = calls.map(|(call, answer)| Ok((u32::try_from(*call).map_err(|e| e.to_string())?, answer)));
    table::filter(&numbers.collect::<Result<_, String>>()?, Answer::Error(libc::ENOSYS))
}

type Rules = Result<Vec<SeccompRule>, seccompiler::BackendError>;

/// `clone` with any flag that makes a namespace. `clone3` hides its flags in memory, so it does not exist.
fn new_namespaces() -> Rules {
    let flags = (0..64).map(|bit| 1_u64 << bit).filter(|flag| NEW_NAMESPACES & flag != 0);
    flags.map(|flag| rule(&[(0, SeccompCmpOp::MaskedEq(flag), flag)])).collect()
}

/// Sockets of other families than local ones, IPv4, IPv6 and the list of network interfaces.
fn strange_sockets() -> Rules {
    let families = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
    let none_of: Vec<_> = families.iter().map(|family| (0, SeccompCmpOp::Ne, *family as u64)).collect();
    let netlink =
        [(0, SeccompCmpOp::Eq, libc::AF_NETLINK as u64), (2, SeccompCmpOp::Ne, libc::NETLINK_ROUTE as u64)];
    Ok(vec![rule(&none_of)?, rule(&netlink)?])
}

/// Sockets of IPv4 and IPv6 that are no streams. The type is in the lowest four bits.
fn other_than_streams() -> Rules {
    let types = (0..16_u64).filter(|kind| *kind != libc::SOCK_STREAM as u64);
    let both = types.flat_map(|kind| [libc::AF_INET, libc::AF_INET6].map(|family| (kind, family as u64)));
    both.map(|(kind, family)| rule(&[(0, SeccompCmpOp::Eq, family), (1, SeccompCmpOp::MaskedEq(0xf), kind)]))
        .collect()
}

/// Typing into somebody's terminal.
fn terminal_tricks() -> Rules {
    [libc::TIOCSTI, libc::TIOCLINUX].iter().map(|call| rule(&[(1, SeccompCmpOp::Eq, *call)])).collect()
}

fn rule(conditions: &[(u8, SeccompCmpOp, u64)]) -> Result<SeccompRule, seccompiler::BackendError> {
    let conditions = conditions
        .iter()
        .map(|(argument, operator, value)| SeccompCondition::new(*argument, Dword, operator.clone(), *value));
    SeccompRule::new(conditions.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_compile_and_no_call_is_on_both_lists() {
        compile().expect("they compile");
        let both: Vec<_> = ALLOWED.iter().chain(OLDER).filter(|call| REFUSED.contains(call)).collect();
        assert!(both.is_empty(), "{both:?}");
    }
}
