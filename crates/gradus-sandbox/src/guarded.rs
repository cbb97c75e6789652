//! The rung below namespaces: Landlock says which files and ports, seccomp which system calls. A program still sees that
//! other files and processes exist, and shares the machine's loopback.

use crate::fence;
use crate::native::{data_of_one, drop_privileges};
use crate::spec::{Limits, View};
use crate::start::{Failure, at, at_most};
use crate::syscalls;
use crate::wire::Holds;
use rustix::process::Resource;
use std::io;

/// The first version of Landlock's interface that knows ports.
const KNOWS_PORTS: u8 = 4;

/// Says what holds; refuses where too little does.
pub fn enter() -> Result<Holds, Failure> {
    let landlock = fence::version();
    if landlock < KNOWS_PORTS {
        let why = format!("this system's Landlock has version {landlock}, and {KNOWS_PORTS} is needed");
        return Err(at("use Landlock")(io::Error::other(why)));
    }
    syscalls::prepare().map_err(at("prepare the filter of system calls"))?;
    let memory = "/proc, looked at each 10 to 50 ms".to_owned();
    Ok(Holds { memory, landlock, ..Holds::default() })
}

/// Locks this process, which is about to become a program of the room.
pub fn lock(view: &View, ports: &[u16], limits: &Limits) -> Result<(), Failure> {
    // 1. Limits that the system holds for each process.
    at_most(Resource::Data, data_of_one(limits)).map_err(at("limit its memory"))?;
    at_most(Resource::Msgqueue, 0).map_err(at("limit its message queues"))?;
    // 2. Root stays root in name, as what it is to run may lie where only root can go, but has no privilege left.
    drop_privileges().map_err(at("drop all privileges"))?;
    // 3. Only the files and ports that are meant.
    fence::outside(view, ports).map_err(at("restrict it by Landlock"))?;
    // 4. Only known system calls; Landlock knows nothing of UDP.
    syscalls::filter(syscalls::Udp::None, false).map_err(at("filter its system calls"))
}
