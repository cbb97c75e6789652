//! The other commands: list, show, start, plan, hint, schema, verify, mutant record, completions.

use crate::support::course::{Course, http_server};
use crate::support::{Gradus, repository, wait_until};
use std::time::Duration;

#[test]
fn exercises_are_listed_and_shown() {
    Gradus::new(["list"]).run().code(0).says("todo-backend").says("python, javascript, java, rust");
    Gradus::new(["show", "todo-backend"]).run().code(0).says("Checks (pass from").says("hidden check");
    Gradus::new(["show", "todo-bakcend"]).run().code(2).complains("did you mean `todo-backend`?");
}

#[test]
fn a_starter_is_copied_once_and_never_over_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let start = || {
        let arguments =
            ["start", "todo-backend", "--lang", "python", "mine", "--exercises"].map(str::to_owned);
        let root = repository().display().to_string();
        Gradus::new(arguments.into_iter().chain([root])).dir(folder.path()).run()
    };
    start().code(0).says("gradus.toml").says("gradus check --watch");
    assert!(
        folder.path().join("mine/README.md").exists() && folder.path().join("mine/openapi.yaml").exists()
    );
    std::fs::write(folder.path().join("mine/app.py"), "my work").expect("a file");
    start().code(2).complains("nothing was written");
    assert_eq!(std::fs::read_to_string(folder.path().join("mine/app.py")).expect("a file"), "my work");
    Gradus::new(["start", "todo-backend", "--lang", "cobol", "/tmp/x"])
        .run()
        .code(2)
        .complains("there are: java, javascript, python, rust");
}

#[test]
fn a_plan_says_what_was_found_and_why() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("package.json"), r#"{"scripts": {"start": "node x.js"}}"#)
        .expect("a file");
    let plan = || Gradus::new(["plan", &folder.path().display().to_string()]).run();
    plan().code(0).says("start     npm start --silent").says("package.json has scripts.start");
    std::fs::write(folder.path().join("Procfile"), "web: node y.js\n").expect("a file");
    plan().code(0).says("start     node y.js").says("Procfile has a `web:` line");
    std::fs::write(
        folder.path().join("gradus.toml"),
        "format = 1\nexercise = \"a\"\n[run]\nstart = [\"node\", \"z.js\"]\n",
    )
    .expect("a file");
    plan().code(0).says(r#"start     ["node", "z.js"]"#).says("gradus.toml says how it starts");
}

#[test]
fn a_hint_is_the_one_of_the_check_that_failed_last() {
    let course = Course::new(
        "  - id: a\n    claim: A\n    points: 1\n    hint: Try harder.\n    steps: [ { get: /, expect: { status: 500 } } ]\n",
        &http_server("def answer(method, path, body):\n    return 200, {}, b''\n"),
    );
    let cache = tempfile::tempdir().expect("a folder");
    let hint = || {
        let work = course.work().display().to_string();
        let root = course.root.path().display().to_string();
        Gradus::new(["hint", "--dir", &work, "--exercises", &root]).env("XDG_CACHE_HOME", cache.path()).run()
    };
    hint().code(2).complains("was not checked yet");
    course.gradus(&[]).env("XDG_CACHE_HOME", cache.path()).run().code(1);
    hint().code(0).says("Try harder.");
}

#[test]
fn every_file_of_the_repository_is_valid_by_its_schema() {
    let schema = |name: &str| {
        let text = Gradus::new(["schema", name]).run().code(0).out;
        jsonschema::validator_for(&text.parse().expect("JSON")).expect("a schema")
    };
    let toml = |path: &std::path::Path| -> serde_json::Value {
        let table: toml::Table = std::fs::read_to_string(path).expect("a file").parse().expect("TOML");
        serde_json::to_value(table).expect("JSON")
    };
    let (exercise, submission, mutant) = (schema("exercise"), schema("submission"), schema("mutant"));
    let mut count = 0;
    for path in files(&repository().join("exercises")).into_iter().chain(files(&repository().join("graders")))
    {
        let validator = match path.file_name().and_then(|name| name.to_str()) {
            Some("exercise.toml") => &exercise,
            Some("gradus.toml") => &submission,
            Some("mutant.toml") => &mutant,
            _ => continue,
        };
        let errors: Vec<String> =
            validator.iter_errors(&toml(&path)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        count += 1;
    }
    assert!(count > 30, "only {count} files were found");
}

fn files(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).expect("a folder").flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// A course with a solution and a starter, for verifying.
fn verified(fails: &str) -> Course {
    let right = http_server(
        "def answer(method, path, body):\n    return (200 if path == '/' else 404), {}, b'right'\n",
    );
    let checks = "  - id: root\n    claim: A\n    points: 1\n    steps: [ { get: /, expect: { status: 200, text: right } } ]\n  - id: unknown\n    claim: B\n    points: 1\n    steps: [ { get: /x, expect: { status: 404 } } ]\n";
    let course = Course::new(checks, &right);
    let run = "format = 1\nexercise = \"demo\"\n[run]\nstart = \"python3 app.py\"\n";
    course.write("graders/demo/solutions/python/gradus.toml", run);
    course.write("graders/demo/solutions/python/app.py", &right);
    course.write("exercises/demo/starters/python/gradus.toml", run);
    course.write("exercises/demo/starters/python/app.py", &right.replace("b'right'", "b'to do'"));
    course.write(
        "graders/demo/mutants/always-200/mutant.toml",
        &format!("of = \"python\"\nfails = {fails}\nbecause = \"It answers 200 to everything.\"\n"),
    );
    course.write(
        "graders/demo/mutants/always-200/change.patch",
        "--- a/app.py\n+++ b/app.py\n@@ -5,1 +5,1 @@\n-    return (200 if path == '/' else 404), {}, b'right'\n+    return 200, {}, b'right'\n",
    );
    course
}

fn verify(course: &Course) -> crate::support::Ran {
    Gradus::new(["verify", "demo", "--exercises", &course.root.path().display().to_string()]).run()
}

#[test]
fn a_grader_that_holds_is_verified_and_unproven_checks_are_named() {
    verify(&verified("[\"unknown\"]")).code(0).says("all as they should be").says("no mutant fails: root");
}

#[test]
fn what_draws_nothing_is_graded_with_one_seed_and_the_rest_with_each() {
    let course = verified("[\"unknown\"]");
    verify(&course).code(0).says("3 programs, 1 seed, as no check draws anything: all as they should be");
    let grader = course.root.path().join("graders/demo/grader.yaml");
    let text = std::fs::read_to_string(&grader).expect("a grader");
    course.write("graders/demo/grader.yaml", &text.replace("get: /x,", "get: /x$(seed),"));
    verify(&course)
        .code(0)
        .says("3 programs, 2 seeds where a check draws something (1 of 2): all as they should be");
    course.write(
        "graders/demo/mutants/always-200/change.patch",
        "--- a/app.py\n+++ b/app.py\n@@ -5,1 +5,1 @@\n-    return (200 if path == '/' else 404), {}, b'right'\n+    return (404 if path == '/x2' else 200), {}, b'right'\n",
    );
    verify(&course).code(3).says("unknown should fail, but passed (seed 2)");
    let wavers = http_server(
        "def answer(method, path, body):\n    return {'/': 200, '/x2': 500}.get(path, 404), {}, b'right'\n",
    );
    course.write("graders/demo/solutions/python/app.py", &wavers);
    std::fs::remove_dir_all(course.root.path().join("graders/demo/mutants")).expect("mutants");
    verify(&course).code(3).says("unknown (GET /x2): status: got the number 500").says("(seed 2)");
}

#[test]
fn several_exercises_are_verified_side_by_side_and_summed_up() {
    let course = verified("[\"unknown\"]");
    let root = course.root.path().display().to_string();
    Gradus::new(["new", "corner-shop", "--exercises", &root]).run().code(0);
    let all = || Gradus::new(["verify", "--all", "--jobs", "2", "--exercises", &root]).run();
    all()
        .code(0)
        .says("demo: 3 programs")
        .says("corner-shop: 3 programs")
        .says("2 exercises, 6 programs: all as they should be");
    course.write(
        "graders/demo/mutants/always-200/mutant.toml",
        "of = \"python\"\nfails = [\"root\"]\nbecause = \"It answers 200.\"\n",
    );
    all().code(3).says("2 exercises, 6 programs: demo is not as it should be");
}

#[test]
fn a_mutant_that_fails_other_checks_than_it_names_breaks_the_grader() {
    verify(&verified("[\"root\"]"))
        .code(3)
        .says("root should fail, but passed")
        .says("unknown is not among `fails`, but failed");
}

#[test]
fn a_patch_that_does_not_apply_is_named_with_its_line() {
    let course = verified("[\"unknown\"]");
    course.write(
        "graders/demo/mutants/always-200/change.patch",
        "--- a/app.py\n+++ b/app.py\n@@ -1,1 +1,1 @@\n-nothing like it\n+x\n",
    );
    verify(&course).code(3).says("change.patch does not apply: app.py, line 1");
}

#[test]
fn a_starter_that_passes_and_a_solution_that_does_not_break_the_grader() {
    let course = verified("[\"unknown\"]");
    let right = std::fs::read_to_string(course.root.path().join("graders/demo/solutions/python/app.py"))
        .expect("a file");
    course.write("exercises/demo/starters/python/app.py", &right);
    verify(&course).code(3).says("a starter must leave something to do");
    let course = verified("[\"unknown\"]");
    course.write(
        "graders/demo/solutions/python/gradus.toml",
        "format = 1\nexercise = \"demo\"\n[run]\nstart = \"exit 9\"\n",
    );
    verify(&course).code(3).says("exited with code 9");
}

#[test]
fn a_solution_leaves_out_just_what_it_says_that_its_stack_lacks() {
    let lacks = |course: &Course, id: &str| {
        let text = format!("lacks = [\"{id}\"]\nbecause = \"Its stack knows no 404.\"\n");
        course.write("graders/demo/solutions/python.toml", &text);
    };
    let course = verified("[\"unknown\"]");
    lacks(&course, "unknwon");
    verify(&course).code(3).complains("`unknwon` is no check of this grader");
    lacks(&course, "unknown");
    verify(&course).code(3).says("unknown is among what it lacks, but passed");
    let always_200 = http_server("def answer(method, path, body):\n    return 200, {}, b'right'\n");
    course.write("graders/demo/solutions/python/app.py", &always_200);
    course.write("exercises/demo/starters/python/app.py", &always_200.replace("right", "to do"));
    std::fs::remove_dir_all(course.root.path().join("graders/demo/mutants")).expect("mutants");
    verify(&course).code(3).says("without what it lacks it does not pass");
    let grader = course.root.path().join("graders/demo/grader.yaml");
    let text = std::fs::read_to_string(&grader).expect("a grader").replace("pass: 80", "pass: 50");
    course.write("graders/demo/grader.yaml", &text);
    verify(&course).code(0).says("all as they should be");
}

#[test]
fn a_check_that_does_not_hold_alone_breaks_the_grader() {
    let course = verified("[\"unknown\"]");
    let counts = http_server(
        "count = 0\ndef answer(method, path, body):\n    global count\n    count += 1\n    return (200 if path == '/' else 404 if count > 1 else 500), {}, b'right'\n",
    );
    course.write("graders/demo/solutions/python/app.py", &counts);
    std::fs::remove_dir_all(course.root.path().join("graders/demo/mutants")).expect("mutants");
    verify(&course).code(3).says("alone, unknown (GET /x): status: got the number 500");
}

#[test]
fn what_is_wrong_beside_other_gradings_only_is_told_and_breaks_nothing() {
    let course = verified("[\"unknown\"]");
    let mark = course.root.path().join("came-before");
    // It is wrong the first time only, as under a load that is gone when it is graded again.
    let wrong_once = format!(
        "if os.path.exists({mark:?}):\n    late = False\nelse:\n    open({mark:?}, 'w').close()\n    late = True\ndef answer(method, path, body):\n    return (500 if late else 200 if path == '/' else 404), {{}}, b'right'\n"
    );
    let wrong_once = format!("import os\n{}", http_server(&wrong_once));
    course.write("graders/demo/solutions/python/app.py", &wrong_once);
    std::fs::remove_dir_all(course.root.path().join("graders/demo/mutants")).expect("mutants");
    let root = course.root.path().display().to_string();
    let run = |jobs: &str| {
        let _ = std::fs::remove_file(&mark);
        Gradus::new(["verify", "demo", "--sandbox", "none", "--jobs", jobs, "--exercises", &root]).run()
    };
    run("2")
        .code(0)
        .says("solution python: right by itself, but beside others root (GET /): status: got the number 500")
        .says("2 programs, 1 seed, as no check draws anything: all as they should be, one of them only with nothing beside it");
    run("1").code(3).says("root (GET /): status: got the number 500").never_says("right by itself");
}

#[test]
fn an_interrupted_verification_says_nothing_of_what_was_on_its_way() {
    let course = verified("[\"unknown\"]");
    let asked = course.root.path().join("asked");
    let hangs = http_server(&format!(
        "def answer(method, path, body):\n    open({asked:?}, 'w').close()\n    time.sleep(4)\n    return 200, {{}}, b'right'\n"
    ));
    // The starter has the solution's name; it is on its way as well.
    course.write("graders/demo/solutions/python/app.py", &hangs);
    course.write("exercises/demo/starters/python/app.py", &hangs);
    let root = course.root.path().display().to_string();
    let run = ["verify", "demo", "--only", "python", "--sandbox", "none", "--exercises", &root];
    let (child, _cache) = Gradus::new(run).spawn();
    wait_until("it is asked", Duration::from_secs(30), || asked.exists());
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
}

#[test]
fn a_recorded_mutant_names_what_it_fails_and_is_verified() {
    let course = verified("[\"unknown\"]");
    let wrong = http_server("def answer(method, path, body):\n    return 200, {}, b'wrong'\n");
    course.write("copy/app.py", &wrong);
    course.write("copy/gradus.toml", "format = 1\nexercise = \"demo\"\n[run]\nstart = \"python3 app.py\"\n");
    let copy = course.root.path().join("copy").display().to_string();
    let root = course.root.path().display().to_string();
    let record = || {
        Gradus::new([
            "mutant",
            "record",
            "demo",
            "wrong",
            "--of",
            "python",
            "--from",
            &copy,
            "--because",
            "All wrong.",
            "--exercises",
            &root,
        ])
        .run()
    };
    record().code(0).says("fails root, unknown");
    record().code(2).complains("is there already");
    verify(&course).code(0).says("mutant wrong (python)");
}

#[test]
fn a_new_exercise_is_verified_at_once_and_never_over_another() {
    let root = tempfile::tempdir().expect("a folder");
    let at = root.path().display().to_string();
    let new = |slug: &str| Gradus::new(["new", slug, "--exercises", &at]).run();
    new("corner-shop").code(0).says("next: gradus verify corner-shop");
    new("corner-shop").code(2).complains("is there already");
    new("Corner Shop").code(2).complains("Use a-z, 0-9 and -.");
    Gradus::new(["verify", "corner-shop", "--exercises", &at]).run().code(0).says("3 programs");
    Gradus::new(["lint", "corner-shop", "--exercises", &at])
        .run()
        .code(0)
        .says("there are 1; with fewer than 6")
        .says("no check is hidden")
        .never_says("no mutant fails it");
}

#[test]
fn a_careful_reviewers_remarks_name_the_check() {
    let course = verified("[\"a\"]");
    let grader =
        std::fs::read_to_string(course.root.path().join("graders/demo/grader.yaml")).expect("a grader");
    let more = "  - { id: unproven, claim: Passwords stay secret, points: 1, steps: [ { get: /untold, timeout: 100ms, expect: { status: 200 } } ] }\n";
    course.write("graders/demo/grader.yaml", &(grader + more));
    let root = course.root.path().display().to_string();
    Gradus::new(["lint", "demo", "--exercises", &root])
        .run()
        .code(0)
        .says("unproven                 no mutant fails it")
        .says("unproven                 it has no hint")
        .says("unproven                 neither the README nor the contract tells of /untold")
        .says("unproven                 neither the README nor the contract has a word of what it claims")
        .says("unproven                 `timeout` is below a second: it judges the machine");
}

#[test]
fn a_mark_for_latency_is_seen_wherever_it_stands() {
    let course = verified("[\"a\"]");
    let root = course.root.path().display().to_string();
    let at = course.root.path().join("graders/demo/grader.yaml");
    let grader = std::fs::read_to_string(&at).expect("a grader");
    let stubs = "stubs: { up: { routes: [ { get: /, reply: { json: 1 } } ] } }\n";
    let remarks = |step: &str| {
        let check = format!("  - {{ id: hasty, claim: B, points: 1, hint: H, steps: [ {{ {step} }} ] }}\n");
        course.write("graders/demo/grader.yaml", &(stubs.to_owned() + &grader + &check));
        Gradus::new(["lint", "demo", "--exercises", &root]).run().code(0)
    };
    let fine = "expect: { status: 200 }";
    for (bound, step) in [
        (
            "p99",
            format!(
                "load: {{ for: 1s, requests: [ {{ get: /, {fine} }} ] }}, expect: {{ p99: {{ $at_most: 0.02 }} }}"
            ),
        ),
        (
            "timeout",
            format!(
                "load: {{ for: 1s, requests: [ {{ get: /, timeout: 100ms, {fine} }} ] }}, expect: {{ errors: 0 }}"
            ),
        ),
        ("timeout", format!("race: {{ each: [ {{ get: /, timeout: 100ms, {fine} }} ] }}")),
        ("timeout", "run: {}, timeout: 200ms, expect: { exit: 0 }".to_owned()),
        ("until: at_most", format!("get: /, until: {{ every: 10ms, at_most: 100ms }}, {fine}")),
        ("within", "server: term, within: 200ms".to_owned()),
        ("gaps", "calls: { stub: up }, expect: { gaps: { $each: { $at_most: 0.05 } } }".to_owned()),
        ("gaps", "calls: { stub: up }, expect: { gaps: [{ $between: [0.01, 0.2] }] }".to_owned()),
    ] {
        remarks(&step).says(&format!("`{bound}` is below a second: it judges the machine"));
    }
    for step in [
        format!(
            "load: {{ for: 1s, requests: [ {{ get: /, {fine} }} ] }}, expect: {{ p99: {{ $at_most: 2 }} }}"
        ),
        format!("get: /, timeout: 100ms, unanswered: allowed, {fine} }}, {{ get: /, {fine}"),
        "calls: { stub: up }, expect: { gaps: { $each: { $at_least: 0.4 } } }".to_owned(),
        "server: term".to_owned(),
        format!("get: /, timeout: 100ms, until: {{ every: 50ms, at_most: 8s }}, {fine}"),
        format!("raw: {{ send: x }}, timeout: 100ms }}, {{ get: /, {fine}"),
        format!(
            "race: {{ each: [ {{ post: /, timeout: 25ms, {fine}, op: {{ add: 1, done: {{ status: 200 }} }} }} ], holds: [ {{ linearizable: counter }} ] }}"
        ),
    ] {
        remarks(&step).never_says("below a second");
    }
}

#[test]
fn completions_are_printed() {
    Gradus::new(["completions", "bash"]).run().code(0).says("_gradus");
}

#[test]
fn what_has_not_changed_is_not_verified_again_unless_asked() {
    let course = verified("[\"unknown\"]");
    let cache = tempfile::tempdir().expect("a folder");
    let root = course.root.path().display().to_string();
    let run = |more: &[&str]| {
        let words = ["verify", "demo", "--exercises", &root].into_iter().chain(more.iter().copied());
        Gradus::new(words).env("XDG_CACHE_HOME", cache.path()).run().code(0)
    };
    let first = run(&[]);
    assert!(!first.out.contains("not graded again"), "{}", first.out);
    run(&[]).says("3 unchanged").says("no mutant fails: root");
    assert!(!run(&["--again"]).out.contains("unchanged"));
    course.write("exercises/demo/starters/python/notes.txt", "new\n");
    assert!(!run(&[]).out.contains("unchanged"), "what a learner gets has changed");
    run(&["--only", "always-200"]).says("1 programs").says("1 unchanged");
    Gradus::new(["verify", "demo", "--only", "nobody", "--exercises", &root])
        .run()
        .code(3)
        .complains("`nobody`");
}

#[test]
fn expected_output_is_recorded_from_a_right_solution_once_somebody_agrees() {
    let answer = "def answer(method, path, body):\n    return 200, {'content-type': 'application/json'}, json.dumps({'id': time.time(), 'n': 2}).encode()\n";
    let checks = "  - id: root\n    claim: A\n    points: 1\n    steps: [ { get: /, expect: { file: expected/new.json } }, { get: /, expect: { file: expected/old.json } } ]\n";
    let course = Course::new(checks, "");
    course.write("graders/demo/solutions/python/app.py", &http_server(answer));
    course.write("graders/demo/expected/old.json", "{\n  \"id\": \"$number\",\n  \"n\": 1\n}\n");
    let root = course.root.path().display().to_string();
    let bless = |more: &[&str]| {
        Gradus::new(["bless", "demo", "--exercises", &root].into_iter().chain(more.iter().copied())).run()
    };
    bless(&["--check"])
        .code(3)
        .says("expected/new.json (new)")
        .says("-   \"n\": 1")
        .says("+   \"n\": 2")
        .complains("2 files");
    bless(&[]).code(2).complains("nobody is here to be asked");
    let read =
        |name: &str| std::fs::read_to_string(course.root.path().join("graders/demo/expected").join(name));
    assert!(read("new.json").is_err(), "nothing is written unasked");
    bless(&["--yes"]).code(0).says("wrote 2 files");
    assert_eq!(read("old.json").expect("a file"), "{\n  \"id\": \"$number\",\n  \"n\": 2\n}\n");
    // The author has not yet said that the new file's id is another each time.
    bless(&["--check"]).code(3).says("expected/new.json");
    let new = read("new.json").expect("a file");
    let id = new.lines().find(|line| line.contains("\"id\"")).expect("an id");
    course.write("graders/demo/expected/new.json", &new.replace(id, "  \"id\": \"$number\","));
    bless(&["--check"]).code(0).says("nothing to write");
}

#[test]
fn expected_output_that_would_not_hold_is_not_written() {
    let answer = "def answer(method, path, body):\n    return 200, {'content-type': 'application/json'}, json.dumps({'n': 2, 'all': [1, 3]}).encode()\n";
    let checks = "  - id: root\n    claim: A\n    points: 1\n    steps: [ { get: /, expect: { file: expected/a.json } } ]\n";
    for (stands, said) in [
        ("{ \"n\": { \"$at_most\": 1 }, \"all\": [1, 3] }", "json.n: wanted"),
        ("{ \"n\": 1, \"all\": { \"$any_order\": [1, 2] } }", "json.all"),
        ("{ \"n\": \"$uuid\", \"all\": [] }", "json.n: wanted"),
        ("{ \"$partial\": { \"gone\": \"$int\" } }", "json.gone"),
    ] {
        let course = Course::new(checks, "");
        course.write("graders/demo/solutions/python/app.py", &http_server(answer));
        course.write("graders/demo/expected/a.json", stands);
        let root = course.root.path().display().to_string();
        let bless = Gradus::new(["bless", "demo", "--yes", "--exercises", &root]).run();
        bless.code(3).complains(said).complains("expected/a.json").complains("never written over");
        let place = course.root.path().join("graders/demo/expected/a.json");
        assert_eq!(std::fs::read_to_string(place).expect("a file"), stands);
    }
}

#[test]
fn what_a_command_prints_is_recorded_as_it_is_compared_byte_for_byte() {
    let checks = "  - id: prints\n    claim: A\n    points: 1\n    steps: [ { run: { command: [ python3, print.py ] }, expect: { stdout: { file: expected/out.json } } } ]\n";
    let course = Course::new(checks, "");
    let program = http_server("def answer(method, path, body):\n    return 200, {}, b''\n");
    course.write("graders/demo/solutions/python/app.py", &program);
    course.write("graders/demo/solutions/python/print.py", "print('{\"a\":1,\"b\":\"$5\"}')\n");
    let root = course.root.path().display().to_string();
    let bless = |more: &str| Gradus::new(["bless", "demo", more, "--exercises", &root]).run();
    bless("--yes").code(0).says("wrote 1 file");
    let place = course.root.path().join("graders/demo/expected/out.json");
    assert_eq!(std::fs::read_to_string(place).expect("a file"), "{\"a\":1,\"b\":\"$5\"}\n");
    bless("--check").code(0).says("nothing to write");
}
