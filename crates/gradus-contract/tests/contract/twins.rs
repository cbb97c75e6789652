//! The same contract in OpenAPI 3.0 and 3.1 gives the same requests and the same judgement.

use crate::{read, sent};
use gradus_contract::case::{Wanted, cases};
use gradus_contract::judge::{self, Answer};
use gradus_model::json::Json;

const V31: &str = "openapi: 3.1.0
info: { title: A, version: '1' }
paths:
  /things:
    post:
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }
      responses:
        '201': { description: Made, content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }
        '400': { description: Wrong }
components:
  schemas:
    Thing:
      type: object
      required: [name]
      properties:
        name: { type: [string, 'null'], minLength: 1, examples: [lamp] }
        price: { type: number, exclusiveMinimum: 0, maximum: 10 }
        count: { type: integer, minimum: 1, exclusiveMaximum: 5 }
        next: { $ref: '#/components/schemas/Thing' }
";

fn v30() -> String {
    V31.replace("3.1.0", "3.0.3")
        .replace(
            "type: [string, 'null'], minLength: 1, examples: [lamp]",
            "type: string, nullable: true, minLength: 1, example: lamp",
        )
        .replace("exclusiveMinimum: 0", "minimum: 0, exclusiveMinimum: true")
        .replace(
            "minimum: 1, exclusiveMaximum: 5",
            "minimum: 1, exclusiveMinimum: false, maximum: 5, exclusiveMaximum: true",
        )
}

#[test]
fn twins_make_the_same_requests() {
    let asked = |text: &str| {
        let contract = read(text);
        let all = cases(&contract, 0, &Wanted { seed: 3, label: "twins", most: 500, given: &[] });
        all.iter().map(|case| (case.label.clone(), sent(case))).collect::<Vec<_>>()
    };
    let (new, old) = (asked(V31), asked(&v30()));
    assert!(new.len() > 40, "{}", new.len());
    assert_eq!(new, old);
}

#[test]
fn twins_judge_alike() {
    let judged = |text: &str, body: &Json| {
        let contract = read(text);
        let headers = [("content-type".to_owned(), b"application/json".to_vec())];
        let answer = Answer { status: 201, headers: &headers, body: b"{}", json: Ok(body) };
        judge::answer(&contract, 0, &answer)
            .into_iter()
            .map(|breach| (breach.path, breach.wanted))
            .collect::<Vec<_>>()
    };
    let number = |text: &str| Json::Number(text.into());
    for (price, count, name) in [("0", "1", Json::Null), ("0.1", "5", "a".into()), ("10", "4", "".into())] {
        let body = Json::Object(vec![
            ("name".into(), name),
            ("price".into(), number(price)),
            ("count".into(), number(count)),
        ]);
        let found = judged(V31, &body);
        assert_eq!(found.len(), 1, "{body}: {found:?}");
        assert_eq!(found, judged(&v30(), &body), "{body}");
    }
}
