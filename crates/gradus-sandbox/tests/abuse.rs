//! Programs that mean harm, each bounded by itself, should a guard fail.

use crate::support::*;
use gradus_sandbox::Ending;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// Stops it, which must work at once whatever it does.
async fn stops(script: &str, first: &str) {
    for grader in graders() {
        let mut running = Native::of(grader).run(python(script)).await;
        printed(&running, first).await;
        let begun = Instant::now();
        let exit = timeout(BOUND, running.stop()).await.expect("it stops");
        assert!(begun.elapsed() < Duration::from_secs(2), "{grader:?}: {:?}", begun.elapsed());
        assert!(matches!(exit.ending, Ending::Stopped | Ending::Exited(_)), "{grader:?}: {:?}", exit.ending);
    }
}

#[tokio::test]
async fn stopping_itself_its_parent_or_everybody_hinders_nothing() {
    stops(
        "import os, signal\nprint('up')\nos.kill(1, signal.SIGSTOP)\nos.kill(os.getpid(), signal.SIGSTOP)",
        "up",
    )
    .await;
    stops("import os, signal\nprint('up')\nos.kill(-1, signal.SIGSTOP)", "up").await;
}

#[tokio::test]
async fn daemons_that_hold_the_output_open_are_gone() {
    stops(
        "import os, time\n\
         for _ in range(5):\n    \
             if os.fork() == 0:\n        \
                 os.setsid()\n        \
                 if os.fork(): os._exit(0)\n        \
                 print('daemon'); time.sleep(60); os._exit(0)\n\
         time.sleep(60)",
        "daemon",
    )
    .await;
}

#[tokio::test]
async fn whoever_respawns_itself_is_gone() {
    stops(
        "import os, time\nprint('up')\nend = time.monotonic() + 20\n\
         while time.monotonic() < end:\n    \
             if os.fork(): os._exit(0)",
        "up",
    )
    .await;
}

#[tokio::test]
async fn killing_everybody_kills_only_itself() {
    for grader in graders() {
        let native = Native::of(grader);
        let (ending, _) = native.python("import os\nif os.fork() == 0: import time; time.sleep(20)\nos.kill(-1, 9)\nos.kill(os.getpid(), 9)").await;
        assert_eq!(ending, Ending::Signaled(9), "{grader:?}");
    }
}

#[tokio::test]
async fn a_flood_of_output_is_drained_and_the_end_is_kept() {
    for grader in graders() {
        let mut running =
            Native::of(grader).run(program("head -c 50000000 /dev/zero; echo; echo the end")).await;
        timeout(BOUND, running.wait()).await.expect("it is not blocked");
        running.stop().await;
        let slice = running.output().all();
        assert!(slice.bytes.len() <= 64 * 1024 && slice.bytes.ends_with(b"the end\n"));
        assert_eq!(slice.bytes.len() as u64 + slice.dropped, 50_000_009);
    }
}

#[tokio::test]
async fn a_program_may_remove_everything_that_it_can() {
    for grader in graders() {
        let native = Native::of(grader);
        let (_, out) = native
            .python("import os, subprocess\nos.chdir('/data')\nos.mkdir('x'); os.chdir('x'); os.rmdir('/data/x')\nsubprocess.run(['rm', '-rf', '--no-preserve-root', '/'], stderr=subprocess.DEVNULL)\nprint(os.path.exists('/usr/bin/python3'))")
            .await;
        assert_eq!(out, "True\n", "{grader:?}");
    }
    assert!(std::path::Path::new("/usr/bin/env").exists());
}

#[test]
fn a_killed_grader_leaves_nothing_within_200_ms() {
    // Seen from outside, its processes are found by their argument.
    let seconds = "6173";
    let script = format!("(setsid sleep {seconds} &); trap '' TERM HUP; echo up; exec sleep {seconds}");
    let mut grader = std::process::Command::new(KEEPER)
        .args(["--native", "/bin/sh", "-c", &script])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut out = std::io::BufReader::new(grader.stdout.take().expect("a pipe"));
    std::io::BufRead::read_line(&mut out, &mut String::new()).expect("it is up");
    let left = || {
        let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
        let commands = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
        commands.filter(|command| command.starts_with(b"sleep\0") && command.ends_with(b"6173\0")).count()
    };
    let begun = Instant::now();
    while left() < 2 {
        assert!(begun.elapsed() < BOUND, "they never ran");
    }
    grader.kill().expect("it is killed");
    let begun = Instant::now();
    while left() > 0 {
        assert!(begun.elapsed() < Duration::from_millis(200), "something outlived its grader");
        std::thread::sleep(Duration::from_millis(1));
    }
    grader.wait().expect("it ends");
}
