//! Landlock on top of the room's own file system: should a mount be wrong, it still holds.

use crate::spec::{Access as Allowed, View};
use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, Scope,
};
use std::io;
use std::path::Path;

/// The newest interface that we know how to use; older systems hold what they can of it.
const KNOWN: ABI = ABI::V6;

/// Places that every program may write to.
const ALWAYS: &[&str] = &["/dev", "/proc"];

/// Lets this process and all that it starts read everything, and write only what the room gave to be written.
pub fn restrict(view: &View) -> io::Result<()> {
    let changed = view.sources.iter().filter(|source| source.access != Allowed::Read);
    let writable =
        changed.map(|source| source.at.as_path()).chain(view.folders.iter().map(|path| path.as_path()));
    let all = AccessFs::from_all(KNOWN);
    let created = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)
        .and_then(|rules| rules.scope(Scope::from_all(KNOWN)))
        .and_then(|rules| rules.create());
    let mut rules = created.map_err(io::Error::other)?;
    let mut add = |path: &Path, access| -> io::Result<()> {
        let beneath = PathBeneath::new(PathFd::new(path).map_err(io::Error::other)?, access);
        (&mut rules).add_rule(beneath).map(drop).map_err(io::Error::other)
    };
    add(Path::new("/"), AccessFs::from_read(KNOWN))?;
    for path in writable.chain(ALWAYS.iter().map(Path::new)) {
        add(path, all)?;
    }
    rules.restrict_self().map(drop).map_err(io::Error::other)
}

/// The version of the interface that this system has, or 0.
pub fn version() -> u8 {
    crate::sys::landlock_version()
}
