//! Packs: the same bytes for the same content, and nothing of a pack that is not the one that was pinned.

use super::{folder, write};
use gradus_intake::catalogue::{Catalogue, CatalogueError};
use gradus_intake::pack::{PackError, Part, digest, pack, unpack};
use std::ffi::OsStr;
use std::path::Path;

const EXERCISE: &str = "format = 1\nslug = \"demo\"\ntitle = \"Demo\"\nsummary = \"A demo.\"\ntrack = \"apis\"\ndifficulty = 1\nsubmission = \"server\"\nskills = [\"x\"]\nlanguages = [\"python\"]\n";
const GRADER: &str = "format: 1\nexercise: demo\npass: 80\nchecks:\n  - id: seen\n    claim: Seen\n    points: 3\n    steps: [ { get: /, expect: { file: expected/seen.json } } ]\n  - id: ghost\n    claim: Ghost\n    points: 2\n    visibility: hidden\n    steps: [ { get: /ghost, expect: { file: expected/ghost.json } } ]\n";

fn course() -> tempfile::TempDir {
    folder(&[
        ("exercises/demo/exercise.toml", EXERCISE),
        ("exercises/demo/README.md", "# Demo\n"),
        ("exercises/demo/starters/python/app.py", "pass\n"),
        ("graders/demo/grader.yaml", GRADER),
        ("graders/demo/expected/seen.json", "{\"a\": 1}"),
        ("graders/demo/expected/ghost.json", "{\"b\": 2}"),
        ("graders/demo/solutions/python/app.py", "solved\n"),
        ("graders/demo/mutants/wrong/mutant.toml", "of = \"python\"\n"),
    ])
}

fn open(root: &Path, pinned: Option<&str>) -> Result<Catalogue, CatalogueError> {
    Catalogue::find(None, Some(root.as_os_str()), pinned, Path::new("/"), Path::new("/"))
}

fn packed(course: &Path, part: Part) -> Vec<u8> {
    pack(&open(course, None).expect("a course"), "demo", part).expect("a pack").bytes
}

fn files(dir: &Path) -> Vec<String> {
    let mut found: Vec<String> = gradus_intake::tree::files(dir)
        .expect("files")
        .into_keys()
        .map(|path| path.display().to_string())
        .collect();
    found.sort();
    found
}

#[test]
fn the_public_part_holds_visible_checks_and_the_files_that_they_name() {
    let course = course();
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("demo.tar.gz");
    std::fs::write(&path, packed(course.path(), Part::Public)).expect("a file");
    let unpacked = unpack(&path, None).expect("a pack");
    let expected = [
        "exercises/demo/README.md",
        "exercises/demo/exercise.toml",
        "exercises/demo/starters/python/app.py",
        "graders/demo/expected/seen.json",
        "graders/demo/grader.yaml",
        "pack.toml",
    ];
    assert_eq!(files(unpacked.path()), expected);
    let grader = open(&path, None).expect("a catalogue").grader("demo").expect("valid").expect("a grader");
    let withheld = grader.withheld.expect("something is withheld");
    assert_eq!((grader.grader.checks.len(), withheld.checks, withheld.points), (1, 1, 2));
    // Packed once more, it says the same.
    let again = pack(&open(&path, None).expect("a catalogue"), "demo", Part::Public).expect("a pack");
    assert_eq!(again.bytes, std::fs::read(&path).expect("a file"));
}

#[test]
fn the_whole_grader_comes_back_with_the_same_digest() {
    let course = course();
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("demo.tgz");
    std::fs::write(&path, packed(course.path(), Part::Full)).expect("a file");
    let digest =
        |root: &Path| open(root, None).expect("a course").grader("demo").expect("valid").expect("one").digest;
    assert_eq!(digest(&path), digest(course.path()));
    assert!(
        files(unpack(&path, None).expect("a pack").path()).iter().any(|file| file.contains("mutants/wrong"))
    );
}

#[test]
fn the_same_content_gives_the_same_bytes_whenever_and_wherever() {
    let (one, other) = (course(), course());
    let old = std::fs::File::options().append(true).open(other.path().join("exercises/demo/README.md"));
    old.and_then(|file| file.set_modified(std::time::UNIX_EPOCH)).expect("another time");
    assert_eq!(packed(one.path(), Part::Full), packed(other.path(), Part::Full));
    write(other.path(), "exercises/demo/README.md", "# Another\n");
    assert_ne!(packed(one.path(), Part::Full), packed(other.path(), Part::Full));
}

#[test]
fn only_the_pinned_pack_is_used() {
    let course = course();
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("demo.tar.gz");
    let bytes = packed(course.path(), Part::Public);
    std::fs::write(&path, &bytes).expect("a file");
    let pin = digest(&bytes);
    for pin in [pin.clone(), format!("sha256:{}", pin.to_uppercase())] {
        open(&path, Some(&pin)).expect("the pinned pack");
    }
    let other = "0".repeat(64);
    let refused = open(&path, Some(&other)).expect_err("another pack");
    assert!(matches!(refused, CatalogueError::Pack(error) if matches!(*error, PackError::Other { .. })));
    assert!(matches!(unpack(&path, Some("main")), Err(PackError::NoDigest(_))));
    assert!(matches!(open(course.path(), Some(&pin)), Err(CatalogueError::Unpinnable(Some(_)))));
    let nowhere = Catalogue::find(None, None::<&OsStr>, Some(&pin), Path::new("/"), Path::new("/"));
    assert!(matches!(nowhere, Err(CatalogueError::Unpinnable(None))));
}

#[test]
fn what_is_no_pack_is_refused_with_its_reason() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("demo.tar.gz");
    std::fs::write(&path, "no archive").expect("a file");
    assert!(matches!(unpack(&path, None), Err(PackError::Archive { .. })));
    assert!(matches!(unpack(&home.path().join("nothing"), None), Err(PackError::Io { .. })));
}
