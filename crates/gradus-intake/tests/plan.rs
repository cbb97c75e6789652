//! What was found decides how a submission builds and starts.

use super::folder;
use gradus_intake::plan::{Plan, PlanError, missing_tools, plan};
use gradus_model::exercise::SubmissionKind;
use gradus_model::submission::CommandLine;
use std::ffi::OsStr;

/// The build and start lines of a folder with these files.
fn lines(files: &[(&str, &str)]) -> (Option<String>, String) {
    let plan = plan(folder(files).path(), None).expect("a plan");
    assert!(!plan.found.is_empty(), "it says why");
    (plan.build.as_ref().map(line), plan.start.as_ref().map(line).unwrap_or_default())
}

fn line(command: &CommandLine) -> String {
    match command {
        CommandLine::Shell(line) => line.clone(),
        CommandLine::Argv(words) => words.join(" "),
    }
}

#[track_caller]
fn check(files: &[(&str, &str)], build: Option<&str>, start: &str) {
    assert_eq!(lines(files), (build.map(str::to_owned), start.to_owned()), "{files:?}");
}

#[test]
fn ecosystems_are_recognised_by_their_files() {
    check(&[("app.py", "")], None, "python3 -u app.py");
    check(&[("server.js", "")], None, "node server.js");
    check(&[("package.json", r#"{"main": "x.js"}"#)], None, "node x.js");
    check(
        &[
            ("package.json", r#"{"scripts": {"build": "tsc", "start": "node a"}, "dependencies": {}}"#),
            ("package-lock.json", "{}"),
        ],
        Some("npm ci && npm run build"),
        "npm start --silent",
    );
    check(&[("Main.java", "")], Some("javac -d out *.java"), "java -cp out Main");
    check(
        &[("Cargo.toml", "[package]\nname = \"shop\"\n")],
        Some("cargo build --release"),
        "./target/release/shop",
    );
    check(&[("go.mod", "")], Some("go build -o bin/server ."), "./bin/server");
    check(&[("index.php", "")], None, "php -S \"$HOST:$PORT\" -t . index.php");
    check(
        &[("config.ru", ""), ("Gemfile", "")],
        Some("bundle install --quiet"),
        "rackup --host \"$HOST\" --port \"$PORT\"",
    );
    check(&[("Makefile", "build:\n\ttrue\nrun:\n\ttrue\n")], Some("make build"), "make --silent run");
    check(&[("manage.py", "")], None, "python3 manage.py runserver --noreload \"$HOST:$PORT\"");
}

#[test]
fn gradus_toml_wins_over_a_procfile_and_that_over_files() {
    let toml = "format = 1\nexercise = \"a\"\n[run]\nstart = \"one\"\n";
    check(&[("gradus.toml", toml), ("Procfile", "web: two\n"), ("app.py", "")], None, "one");
    check(&[("Procfile", "worker: x\nweb: two\n"), ("app.py", "")], None, "two");
    check(&[("gradus.toml", "format = 1\nexercise = \"a\"\n"), ("app.py", "")], None, "python3 -u app.py");
    check(
        &[("gradus.toml", "format = 1\nexercise = \"a\"\n[run]\ndir = \"api\"\n"), ("api/app.py", "")],
        None,
        "python3 -u app.py",
    );
}

#[test]
fn nothing_recognised_and_a_mistake_are_told_apart() {
    assert!(matches!(plan(folder(&[("notes.txt", "")]).path(), None), Err(PlanError::Nothing { .. })));
    assert!(matches!(
        plan(folder(&[("gradus.toml", "format = 1\n")]).path(), None),
        Err(PlanError::Invalid(_))
    ));
}

#[test]
fn queries_are_started_by_nobody() {
    let toml = "format = 1\nexercise = \"a\"\n[sql]\ndialect = \"mariadb\"\n";
    let plan = plan(folder(&[("gradus.toml", toml), ("top.sql", "select 1")]).path(), None).expect("a plan");
    assert_eq!((plan.start, plan.build, plan.language), (None, None, Some("mariadb")));
}

#[test]
fn only_toolchains_that_are_missing_are_named() {
    let of = |line: &str| Plan { start: Some(CommandLine::Shell(line.to_owned())), ..Plan::default() };
    let missing = |line: &str, path: &str| -> Vec<String> {
        missing_tools(&of(line), OsStr::new(path)).into_iter().map(|missing| missing.tool).collect()
    };
    assert_eq!(missing("A=b exec node x.js && ./mine", "/nowhere"), ["node"]);
    assert_eq!(missing("make x; make y", "/nowhere"), ["make"]);
    let here = folder(&[("node", "")]);
    assert!(missing("node x.js", here.path().to_str().expect("a path")).is_empty());
}

#[test]
fn a_language_is_known_by_its_files_whoever_says_how_it_starts() {
    let start = "format = 1\nexercise = \"x\"\n[run]\nstart = \"./run\"\n";
    let language = |files: &[(&str, &str)]| plan(folder(files).path(), None).expect("a plan").language;
    assert_eq!(
        language(&[("gradus.toml", start), ("package.json", "{\"main\": \"a.js\"}")]),
        Some("javascript")
    );
    assert_eq!(language(&[("gradus.toml", start), ("app.py", "")]), Some("python"));
    assert_eq!(language(&[("gradus.toml", start)]), None);
    assert_eq!(
        language(&[("Procfile", "web: ./run\n"), ("go.mod", "module x\n"), ("main.go", "")]),
        Some("go")
    );
}

#[test]
fn a_configuration_is_one_where_one_is_wanted_or_nothing_else_is_there() {
    let kind = Some(SubmissionKind::Config);
    let both = folder(&[("nginx.conf", ""), ("app.py", "")]);
    let of = |kind| plan(both.path(), kind).expect("a plan").configuration.map(|found| found.server);
    assert_eq!((of(kind), of(None), of(Some(SubmissionKind::Server))), (Some("nginx"), None, None));
    let alone = folder(&[("lighttpd.conf", "")]);
    assert_eq!(plan(alone.path(), None).expect("a plan").language, Some("lighttpd"));
    assert!(matches!(plan(alone.path(), Some(SubmissionKind::Server)), Err(PlanError::Nothing { .. })));
    let none = folder(&[("app.py", "")]);
    assert!(matches!(plan(none.path(), kind), Err(PlanError::NoConfiguration { .. })));
}
