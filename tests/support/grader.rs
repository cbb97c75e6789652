//! Who grades: whoever runs the tests, and where that is root, an ordinary user as well, for whom everything must hold too.

use super::gradus::binary;
use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// Who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grader {
    /// Whoever runs the tests.
    Ourselves,
    /// An ordinary user, whom only root can become.
    User,
}

/// The ordinary user's id: nobody's on any machine that we know of.
const USER: u32 = 61234;

/// Root can play both parts, everybody else only their own.
pub fn graders() -> Vec<Grader> {
    if is_root() { vec![Grader::Ourselves, Grader::User] } else { vec![Grader::Ourselves] }
}

pub fn is_root() -> bool {
    Path::new("/proc/self").metadata().is_ok_and(|meta| meta.uid() == 0)
}

/// What a command is to be preceded by to be the ordinary user's.
pub fn becoming() -> Vec<String> {
    let ids = ["--reuid", "--regid"].map(|option| format!("{option}={USER}"));
    ["setpriv".to_owned()].into_iter().chain(ids).chain(["--clear-groups".to_owned()]).collect()
}

/// Gives a folder and all that is in it to the ordinary user; links are not followed.
pub fn give(folder: &Path) {
    lchown(folder, Some(USER), Some(USER)).expect("root may give");
    if folder.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            give(&entry.expect("a file").path());
        }
    }
}

/// A copy of our command that goes when this process does, however it ends.
struct Copy {
    path: PathBuf,
    _remover: Child,
}

/// Our command where everybody may run it.
pub fn public() -> &'static Path {
    static COPY: OnceLock<Copy> = OnceLock::new();
    let closed = |path: &Path| path.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o001 == 0);
    if !binary().ancestors().any(closed) {
        return binary();
    }
    &COPY.get_or_init(copy).path
}

fn copy() -> Copy {
    let open = std::fs::Permissions::from_mode(0o755);
    let folder =
        tempfile::Builder::new().prefix("gradus-tests-").permissions(open).tempdir().expect("a folder");
    let path = folder.path().join("gradus");
    std::fs::copy(binary(), &path).expect("a copy");
    // Our end of its input closes with us. Ctrl-C is not for it.
    let remover = Command::new("sh")
        .args(["-c", "cat; rm -rf \"$0\""])
        .arg(folder.keep())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .process_group(0)
        .spawn();
    Copy { path, _remover: remover.expect("a shell") }
}
