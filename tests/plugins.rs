//! Steps that a component does: what ends one that goes wrong is told in words and blames nobody's submission, and each is
//! compiled once.

use crate::support::course::{Course, http_server};
use crate::support::gradus::Ran;
use std::path::{Path, PathBuf};

/// A plugin whose step is this code. It may `(call $ask)`, which sends `GET /`, `(call $restart)` and `(call $print)`.
fn plugin(code: &str) -> Vec<u8> {
    let text = format!(
        r#"(component
  (import "gradus:plugin/submission@0.1.0" (instance $submission
    (type $headers (list (tuple string string)))
    (type $request0 (record (field "method" string) (field "path" string) (field "headers" $headers) (field "body" (list u8))))
    (export "request" (type $request (eq $request0)))
    (type $response0 (record (field "status" u16) (field "headers" $headers) (field "body" (list u8))))
    (export "response" (type $response (eq $response0)))
    (type $exchanged0 (record (field "number" u32) (field "response" $response)))
    (export "exchanged" (type $exchanged (eq $exchanged0)))
    (export "send" (func (param "request" $request) (result (result $exchanged (error string)))))
    (export "restart" (func (result (result (error string)))))))
  (import "wasi:io/error@0.2.0" (instance $errors (export "error" (type (sub resource)))))
  (alias export $errors "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer 1 $error (type $error0))
    (export "error" (type $error (eq $error0)))
    (type $broken0 (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $broken (eq $broken0)))
    (export "output-stream" (type $output (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush"
      (func (param "self" (borrow $output)) (param "contents" (list u8)) (result (result (error $broken)))))))
  (alias export $streams "output-stream" (type $output))
  (import "wasi:cli/stderr@0.2.0" (instance $stderr
    (alias outer 1 $output (type $output0))
    (export "output-stream" (type $output (eq $output0)))
    (export "get-stderr" (func (result (own $output))))))
  (core module $memory
    (memory (export "memory") 2)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536)))
  (core instance $memory (instantiate $memory))
  (alias core export $memory "memory" (core memory $bytes))
  (alias core export $memory "realloc" (core func $realloc))
  (core func $send (canon lower (func $submission "send") (memory $bytes) (realloc $realloc)))
  (core func $restart (canon lower (func $submission "restart") (memory $bytes) (realloc $realloc)))
  (core func $get (canon lower (func $stderr "get-stderr")))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush") (memory $bytes)))
  (core module $main
    (import "memory" "memory" (memory 2))
    (import "host" "send" (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))
    (import "host" "restart" (func $again (param i32)))
    (import "host" "get" (func $get (result i32)))
    (import "host" "write" (func $write (param i32 i32 i32 i32)))
    (data (i32.const 1024) "GET/")
    (func $ask (call $send (i32.const 1024) (i32.const 3) (i32.const 1027) (i32.const 1)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 512)))
    (func $restart (call $again (i32.const 512)))
    (func $print (call $write (call $get) (i32.const 2048) (i32.const 4096) (i32.const 512)))
    (func $deep (call $deep) (call $deep))
    (func (export "run") (param i32 i32 i64) (result i32) {code} (i32.const 256)))
  (core instance $main (instantiate $main
    (with "memory" (instance $memory))
    (with "host" (instance
      (export "send" (func $send)) (export "restart" (func $restart))
      (export "get" (func $get)) (export "write" (func $write))))))
  (type $failure0 (record (field "path" string) (field "wanted" string) (field "got" string) (field "exchange" (option u32))))
  (import "failure" (type $failure (eq $failure0)))
  (func $run (param "input" string) (param "seed" u64) (result (result (error (list $failure))))
    (canon lift (core func $main "run") (memory $bytes) (realloc $realloc)))
  (export "run" (func $run)))"#
    );
    wat::parse_str(text).expect("a component")
}

/// A course whose only check has this step's plugin, and more.
fn course(code: &str, more: &str, program: &str) -> Course {
    let checks = format!(
        "  - id: root\n    claim: A\n    points: 10\n{more}    steps:\n      - plugin: {{ component: check.wasm }}\n"
    );
    let course = Course::new("", program);
    std::fs::write(course.root.path().join("graders/demo/check.wasm"), plugin(code)).unwrap();
    let grader = course.root.path().join("graders/demo/grader.yaml");
    std::fs::write(&grader, std::fs::read_to_string(&grader).unwrap() + &checks).unwrap();
    course
}

const SERVER: &str = "def answer(method, path, body):\n    return 200, {}, b'ok'\n";

fn check(code: &str, more: &str) -> Ran {
    course(code, more, &http_server(SERVER)).check(&[])
}

#[test]
fn one_that_asks_and_finds_nothing_passes() {
    check("(call $ask) (call $restart) (call $print) (call $ask)", "").code(0).says("passed");
}

#[test]
fn what_ends_a_plugin_breaks_its_check_and_is_told_in_words() {
    let long = "    timeout: 300s\n";
    // Work that is counted, and that the compiler does away with.
    let work = format!("(loop $on {} (br $on))", "(drop (i32.const 0)) ".repeat(1000));
    for (code, more, words) in [
        (work.as_str(), long, "was stopped: it took more than 50,000,000,000 units of work (fuel)"),
        (
            "(loop $on (br $on))",
            "    timeout: 1s\n",
            "was stopped: the check's time, 1 s, was over while it was at work",
        ),
        ("(drop (memory.grow (i32.const 5000)))", "", "was stopped: it wanted more than 256 MiB of memory"),
        ("(loop $on (call $print) (br $on))", "", "was stopped: it printed more than 1024 KiB"),
        ("(loop $on (call $ask) (br $on))", long, "was stopped: it sent more than 1000 requests in one step"),
        ("(call $deep)", "", "was stopped: its stack overflowed"),
        ("(unreachable)", "", "crashed: it gave up"),
        ("(nop)", "", "sent no request, and so proves nothing"),
        (
            "(call $ask) (i32.store8 (i32.const 256) (i32.const 1))",
            "",
            "ended with an error, and says nothing that does not hold",
        ),
    ] {
        check(code, more).code(4).says("the plugin check.wasm").says(words);
    }
}

#[test]
fn a_submission_that_keeps_a_plugin_waiting_is_blamed_itself() {
    let slow =
        "import time\ndef answer(method, path, body):\n    time.sleep(60)\n    return 200, {}, b'ok'\n";
    let course = course("(call $ask)", "    timeout: 1s\n", &http_server(slow));
    course.check(&[]).code(1).says("the check's time was over");
}

/// The compiled plugin in a folder.
fn compiled(folder: &Path) -> PathBuf {
    let names: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    names[0].clone()
}

#[cfg(unix)]
#[test]
fn a_plugin_is_compiled_once_and_code_that_others_may_have_written_is_refused() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let course = course("(call $ask)", "", &http_server(SERVER));
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("runners");
    let grade = || course.gradus(&[]).env("GRADUS_RUNNERS", &place).run();
    grade().code(0);
    let file = compiled(&place);
    let inode = |file: &Path| std::fs::metadata(file).unwrap().ino();
    let first = inode(&file);
    grade().code(0);
    assert_eq!((compiled(&place), inode(&file)), (file.clone(), first));
    // Code of another wasmtime, or half of it, is compiled again.
    std::fs::write(&file, "code").unwrap();
    grade().code(0);
    assert_ne!(std::fs::read(&file).unwrap(), b"code");
    let allow = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    allow(&file, 0o666);
    grade().code(4).says("the plugin check.wasm").says("may have been written by others");
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("/dev/null", &file).unwrap();
    grade().code(4).says("may have been written by others");
    std::fs::remove_file(&file).unwrap();
    allow(&place, 0o777);
    grade().code(4).says("may have been written by others");
    allow(&place, 0o700);
    grade().code(0);
}

#[test]
fn what_is_no_plugin_breaks_its_check() {
    for (bytes, words) in [
        (wat::parse_str("(component)").unwrap(), "run"),
        (b"\0asm\r\0\x01\0\xff".to_vec(), "no valid WebAssembly"),
    ] {
        let course = course("(nop)", "", &http_server(SERVER));
        std::fs::write(course.root.path().join("graders/demo/check.wasm"), bytes).unwrap();
        course.check(&[]).code(4).says("the plugin check.wasm").says(words);
    }
}
