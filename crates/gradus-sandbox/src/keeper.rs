//! The keeper of one program. It tells how the program ended, and ends all of it when it is ordered to or when our end of
//! its socket closes, however we ended.

use crate::reaper::{Reach, Reaper};
use crate::spec::{Rung, SandboxSpec};
use crate::start::{self, Failure, NotStarted};
use crate::sys;
use crate::wire::{self, Told};
use crate::zygote::Handed;
use std::io;
use std::os::unix::net::UnixStream;

/// Keeps one program from its start until nothing of it is left. The result is our exit code.
pub fn keep(handed: Handed) -> i32 {
    leave_zygote();
    let spec = match wire::read_spec(&handed.control) {
        Ok(spec) => spec,
        Err(error) => return refuse(&handed.control, "read what is to be run", &error),
    };
    match &spec.rung {
        Rung::None => keep_plain(&spec, handed),
    }
}

/// Says why we could not run a program.
pub fn refuse(control: &UnixStream, step: &str, error: &io::Error) -> i32 {
    wire::tell(control, &Told::Refused { step: step.to_owned(), why: error.to_string() });
    70
}

/// Gives up what belongs to the zygote: its socket, and its way with ended children.
fn leave_zygote() {
    if let Ok(null) = std::fs::File::options().read(true).write(true).open("/dev/null") {
        // Without it, we would only see the zygote's messages, and never read one.
        let _ = rustix::stdio::dup2_stdin(&null);
    }
    sys::default_signals();
    sys::ignore_broken_pipes();
}

fn keep_plain(spec: &SandboxSpec, handed: Handed) -> i32 {
    let Handed { control, stdin, output, .. } = handed;
    let reaper = match Reaper::new(control, Reach::Tree) {
        Ok(reaper) => reaper,
        Err((control, error)) => return refuse(&control, "adopt what it leaves behind", &error),
    };
    match start::program(spec, stdin, output, || Ok(())) {
        Ok(main) => {
            wire::tell(&reaper.control, &Told::Started { keeper: std::process::id() });
            reaper.run(main, &spec.limits)
        }
        Err(NotStarted::Program(why)) => {
            wire::tell(&reaper.control, &Told::NotStarted(why));
            0
        }
        Err(NotStarted::Ours(Failure { step, error })) => refuse(&reaper.control, &step, &error),
    }
}
