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
