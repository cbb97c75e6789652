//! Small programs in WebAssembly text, and servers made of them.

use bytes::Bytes;
use gradus_wasm::{Engine, Limits, Program, Server, Settings, Stopped};
use http::Request;
use std::time::Duration;

/// A server over standard input and output that says `ok`; a request for `/x` does something else first. `more` are fields
/// of the module.
pub fn guest(attack: &str, more: &str) -> String {
    format!(
        r#"(module
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 128) "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
  {more}
  (func $print (param $fd i32) (param $at i32) (param $length i32)
    (i32.store (i32.const 16) (local.get $at))
    (i32.store (i32.const 20) (local.get $length))
    (drop (call $write (local.get $fd) (i32.const 16) (i32.const 1) (i32.const 24))))
  (func (export "_start")
    (loop $again
      (i32.store (i32.const 0) (i32.const 1024))
      (i32.store (i32.const 4) (i32.const 60000))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (if (i32.eqz (i32.load (i32.const 8))) (then (return)))
      (if (i32.eq (i32.load8_u (i32.const 1029)) (i32.const 120)) (then {attack}))
      (call $print (i32.const 1) (i32.const 128) (i32.const 40))
      (br $again))))"#
    )
}

/// Limits that are reached at once.
pub fn small() -> Limits {
    Limits {
        fuel_start: 10_000_000,
        fuel_request: 10_000_000,
        fuel_grading: 1_000_000_000,
        start: Duration::from_secs(20),
        request: Duration::from_secs(20),
        memory: 1 << 20,
        table: 100,
        output: 1000,
        answer: 1000,
        disk: 1 << 20,
    }
}

/// What surrounds a program with these limits.
pub fn settings(limits: Limits) -> Settings {
    Settings {
        limits,
        seed: 1,
        epoch: 1_767_225_600,
        environment: Vec::new(),
        folder: None,
        data: None,
        upstreams: Vec::new(),
    }
}

/// A program in text.
pub fn program(text: &str) -> Program {
    Program::load(&Engine::new().unwrap(), &wat::parse_str(text).unwrap()).unwrap()
}

/// A server of a program in text that was started.
pub async fn server(text: &str, limits: Limits) -> Server {
    let server = Server::new(program(text), settings(limits));
    server.start().await.unwrap();
    server
}

/// Asks for a path; the body of the answer, or what ended the instance.
pub async fn ask(server: &Server, path: &str) -> Result<String, Stopped> {
    let answer = server.ask(Request::get(path).body(Bytes::new()).unwrap()).await?;
    Ok(String::from_utf8_lossy(answer.body()).into_owned())
}
