//! Requests just beyond what a contract allows: no branch, no size, no kind of body and no type is left out.

use crate::{all, labels, read, sent, taking};
use gradus_contract::case::{Aim, Case};
use gradus_contract::contract::Contract;
use gradus_contract::request;
use gradus_contract::shrink::smaller;

#[track_caller]
fn refused(text: &str, expect: &[(&str, &str)]) {
    let cases = all(&read(text));
    for (label, body) in expect {
        let found = cases.iter().find(|case| case.aim == Aim::Refused && case.label == *label);
        let found = found.unwrap_or_else(|| panic!("{label} in {:#?}", labels(&cases, Aim::Refused)));
        if !body.is_empty() {
            assert_eq!(sent(found), *body, "{label}");
        }
        assert!(found.rule.is_some(), "{label}");
    }
}

#[track_caller]
fn never_refused(text: &str, label: &str) {
    let cases = all(&read(text));
    assert!(!labels(&cases, Aim::Refused).contains(&label), "{label}");
}

/// A document that takes a form.
fn form(schema: &str) -> String {
    taking(schema).replace("application/json", "application/x-www-form-urlencoded")
}

const CARD: &str = "{ type: object, required: [card], additionalProperties: false, properties: { card: { type: string, maxLength: 4 } } }";
const IBAN: &str = "{ type: object, required: [iban], additionalProperties: false, properties: { iban: { type: string, maxLength: 6 } } }";

#[test]
fn every_branch_has_its_limits() {
    for word in ["oneOf", "anyOf"] {
        let text = taking(&format!("{{ {word}: [ {CARD}, {IBAN} ] }}"));
        refused(
            &text,
            &[
                ("`card` one character longer than maxLength 4", ""),
                ("`iban` one character longer than maxLength 6", ""),
                ("`iban` is a number instead of text", r#"{"iban":7}"#),
            ],
        );
    }
    // What breaks a rule of one branch, and is right by another, is right.
    never_refused(
        &taking("{ anyOf: [ { type: integer }, { type: string, maxLength: 9 } ] }"),
        "the body is text instead of an integer",
    );
}

#[test]
fn objects_have_so_many_fields() {
    let map = "{ type: object, minProperties: 2, maxProperties: 3, additionalProperties: { type: boolean } }";
    let cases = all(&read(&taking(map)));
    let fields = |aim: Aim, label: &str| {
        let of = |case: &&Case| case.aim == aim && case.label == label;
        let case = cases.iter().find(of).unwrap_or_else(|| panic!("{label} in {cases:#?}"));
        let value: serde_json::Value = serde_json::from_str(&sent(case)).expect("JSON");
        value.as_object().map_or(0, |object| object.len())
    };
    assert_eq!(fields(Aim::Refused, "the body one field fewer than minProperties 2"), 1);
    assert_eq!(fields(Aim::Refused, "the body one field more than maxProperties 3"), 4);
    assert_eq!(fields(Aim::Accepted, "with only what is required"), 2);
    assert_eq!(fields(Aim::Accepted, "the body exactly as many fields as maxProperties 3"), 3);
    let named = "{ type: object, maxProperties: 1, required: [a], properties: { a: { type: string }, b: { type: string } } }";
    let cases = all(&read(&taking(named)));
    assert!(labels(&cases, Aim::Accepted).contains(&"with everything that the contract names"));
    assert!(labels(&cases, Aim::Refused).contains(&"the body one field more than maxProperties 1"));
}

#[test]
fn a_bool_and_a_number_in_quotes_are_no_numbers() {
    let number =
        "{ type: object, required: [n], properties: { n: { type: integer, minimum: 4, maximum: 4 } } }";
    refused(
        &taking(number),
        &[
            ("`n` is a bool instead of an integer", r#"{"n":true}"#),
            ("`n` is a number in quotes instead of an integer", r#"{"n":"4"}"#),
        ],
    );
    let either = number.replace("integer", "[integer, boolean, string]");
    never_refused(&taking(&either), "`n` is a bool instead of text");
}

const ORDER: &str = "{ type: object, required: [name, count], additionalProperties: false, properties: { name: { type: string, minLength: 2, maxLength: 4 }, count: { type: integer, minimum: 1 }, tags: { type: array, maxItems: 2, items: { type: string, maxLength: 3 } } } }";

#[test]
fn forms_break_rules_as_texts() {
    refused(
        &form(ORDER),
        &[
            ("without a body", ""),
            ("`name` left out, which is required", ""),
            ("`name` one character longer than maxLength 4", ""),
            ("`count` just below minimum 1", ""),
            ("`count` is text instead of an integer", ""),
            ("`tags` one element more than maxItems 2", ""),
            ("`tags[0]` one character longer than maxLength 3", ""),
            ("the body has a field more, with additionalProperties: false", ""),
        ],
    );
    // Whatever is sent in a form is text: no number is wrong where text is taken, and none is in quotes.
    for label in [
        "`name` is a number instead of text",
        "`count` is a number in quotes instead of an integer",
        "`name` is null instead of text",
        "`tags` is a list instead of text",
    ] {
        never_refused(&form(ORDER), label);
    }
}

/// The smallest form for which this is still so.
fn smallest(contract: &Contract, label: &str, fails: impl Fn(&str) -> bool) -> String {
    let cases = all(contract);
    let mut case = cases.into_iter().find(|case| case.label == label).expect("a case");
    let body = |case: &Case| String::from_utf8_lossy(&request::build(contract, case, &[]).body).into_owned();
    while let Some(next) = smaller(contract, &case).into_iter().find(|case| fails(&body(case))) {
        case = next;
    }
    body(&case)
}

#[test]
fn a_failing_form_is_made_smaller() {
    let contract = read(&form(ORDER));
    let left = smallest(&contract, "with everything that the contract names", |form| form.contains("tags="));
    assert!(left.len() <= "name=ab&count=1&tags=".len(), "{left}");
    let wrong = smallest(&contract, "`name` left out, which is required", |form| !form.contains("name="));
    assert!(!wrong.contains("tags=") && wrong.contains("count="), "{wrong}");
}
