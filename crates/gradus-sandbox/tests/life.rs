//! Programs run, watched and ended, on every rung.

use crate::support::*;
use gradus_sandbox::{Ending, Limits, Listening, Program, RoomSpec, Running, Stdin, free_port};
use std::time::{Duration, Instant};
use tokio::time::timeout;

#[tokio::test]
async fn how_a_program_ends_is_a_value() {
    assert_eq!(ending("exit 3").await, Ending::Exited(3));
    assert_eq!(ending("kill -9 $$").await, Ending::Signaled(9));
    assert_eq!(ending("no-such-program").await, Ending::Exited(127));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_an_ending_and_a_folder_that_is_not_an_error() {
    let missing = Program { command: vec!["/no/such/program".into()], ..program("") };
    let running = launcher().launch(&room(), missing).await.expect("the fault is not ours");
    match running.wait().await.ending {
        Ending::NotStarted(why) => assert!(why.contains("/no/such/program: No such file"), "{why}"),
        other => panic!("{other:?}"),
    }
    let nowhere = Program { dir: "/no/such/folder".into(), ..program("true") };
    let error = launcher().launch(&room(), nowhere).await.expect_err("it is refused").to_string();
    assert!(error.contains("could not enter /no/such/folder"), "{error}");
}

#[tokio::test]
async fn it_gets_the_environment_that_it_was_given_and_nothing_else() {
    let mut running = launcher()
        .launch(
            &room(),
            Program {
                env: vec![("A".into(), "b".into())],
                command: vec!["/usr/bin/env".into()],
                ..program("")
            },
        )
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
    let limited = Program { wall: Some(wall), ..program("sleep 60") };
    let running = launcher().launch(&room(), limited).await.expect("it starts");
    assert_eq!(
        timeout(BOUND, running.wait()).await.expect("it ends").ending,
        Ending::OutOfTime { limit: wall }
    );
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
    let running = launcher().launch(&room(), Program { command, ..program("") }).await.expect("it starts");
    printed(&running, "up").await;
    running
}

#[tokio::test]
async fn the_owner_of_a_port_is_known() {
    let (mine, other) = (free_port().expect("a port"), free_port().expect("a port"));
    let running = listening("127.0.0.1", mine.port()).await;
    let address = format!("127.0.0.1:{}", mine.port()).parse().expect("an address");
    assert_eq!(running.room().listening(mine.port()).await, Listening::Mine { addresses: vec![address] });
    assert_eq!(
        running.room().listening(other.port()).await,
        Listening::MineElsewhere { ports: vec![address] }
    );
    let idle = launch("exec sleep 60").await;
    assert_eq!(idle.room().listening(other.port()).await, Listening::Nobody);
    match idle.room().listening(mine.port()).await {
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
    assert_eq!(running.room().listening(port.port()).await, Listening::Mine { addresses: vec![address] });
}

#[test]
fn a_killed_grader_leaves_nothing_within_200_ms() {
    let script =
        "(setsid sh -c 'echo $$; exec sleep 61' &); trap '' TERM HUP; sleep 0.2; echo $$; exec sleep 62";
    let mut grader = std::process::Command::new(env!("CARGO_BIN_EXE_gradus-keeper"))
        .args(["/bin/sh", "-c", script])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut out = std::io::BufReader::new(grader.stdout.take().expect("a pipe"));
    let pids: Vec<String> = (0..2)
        .map(|_| {
            let mut line = String::new();
            std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
            line.trim().to_owned()
        })
        .collect();
    assert!(pids.iter().all(|pid| alive(pid)), "{pids:?}");
    grader.kill().expect("it is killed");
    let begun = Instant::now();
    while pids.iter().any(|pid| alive(pid)) {
        assert!(begun.elapsed() < Duration::from_millis(200), "something outlived its grader");
        std::thread::sleep(Duration::from_millis(1));
    }
    grader.wait().expect("it ends");
}

#[tokio::test]
async fn a_program_reads_the_input_that_it_is_given() {
    let stdin = Stdin::Bytes(vec![b'x'; 300_000]);
    let mut running =
        launcher().launch(&room(), Program { stdin, ..program("wc -c") }).await.expect("it starts");
    timeout(BOUND, running.wait()).await.expect("the input ends");
    running.stop().await;
    assert_eq!(running.output().tail(1).trim(), "300000");
}

#[tokio::test]
async fn a_paused_program_does_nothing_until_it_is_resumed() {
    let script = "for i in 1 2 3 4; do (while :; do :; done) & echo $!; done; echo up; while :; do echo x; sleep 0.01; done";
    let mut running = launch(script).await;
    printed(&running, "up\nx\n").await;
    let pids: Vec<String> = printed_so_far(&running).lines().take(4).map(str::to_owned).collect();
    let state = |pid: &String| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it is there");
        stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next())
    };
    for _ in 0..5 {
        running.room().pause().await.expect("it is paused");
        assert!(pids.iter().all(|pid| state(pid) == Some('T')), "{pids:?}");
        running.room().resume().expect("it is resumed");
        let (mark, begun) = (running.output().mark(), Instant::now());
        while running.output().mark() == mark {
            assert!(begun.elapsed() < BOUND, "it did not go on");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn whoever_starts_others_all_the_time_is_paused_too() {
    let script = "import os, time\nprint('up')\nend = time.monotonic() + 30\n\
        while time.monotonic() < end:\n    \
            if os.fork() == 0: os._exit(0)\n    \
            os.wait(); print('x')";
    let mut running = launcher().launch(&room(), python(script)).await.expect("it starts");
    printed(&running, "x\nx\n").await;
    running.room().pause().await.expect("it is paused");
    // What it printed before has come once nothing comes for a while.
    let mut mark = running.output().mark();
    loop {
        tokio::time::sleep(Duration::from_millis(60)).await;
        if running.output().mark() == mark {
            break;
        }
        mark = running.output().mark();
    }
    running.room().resume().expect("it is resumed");
    let begun = Instant::now();
    while running.output().mark() == mark {
        assert!(begun.elapsed() < BOUND, "it did not go on");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    running.stop().await;
}

#[tokio::test]
async fn a_program_may_answer_a_term_and_can_not_answer_a_kill() {
    let running = launch("trap 'exit 7' TERM; echo up; while true; do sleep 0.01; done").await;
    printed(&running, "up").await;
    running.term().expect("it is sent");
    assert_eq!(timeout(BOUND, running.wait()).await.expect("it ends").ending, Ending::Exited(7));
    let running = launch("trap '' TERM; echo up; while true; do sleep 0.01; done").await;
    printed(&running, "up").await;
    running.room().kill().expect("it is sent");
    assert_eq!(timeout(BOUND, running.wait()).await.expect("it ends").ending, Ending::Signaled(9));
}

#[tokio::test]
async fn files_and_processor_time_are_limited() {
    let limits = Limits { files: 20, ..Limits::default() };
    let with = |limits| RoomSpec { limits, ..room() };
    let mut running = launcher().launch(&with(limits), program("ulimit -n")).await.expect("it starts");
    running.wait().await;
    running.stop().await;
    assert_eq!(running.output().tail(1).trim(), "20");
    let limit = Duration::from_secs(1);
    let limits = Limits { cpu: Some(limit), ..Limits::default() };
    let running =
        launcher().launch(&with(limits), program("while true; do :; done")).await.expect("it starts");
    let exit = timeout(BOUND, running.wait()).await.expect("it ends");
    assert_eq!(exit.ending, Ending::OutOfCpu { limit });
}

#[tokio::test]
async fn no_open_file_of_ours_reaches_a_program() {
    let mut running = launch("ls /proc/self/fd | wc -l").await;
    running.wait().await;
    running.stop().await;
    // Input, output, errors, and the folder that `ls` reads.
    assert_eq!(running.output().tail(1).trim(), "4");
}

#[tokio::test]
async fn one_launcher_starts_many_programs_at_once() {
    let launcher = launcher();
    let mut running = Vec::new();
    for number in 0..30 {
        running.push(launcher.launch(&room(), program(&format!("exit {number}"))).await.expect("it starts"));
    }
    drop(launcher);
    for (number, running) in running.into_iter().enumerate() {
        assert_eq!(running.wait().await.ending, Ending::Exited(number as i32));
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn whoever_fails_on_the_way_into_a_room_starts_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    // A new namespace's user is written below /proc. Root of the machine would not even try.
    let hindered = "unshare -Urm sh -c 'mount -o remount,bind,ro /proc && exec \"$@\"' sh \"$@\"";
    let line = if is_root() {
        format!("setpriv --reuid=61234 --regid=61234 --clear-groups {hindered}")
    } else {
        hindered.to_owned()
    };
    let launcher = behind(folder.path(), &line);
    let native = RoomSpec { rung: gradus_sandbox::Rung::Native(gradus_sandbox::View::of_room()), ..room() };
    let refused = launcher.open(&native).await.expect_err("nobody may be anybody there").to_string();
    assert!(refused.contains("make a process in namespaces of its own"), "{refused}");
    let ours = std::fs::read_link("/proc/self/ns/net").expect("a namespace");
    // Were somebody left on the way, chance would say who starts which of these.
    for _ in 0..20 {
        let look = program("exec readlink /proc/self/ns/net");
        let mut running = launcher.launch(&room(), look).await.expect("it starts");
        timeout(BOUND, running.wait()).await.expect("it ends");
        running.stop().await;
        assert_eq!(printed_so_far(&running).trim(), ours.display().to_string());
    }
}
