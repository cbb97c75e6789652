//! Requests made from an exercise's contract, and answers held to it.

use crate::support::course::{Course, http_server};

const EXERCISE: &str = r#"format = 1
slug = "demo"
title = "Demo"
summary = "An exercise of the tests."
track = "foundations"
difficulty = 1
submission = "server"
skills = ["HTTP"]
languages = ["python"]
contract = "openapi.yaml"
"#;

const CONTRACT: &str = r##"openapi: 3.1.0
info: { title: Notes, version: 1.0.0 }
paths:
  /notes:
    get:
      operationId: listNotes
      parameters:
        - { name: limit, in: query, schema: { type: integer, minimum: 1, maximum: 100 } }
      responses:
        "200":
          description: All of them.
          content:
            application/json:
              schema: { type: array, items: { $ref: "#/components/schemas/Note" } }
        "400": { $ref: "#/components/responses/Refused" }
    post:
      operationId: addNote
      requestBody:
        required: true
        content:
          application/json:
            schema: { $ref: "#/components/schemas/NewNote" }
      responses:
        "201":
          description: The note.
          headers: { location: { required: true, schema: { type: string } } }
          content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } }
        "400": { $ref: "#/components/responses/Refused" }
  /notes/{id}:
    parameters: [ { name: id, in: path, required: true, schema: { type: integer, minimum: 1 } } ]
    get:
      operationId: readNote
      responses:
        "200":
          description: The note.
          content: { application/json: { schema: { $ref: "#/components/schemas/Note" } } }
        "404": { description: There is no such note. }
    delete:
      operationId: removeNote
      responses:
        "204": { description: It is gone. }
        "404": { description: There is no such note. }
components:
  responses:
    Refused:
      description: It is wrong.
      content:
        application/json:
          schema: { type: object, required: [error], properties: { error: { type: string } } }
  schemas:
    NewNote:
      type: object
      required: [text]
      additionalProperties: false
      properties:
        text: { type: string, minLength: 1, maxLength: 20 }
        stars: { type: integer, minimum: 0, maximum: 5 }
        tags: { type: array, maxItems: 3, items: { type: string, minLength: 1 } }
        mood: { enum: [happy, sad] }
    Note:
      type: object
      required: [id, text]
      properties:
        id: { type: integer, minimum: 1 }
        text: { type: string, minLength: 1, maxLength: 20 }
        stars: { type: integer, minimum: 0, maximum: 5 }
"##;

/// A server that keeps to the contract, but for what is put in the places of the words in capital letters.
const NOTES: &str = r##"
NOTES = {}
JSON = {"content-type": "application/json"}
def refuse(why): return 400, JSON, json.dumps({"error": why}).encode()
def wrong(note):
    if not isinstance(note, dict): return "no object"
    if set(note) - {"text", "stars", "tags", "mood"}: return "too much"
    text = note.get("text")
    if not isinstance(text, str) or not 1 <= len(text) <= 20: return "text"
    if "stars" in note and (type(note["stars"]) is not int or not 0 <= note["stars"] <= 5): return "stars"
    tags = note.get("tags", [])
    if type(tags) is not list or len(tags) > 3 or any(type(tag) is not str or not tag for tag in tags): return "tags"
    if "mood" in note and note["mood"] not in ("happy", "sad"): return "mood"
def answer(method, path, body):
    path, _, query = path.partition("?")
    if path == "/notes" and method == "POST":
        try: note = json.loads(body)
        except ValueError: return refuse("no JSON")
        why = wrong(note)
        #BEFORE
        if why: return refuse(why)
        note["id"] = len(NOTES) + 1
        NOTES[note["id"]] = note
        #AFTER
        return 201, {**JSON, "location": f"/notes/{note['id']}"}, json.dumps(note).encode()
    if path == "/notes":
        if query:
            limit = query.removeprefix("limit=")
            if not limit.isdigit() or not 1 <= int(limit) <= 100: return refuse("limit")
        return 200, JSON, json.dumps([note for note in NOTES.values() if note]).encode()
    name = path.removeprefix("/notes/")
    note = NOTES.get(int(name)) if name.isdigit() else None
    if not note: return 404, {}, b""
    if method == "DELETE":
        NOTES[note["id"]] = None
        return 204, {}, b""
    return 200, JSON, json.dumps(note).encode()
"##;

const CONFORM: &str = "  - id: contract
    claim: Every operation keeps to the contract
    points: 10
    steps:
      - conform: { operations: all, cases: 100 }
";

/// A course with this contract, these checks below whatever stands at the top of the file, and this server.
fn course(contract: &str, grader: &str, server: &str) -> Course {
    let course = Course::new("", &http_server(server));
    course.write("exercises/demo/exercise.toml", EXERCISE);
    course.write("exercises/demo/openapi.yaml", contract);
    course.write("graders/demo/grader.yaml", &format!("format: 1\nexercise: demo\npass: 80\n{grader}"));
    course
}

fn conform(server: &str) -> Course {
    course(CONTRACT, &format!("checks:\n{CONFORM}"), server)
}

/// The server with this instead of that.
fn with(old: &str, new: &str) -> String {
    assert!(NOTES.contains(old), "{old}");
    NOTES.replace(old, new)
}

#[test]
fn a_server_that_keeps_to_the_contract_passes() {
    let course = conform(NOTES);
    let (code, report) = course.report(&["--seed", "7"]);
    assert_eq!(code, 0, "{report}");
    let requests = |report: &serde_json::Value| report["checks"][0]["requests"].as_u64().expect("a number");
    assert!(requests(&report) > 50, "{report}");
    let (_, again) = course.report(&["--seed", "7"]);
    assert_eq!(requests(&again), requests(&report), "the same seed asks the same");
    course.check(&["--seed", "8"]).code(0);
}

#[test]
fn a_failure_at_an_edge_is_shown_by_its_smallest_request() {
    let server = with("#AFTER", "if note.get('stars') == 5: return 500, {}, b'boom'");
    conform(&server)
        .check(&[])
        .code(1)
        .says("POST /notes  `stars` exactly maximum 5, made as small as it still fails")
        .says("wanted what a valid request is answered with: 201")
        .says("exercises/demo/openapi.yaml:")
        .says("paths./notes.post.responses")
        // Neither tags nor mood, and the shortest text that there is.
        .says(",\"stars\":5}'\n");
}

#[test]
fn a_rule_that_nobody_holds_to_is_underlined_in_the_contract() {
    let server = with("if not isinstance(text, str) or", "if text is not None and");
    conform(&server)
        .check(&[])
        .code(1)
        .says("`text` left out, which is required")
        .says("required: [text]")
        .says("status: got 201")
        .says("wanted a refusal that the contract names: 400")
        .says("--data-raw '{}'");
    let server = with("1 <= len(text) <= 20", "1 <= len(text.encode()) <= 20");
    conform(&server).check(&[]).code(1).says("20 characters of four bytes each, as many as maxLength 20");
}

#[test]
fn what_an_answer_lacks_is_named_with_its_place() {
    let server = with("#AFTER", "return 201, {'content-type': 'text/plain'}, b'done'");
    conform(&server)
        .check(&[])
        .code(1)
        .says("2 of 2 expectations failed")
        .says("headers.location: got nothing")
        .says("wanted a header, which is required")
        .says("headers.content-type: got text/plain")
        .says("wanted application/json");
    let server = with(
        "json.dumps(note).encode()\n    if path",
        "json.dumps({'id': note['id']}).encode()\n    if path",
    );
    conform(&server)
        .check(&[])
        .code(1)
        .says("json.text: got nothing")
        .says("components.schemas.Note.required");
}

#[test]
fn what_does_not_exist_is_answered_with_404() {
    let server = with(
        "if not note: return 404, {}, b\"\"",
        "if not note: return 200, JSON, b'{\"id\": 1, \"text\": \"a\"}'",
    );
    conform(&server)
        .check(&[])
        .code(1)
        .says("besides, GET /notes/{id}")
        .says("the parameter `id` names nothing that exists");
}

#[test]
fn a_thing_whose_address_nobody_tells_fails_the_check() {
    let server = with("f\"/notes/{note['id']}\"", "\"/\"")
        .replace("note[\"id\"] = len(NOTES) + 1", "note[\"id\"] = len(NOTES) + 1; note = dict(note)")
        .replace("#AFTER", "note[\"id\"] = 10 ** 6");
    // The id is told, and leads to nothing: what was made just before has to be there.
    conform(&server)
        .check(&[])
        .code(1)
        .says("GET /notes/{id}")
        .says("wanted what a valid request is answered with: 200");
    let contract = CONTRACT.replace("required: [id, text]", "required: [text]");
    let server = with("f\"/notes/{note['id']}\"", "\"/\"").replace("#AFTER", "note = {'text': note['text']}");
    course(&contract, &format!("checks:\n{CONFORM}"), &server)
        .check(&[])
        .code(1)
        .says("wanted a success that tells the `id` that GET /notes/{id} can be asked for");
}

#[test]
fn a_server_that_only_ever_refuses_does_not_pass() {
    let contract = CONTRACT
        .replace("\"404\": { description: There is no such note. }", "\"409\": { description: Not now. }");
    let server = with("if not note: return 404, {}, b\"\"", "return 409, {}, b\"\"");
    let grader = format!("checks:\n{}", CONFORM.replace("all,", "[readNote],"));
    course(&contract, &grader, &server)
        .check(&[])
        .code(1)
        .says("a success of at least one valid request")
        .says("409, and never a success");
}

#[test]
fn a_server_that_dies_is_told_and_asked_no_more() {
    let server = with("#BEFORE", "if why == 'tags': os._exit(3)");
    conform(&server).check(&[]).code(1).says("the server exited with code 3").says("`tags`");
}

#[test]
fn every_answer_is_held_to_the_contract_by_one_word() {
    let checks = |more: &str| {
        format!(
            "conform: passive
checks:
  - id: add
    claim: A note is added
    points: 1
    steps:
      - post: /notes
        json: {{ text: a }}
        expect: {{ status: 201 }}{more}
      - get: /elsewhere
        expect: {{ status: 404 }}
"
        )
    };
    let server = with("#AFTER", "note['text'] = ''; note['stars'] = 9");
    course(CONTRACT, &checks(""), NOTES).check(&[]).code(0);
    course(CONTRACT, &checks(""), &server)
        .check(&[])
        .code(1)
        .says("json.text: got the string \"\"")
        .says("wanted text of at least 1 character\n")
        .says("json.stars: got the number 9")
        .says("the contract says so: exercises/demo/openapi.yaml:");
    course(CONTRACT, &checks("\n        contract: false"), &server).check(&[]).code(0);
    let many = "conform: passive
checks:
  - id: many
    claim: Many notes are added
    points: 1
    steps:
      - race:
          rounds: 1
          clients: 2
          each: [ { post: /notes, json: { text: a }, expect: { status: 201 } } ]
  - id: load
    claim: Notes are added for a while
    points: 1
    steps:
      - load: { connections: 1, for: 100ms, requests: [ { post: /notes, json: { text: a }, expect: { status: 201 } } ] }
        expect: { errors: 0 }
";
    course(CONTRACT, many, NOTES).check(&[]).code(0);
    let (_, report) = course(CONTRACT, many, &server).report(&[]);
    for check in report["checks"].as_array().expect("checks") {
        assert!(check["outcome"].to_string().contains("the contract says so"), "{check}");
    }
}

#[test]
fn a_hidden_check_tells_nothing_of_what_it_asked() {
    let server = with("#AFTER", "if note.get('stars') == 5: return 500, {}, b'boom'");
    let hidden = CONFORM.replace("    points: 10\n", "    points: 10\n    visibility: hidden\n");
    let course = course(CONTRACT, &format!("checks:\n{hidden}"), &server);
    course.check(&[]).code(1).never_says("maximum 5").never_says("POST /notes").never_says("boom");
    let actual = CONFORM.replace("    points: 10\n", "    points: 10\n    detail: actual\n");
    course.write(
        "graders/demo/grader.yaml",
        &format!("format: 1\nexercise: demo\npass: 80\nchecks:\n{actual}"),
    );
    course
        .check(&[])
        .code(1)
        .says("POST /notes")
        .says("got    500")
        .never_says("maximum")
        .never_says("wanted");
}

#[test]
fn what_the_contract_does_not_have_is_underlined() {
    let grader = |keys: &str| format!("checks:\n{}", CONFORM.replace("operations: all", keys));
    let check = |keys: &str| course(CONTRACT, &grader(keys), NOTES).check(&[]).code(3);
    check("operations: [addNotes], except: [GET /note]")
        .complains("the contract has no operation `addNotes`")
        .complains("did you mean `addNote`?")
        .complains("did you mean `GET /notes`?")
        .complains("^^^^^^^^");
    check("operations: [addNote], except: [addNote]")
        .complains("no operation is left, and so this can't fail");
    check("operations: [addNote], with: { idd: 7 }")
        .complains("no operation that is asked has a parameter `idd`");
    let lost = CONTRACT.replace("  /notes/{id}:", "  /papers/{id}:");
    course(&lost, &grader("operations: all"), NOTES)
        .check(&[])
        .code(3)
        .complains("nothing says which `id` GET /papers/{id} can be asked for")
        .complains("with: { id: … }");
    let wrong = CONTRACT.replace("maxLength", "maxLenght");
    course(&wrong, &grader("operations: all"), NOTES)
        .check(&[])
        .code(3)
        .complains("exercises/demo/openapi.yaml:")
        .complains("did you mean `maxLength`?");
    let without = course(CONTRACT, &grader("operations: all"), NOTES);
    without.write("exercises/demo/exercise.toml", &EXERCISE.replace("contract = \"openapi.yaml\"\n", ""));
    without
        .check(&[])
        .code(3)
        .complains("the exercise has no contract")
        .complains("contract = \"openapi.yaml\"");
}

#[test]
fn a_grader_may_bring_a_contract_values_and_headers_of_its_own() {
    let strict = CONTRACT.replace("maximum: 5", "maximum: 4").replace("maxItems: 3", "maxItems: 2");
    let server = with(
        "def answer(method, path, body):",
        "def answer(method, path, body):\n    if path == '/notes/77': path = '/notes/1'",
    );
    let steps = "  - id: own
    claim: A stricter contract
    points: 1
    steps:
      - post: /notes
        json: { text: a }
        expect: { status: 201 }
        save: { id: json.id }
      - conform:
          operations: [readNote]
          contract: strict.yaml
          with: { id: $(id) }
          headers: { x-who: me }
          cases: 5
      - conform: { operations: [addNote], with: { json.stars: 3 } }
";
    let course = course(CONTRACT, &format!("checks:\n{steps}"), &server);
    course.write("graders/demo/strict.yaml", &strict);
    course.check(&[]).code(0);
    let digest = |course: &Course| course.report(&[]).1["grader_digest"].to_string();
    let before = digest(&course);
    course.write(
        "graders/demo/strict.yaml",
        &strict.replace("minLength: 1, maxLength: 20", "minLength: 5, maxLength: 20"),
    );
    assert_ne!(digest(&course), before, "the contract is a part of the grader");
    course.check(&[]).code(1).says("wanted text of at least 5 characters").says("graders/demo/strict.yaml");
}

const PICTURES: &str = r#"openapi: 3.1.0
info: { title: Pictures, version: 1.0.0 }
paths:
  /pictures:
    post:
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [title, file]
              properties:
                title: { type: string, minLength: 3, maxLength: 20 }
                file: { type: string, contentMediaType: image/png }
                size: { type: integer, minimum: 1 }
      responses:
        "201": { description: It is there. }
        "400": { description: It is no picture. }
"#;

/// It takes titles from `LEAST` characters on. What it is sent is read by Python's own reader of messages in parts.
const TAKES_PICTURES: &str = r#"
from email.parser import BytesParser
def fields(body):
    boundary = body.split(b"\r\n")[0][2:]
    message = BytesParser().parsebytes(b"content-type: multipart/form-data; boundary=" + boundary + b"\r\n\r\n" + body)
    parts = message.get_payload() if message.is_multipart() else []
    return {part.get_param("name", header="content-disposition"): (part.get_filename(), part.get_payload(decode=True)) for part in parts}
def answer(method, path, body):
    sent = fields(body)
    is_file = sent.get("file", (None, b""))[0] is not None
    is_title = "title" in sent and LEAST <= len(sent["title"][1].decode()) <= 20
    size = sent.get("size", (None, b"1"))[1]
    return (201 if is_file and is_title and size.isdigit() and int(size) > 0 else 400), {}, b""
"#;

#[test]
fn forms_in_parts_are_sent_as_others_read_them() {
    let of = |least: &str| {
        course(PICTURES, &format!("checks:\n{CONFORM}"), &TAKES_PICTURES.replace("LEAST", least))
    };
    of("3").check(&[]).code(0);
    of("2").check(&[]).code(1).says("`title` one character shorter than minLength 3").says("name=\"title\"");
}
