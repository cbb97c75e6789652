//! What is of another kind than OpenAPI says is a mistake where it stands, and never taken for nothing.

use crate::{document, help, mistakes, taking};

#[track_caller]
fn check(text: &str, expect: &[&str]) {
    assert_eq!(mistakes(text), expect, "{text}");
}

/// A document with one operation that says this.
fn operation(keys: &str) -> String {
    document(&format!("paths:\n  /a:\n    post: {{ {keys} }}\n"))
}

const ANSWERS: &str = "responses: { '200': { description: x } }";

#[test]
fn properties_and_branches_of_schemas() {
    check(&taking("{ properties: [a] }"), &["expected a map, found a list @ `[a]`"]);
    check(&taking("{ properties: a }"), &["expected a map, found text @ `a`"]);
    check(&taking("{ allOf: { type: string } }"), &["expected a list, found a map @ `{ type: string }`"]);
    check(&taking("{ writeOnly: yes }"), &["expected true or false, found text @ `yes`"]);
    assert_eq!(help(&taking("{ properties: [a] }")), "write properties: { NAME: … }");
}

#[test]
fn what_an_operation_takes() {
    let with = |keys: &str| operation(&format!("{keys}, {ANSWERS}"));
    check(
        &with("parameters: { name: a, in: query }"),
        &["expected a list, found a map @ `{ name: a, in: query }`"],
    );
    assert_eq!(
        help(&with("parameters: { name: a, in: query }")),
        "write [ { name: page, in: query, schema: … } ]"
    );
    let parameter = |keys: &str| with(&format!("parameters: [ {{ name: a, in: query, {keys} }} ]"));
    check(&parameter("required: yes"), &["expected true or false, found text @ `yes`"]);
    assert_eq!(help(&parameter("required: yes")), "write required: true");
    check(&parameter("explode: no"), &["expected true or false, found text @ `no`"]);
    check(&parameter("examples: [abc]"), &["expected a map, found a list @ `[abc]`"]);
    check(&parameter("examples: { a: abc }"), &["expected a map, found text @ `abc`"]);
    check(&parameter("examples: { a: { valu: abc } }"), &["unknown key `valu` @ `valu`"]);
    check(&parameter("examples: { a: { value: abc } }"), &[]);
    let body = |keys: &str| with(&format!("requestBody: {{ {keys} }}"));
    check(&body("required: yes, content: {}"), &["expected true or false, found text @ `yes`"]);
    check(&body("content: application/json"), &["expected a map, found text @ `application/json`"]);
    check(&with("operationId: 5"), &["expected text, found a number @ `5`"]);
}

#[test]
fn how_an_operation_answers() {
    let answer = |keys: &str| operation(&format!("responses: {{ '200': {{ {keys} }} }}"));
    check(&answer("content: [application/json]"), &["expected a map, found a list @ `[application/json]`"]);
    check(&answer("headers: [etag]"), &["expected a map, found a list @ `[etag]`"]);
    check(&answer("headers: { etag: { required: yes } }"), &["expected true or false, found text @ `yes`"]);
    check(&answer("links: [a]"), &["expected a map, found a list @ `[a]`"]);
    check(&operation("responses: [a]"), &["expected a map, found a list @ `[a]`"]);
    check(&document("paths: [a]\n"), &["expected a map, found a list @ `[a]`"]);
}
