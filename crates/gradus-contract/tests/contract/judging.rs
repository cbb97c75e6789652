//! Answers against what the contract says of them.

use crate::{all, document, read};
use gradus_contract::breach::Got;
use gradus_contract::case::Aim;
use gradus_contract::contract::Contract;
use gradus_contract::judge::{self, Answer, Leave};
use gradus_model::json::Json;

const CONTRACT: &str = "servers: [ { url: 'https://example.com/api/v1/' } ]
paths:
  /things:
    post:
      requestBody:
        required: true
        content: { application/json: { schema: { type: object, required: [n], properties: { n: { type: integer, maximum: 9 } } } } }
      responses:
        '201':
          description: Made
          headers:
            location: { required: true, schema: { type: string, pattern: ^/things/ } }
            x-left: { schema: { type: integer, minimum: 0 } }
          content:
            application/json: { schema: { type: object, required: [id], properties: { id: { type: integer } } } }
            text/plain: { schema: { type: string, maxLength: 3 } }
        '2XX': { description: Fine too, content: { 'application/*': {} } }
        '400': { description: Wrong }
        default: { description: Anything }
  /things/{id}:
    get:
      parameters: [ { name: id, in: path, required: true, schema: { type: string } } ]
      responses: { '200': { description: It }, '404': { description: None } }
  /things/best:
    get:
      responses: { '200': { description: The best } }
";

struct Sent<'a>(u16, &'a [(&'a str, &'a str)], &'a str);

fn contract() -> Contract {
    read(&document(CONTRACT))
}

/// `path: got -> wanted` of each breach.
fn judged(
    sent: &Sent<'_>,
    judge: impl Fn(&Contract, &Answer<'_>) -> Vec<gradus_contract::breach::Breach>,
) -> Vec<String> {
    let headers: Vec<(String, Vec<u8>)> =
        sent.1.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
    let object = Json::Object(vec![("id".into(), Json::Number("7".into()))]);
    let json = match sent.2 {
        "{\"id\":7}" => Ok(&object),
        _ => Err("not JSON"),
    };
    let answer = Answer { status: sent.0, headers: &headers, body: sent.2.as_bytes(), json };
    let breaches = judge(&contract(), &answer);
    breaches
        .into_iter()
        .map(|breach| {
            let got = match breach.got {
                Got::Nothing => "nothing".to_owned(),
                Got::Words(text) => text,
                Got::Value(json) => json.to_string(),
            };
            format!("{}: {got} -> {} @ {}", breach.path, breach.wanted, breach.pointer)
        })
        .collect()
}

#[track_caller]
fn check(sent: Sent<'_>, expect: &[&str]) {
    assert_eq!(judged(&sent, |contract, answer| judge::answer(contract, 0, answer)), expect);
}

const JSON: (&str, &str) = ("Content-Type", "application/json; charset=utf-8");

#[test]
fn status_headers_content_type_and_body_are_judged() {
    check(Sent(201, &[JSON, ("location", "/things/7")], "{\"id\":7}"), &[]);
    check(
        Sent(201, &[JSON, ("x-left", "many")], "{\"id\":7}"),
        &[
            "headers.location: nothing -> a header, which is required @ paths./things.post.responses.201.headers.location",
            "headers.x-left: \"many\" -> an integer @ paths./things.post.responses.201.headers.x-left.schema.type",
        ],
    );
    check(
        Sent(201, &[JSON, ("location", "/things/7")], "oops"),
        &["json: not JSON -> JSON, as the content type says @ paths./things.post.responses.201.content"],
    );
    check(
        Sent(201, &[("content-type", "text/html"), ("location", "/things/7")], "<p>"),
        &[
            "headers.content-type: text/html -> application/json, text/plain @ paths./things.post.responses.201.content",
        ],
    );
    check(
        Sent(201, &[("location", "/things/7")], ""),
        &[
            "body: nothing -> a body of application/json, text/plain @ paths./things.post.responses.201.content",
        ],
    );
    check(
        Sent(201, &[("content-type", "text/plain"), ("location", "/things/7")], "four"),
        &[
            "text: \"four\" -> text of at most 3 characters @ paths./things.post.responses.201.content.text/plain.schema.maxLength",
        ],
    );
}

#[test]
fn a_media_type_without_a_schema_promises_no_more_than_itself() {
    let contract = read(&document(
        "paths:
  /echo: { post: { responses: { '200': { description: x, content: { '*/*': {} } } } } }
  /data: { post: { responses: { '200': { description: x, content: { application/json: {} } } } } }
",
    ));
    let count = |operation: usize, body: &str| {
        let headers = [("content-type".to_owned(), b"application/json".to_vec())];
        let answer = Answer { status: 200, headers: &headers, body: body.as_bytes(), json: Err("not JSON") };
        judge::answer(&contract, operation, &answer).len()
    };
    assert_eq!((count(0, ""), count(0, "{"), count(1, ""), count(1, "{")), (0, 0, 1, 1));
}

#[test]
fn formats_that_only_openapi_has_are_judged_and_point_at_themselves() {
    let header = |format: &str| {
        let kind = if format == "byte" { "string" } else { "integer" };
        format!("            {format}: {{ schema: {{ type: {kind}, format: {format} }} }}\n")
    };
    let headers: String = ["int32", "int64", "byte"].map(header).concat();
    let contract = read(&document(&format!(
        "paths:\n  /a:\n    get:\n      responses:\n        '200':\n          description: x\n          headers:\n{headers}"
    )));
    let judged = |name: &str, value: &str| {
        let headers = [(name.to_owned(), value.as_bytes().to_vec())];
        let answer = Answer { status: 200, headers: &headers, body: b"", json: Err("not JSON") };
        let breaches = judge::answer(&contract, 0, &answer);
        let told = breaches.iter().map(|breach| format!("{} @ {}", breach.wanted, breach.pointer));
        told.collect::<Vec<_>>().join(", ")
    };
    for (name, fits, does_not, wanted) in [
        ("int32", "-2147483648", "2147483648", "a number of at most 2147483647"),
        ("int64", "9223372036854775807", "9223372036854775808", "a number of at most 9223372036854775807"),
        ("byte", "aGk=", "aGk", "text of the format byte"),
    ] {
        assert_eq!(judged(name, fits), "", "{name}");
        let place = format!("paths./a.get.responses.200.headers.{name}.schema.format");
        assert_eq!(judged(name, does_not), format!("{wanted} @ {place}"));
    }
}

#[test]
fn the_nearest_word_about_a_status_counts() {
    check(Sent(202, &[("content-type", "application/cbor")], "x"), &[]);
    check(
        Sent(202, &[("content-type", "text/plain")], "x"),
        &["headers.content-type: text/plain -> application/* @ paths./things.post.responses.2XX.content"],
    );
    check(Sent(418, &[], "short and stout"), &[]);
    check(Sent(204, &[], ""), &[]);
    let of_thing = |status| {
        judged(&Sent(status, &[], ""), |contract, answer| {
            let operation = contract.asked("GET", "/api/v1/things/7").expect("an operation");
            judge::answer(contract, operation, answer)
        })
    };
    assert_eq!(of_thing(404), Vec::<String>::new());
    assert_eq!(
        of_thing(500),
        ["status: 500 -> a status that the contract names: 200, 404 @ paths./things/{id}.get.responses"]
    );
}

#[test]
fn what_came_of_a_case_is_judged_by_its_aim() {
    let contract = contract();
    let cases = all(&contract);
    let of = |aim, status, leave: &Leave<'_>| {
        let case = cases.iter().find(|case| case.aim == aim).expect("a case");
        let found =
            judged(&Sent(status, &[], ""), |contract, answer| judge::case(contract, case, leave, answer));
        found.into_iter().filter(|text| text.starts_with("status")).collect::<Vec<_>>()
    };
    let none = Leave { known: false, statuses: &[] };
    let valid = "what a valid request is answered with: 201, 2XX, default @ paths./things.post.responses";
    assert_eq!(of(Aim::Accepted, 400, &none), [format!("status: 400 -> {valid}")]);
    assert_eq!(
        of(Aim::Accepted, 500, &none),
        [format!("status: 500 -> {valid}")],
        "`default` promises no failure"
    );
    assert_eq!(of(Aim::Accepted, 409, &none), Vec::<String>::new(), "a state may be in the way");
    assert_eq!(of(Aim::Accepted, 404, &none), Vec::<String>::new());
    assert_eq!(
        of(Aim::Accepted, 404, &Leave { known: true, statuses: &[] }).len(),
        1,
        "it was made just before"
    );
    assert_eq!(of(Aim::Accepted, 400, &Leave { known: true, statuses: &[400] }), Vec::<String>::new());
    assert_eq!(of(Aim::Refused, 400, &none), Vec::<String>::new());
    for status in [201, 302, 500] {
        let found = of(Aim::Refused, status, &none);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("a refusal that the contract names: 400"), "{found:?}");
    }
}

#[test]
fn an_operation_is_found_by_what_was_asked() {
    let contract = contract();
    let title =
        |method: &str, target: &str| contract.asked(method, target).map(|at| contract.operations[at].title());
    assert_eq!(title("GET", "/api/v1/things/7?x=1").as_deref(), Some("GET /things/{id}"));
    assert_eq!(title("GET", "/api/v1/things/best").as_deref(), Some("GET /things/best"));
    assert_eq!(title("GET", "/things/7"), None);
    assert_eq!(title("DELETE", "/api/v1/things/7"), None);
    assert_eq!(contract.named("post /things"), Ok(0));
    assert_eq!(contract.named("POST /thing"), Err(Some("POST /things".into())));
    assert_eq!(contract.named("buy"), Err(None));
}
