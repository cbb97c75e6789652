//! The keeper of one room: it makes the room, runs programs in it, reaps whatever ends, watches the limits, obeys orders,
//! and ends everything when our end of its socket closes, however we ended. In a room of its own it is the first process.

use crate::ending::Ending;
use crate::gauge::{self, Gauge};
use crate::listeners;
use crate::spec::{Limits, Program, RoomSpec, Rung};
use crate::start::{self, Failure, NotStarted};
use crate::supplies;
use crate::sys;
use crate::tree;
use crate::wire::{self, Answer, Ask, Holds, Order, Told};
use crate::zygote::Handed;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process_group, wait};
use std::collections::BTreeMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// How long to wait between two signals while something is left, or moves.
const BETWEEN_SIGNALS: Duration = Duration::from_millis(1);
/// How long something may go on moving that was told to stop: the system may keep it from that.
const STOPS: Duration = Duration::from_secs(1);
/// The same between two looks where the system does not tell when a child ends.
const WITHOUT_EVENTS: Duration = Duration::from_millis(5);

/// Keeps one room from its beginning until nothing of it is left. The result is our exit code.
pub fn keep(handed: Handed) -> i32 {
    leave_zygote();
    let spec = match wire::receive::<RoomSpec>(&handed.control) {
        Ok(Some((spec, _))) => spec,
        Ok(None) => return 0,
        Err(error) => {
            refuse(&handed.control, "read what is to be run", &error);
            return 70;
        }
    };
    match open(&spec) {
        Ok((reach, children, mut holds)) => {
            match &handed.cgroup {
                Ok(_) => {
                    "memory.max of its cgroup, looked at each 10 to 50 ms".clone_into(&mut holds.memory);
                    "pids.max of its cgroup".clone_into(&mut holds.tasks);
                }
                Err(why) => holds.no_cgroup.clone_from(why),
            }
            wire::tell(&handed.control, &Told::Ready(holds));
            Keeper::new(handed, spec, reach, children).run();
            0
        }
        Err(Failure { step, error }) => {
            refuse(&handed.control, &step, &error);
            70
        }
    }
}

/// Says why a room could not be had.
pub fn refuse(control: &UnixStream, step: &str, error: &io::Error) {
    wire::tell(control, &Told::Refused { step: step.to_owned(), why: error.to_string() });
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

/// What "everything" means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Every process below us.
    Tree,
    /// Every process of our namespace, whose first process we are.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "namespaces are Linux's"))]
    Namespace,
}

/// Makes the room, and gets ready to adopt whatever loses its parent.
fn open(spec: &RoomSpec) -> Result<(Reach, Option<OwnedFd>, Holds), Failure> {
    match &spec.rung {
        #[cfg(target_os = "linux")]
        Rung::Native(view) => {
            let holds = crate::native::enter(view, &spec.limits)?;
            let children = sys::child_events().map_err(start::at("hear of children that end"))?;
            Ok((Reach::Namespace, Some(children), holds))
        }
        #[cfg(not(target_os = "linux"))]
        Rung::Native(_) => Err(start::at("make namespaces")(io::Error::from(io::ErrorKind::Unsupported))),
        #[cfg(not(target_os = "linux"))]
        Rung::Guarded { .. } => Err(start::at("use Landlock")(io::Error::from(io::ErrorKind::Unsupported))),
        #[cfg(target_os = "linux")]
        Rung::Guarded { .. } => {
            let holds = crate::guarded::enter()?;
            adopt().map(|children| (Reach::Tree, children, holds))
        }
        Rung::None => adopt().map(|children| (Reach::Tree, children, Holds::default())),
    }
}

/// Becomes whoever adopts what a program leaves behind, where the system has that.
fn adopt() -> Result<Option<OwnedFd>, Failure> {
    #[cfg(target_os = "linux")]
    {
        rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
            .map_err(start::at("adopt what a program leaves behind"))?;
        sys::child_events().map(Some).map_err(start::at("hear of children that end"))
    }
    #[cfg(not(target_os = "linux"))]
    Ok(None)
}

/// A program that runs.
#[derive(Debug)]
struct Kept {
    id: u32,
    /// When its time is over, and how long that was.
    deadline: Option<(Instant, Duration)>,
}

struct Keeper {
    control: UnixStream,
    supplies: UnixStream,
    spec: RoomSpec,
    reach: Reach,
    children: Option<OwnedFd>,
    gauge: Gauge,
    programs: BTreeMap<i32, Kept>,
    /// Kill until nothing is left.
    clearing: bool,
    /// Stop until nothing moves, or this moment.
    pausing: Option<Instant>,
    /// Then leave.
    ending: bool,
}

impl Keeper {
    fn new(handed: Handed, spec: RoomSpec, reach: Reach, children: Option<OwnedFd>) -> Self {
        let Handed { control, supplies, cgroup } = handed;
        let disk = match &spec.rung {
            Rung::Native(view) => view.folders.first().cloned(),
            _ => None,
        };
        let gauge = match (&spec.rung, cgroup) {
            (_, Ok(meter)) => Gauge::of_group(&spec.limits, disk, meter),
            (Rung::None, _) => Gauge::off(),
            (Rung::Guarded { .. }, _) => Gauge::of_tree(&spec.limits),
            (Rung::Native(_), _) => Gauge::of_namespace(&spec.limits, disk),
        };
        let programs = BTreeMap::new();
        Self {
            control,
            supplies,
            spec,
            reach,
            children,
            gauge,
            programs,
            clearing: false,
            pausing: None,
            ending: false,
        }
    }

    /// Stays until it is to end and nothing is left.
    fn run(mut self) {
        loop {
            let left = self.reap();
            if self.clearing && !left {
                self.cleared();
            }
            if self.ending && !left {
                return;
            }
            if self.clearing || self.ending {
                self.signal_all(Signal::KILL);
            } else {
                self.watch_limits();
            }
            self.go_on_pausing();
            self.wait_for_news();
        }
    }

    /// Reaps what has ended; answers whether there is anything left.
    fn reap(&mut self) -> bool {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) => self.ended(pid, how(status, &self.spec.limits)),
                Err(rustix::io::Errno::INTR) => {}
                Ok(None) => return true,
                // No child is left, and nobody who could leave us one.
                Err(_) => return false,
            }
        }
    }

    fn ended(&mut self, pid: Pid, ending: Ending) {
        if let Some(kept) = self.programs.remove(&pid.as_raw_nonzero().get()) {
            let ending = match (&ending, self.gauge.passed()) {
                (Ending::Signaled(libc::SIGKILL), Some(limit)) => {
                    // What is left of it goes, too.
                    self.clearing = true;
                    Ending::OutOfMemory { limit }
                }
                _ => ending,
            };
            self.tell_usage();
            wire::tell(&self.control, &Told::Ended { id: kept.id, ending });
        }
    }

    /// Ends whatever is over a limit that the system does not hold itself.
    fn watch_limits(&mut self) {
        let over = self.gauge.look().map(|limit| Ending::OutOfMemory { limit });
        let now = Instant::now();
        let late = self.programs.values().filter_map(|kept| kept.deadline).find(|(end, _)| *end <= now);
        let over = over.or(late.map(|(_, limit)| Ending::OutOfTime { limit }));
        if let Some(ending) = over {
            // Whoever talks with it learns why it ends before its connections break.
            self.signal_all(Signal::STOP);
            self.tell_usage();
            for kept in std::mem::take(&mut self.programs).into_values() {
                wire::tell(&self.control, &Told::Ended { id: kept.id, ending: ending.clone() });
            }
            self.signal_all(Signal::KILL);
            self.clearing = true;
        }
    }

    fn cleared(&mut self) {
        self.clearing = false;
        // Nothing that comes now has a part in what went wrong before.
        self.gauge.forgive();
        self.tell_usage();
        wire::tell(&self.control, &Told::Cleared);
    }

    /// Returns once nothing is left of what is being cleared: it must not take with it what comes next.
    fn finish_clearing(&mut self) {
        while self.clearing {
            if self.reap() {
                self.signal_all(Signal::KILL);
                std::thread::sleep(BETWEEN_SIGNALS);
            } else {
                self.cleared();
            }
        }
    }

    /// Says so once everything stands still. A program that starts another one while it is stopped leaves one that moves.
    fn go_on_pausing(&mut self) {
        let Some(until) = self.pausing else { return };
        let everybody = || match self.reach {
            Reach::Namespace => tree::others(),
            Reach::Tree => tree::below(std::process::id()),
        };
        if self.clearing || Instant::now() >= until || everybody().into_iter().all(tree::stands_still) {
            self.paused();
        } else {
            self.signal_all(Signal::STOP);
        }
    }

    fn paused(&mut self) {
        if self.pausing.take().is_some() {
            wire::tell(&self.control, &Told::Paused);
        }
    }

    fn wait_for_news(&mut self) {
        let mut files =
            vec![PollFd::new(&self.control, PollFlags::IN), PollFd::new(&self.supplies, PollFlags::IN)];
        files.extend(self.children.iter().map(|events| PollFd::new(events, PollFlags::IN)));
        if self.ending {
            // Both are closed, and would be readable for ever.
            files.drain(..2);
        }
        let pause = self.pause().and_then(|pause| Timespec::try_from(pause).ok());
        // An interrupted wait is a short one.
        let _ = poll(&mut files, pause.as_ref());
        let heard = |file: Option<&PollFd<'_>>| file.is_some_and(|file| !file.revents().is_empty());
        let (ordered, asked) = (heard(files.first()), heard(files.get(1)));
        drop(files);
        if let Some(children) = &self.children {
            // The next look reaps all that ended, however many events there were.
            let _ = rustix::io::read(children, &mut [0_u8; 1024]);
        }
        if self.ending {
            return;
        }
        if asked {
            self.answer();
        }
        if ordered {
            self.obey();
        }
    }

    fn pause(&self) -> Option<Duration> {
        if self.clearing || self.ending || self.pausing.is_some() {
            return Some(BETWEEN_SIGNALS);
        }
        let events = self.children.is_none().then_some(WITHOUT_EVENTS);
        let look = self.gauge.pause().filter(|_| !self.programs.is_empty());
        let now = Instant::now();
        let ends = self.programs.values().filter_map(|kept| kept.deadline);
        let deadline = ends.map(|(end, _)| end.saturating_duration_since(now)).min();
        [events, look, deadline].into_iter().flatten().min()
    }

    fn obey(&mut self) {
        match wire::receive::<Order>(&self.control) {
            Ok(Some((order, files))) => match order {
                Order::Run { id, program } => {
                    self.finish_clearing();
                    self.start(id, &program, files);
                }
                Order::Term { id } => self.signal_one(id, Signal::TERM),
                Order::KillOne { id } => self.signal_one(id, Signal::KILL),
                Order::Kill => self.signal_all(Signal::KILL),
                Order::Pause => {
                    self.signal_all(Signal::STOP);
                    self.pausing = Some(Instant::now() + STOPS);
                }
                Order::Resume => {
                    self.paused();
                    self.signal_all(Signal::CONT);
                }
                Order::Clear => self.clearing = true,
            },
            // An error means the same as the end of the stream: nobody is there any more.
            Ok(None) | Err(_) => self.ending = true,
        }
    }

    fn start(&mut self, id: u32, program: &Program, files: Vec<OwnedFd>) {
        let Ok(files) = <[OwnedFd; 3]>::try_from(files) else { return };
        let lock = || match &self.spec.rung {
            #[cfg(target_os = "linux")]
            Rung::Native(view) => crate::native::lock(view, &self.spec.limits),
            #[cfg(target_os = "linux")]
            Rung::Guarded { view, ports } => crate::guarded::lock(view, ports, &self.spec.limits),
            _ => Ok(()),
        };
        match start::program(program, &self.spec.limits, files, lock) {
            Ok(pid) => {
                let deadline = program.wall.map(|wall| (Instant::now() + wall, wall));
                self.programs.insert(pid.as_raw_nonzero().get(), Kept { id, deadline });
                wire::tell(&self.control, &Told::Started { id });
            }
            Err(NotStarted::Program(why)) => {
                wire::tell(&self.control, &Told::Ended { id, ending: Ending::NotStarted(why) });
            }
            Err(NotStarted::Ours(Failure { step, error })) => refuse(&self.control, &step, &error),
        }
    }

    fn signal_one(&self, id: u32, signal: Signal) {
        let found = self.programs.iter().find(|(_, kept)| kept.id == id);
        let pid = found.and_then(|(pid, _)| Pid::from_raw(*pid));
        // What can't be signalled has ended already.
        let _ = pid.map(|pid| kill_process_group(pid, signal));
    }

    fn answer(&mut self) {
        let Ok(Some((ask, _))) = wire::receive::<Ask>(&self.supplies) else {
            self.ending = true;
            return;
        };
        let (answer, files) = match ask {
            Ask::Sockets { count, v6 } => supplies::sockets(count, v6),
            Ask::File { path } => supplies::file(path.as_ref()),
            Ask::Listening { port } => {
                (Answer::Listening(listeners::on(port, std::process::id())), Vec::new())
            }
            Ask::Memory => {
                let below = !matches!(self.spec.rung, Rung::Native(_));
                (Answer::Memory(gauge::memory(below)), Vec::new())
            }
        };
        let files: Vec<_> = files.iter().map(AsFd::as_fd).collect();
        if wire::send(&self.supplies, &answer, &files).is_err() {
            self.ending = true;
        }
    }

    fn signal_all(&self, signal: Signal) {
        match self.reach {
            Reach::Namespace => sys::signal_everyone(signal),
            Reach::Tree => tree::signal_below(std::process::id(), signal),
        }
    }

    fn tell_usage(&mut self) {
        wire::tell(&self.control, &Told::Used(self.gauge.usage()));
    }
}

fn how(status: WaitStatus, limits: &Limits) -> Ending {
    match (status.exit_status(), status.terminating_signal(), limits.cpu) {
        (_, Some(libc::SIGXCPU), Some(limit)) => Ending::OutOfCpu { limit },
        (Some(code), _, _) => Ending::Exited(code),
        (None, signal, _) => Ending::Signaled(signal.unwrap_or(0)),
    }
}
