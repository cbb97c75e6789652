//! Programs run, watched and ended, each bounded in time.

use gradus_sandbox::{Ending, Launcher, Limits, Listening, Rung, Running, SandboxSpec, free_port};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// No test takes longer than this.
const BOUND: Duration = Duration::from_secs(20);

fn launcher() -> Launcher {
    Launcher::with_keeper(env!("CARGO_BIN_EXE_gradus-keeper"))
}

fn spec(script: &str) -> SandboxSpec {
    SandboxSpec {
        command: ["sh", "-c", script].map(Into::into).to_vec(),
        dir: std::env::temp_dir(),
        env: vec![("PATH".into(), std::env::var_os("PATH").unwrap_or_default())],
        limits: Limits::default(),
        output_cap: 64 * 1024,
        rung: Rung::None,
    }
}

async fn launch(script: &str) -> Running {
    launcher().launch(spec(script)).await.expect("it starts")
}

async fn ending(script: &str) -> Ending {
    timeout(BOUND, launch(script).await.wait()).await.expect("it ends").ending
}

/// Waits until the program has printed this.
async fn printed(running: &Running, text: &str) {
    let begun = Instant::now();
    while !String::from_utf8_lossy(&running.output().all().bytes).contains(text) {
        assert!(begun.elapsed() < BOUND, "it never printed {text:?}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn how_a_program_ends_is_a_value() {
    assert_eq!(ending("exit 3").await, Ending::Exited(3));
    assert_eq!(ending("kill -9 $$").await, Ending::Signaled(9));
    assert_eq!(ending("no-such-program").await, Ending::Exited(127));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_refused() {
    let spec = SandboxSpec { command: vec!["/no/such/program".into()], ..spec("") };
    let error = launcher().launch(spec).await.expect_err("it is refused").to_string();
    assert!(error.contains("/no/such/program"), "{error}");
}

#[tokio::test]
async fn it_gets_the_environment_that_it_was_given_and_nothing_else() {
    let mut running = launcher()
        .launch(SandboxSpec {
            env: vec![("A".into(), "b".into())],
            command: vec!["/usr/bin/env".into()],
            ..spec("")
        })
        .await
        .expect("it starts");
    running.wait().await;
    running.stop().await;
    assert_eq!(String::from_utf8_lossy(&running.output().all().bytes), "A=b\n");
}

#[tokio::test]
async fn a_daemon_in_a_session_of_its_own_is_gone_after_stop() {
    let mut running = launch("(setsid sh -c 'echo daemon $$; sleep 60' &) ; exec sleep 60").await;
    printed(&running, "daemon ").await;
    let pid = String::from_utf8_lossy(&running.output().all().bytes).replace("daemon ", "");
    assert!(alive(&pid));
    timeout(BOUND, running.stop()).await.expect("it stops");
    assert!(!alive(&pid));
}

#[tokio::test]
async fn a_daemon_that_outlives_its_parent_is_gone_after_stop() {
    let mut running = launch("(setsid sh -c 'echo daemon $$; sleep 60' &) ; exit 0").await;
    assert_eq!(running.wait().await.ending, Ending::Exited(0));
    printed(&running, "daemon ").await;
    let pid = String::from_utf8_lossy(&running.output().all().bytes).replace("daemon ", "");
    assert!(alive(&pid));
    timeout(BOUND, running.stop()).await.expect("it stops");
    assert!(!alive(&pid));
}

#[tokio::test]
async fn a_program_that_ignores_signals_is_stopped() {
    let mut running = launch("trap '' TERM INT HUP; echo ready; while true; do sleep 1; done").await;
    printed(&running, "ready").await;
    assert_eq!(timeout(BOUND, running.stop()).await.expect("it stops").ending, Ending::Stopped);
}

#[tokio::test]
async fn a_dropped_program_is_ended() {
    let running = launch("echo pid $$; exec sleep 60").await;
    printed(&running, "pid ").await;
    let pid = String::from_utf8_lossy(&running.output().all().bytes).replace("pid ", "");
    drop(running);
    let begun = Instant::now();
    while alive(&pid) {
        assert!(begun.elapsed() < BOUND);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn a_flood_of_output_is_drained_and_capped() {
    let mut running = launch("head -c 50000000 /dev/zero; echo; echo the end").await;
    timeout(BOUND, running.wait()).await.expect("it is not blocked");
    running.stop().await;
    let slice = running.output().all();
    assert!(slice.bytes.len() <= 64 * 1024);
    assert!(slice.bytes.ends_with(b"the end\n"));
    assert_eq!(slice.bytes.len() as u64 + slice.dropped, 50_000_009);
}

#[tokio::test]
async fn time_that_is_over_ends_a_program_and_without_the_limit_it_goes_on() {
    let wall = Duration::from_millis(100);
    let limited = SandboxSpec { limits: Limits { wall: Some(wall) }, ..spec("sleep 60") };
    let mut running = launcher().launch(limited).await.expect("it starts");
    assert_eq!(timeout(BOUND, running.wait()).await.expect("it ends").ending, Ending::OutOfTime(wall));
    let mut free = launch("sleep 60").await;
    assert!(timeout(wall * 3, free.wait()).await.is_err(), "nothing else ends it");
    free.stop().await;
}

#[tokio::test]
async fn what_it_used_is_told() {
    let mut running = launch("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done").await;
    running.wait().await;
    let usage = running.stop().await.usage;
    assert!(usage.cpu > Duration::from_millis(5) && usage.peak_memory > 100 * 1024, "{usage:?}");
}

const LISTEN: &str = "import socket,sys,time; s=socket.create_server((sys.argv[1],int(sys.argv[2])),family=socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET); print('up',flush=True); time.sleep(60)";

async fn listening(host: &str, port: u16) -> Running {
    let command = ["python3", "-c", LISTEN, host, &port.to_string()].map(Into::into).to_vec();
    let running = launcher().launch(SandboxSpec { command, ..spec("") }).await.expect("it starts");
    printed(&running, "up").await;
    running
}

#[tokio::test]
async fn the_owner_of_a_port_is_known() {
    let (mine, other) = (free_port().expect("a port"), free_port().expect("a port"));
    let running = listening("127.0.0.1", mine.port()).await;
    let address = format!("127.0.0.1:{}", mine.port()).parse().expect("an address");
    assert_eq!(running.owners_of(mine.port()).await, Listening::Mine { addresses: vec![address] });
    assert_eq!(running.owners_of(other.port()).await, Listening::MineElsewhere { ports: vec![address] });
    let idle = launch("exec sleep 60").await;
    assert_eq!(idle.owners_of(other.port()).await, Listening::Nobody);
    match idle.owners_of(mine.port()).await {
        Listening::Strangers { pid: Some(_), name: Some(name) } => {
            assert!(name.starts_with("python"), "{name}")
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_listener_on_another_address_is_named() {
    let port = free_port().expect("a port");
    let running = listening("::1", port.port()).await;
    let address = format!("[::1]:{}", port.port()).parse().expect("an address");
    assert_eq!(running.owners_of(port.port()).await, Listening::Mine { addresses: vec![address] });
}

#[test]
fn the_keeper_ends_everything_when_we_are_killed() {
    // The keeper of a program whose grader is a shell that is killed: the shell holds our end of the keeper's socket.
    let script = r#"
import os, signal, socket, subprocess, sys, time
ours, theirs = socket.socketpair()
if os.fork() == 0:
    subprocess.Popen([sys.argv[1], "__keeper", "sh", "-c", "(setsid sleep 61 &); exec sleep 62"], stdin=theirs.fileno(), pass_fds=[])
    theirs.close()
    print(ours.recv(100).decode().split()[1], flush=True)
    time.sleep(60)
theirs.close(); ours.close()
os.wait()
"#;
    let mut grader = std::process::Command::new("python3")
        .args(["-c", script, env!("CARGO_BIN_EXE_gradus-keeper")])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut line = String::new();
    let mut out = std::io::BufReader::new(grader.stdout.take().expect("a pipe"));
    std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
    let pid = line.trim().to_owned();
    assert!(alive(&pid));
    let forked =
        std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", grader.id())).expect("children");
    let status = std::process::Command::new("kill").args(["-9", forked.trim()]).status().expect("kill runs");
    assert!(status.success());
    let begun = Instant::now();
    while alive(&pid) {
        assert!(begun.elapsed() < Duration::from_secs(5), "the program outlived its grader");
        std::thread::sleep(Duration::from_millis(1));
    }
    grader.wait().expect("it ends");
    assert!(!Path::new(&format!("/proc/{pid}")).exists() || !alive(&pid));
}
