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
      - conform: { operations: all }
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

/// The server with one line more.
fn with(place: &str, line: &str) -> String {
    NOTES.replace(place, line)
}

#[test]
fn a_server_that_keeps_to_the_contract_passes() {
    let course = conform(NOTES);
    let (code, report) = course.report(&[]);
    assert_eq!(code, 0, "{report}");
    let requests = report["checks"][0]["requests"].as_u64().expect("a number");
    assert!(requests > 50, "{requests} requests were made");
    // The same seed asks the same; another may ask otherwise and passes too.
    course.check(&["--seed", "7"]).code(0);
}
