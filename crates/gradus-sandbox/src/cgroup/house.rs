//! The folder in which one zygote keeps the groups of its rooms: found, made, tried, and swept after those that were killed.
//! It knows nothing of rooms.

use super::place::{self, Place, Seen, WANTED};
use crate::meter::Meter;
use crate::sys::{self, Fork};
use crate::wire::{Bounds, NoCgroup};
use rustix::fs::{Access, AtFlags, CWD, FlockOperation, Mode, OFlags, accessat, flock, openat, unlinkat};
use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The beginning of the name of each such folder.
const HOUSE: &str = "gradus-";
/// Where whoever runs in our own group moves to before it can pass controllers on.
const SELF: &str = "gradus.self";
/// How long between two tries to remove a group whose processes are ending.
pub const RETRY: Duration = Duration::from_millis(2);
/// How many tries what somebody else left behind is worth.
const TRIES: u32 = 50;

/// The folder of our groups. Whoever holds its lock lives.
#[derive(Debug)]
pub struct House {
    path: PathBuf,
    lock: OwnedFd,
    made: u32,
}

/// The group of a room.
#[derive(Debug)]
pub struct Group {
    /// The name of its folder.
    pub name: String,
    /// Its folder.
    pub folder: OwnedFd,
}

impl Group {
    /// What is counted for it.
    pub fn meter(&self) -> Result<Meter, NoCgroup> {
        let open = |name: &str| {
            let file = openat(&self.folder, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
            Ok(File::from(file))
        };
        Meter::new(open).map_err(|error| failed("read what its group uses", &error))
    }
}

impl House {
    /// A new one, where the hierarchy lets us.
    pub fn open() -> Result<Self, NoCgroup> {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let mount = place::mounted(&read("/proc/self/mountinfo")).ok_or(NoCgroup::NotMounted)?;
        let ours = place::ours(&read("/proc/self/cgroup"), &mount).ok_or(NoCgroup::NotMounted)?;
        let base = match place::choose(&ours, &mount.0, look)? {
            Place::Below(base) => base,
            Place::BelowOurs(base) => {
                empty(&base).map_err(|error| failed("pass controllers on", &error))?;
                base
            }
        };
        sweep(&base);
        let path = base.join(format!("{HOUSE}{}", std::process::id()));
        // Whoever sweeps between two of its steps takes it for somebody's who is gone.
        let made = Self::at(&path).or_else(|_| Self::at(&path));
        made.map_err(|error| failed(&format!("make {}", path.display()), &error))
    }

    fn at(path: &Path) -> io::Result<Self> {
        match fs::create_dir(path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let lock = openat(CWD, path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
        flock(&lock, FlockOperation::LockExclusive)?;
        pass_on(path)?;
        Ok(Self { path: path.to_owned(), lock, made: 0 })
    }

    /// The same, if a process can be born into one of its groups.
    pub fn tried(mut self) -> Result<Self, NoCgroup> {
        let born =
            self.group(Bounds { memory: 16 << 20, tasks: 1 }).and_then(|group| {
                match sys::fork_into(0, Some(group.folder.as_fd()))? {
                    Fork::Child => std::process::exit(0),
                    Fork::Parent(_) => Ok(group.name),
                }
            });
        match born {
            Ok(name) => {
                for _ in 0..TRIES {
                    if self.remove(&name) {
                        return Ok(self);
                    }
                    pause();
                }
                Err(failed("remove a group", &io::ErrorKind::ResourceBusy.into()))
            }
            Err(error) => {
                clear(&self.path);
                Err(failed("start a process in a group", &error))
            }
        }
    }

    /// A group with these bounds.
    pub fn group(&mut self, bounds: Bounds) -> io::Result<Group> {
        self.made += 1;
        let name = format!("room-{}", self.made);
        let path = self.path.join(&name);
        fs::create_dir(&path)?;
        let limited = fs::write(path.join("memory.max"), bounds.memory.to_string())
            // One for the keeper.
            .and_then(|()| fs::write(path.join("pids.max"), (u64::from(bounds.tasks) + 1).to_string()))
            .and_then(|()| Ok(openat(CWD, &path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?));
        // Where nothing is ever swapped out, there is no such file.
        let _ = fs::write(path.join("memory.swap.max"), "0");
        match limited {
            Ok(folder) => Ok(Group { name, folder }),
            Err(error) => {
                self.remove(&name);
                Err(error)
            }
        }
    }

    /// Removes the folder itself, in which nothing is, once nobody is left who could put anything there.
    pub fn leave(&self) {
        // If somebody else's group is in it, it is swept later.
        let _ = fs::remove_dir(&self.path);
    }

    /// Removes a group, with whoever its keeper left in it; answers whether it is gone.
    pub fn remove(&self, name: &str) -> bool {
        let gone = || match unlinkat(&self.lock, name, AtFlags::REMOVEDIR) {
            Ok(()) => true,
            Err(error) => error == rustix::io::Errno::NOENT,
        };
        if gone() {
            return true;
        }
        // It ends whoever a keeper that was killed left behind, since Linux 5.14.
        let _ = fs::write(self.path.join(name).join("cgroup.kill"), "1");
        gone()
    }
}

/// A step that failed.
pub fn failed(step: &str, error: &io::Error) -> NoCgroup {
    NoCgroup::Failed { step: step.to_owned(), why: error.to_string() }
}

/// What a folder of the hierarchy says.
fn look(folder: &Path) -> Seen {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let may = |name: &str| accessat(CWD, folder.join(name), Access::WRITE_OK, AtFlags::EACCESS);
    let refused = [".", "cgroup.procs", "cgroup.subtree_control"].into_iter().find_map(|name| {
        let error = may(name).err()?;
        Some(format!("{name}: {error}"))
    });
    // The group above all others passes controllers on whoever runs in it.
    let is_top = !folder.join("cgroup.type").exists();
    let others = if is_top { 0 } else { others(&read("cgroup.procs")) };
    Seen { refused, has: read("cgroup.controllers"), passes_on: read("cgroup.subtree_control"), others }
}

/// How many of these processes are neither us nor whoever started us.
fn others(processes: &str) -> usize {
    let mut line = Vec::new();
    let mut next = Some(std::process::id());
    while let Some(pid) = next.filter(|pid| *pid > 0) {
        line.push(pid);
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name in parentheses may hold anything, parentheses too (proc_pid_stat(5)).
        next = stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
    }
    processes.lines().filter(|pid| pid.parse().is_ok_and(|pid: u32| !line.contains(&pid))).count()
}

/// Has a group pass on what groups below it need.
fn pass_on(folder: &Path) -> io::Result<()> {
    let wanted = WANTED.map(|name| format!("+{name}")).join(" ");
    fs::write(folder.join("cgroup.subtree_control"), wanted)
}

/// Has our own group pass controllers on, once whoever runs in it has moved.
fn empty(folder: &Path) -> io::Result<()> {
    if folder.join("cgroup.type").exists() {
        let leaf = folder.join(SELF);
        match fs::create_dir(&leaf) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        for pid in fs::read_to_string(folder.join("cgroup.procs"))?.lines() {
            fs::write(leaf.join("cgroup.procs"), pid)?;
        }
    }
    pass_on(folder)
}

/// Whether a folder of this name is some zygote's: others of that beginning may hold anybody, ourselves too.
fn is_house(name: &str) -> bool {
    name.strip_prefix(HOUSE)
        .is_some_and(|pid| !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Ends and removes what zygotes left that were killed.
fn sweep(base: &Path) {
    let entries = fs::read_dir(base).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_house(&entry.file_name().to_string_lossy())) {
        let opened = openat(CWD, entry.path(), OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        let Ok(lock) = opened else { continue };
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
            clear(&entry.path());
        }
    }
}

/// Ends all that runs below a folder of ours, and removes it. What can't be removed is swept later.
fn clear(house: &Path) {
    let _ = fs::write(house.join("cgroup.kill"), "1");
    for _ in 0..TRIES {
        let groups = fs::read_dir(house).into_iter().flatten().flatten();
        for group in groups.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            let _ = fs::remove_dir(group.path());
        }
        if fs::remove_dir(house).is_ok() {
            return;
        }
        pause();
    }
}

/// Lets what was killed end.
fn pause() {
    std::thread::sleep(RETRY);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_zygote_made_is_swept() {
        assert!(is_house("gradus-17"));
        for other in ["gradus-17.scope", "gradus-", "gradus.self", "run-gradus-17.scope", "17"] {
            assert!(!is_house(other), "{other}");
        }
    }
}
