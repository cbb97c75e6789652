//! What a submission consists of.

use super::{folder, write};
use gradus_intake::tree;
use std::path::PathBuf;

fn names(dir: &std::path::Path) -> Vec<String> {
    tree::files(dir).expect("files").into_keys().map(|path| path.display().to_string()).collect()
}

#[test]
fn history_dependencies_and_build_products_are_left_out() {
    let dir = folder(&[
        ("app.py", ""),
        (".git/config", ""),
        ("node_modules/x/i.js", ""),
        ("sub/__pycache__/a.pyc", ""),
        ("sub/b.py", ""),
        ("rs/Cargo.toml", ""),
        ("rs/target/debug/x", ""),
        ("target/kept", ""),
    ]);
    assert_eq!(names(dir.path()), ["app.py", "rs/Cargo.toml", "sub/b.py", "target/kept"]);
    assert!(!tree::is_kept(dir.path(), &dir.path().join("node_modules/new.js")));
    assert!(tree::is_kept(dir.path(), &dir.path().join("sub/new.py")));
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_are_not_followed() {
    let dir = folder(&[("a.txt", "inside")]);
    std::os::unix::fs::symlink("/etc/hostname", dir.path().join("out.txt")).expect("a link");
    std::os::unix::fs::symlink("a.txt", dir.path().join("in.txt")).expect("a link");
    std::os::unix::fs::symlink(".", dir.path().join("circle")).expect("a link");
    assert_eq!(names(dir.path()), ["a.txt", "in.txt"]);
}

#[test]
fn the_digest_changes_with_names_and_contents_and_with_nothing_else() {
    let one = folder(&[("a", "x"), ("b", "y")]);
    let digest = tree::digest(one.path()).expect("a digest");
    assert_eq!(digest, tree::digest(folder(&[("b", "y"), ("a", "x")]).path()).expect("a digest"));
    assert_ne!(
        digest,
        tree::digest(
            folder(
                &[("a", "xb"), ("", "")].map(|(path, text)| (if path.is_empty() { "y" } else { path }, text))
            )
            .path()
        )
        .expect("a digest")
    );
    write(one.path(), ".git/HEAD", "new");
    assert_eq!(digest, tree::digest(one.path()).expect("a digest"));
    write(one.path(), "a", "z");
    assert_ne!(digest, tree::digest(one.path()).expect("a digest"));
}

#[test]
fn a_staged_copy_holds_the_same_files() {
    let (dir, into) = (folder(&[("a/b.txt", "x"), ("node_modules/y", "")]), folder(&[]));
    tree::stage(dir.path(), &into.path().join("new")).expect("a copy");
    assert_eq!(
        tree::files(&into.path().join("new")).expect("files").into_keys().collect::<Vec<_>>(),
        [PathBuf::from("a/b.txt")]
    );
}
