//! Questions of core modules to upstreams, by the two functions that they import.

use crate::support::{ask, guest, program, settings, small};
use gradus_wasm::{Limits, Server, Settings, Stopped};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that asks with this message when it is asked for `/x`. What comes is its answer; if nothing does, its answer is
/// the number that `ask` gave, without its sign.
fn asking(message: &str, milliseconds: u32) -> String {
    let length = message.len();
    let message: String = message.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let relay = format!(
        "(local.set $came (call $ask (i32.const 8192) (i32.const {length}) (i32.const {milliseconds})))
         (if (i32.ge_s (local.get $came) (i32.const 0)) (then
             (call $answer (i32.const 16384))
             (call $print (i32.const 1) (i32.const 16384) (local.get $came))
             (br $again)))
         (i32.store8 (i32.const 166) (i32.const 45))
         (i32.store8 (i32.const 167) (i32.sub (i32.const 48) (local.get $came)))"
    );
    let imports = r#"(import "gradus" "ask" (func $ask (param i32 i32 i32) (result i32)))
        (import "gradus" "answer" (func $answer (param i32)))
        (memory (export "memory") 2)"#;
    guest(&relay, &format!(r#"(data (i32.const 8192) "{message}")"#))
        .replace(r#"(memory (export "memory") 2)"#, imports)
        .replace(r#"(func (export "_start")"#, r#"(func (export "_start") (local $came i32)"#)
}

/// A server that may ask one upstream.
async fn server(text: &str, upstream: u16, limits: Limits) -> Server {
    let server = Server::new(program(text), Settings { upstreams: vec![upstream], ..settings(limits) });
    server.start().await.unwrap();
    server
}

/// An upstream that reads a message up to these last words, and says its own; what it read comes back.
async fn upstream(ends: &'static str, says: &'static str) -> (u16, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let reading = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        while !read.ends_with(ends.as_bytes()) {
            // Whoever waits for words that never come gives up.
            let Ok(byte) = stream.read_u8().await else { return String::new() };
            read.push(byte);
        }
        stream.write_all(says.as_bytes()).await.unwrap();
        String::from_utf8(read).unwrap()
    });
    (port, reading)
}

#[test]
fn a_module_can_ask_if_it_imports_how() {
    assert!(program(&asking("", 50)).can_ask());
    assert!(!program(&guest("(nop)", "")).can_ask());
}

#[tokio::test]
async fn a_module_asks_in_whole_messages_and_takes_whole_answers() {
    let says =
        "HTTP/1.1 201 Created\r\nx-shelf: glass\r\ntransfer-encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n";
    let (port, read) = upstream("{\"a\": 1}", says).await;
    let message = format!(
        "POST http://127.0.0.1:{port}/swaps?now HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{{\"a\": 1}}"
    );
    let server = server(&asking(&message, 5000), port, small()).await;
    let request = http::Request::get("/x").body(bytes::Bytes::new()).unwrap();
    let answer = server.ask(request).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (201, b"yes".as_slice()));
    assert_eq!(answer.headers()["x-shelf"], "glass");
    let read = read.await.unwrap();
    assert!(read.starts_with("POST /swaps?now HTTP/1.1\r\n"), "{read}");
    assert!(read.contains(&format!("host: 127.0.0.1:{port}\r\n")) && read.contains("content-length: 8\r\n"));
}

#[tokio::test]
async fn why_nothing_came_is_a_number_and_a_sentence_in_the_output() {
    let (port, _read) = upstream("never", "").await;
    let (garbled, _) = upstream("\r\n\r\n", "all is well\r\n\r\n").await;
    let [refused, timed_out, broken, no_request] = ["-1", "-2", "-3", "-4"];
    for (message, allowed, number, says) in [
        (
            "GET http://127.0.0.1:1/ HTTP/1.1\r\n\r\n".to_owned(),
            port,
            refused,
            "is no upstream of this exercise",
        ),
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), port, refused, "/ is no upstream"),
        (format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n"), port, timed_out, ""),
        (format!("GET http://127.0.0.1:{garbled}/ HTTP/1.1\r\n\r\n"), garbled, broken, "gradus.ask: "),
        (
            format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\n"),
            port,
            no_request,
            "no empty line ends the headers",
        ),
        ("hello\r\n\r\n".to_owned(), port, no_request, "that is no request of HTTP/1.1"),
        (
            format!("POST http://127.0.0.1:{port}/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            port,
            no_request,
            "without Transfer-Encoding",
        ),
    ] {
        let server = server(&asking(&message, 50), allowed, small()).await;
        assert_eq!(ask(&server, "/x").await.as_deref(), Ok(number), "{message}");
        let printed = String::from_utf8(server.output().since(0).0).unwrap();
        assert!(printed.contains(says) && printed.is_empty() == says.is_empty(), "{message}: {printed}");
    }
}

#[tokio::test]
async fn a_message_outside_of_its_memory_ends_the_instance() {
    let text = asking("", 50).replace("(i32.const 8192) (i32.const 0)", "(i32.const 131072) (i32.const 9)");
    let server = server(&text, 1, small()).await;
    let Err(Stopped::Crashed(why)) = ask(&server, "/x").await else { panic!("it goes on") };
    assert!(why.contains("out of bounds memory access"), "{why}");
    assert_eq!(ask(&server, "/").await.as_deref(), Ok("ok"));
}

#[tokio::test]
async fn a_question_that_waits_for_nobody_counts_against_the_time_of_its_request() {
    let (port, _read) = upstream("never", "").await;
    let message = format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n");
    let request = Duration::from_millis(200);
    let server = server(&asking(&message, 60_000), port, Limits { request, ..small() }).await;
    assert_eq!(ask(&server, "/x").await, Err(Stopped::Deadline(request)));
    assert_eq!(ask(&server, "/").await.as_deref(), Ok("ok"));
}

/// What a step of a grader does to an upstream between two requests never meets a connection from before.
#[tokio::test]
async fn connections_to_upstreams_end_when_the_module_waits_for_a_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let opened = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            opened.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut read = Vec::new();
                while let Ok(byte) = stream.read_u8().await {
                    read.push(byte);
                    if read.ends_with(b"\r\n\r\n") {
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nyes").await.unwrap();
                    }
                }
            });
        }
    });
    let server =
        server(&asking(&format!("GET http://127.0.0.1:{port}/ HTTP/1.1\r\n\r\n"), 5000), port, small()).await;
    for asked in 1..=3 {
        assert_eq!(ask(&server, "/x").await.as_deref(), Ok("yes"));
        assert_eq!(connections.load(Ordering::Relaxed), asked);
    }
}
