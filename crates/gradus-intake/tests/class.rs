//! Who handed in what, told from layouts and rosters; and git repositories, read as data.

use super::{folder, read, write};
use gradus_intake::class::{self, Class, ClassError, NotTaken, Source, Taken};
use gradus_intake::moment;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn class(dir: &Path) -> Class {
    class::read(dir, Path::new("/nowhere")).expect("a class")
}

fn students(class: &Class) -> Vec<&str> {
    class.submissions.iter().map(|submission| submission.student.id.as_str()).collect()
}

/// What was taken in, in a folder that goes with it.
struct InPlace {
    taken: Taken,
    _place: TempDir,
}

impl std::ops::Deref for InPlace {
    type Target = Taken;
    fn deref(&self) -> &Taken {
        &self.taken
    }
}

fn take(source: &Source) -> Result<InPlace, NotTaken> {
    let place = tempfile::tempdir().expect("a folder");
    let taken = class::take(source, place.path())?;
    Ok(InPlace { taken, _place: place })
}

fn git(dir: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"])
        .args(arguments)
        .current_dir(dir)
        .env("GIT_COMMITTER_DATE", "2025-11-20T22:59:00Z")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(status.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&status.stderr));
}

fn repository(files: &[(&str, &str)]) -> TempDir {
    let dir = folder(files);
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "-A"]);
    git(dir.path(), &["commit", "-qm", "x"]);
    dir
}

#[test]
fn a_folder_of_folders_and_archives() {
    let dir = folder(&[
        ("ada/app.py", ""),
        ("alan.tar.gz", ""),
        ("zoe/app.py", ""),
        ("README.md", ""),
        (".hidden/x", ""),
    ]);
    let class = class(dir.path());
    assert_eq!(students(&class), ["ada", "alan", "zoe"]);
    assert!(matches!(class.submissions[1].source, Source::Archive(_)));
    assert_eq!(
        class.passed_over,
        [("README.md".to_owned(), "it is neither a folder nor an archive".to_owned())]
    );
}

#[test]
fn a_folder_that_holds_only_the_class_is_opened_and_one_submission_is_none() {
    let wrapped = folder(&[("friday/all/ada/app.py", ""), ("friday/all/bob/app.py", "")]);
    assert_eq!(students(&class(wrapped.path())), ["ada", "bob"]);
    let alone = folder(&[("ada/gradus.toml", "")]);
    assert_eq!(students(&class(alone.path())), ["ada"]);
    let one = folder(&[("gradus.toml", ""), ("src/app.py", "")]);
    assert!(matches!(class::read(one.path(), Path::new("/nowhere")), Err(ClassError::OneSubmission(_))));
    let empty = folder(&[]);
    assert!(matches!(class::read(empty.path(), Path::new("/nowhere")), Err(ClassError::Nothing(_))));
}

#[test]
fn moodle_and_canvas_tell_whose_a_file_is_by_its_name() {
    let moodle = folder(&[
        ("Ada Lovelace_12_assignsubmission_file_/app.py", ""),
        ("Alan Turing_7_assignsubmission_file_/work.zip", ""),
        ("Alan Turing_7_assignsubmission_onlinetext_/onlinetext.html", ""),
    ]);
    let moodle = class(moodle.path());
    assert_eq!((moodle.layout, students(&moodle)), ("a Moodle export", vec!["12", "7"]));
    assert_eq!(moodle.submissions[0].student.name.as_deref(), Some("Ada Lovelace"));
    assert_eq!(moodle.passed_over.len(), 1);
    let canvas = folder(&[
        ("lovelaceada_12_100_app.py", "print()"),
        ("lovelaceada_12_101_gradus.toml", ""),
        ("turingalan_LATE_7_102_work-2.zip", ""),
    ]);
    let read_class = class(canvas.path());
    assert_eq!((read_class.layout, students(&read_class)), ("a Canvas export", vec!["12", "7"]));
    let taken = take(&read_class.submissions[0].source).expect("taken in");
    assert_eq!(read(&taken.folder, "app.py"), "print()");
    assert!(matches!(read_class.submissions[1].source, Source::Archive(_)));
}

#[test]
fn gradescope_tells_it_in_a_file_and_clones_in_their_names() {
    let metadata = "---\nsubmission_11:\n  :submitters:\n  - :name: Ada\n    :email: ada@example.org\n  :created_at: 2025-11-20 22:59:00 Z\n";
    let gradescope = folder(&[
        ("submission_metadata.yml", metadata),
        ("submission_11/app.py", ""),
        ("submission_12/app.py", ""),
    ]);
    let gradescope = class(gradescope.path());
    assert_eq!(students(&gradescope), ["ada@example.org"]);
    assert_eq!(gradescope.submissions[0].submitted_at, moment::parse("2025-11-20T22:59:00Z"));
    assert_eq!(gradescope.passed_over.len(), 1);
    let clones = folder(&[("hello-ada/.git/HEAD", ""), ("hello-alan/.git/HEAD", "")]);
    assert_eq!(students(&class(clones.path())), ["ada", "alan"]);
}

#[test]
fn a_roster_names_what_was_handed_in_and_when() {
    let dir = folder(&[
        (
            "roster.csv",
            "\u{feff}Student,Name,Path,Submitted_at\nada,\"Ada, L\",a,2025-11-20T22:59:00Z\nbob,,gone,\nzoe,,,\n",
        ),
        ("a/app.py", ""),
    ]);
    let class = class(&dir.path().join("roster.csv"));
    assert_eq!(students(&class), ["ada", "bob"]);
    assert_eq!(class.submissions[0].student.name.as_deref(), Some("Ada, L"));
    assert_eq!(class.submissions[0].submitted_at, Some(1_763_679_540));
    assert_eq!(class.submissions[1].source, Source::Refused("there is no gone".into()));
    assert_eq!(class.passed_over.len(), 1);
}

#[test]
fn a_rosters_mistakes_have_a_line_and_a_reason() {
    for (text, line, why) in [
        ("student,pth\n", 1, "there is no column `pth`"),
        ("path\na\n", 1, "the column `student` is missing"),
        ("student,path,repository\n", 1, "either the column `path` or `repository`"),
        ("student,path\na,b\n,c\n", 3, "the student is missing"),
        ("student,path,submitted_at\na,b,yesterday\n", 2, "`yesterday` is no time with a zone"),
        ("student,path\na,b,c\n", 2, "fields"),
    ] {
        let dir = folder(&[("r.csv", text)]);
        let error = class::read(&dir.path().join("r.csv"), Path::new("/nowhere")).expect_err("a mistake");
        assert!(
            matches!(&error, ClassError::Roster { line: at, what, .. } if *at == line && what.contains(why)),
            "{error}"
        );
    }
    let twice = folder(&[("r.csv", "student,path\na,x\na,y\n"), ("x/f", ""), ("y/f", "")]);
    let error = class::read(&twice.path().join("r.csv"), Path::new("/nowhere")).expect_err("twice");
    assert!(error.to_string().contains("a is there twice"), "{error}");
}

#[test]
fn a_commit_is_taken_without_what_was_never_committed() {
    let dir = repository(&[("app.py", "committed"), ("sub/run.sh", "x")]);
    write(dir.path(), "app.py", "changed later");
    write(dir.path(), "new.py", "");
    let taken = take(&Source::Git { repository: dir.path().to_owned(), revision: None }).expect("taken in");
    assert_eq!(read(&taken.folder, "app.py"), "committed");
    assert!(taken.folder.join("sub/run.sh").is_file() && !taken.folder.join("new.py").exists());
    assert_eq!(taken.says, moment::parse("2025-11-20T22:59:00Z"));
    let commit = taken.commit.clone().expect("a commit");
    write(dir.path(), "app.py", "second");
    git(dir.path(), &["commit", "-qam", "second"]);
    git(dir.path(), &["tag", "-a", "-m", "x", "v2"]);
    git(dir.path(), &["gc", "-q"]);
    for (revision, content) in
        [(commit.as_str(), "committed"), (&commit[..8], "committed"), ("main", "second"), ("v2", "second")]
    {
        let source = Source::Git { repository: dir.path().to_owned(), revision: Some(revision.to_owned()) };
        assert_eq!(read(&take(&source).expect("taken in").folder, "app.py"), content, "{revision}");
    }
}

#[test]
fn a_hostile_repository_is_refused_and_runs_nothing() {
    let refused = |dir: &Path, revision: Option<&str>, why: &str| {
        let source = Source::Git { repository: dir.to_owned(), revision: revision.map(str::to_owned) };
        let error = take(&source).err().expect("it is refused");
        assert!(error.to_string().contains(why), "{error}");
    };
    let dir = repository(&[("app.py", "")]);
    refused(dir.path(), Some("nothing"), "no revision `nothing`");
    refused(dir.path(), Some("../../etc/passwd"), "no revision");
    refused(dir.path(), Some(&"a".repeat(40)), "can't be read");
    // Hooks, filters and a monitor that would all leave a trace.
    let trace = dir.path().join("trace");
    let command = format!("touch {}", trace.display());
    for (key, value) in
        [("core.fsmonitor", &command), ("filter.x.smudge", &command), ("core.sshCommand", &command)]
    {
        git(dir.path(), &["config", key, value]);
    }
    write(dir.path(), ".git/hooks/post-checkout", &format!("#!/bin/sh\n{command}\n"));
    write(dir.path(), ".gitattributes", "* filter=x\n");
    git(dir.path(), &["-c", "core.fsmonitor=", "-c", "filter.x.smudge=", "add", "."]);
    git(dir.path(), &["-c", "core.fsmonitor=", "commit", "-qm", "x"]);
    let _ = fs::remove_file(&trace);
    take(&Source::Git { repository: dir.path().to_owned(), revision: None }).expect("taken in");
    assert!(!trace.exists(), "something of the repository was run");

    let link = repository(&[("app.py", "")]);
    std::os::unix::fs::symlink("/etc/passwd", link.path().join("secrets")).expect("a link");
    git(link.path(), &["add", "-A"]);
    git(link.path(), &["commit", "-qm", "x"]);
    refused(link.path(), None, "`secrets` is a link");

    let borrowed = repository(&[("app.py", "")]);
    write(borrowed.path(), ".git/objects/info/alternates", "/somewhere/else\n");
    refused(borrowed.path(), None, "leads to objects elsewhere");

    let empty = tempfile::tempdir().expect("a folder");
    git(empty.path(), &["init", "-q"]);
    refused(empty.path(), None, "it has no commit");
    let nonsense = folder(&[(".git/HEAD", "nonsense")]);
    refused(nonsense.path(), None, "can't be read as a git repository");
}

#[test]
fn an_archive_in_a_folder_and_folders_in_folders_are_opened() {
    let dir = folder(&[("a/b/c/app.py", "x"), ("a/b/c/gradus.toml", "")]);
    let taken = take(&Source::Folder(dir.path().to_owned())).expect("taken in");
    assert_eq!(read(&taken.folder, "app.py"), "x");
    let holds = folder(&[]);
    let status = Command::new("tar")
        .args([
            "czf",
            &holds.path().join("work.tar.gz").display().to_string(),
            "-C",
            &dir.path().display().to_string(),
            ".",
        ])
        .status()
        .expect("tar runs");
    assert!(status.success());
    let taken = take(&Source::Folder(holds.path().to_owned())).expect("taken in");
    assert_eq!(read(&taken.folder, "app.py"), "x");
}

#[test]
fn what_one_learner_packed_costs_that_learner_alone() {
    let dir = folder(&[("all/ada/app.py", "x"), ("all/bob/app.py", "x")]);
    std::os::unix::fs::symlink("/etc/passwd", dir.path().join("all/bob/link")).expect("a link");
    let archive = dir.path().join("friday.tar");
    let status = Command::new("tar")
        .args(["cf", &archive.display().to_string(), "-C", &dir.path().display().to_string(), "all"])
        .status()
        .expect("tar runs");
    assert!(status.success());
    let scratch = tempfile::tempdir().expect("a folder");
    let class = class::read(&archive, scratch.path()).expect("a class");
    assert_eq!(students(&class), ["ada", "bob"]);
    assert!(matches!(&class.submissions[0].source, Source::Folder(_)));
    assert!(
        matches!(&class.submissions[1].source, Source::Refused(why) if why.contains("a link to `/etc/passwd`"))
    );
}

#[test]
fn a_link_in_a_class_is_passed_over_aloud() {
    let dir = folder(&[("ada/app.py", "")]);
    std::os::unix::fs::symlink("/etc", dir.path().join("bob")).expect("a link");
    let class = class(dir.path());
    assert_eq!(students(&class), ["ada"]);
    assert_eq!(class.passed_over, [("bob".to_owned(), "it is neither a folder nor a file".to_owned())]);
}
