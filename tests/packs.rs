//! Packs: an exercise with its grader in one file; the public one holds nothing that is hidden.

use crate::support::course::{Course, http_server};
use crate::support::{Gradus, repository};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Packs an exercise; the pack and its digest, as the command tells it.
fn pack(dir: &Path, slug: &str, part: &str) -> (PathBuf, String) {
    let out = dir.join(format!("{slug}.tar.gz"));
    let packed = Gradus::new(["pack", slug, part, "--out", &out.display().to_string()]).run().code(0).out;
    let digest = packed.lines().find_map(|line| line.strip_prefix("sha256 ")).expect("a digest").to_owned();
    let bytes = std::fs::read(&out).expect("a pack");
    let computed: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, computed, "as sha256sum tells it");
    (out, digest)
}

fn content(pack: &Path) -> BTreeMap<String, String> {
    let file = flate2::read::GzDecoder::new(std::fs::File::open(pack).expect("a pack"));
    let mut archive = tar::Archive::new(file);
    let mut files = BTreeMap::new();
    for entry in archive.entries().expect("an archive") {
        let mut entry = entry.expect("an entry");
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("content");
        let path = entry.path().expect("a path").display().to_string();
        files.insert(path, String::from_utf8_lossy(&bytes).into_owned());
    }
    files
}

fn exercises() -> Vec<String> {
    let folders = std::fs::read_dir(repository().join("graders")).expect("graders").flatten();
    folders.map(|entry| entry.file_name().into_string().expect("a name")).collect()
}

/// The checks of a grader's file, as its lines.
fn checks(grader: &str) -> Vec<Vec<&str>> {
    let mut checks: Vec<Vec<&str>> = Vec::new();
    for line in grader.lines().skip_while(|line| *line != "checks:").skip(1) {
        if line.starts_with("  - ") {
            checks.push(Vec::new());
        }
        if let Some(check) = checks.last_mut().filter(|_| !line.trim_start().starts_with('#')) {
            check.push(line.trim());
        }
    }
    checks
}

#[test]
fn no_public_pack_holds_anything_that_is_hidden() {
    let home = tempfile::tempdir().expect("a folder");
    let mut searched = 0;
    for slug in exercises() {
        let (pack, _) = pack(home.path(), &slug, "--public");
        let files = content(&pack);
        for path in files.keys() {
            let hidden =
                ["solutions", "mutants", "mutant.toml", ".patch"].iter().any(|word| path.contains(word));
            assert!(!hidden, "{slug}: {path}");
        }
        let grader = std::fs::read_to_string(repository().join(format!("graders/{slug}/grader.yaml")))
            .expect("a grader");
        let is_hidden = |check: &Vec<&str>| check.contains(&"visibility: hidden");
        let (hidden, visible): (Vec<_>, Vec<_>) = checks(&grader).into_iter().partition(is_hidden);
        assert!(!hidden.is_empty(), "{slug} has hidden checks");
        // What others say too is nothing hidden.
        let head: Vec<&str> = grader.lines().take_while(|line| *line != "checks:").collect();
        let public = head.join("\n") + &visible.concat().join("\n");
        let all: String = files.values().map(String::as_str).collect();
        for line in hidden.iter().flatten().filter(|line| line.len() > 24 && !public.contains(**line)) {
            assert!(!all.contains(*line), "{slug}: {line}");
            searched += 1;
        }
        for check in &hidden {
            let id = check[0].trim_start_matches("- ");
            assert!(!all.contains(&format!("- {id}\n")), "{slug}: {id}");
        }
        assert!(!all.contains("visibility: hidden"), "{slug}");
        // What is left is a whole grader.
        Gradus::new(["show", &slug, "--exercises", &pack.display().to_string()])
            .run()
            .code(0)
            .says("Checks (pass from");
    }
    assert!(searched > 100, "only {searched} lines were searched for");
}

#[test]
fn a_pack_grades_as_the_repository_does_and_says_what_it_lacks() {
    let home = tempfile::tempdir().expect("a folder");
    let (pack, pin) = pack(home.path(), "hello-service", "--public");
    let solution = repository().join("graders/hello-service/solutions/python").display().to_string();
    let check = |more: &[&str]| {
        let arguments = ["check", &solution, "--seed", "1", "--report", "json"];
        Gradus::new([&arguments, more].concat()).run()
    };
    let visible = |report: &serde_json::Value| -> Vec<(String, String)> {
        let checks = report["checks"].as_array().expect("checks").iter();
        let visible = checks.filter(|check| check["hidden"] == false);
        visible.map(|check| (check["id"].to_string(), check["outcome"]["kind"].to_string())).collect()
    };
    let path = pack.display().to_string();
    let public = check(&["--exercises", &path, "--pin", &pin]).code(0).json();
    let whole = check(&[]).code(0).json();
    assert_eq!(visible(&public), visible(&whole));
    assert!(public["withheld"]["checks"].as_u64() >= Some(1) && whole["withheld"].is_null());
    assert!(public["checks"].as_array().expect("checks").iter().all(|check| check["hidden"] == false));
    let other = "0".repeat(64);
    check(&["--exercises", &path, "--pin", &other]).code(2).complains("is not the pack that was pinned");
    check(&["--pin", &pin]).code(2).complains("only a pack can be pinned");
    Gradus::new(["check", &solution, "--exercises", &path])
        .run()
        .code(0)
        .says("hidden check")
        .says("not among them");
}

#[test]
fn a_class_is_graded_with_a_pack_and_told_when_it_is_the_public_one() {
    let home = tempfile::tempdir().expect("a folder");
    let solution = repository().join("graders/hello-service/solutions/python");
    std::fs::create_dir_all(home.path().join("class/ada")).expect("a folder");
    for file in
        std::fs::read_dir(solution).expect("a solution").flatten().filter(|file| file.path().is_file())
    {
        std::fs::copy(file.path(), home.path().join("class/ada").join(file.file_name())).expect("a copy");
    }
    let batch = |part: &str| {
        let (pack, pin) = pack(home.path(), "hello-service", part);
        let path = pack.display().to_string();
        let book = format!("{part}.db");
        let arguments =
            ["batch", "hello-service", "class", "--exercises", &path, "--pin", &pin, "--gradebook"];
        Gradus::new([&arguments[..], &[&book[2..]]].concat()).dir(home.path()).run()
    };
    batch("--full").code(0).says("ada").never_says("public part");
    batch("--public").code(0).says("ada").complains("This is the public part of the grader");
}

#[test]
fn where_a_trace_points_is_told_in_every_report() {
    let course = Course::get_root(&http_server(
        "def answer(method, path, body):\n    return read({})\ndef read(rows):\n    return rows['missing']\n",
    ));
    let program = std::fs::read_to_string(course.work().join("app.py")).expect("a program");
    let line = program.lines().position(|line| line.contains("rows['missing']")).expect("a line") + 1;
    let place = format!("app.py:{line}");
    course.check(&[]).code(1).says(&format!("your code: {place}"));
    let (_, report) = course.report(&[]);
    assert_eq!(report["checks"][0]["places"], serde_json::json!([{ "file": "app.py", "line": line }]));
    let workspace = course.root.path().display().to_string();
    let annotated = course.gradus(&["--report", "github"]).env("GITHUB_WORKSPACE", &workspace).run().code(1);
    annotated.says(&format!("::error file=work/app.py,line={line},title=The root answers"));
    let quality =
        course.gradus(&["--report", "codequality"]).env("GITHUB_WORKSPACE", &workspace).run().code(1).json();
    assert_eq!(
        quality[0]["location"],
        serde_json::json!({ "path": "work/app.py", "lines": { "begin": line } })
    );
    for format in ["html", "markdown", "github-summary", "junit"] {
        let told = course.check(&["--report", format]).code(1).out;
        let junit = format!("file=\"app.py\" line=\"{line}\"");
        assert!(told.contains(&place) || told.contains(&junit), "{format}:\n{told}");
    }
}

#[test]
fn a_program_that_does_not_start_is_annotated_where_it_is_wrong() {
    let course = Course::get_root("import os\nprint(os.environ['PORT'])\nopen(\n");
    let annotated =
        course.gradus(&["--report", "github"]).env("GITHUB_WORKSPACE", course.work()).run().code(1);
    annotated.says("::error file=app.py,line=3,title=The submission does not start::");
}
