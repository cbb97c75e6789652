//! Mistakes in the keywords of schemas are told in words, each with the way out; so is what 3.0 would pass over in silence.

use crate::{help, mistakes, taking};

#[track_caller]
fn check(text: &str, expect: &str, way_out: &str) {
    assert_eq!(mistakes(text), [expect], "{text}");
    assert_eq!(help(text), way_out, "{text}");
}

/// The same in OpenAPI 3.0.
fn old(schema: &str) -> String {
    taking(schema).replace("3.1.0", "3.0.3")
}

#[test]
fn types_are_named() {
    check(
        &taking("{ type: [string, null] }"),
        "a type is named by text, and this is null itself @ `null`",
        "quote it: \"null\"",
    );
    check(&taking("{ type: strnig }"), "`strnig` is no type @ `strnig`", "did you mean `string`?");
    check(&taking("{ type: [integer, strin] }"), "`strin` is no type @ `strin`", "did you mean `string`?");
    check(&taking("{ type: bool }"), "`bool` is no type @ `bool`", "did you mean `boolean`?");
    check(
        &taking("{ type: date }"),
        "`date` is no type @ `date`",
        "types are string, integer, number, boolean, array, object, null",
    );
    check(
        &taking("{ type: [string, string] }"),
        "a list of types names one or more, each once @ `[string, string]`",
        "types are string, integer, number, boolean, array, object, null",
    );
    check(
        &old("{ type: strnig, nullable: true }"),
        "`strnig` is no type @ `strnig`",
        "did you mean `string`?",
    );
}

#[test]
fn limits_are_numbers() {
    check(
        &taking("{ type: integer, minimum: 3, exclusiveMinimum: true }"),
        "in OpenAPI 3.1, `exclusiveMinimum` is a number: the limit, which is left out @ `true`",
        "write `exclusiveMinimum: 3`, and take `minimum` away",
    );
    check(
        &taking("{ type: integer, exclusiveMaximum: true }"),
        "in OpenAPI 3.1, `exclusiveMaximum` is a number: the limit, which is left out @ `true`",
        "write the limit itself: `exclusiveMaximum: 0`",
    );
    check(
        &taking("{ type: string, minLength: -1 }"),
        "`minLength` is a whole number from 0, and not -1 @ `-1`",
        "",
    );
    check(&taking("{ maximum: '5' }"), "`maximum` is a number, and not \"5\" @ `'5'`", "");
    check(&taking("{ uniqueItems: yes }"), "`uniqueItems` is true or false, and not \"yes\" @ `yes`", "");
}

#[test]
fn required_names_properties() {
    for text in [taking as fn(&str) -> String, old] {
        check(
            &text("{ type: object, properties: { name: { type: string, required: true } } }"),
            "`required` is a list of names @ `true`",
            "write `required: [name]` in the schema whose property it is",
        );
    }
    check(
        &taking("{ required: [a, a] }"),
        "`required` is a list of names @ `[a, a]`",
        "write `required: [NAME]`, each name once",
    );
}

#[test]
fn what_3_0_ignores_is_said() {
    let referring = |beside: &str| {
        old(&format!("{{ $ref: '#/components/schemas/Name', {beside} }}"))
            + "components: { schemas: { Name: { type: string } } }\n"
    };
    check(
        &referring("nullable: true"),
        "in OpenAPI 3.0, `nullable` says nothing where it stands beside `$ref` @ `nullable`",
        "say it in the schema that is referred to, or write `openapi: 3.1.0`",
    );
    assert_eq!(mistakes(&referring("description: A name")), Vec::<String>::new());
    assert_eq!(mistakes(&referring("maxLength: 3").replace("3.0.3", "3.1.0")), Vec::<String>::new());
    check(
        &old("{ nullable: true }"),
        "`nullable` says nothing without a `type` beside it @ `true`",
        "add `type`, or write `openapi: 3.1.0` and `type: [string, \"null\"]`",
    );
    check(
        &old("{ type: string, nullable: true, enum: [a, b] }"),
        "`nullable` says nothing where `enum` does not list null @ `true`",
        "add null to `enum`, or take `nullable` away",
    );
    assert_eq!(mistakes(&old("{ type: string, nullable: true, enum: [a, null] }")), Vec::<String>::new());
    check(
        &old("{ type: string, nullable: yes }"),
        "expected true or false, found text @ `yes`",
        "write nullable: true",
    );
    check(
        &old("{ type: integer, exclusiveMinimum: true }"),
        "`exclusiveMinimum` says nothing without `minimum`, the limit that it is about @ `true`",
        "add `minimum`",
    );
    assert_eq!(mistakes(&old("{ type: integer, minimum: 3, exclusiveMinimum: true }")), Vec::<String>::new());
}
