//! The documented samples are read, and schemas and reader say the same.

use gradus_model::json::Json;
use gradus_model::value::Bindings;
use gradus_model::{draw, read, schema};
use serde_json::Value;

const GUIDE: &str = include_str!("../../../docs/grader-language.md");

fn sample() -> &'static str {
    GUIDE.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a sample in the guide")
}

#[test]
fn the_sample_of_the_guide_is_read() {
    let grader = read::grader("grader.yaml", sample(), &|_| Err("none".into())).expect("a right grader");
    assert_eq!((grader.pass, grader.checks.len(), grader.checks[0].steps.len()), (80, 1, 3));
}

/// Each folder below a folder of the repository.
fn folders(of: &str) -> Vec<std::path::PathBuf> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(of);
    std::fs::read_dir(root).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn the_catalogue_is_read() {
    for folder in folders("exercises") {
        let text = std::fs::read_to_string(folder.join("exercise.toml")).expect("exercise.toml");
        let (exercise, _) = read::exercise("exercise.toml", &text).expect("a right exercise");
        assert_eq!(Some(exercise.slug.as_str()), folder.file_name().and_then(|name| name.to_str()));
    }
    for folder in folders("graders") {
        let text = std::fs::read_to_string(folder.join("grader.yaml")).expect("grader.yaml");
        let files = |path: &str| std::fs::read(folder.join(path)).map_err(|error| error.to_string());
        read::grader("grader.yaml", &text, &files).expect("a right grader");
        for mutant in std::fs::read_dir(folder.join("mutants")).expect("mutants") {
            let file = mutant.expect("an entry").path().join("mutant.toml");
            read::mutant("mutant.toml", &std::fs::read_to_string(file).expect("mutant.toml"))
                .expect("a right mutant");
        }
    }
}

#[test]
fn drawn_variables_come_from_the_seed() {
    let grader = read::grader("grader.yaml", sample(), &|_| Err("none".into())).expect("a right grader");
    let draw = |seed| {
        let mut bindings = Bindings::new();
        draw::vars(&grader.checks[0].vars, seed, "create-to-delete", 0, &mut bindings);
        bindings
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    assert!(matches!(draw(1).get("title"), Some(Json::String(words)) if words.split(' ').count() == 2));
}

fn valid(schema: &str, sample: &Value) -> bool {
    let schema: Value = serde_json::from_str(schema).expect("a schema is JSON");
    jsonschema::validator_for(&schema).expect("a schema compiles").is_valid(sample)
}

/// A grader with one step, as JSON, which is YAML too.
fn grader(step: &str) -> String {
    format!(
        r#"{{"format": 1, "exercise": "demo", "pass": 80, "checks": [{{"id": "a", "claim": "A", "points": 1, "steps": [{step}]}}]}}"#
    )
}

#[test]
fn schema_and_reader_agree() {
    for (step, right) in [
        (r#"{"get": "/", "expect": {"status": 200}}"#, true),
        (r#"{"get": "/", "expect": {"status": {"$one_of": [200, 204]}}}"#, true),
        (
            r#"{"post": "/", "json": {"a": "$(origin)"}, "expect": {"json": {"$partial": {"a": "$uuid"}}}}"#,
            true,
        ),
        (
            r#"{"get": "/", "until": {"every": "10ms", "at_most": "1s"}, "expect": {"headers": {"etag": "$absent"}}}"#,
            true,
        ),
        (r#"{"get": "/", "expct": {"status": 200}}"#, false),
        (r#"{"get": "/", "expect": {"json": "$strng"}}"#, false),
        (r#"{"get": "/", "expect": {"json": {"$contain": "x"}}}"#, false),
        (r#"{"get": "/", "expect": {"json": {"$partial": {}}}}"#, false),
        (r#"{"get": "/", "post": "/", "expect": {"status": 200}}"#, false),
        (r#"{"get": "/", "repeat": 0, "expect": {"status": 200}}"#, false),
        (r#"{"get": "/", "save": {"a": "body"}, "expect": {"status": 200}}"#, false),
    ] {
        let text = grader(step);
        let json: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read::grader("g", &text, &|_| Err("none".into())).is_ok(), right, "reader: {step}");
        assert_eq!(valid(schema::grader(), &json), right, "schema: {step}");
    }
}

#[test]
fn every_marker_stands_in_the_schema_and_in_the_guide() {
    for (word, _) in gradus_model::pattern::Marker::ALL {
        assert!(schema::grader().contains(&format!("\"${word}\"")), "${word} in the schema");
        assert!(GUIDE.contains(&format!("${word}")), "${word} in the guide");
    }
}

#[test]
fn submissions_exercises_and_mutants_are_read() {
    let (submission, _) = read::submission(
        "gradus.toml",
        "format = 1\nexercise = \"a\"\n[run]\nbuild = [\"make\", \"x\"]\nstart = \"./x\"\n",
    )
    .expect("a submission");
    assert_eq!(submission.exercise.value, "a");
    let invalid = read::submission("gradus.toml", "format = 1\nexercise = \"a\"\n[run]\nstrat = \"x\"\n")
        .expect_err("a mistake");
    assert_eq!(invalid.diagnostics[0].message, "unknown key `strat`");
    assert_eq!(invalid.diagnostics[0].help.as_deref(), Some("did you mean `start`?"));
    let invalid =
        read::mutant("mutant.toml", "of = \"python\"\nfails = [\"boot\", \"a\"]\nbecause = \"x\"\n")
            .expect_err("a mistake");
    assert!(invalid.diagnostics[0].message.contains("stands alone"));
    assert!(read::exercise("exercise.toml", "format = 1\nslug = \"a\"\ntitle = \"A\"\nsummary = \"a\"\ntrack = \"apis\"\ndifficulty = 9\nsubmission = \"server\"\nlanguages = []\n").is_err());
}
