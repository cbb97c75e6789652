//! The build cache copies what changed and keeps what was built.

use super::{folder, read, write};
use gradus_intake::cache::{BuildCache, CacheError};
use gradus_intake::{plan, tree};

#[test]
fn changed_files_are_copied_removed_ones_go_and_products_stay() {
    let (root, project) = (folder(&[]), folder(&[("app.py", "1"), ("old.py", "")]));
    let cache = BuildCache::open(root.path(), project.path()).expect("a cache");
    cache.sync().expect("a copy");
    write(&cache.dir(), "built", "product");
    std::fs::remove_file(project.path().join("old.py")).expect("a file");
    write(project.path(), "app.py", "22");
    cache.sync().expect("a copy");
    assert_eq!(
        (read(&cache.dir(), "app.py").as_str(), read(&cache.dir(), "built").as_str()),
        ("22", "product")
    );
    assert!(!cache.dir().join("old.py").exists());
}

#[test]
fn a_build_is_needed_until_one_ended_well_and_after_a_change() {
    let (root, project) = (folder(&[]), folder(&[("Main.java", "1")]));
    let cache = BuildCache::open(root.path(), project.path()).expect("a cache");
    let plan = plan::plan(project.path(), None).expect("a plan");
    let digest = tree::digest(project.path()).expect("a digest");
    assert!(cache.needs_build(&plan, &digest));
    cache.begin_build().expect("it begins");
    assert!(cache.needs_build(&plan, &digest), "a build that was cut off counts for nothing");
    cache.mark_built(&plan, &digest).expect("it ends");
    assert!(!cache.needs_build(&plan, &digest));
    write(project.path(), "Main.java", "2");
    assert!(cache.needs_build(&plan, &tree::digest(project.path()).expect("a digest")));
}

#[test]
fn two_checks_of_one_project_do_not_meet() {
    let (root, project) = (folder(&[]), folder(&[]));
    let first = BuildCache::open(root.path(), project.path()).expect("a cache");
    assert!(matches!(BuildCache::open(root.path(), project.path()), Err(CacheError::Busy)));
    drop(first);
    assert!(BuildCache::open(root.path(), project.path()).is_ok());
}
