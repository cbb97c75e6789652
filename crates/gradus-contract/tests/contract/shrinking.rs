//! A failing request is made smaller, as long as it breaks the same rule.

use crate::{all, read, sent, taking};
use gradus_contract::case::{Aim, Case};
use gradus_contract::contract::Contract;
use gradus_contract::shrink::{size, smaller};

const SCHEMA: &str = "{ type: object, required: [a], properties: { a: { type: string, minLength: 2 }, b: { type: integer }, c: { type: array, items: { type: string } } } }";

/// The smallest case for which this is still so, as whoever asks finds it.
fn shrunk(contract: &Contract, case: &Case, fails: impl Fn(&Case) -> bool) -> Case {
    let mut smallest = case.clone();
    while let Some(next) = smaller(contract, &smallest).into_iter().find(|case| fails(case)) {
        assert!(size(&next) < size(&smallest), "{next:?} is not smaller");
        smallest = next;
    }
    smallest
}

fn case<'c>(cases: &'c [Case], label: &str) -> &'c Case {
    cases.iter().find(|case| case.label == label).unwrap_or_else(|| panic!("{label} in {cases:#?}"))
}

#[test]
fn only_what_matters_is_left_of_a_valid_request() {
    let contract = read(&taking(SCHEMA));
    let cases = all(&contract);
    let full = case(&cases, "with everything that the contract names");
    let with_b = shrunk(&contract, full, |case| sent(case).contains("\"b\""));
    let value: serde_json::Value = serde_json::from_str(&sent(&with_b)).expect("JSON");
    assert_eq!(value["a"].as_str().map(str::len), Some(2), "{value}");
    assert!(value.get("c").is_none(), "{value}");
    assert_eq!(value["b"], 0);
}

#[test]
fn a_broken_rule_stays_broken_and_no_other_is() {
    let contract = read(&taking(SCHEMA));
    let cases = all(&contract);
    let short = case(&cases, "`a` one character shorter than minLength 2");
    assert_eq!(short.aim, Aim::Refused);
    let text = sent(&shrunk(&contract, short, |_| true));
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(value, serde_json::json!({"a": ""}));
    let missing = shrunk(&contract, case(&cases, "`a` left out, which is required"), |_| true);
    assert_eq!(sent(&missing), "{}");
    let wrong = shrunk(&contract, case(&cases, "`b` is text instead of an integer"), |_| true);
    assert_eq!(sent(&wrong).matches(':').count(), 2, "{}", sent(&wrong));
}
