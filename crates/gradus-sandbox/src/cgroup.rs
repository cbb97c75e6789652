//! Control groups (cgroup v2): one for each room, where a part of the hierarchy is ours. The zygote makes them and removes
//! them; what runs in a room never sees them.

mod house;
mod place;
mod scope;

use crate::sys::{self, Fork};
use crate::wire::{Bounds, NoCgroup};
pub use house::Group;
use house::{House, RETRY, failed};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::os::fd::{AsFd, OwnedFd};

/// The groups of all rooms of one zygote.
#[derive(Debug, Default)]
pub struct Groups {
    house: Option<Result<House, NoCgroup>>,
    tenants: Vec<Tenant>,
}

#[derive(Debug)]
struct Tenant {
    group: Group,
    /// Readable once the room's keeper has ended; gone when it ended before we looked.
    keeper: Option<OwnedFd>,
}

impl Groups {
    /// A group with these bounds, or why there is none.
    pub fn make(&mut self, bounds: Bounds) -> Result<Group, NoCgroup> {
        match self.house.get_or_insert_with(|| open().and_then(House::tried)) {
            Ok(house) => house.group(bounds).map_err(|error| failed("make a group", &error)),
            Err(why) => Err(why.clone()),
        }
    }

    /// Keeps the group of a room until the room's keeper has ended.
    pub fn keep(&mut self, group: Group, keeper: Pid) {
        let keeper = pidfd_open(keeper, PidfdFlags::empty()).ok();
        self.tenants.push(Tenant { group, keeper });
    }

    /// Removes a group that nobody uses.
    pub fn give_up(&mut self, group: Group) {
        self.tenants.push(Tenant { group, keeper: None });
        self.remove_empty();
    }

    /// Waits until this is readable, and removes groups whose rooms have ended meanwhile.
    pub fn wait(&mut self, socket: impl AsFd) {
        while !self.look(Some(&socket)) {
            self.remove_empty();
        }
    }

    /// Stays until all rooms have ended, and leaves nothing behind.
    pub fn outlive(mut self) {
        self.remove_empty();
        if !self.tenants.is_empty() && !matches!(sys::fork(), Ok(Fork::Child)) {
            // Whoever started us waits for us; rooms may go on, and so does our child.
            return;
        }
        while !self.tenants.is_empty() {
            self.look(None::<OwnedFd>);
            self.remove_empty();
        }
        if let Some(Ok(house)) = &self.house {
            house.leave();
        }
    }

    /// Waits for news of the socket, which it answers, or of a keeper.
    fn look(&self, socket: Option<impl AsFd>) -> bool {
        let keepers = self.tenants.iter().filter_map(|tenant| tenant.keeper.as_ref());
        let socket = socket.as_ref().map(|socket| PollFd::new(socket, PollFlags::IN));
        let is_asked = socket.is_some();
        let keepers = keepers.map(|keeper| PollFd::new(keeper, PollFlags::IN));
        let mut files: Vec<_> = socket.into_iter().chain(keepers).collect();
        let ending = self.tenants.iter().any(|tenant| tenant.keeper.is_none());
        let pause = Some(RETRY).filter(|_| ending).and_then(|pause| Timespec::try_from(pause).ok());
        // An interrupted wait is a short one.
        let _ = poll(&mut files, pause.as_ref());
        is_asked && files.first().is_some_and(|socket| !socket.revents().is_empty())
    }

    fn remove_empty(&mut self) {
        let Some(Ok(house)) = &self.house else { return };
        self.tenants.retain_mut(|tenant| {
            let ended = tenant.keeper.as_ref().is_none_or(is_readable);
            if ended {
                tenant.keeper = None;
            }
            !ended || !house.remove(&tenant.group.name)
        });
    }
}

/// The folder of our groups: where we are, or else in a scope of our own, should somebody give us one.
fn open() -> Result<House, NoCgroup> {
    House::open().or_else(|why| match why {
        NoCgroup::NotOurs { .. } | NoCgroup::Shared { .. } if scope::enter() => House::open(),
        _ => Err(why),
    })
}

fn is_readable(file: &OwnedFd) -> bool {
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut [PollFd::new(file, PollFlags::IN)], Some(&now)).is_ok_and(|ready| ready > 0)
}
