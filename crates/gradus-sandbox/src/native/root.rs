//! The file system of a room: an empty one in memory, into which only what the view names is put.

use crate::spec::{Access, Limits, View};
use crate::start::{Failure, at};
use crate::sys;
use rustix::fs::{CWD, FileType, Mode, OFlags, fstat};
use rustix::io::Errno;
use rustix::mount::{
    MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags, mount, mount_bind,
    mount_change, mount_remount, move_mount, open_tree, unmount,
};
use rustix::process::pivot_root;
use std::ffi::CString;
use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Devices that every program expects.
const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom"];
/// Where the new root is put together: a folder that every machine has. Nobody outside sees what we mount there.
const STAGE: &str = "/tmp";
/// Where the room's disk is until it has its places: over another folder of the machine, all of which is held by now. It
/// goes when the machine goes; to take it away by itself would have the system wait once more for all processors.
const DISK: &str = "/usr";
/// How many files and folders fit on the disk for each MiB of it.
const FILES_PER_MIB: u64 = 128;

/// A part of the machine, held by us wherever it was.
pub struct Taken {
    tree: OwnedFd,
    folder: bool,
}

/// Takes hold of all parts of the machine that will be seen, in the order of the view; of the devices afterwards.
pub fn take(view: &View) -> Result<Vec<Taken>, Failure> {
    mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE)
        .map_err(at("part from the machine's mounts"))?;
    let devices = DEVICES.iter().map(|name| Path::new("/dev").join(name));
    let sources = view.sources.iter().map(|source| source.from.clone());
    sources.chain(devices).map(|path| take_one(&path)).collect()
}

fn take_one(path: &Path) -> Result<Taken, Failure> {
    let flags =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    let step = || format!("take {}", path.display());
    let tree = open_tree(CWD, path, flags).map_err(|error| at(&step())(error))?;
    let stat = fstat(&tree).map_err(|error| at(&step())(error))?;
    Ok(Taken { tree, folder: FileType::from_raw_mode(stat.st_mode) == FileType::Directory })
}

/// Builds the room's file system and makes it the root; answers whether what may be changed is an overlay.
pub fn build(view: &View, taken: Vec<Taken>, limits: &Limits) -> Result<bool, Failure> {
    let quiet = MountFlags::NOSUID | MountFlags::NODEV;
    // 1. An empty root, and the one disk for all that is written.
    memory(STAGE, "mode=0755,size=4m,nr_inodes=4096")?;
    std::env::set_current_dir(STAGE).map_err(at("enter the new root"))?;
    let files = (limits.disk >> 20).max(1) * FILES_PER_MIB;
    memory(DISK, &format!("mode=0755,size={},nr_inodes={files}", limits.disk))?;
    // 2. Folders to write into.
    for folder in &view.folders {
        let place = below(folder);
        let on_disk = Path::new(DISK).join(folder.as_os_str().to_string_lossy().replace('/', "-"));
        make_folder(&on_disk)?;
        make_folder(&place)?;
        mount_bind(&on_disk, &place)
            .map_err(at(&format!("give {} a place on the disk", folder.display())))?;
    }
    // 3. What is seen of the machine.
    let (sources, devices) = taken.split_at(view.sources.len());
    let mut overlay = true;
    for (number, (source, taken)) in view.sources.iter().zip(sources).enumerate() {
        let place = below(&source.at);
        match source.access {
            Access::Read => put(taken, &place, true)?,
            Access::Write => put(taken, &place, false)?,
            Access::Overlay => overlay &= cover(taken, &place, number)?,
        }
    }
    // 4. Small files, links.
    for (path, text) in &view.files {
        let place = below(Path::new(path));
        make_parent(&place)?;
        fs::write(&place, text).map_err(at(&format!("write {path}")))?;
    }
    for (path, target) in &view.links {
        let place = below(Path::new(path));
        make_parent(&place)?;
        symlink(target, &place).map_err(at(&format!("link {}", path.display())))?;
    }
    // 5. Devices, and the processes of this room.
    for (name, taken) in DEVICES.iter().zip(devices) {
        attach(taken, &Path::new("dev").join(name))?;
    }
    let links = [("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")];
    for (name, target) in links {
        symlink(target, Path::new("dev").join(name)).map_err(at("link /dev"))?;
    }
    make_folder(Path::new("dev/shm"))?;
    memory("dev/shm", "mode=1777,size=64m,nr_inodes=1024")?;
    make_folder(Path::new("proc"))?;
    mount("proc", "proc", "proc", quiet | MountFlags::NOEXEC, None).map_err(at("mount /proc"))?;
    // 6. The new root is the root, the machine is gone, and nothing can be added.
    pivot_root(".", ".").map_err(at("change the root"))?;
    unmount(".", UnmountFlags::DETACH).map_err(at("leave the machine"))?;
    std::env::set_current_dir("/").map_err(at("enter the room"))?;
    mount_remount("/", MountFlags::BIND | MountFlags::RDONLY | quiet, c"").map_err(at("lock the root"))?;
    Ok(overlay)
}

/// Mounts an empty file system in memory.
fn memory(place: &str, options: &str) -> Result<(), Failure> {
    let options = CString::new(options).unwrap_or_default();
    mount("tmpfs", place, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, options.as_c_str())
        .map_err(at(&format!("make a file system in memory at {place}")))
}

/// A path of the room, while its root is the current folder.
fn below(path: &Path) -> PathBuf {
    path.strip_prefix("/").unwrap_or(path).to_owned()
}

fn make_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).map_err(at(&format!("make {}", path.display())))
}

fn make_parent(path: &Path) -> Result<(), Failure> {
    path.parent().map_or(Ok(()), make_folder)
}

/// Puts a part of the machine into the room.
fn put(taken: &Taken, place: &Path, read_only: bool) -> Result<(), Failure> {
    sys::protect_mount(taken.tree.as_fd(), read_only)
        .map_err(at(&format!("protect what is seen at /{}", place.display())))?;
    attach(taken, place)
}

fn attach(taken: &Taken, place: &Path) -> Result<(), Failure> {
    if taken.folder {
        make_folder(place)?;
    } else {
        make_parent(place)?;
        let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
        rustix::fs::open(place, flags, Mode::from_raw_mode(0o644))
            .map_err(at(&format!("make {}", place.display())))?;
    }
    move_mount(taken.tree.as_fd(), "", CWD, place, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
        .map_err(at(&format!("put something at /{}", place.display())))
}

/// Puts a folder of the machine into the room so that it can be changed there alone: below an overlay, or where the system
/// has none for us, as a copy. Answers whether it is an overlay.
fn cover(taken: &Taken, place: &Path, number: usize) -> Result<bool, Failure> {
    let lower = PathBuf::from(format!("{DISK}/.lower{number}"));
    let (upper, work) = (format!("{DISK}/.upper{number}"), format!("{DISK}/.work{number}"));
    put(taken, &lower, true)?;
    make_folder(Path::new(&upper))?;
    make_folder(Path::new(&work))?;
    make_folder(place)?;
    let options = format!("lowerdir={},upperdir={upper},workdir={work},userxattr", lower.display());
    let options = CString::new(options).unwrap_or_default();
    let quiet = MountFlags::NOSUID | MountFlags::NODEV;
    let covered = mount("overlay", place, "overlay", quiet, options.as_c_str());
    if let Err(error) = covered {
        if !matches!(error, Errno::NODEV | Errno::INVAL | Errno::PERM | Errno::NOTSUP) {
            return Err(at(&format!("cover /{}", place.display()))(error));
        }
        let step = || format!("copy what is seen at /{}", place.display());
        copy(&lower, Path::new(&upper)).map_err(|error| at(&step())(error))?;
        mount_bind(&upper, place).map_err(|error| at(&step())(error))?;
    }
    Ok(covered.is_ok())
}

/// Copies a folder; links stay links, and what is neither file, folder nor link is left out.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            fs::create_dir(&target)?;
            copy(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(entry.path())?, &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
