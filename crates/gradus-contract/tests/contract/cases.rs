//! Which requests are made of which schemas.

use crate::{all, document, labels, read, sent, taking};
use gradus_contract::case::{Aim, Case, Payload, Wanted, cases};
use gradus_contract::request;
use serde_json::{Value, json};

/// The bodies that are meant to be refused, by what is special about them; the parts that are drawn at random are left out.
#[track_caller]
fn refused(schema: &str, expect: &[(&str, Value)]) {
    let contract = read(&taking(schema));
    let cases = all(&contract);
    for (label, value) in expect {
        let found = cases.iter().find(|case| case.label == *label && case.aim == Aim::Refused);
        let found = found.unwrap_or_else(|| panic!("{label:?} in {:#?}", labels(&cases, Aim::Refused)));
        assert_eq!(sent(found), value.to_string(), "{label}");
    }
    let known = |case: &&Case| {
        !expect.iter().any(|(label, _)| *label == case.label)
            && !["without a body", "JSON that is cut off before its end"].contains(&case.label.as_str())
    };
    let others: Vec<&str> =
        cases.iter().filter(|case| case.aim == Aim::Refused).filter(known).map(|case| &*case.label).collect();
    assert_eq!(others, Vec::<&str>::new(), "besides, for {schema}");
}

#[test]
fn each_rule_of_a_text_is_broken() {
    refused(
        "{ type: [string, 'null'], enum: [red, blue] }",
        &[
            ("the body is a number instead of text", json!(7)),
            ("the body is a list instead of text", json!([])),
            ("the body is none of those that are listed", json!("redx")),
        ],
    );
    let contract = read(&taking("{ type: string, minLength: 2, maxLength: 5 }"));
    let cases = all(&contract);
    let length = |label: &str| {
        let case = cases.iter().find(|case| case.label == label).unwrap_or_else(|| panic!("{label}"));
        serde_json::from_str::<String>(&sent(case)).expect("text").chars().count()
    };
    assert_eq!(length("the body exactly as long as minLength 2"), 2);
    assert_eq!(length("the body exactly as long as maxLength 5"), 5);
    assert_eq!(length("the body 5 characters of four bytes each, as many as maxLength 5"), 5);
    assert_eq!(length("the body one character shorter than minLength 2"), 1);
    assert_eq!(length("the body one character longer than maxLength 5"), 6);
}

#[test]
fn each_rule_of_a_number_is_broken() {
    refused(
        "{ type: integer, minimum: 3, exclusiveMaximum: 9 }",
        &[
            ("the body is text instead of an integer", json!("seven")),
            ("the body is a number in quotes instead of an integer", json!("3")),
            ("the body is a number with a fraction instead of an integer", json!(1.5)),
            ("the body is a bool instead of an integer", json!(true)),
            ("the body is a list instead of an integer", json!([])),
            ("the body is an object instead of an integer", json!({})),
            ("the body is null instead of an integer", json!(null)),
            ("the body just below minimum 3", json!(2)),
            ("the body exactly exclusiveMaximum 9", json!(9)),
        ],
    );
    let contract = read(&taking("{ type: number, minimum: 0.5, maximum: 1, multipleOf: 0.25 }"));
    let cases = all(&contract);
    let all: Vec<(&str, String)> = cases.iter().map(|case| (case.label.as_str(), sent(case))).collect();
    assert!(all.contains(&("the body exactly minimum 0.5", "0.5".into())), "{all:?}");
    assert!(all.contains(&("the body just below minimum 0.5", "0.49".into())), "{all:?}");
    assert!(all.contains(&("the body is no multiple of 0.25", "0.875".into())), "{all:?}");
}

#[test]
fn each_rule_of_an_object_is_broken_within_an_object_that_is_right_otherwise() {
    refused(
        "{ type: object, required: [a], additionalProperties: false, properties: { a: { const: 1 }, b: { const: 2 } } }",
        &[
            ("the body is text instead of an object", json!("seven")),
            ("the body is a number instead of an object", json!(7)),
            ("the body is a list instead of an object", json!([])),
            ("the body is null instead of an object", json!(null)),
            ("`a` left out, which is required", json!({"b": 2})),
            ("`a` is none of those that are listed", json!({"a": -1_000_002, "b": 2})),
            ("`b` is none of those that are listed", json!({"a": 1, "b": -1_000_001})),
            (
                "the body has a field more, with additionalProperties: false",
                json!({"a": 1, "b": 2, "something_else": 1}),
            ),
        ],
    );
}

#[test]
fn each_rule_of_a_list_is_broken() {
    refused(
        "{ type: array, minItems: 1, maxItems: 2, uniqueItems: true, items: { enum: [1, 2, 3, 4, 5, 6] } }",
        &[
            ("the body is text instead of a list", json!("seven")),
            ("the body is a number instead of a list", json!(7)),
            ("the body is an object instead of a list", json!({})),
            ("the body is null instead of a list", json!(null)),
            ("the body one element fewer than minItems 1", json!([])),
            ("the body one element more than maxItems 2", json!([6, 1, 4])),
            ("the body has one element twice, with uniqueItems", json!([6, 6])),
            ("`[0]` is none of those that are listed", json!([-1_000_002])),
        ],
    );
}

#[test]
fn each_format_has_texts_that_are_almost_of_it() {
    for (format, almost) in [
        ("uuid", "the body is a UUID that lacks a digit"),
        ("date", "the body is a day that no calendar has"),
        ("date-time", "the body is a moment without its zone"),
        ("email", "the body is no address"),
        ("uri", "the body is no address"),
        ("ipv4", "the body is an address with a part above 255"),
    ] {
        let cases = all(&read(&taking(&format!("{{ type: string, format: {format} }}"))));
        assert!(
            labels(&cases, Aim::Refused).contains(&almost),
            "{format}: {:?}",
            labels(&cases, Aim::Refused)
        );
        assert!(!labels(&cases, Aim::Accepted).is_empty(), "{format}");
    }
}

#[test]
fn texts_fit_their_pattern_or_just_do_not() {
    for pattern in ["^[A-Z]{2}-[0-9]{3,5}$", r"^\\d+(\\.\\d{1,2})?$", "^(red|green)$", "^[^ ]+$"] {
        let cases = all(&read(&taking(&format!("{{ type: string, pattern: \"{pattern}\" }}"))));
        assert!(labels(&cases, Aim::Accepted).len() >= 2, "{pattern}: {cases:?}");
        assert!(
            labels(&cases, Aim::Refused).iter().any(|label| label.contains("pattern")),
            "{pattern}: {cases:?}"
        );
    }
}

#[test]
fn examples_choices_and_branches_are_all_asked() {
    let schema = "{ oneOf: [ { type: string, enum: [a, b] }, { type: object, required: [n], properties: { n: { type: boolean } } } ] }";
    let cases = all(&read(&taking(schema)));
    let sent: Vec<String> = cases.iter().filter(|case| case.aim == Aim::Accepted).map(sent).collect();
    for value in ["\"a\"", "\"b\"", "{\"n\":true}", "{\"n\":false}"] {
        assert!(sent.iter().any(|text| text == value), "{value} in {sent:?}");
    }
    let with_example = taking("{ type: string } , example: from the contract");
    let cases = all(&read(&with_example));
    assert!(labels(&cases, Aim::Accepted).contains(&"as in the contract's example"));
}

#[test]
fn all_of_is_one_schema_and_what_is_only_read_is_not_sent() {
    let schema = "{ allOf: [ { type: object, required: [a], properties: { a: { type: integer, minimum: 5 } } },
        { required: [id, b], properties: { a: { maximum: 5 }, b: { const: x }, id: { type: integer, readOnly: true } } } ] }";
    let cases = all(&read(&taking(schema)));
    let valid: Vec<&Case> = cases.iter().filter(|case| case.aim == Aim::Accepted).collect();
    assert!(!valid.is_empty());
    for case in valid {
        assert_eq!(sent(case), r#"{"a":5,"b":"x"}"#, "{}", case.label);
    }
}

#[test]
fn recursion_ends() {
    let text = document(
        "paths:
  /trees:
    post:
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Tree' } } } }
      responses: { '201': { description: Made }, '400': { description: Wrong } }
components:
  schemas:
    Tree:
      type: object
      required: [name]
      properties:
        name: { type: string, minLength: 1 }
        children: { type: array, items: { $ref: '#/components/schemas/Tree' } }
",
    );
    let cases = all(&read(&text));
    assert!(
        labels(&cases, Aim::Refused).contains(&"`children[0].name` empty, with minLength 1"),
        "{cases:#?}"
    );
    assert!(cases.len() < 200, "{}", cases.len());
    let endless = text
        .replace("required: [name]", "required: [name, next]")
        .replace("children: {", "next: { $ref: '#/components/schemas/Tree' }\n        children: {");
    assert_eq!(all(&read(&endless)), Vec::new(), "no value is as this schema wants it");
}

const SEARCH: &str = "paths:
  /search:
    get:
      parameters:
        - { name: q, in: query, required: true, schema: { type: string, minLength: 1 } }
        - { name: page, in: query, schema: { type: integer, minimum: 1 } }
        - { name: tag, in: query, schema: { type: array, minItems: 2, items: { enum: [a b] } } }
        - { name: X-Trace, in: header, example: cafe, schema: { type: string, pattern: '^[a-f]{4}$' } }
      responses: { '200': { description: Found }, '400': { description: Wrong } }
";

#[test]
fn parameters_are_sent_as_their_style_says_and_broken_one_by_one() {
    let contract = read(&document(SEARCH));
    let cases = all(&contract);
    let target = |label: &str| {
        let case =
            cases.iter().find(|case| case.label == label).unwrap_or_else(|| panic!("{label} in {cases:#?}"));
        request::build(&contract, case, &[])
    };
    let full = target("with everything that the contract names");
    assert!(full.target.starts_with("/search?q="), "{}", full.target);
    assert!(full.target.ends_with("&tag=a%20b&tag=a%20b"), "{}", full.target);
    assert_eq!(full.headers[0].0, "X-Trace");
    let example = target("the parameter `X-Trace` as in the contract's example");
    assert_eq!(example.headers, [("X-Trace".to_owned(), "cafe".to_owned())]);
    assert_eq!(target("without the parameter `q`").target, "/search");
    assert!(target("the parameter `page` just below minimum 1").target.ends_with("page=0"));
    assert!(target("the parameter `page` is text instead of an integer").target.ends_with("page=seven"));
    assert_eq!(target("the parameter `X-Trace` with `!` behind what fits its pattern").headers[0].1.len(), 5);
    assert!(!cases.iter().any(|case| case.label == "the parameter `q` is a number instead of text"));
}

#[test]
fn nothing_is_refused_where_the_contract_says_nothing_of_refusals() {
    let silent =
        document(SEARCH).replace(", '400': { description: Wrong }", ", '429': { description: Later }");
    assert_eq!(labels(&all(&read(&silent)), Aim::Refused), Vec::<&str>::new());
    let by_class = document(SEARCH).replace("'400'", "'4XX'");
    assert!(!labels(&all(&read(&by_class)), Aim::Refused).is_empty());
}

#[test]
fn a_content_type_that_is_not_taken_is_sent_where_415_is_named() {
    let label = "with a content type that is not taken";
    let text = taking("{ type: object }");
    assert!(!labels(&all(&read(&text)), Aim::Refused).contains(&label));
    let said = text.replace("'400'", "'415'");
    assert!(labels(&all(&read(&said)), Aim::Refused).contains(&label));
}

#[test]
fn the_seed_chooses_and_what_matters_most_goes_first() {
    let text = taking(
        "{ type: object, required: [a, b], properties: { a: { type: string }, b: { type: integer } } }",
    );
    let contract = read(&text);
    let few = |seed| cases(&contract, 0, &Wanted { seed, label: "x", most: 9, given: &[] });
    assert_eq!(few(1), few(1));
    assert_ne!(few(1), few(2));
    for seed in 0..20 {
        let cases = few(seed);
        assert_eq!(cases.len(), 9);
        for label in ["with only what is required", "`a` left out, which is required", "without a body"] {
            assert!(cases.iter().any(|case| case.label == label), "{label} with seed {seed}");
        }
    }
}

#[test]
fn what_the_grader_gives_is_sent() {
    let text = taking(
        "{ type: object, required: [from, n], properties: { from: { type: string }, n: { type: integer } } }",
    );
    let contract = read(&text);
    let given = [("json.from".to_owned(), json!("account 7"))];
    for case in cases(&contract, 0, &Wanted { seed: 1, label: "x", most: 100, given: &given }) {
        let Payload::Json { value, .. } = &case.payload else { continue };
        if case.aim == Aim::Accepted {
            assert_eq!(value["from"], "account 7", "{}", case.label);
        }
    }
}

/// Content type and body of the first case, as they are sent.
fn first_body(text: &str) -> (String, String) {
    let contract = read(text);
    let asked = request::build(&contract, &all(&contract)[0], &[]);
    (asked.headers[0].1.clone(), String::from_utf8(asked.body).expect("text"))
}

#[test]
fn forms_and_texts_are_made_too() {
    let text = taking("{ type: object, required: [a], properties: { a: { const: b c } } }");
    let encoded = "application/x-www-form-urlencoded";
    assert_eq!(first_body(&text.replace("application/json", encoded)), (encoded.into(), "a=b%20c".into()));
    let plain = taking("{ const: hello }").replace("application/json", "text/plain");
    assert_eq!(sent(&all(&read(&plain))[0]), "hello");
    let picture = taking("{ type: string }").replace("application/json", "image/png");
    assert_eq!(all(&read(&picture)), Vec::new());
}

#[test]
fn forms_in_parts_hold_texts_json_and_files() {
    let text = taking(
        "{ type: object, required: [a, b, c, d, e], properties: { a: { const: -- part -- }, b: { const: [1, two] }, c: { const: { d: 1 } }, d: { enum: [bytes], format: binary }, e: { const: more, contentMediaType: image/png } } }",
    );
    let (media, body) = first_body(&text.replace("application/json", "multipart/form-data"));
    assert_eq!(media, "multipart/form-data; boundary=part-");
    let file = "; filename=\"file.bin\"\r\ncontent-type: application/octet-stream";
    let part = |name: &str, more: &str, value: &str| {
        format!("--part-\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let parts = [
        part("a", "", "-- part --"),
        part("b", "", "1"),
        part("b", "", "two"),
        part("c", "\r\ncontent-type: application/json", "{\"d\":1}"),
        part("d", file, "bytes"),
        part("e", file, "more"),
    ];
    assert_eq!(body, parts.concat() + "--part---\r\n");
    // `encoding` names what each part is; of several and of ranges, the first that is one.
    let named = text.replace("application/json", "multipart/form-data").replace(
        "content: { multipart/form-data: {",
        "content: { multipart/form-data: { encoding: { a: { contentType: application/json }, c: { contentType: application/vnd.shop+json }, d: { contentType: 'image/*, image/png' } },",
    );
    let (_, body) = first_body(&named);
    let picture = "; filename=\"file.bin\"\r\ncontent-type: image/png";
    for part in [
        part("a", "\r\ncontent-type: application/json", "\"-- part --\""),
        part("c", "\r\ncontent-type: application/vnd.shop+json", "{\"d\":1}"),
        part("d", picture, "bytes"),
        part("e", file, "more"),
    ] {
        assert!(body.contains(&part), "{part} in {body}");
    }
    // A text is no form.
    let none = taking("{ type: string }").replace("application/json", "multipart/form-data");
    assert_eq!(all(&read(&none)), Vec::new());
}

#[test]
fn what_breaks_a_form_in_parts_is_asked_too() {
    let text = taking(
        "{ type: object, required: [title], properties: { title: { type: string, minLength: 3 }, size: { type: integer } } }",
    );
    let cases = all(&read(&text.replace("application/json", "multipart/form-data")));
    let refused = labels(&cases, Aim::Refused);
    for label in [
        "`title` left out, which is required",
        "`title` one character shorter than minLength 3",
        "`size` is text instead of an integer",
    ] {
        assert!(refused.contains(&label), "{label} in {refused:?}");
    }
}
