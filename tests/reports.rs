//! Every format of the same grading: nothing hidden in any of them, and all of them there when a grading was cut short.

use crate::support::class::Class;
use crate::support::course::{Course, http_server};
use crate::support::{Gradus, repository};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;

const FORMATS: [&str; 12] = [
    "terminal",
    "json",
    "junit",
    "github",
    "github-summary",
    "github-output",
    "codequality",
    "markdown",
    "gradescope",
    "exercism",
    "classroom50",
    "html",
];

/// A visible check, and hidden ones: what they send, what they expect, and a server that falls over them. Every word of
/// theirs that a learner must not see begins alike.
const CHECKS: &str = r#"  - id: seen
    claim: It answers
    points: 6
    steps: [ { get: /, expect: { status: 200 } } ]
  - id: asks
    claim: It is polite
    points: 2
    visibility: hidden
    vars: { number: { $int: { from: 70707000, to: 70707999 } } }
    steps:
      - post: /h1dden-path?q=h1dden-query
        headers: { x-asked: h1dden-header }
        json: { word: h1dden-body, number: $(number) }
        expect: { status: 418, headers: { x-told: h1dden-told }, json: { word: h1dden-wanted } }
  - id: again
    claim: It remembers nothing
    points: 1
    visibility: hidden
    steps: [ { get: /h1dden-later, expect: { json: { $each: h1dden-each } } } ]
  - id: falls
    claim: It stays up
    points: 1
    visibility: hidden
    fresh: server
    steps: [ { get: /h1dden-fall, expect: { status: 200, text: h1dden-text } } ]
"#;

/// It prints, keeps and echoes whatever it was asked, in every part of an answer, and ends with a number that it was asked.
const ECHO: &str = r#"
def answer(method, path, body):
    told = f"{method} {path} {body!r}"
    print(told, file=sys.stderr, flush=True)
    with open(os.path.join(DATA, "asked"), "a") as asked:
        asked.write(told + "\n")
    if "fall" in path:
        os._exit(177)
    everything = open(os.path.join(DATA, "asked")).read()
    return 200, {"x-echo": path, "location": path, "content-type": "application/json"}, json.dumps({"word": everything}).encode()
"#;

fn all(folder: &Path) -> Vec<String> {
    let report = |format: &&str| format!("--report={format}={}", folder.join(format).display());
    FORMATS.iter().map(report).collect()
}

/// All formats that were written, each with its name.
fn written(folder: &Path) -> Vec<(&'static str, String)> {
    let read = |format: &'static str| {
        let text = std::fs::read_to_string(folder.join(format));
        (format, text.unwrap_or_else(|error| panic!("{format}: {error}")))
    };
    FORMATS.into_iter().map(read).collect()
}

#[track_caller]
fn is_by_schema(report: &Value) {
    let schema = std::fs::read_to_string(repository().join("crates/gradus-report/schemas/report-1.json"));
    let schema: Value = schema.expect("a schema").parse().expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{report:#}");
}

#[track_caller]
fn tells_nothing(name: &str, text: &str) {
    for word in ["h1dden", "70707", "code 177"] {
        assert!(!text.contains(word), "{name} tells {word}:\n{text}");
    }
}

#[test]
fn a_submission_that_echoes_whatever_it_was_asked_makes_no_format_tell_it() {
    let course = Course::new(CHECKS, &http_server(ECHO));
    let folder = course.root.path().join("out");
    let classroom =
        ["CLASSROOM", "ASSIGNMENT", "OWNER", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "REVIEW_URL"];
    let graded = |reader: &str| {
        let reports = all(&folder);
        let mut arguments = vec!["--for", reader];
        arguments.extend(reports.iter().map(String::as_str));
        let mut gradus = course.gradus(&arguments);
        for name in classroom {
            gradus = gradus.env(name, "https://example.org/submit/1");
        }
        let ran = gradus.env("ASSIGNMENT_TYPE", "individual").run().code(1);
        (ran.out + &ran.err, written(&folder))
    };
    let (said, reports) = graded("learner");
    tells_nothing("what is said meanwhile", &said);
    let report: Value = reports[1].1.parse().expect("JSON");
    let kinds: Vec<&Value> =
        report["checks"].as_array().expect("checks").iter().map(|check| &check["outcome"]["kind"]).collect();
    assert_eq!(kinds, ["passed", "failed", "failed", "failed"], "{report:#}");
    // How long it takes over an answer, and how much it prints, would tell what it was asked, too.
    assert!(report["checks"].as_array().into_iter().flatten().skip(1).all(|check| check["took_ms"] == 0.0));
    assert_eq!(report["usage"], report["visible_usage"]);
    is_by_schema(&report);
    for (name, text) in &reports {
        tells_nothing(name, text);
    }
    // Whoever may see it does; so the words are there to be found.
    let (_, reports) = graded("instructor");
    let whole: Value = reports[1].1.parse().expect("JSON");
    is_by_schema(&whole);
    let printed = |usage: &str| whole[usage]["output_bytes"].as_u64().expect("bytes");
    assert!(printed("usage") > printed("visible_usage") && printed("visible_usage") > 0, "{whole:#}");
    for word in ["h1dden-path", "h1dden-header", "h1dden-wanted", "70707", "177"] {
        assert!(reports[1].1.contains(word), "{word}");
    }
    // What learners get by way of others is for learners, whoever asked.
    for (name, text) in
        reports.iter().filter(|(name, _)| matches!(*name, "gradescope" | "exercism" | "classroom50"))
    {
        tells_nothing(name, text);
    }
}

#[test]
fn what_a_class_hands_out_tells_nothing_hidden() {
    let class = Class(Course::new(CHECKS, "")).server("ada", ECHO);
    let batch = class.batch(&["--out", "pages"]).code(0);
    tells_nothing("the lines of a batch", &(batch.out + &batch.err));
    for arguments in [&["show"][..], &["export"], &["export", "--format", "moodle"], &["diff"]] {
        let ran = class.gradebook(arguments).code(0);
        tells_nothing(&arguments.join(" "), &(ran.out + &ran.err));
    }
    let pages = [class.path("pages/index.html"), class.path("pages/learners/ada.html")];
    for page in pages {
        tells_nothing(&page.display().to_string(), &std::fs::read_to_string(&page).expect("a page"));
    }
    let pack = class.path("demo.tar.gz").display().to_string();
    let root = class.path("").display().to_string();
    Gradus::new(["pack", "demo", "--public", "--exercises", &root, "--out", &pack]).run().code(0);
    let unpacked = Command::new("tar").args(["xOzf", &pack]).output().expect("tar runs").stdout;
    let unpacked = String::from_utf8_lossy(&unpacked).into_owned();
    tells_nothing("the public pack", &unpacked);
    assert!(unpacked.contains("id: seen") && !unpacked.contains("It is polite"));
}

#[test]
fn a_server_that_never_answers_a_hidden_request_does_not_make_the_report_name_it() {
    let checks = "  - id: seen\n    claim: It says hello\n    points: 1\n    steps: [ { printed: { text: { $contains: hello } } } ]\n  - id: hidden\n    claim: It answers\n    points: 1\n    visibility: hidden\n    steps: [ { get: /h1dden-path, expect: { status: 200 } } ]\n";
    let silent = "print('hello', flush=True)\ndef answer(method, path, body):\n    time.sleep(60)\n";
    let course = Course::new(checks, &http_server(silent)).limits("request = \"1s\"");
    let folder = course.root.path().join("out");
    let reports = all(&folder);
    let ran = course.check(&reports.iter().map(String::as_str).collect::<Vec<_>>()).code(1);
    tells_nothing("what is said meanwhile", &(ran.out + &ran.err));
    for (name, text) in written(&folder) {
        tells_nothing(name, &text);
    }
}

/// Grades a submission that hangs in its second check, ends the grading with a signal then, and answers where the reports are.
fn cut_short(signal: &str) -> (Course, PathBuf) {
    let checks = "  - id: seen\n    claim: It answers\n    points: 6\n    steps: [ { get: /, expect: { status: 200 } } ]\n  - id: hangs\n    claim: It answers again\n    points: 4\n    steps: [ { get: /hang, expect: { status: 200 } } ]\n";
    let hangs = "def answer(method, path, body):\n    if path == '/hang':\n        print('it hangs', flush=True)\n        time.sleep(60)\n    return 200, {}, b''\n";
    let course = Course::new(checks, &http_server(hangs)).limits("request = \"50s\"\ncheck = \"50s\"");
    let folder = course.root.path().join("out");
    let reports = all(&folder);
    let mut arguments: Vec<&str> = reports.iter().map(String::as_str).collect();
    arguments.push("--report=terminal");
    let (mut child, _cache) = course.gradus(&arguments).spawn();
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let first = lines.by_ref().map_while(Result::ok).find(|line| line.contains("It answers"));
    assert!(first.is_some(), "the first check ends");
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
    assert!(killed.success());
    let said: String = lines.map_while(Result::ok).collect();
    let mut errors = String::new();
    child.stderr.take().expect("its errors").read_to_string(&mut errors).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(130), "{said}\n{errors}");
    assert!(said.contains("Ended early: interrupted"), "{said}");
    (course, folder)
}

#[test]
fn a_grading_that_was_cut_short_has_every_report_and_no_mark() {
    for signal in ["-INT", "-TERM"] {
        let (_course, folder) = cut_short(signal);
        let reports = written(&folder);
        let text = |name: &str| &reports.iter().find(|(known, _)| *known == name).expect("a format").1;
        let json = |name: &str| -> Value { text(name).parse().expect("JSON") };
        assert_eq!(json("json")["progress"]["kind"], "cut-short");
        assert_eq!(json("json")["verdict"], "incomplete");
        assert_eq!(json("json")["checks"].as_array().map(Vec::len), Some(2), "what did not run is there too");
        assert!(json("gradescope")["score"].is_null() && json("gradescope")["tests"][0]["score"].is_null());
        assert_eq!(json("exercism")["status"], "error");
        assert!(
            json("classroom50")["incomplete"].is_string() || json("classroom50")["incomplete"].is_object()
        );
        assert_eq!(text("github-output"), "verdict=incomplete\npoints=\nmaximum=\n");
        assert!(text("junit").contains("<error ") && text("junit").trim_end().ends_with("</testsuites>"));
        assert!(text("github").contains("::warning title=The grading ended early::interrupted"));
        for name in ["terminal", "markdown", "github-summary", "html"] {
            assert!(text(name).contains("interrupted") && text(name).contains("incomplete"), "{name}");
        }
        is_by_schema(&json("json"));
    }
}
