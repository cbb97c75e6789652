//! The way into a room of namespaces: a process is made in them ([`fork`]), makes the room around itself ([`enter`]), and
//! locks each program before it runs ([`lock`]). What the room is to be like stands in the specification alone.

mod root;

use crate::fence;
use crate::spec::{Limits, View};
use crate::start::{Failure, at, at_most};
use crate::sys::{self, Fork};
use crate::syscalls;
use crate::wire::Holds;
use rustix::process::{DumpableBehavior, Resource, getegid, geteuid, set_dumpable_behavior};
use rustix::thread::{CapabilitySet, CapabilitySets, Gid, Uid};
use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::BorrowedFd;
use std::path::Path;

/// The user that programs of a room see themselves as.
pub const USER: u32 = 1000;

/// Makes a process in namespaces of its own and in this control group, whose user is `host_id` outside, or who we are. The
/// error is ours: a new process that may not become that user tells so by `refuse`, and ends.
pub fn fork(
    host_id: Option<u32>,
    cgroup: Option<BorrowedFd<'_>>,
    refuse: impl FnOnce(&io::Error),
) -> io::Result<Fork> {
    // The zygote is one for all: what is compiled here once, all later rooms are born with.
    syscalls::prepare()?;
    let (mut news, mut teller) = io::pipe()?;
    let ourselves = (geteuid().as_raw(), getegid().as_raw());
    if host_id.is_none() && is_root_outside() {
        return Err(io::Error::other("root must not stand behind a room, and has no other id to give"));
    }
    match sys::fork_into(sys::NAMESPACES, cgroup)? {
        Fork::Child => {
            drop(teller);
            let mapped = match host_id {
                None => map_ourselves(ourselves).inspect_err(refuse),
                // Only the parent may say that we are somebody else. If it can't, it has told so itself.
                Some(_) => news.read_exact(&mut [0]),
            };
            // Whoever returned from here would be a second zygote.
            mapped.map_or_else(|_| std::process::exit(70), |()| Ok(Fork::Child))
        }
        Fork::Parent(pid) => {
            if let Some(id) = host_id {
                let process = format!("/proc/{}", pid.as_raw_nonzero());
                map(Path::new(&process), id, id)?;
                teller.write_all(&[0])?;
            }
            Ok(Fork::Parent(pid))
        }
    }
}

/// Whether we are root, and not only called so in a user namespace of somebody else's.
fn is_root_outside() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let first = map.lines().find(|line| line.split_whitespace().next() == Some("0"));
    geteuid().is_root() && first.is_none_or(|line| line.split_whitespace().nth(1) == Some("0"))
}

fn map_ourselves((user, group): (u32, u32)) -> io::Result<()> {
    // The files of a process that can't be dumped belong to root.
    set_dumpable_behavior(DumpableBehavior::Dumpable)?;
    let ourselves = Path::new("/proc/self");
    // Before a group may be mapped without privilege, it must be given up to change groups (user_namespaces(7)).
    fs::write(ourselves.join("setgroups"), "deny")?;
    map(ourselves, user, group)?;
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

fn map(process: &Path, user: u32, group: u32) -> io::Result<()> {
    fs::write(process.join("uid_map"), format!("{USER} {user} 1"))?;
    fs::write(process.join("gid_map"), format!("{USER} {group} 1"))
}

/// Makes the room around this process, the first of its namespaces.
pub fn enter(view: &View, limits: &Limits) -> Result<Holds, Failure> {
    // 1. Take hold of what is to be seen of the machine, as long as we may still reach it.
    sys::hide_cgroups().map_err(at("hide the control groups"))?;
    let sources = root::take(view)?;
    // 2. Become the room's user.
    become_user().map_err(at("become the room's user"))?;
    // 3. Build the room, and leave the machine.
    let overlay = root::build(view, sources, limits)?;
    // 4. A loopback and a name.
    sys::loopback_up().map_err(at("bring the loopback up"))?;
    rustix::system::sethostname(b"gradus").map_err(at("name the room"))?;
    // 5. Nobody in here has any privilege from now on, nor can get one.
    drop_privileges().map_err(at("drop all privileges"))?;
    let tasks = "RLIMIT_NPROC of the room's own user".to_owned();
    let memory = "/proc, looked at each 10 to 50 ms".to_owned();
    Ok(Holds { memory, tasks, landlock: fence::version(), overlay, no_cgroup: None })
}

fn become_user() -> rustix::io::Result<()> {
    let (user, group) = (Uid::from_raw(USER), Gid::from_raw(USER));
    // It is refused where the groups could not be mapped; then we keep groups that mean nothing in here.
    let _ = rustix::thread::set_thread_groups(&[]);
    rustix::thread::set_thread_res_gid(group, group, group)?;
    rustix::thread::set_thread_res_uid(user, user, user)?;
    // A change of user forgets it.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
}

/// Nobody who was forked from here has any privilege, nor can get one.
pub fn drop_privileges() -> rustix::io::Result<()> {
    // Whoever has no privilege at all can't drop one either, and need not.
    for capability in 0..=63 {
        let capability = CapabilitySet::from_bits_retain(1 << capability);
        if rustix::thread::remove_capability_from_bounding_set(capability).is_err() {
            // Beyond the last one that the system knows, there is nothing to drop.
            break;
        }
    }
    rustix::thread::clear_ambient_capability_set()?;
    let none = CapabilitySet::empty();
    rustix::thread::set_capabilities(
        None,
        CapabilitySets { effective: none, permitted: none, inheritable: none },
    )?;
    rustix::thread::set_no_new_privs(true)
}

/// What one process may reserve to write into. It counts the stacks of threads, of which little is ever used, so it is only a
/// bound for what can be taken between two looks; the looks hold the limit.
pub fn data_of_one(limits: &Limits) -> u64 {
    const STACK: u64 = 8 << 20;
    limits.memory + u64::from(limits.tasks.min(256)) * STACK
}

/// Locks this process, which is about to become a program of the room.
pub fn lock(view: &View, limits: &Limits) -> Result<(), Failure> {
    // 1. Limits that the system holds for each process, or for all of this user in here.
    at_most(Resource::Data, data_of_one(limits)).map_err(at("limit its memory"))?;
    at_most(Resource::Memlock, 64 << 20).map_err(at("limit its locked memory"))?;
    at_most(Resource::Msgqueue, 0).map_err(at("limit its message queues"))?;
    // The keeper counts as one.
    at_most(Resource::Nproc, u64::from(limits.tasks) + 1).map_err(at("limit its tasks"))?;
    // 2. Writing only where it is meant to.
    fence::inside(view).map_err(at("restrict it by Landlock"))?;
    // 3. Only known system calls.
    syscalls::filter(syscalls::Udp::Own, view.shared_memory).map_err(at("filter its system calls"))
}
