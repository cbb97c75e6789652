//! Patches apply exactly, or say where they do not.

use super::{folder, read};
use gradus_intake::patch::{apply, record};

const OLD: &str = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n";

#[test]
fn what_was_recorded_applies() {
    let from = folder(&[("a.txt", OLD), ("gone.txt", "x\n"), ("same.txt", "s\n")]);
    let to = folder(&[
        ("a.txt", &OLD.replace("two", "2").replace("nine\n", "")),
        ("sub/new.txt", "n\nno end"),
        ("same.txt", "s\n"),
    ]);
    let patch = record(from.path(), to.path()).expect("a patch");
    apply(from.path(), &patch).expect("it applies");
    assert_eq!(record(from.path(), to.path()).expect("a patch"), "");
    assert!(!from.path().join("gone.txt").exists());
    assert_eq!(read(from.path(), "sub/new.txt"), "n\nno end");
}

#[test]
fn a_patch_that_does_not_fit_changes_nothing_and_names_the_line() {
    let dir = folder(&[("a.txt", OLD), ("b.txt", "x\n")]);
    let patch = "--- a/b.txt\n+++ b/b.txt\n@@ -1,1 +1,1 @@\n-x\n+y\n--- a/a.txt\n+++ b/a.txt\n@@ -2,2 +2,2 @@\n two\n-tree\n+3\n";
    let error = apply(dir.path(), patch).expect_err("it does not fit").to_string();
    assert_eq!(error, "a.txt, line 3: the patch (line 10) expects \"tree\\n\", found \"three\\n\"");
    assert_eq!(read(dir.path(), "b.txt"), "x\n");
}

#[test]
fn a_patch_never_leaves_its_folder() {
    let dir = folder(&[]);
    for path in ["../x", "/etc/x", "a/../../x"] {
        let patch = format!("--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,1 @@\n+x\n");
        let error = apply(dir.path(), &patch).expect_err("it is refused").to_string();
        assert!(error.contains("outside the folder"), "{error}");
    }
    assert!(apply(dir.path(), "nothing\n").expect_err("it is empty").to_string().contains("changes no file"));
}
