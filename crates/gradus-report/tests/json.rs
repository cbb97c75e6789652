//! For programs: by the schema.

use crate::samples::{check, outcomes, report};
use gradus_model::outcome::Fault;
use gradus_model::redact::{Audience, Redacted, redact};
use gradus_model::report::{CodePlace, Graded, Progress, Selection, Withheld};
use gradus_report::json;
use serde_json::Value;

/// The schema, with no field allowed that it does not name: readers may meet new ones, we may not forget one.
fn strict(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(parts) => {
            if parts.contains_key("properties") {
                parts.insert("additionalProperties".into(), false.into());
            }
            parts.values_mut().for_each(|part| *part = strict(part.take()));
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| *part = strict(part.take())),
        _ => {}
    }
    schema
}

fn by_schema(report: &Redacted) {
    let schema = strict(json::SCHEMA.parse().expect("JSON"));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let text = json::write(report);
    let value = text.parse().expect("JSON");
    let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{text}");
}

#[test]
fn every_report_is_valid_by_the_schema_and_every_field_is_in_it() {
    let fault = Fault { what: "no disk".into(), way_out: Some("buy one".into()) };
    let ends = [
        Progress::Complete,
        Progress::NotBuilt("exit 1".into()),
        Progress::NotBooted("no port".into()),
        Progress::CutShort("interrupted".into()),
        Progress::Broken(fault),
    ];
    for (progress, outcome) in ends.iter().flat_map(|end| outcomes().into_iter().map(move |is| (end, is))) {
        for audience in [Audience::Learner, Audience::Instructor] {
            let mut whole = report(vec![check(outcome.clone())], progress.clone());
            whole.withheld = Some(Withheld { checks: 1, points: 10 });
            whole.checks[0].places = vec![CodePlace { path: "app.py".into(), line: 1 }];
            whole.checks[0].remarks = vec!["It asked twice.".into()];
            by_schema(&redact(whole, audience));
            let mut bare = report(vec![check(outcome.clone())], progress.clone());
            (bare.build, bare.boot, bare.usage, bare.visible_usage) = (None, None, None, None);
            bare.submission = Graded { name: "http://h".into(), digest: None, start: None };
            bare.selection = Selection::Only(vec!["a".into()]);
            by_schema(&redact(bare, audience));
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
