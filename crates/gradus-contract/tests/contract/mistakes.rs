//! Each mistake in a document is named, with exactly the text underlined that is meant.

use crate::{document, help, mistakes, read, taking};

#[track_caller]
fn check(text: &str, expect: &[&str]) {
    assert_eq!(mistakes(text), expect, "{text}");
}

/// A document with one operation whose responses these are, and what stands behind it.
fn answering(responses: &str, rest: &str) -> String {
    document(&format!("paths:\n  /a:\n    get:\n      responses: {responses}\n{rest}"))
}

#[test]
fn other_documents_are_told_from_contracts() {
    check("a: 1\n", &["`openapi: 3.1.0` is missing @ `a: 1`"]);
    check("swagger: '2.0'\n", &["`openapi: 3.1.0` is missing @ `'2.0'`"]);
    assert!(help("swagger: '2.0'\n").contains("Swagger"));
    check("openapi: 3.2.0\n", &["OpenAPI 3.2.0 is not read here @ `3.2.0`"]);
    check("- a\n", &["this is no OpenAPI document: a map is expected @ `- a`"]);
    check(&document("paths: {}\n"), &["the contract has no operations @ `{}`"]);
    assert!(mistakes("openapi: [")[0].starts_with("this is not YAML"));
}

#[test]
fn a_document_may_be_json() {
    let text = r#"{"openapi": "3.0.3", "info": {"title": "A", "version": "1"}, "paths": {"/a": {"get": {"responses": {"200": {"description": "x"}}}}}}"#;
    assert_eq!(read(text).operations[0].title(), "GET /a");
}

#[test]
fn misspelt_keys_and_keywords_are_found() {
    check(&answering("{ '200': { desciption: x } }", ""), &["unknown key `desciption` @ `desciption`"]);
    assert_eq!(help(&answering("{ '200': { desciption: x } }", "")), "did you mean `description`?");
    check(&answering("{ '2000': { description: x } }", ""), &["`2000` is no status @ `'2000'`"]);
    check(&taking("{ type: string, maxLenght: 3 }"), &["unknown keyword `maxLenght` @ `maxLenght`"]);
    check(&taking("{ type: string, x-own: 3 }"), &[]);
}

#[test]
fn schemas_have_to_be_schemas() {
    assert!(
        mistakes(&taking("{ type: string, pattern: '(' }"))[0].ends_with("@ `'('`"),
        "{:?}",
        mistakes(&taking("{ type: string, pattern: '(' }"))
    );
    check(&taking("[ a ]"), &["a schema is a map, found a list @ `[ a ]`"]);
}

#[test]
fn each_version_knows_its_own_words() {
    check(
        &taking("{ type: string, nullable: true }"),
        &["OpenAPI 3.1 does not know `nullable` @ `nullable`"],
    );
    let old = |schema: &str| taking(schema).replace("3.1.0", "3.0.3");
    check(&old("{ type: [string, 'null'] }"), &["in OpenAPI 3.0, a value has one type @ `[string, 'null']`"]);
    check(
        &old("{ type: integer, exclusiveMinimum: 3 }"),
        &["in OpenAPI 3.0, `exclusiveMinimum` is true or false @ `3`"],
    );
    check(&old("{ const: 3 }"), &["OpenAPI 3.0 does not know `const` @ `const`"]);
    check(&taking("{ $id: 'https://example.com/a' }"), &["`$id` is not read here @ `$id`"]);
}

#[test]
fn references_lead_somewhere_in_the_document() {
    let text = taking("{ $ref: '#/components/schemas/Thng' }")
        + "components: { schemas: { Thing: { type: string } } }\n";
    check(&text, &["there is nothing at `#/components/schemas/Thng` @ `'#/components/schemas/Thng'`"]);
    assert_eq!(help(&text), "did you mean `Thing`?");
    let elsewhere = taking("{ $ref: 'other.yaml#/Thing' }");
    check(
        &elsewhere,
        &["`other.yaml#/Thing` is in another document, which is not read @ `'other.yaml#/Thing'`"],
    );
    check(
        &answering("{ '200': { $ref: '#/components/responses/A' } }", ""),
        &["there is nothing at `#/components/responses/A` @ `'#/components/responses/A'`"],
    );
}

#[test]
fn paths_and_parameters_go_together() {
    let with = |path: &str, parameter: &str| {
        document(&format!(
            "paths:\n  {path}:\n    get:\n      parameters: [ {{ {parameter} }} ]\n      responses: {{ '200': {{ description: x }} }}\n"
        ))
    };
    check(&with("/a/{id}", "name: id, in: path, required: true, schema: {}"), &[]);
    check(
        &with("/a/{id}", "name: x, in: query, schema: {}"),
        &["no parameter says what `{id}` in the path is @ `get`"],
    );
    check(
        &with("/a", "name: id, in: path, required: true, schema: {}"),
        &["the path has no `{id}` @ `{ name: id, in: path, required: true, schema: {} }`"],
    );
    check(
        &with("/a/{id}", "name: id, in: path, schema: {}"),
        &["a parameter of the path is always required @ `{ name: id, in: path, schema: {} }`"],
    );
    check(&with("a", "name: x, in: query"), &["a path begins with `/` @ `a`"]);
    let twice = document(
        "paths:\n  /a/{x}: { get: { responses: { '200': {} }, parameters: [ { name: x, in: path, required: true } ] } }\n  /a/{y}: { get: { responses: { '200': {} }, parameters: [ { name: y, in: path, required: true } ] } }\n",
    );
    check(&twice, &["this is the path `/a/{x}`, with other names @ `/a/{y}`"]);
}

#[test]
fn links_lead_to_operations() {
    let link = |link: &str| {
        answering(
            &format!("{{ '200': {{ description: x, links: {{ a: {{ {link} }} }} }} }}"),
            "      operationId: one\n",
        )
    };
    check(&link("operationId: one"), &[]);
    assert!(
        mistakes(&link("operationId: two"))[0]
            .starts_with("a link leads to `two`, and there is no such operation")
    );
    assert!(mistakes(&link("description: x"))[0].starts_with("this link leads to no operation"));
    assert!(
        mistakes(&link("operationId: one, parameters: { id: $url }"))[0]
            .starts_with("`$url` is not read here")
    );
}
