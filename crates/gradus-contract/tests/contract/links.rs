//! How requests get at things that exist.

use crate::{document, read};
use gradus_contract::contract::Contract;
use gradus_contract::link::{Origin, Told, origin, unreachable};
use serde_json::{Value, json};

/// A document with `GET /things/{id}`, and this beside it.
fn contract(others: &str) -> Contract {
    read(&document(&format!(
        "paths:
  /things/{{id}}:
    parameters: [ {{ name: id, in: path, required: true, schema: {{ type: string }} }} ]
    get:
      operationId: readThing
      responses: {{ '200': {{ description: It }}, '404': {{ description: None }} }}
{others}"
    )))
}

/// What an exchange with the source tells: the value for `id`.
fn told(contract: &Contract, headers: &[(&str, &str)], answered: &Value) -> Option<Value> {
    let parameter = &contract.operations[0].parameters[0];
    let Some(Origin::From(source)) = origin(contract, 0, parameter, &[]) else { panic!("no source") };
    let headers: Vec<(String, Vec<u8>)> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
    let path = [("id".to_owned(), json!("own"))];
    let sent = json!({"code": "s"});
    let told = Told { path: &path, sent: Some(&sent), headers: &headers, answered: Some(answered) };
    source.take(contract, 0, "id", &told)
}

const POST: &str = "  /things:
    post:
      responses: { '201': { description: Made } }
";

#[test]
fn a_post_on_the_collection_tells_the_id_by_field_location_or_address() {
    let contract = contract(POST);
    assert_eq!(told(&contract, &[], &json!({"id": 7})), Some(json!(7)));
    assert_eq!(told(&contract, &[("Location", "http://h:1/things/a%20b")], &json!({})), Some(json!("a b")));
    assert_eq!(told(&contract, &[], &json!({"url": "/things/9"})), Some(json!("9")));
    assert_eq!(told(&contract, &[("location", "/others/7")], &json!({"id": {}})), None);
}

#[test]
fn links_of_the_contract_go_first() {
    let link = |expression: &str| {
        contract(&format!(
            "{}      operationId: make
  /shelves:
    post:
      responses:
        '201':
          description: Made
          links: {{ thing: {{ operationId: readThing, parameters: {{ id: '{expression}' }} }} }}
",
            POST
        ))
    };
    let body = json!({"id": 1, "things": [{"name": "x"}]});
    for (expression, expect) in [
        ("$response.body#/things/0/name", json!("x")),
        ("$response.header.x-thing", json!("h")),
        ("$request.body#/code", json!("s")),
        ("$request.path.id", json!("own")),
        ("t-{$response.body#/id}-{$request.body#/code}", json!("t-1-s")),
        ("always", json!("always")),
    ] {
        assert_eq!(told(&link(expression), &[("x-thing", "h")], &body), Some(expect), "{expression}");
    }
}

#[test]
fn a_put_makes_what_it_is_sent_to() {
    let contract = contract("    put: { responses: { '201': { description: Made } } }\n");
    assert_eq!(told(&contract, &[], &json!({})), Some(json!("own")));
    let put = contract.operations.iter().position(|operation| operation.method == "PUT").expect("PUT");
    assert_eq!(origin(&contract, put, &contract.operations[put].parameters[0], &[]), Some(Origin::Drawn));
}

#[test]
fn what_nobody_tells_is_named() {
    let contract = contract("");
    assert_eq!(unreachable(&contract, 0, &[]), Some("id".into()));
    assert_eq!(unreachable(&contract, 0, &[("id".into(), json!("7"))]), None);
    // Who needs the other first never begins.
    let circle = read(&document(
        "paths:
  /a/{x}/b:
    post:
      parameters: [ { name: x, in: path, required: true, schema: { type: string } } ]
      responses: { '201': { description: Made, links: { l: { operationId: d, parameters: { y: '$response.body#/y' } } } } }
      operationId: b
  /c/{y}/d:
    post:
      parameters: [ { name: y, in: path, required: true, schema: { type: string } } ]
      responses: { '201': { description: Made, links: { l: { operationId: b, parameters: { x: '$response.body#/x' } } } } }
      operationId: d
",
    ));
    assert!(unreachable(&circle, 0, &[]).is_some());
}
