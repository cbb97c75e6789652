//! Formats that carry marks: Gradescope, Exercism, Classroom 50. None of them exports half a grading.

use crate::samples::{check, failure, graded, report, unmarked, worth};
use gradus_model::grader::{Detail, Visibility, Worth};
use gradus_model::outcome::{Because, Outcome, Shown};
use gradus_model::redact::{Audience, Redacted, redact};
use gradus_model::report::{CheckReport, Phase, Progress};
use gradus_report::classroom50::{self, Identity};
use gradus_report::{exercism, gradescope};
use serde_json::{Value, json};
use std::time::Duration;

fn mixed() -> Vec<CheckReport> {
    vec![
        worth("gate", Worth::Gate, Outcome::Passed),
        worth("won", Worth::Points(4), Outcome::Passed),
        worth("lost", Worth::Points(6), failure("x")),
        worth("then", Worth::Points(5), Outcome::Skipped(Because::Needed("lost".into()))),
        worth("extra", Worth::Bonus(3), Outcome::Passed),
        worth("more", Worth::Bonus(3), failure("x")),
    ]
}

fn not_built() -> Redacted {
    let mut report =
        report(vec![check(Outcome::Skipped(Because::NeverRan))], Progress::NotBuilt("exit 1".into()));
    report.build = Some(Phase {
        command: "make".into(),
        took: Duration::from_secs(1),
        unchanged: false,
        output: Shown::new(b"no rule", 100),
        places: Vec::new(),
    });
    redact(report, Audience::Learner)
}

fn value(text: &str) -> Value {
    text.parse().expect("JSON")
}

fn by_schema(schema: &Value, value: &Value) {
    let validator = jsonschema::validator_for(schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{value:#}");
}

/// gradescope-autograders.readthedocs.io/en/latest/specs
fn gradescope_rules() -> Value {
    let visibility = json!({ "enum": ["hidden", "after_due_date", "after_published", "visible"] });
    let format = json!({ "enum": ["text", "html", "simple_format", "md", "ansi"] });
    json!({
        "additionalProperties": false,
        "properties": {
            "score": { "type": "number" }, "execution_time": { "type": "number" }, "output": { "type": "string" },
            "output_format": format, "test_output_format": format, "test_name_format": format,
            "visibility": visibility, "stdout_visibility": visibility, "extra_data": { "type": "object" },
            "tests": { "type": "array", "items": {
                "additionalProperties": false,
                "properties": {
                    "score": { "type": "number" }, "max_score": { "type": "number" },
                    "status": { "enum": ["passed", "failed"] }, "name": { "type": "string" },
                    "number": { "type": "string" }, "output": { "type": "string" }, "extra_data": { "type": "object" },
                },
            } },
        },
    })
}

/// exercism/docs building/tooling/test-runners/interface.md
fn exercism_rules() -> Value {
    json!({
        "additionalProperties": false,
        "required": ["version", "status"],
        "properties": {
            "version": { "const": 3 }, "status": { "enum": ["pass", "fail", "error"] },
            "message": { "type": "string", "maxLength": 65535 },
            "tests": { "type": "array", "items": {
                "additionalProperties": false,
                "required": ["name", "status"],
                "properties": {
                    "name": { "type": "string" }, "test_code": { "type": "string" },
                    "status": { "enum": ["pass", "fail", "error"] }, "message": { "type": "string" },
                    "output": { "type": "string", "maxLength": 500 },
                },
                "if": { "properties": { "status": { "const": "pass" } } },
                "else": { "required": ["message"] },
            } },
        },
        "if": { "properties": { "status": { "const": "error" } } },
        "then": { "required": ["message"] },
        "else": { "required": ["tests"] },
    })
}

/// foundation50/classroom50 schemas/result-v1.schema.json
fn classroom50_rules() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let instant =
        json!({ "type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ$" });
    let points = json!({ "type": "integer", "minimum": 0 });
    json!({
        "additionalProperties": false,
        "required": ["schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit", "release",
            "review", "datetime", "score", "max-score", "tests"],
        "properties": {
            "schema": { "const": "classroom50/result/v1" }, "classroom": text, "assignment": text,
            "assignment_type": { "enum": ["individual", "group"] }, "owner": text,
            "submission": { "type": "string", "pattern": "^submit/" }, "commit": text, "release": text, "review": text,
            "datetime": instant, "graded_at": instant, "score": points, "max-score": points,
            "tests": { "type": "array", "items": {
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": { "test-name": text, "passed": { "type": "boolean" }, "score": points, "max-score": points },
            } },
        },
    })
}

fn identity() -> Identity {
    let variable = |name: &str| {
        let value = match name {
            "CLASSROOM" => "cs",
            "ASSIGNMENT" => "todo",
            "USERNAME" => "ada",
            "SUBMISSION_TAG" => "submit/2026-11-21T00-00-00Z-abc",
            "COMMIT_URL" => "https://host/commit",
            "RELEASE_URL" => "https://host/release",
            _ => "",
        };
        Some(value.to_owned())
    };
    Identity::told(variable).expect("an identity")
}

#[test]
fn gradescope_gets_points_per_test_and_a_sum_that_knows_the_bonus() {
    let value = value(&gradescope::write(&graded(mixed())));
    by_schema(&gradescope_rules(), &value);
    assert_eq!(value["score"], 7);
    let tests = value["tests"].as_array().expect("tests");
    let row = |test: &Value| (test["score"].as_u64(), test["max_score"].as_u64(), test["status"].to_string());
    let rows: Vec<_> = tests.iter().map(row).collect();
    let expected = [
        (0, 0, "passed"),
        (4, 4, "passed"),
        (0, 6, "failed"),
        (0, 5, "failed"),
        (3, 0, "passed"),
        (0, 0, "failed"),
    ];
    assert_eq!(rows, expected.map(|(score, of, status)| (Some(score), Some(of), format!("\"{status}\""))));
    assert_eq!(tests[3]["output"], "skipped: it needs lost");
    assert_eq!(value["stdout_visibility"], "hidden");
}

#[test]
fn gradescope_gets_a_zero_with_the_builds_words_when_it_does_not_build() {
    let value = value(&gradescope::write(&not_built()));
    assert_eq!(value["score"], 0);
    let output = value["output"].as_str().expect("output");
    assert!(output.ends_with("The submission does not build: exit 1\n\n$ make\nno rule"), "{output}");
}

#[test]
fn gradescope_gets_no_score_at_all_for_what_is_no_mark() {
    for report in unmarked() {
        let value = value(&gradescope::write(&report));
        by_schema(&gradescope_rules(), &value);
        assert!(value.get("score").is_none());
        for test in value["tests"].as_array().expect("tests") {
            assert!(
                test.get("score").is_none()
                    && test.get("max_score").is_none()
                    && test.get("status").is_none()
            );
        }
        assert!(value["output"].as_str().is_some_and(|output| output.contains("there is no mark")));
    }
}

#[test]
fn exercism_gets_pass_and_fail_in_the_files_order() {
    let value = value(&exercism::write(&graded(mixed())));
    by_schema(&exercism_rules(), &value);
    assert_eq!(value["status"], "fail");
    let status = |test: &Value| format!("{} {}", test["name"], test["status"]).replace('"', "");
    let tests: Vec<String> = value["tests"].as_array().expect("tests").iter().map(status).collect();
    let expected = ["gate pass", "won pass", "lost fail", "then error", "extra pass"];
    assert_eq!(tests, expected.map(|test| format!("Claim of {test}")));
}

#[test]
fn exercism_gets_a_pass_although_a_bonus_was_not_earned() {
    let checks =
        vec![worth("won", Worth::Points(4), Outcome::Passed), worth("more", Worth::Bonus(3), failure("x"))];
    let value = value(&exercism::write(&graded(checks)));
    assert_eq!((&value["status"], value["tests"].as_array().map(Vec::len)), (&json!("pass"), Some(1)));
}

#[test]
fn exercism_gets_500_characters_of_output() {
    let mut loud = check(Outcome::Passed);
    loud.output = Shown::new("é".repeat(501).as_bytes(), 4000);
    let value = value(&exercism::write(&graded(vec![loud])));
    let output = value["tests"][0]["output"].as_str().expect("output");
    assert_eq!(output.chars().count(), 500);
    assert!(output.ends_with("(The output is cut here: 500 characters are shown.)"));
}

#[test]
fn exercism_gets_an_error_where_nothing_ran_or_nothing_counts() {
    for report in unmarked().into_iter().chain([not_built()]) {
        let value = value(&exercism::write(&report));
        by_schema(&exercism_rules(), &value);
        assert_eq!(value["status"], "error");
        assert!(value.get("tests").is_none());
    }
    let built = value(&exercism::write(&not_built()));
    assert_eq!(built["message"], "The submission does not build: exit 1\n\n$ make\nno rule");
}

#[test]
fn classroom50_gets_a_result_by_its_schema() {
    for report in [graded(mixed()), not_built()] {
        let value = value(&classroom50::write(&report, Some(&identity())));
        by_schema(&classroom50_rules(), &value);
        assert!(value["score"].as_u64() <= value["max-score"].as_u64());
        for test in value["tests"].as_array().expect("tests") {
            assert!(test["score"].as_u64() <= test["max-score"].as_u64());
        }
    }
    let value = value(&classroom50::write(&graded(mixed()), Some(&identity())));
    assert_eq!((&value["score"], &value["max-score"]), (&json!(7), &json!(15)));
    assert_eq!((&value["owner"], &value["review"]), (&json!("ada"), &json!("https://host/commit")));
}

#[test]
fn classroom50_refuses_what_is_no_mark() {
    let validator = jsonschema::validator_for(&classroom50_rules()).expect("a schema");
    for report in unmarked() {
        let value = value(&classroom50::write(&report, Some(&identity())));
        assert!(!validator.is_valid(&value));
        assert_eq!(
            value.as_object().map(|top| top.keys().collect::<Vec<_>>()),
            Some(vec![&"incomplete".to_owned()])
        );
    }
}

#[test]
fn an_identity_is_whole_or_missing() {
    assert_eq!(Identity::told(|_| None), None);
    assert_eq!(Identity::told(|name| (name == "CLASSROOM").then(|| "cs".into())), None);
}

#[test]
fn what_learners_will_read_is_redacted_for_them_whoever_asked() {
    let mut hidden = check(failure("h1dden"));
    hidden.visibility = Visibility::Hidden;
    hidden.detail = Detail::None;
    let report = redact(report(vec![hidden], Progress::Complete), Audience::Instructor);
    for text in [gradescope::write(&report), exercism::write(&report), classroom50::write(&report, None)] {
        assert!(!text.contains("h1dden"), "{text}");
    }
}
