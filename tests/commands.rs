//! Steps that run commands of the submission, and steps that send bytes as they stand.

use crate::support::course::{Course, http_server};

const HELLO: &str = "def answer(method, path, body):\n    open(DATA + '/seen', 'w').write(path)\n    return 200, {}, b'hello'\n";

fn check(id: &str, steps: &str) -> String {
    format!("  - id: {id}\n    claim: About {id}\n    points: 1\n    steps:\n{steps}\n")
}

#[test]
fn a_command_runs_beside_the_server_and_is_judged_by_its_code_its_output_and_its_files() {
    let steps = "      - get: /x
        expect: { status: 200 }
      - run: { command: [python3, tool.py, $(seed)], stdin: { json: [1, 2] }, env: { MORE: $(seed) } }
        expect:
          exit: 3
          stdout: { $contains: '[1,2]' }
          stderr: { $contains: seen /x }
          files: { out.txt: { file: expected.txt }, /tmp/other: $(seed) }";
    let tool = "import os, sys\nprint(sys.stdin.read())\nprint('seen', open(os.environ['DATA_DIR'] + '/seen').read(), file=sys.stderr)\nopen('out.txt', 'w').write('one\\ntwo\\n')\nopen('/tmp/other', 'w').write(os.environ['MORE'] if os.environ['MORE'] == sys.argv[1] else '')\nsys.exit(3)\n";
    let course = Course::new(&check("tool", steps), &http_server(HELLO));
    course.write("work/tool.py", tool);
    course.write("graders/demo/expected.txt", "one\ntwo\n");
    course.check(&[]).code(0);
    course.write("graders/demo/expected.txt", "one\nthree\n");
    course.check(&[]).code(1).says("run python3 tool.py").says("- three").says("+ two");
    course.write("work/tool.py", "import time\ntime.sleep(60)\n");
    let steps =
        "      - run: { command: [python3, tool.py] }\n        timeout: 1s\n        expect: { exit: 0 }";
    let grader = format!("format: 1\nexercise: demo\npass: 80\nchecks:\n{}", check("slow", steps));
    course.write("graders/demo/grader.yaml", &grader);
    course.check(&[]).code(1).says("it ran longer than 1 s");
}

#[test]
fn an_exercise_may_ask_for_a_command_and_no_server() {
    let checks =
        check(
            "sum",
            "      - run: { args: [1, 2] }\n        expect: { exit: 0, stdout: { $regex: '^3\\s*$' } }",
        ) + &check("none", "      - run: {}\n        expect: { exit: 2, stderr: { $contains: usage } }");
    let course = Course::new(
        &checks,
        "import sys\nif len(sys.argv) < 2: sys.exit(print('usage: sum NUMBER…', file=sys.stderr) or 2)\nprint(sum(map(int, sys.argv[1:])))\n",
    );
    let exercise =
        std::fs::read_to_string(course.root.path().join("exercises/demo/exercise.toml")).expect("a file");
    course.write("exercises/demo/exercise.toml", &exercise.replace("\"server\"", "\"command\""));
    course.write(
        "work/gradus.toml",
        "format = 1\nexercise = \"demo\"\n\n[run]\nstart = [\"python3\", \"app.py\"]\n",
    );
    course.check(&[]).code(0).says("2 of 2 checks passed");
}

#[test]
fn bytes_are_sent_as_they_stand() {
    let steps = r#"      - raw: { send: ["GET /a HTTP/1.1\r\nhost: x\r\n\r\n", { wait: 20ms }, "GET /b HTTP/1.1\r\nhost: x\r\n\r\n"] }
        expect: { bytes: { $regex: '(?s)^HTTP/1.1 200 .*hello.*HTTP/1.1 200 .*hello$' }, closed: false }
      - raw: { send: { hex: 00ff0d0a0d0a }, then: half_close }
        expect: { bytes: { $contains: ' 400 ' }, closed: true }
      - raw: { send: "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n" }
        expect: { closed: true }"#;
    let course = Course::new(&check("raw", steps), &http_server(HELLO));
    course.check(&[]).code(0);
    let wrong = r#"      - raw: { send: "GET / HTTP/1.1\r\nhost: x\r\n\r\n" }
        timeout: 500ms
        expect: { bytes: { $contains: never }, closed: true }"#;
    let course = Course::new(&check("raw", wrong), &http_server(HELLO));
    course.check(&[]).code(1).says("it stayed open").says("bytes as they stand");
}

#[test]
fn bytes_that_must_not_come_are_waited_for_and_silence_is_no_answer() {
    let forbidden = "        expect: { bytes: { $not: { $contains: ' 500 ' } } }";
    let send = |paths: &[&str]| {
        let sent: String =
            paths.iter().map(|path| format!("GET {path} HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n")).collect();
        check("raw", &format!("      - raw: {{ send: \"{sent}\" }}\n        timeout: 2s\n{forbidden}"))
    };
    let server = http_server(
        "def answer(method, path, body):\n    time.sleep(0.05)\n    return (500 if path == '/b' else 200), {}, b'x'\n",
    );
    Course::new(&send(&["/a", "/a"]), &server).check(&[]).code(0);
    Course::new(&send(&["/a", "/b"]), &server).check(&[]).code(1).says("bytes");
    // Half a request is answered by nobody.
    let half = send(&["/a"]).replace("host: x\\r\\n\\r\\n", "host: x\\r\\n");
    Course::new(&half, &server).check(&[]).code(1).says("nothing came");
}

#[test]
fn an_answer_of_bytes_is_compared_byte_for_byte() {
    let steps = "      - post: /\n        bytes: { hex: 00ff0d0a80 }\n        expect: { status: 200, bytes: { hex: 00ff0d0a80 } }";
    let echo = "def answer(method, path, body):\n    return 200, {}, body\n";
    Course::new(&check("echo", steps), &http_server(echo)).check(&[]).code(0);
    Course::new(&check("echo", steps), &http_server(&echo.replace("{}, body", "{}, body[:2] + b'\\n\\x80'")))
        .check(&[])
        .code(1)
        .says("got    4 bytes, from byte 3 on 0a 80")
        .says("wanted 5 bytes, from byte 3 on 0d 0a 80")
        .says("the first 2 bytes are the same");
}
