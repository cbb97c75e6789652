//! Documents and answers that mean no good: an answer comes all the same, and soon.

use crate::{all, document, mistakes, read, taking};
use gradus_contract::judge::{self, Answer};
use gradus_model::json::Json;

#[test]
fn references_in_circles_are_mistakes() {
    let text = document(
        "paths:
  /a:
    get:
      parameters: [ { $ref: '#/components/parameters/A' } ]
      responses: { '200': { description: x } }
components:
  parameters: { A: { $ref: '#/components/parameters/B' }, B: { $ref: '#/components/parameters/A' } }
",
    );
    assert!(mistakes(&text)[0].starts_with("this reference leads back to itself"), "{:?}", mistakes(&text));
}

#[test]
fn a_schema_that_is_only_itself_makes_no_requests() {
    let text = taking("{ $ref: '#/components/schemas/A' }")
        + "components: { schemas: { A: { $ref: '#/components/schemas/B' }, B: { $ref: '#/components/schemas/A' } } }\n";
    // Whether such a schema is taken is the library's affair; that it ends is ours.
    if mistakes(&text).is_empty() {
        all(&read(&text));
    }
}

#[test]
fn a_long_chain_of_schemas_is_read() {
    let mut text = taking("{ $ref: '#/components/schemas/S0' }") + "components:\n  schemas:\n";
    for at in 0..400 {
        text += &format!(
            "    S{at}: {{ type: object, properties: {{ n: {{ $ref: '#/components/schemas/S{}' }} }} }}\n",
            at + 1
        );
    }
    text += "    S400: { type: string }\n";
    assert!(!all(&read(&text)).is_empty());
    let mut many = taking("{ $ref: '#/components/schemas/S0' }") + "components:\n  schemas:\n";
    for at in 0..1200 {
        many += &format!("    S{at}: {{ not: {{ $ref: '#/components/schemas/S{}' }} }}\n", at + 1);
    }
    many += "    S1200: { type: string }\n";
    assert_eq!(mistakes(&many).len(), 1, "{:?}", mistakes(&many));
}

#[test]
fn rules_that_ask_for_too_much_are_left_out() {
    for schema in [
        "{ type: string, minLength: 1000000000 }",
        "{ type: array, minItems: 1000000000, items: { type: string } }",
        "{ type: string, pattern: '^(a{1000}){1000}$' }",
        "{ type: integer, minimum: 5, maximum: 4 }",
        "{ type: integer, minimum: 99999999999999999999999 }",
        "{ allOf: [ { type: string }, { type: integer } ] }",
        "{ not: {} }",
        "false",
    ] {
        let text = taking(schema);
        if mistakes(&text).is_empty() {
            assert_eq!(all(&read(&text)), Vec::new(), "{schema}");
        }
    }
    let bound = "{ type: integer, minimum: -9223372036854775808, maximum: 18446744073709551615 }";
    assert!(!all(&read(&taking(bound))).is_empty());
    let wide: String = (0..300).map(|at| format!("p{at}: {{ type: string, maxLength: 5 }}, ")).collect();
    let cases = all(&read(&taking(&format!("{{ type: object, properties: {{ {wide} }} }}"))));
    assert!(cases.len() <= 1000, "{}", cases.len());
}

#[test]
fn deep_and_odd_answers_are_judged() {
    let text = document(
        "paths:
  /t:
    get:
      responses: { '200': { description: x, content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } } }
components: { schemas: { T: { type: array, items: { $ref: '#/components/schemas/T' } } } }
",
    );
    let contract = read(&text);
    let deep = (0..500).fold(Json::Array(Vec::new()), |inner, _| Json::Array(vec![inner]));
    let headers = [("content-type".to_owned(), vec![b'a', b'p', b'p', 0xff, b'/', b'j'])];
    let right = [("content-type".to_owned(), b"application/json".to_vec())];
    let judged = |headers: &[(String, Vec<u8>)], json: &Json| {
        judge::answer(&contract, 0, &Answer { status: 200, headers, body: b"x", json: Ok(json) }).len()
    };
    assert_eq!(judged(&right, &deep), 0);
    assert_eq!(judged(&headers, &deep), 1);
    assert_eq!(judged(&right, &Json::Number("1e999".into())), 1);
    let many = Json::Array((0..10_000).map(|_| Json::Null).collect());
    assert!(judged(&right, &many) <= 20);
}
