//! The zygote: a small process of our own binary with one thread and no open files, which makes a keeper for each room by
//! forking itself. A fork of the grader would copy all its memory, and start with other threads' locks held.

use crate::keeper;
use crate::sys::{self, Fork};
use crate::wire::{self, Birth};
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
    while let Ok(Some((birth, files))) = wire::receive::<Birth>(&socket) {
        let Some(handed) = handed(files) else { return 70 };
        bear(birth, handed);
    }
    0
}

fn bear(birth: Birth, handed: Handed) {
    let forked = match birth {
        Birth::Plain => sys::fork(),
        #[cfg(target_os = "linux")]
        Birth::Native { host_id } => crate::native::fork(host_id),
        #[cfg(not(target_os = "linux"))]
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
    Some(Handed { control: control.into(), supplies: supplies.into() })
}
