//! Landlock: which files a program may read and write, and which ports it may use.

use crate::spec::{Access as Allowed, View};
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, Scope,
};
use std::io;
use std::path::Path;

/// The newest interface that we know how to use; older systems hold what they can of it.
const KNOWN: ABI = ABI::V6;

/// Within a room of namespaces, should one of its mounts be wrong: everything may be read, and only what the room gave to be
/// written may be written.
pub fn inside(view: &View) -> io::Result<()> {
    let mut rules = ruleset(false)?;
    allow(&mut rules, Path::new("/"), AccessFs::from_read(KNOWN))?;
    let changed = view.sources.iter().filter(|source| source.access != Allowed::Read);
    let writable =
        changed.map(|source| source.at.as_path()).chain(view.folders.iter().map(|path| path.as_path()));
    for path in writable.chain(["/dev", "/proc"].map(Path::new)) {
        allow(&mut rules, path, AccessFs::from_all(KNOWN))?;
    }
    lock(rules)
}

/// On the machine itself: only what the view names may be read, and only these ports may be used.
pub fn outside(view: &View, ports: &[u16]) -> io::Result<()> {
    let mut rules = ruleset(true)?;
    for source in &view.sources {
        let access = match source.access {
            Allowed::Read => AccessFs::from_read(KNOWN),
            Allowed::Write | Allowed::Overlay => AccessFs::from_all(KNOWN),
        };
        allow(&mut rules, &source.from, access)?;
    }
    for folder in &view.folders {
        allow(&mut rules, folder, AccessFs::from_all(KNOWN))?;
    }
    // What other processes hold open or were told is kept from it by Landlock itself, as nobody may look into a process that
    // is not below the same restrictions.
    allow(&mut rules, Path::new("/proc"), AccessFs::from_read(KNOWN))?;
    for device in ["null", "zero", "full", "random", "urandom"] {
        allow(&mut rules, &Path::new("/dev").join(device), AccessFs::from_file(KNOWN))?;
    }
    for port in ports {
        let both = AccessNet::BindTcp | AccessNet::ConnectTcp;
        rules = rules.add_rule(NetPort::new(*port, both)).map_err(io::Error::other)?;
    }
    lock(rules)
}

/// The version of the interface that this system has, or 0.
pub fn version() -> u8 {
    crate::sys::landlock_version()
}

fn ruleset(with_ports: bool) -> io::Result<RulesetCreated> {
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(KNOWN))
        .and_then(|rules| rules.scope(Scope::from_all(KNOWN)))
        .map_err(io::Error::other)?;
    if with_ports {
        rules = rules.handle_access(AccessNet::from_all(KNOWN)).map_err(io::Error::other)?;
    }
    rules.create().map_err(io::Error::other)
}

fn allow(rules: &mut RulesetCreated, path: &Path, access: BitFlags<AccessFs>) -> io::Result<()> {
    let place = PathFd::new(path).map_err(io::Error::other)?;
    // A file has no entries to be made or listed.
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(KNOWN) };
    rules.add_rule(PathBeneath::new(place, access)).map(drop).map_err(io::Error::other)
}

fn lock(rules: RulesetCreated) -> io::Result<()> {
    rules.restrict_self().map(drop).map_err(io::Error::other)
}
