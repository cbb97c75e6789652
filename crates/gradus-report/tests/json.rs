//! For programs: by the schema.

use crate::samples::{check, outcomes, report};
use gradus_model::redact::{Audience, redact};
use gradus_model::report::Progress;
use gradus_report::json;

#[test]
fn every_report_is_valid_by_the_schema() {
    let validator = jsonschema::validator_for(&json::SCHEMA.parse().expect("JSON")).expect("a schema");
    for outcome in outcomes() {
        for audience in [Audience::Learner, Audience::Instructor] {
            let text =
                json::write(&redact(report(vec![check(outcome.clone())], Progress::Complete), audience));
            let value = text.parse().expect("JSON");
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:?}\n{text}");
        }
    }
}

#[test]
fn what_was_written_for_an_instructor_can_be_read_again() {
    for outcome in outcomes() {
        let report = report(vec![check(outcome)], Progress::Complete);
        let text = json::write(&redact(report.clone(), Audience::Instructor));
        assert_eq!(json::read(&text), Ok(report), "{text}");
    }
}

#[test]
fn what_is_no_report_is_refused_with_a_reason() {
    for text in ["", "{}", "[]", "{\"format\": 1}"] {
        assert!(json::read(text).is_err(), "{text}");
    }
    let text = json::write(&redact(report(Vec::new(), Progress::Complete), Audience::Instructor));
    let newer = text.replace("gradus/report/1", "gradus/report/2");
    assert!(json::read(&newer).is_err_and(|why| why.contains("gradus/report/2")));
}
