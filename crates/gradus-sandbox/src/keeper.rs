//! The keeper: a small process between us and one program. It adopts what the program leaves behind, tells how the program
//! ended, and ends the whole tree when it is told to or when our end of its socket closes.
//!
//! It has one socket, its standard input. It writes lines: `started PID`, `refused REASON`, `exited CODE`, `signaled
//! NUMBER`, `used MICROSECONDS BYTES`. Any byte to it, or the end of the stream, means: end everything.

use crate::sys;
use crate::tree;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// The first argument that makes our binary a keeper.
pub const WORD: &str = "__keeper";

/// Becomes the keeper, and never returns, if that is what this process was started for. It must be the first thing that
/// `main` does: the keeper wants no threads and no open files but its own.
pub fn enter_if_asked() {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|word| word == WORD) {
        let code = keep(arguments.collect());
        std::process::exit(code);
    }
}

fn keep(command: Vec<OsString>) -> i32 {
    let Ok(control) = std::io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from) else { return 70 };
    let Ok(reader) = control.try_clone() else { return 70 };
    let mut teller = Teller(control);
    #[cfg(target_os = "linux")]
    if rustix::process::set_child_subreaper(Some(rustix::process::getpid())).is_err() {
        return teller.tell("refused the keeper can't adopt processes");
    }
    let Some((program, rest)) = command.split_first() else { return teller.tell("refused no program") };
    let spawned = Command::new(program).args(rest).stdin(Stdio::null()).process_group().spawn();
    let main = match spawned {
        Ok(child) => child.id(),
        Err(error) => return teller.tell(&format!("refused {}: {error}", program.to_string_lossy())),
    };
    teller.tell(&format!("started {main}"));
    close_output();
    std::thread::spawn(move || end_when_asked(reader));
    reap(main, &mut teller);
    let (cpu, peak) = sys::usage_of_children();
    teller.tell(&format!("used {} {peak}", cpu.as_micros()))
}

/// A group of its own, so that a Ctrl-C for us is not one for the program.
trait OwnGroup {
    fn process_group(&mut self) -> &mut Self;
}

impl OwnGroup for Command {
    fn process_group(&mut self) -> &mut Self {
        std::os::unix::process::CommandExt::process_group(self, 0)
    }
}

/// Our own copies of the program's pipes: as long as they are open, its output never ends.
fn close_output() {
    if let Ok(null) = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").map(OwnedFd::from)
    {
        // Without them the output ends later, with us.
        let _ = rustix::stdio::dup2_stdout(&null);
        let _ = rustix::stdio::dup2_stderr(&null);
    }
}

/// Waits for the word, then ends everything below us, again and again until the reaper has nothing left and ends us.
fn end_when_asked(mut control: UnixStream) {
    // An error means the same as the end of the stream: nobody is there any more.
    let _ = control.read(&mut [0; 1]);
    let me = std::process::id();
    loop {
        tree::kill_below(me);
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Reaps whatever ends below us until nothing is left.
fn reap(main: u32, teller: &mut Teller) {
    use rustix::process::{WaitOptions, wait};
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) => {
                if pid.as_raw_nonzero().get().unsigned_abs() == main {
                    use std::os::unix::process::ExitStatusExt;
                    let status = ExitStatus::from_raw(status.as_raw());
                    match (status.code(), status.signal()) {
                        (Some(code), _) => teller.tell(&format!("exited {code}")),
                        (None, signal) => teller.tell(&format!("signaled {}", signal.unwrap_or(0))),
                    };
                }
            }
            Ok(None) => {}
            Err(rustix::io::Errno::INTR) => {}
            // No child is left, and nobody who could leave us one.
            Err(_) => return,
        }
    }
}

struct Teller(UnixStream);

impl Teller {
    /// Whoever should hear it may be gone; then the other thread ends everything.
    fn tell(&mut self, line: &str) -> i32 {
        let _ = self.0.write_all(format!("{line}\n").as_bytes());
        0
    }
}
