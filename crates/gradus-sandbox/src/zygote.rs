//! The zygote: a small process of our own binary with one thread and no open files, which makes a keeper for each program
//! by forking itself. A fork of the grader would copy all its memory, and start with other threads' locks held.

use crate::keeper;
use crate::sys::{self, Fork};
use crate::wire;
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

/// The open files of one launch.
pub struct Handed {
    /// The keeper's end of its socket.
    pub control: UnixStream,
    /// The program's standard input.
    pub stdin: OwnedFd,
    /// The program's standard output and error.
    pub output: OwnedFd,
    /// Over which sockets of the program's network are handed out.
    #[expect(dead_code, reason = "the native rung is built next")]
    pub factory: UnixStream,
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
    while let Ok(Some((_, files))) = wire::receive_files(&socket) {
        let Some(handed) = handed(files) else { return 70 };
        match sys::fork() {
            Ok(Fork::Child) => std::process::exit(keeper::keep(handed)),
            Ok(Fork::Parent(_)) => {}
            Err(error) => {
                keeper::refuse(&handed.control, "fork a keeper", &error);
            }
        }
    }
    0
}

fn handed(files: Vec<OwnedFd>) -> Option<Handed> {
    let [control, stdin, output, factory] = <[OwnedFd; 4]>::try_from(files).ok()?;
    Some(Handed { control: control.into(), stdin, output, factory: factory.into() })
}
