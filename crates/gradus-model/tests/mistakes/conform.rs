//! Mistakes in steps that make requests from the contract.

use super::*;

fn conform(keys: &str) -> String {
    step(&format!("conform: {{ {keys} }}"))
}

#[test]
fn a_step_that_asks_nothing_is_a_mistake() {
    check(&conform("operations: []"), &["this asks nothing, and so it can't fail @ `[]`"]);
    check(&conform("operations: al"), &["`al` is not one of all @ `al`"]);
    check_help(&conform("operations: al"), "did you mean `all`?");
    check(&conform("cases: 5"), &["the key `operations` is missing @ `cases`"]);
    check(&conform("operations: all, cases: 0"), &["expected a whole number from 1 to 1000 @ `0`"]);
}

#[test]
fn names_in_what_is_sent_stand_for_something() {
    check(
        &conform("operations: all, with: { id: $(nobody) }, headers: { a: $(seed) }"),
        &["`$(nobody)` stands for nothing here @ `$(nobody)`"],
    );
}

#[test]
fn only_refusals_and_faults_have_to_be_allowed() {
    check(
        &conform("operations: all, allow: { POST /: [200, 404] }"),
        &["expected a whole number from 400 to 599 @ `200`"],
    );
}

#[test]
fn it_stands_in_a_check_itself() {
    let text = step(
        "race: { each: [ { get: /, expect: { status: 200 } } ], after: [ { conform: { operations: all } } ] }",
    );
    check(&text, &["`conform` is a step of the check itself @ `{ conform: { operations: all } }`"]);
}

#[test]
fn a_grader_is_passive_by_one_word() {
    let text =
        |word: &str| expecting("{ status: 200 }").replace("checks:", &format!("conform: {word}\nchecks:"));
    check(&text("passive"), &[]);
    assert!(read(&text("passive")).expect("a grader").wants_contract().is_some());
    check(&text("active"), &["`active` is not one of passive @ `active`"]);
    check(
        &step("get: /, contract: openapi.yaml, expect: { status: 200 }"),
        &["expected true or false, found text @ `openapi.yaml`"],
    );
}

#[test]
fn a_contract_beside_the_grader_is_a_source_of_its_own() {
    let grader = read(&conform("operations: all, contract: text.txt")).expect("a grader");
    assert_eq!(grader.wants_contract(), None);
    assert_eq!(grader.sources.0[1].path, "graders/demo/text.txt");
    check(
        &conform("operations: all, contract: nowhere.yaml"),
        &["`nowhere.yaml` can't be read: no such file @ `nowhere.yaml`"],
    );
}
