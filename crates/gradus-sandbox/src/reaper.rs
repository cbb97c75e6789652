//! The loop of a keeper: it reaps whatever ends, tells how the program ended, obeys orders, and leaves only when nothing
//! is left. It knows nothing of how the program was started.

use crate::spec::Limits;
use crate::start::limits_seconds;
use crate::sys;
use crate::tree;
use crate::wire::{self, Order, Told};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process_group, wait};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

/// What "all of it" means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every process below us.
    Tree,
    #[expect(dead_code, reason = "the native rung is built next")]
    /// Every process of our namespace, whose first process we are.
    Namespace,
}

/// How long to wait between two looks, in milliseconds.
const WHILE_ENDING: i64 = 1;
/// The same where the system does not tell when a child ends.
const WITHOUT_EVENTS: i64 = 5;

/// A keeper at work.
#[derive(Debug)]
pub struct Reaper {
    /// Our end of the keeper's socket.
    pub control: UnixStream,
    reach: Reach,
    children: Option<OwnedFd>,
    ending: bool,
}

impl Reaper {
    /// Gets ready to adopt whatever loses its parent. It must be called before the program is started.
    pub fn new(control: UnixStream, reach: Reach) -> Result<Self, (UnixStream, std::io::Error)> {
        #[cfg(target_os = "linux")]
        {
            let adopting = match reach {
                Reach::Tree => {
                    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).map_err(Into::into)
                }
                Reach::Namespace => Ok(()),
            };
            match adopting.and_then(|()| sys::child_events()) {
                Ok(children) => Ok(Self { control, reach, children: Some(children), ending: false }),
                Err(error) => Err((control, error)),
            }
        }
        #[cfg(not(target_os = "linux"))]
        Ok(Self { control, reach, children: None, ending: false })
    }

    /// Stays until nothing is left.
    pub fn run(mut self, main: Pid, limits: &Limits) -> i32 {
        while self.reap(main, limits) {
            if self.ending {
                self.signal_all(Signal::KILL);
            }
            self.wait_for_news(main);
        }
        let (cpu, memory) = sys::usage_of_children();
        let cpu = u64::try_from(cpu.as_micros()).unwrap_or(u64::MAX);
        wire::tell(&self.control, &Told::Gone { cpu, memory, tasks: None });
        0
    }

    /// Reaps what has ended; answers whether there is anything left.
    fn reap(&mut self, main: Pid, limits: &Limits) -> bool {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == main => wire::tell(&self.control, &how(status, limits)),
                Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
                Ok(None) => return true,
                // No child is left, and nobody who could leave us one.
                Err(_) => return false,
            }
        }
    }

    fn wait_for_news(&mut self, main: Pid) {
        let mut files = vec![PollFd::new(&self.control, PollFlags::IN)];
        files.extend(self.children.iter().map(|events| PollFd::new(events, PollFlags::IN)));
        let pause = match (self.ending, &self.children) {
            (true, _) => Some(WHILE_ENDING),
            (false, None) => Some(WITHOUT_EVENTS),
            (false, Some(_)) => None,
        };
        if self.ending {
            // The order has been heard; its socket stays readable once it is closed.
            files.remove(0);
        }
        let pause = pause.map(|millis| Timespec { tv_sec: 0, tv_nsec: millis * 1_000_000 });
        // An interrupted wait is a short one.
        let _ = poll(&mut files, pause.as_ref());
        let heard = !self.ending && !files[0].revents().is_empty();
        drop(files);
        if let Some(children) = &self.children {
            // The next look reaps all that ended, however many events there were.
            let _ = rustix::io::read(children, &mut [0_u8; 1024]);
        }
        if heard {
            self.obey(main);
        }
    }

    fn obey(&mut self, main: Pid) {
        let mut byte = [0];
        let order = match self.control.read(&mut byte) {
            Ok(1) => Order::from_byte(byte[0]),
            // An error means the same as the end of the stream: nobody is there any more.
            _ => Order::End,
        };
        // What can't be signalled has ended already.
        match order {
            Order::Term => drop(kill_process_group(main, Signal::TERM)),
            Order::Kill => self.signal_all(Signal::KILL),
            Order::Pause => self.signal_all(Signal::STOP),
            Order::Resume => self.signal_all(Signal::CONT),
            Order::End => self.ending = true,
        }
    }

    fn signal_all(&self, signal: Signal) {
        match self.reach {
            Reach::Namespace => sys::signal_everyone(signal),
            Reach::Tree => tree::signal_below(std::process::id(), signal),
        }
    }
}

fn how(status: WaitStatus, limits: &Limits) -> Told {
    match (status.exit_status(), status.terminating_signal(), limits.cpu) {
        (_, Some(libc::SIGXCPU), Some(time)) => Told::OutOfCpu(limits_seconds(time)),
        (Some(code), _, _) => Told::Exited(code),
        (None, signal, _) => Told::Signaled(signal.unwrap_or(0)),
    }
}
