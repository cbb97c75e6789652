//! Mistakes in callbacks, in what is saved of calls, and in what may go unanswered.

use super::*;

const GET: &str = "{ get: /, expect: { status: 200 } }";

/// A grader whose stub `pay` answers with these callbacks, and whose one check has these steps.
fn grader(callbacks: &str, steps: &str) -> String {
    format!(
        "format: 1\nexercise: x\npass: 50\nstubs: {{ pay: {{ routes: [ {{ post: /c, reply: {{ callbacks: {callbacks} }} }} ] }} }}\n\
         checks:\n  - {{ id: a, claim: A, points: 1, steps: [ {steps} ] }}\n"
    )
}

const HOOK: &str = "[ { post: /hook } ]";

#[test]
fn callbacks_and_what_belongs_to_them_are_read() {
    let callbacks = "[ { post: $(json_url), query: { a: $(request_number) }, json: { of: $(json_id) }, delay: 10ms, times: 2, \
        headers: { x-signature: { $hmac_sha256: { key: $(secret), message: $(sent_body) } } } }, \
        { put: /hook/$(path_1), when: before_answer, text: $(request_text) } ]";
    let steps = "{ calls: { stub: pay }, expect: { callbacks: { $each: { $partial: { status: 204 } } } }, save: { url: 'json[0].json.url' } }, \
        { post: $(url), json: { a: 1 }, headers: { x: $(sent_body) }, expect: { status: 204 } }, \
        { server: kill, after: { stub: pay, post: /c }, meanwhile: [ { post: /o, unanswered: allowed }, { get: /, expect: { status: 200 }, save: { x: json.x } } ] }, \
        { get: /$(x), expect: { status: 200 } }";
    assert_eq!(mistakes(&grader(callbacks, steps)), Vec::<String>::new());
}

#[test]
fn a_callback_is_one_request() {
    check(&grader("[]", GET), &["there are no callbacks @ `[]`"]);
    check(&grader("[ { json: 1 } ]", GET), &["this callback sends nothing @ `{ json: 1 }`"]);
    assert_eq!(
        help(&grader("[ { json: 1 } ]", GET)),
        "write `post: $(json_KEY)` for an address that the submission sent, or `post: /path`"
    );
    check(&grader("[ { post: /a, put: /b } ]", GET), &["this callback sends two requests @ `put`"]);
    check(&grader("[ { post: hook } ]", GET), &["a path begins with `/` @ `hook`"]);
    check(
        &grader("[ { post: /a, when: before } ]", GET),
        &["`before` is not one of before_answer, after_answer @ `before`"],
    );
    check(&grader("[ { post: /a, times: 0 } ]", GET), &["expected a whole number from 1 to 100 @ `0`"]);
    check(&grader("[ { post: /a, expect: { status: 200 } } ]", GET), &["unknown key `expect` @ `expect`"]);
}

#[test]
fn the_body_that_is_sent_is_known_in_headers_alone() {
    check(
        &grader("[ { post: /$(sent_body) } ]", GET),
        &["`$(sent_body)` stands for nothing here @ `$(sent_body)`"],
    );
    check(
        &grader(HOOK, "{ post: /, json: $(sent_body), expect: { status: 200 } }"),
        &["`$(sent_body)` stands for nothing here @ `$(sent_body)`"],
    );
    // What is no text can't be told as text, so that its signature would be another one.
    check(
        &grader(
            HOOK,
            "{ post: /, bytes: { hex: ff }, headers: { x: $(sent_body) }, expect: { status: 200 } }",
        ),
        &["`$(sent_body)` stands for nothing here @ `$(sent_body)`"],
    );
    check(
        &grader(HOOK, "{ get: /, expect: { status: 200 }, save: { sent_body: text } }"),
        &["`$(sent_body)` has a meaning of its own @ `sent_body`"],
    );
}

#[test]
fn what_is_saved_of_calls_is_a_part_of_their_list() {
    let saving = |place: &str| {
        grader(HOOK, &format!("{{ calls: {{ stub: pay }}, expect: {{ count: 1 }}, save: {{ x: {place} }} }}"))
    };
    check(&saving("status"), &["calls are a list @ `status`"]);
    assert_eq!(
        help(&saving("headers.etag")),
        "save from it by a path that begins with json, such as json[0].json.id"
    );
}

#[test]
fn what_may_go_unanswered_gives_nothing_and_proves_nothing() {
    let step = "{ get: /, unanswered: allowed, expect: { status: 200 }, save: { x: json } }";
    check(&grader(HOOK, &format!("{GET}, {step}")), &["what may go unanswered gives nothing to save @ `x`"]);
    check(
        &grader(HOOK, "{ get: /, unanswered: allowed, expect: { status: 200 } }"),
        &[
            "this check can't fail: none of its steps expects anything @ `{ get: /, unanswered: allowed, expect: { status: 200 } }`",
        ],
    );
    check(
        &grader(
            HOOK,
            "{ get: /, unanswered: maybe, expect: { status: 200 } }, { get: /, expect: { status: 200 } }",
        ),
        &["`maybe` is not one of allowed @ `maybe`"],
    );
    let load = "{ load: { for: 1s, requests: [ { get: /, unanswered: allowed } ] }, expect: { errors: 0 } }";
    check(&grader(HOOK, load), &["a load counts what goes unanswered @ `{ get: /, unanswered: allowed }`"]);
}

#[test]
fn a_step_waits_only_for_what_its_own_requests_lead_to() {
    check(
        &grader(HOOK, &format!("{GET}, {{ server: kill, after: {{ stub: pay }} }}")),
        &["`after` goes with `meanwhile` @ `after`", "no request is named @ `{ stub: pay }`"],
    );
    let step = "{ server: kill, after: { stub: pya, post: /c }, meanwhile: [ { get: / } ] }";
    check(&grader(HOOK, &format!("{GET}, {step}")), &["there is no stub `pya` @ `pya`"]);
}
