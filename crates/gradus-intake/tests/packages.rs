//! Which packages a submission asks for, and when two sets of them are the same.

use super::{folder, read, write};
use gradus_intake::packages::{Manager, PackageCache, Packages, packages};
use std::ffi::OsStr;
use std::path::Path;

fn managers(files: &[(&str, &str)]) -> Vec<Manager> {
    packages(folder(files).path()).expect("a folder").into_iter().map(|wanted| wanted.manager).collect()
}

#[test]
fn only_files_that_ask_for_packages_do() {
    assert_eq!(managers(&[("requirements.txt", "# none\n\n"), ("app.py", "")]), []);
    assert_eq!(managers(&[("requirements.txt", "flask==3\n")]), [Manager::Pip]);
    assert_eq!(managers(&[("package.json", "{\"name\": \"x\"}")]), []);
    assert_eq!(managers(&[("package.json", "{\"dependencies\": {\"x\": \"1\"}}")]), [Manager::Npm]);
    assert_eq!(managers(&[("Cargo.toml", ""), ("Cargo.lock", "[[package]]\nname = \"own\"\n")]), []);
    let lock = "[[package]]\nname = \"itoa\"\nsource = \"registry\"\n";
    assert_eq!(managers(&[("Cargo.toml", ""), ("Cargo.lock", lock)]), [Manager::Cargo]);
    assert_eq!(managers(&[("go.mod", ""), ("go.sum", "")]), [Manager::Go]);
    assert_eq!(managers(&[("pom.xml", "<project/>")]), [Manager::Maven]);
}

#[test]
fn a_set_is_another_once_anything_that_decides_it_is() {
    let dir = folder(&[("requirements.txt", "flask==3\n"), ("app.py", "1")]);
    let wanted = &packages(dir.path()).expect("a folder")[0];
    let path = OsStr::new("/usr/bin:/bin");
    let key = || wanted.key(dir.path(), path).expect("a key");
    let first = key();
    write(dir.path(), "app.py", "2");
    assert_eq!(key(), first, "the program decides nothing");
    write(dir.path(), "requirements.txt", "flask==4\n");
    assert_ne!(key(), first);
}

#[test]
fn only_what_says_which_packages_is_shown_to_their_manager() {
    let toml = "[package]\nname = \"x\"\n";
    let dir = folder(&[
        ("Cargo.toml", toml),
        ("Cargo.lock", "\nsource = \"registry\"\n"),
        ("build.rs", "fn main() { steal() }"),
        (".cargo/config.toml", "[source]"),
        ("inner/Cargo.toml", toml),
    ]);
    let wanted: &Packages = &packages(dir.path()).expect("a folder")[0];
    let into = tempfile::tempdir().expect("a folder");
    wanted.stage(dir.path(), into.path()).expect("a copy");
    assert_eq!(read(into.path(), "Cargo.toml"), toml);
    assert_eq!(read(into.path(), "inner/Cargo.toml"), toml);
    assert!(!into.path().join("build.rs").exists() && !into.path().join(".cargo").exists());
}

#[test]
fn a_set_is_there_once_it_is_whole() {
    let root = tempfile::tempdir().expect("a folder");
    let cache = PackageCache::new(root.path());
    assert_eq!(cache.find("key"), None);
    let (set, other) = (cache.begin().expect("a folder"), cache.begin().expect("a folder"));
    write(set.path(), "a", "whole");
    assert_eq!(cache.find("key"), None);
    let kept = cache.keep(set, "key").expect("kept");
    assert_eq!(cache.find("key").as_deref(), Some(kept.as_path()));
    write(other.path(), "a", "late");
    cache.keep(other, "key").expect("theirs is as good");
    assert_eq!(read(&kept, "a"), "whole");
    assert_eq!(std::fs::read_dir(root.path().join("packages")).expect("a folder").count(), 1);
    assert!(Path::new(&kept).is_absolute());
}
