//! Schemas by which nothing is valid, and examples that break their own schema, are told where they stand.

use crate::{document, help, mistakes, taking};

#[track_caller]
fn check(text: &str, expect: &[&str]) {
    assert_eq!(mistakes(text), expect, "{text}");
}

fn old(schema: &str) -> String {
    taking(schema).replace("3.1.0", "3.0.3")
}

#[test]
fn limits_leave_something() {
    check(
        &taking("{ type: object, properties: { a: { type: string, minLength: 5, maxLength: 2 } } }"),
        &["nothing is valid: `minLength` 5 is more than `maxLength` 2 @ `5`"],
    );
    check(&taking("{ minItems: 2, maxItems: 2, minProperties: 0, maxProperties: 0 }"), &[]);
    check(
        &taking("{ type: integer, minimum: 5, maximum: 2 }"),
        &["nothing is valid: no number is at least 5 and at most 2 @ `5`"],
    );
    check(
        &taking("{ type: integer, exclusiveMinimum: 2, maximum: 2 }"),
        &["nothing is valid: no number is above 2 and at most 2 @ `2`"],
    );
    check(&taking("{ type: integer, minimum: 2, maximum: 2 }"), &[]);
    let answer = document(
        "paths:\n  /a:\n    get:\n      responses: { '200': { description: x, content: { application/json: { schema: { minimum: 3, maximum: 1 } } } } }\n",
    );
    check(&answer, &["nothing is valid: no number is at least 3 and at most 1 @ `3`"]);
    assert_eq!(help(&taking("{ minLength: 5, maxLength: 2 }")), "write the lesser one as `minLength`");
}

#[test]
fn names_and_formats_are_spelt_right() {
    let text = taking("{ type: object, required: [nam, id], properties: { name: {}, id: {} } }");
    check(&text, &["`nam` is required, and is none of the properties @ `nam`"]);
    assert_eq!(help(&text), "did you mean `name`?");
    check(&taking("{ required: [title], properties: { name: {} } }"), &[]);
    let text = taking("{ type: string, format: emial }");
    check(&text, &["`emial` is no format that is known @ `emial`"]);
    assert_eq!(help(&text), "did you mean `email`?");
    check(&taking("{ type: string, format: licence-plate }"), &[]);
}

#[test]
fn examples_and_defaults_are_valid() {
    check(
        &old("{ type: integer, example: seven }"),
        &["this example breaks its own schema: expected an integer @ `seven`"],
    );
    check(
        &taking("{ type: integer, examples: [7, seven] }"),
        &["this example breaks its own schema: expected an integer @ `seven`"],
    );
    check(
        &taking("{ properties: { a/b: { type: integer, minimum: 5, default: 1 } } }"),
        &["this default breaks its own schema: expected a number of at least 5 @ `1`"],
    );
    check(&taking("{ type: integer, minimum: 5, default: 5, examples: [6] }"), &[]);
    let referring = taking("{ type: array, items: { $ref: '#/components/schemas/A' }, examples: [[1, a]] }")
        + "components: { schemas: { A: { type: integer } } }\n";
    check(&referring, &["this example breaks its own schema: expected an integer at /1 @ `[1, a]`"]);
    let media = taking("{ type: integer }, example: seven");
    check(&media, &["this example breaks its own schema: expected an integer @ `seven`"]);
    let named = taking("{ type: integer }, examples: { a: { value: 7 }, b: { value: seven } }");
    check(&named, &["this example breaks its own schema: expected an integer @ `seven`"]);
    assert_eq!(help(&named), "make it valid, or mend the schema");
}

#[test]
fn examples_of_parameters_are_read_as_text() {
    let with = |example: &str| {
        document(&format!(
            "paths:\n  /a:\n    get:\n      parameters: [ {{ name: n, in: query, example: {example}, schema: {{ type: integer }} }} ]\n      responses: {{ '200': {{ description: x }} }}\n"
        ))
    };
    check(&with("7"), &[]);
    check(&with("'7'"), &[]);
    check(&with("seven"), &["this example breaks its own schema: expected an integer @ `seven`"]);
}

#[test]
fn an_example_may_be_of_one_way_only() {
    let thing = "{ type: object, required: [id, name], properties: { id: { type: integer, readOnly: true }, name: { type: string } }, example: { name: A } }";
    let text = document(&format!(
        "paths:\n  /a:\n    post:\n      requestBody: {{ content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/T' }} }} }} }}\n      responses: {{ '200': {{ description: x, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/T' }} }} }} }} }}\ncomponents: {{ schemas: {{ T: {thing} }} }}\n"
    ));
    check(&text, &[]);
}
