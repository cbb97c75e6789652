//! The same work costs the same fuel, whoever does it and however often.

use crate::support::{ask, guest, program, server, settings, small};
use gradus_wasm::{Command, Server};
use std::time::Duration;

async fn counts(server: &Server, path: &str) -> u64 {
    let before = server.fuel();
    ask(server, path).await.unwrap();
    server.fuel() - before
}

const COUNTS: &str = "(local.set $n (i32.const 10000))
  (loop $on (local.set $n (i32.sub (local.get $n) (i32.const 1))) (br_if $on (local.get $n)))";

fn counting() -> String {
    guest(COUNTS, "").replace("(func (export \"_start\")", "(func (export \"_start\") (local $n i32)")
}

#[tokio::test]
async fn the_same_request_costs_the_same_work_each_time() {
    let server = server(&counting(), small()).await;
    ask(&server, "/x").await.unwrap();
    let first = counts(&server, "/x").await;
    assert!(first > 50_000, "{first}");
    for _ in 0..20 {
        assert_eq!(counts(&server, "/x").await, first);
    }
    assert!(counts(&server, "/").await < 1000);
}

#[tokio::test]
async fn another_instance_of_the_same_program_costs_the_same() {
    let (one, other) = (server(&counting(), small()).await, server(&counting(), small()).await);
    assert_eq!(one.fuel(), other.fuel());
    assert_eq!(counts(&one, "/x").await, counts(&other, "/x").await);
}

#[tokio::test]
async fn the_work_of_commands_counts_with_the_servers() {
    let text = counting().replace("(loop $again", &format!("{COUNTS} (loop $again"));
    let server = Server::new(program(&text), settings(small()));
    server.start().await.unwrap();
    let begun = server.fuel();
    let run = async || server.run(&Command::default(), Duration::from_secs(20)).await.unwrap().fuel;
    let first = run().await;
    assert!(first > 50_000, "{first}");
    assert_eq!(run().await, first);
    assert_eq!(server.fuel(), begun + 2 * first);
    assert_eq!(ask(&server, "/").await.unwrap(), "ok");
}

/// The number in a process of its own is this number: it is part of what is promised for a line of wasmtime.
#[tokio::test]
async fn a_count_is_a_constant() {
    let server = server(&counting(), small()).await;
    assert_eq!(counts(&server, "/x").await - counts(&server, "/").await, 60_002);
}

/// The clock's eight bytes lie where the answer's head ends; the answer's body is longer here.
fn telling(attack: &str) -> String {
    guest(attack, "")
        .replace("content-length: 2\\r\\n\\r\\nok", "content-length: 8\\r\\n\\r\\n12345678")
        .replace("(i32.const 128) (i32.const 40)", "(i32.const 128) (i32.const 46)")
}

#[tokio::test]
async fn random_numbers_come_from_the_seed_and_go_on_after_a_restart() {
    let text = telling("(drop (call $random (i32.const 166) (i32.const 8)))");
    let (one, other) = (server(&text, small()).await, server(&text, small()).await);
    let first = ask(&one, "/x").await.unwrap();
    assert_eq!(first, ask(&other, "/x").await.unwrap());
    assert_ne!(first, ask(&one, "/x").await.unwrap());
    one.start().await.unwrap();
    assert_ne!(first, ask(&one, "/x").await.unwrap());
}

#[tokio::test]
async fn the_clock_goes_on_with_work_and_with_what_the_grader_waits_only() {
    let text = telling(
        "(drop (call $clock (i32.const 0) (i64.const 1) (i32.const 904))) (i64.store (i32.const 166) (i64.load (i32.const 904)))",
    );
    let (one, other) = (server(&text, small()).await, server(&text, small()).await);
    let time = async |server: &Server| {
        let answer = server.ask(http::Request::get("/x").body(bytes::Bytes::new()).unwrap()).await.unwrap();
        u64::from_le_bytes(answer.body()[..8].try_into().unwrap())
    };
    let first = time(&one).await;
    assert_eq!(first, time(&other).await);
    assert_eq!(first / 1_000_000_000, 1_767_225_600);
    other.pass(Duration::from_secs(5));
    let (soon, later) = (time(&one).await, time(&other).await);
    assert_eq!(later - soon, 5_000_000_000);
    assert!(soon > first);
}
