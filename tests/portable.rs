//! What WebAssembly does with a start, with commands, with data and with an answer's length, or says that it does not.

use crate::support::course::{Course, http_server};
use crate::wasm::{check, one_check, runners, with_javascript};

const OK: &str = "def answer(method, path, body):\n    return 200, {}, b'ok'\n";
const GET: &str = "      - { get: /, expect: { status: 200 } }\n";

/// A course whose submission is started so.
fn started(start: &str, steps: &str) -> Course {
    let course = Course::new(&one_check(steps), &http_server(OK));
    course.write(
        "work/gradus.toml",
        &format!("format = 1\nexercise = \"demo\"\n\n[run]\nstart = \"{start}\"\n"),
    );
    course
}

#[test]
fn what_a_start_says_is_followed_or_refused() {
    check(&started("python3 sever.py", GET), &[]).code(1).says("sever.py, and there is no such file");
    let refused = check(&started("python3 app.py --mode x", GET), &[]).code(4);
    refused.says("`--mode x`").says("takes no arguments").says("--sandbox native");
    let mode = "      - { get: /, expect: { status: 200, text: prod } }\n";
    let course = started("MODE=prod python3 main.py", mode);
    let program = OK.replace("b'ok'", "os.environ['MODE'].encode()");
    course.write("work/main.py", &http_server(&program));
    let report = check(&course, &["--report", "json"]).code(0).json();
    let limits = report["isolation"]["limits"].as_array().unwrap();
    let file = limits.iter().find(|limit| limit["name"] == "program").unwrap();
    assert_eq!((file["value"].as_str(), file["by"].as_str()), (Some("main.py"), Some("start names it")));
}

/// A command that counts down from this number and says `ok`.
fn command(turns: u32) -> Vec<u8> {
    let text = format!(
        r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00ok")
  (func (export "_start") (local $n i32)
    (local.set $n (i32.const {turns}))
    (loop $on (br_if $on (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))))"#
    );
    wat::parse_str(text).expect("a module")
}

/// A course of an exercise that asks for a command, which is this one.
fn of_command(steps: &str, turns: u32) -> Course {
    let course = Course::new(&one_check(steps), "");
    let exercise = course.root.path().join("exercises/demo/exercise.toml");
    let text = std::fs::read_to_string(exercise).unwrap();
    course.write("exercises/demo/exercise.toml", &text.replace("\"server\"", "\"command\""));
    let start = "format = 1\nexercise = \"demo\"\n\n[run]\nstart = [\"prog.wasm\"]\n";
    course.write("work/gradus.toml", start);
    std::fs::write(course.work().join("prog.wasm"), command(turns)).unwrap();
    course
}

#[test]
fn the_work_of_commands_is_counted() {
    let work = |most: u64| {
        let run = "{ run: { args: [a] }, expect: { exit: 0, stdout: ok } }";
        format!("      - work: {{ steps: [ {run} ], expect: {{ fuel: {{ $at_most: {most} }} }} }}\n")
    };
    of_command(&work(10), 100_000).check(&[]).code(1).says("fuel");
    of_command(&work(1_000_000), 100_000).check(&[]).code(0);
    let growth = "      - growth: { sizes: [100, 400, 1600], steps: [ { run: { args: [$(size)] }, expect: { exit: 0 } } ], measure: fuel, at_most: constant }\n";
    of_command(growth, 100_000).check(&[]).code(0);
    // As many turns as an i32 has: more than a command may take.
    let loops = "      - { run: { args: [a] }, expect: { exit: 0 }, timeout: 300s }\n";
    let course = of_command(loops, 0);
    let text = "(module (memory (export \"memory\") 1) (func (export \"_start\") (loop $on (br $on))))";
    std::fs::write(course.work().join("prog.wasm"), wat::parse_str(text).unwrap()).unwrap();
    course.check(&[]).code(1).says("it was stopped: it took more than").says("a loop that never ends?");
}

#[test]
fn commands_that_only_a_machine_has_are_skipped_as_unsupported() {
    let steps = "      - run: { command: [python3, tool.py] }\n        expect: { exit: 0 }\n";
    let course = of_command(steps, 1);
    let ran = course.check(&[]);
    ran.says("commands other than the submission itself").says("with --sandbox native");
}

#[test]
fn what_is_lacking_in_webassembly_is_not_blamed_on_a_url() {
    let steps = "      - { get: /, instance: b, expect: { status: 200 } }\n";
    let ran = check(&Course::new(&one_check(steps), &http_server(OK)), &[]);
    ran.says("several instances of the server; grade it with --sandbox native");
}

#[test]
fn data_has_its_bound_at_the_start_at_once_and_bit_by_bit() {
    let write = |bytes: u32| format!("open(DATA + '/' + str(time.time_ns()), 'wb').write(b'x' * {bytes})");
    let request =
        |code: &str| format!("def answer(method, path, body):\n    {code}\n    return 200, {{}}, b'ok'\n");
    let words = "it wrote more than 4 MiB into DATA_DIR";
    for (program, steps) in [
        (request(&write(9_000_000)), GET.to_owned()),
        (request(&write(1_000_000)), GET.repeat(6)),
        (format!("{}\n{OK}", write(9_000_000)), GET.to_owned()),
    ] {
        let course = Course::new(&one_check(&steps), &http_server(&program)).limits("disk = \"4MiB\"");
        check(&course, &[]).code(1).says(words);
    }
    let program = "import { writeFileSync } from \"node:fs\";\nexport default { fetch() { writeFileSync(process.env.DATA_DIR + \"/x\", \"x\".repeat(9e6)); return new Response(\"ok\"); } };\n";
    let course = Course::new(&one_check(GET), "").limits("disk = \"4MiB\"");
    check(&with_javascript(course, program), &[]).code(1).says(words);
    let course = Course::new(&one_check(&GET.repeat(3)), &http_server(&request(&write(1_000_000))));
    check(&course.limits("disk = \"4MiB\""), &[]).code(0);
}

#[test]
fn an_answer_is_as_long_as_it_says() {
    let program = |length: u8| {
        format!(
            "const {{ createServer }} = require(\"node:http\");\ncreateServer((request, response) => {{\n  response.writeHead(200, {{ \"content-length\": \"{length}\" }});\n  response.end(\"hello world\");\n}}).listen(process.env.PORT);\n"
        )
    };
    let course = |length| {
        let steps = "      - { get: /, expect: { status: 200, text: hello world } }\n";
        with_javascript(Course::new(&one_check(steps), ""), &program(length))
    };
    check(&course(11), &[]).code(0);
    check(&course(5), &[]).code(1).says("hello");
    check(&course(50), &[]).code(1).says("the body ended after 11 of the 50 bytes");
    // Natively, the same mistake costs the same.
    course(5).check(&[]).code(1).says("hello");
    let application = "def app(environ, start_response):\n    start_response('200 OK', [('content-length', '5')])\n    return [b'hello world']\n";
    let steps = "      - { get: /, expect: { status: 200, text: hello world } }\n";
    check(&Course::new(&one_check(steps), application), &[]).code(1).says("hello");
}

#[test]
fn a_runner_that_could_not_be_used_is_not_said_to_be_well() {
    let place = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(runners()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, place.path().join(path.file_name().unwrap())).unwrap();
    }
    let doctor = || crate::support::Gradus::new(["doctor"]).env("GRADUS_RUNNERS", place.path()).run();
    doctor().says("✓   python");
    for entry in std::fs::read_dir(place.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("python")
            && path.extension().unwrap() != "hash"
        {
            std::fs::remove_file(path).unwrap();
        }
    }
    doctor().says("✗   python").says("gradus runner install FILE").says("✓   javascript");
}
