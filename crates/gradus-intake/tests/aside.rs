//! A folder that is set aside comes back as it was, whatever happened to its copy, and to whoever set it aside.

use super::{folder, read, write};
use gradus_intake::aside::{Aside, copy_all, put_back};
use gradus_intake::cache::BuildCache;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

#[test]
fn what_happens_to_the_copy_is_gone_with_it() {
    let root = folder(&[("tree/app.py", "1"), ("tree/lib/a.py", "2")]);
    let tree = root.path().join("tree");
    symlink("app.py", tree.join("link")).expect("a link");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    fs::File::open(tree.join("app.py")).expect("a file").set_modified(long_ago).expect("a time");
    let aside = Aside::set(&tree).expect("it is set aside");
    assert_eq!((read(&tree, "lib/a.py").as_str(), read(&tree, "link").as_str()), ("2", "1"));
    let changed = tree.join("app.py").metadata().and_then(|meta| meta.modified()).expect("a time");
    assert_eq!(changed, long_ago, "build tools go by it");
    write(&tree, "app.py", "broken");
    write(&tree, "state", "left behind");
    fs::create_dir(tree.join("locked")).expect("a folder");
    fs::set_permissions(tree.join("locked"), fs::Permissions::from_mode(0o0)).expect("a mode");
    drop(aside);
    assert_eq!(read(&tree, "app.py"), "1");
    assert!(!tree.join("state").exists() && !tree.join("locked").exists());
    assert_eq!(fs::read_dir(root.path()).expect("a folder").count(), 1, "nothing stays beside it");
}

#[test]
fn a_copy_that_its_program_replaced_by_a_link_hurts_nobody() {
    let root = folder(&[("tree/app.py", "1"), ("mine/keep", "")]);
    let tree = root.path().join("tree");
    let aside = Aside::set(&tree).expect("it is set aside");
    fs::remove_dir_all(&tree).expect("a folder");
    symlink(root.path().join("mine"), &tree).expect("a link");
    drop(aside);
    assert_eq!(read(&tree, "app.py"), "1");
    assert!(root.path().join("mine/keep").exists());
}

#[test]
fn what_a_killed_check_set_aside_is_back_for_the_next() {
    let (root, project) = (folder(&[]), folder(&[("app.py", "1")]));
    let cache = BuildCache::open(root.path(), project.path()).expect("a cache");
    cache.sync().expect("a copy");
    write(&cache.dir(), "built", "product");
    std::mem::forget(Aside::set(&cache.dir()).expect("it is set aside"));
    write(&cache.dir(), "state", "left behind");
    cache.sync().expect("a copy");
    assert_eq!(read(&cache.dir(), "built"), "product");
    assert!(!cache.dir().join("state").exists());
    put_back(&cache.dir()).expect("nothing to do");
    assert_eq!(read(&cache.dir(), "built"), "product");
}

#[test]
fn a_copy_waits_for_no_pipe() {
    let (from, to) = (folder(&[("a", "text")]), folder(&[]));
    symlink("/nowhere", from.path().join("link")).expect("a link");
    let pipe = from.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    copy_all(from.path(), to.path()).expect("a copy");
    assert_eq!(fs::read_link(to.path().join("link")).expect("a link"), Path::new("/nowhere"));
    assert!(!to.path().join("pipe").exists());
}
