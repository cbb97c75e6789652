//! The zygote: a small process of our own binary with one thread and no open files, which makes a keeper for each room by
//! forking itself. A fork of the grader would copy all its memory, and start with other threads' locks held.

#[cfg(target_os = "linux")]
use crate::cgroup::{Group, Groups};
use crate::keeper;
use crate::meter::Meter;
use crate::sys::{self, Fork};
use crate::wire::{self, Birth, NoCgroup};
#[cfg(target_os = "linux")]
use std::io;
#[cfg(target_os = "linux")]
use std::os::fd::AsFd;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

/// The first argument that makes our binary a zygote.
pub const WORD: &str = "__keeper";

/// Becomes what starts programs, and never returns, if that is what this process was started for. It must be the first
/// thing that `main` does, before there is any thread.
pub fn enter_if_asked() {
    if std::env::args_os().nth(1).is_some_and(|word| word == WORD) {
        std::process::exit(serve());
    }
}

/// The two sockets of a keeper.
pub struct Handed {
    /// Over which it is ordered and tells.
    pub control: UnixStream,
    /// Over which it is asked.
    pub supplies: UnixStream,
    /// What is counted for its control group, if it has one; why not, if it should.
    pub cgroup: Result<Meter, Option<NoCgroup>>,
}

/// Forks a keeper for each message until nobody is left who could send one.
fn serve() -> i32 {
    // Whatever else the grader was started with must not reach a program.
    sys::close_from(3);
    sys::forget_children();
    // A session of its own: a Ctrl-C is for the grader, who then ends everything in order.
    let _ = rustix::process::setsid();
    #[cfg(target_os = "linux")]
    if rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).is_err() {
        return 70;
    }
    let socket = std::io::stdin();
    #[cfg(target_os = "linux")]
    let mut groups = Groups::default();
    loop {
        #[cfg(target_os = "linux")]
        groups.wait(&socket);
        let Ok(Some((birth, files))) = wire::receive::<Birth>(&socket) else { break };
        let Some(handed) = handed(files) else { return 70 };
        #[cfg(target_os = "linux")]
        bear(birth, handed, &mut groups);
        #[cfg(not(target_os = "linux"))]
        bear(birth, handed);
    }
    #[cfg(target_os = "linux")]
    groups.outlive();
    0
}

#[cfg(target_os = "linux")]
fn bear(birth: Birth, mut handed: Handed, groups: &mut Groups) {
    let bounds = match birth {
        Birth::Plain { bounds } => bounds,
        Birth::Native { bounds, .. } => Some(bounds),
    };
    let made = bounds.map(|bounds| groups.make(bounds));
    let group = made.as_ref().and_then(|made| made.as_ref().ok());
    let folder = group.map(|group| group.folder.as_fd());
    let refuse = |error: &io::Error| {
        keeper::refuse(&handed.control, "make a process in namespaces of its own", error);
    };
    let forked = match birth {
        Birth::Plain { .. } if folder.is_none() => sys::fork(),
        Birth::Plain { .. } => sys::fork_into(0, folder),
        Birth::Native { host_id, .. } => crate::native::fork(host_id, folder, refuse),
    };
    match forked {
        Ok(Fork::Child) => {
            // The locks and folders of all groups are the zygote's alone.
            drop(std::mem::take(groups));
            handed.cgroup = match made {
                None => Err(None),
                Some(made) => made.and_then(|group: Group| group.meter()).map_err(Some),
            };
            std::process::exit(keeper::keep(handed))
        }
        Ok(Fork::Parent(keeper)) => {
            if let Some(Ok(group)) = made {
                groups.keep(group, keeper);
            }
        }
        Err(error) => {
            refuse(&error);
            if let Some(Ok(group)) = made {
                groups.give_up(group);
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn bear(birth: Birth, handed: Handed) {
    let forked = match birth {
        Birth::Plain { .. } => sys::fork(),
        Birth::Native { .. } => Err(std::io::ErrorKind::Unsupported.into()),
    };
    match forked {
        Ok(Fork::Child) => std::process::exit(keeper::keep(handed)),
        Ok(Fork::Parent(_)) => {}
        Err(error) => keeper::refuse(&handed.control, "make a process in namespaces of its own", &error),
    }
}

fn handed(files: Vec<OwnedFd>) -> Option<Handed> {
    let [control, supplies] = <[OwnedFd; 2]>::try_from(files).ok()?;
    Some(Handed { control: control.into(), supplies: supplies.into(), cgroup: Err(None) })
}
