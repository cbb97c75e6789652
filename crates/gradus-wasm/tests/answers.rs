//! Servers in WebAssembly answer over connections in memory, start, stop and end as processes do.

use crate::support::{ask, guest, program, server, settings, small};
use gradus_wasm::{Command, Server, Stopped};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn connections_in_memory_speak_http() {
    let server = server(&guest("(nop)", ""), small()).await;
    let mut stream = server.connect().unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok"), "{answer}");
}

#[tokio::test]
async fn many_connections_are_answered_one_after_another() {
    let server = server(&guest("(nop)", ""), small()).await;
    let asked = (0..50).map(|_| {
        let server = server.clone();
        tokio::spawn(async move { ask(&server, "/").await })
    });
    for answer in asked.collect::<Vec<_>>() {
        assert_eq!(answer.await.unwrap().unwrap(), "ok");
    }
}

#[tokio::test]
async fn one_that_was_stopped_refuses_connections_until_it_is_started() {
    let server = server(&guest("(nop)", ""), small()).await;
    server.stop().await;
    assert!(server.connect().is_err());
    assert_eq!(ask(&server, "/").await, Err(Stopped::Killed));
    server.start().await.unwrap();
    assert_eq!(ask(&server, "/").await.unwrap(), "ok");
}

#[tokio::test]
async fn a_kill_ends_what_a_program_is_doing() {
    let limits = gradus_wasm::Limits { fuel_request: u64::MAX / 4, fuel_grading: u64::MAX / 2, ..small() };
    let server = server(&guest("(loop $on (br $on))", ""), limits).await;
    let asking = tokio::spawn({
        let server = server.clone();
        async move { ask(&server, "/x").await }
    });
    tokio::task::yield_now().await;
    server.stop().await;
    assert_eq!(asking.await.unwrap(), Err(Stopped::Killed));
    assert_eq!(server.ended(), None);
}

#[tokio::test]
async fn a_command_gets_input_and_gives_output_and_an_exit_code() {
    let echo = guest("(nop)", "").replace(
        "(call $print (i32.const 1) (i32.const 128) (i32.const 40))",
        "(call $print (i32.const 1) (i32.const 1024) (i32.load (i32.const 8))) (call $exit (i32.const 7))",
    );
    let echo = Server::new(program(&echo), settings(small()));
    let command = Command { input: b"hello".to_vec(), ..Command::default() };
    let done = echo.run(&command, Duration::from_secs(20)).await.unwrap();
    assert_eq!((done.ending, done.stdout), (Ok(7), b"hello".to_vec()));
}

/// Two thousand gradings of a small module in one process, and what the process holds at most stays where it was.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_stays_flat_over_many_instances() {
    let program = program(&guest("(nop)", ""));
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let grade = async || {
        let server = gradus_wasm::Server::new(program.clone(), settings(small()));
        server.start().await.unwrap();
        assert_eq!(ask(&server, "/").await.unwrap(), "ok");
        server.stop().await;
    };
    for _ in 0..200 {
        grade().await;
    }
    let before = resident();
    // What other tests hold meanwhile goes away again; what a grading leaves behind only becomes more.
    let mut grown = u64::MAX;
    for _ in 0..4 {
        for _ in 0..2000 {
            grade().await;
        }
        grown = resident().saturating_sub(before);
        if grown < 32 << 10 {
            return;
        }
    }
    panic!("it grew by {grown} KiB");
}
