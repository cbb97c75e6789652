//! Mistakes of a step: what it sends, how often, what it saves.

use super::*;

fn sending(keys: &str) -> String {
    step(&format!("{keys}, expect: {{ status: 200 }}"))
}

#[test]
fn a_step_sends_one_request() {
    check(&sending("gt: /"), &["unknown step `gt` @ `gt`"]);
    check_help(&sending("gt: /"), "did you mean `get`?");
    check(&sending("GET: /"), &["unknown step `GET` @ `GET`"]);
    check(&sending("json: 1"), &["this step does nothing @ `json`"]);
    check_help(
        &sending("json: 1"),
        "a step begins with one of get, head, post, put, patch, delete, options, trace, connect, request, server, stub, faults, calls, sql, select, redis, memcached, nats, service, work, hold, printed, run, raw, race, load, growth, compare, conform, plugin",
    );
    check(&sending("post: /, get: /"), &["this step sends two requests @ `get`"]);
    check(&two_checks("steps: [ go ]", ""), &["expected a step, a map, found text @ `go`"]);
}

#[test]
fn a_wrong_step_is_read_to_its_end() {
    check(
        &step("gt: /, jsn: 1, expect: { status: ok }"),
        &[
            "unknown step `gt` @ `gt`",
            "unknown key `jsn` @ `jsn`",
            "this expectation can't hold: every status is a whole number from 100 to 599 @ `ok`",
        ],
    );
}

#[test]
fn any_method_can_be_sent() {
    check(&sending("request: { method: PURGE, path: /cache }"), &[]);
    check(&sending("request: { method: P URGE, path: /cache }"), &["`P URGE` is no method @ `P URGE`"]);
    check(&sending("request: { method: PURGE }"), &["the key `path` is missing @ `method`"]);
    check(&sending("request: PURGE"), &["expected a map with `method` and `path`, found text @ `PURGE`"]);
    check(&sending("options: '*'"), &[]);
}

#[test]
fn a_path_is_a_path_or_what_the_submission_gave() {
    check(&sending("get: /todos?done=1"), &[]);
    check(&sending("get: $(origin)/todos"), &[]);
    check(&sending("get: todos"), &["a path begins with `/` @ `todos`"]);
    check(&sending("get: http://example.com/"), &["a path begins with `/` @ `http://example.com/`"]);
    check(&sending("get: /a b"), &["a path has no blanks @ `/a b`"]);
    check(&sending("get: '/a#b'"), &["what follows `#` is never sent @ `'/a#b'`"]);
}

#[test]
fn a_request_has_one_body() {
    check(&sending("post: /, json: { a: 1 }"), &[]);
    check(&sending("post: /, text: 5"), &[]);
    check(&sending("post: /, text: x, json: 1"), &["this request has two bodies @ `json`"]);
    check(&sending("post: /, text: [x]"), &["expected text, found a list @ `[x]`"]);
    check(&sending("post: /, form: { a: { b: 1 } }"), &["expected text, or a list of texts @ `{ b: 1 }`"]);
    check(&sending("post: /, form: { a: [b, c], d: 1 }"), &[]);
}

#[test]
fn bytes_are_hexadecimal_or_base64() {
    check(&sending("post: /, bytes: { hex: 00ff }"), &[]);
    check(&sending("post: /, bytes: { hex: 00 }"), &[]);
    check(&sending("post: /, bytes: { base64: AP8= }"), &[]);
    check(&sending("post: /, bytes: { hex: 0ff }"), &["expected hexadecimal digits, two for a byte @ `0ff`"]);
    check(
        &sending("post: /, bytes: { hex: '+1' }"),
        &["expected hexadecimal digits, two for a byte @ `'+1'`"],
    );
    check(&sending("post: /, bytes: { base64: AP8 }"), &["expected Base64 with padding @ `AP8`"]);
    check(&sending("post: /, bytes: { hex: $(seed)00 }"), &[]);
    check(
        &sending("post: /, bytes: { hex: '0x$(seed)' }"),
        &["expected hexadecimal digits, two for a byte @ `'0x$(seed)'`"],
    );
    check(
        &sending("post: /, bytes: { base64: '!$(seed)' }"),
        &["expected Base64 with padding @ `'!$(seed)'`"],
    );
    check(&sending("post: /, bytes: 00ff"), &["expected { hex: … } or { base64: … }, found text @ `00ff`"]);
}

#[test]
fn headers_and_queries_are_texts() {
    check(&sending("get: /, headers: { accept: [a, b], user-agent: null, a: 1 }"), &[]);
    check(&sending("get: /, headers: { 'a:': 1 }"), &["`a:` is no name of a header @ `'a:'`"]);
    check(&sending("get: /, query: { a: [[1]] }"), &["expected text, or a list of texts @ `[1]`"]);
}

#[test]
fn a_step_is_repeated_or_waited_for() {
    check(
        &sending("get: /, repeat: 2, until: { every: 1s, at_most: 2s }"),
        &["`repeat` and `until` don't go together @ `{ every: 1s, at_most: 2s }`"],
    );
    check(&sending("get: /, repeat: 0"), &["expected a whole number from 1 to 10000 @ `0`"]);
    check(&sending("get: /, until: { every: 1s }"), &["the key `at_most` is missing @ `every`"]);
    check(
        &sending("get: /, until: { every: 3s, at_most: 2s }"),
        &["`every` is longer than `at_most` @ `{ every: 3s, at_most: 2s }`"],
    );
    check(
        &two_checks("steps: [ { get: /, until: { every: 1s, at_most: 2s } } ]", ""),
        &["`until` waits for what is expected, and nothing is @ `{ every: 1s, at_most: 2s }`"],
    );
    check(&sending("get: /, timeout: 5"), &["expected a duration @ `5`"]);
}

#[test]
fn cases_name_the_same_things() {
    check(&sending("get: '/$(a)', cases: [ { a: 1 }, { a: 2 } ]"), &[]);
    check(&sending("get: /, cases: []"), &["there are no cases @ `[]`"]);
    check(
        &sending("get: /, cases: [ { a: 1 }, { b: 2 } ]"),
        &[
            "this case has no `a`, and the first one does @ `{ b: 2 }`",
            "this case has `b`, and the first one does not @ `{ b: 2 }`",
        ],
    );
}

#[test]
fn saved_places_are_parts_of_an_answer() {
    let saving = |place: &str| sending(&format!("get: /, save: {{ a: '{place}' }}"));
    for right in ["status", "text", "headers.etag", "json", "json.items[0].id", "json[1]", "json[\"a b\"].c"]
    {
        check(&saving(right), &[]);
    }
    for wrong in
        ["body", "headers.", "json.", "jsonx", "json[x]", "json[0", "json..a", "json[-1]", "json.items[*]"]
    {
        check(&saving(wrong), &[&format!("`{wrong}` names no part of an answer @ `'{wrong}'`")]);
    }
}

#[test]
fn an_instance_goes_with_steps_about_one_server() {
    let one =
        |steps: &str| grader(&format!("  - {{ id: a, claim: A claim, points: 1, steps: [ {steps} ] }}\n"));
    let fine = "{ get: /, instance: b, expect: { status: 200 } }, { server: kill, instance: b }, \
        { printed: { text: { $contains: x } }, instance: b2 }";
    check(&one(fine), &[]);
    let get = "{ get: /, expect: { status: 200 } }";
    check(
        &one(&format!("{get}, {{ race: {{ each: [ {get} ] }}, instance: b }}")),
        &["unknown key `instance` @ `instance`"],
    );
    check(
        &one("{ get: /, instance: B-1, expect: { status: 200 } }"),
        &["`B-1` is no name of an instance @ `B-1`"],
    );
    check(
        &one("{ race: { each: [ { get: /, instance: b, expect: { status: 200 } } ] } }"),
        &["clients of a race are spread over instances in turn @ `b`"],
    );
}

#[test]
fn what_others_send_in_their_own_way_is_neither_repeated_nor_has_cases() {
    let one =
        |step: &str| grader(&format!("  - {{ id: a, claim: A claim, points: 1, steps: [ {step} ] }}\n"));
    let again = "{ get: /, repeat: 3, expect: { status: 200 } }";
    let said = |who: &str, what: &str| {
        format!("{who} sends each request once, without repeat, until and cases @ `{what}`")
    };
    check(&one(&format!("{{ race: {{ each: [ {again} ] }} }}")), &[&said("a client of a race", again)]);
    let cases = "{ get: /, cases: [ { x: 1 } ], expect: { status: 200 } }";
    let load = format!("{{ load: {{ for: 1s, requests: [ {cases} ] }}, expect: {{ errors: 0 }} }}");
    check(&one(&load), &[&said("a turn of a load", cases)]);
    let until = "{ get: /, until: { every: 10ms, at_most: 1s }, expect: { status: 200 } }";
    check(
        &one(&format!("{{ get: /, expect: {{ status: 200 }} }}, {{ server: term, meanwhile: [ {until} ] }}")),
        &[&said("`meanwhile`", until)],
    );
}
