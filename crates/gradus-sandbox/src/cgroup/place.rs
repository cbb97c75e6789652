//! Where in the hierarchy of control groups (cgroup v2) rooms may have groups of their own: a choice from what the folders
//! say. It reads and changes none of them.

use crate::wire::NoCgroup;
use std::path::{Path, PathBuf};

/// The controllers without which a group limits nothing that matters.
pub const WANTED: [&str; 2] = ["memory", "pids"];

/// Where groups may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Below this folder, at once.
    Below(PathBuf),
    /// Below our own, once whoever runs in it has moved into a group below: only a group without processes passes
    /// controllers on.
    BelowOurs(PathBuf),
}

/// What one folder of the hierarchy says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Why we may not make groups in it, if so.
    pub refused: Option<String>,
    /// Its controllers: `cgroup.controllers`.
    pub has: String,
    /// Those that groups below it have: `cgroup.subtree_control`.
    pub passes_on: String,
    /// How many processes run in it that are neither us nor whoever started us.
    pub others: usize,
}

/// The mount of cgroup v2 in a text like /proc/self/mountinfo: where it is, and which group is seen there.
pub fn mounted(mountinfo: &str) -> Option<(PathBuf, PathBuf)> {
    mountinfo.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let mut fields = before.split(' ').skip(3);
        let (root, at) = (fields.next()?, fields.next()?);
        (after.split(' ').next()? == "cgroup2").then(|| (at.into(), root.into()))
    })
}

/// The folder of the group that a text like /proc/self/cgroup names.
pub fn ours(cgroup: &str, (mount, root): &(PathBuf, PathBuf)) -> Option<PathBuf> {
    let group = cgroup.lines().find_map(|line| line.strip_prefix("0::"))?;
    let below = Path::new(group).strip_prefix(root).ok()?;
    Some(mount.join(below)).filter(|path| path.components().all(|part| part.as_os_str() != ".."))
}

/// The nearest folder above, or else our own, in which groups with the wanted controllers can be made.
pub fn choose(ours: &Path, mount: &Path, look: impl Fn(&Path) -> Seen) -> Result<Place, NoCgroup> {
    let top = look(mount);
    if let Some(missing) = WANTED.iter().find(|name| !has(&top.has, name)) {
        return Err(NoCgroup::NoController((*missing).to_owned()));
    }
    let own = look(ours);
    let above = || ours.ancestors().take_while(|folder| folder.starts_with(mount));
    let passes_on = |seen: &Seen| seen.refused.is_none() && all(&seen.passes_on);
    if let Some(folder) = above().find(|folder| passes_on(&look(folder))) {
        return Ok(Place::Below(folder.to_owned()));
    }
    let folder = ours.to_owned();
    match own {
        Seen { refused: Some(why), .. } => Err(NoCgroup::NotOurs { folder, why }),
        Seen { has, .. } if !all(&has) => {
            Err(NoCgroup::NotOurs { folder, why: "no controllers were passed on to it".to_owned() })
        }
        Seen { others: 0, .. } => Ok(Place::BelowOurs(folder)),
        Seen { others, .. } => Err(NoCgroup::Shared { folder, others }),
    }
}

fn all(list: &str) -> bool {
    WANTED.iter().all(|name| has(list, name))
}

fn has(list: &str, name: &str) -> bool {
    list.split_whitespace().any(|word| word == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTINFO: &str = "\
        35 24 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
        36 24 0:31 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

    fn chosen(folders: &[(&str, Seen)]) -> Result<Place, NoCgroup> {
        let (ours, _) = folders.last().expect("a folder");
        choose(Path::new(ours), Path::new("/cg"), |folder| {
            let found = folders.iter().find(|(path, _)| Path::new(path) == folder);
            found.map(|(_, seen)| seen.clone()).unwrap_or_default()
        })
    }

    fn seen(has: &str, passes_on: &str) -> Seen {
        Seen { has: has.into(), passes_on: passes_on.into(), ..Seen::default() }
    }

    fn locked(seen: Seen) -> Seen {
        Seen { refused: Some("Permission denied".into()), ..seen }
    }

    #[test]
    fn our_group_is_found_below_the_mount_of_version_2() {
        let mount = mounted(MOUNTINFO).expect("a mount");
        assert_eq!(mount, ("/sys/fs/cgroup".into(), "/".into()));
        let hybrid = "4:memory:/a\n0::/user.slice/gradus.scope\n";
        assert_eq!(ours(hybrid, &mount), Some("/sys/fs/cgroup/user.slice/gradus.scope".into()));
        assert_eq!(ours("4:memory:/a\n", &mount), None);
        assert_eq!(ours("0::/../other\n", &mount), None, "it is out of our sight");
        assert_eq!(mounted("35 24 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"), None);
    }

    #[test]
    fn the_nearest_folder_that_passes_controllers_on_is_taken() {
        let all = "cpu memory pids";
        let folders = [
            ("/cg", locked(seen(all, all))),
            ("/cg/user", locked(seen(all, all))),
            ("/cg/user/app", seen(all, all)),
            ("/cg/user/app/run.scope", seen(all, "")),
        ];
        assert_eq!(chosen(&folders), Ok(Place::Below("/cg/user/app".into())));
    }

    #[test]
    fn our_own_is_taken_when_nobody_else_runs_in_it() {
        let all = "memory pids";
        let own = |own: Seen| chosen(&[("/cg", locked(seen(all, all))), ("/cg/unit", own)]);
        assert_eq!(own(seen(all, "")), Ok(Place::BelowOurs("/cg/unit".into())));
        let shared = own(Seen { others: 2, ..seen(all, "") });
        assert_eq!(shared, Err(NoCgroup::Shared { folder: "/cg/unit".into(), others: 2 }));
        assert!(matches!(own(locked(seen(all, ""))), Err(NoCgroup::NotOurs { .. })));
        assert!(matches!(own(seen("memory", "")), Err(NoCgroup::NotOurs { .. })));
    }

    #[test]
    fn what_version_1_holds_is_missing() {
        let hybrid = chosen(&[("/cg", seen("cpu hugetlb", ""))]);
        assert_eq!(hybrid, Err(NoCgroup::NoController("memory".into())));
    }
}
