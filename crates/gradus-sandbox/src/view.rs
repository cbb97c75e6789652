//! What a room shows of the machine by default: the system's programs and libraries, and of /etc only what they read. No
//! home, no secret, no other submission.

use crate::spec::{Access, Source, View};
use std::fs;
use std::path::{Path, PathBuf};

/// Where a room's programs keep what is theirs.
pub const HOME: &str = "/home/gradus";
/// Where they may leave what nobody needs again.
pub const TEMPORARY: &str = "/tmp";

/// Folders with programs and libraries.
const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store"];

/// What programs read of /etc; a `*` at the end stands for anything. Each costs a mount, so it is no more than they need.
const SETTINGS: &[&str] = &[
    "alternatives",
    "crypto-policies",
    "dotnet",
    "fonts",
    "java*",
    "ld.so.cache",
    "localtime",
    "maven",
    "mime.types",
    "os-release",
    "php",
    "pki",
    "protocols",
    "python3*",
    "ruby*",
    "services",
    "ssl",
    "timezone",
];

/// The user's name, and how names are looked up without a network.
const FILES: &[(&str, &str)] = &[
    ("/etc/passwd", "root:x:0:0::/:/bin/false\ngradus:x:1000:1000::/home/gradus:/bin/sh\n"),
    ("/etc/group", "root:x:0:\ngradus:x:1000:\n"),
    ("/etc/hosts", "127.0.0.1 localhost gradus\n::1 localhost gradus\n"),
    ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
    ("/etc/resolv.conf", ""),
];

impl View {
    /// The system, a user of the room's own, and folders for temporary files and a home: for rooms of namespaces.
    pub fn of_room() -> Self {
        Self {
            folders: [TEMPORARY, HOME].map(PathBuf::from).to_vec(),
            files: FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
            ..Self::of_system()
        }
    }

    /// The system's programs and libraries alone.
    pub fn of_system() -> Self {
        let mut view = Self::default();
        for folder in SYSTEM {
            view.show_or_link(Path::new(folder));
        }
        let settings = fs::read_dir("/etc").into_iter().flatten().flatten();
        for setting in settings.filter(|entry| is_setting(&entry.file_name().to_string_lossy())) {
            view.show_or_link(&setting.path());
        }
        view
    }

    /// The same with a folder or file of the machine to be read, where it is. One that is not there is left out.
    #[must_use]
    pub fn show(mut self, path: PathBuf) -> Self {
        let seen =
            self.sources.iter().any(|source| source.access == Access::Read && path.starts_with(&source.at));
        if !seen && path.exists() {
            self.sources.push(Source { from: path.clone(), at: path, access: Access::Read });
        }
        self
    }

    /// The same with a folder of the machine somewhere else.
    #[must_use]
    pub fn put(mut self, from: PathBuf, at: PathBuf, access: Access) -> Self {
        self.sources.push(Source { from, at, access });
        self
    }

    /// The same with an empty folder to be written into.
    #[must_use]
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.folders.push(path.into());
        self
    }

    /// A link into what is seen anyhow stays one.
    fn show_or_link(&mut self, path: &Path) {
        let leads_into_usr = fs::canonicalize(path).is_ok_and(|real| real.starts_with("/usr"));
        match fs::read_link(path) {
            Ok(target) if leads_into_usr => self.links.push((path.into(), target.into())),
            _ => *self = std::mem::take(self).show(path.to_owned()),
        }
    }
}

fn is_setting(name: &str) -> bool {
    SETTINGS.iter().any(|setting| match setting.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == *setting,
    })
}

/// The id of the host that stands behind the user of rooms that share this key. Root gives each key another, far from all
/// real users; nobody else can be anybody but themselves, and gets none.
pub fn host_id(key: &str) -> Option<u32> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    // FNV-1a: the ids need to differ, not to be secret.
    let hash = key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let (first, count) = spare_ids(&fs::read_to_string("/proc/self/uid_map").unwrap_or_default());
    (count > 0).then(|| first + (hash % u64::from(count)) as u32)
}

/// Ids that are no real user's: from two thousand million where there are so many, else the upper half of all.
fn spare_ids(map: &str) -> (u32, u32) {
    const FAR: u32 = 2_000_000_000;
    let ranges = map.lines().filter_map(|line| {
        let numbers: Vec<u32> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        Some((*numbers.first()?, *numbers.get(2)?))
    });
    match ranges.max_by_key(|(_, count)| *count) {
        Some((first, count)) if first.saturating_add(count) > FAR + 100_000_000 => (FAR, 100_000_000),
        Some((first, count)) => (first + count / 2, count / 2),
        None => (0, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spare_ids_are_far_from_real_users_wherever_there_is_room() {
        assert_eq!(spare_ids("         0          0 4294967295\n"), (2_000_000_000, 100_000_000));
        assert_eq!(spare_ids("0 1000 1\n1 100000 65536\n"), (32_769, 32_768));
        assert_eq!(spare_ids(""), (0, 0));
    }

    #[test]
    fn of_etc_only_settings_are_shown() {
        assert!(is_setting("ssl") && is_setting("java-17-openjdk") && is_setting("python3.11"));
        assert!(!is_setting("shadow") && !is_setting("gitlab-token") && !is_setting("sslkeys"));
    }
}
