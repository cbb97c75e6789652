//! CI: the action and the template for GitLab take the grader from what is pinned, never from what is graded, and their steps
//! run.

use crate::support::actions::{Job, yaml};
use crate::support::{Gradus, repository};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A checkout of a learner's repository with a good submission below `work`.
fn checkout() -> tempfile::TempDir {
    let checkout = tempfile::tempdir().expect("a folder");
    let solution = repository().join("graders/hello-service/solutions/python");
    std::fs::create_dir(checkout.path().join("work")).expect("a folder");
    for file in
        std::fs::read_dir(solution).expect("a solution").flatten().filter(|file| file.path().is_file())
    {
        std::fs::copy(file.path(), checkout.path().join("work").join(file.file_name())).expect("a copy");
    }
    checkout
}

/// One that starts and then falls over, with the line at which it does.
fn falling() -> (tempfile::TempDir, usize) {
    let checkout = checkout();
    let program = crate::support::course::http_server(
        "def answer(method, path, body):\n    print('::error::steered', flush=True)\n    return {}['what']\n",
    );
    let line = program.lines().position(|line| line.contains("{}['what']")).expect("a line") + 1;
    std::fs::write(checkout.path().join("work/app.py"), program).expect("a program");
    let toml = "format = 1\nexercise = \"hello-service\"\n[run]\nstart = \"python3 -u app.py\"\n";
    std::fs::write(checkout.path().join("work/gradus.toml"), toml).expect("a file");
    (checkout, line)
}

fn job(checkout: &Path) -> Job {
    let gradus = Gradus::binary().display().to_string();
    let job = Job::new(checkout).with("exercise", "hello-service").with("submission", "work");
    job.with("gradus", gradus).with("seed", "1")
}

fn pack(dir: &Path) -> (PathBuf, String) {
    let out = dir.join("hello.tar.gz");
    let made = Gradus::new(["pack", "hello-service", "--public", "--out", &out.display().to_string()])
        .run()
        .code(0)
        .out;
    (out, made.lines().find_map(|line| line.strip_prefix("sha256 ")).expect("a digest").to_owned())
}

#[test]
fn the_action_is_one_that_github_takes() {
    let action = yaml(&repository().join("action.yml")).remove(0);
    let keys: Vec<&String> = action.as_object().expect("a map").keys().collect();
    assert_eq!(keys, ["name", "description", "author", "branding", "inputs", "outputs", "runs"]);
    assert_eq!(action["runs"]["using"], "composite");
    for (name, input) in action["inputs"].as_object().expect("inputs") {
        let fields = input.as_object().expect("a map").keys();
        let known = ["description", "required", "default", "deprecationMessage"];
        assert!(
            input["description"].is_string() && fields.into_iter().all(|key| known.contains(&key.as_str())),
            "{name}"
        );
    }
    for step in action["runs"]["steps"].as_array().expect("steps") {
        let known = [
            "name",
            "id",
            "if",
            "shell",
            "env",
            "run",
            "uses",
            "with",
            "working-directory",
            "continue-on-error",
        ];
        let fields = step.as_object().expect("a map");
        assert!(fields.keys().all(|key| known.contains(&key.as_str())), "{step}");
        assert_ne!(fields.contains_key("run"), fields.contains_key("uses"), "{step}");
        assert_eq!(fields.contains_key("run"), fields.contains_key("shell"), "{step}");
        // Whatever somebody hands in gets into scripts as a variable only, never as a part of their text.
        let script = step["run"].as_str().unwrap_or_default();
        assert!(!script.contains("${{"), "{script}");
    }
}

#[test]
fn the_action_grades_with_annotations_a_summary_outputs_and_an_artefact() {
    let (checkout, line) = falling();
    let done = job(checkout.path()).run();
    assert!(done.failed, "{}", done.log);
    assert!(done.log.contains(&format!("::error file=work/app.py,line={line},title=")), "{}", done.log);
    assert!(!done.log.lines().any(|line| line.starts_with("::error::steered")), "{}", done.log);
    assert!(done.summary.contains("not passed") && done.summary.contains("Your code"), "{}", done.summary);
    assert_eq!(done.outputs["verdict"], "failed");
    assert_eq!(done.outputs["points"], "0");
    let (uses, with) = done.used.first().expect("an artefact");
    assert!(uses.starts_with("actions/upload-artifact@"), "{uses}");
    assert_eq!(with["path"], done.outputs["reports"]);
    assert_eq!(with["name"], "gradus");
}

#[test]
fn the_action_keeps_its_reports_outside_of_what_was_checked_out() {
    let checkout = checkout();
    let done = job(checkout.path()).with("artifact", "").run();
    assert!(!done.failed && done.used.is_empty(), "{}", done.log);
    assert_eq!(done.outputs["verdict"], "passed");
    for name in ["report.json", "report.html", "junit.xml", "summary.md"] {
        assert!(done.temp.path().join("gradus/reports").join(name).is_file(), "{name}");
    }
    let there: Vec<_> = std::fs::read_dir(checkout.path()).expect("a folder").flatten().collect();
    assert_eq!(there.len(), 1, "{there:?}");
}

#[test]
fn a_graders_folder_in_the_pull_request_is_never_used() {
    let (checkout, _) = falling();
    for folder in ["exercises/hello-service", "graders/hello-service"] {
        copy(&repository().join(folder), &checkout.path().join(folder));
    }
    let grader = "format: 1\nexercise: hello-service\npass: 1\nchecks:\n  - id: anything\n    claim: Anything goes\n    points: 1\n    steps: [ { get: /, expect: { status: { $not: 599 } } } ]\n";
    std::fs::write(checkout.path().join("graders/hello-service/grader.yaml"), grader).expect("a file");
    let own = checkout.path().display().to_string();
    let (pack, pin) = pack(checkout.path());
    let pack = pack.display().to_string();
    for job in [
        job(checkout.path()).env("GRADUS_EXERCISES", &own),
        job(checkout.path()).env("GRADUS_EXERCISES", &own).with("pack", pack).with("pack-sha256", &pin),
    ] {
        let done = job.run();
        assert!(done.failed && !done.log.contains("Anything goes"), "{}", done.log);
    }
}

#[test]
fn with_runners_the_action_grades_where_the_language_is_missing() {
    let checkout = checkout();
    let runners = repository().join("target/runners/runners.tar").display().to_string();
    let in_wasm = |runners: &str| {
        let job = Job::new(checkout.path()).with("exercise", "todo-backend").with("submission", "todo");
        let job = job.with("gradus", Gradus::binary().display().to_string()).with("sandbox", "wasm");
        job.with("runners", runners).with("seed", "1").run()
    };
    copy(&repository().join("graders/todo-backend/solutions/python"), &checkout.path().join("todo"));
    let done = in_wasm(&runners);
    assert!(!done.failed && done.outputs["verdict"] == "passed", "{}", done.log);
    assert!(done.summary.contains("WebAssembly"), "{}", done.summary);
    let own = checkout.path().join("python.wasm");
    std::fs::write(&own, b"\0asm").expect("a file");
    let refused = in_wasm(&own.display().to_string());
    assert!(refused.failed && refused.log.contains("no runner was installed from"), "{}", refused.log);
}

#[test]
fn what_is_fetched_is_pinned_and_nothing_else_is_used() {
    let checkout = checkout();
    let (pack, pin) = pack(checkout.path());
    let pack = pack.display().to_string();
    let done = job(checkout.path()).with("pack", &pack).with("pack-sha256", format!("sha256:{pin}")).run();
    assert!(!done.failed, "{}", done.log);
    assert!(done.summary.contains("not among them"), "{}", done.summary);
    for (refused, says) in [
        (job(checkout.path()).with("pack", &pack), "pin the pack"),
        (
            job(checkout.path()).with("pack", &pack).with("pack-sha256", "0".repeat(64)),
            "is not what was pinned",
        ),
        (job(checkout.path()).with("gradus", "https://gradus.invalid/gradus"), "pin what is fetched"),
    ] {
        let done = refused.run();
        assert!(done.failed && done.log.contains(says) && done.summary.is_empty(), "{}", done.log);
        assert!(done.outputs["verdict"].is_empty());
    }
}

#[test]
fn no_secret_of_the_job_reaches_what_is_graded() {
    let checkout = checkout();
    let program = crate::support::course::http_server(
        "print(sorted(name for name in os.environ), flush=True)\ndef answer(method, path, body):\n    return 500, {}, b''\n",
    );
    std::fs::write(checkout.path().join("work/app.py"), program).expect("a program");
    let toml = "format = 1\nexercise = \"hello-service\"\n[run]\nstart = \"python3 -u app.py\"\n";
    std::fs::write(checkout.path().join("work/gradus.toml"), toml).expect("a file");
    let done = job(checkout.path()).run();
    let report =
        std::fs::read_to_string(done.temp.path().join("gradus/reports/report.json")).expect("a report");
    assert!(report.contains("DATA_DIR"), "it printed its variables");
    for name in ["GITHUB_", "RUNNER_", "a-secret-of-the-job"] {
        assert!(!report.contains(name), "{name}");
    }
}

#[test]
fn the_script_of_the_gitlab_template_runs_and_leaves_its_artefacts() {
    let documents = yaml(&repository().join("ci/gitlab.yml"));
    let [head, template] = &documents[..] else { panic!("a head and a template") };
    let inputs = head["spec"]["inputs"].as_object().expect("inputs");
    let job = &template["gradus"];
    let text = template.to_string();
    for used in text.split("$[[ inputs.").skip(1).filter_map(|rest| rest.split(" ]]").next()) {
        assert!(inputs.contains_key(used), "{used} is no input");
    }
    for name in inputs.keys() {
        assert!(text.contains(&format!("$[[ inputs.{name} ]]")), "{name} is not used");
    }
    let (checkout, line) = falling();
    // A link in the place of the reports must not be followed.
    let elsewhere = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(elsewhere.path(), checkout.path().join("gradus-reports")).expect("a link");
    let home = repository().display().to_string();
    let gradus = Gradus::binary().display().to_string();
    let given = [
        ("exercise", "hello-service"),
        ("submission", "work"),
        ("home", &home),
        ("gradus", &gradus),
        ("seed", "1"),
    ];
    let filled = |text: &str| {
        let mut text = text.to_owned();
        for (name, input) in inputs {
            let given = given.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
            let value = given.or(input["default"].as_str()).unwrap_or_default();
            text = text.replace(&format!("$[[ inputs.{name} ]]"), value);
        }
        text
    };
    let variables = job["variables"].as_object().expect("variables").iter();
    let variables: Vec<(&String, String)> =
        variables.map(|(name, value)| (name, filled(value.as_str().expect("text")))).collect();
    let cache = tempfile::tempdir().expect("a folder");
    let script = filled(job["script"][0].as_str().expect("a script"));
    let ran = Command::new("bash")
        .args(["-eo", "pipefail", "-c", &script])
        .envs(variables)
        .env("XDG_CACHE_HOME", cache.path())
        .env_remove("GITHUB_ACTIONS")
        .current_dir(checkout.path())
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert_eq!(ran.status.code(), Some(1), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    let artefacts = &job["artifacts"];
    for path in [&artefacts["reports"]["junit"], &artefacts["reports"]["codequality"]] {
        assert!(checkout.path().join(path.as_str().expect("a path")).is_file(), "{path}");
    }
    let quality =
        std::fs::read_to_string(checkout.path().join("gradus-reports/codequality.json")).expect("a report");
    let quality: serde_json::Value = quality.parse().expect("JSON");
    assert_eq!(quality[0]["location"]["path"], "work/app.py");
    assert_eq!(quality[0]["location"]["lines"]["begin"], line);
    assert_eq!(std::fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
}

#[test]
fn the_workflows_of_the_documentation_use_what_there_is() {
    let page = std::fs::read_to_string(repository().join("docs/ci.md")).expect("docs/ci.md");
    let action = yaml(&repository().join("action.yml")).remove(0);
    let gitlab = yaml(&repository().join("ci/gitlab.yml")).remove(0);
    let (mut steps, mut includes) = (0, 0);
    for block in page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let document: serde_json::Value = serde_saphyr::from_str(block).expect("YAML");
        let jobs = document["jobs"].as_object().into_iter().flatten();
        let all = jobs.flat_map(|(_, job)| job["steps"].as_array().cloned().unwrap_or_default());
        for step in all.filter(|step| step["uses"].as_str().is_some_and(|uses| uses.starts_with("gradus/"))) {
            let with = step["with"].as_object().expect("inputs");
            assert!(with.keys().all(|name| action["inputs"].get(name).is_some()), "{step}");
            assert!(with.contains_key("exercise"));
            steps += 1;
        }
        for include in document["include"].as_array().into_iter().flatten() {
            let given = include["inputs"].as_object().expect("inputs");
            assert!(given.keys().all(|name| gitlab["spec"]["inputs"].get(name).is_some()), "{include}");
            includes += 1;
        }
    }
    assert!(steps >= 2 && includes >= 1, "{steps} steps, {includes} includes");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(from, to).expect("a copy");
        }
    }
}
