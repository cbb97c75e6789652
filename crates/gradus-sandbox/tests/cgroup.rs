//! Rooms with control groups (cgroup v2), where the machine has them for us; elsewhere a reason is given. With
//! `GRADUS_CGROUP=must`, as in `scripts/try-cgroup2`, the machine has them.

use crate::support::{BOUND, Native, graders, printed, python};
use gradus_sandbox::{Ending, Limits, NoCgroup};
use std::time::Duration;
use tokio::time::timeout;

const MIB: u64 = 1 << 20;

/// The rooms of each grader that have groups.
async fn grouped(limits: Limits) -> Vec<Native> {
    let mut found = Vec::new();
    for grader in graders() {
        let native = Native::of(grader).limits(limits.clone());
        let room = native.launcher.open(&native.room).await.expect("a room");
        // What was delegated is ours: nobody whose part we play has anything of it.
        let ours = grader == graders()[0];
        let must = ours && std::env::var_os("GRADUS_CGROUP").is_some_and(|word| word == "must");
        match room.holds().no_cgroup {
            None => found.push(native),
            Some(why) => assert!(!must, "{grader:?}: {why}"),
        }
    }
    found
}

#[tokio::test]
async fn a_room_has_a_group_or_a_reason_why_not() {
    for grader in graders() {
        let native = Native::of(grader);
        let holds = native.launcher.open(&native.room).await.expect("a room").holds();
        let by_group = holds.memory.contains("memory.max") && holds.tasks.contains("pids.max");
        assert_eq!(by_group, holds.no_cgroup.is_none(), "{holds:?}");
        if let Some(NoCgroup::Failed { step, why }) = holds.no_cgroup {
            panic!("what can be told beforehand is not tried: {step}: {why}");
        }
    }
}

#[tokio::test]
async fn memory_taken_in_a_moment_is_held_by_the_system() {
    let limits = Limits { memory: 64 * MIB, disk: MIB, ..Limits::default() };
    for native in grouped(limits).await {
        let mut running = native.run(python("import time; a = b'x' * (1 << 30); time.sleep(600)")).await;
        let exit = timeout(BOUND, running.wait()).await.expect("it ends");
        assert_eq!(exit.ending, Ending::OutOfMemory { limit: 64 * MIB });
        let usage = running.stop().await.usage;
        assert!((48 * MIB..=65 * MIB).contains(&usage.peak_memory), "{usage:?}");
        // The room goes on, and the next program is judged by its own memory.
        let room = running.room().clone();
        let exit = room.run(python("a = b'x' * (8 << 20)")).await.expect("it starts").wait().await;
        assert_eq!(exit.ending, Ending::Exited(0));
    }
}

#[tokio::test]
async fn files_on_the_disk_are_no_memory() {
    let limits = Limits { memory: 64 * MIB, disk: 128 * MIB, ..Limits::default() };
    for native in grouped(limits).await {
        let script = "open('/data/file', 'wb').write(b'x' * (40 << 20)); open('/tmp/other', 'wb').write(b'x' * (40 << 20))";
        let mut running = native.run(python(script)).await;
        let exit = timeout(BOUND, running.wait()).await.expect("it ends");
        assert_eq!(exit.ending, Ending::Exited(0));
        let usage = running.stop().await.usage;
        assert!(usage.peak_disk.is_some_and(|bytes| bytes >= 80 * MIB), "{usage:?}");
        assert!((35 * MIB..64 * MIB).contains(&usage.peak_memory), "{usage:?}");
    }
}

#[tokio::test]
async fn memory_that_the_system_holds_for_sockets_counts() {
    let script = "import socket, time\n\
        kept = []\n\
        while True:\n    \
            pair = socket.socketpair(); kept.append(pair); pair[0].setblocking(False)\n    \
            try:\n        \
                while True: pair[0].send(b'x' * 65536)\n    \
            except BlockingIOError: pass";
    let limits = Limits { memory: 48 * MIB, disk: MIB, ..Limits::default() };
    for native in grouped(limits).await {
        let (ending, _) = native.python(script).await;
        assert_eq!(ending, Ending::OutOfMemory { limit: 48 * MIB });
    }
}

#[tokio::test]
async fn tasks_are_counted_to_the_last_one() {
    let script = "import os, time\n\
        count = 0\n\
        try:\n    \
            while count < 100:\n        \
                if os.fork() == 0: time.sleep(600); os._exit(0)\n        \
                count += 1\n\
        except BlockingIOError: pass\n\
        print(count, flush=True); time.sleep(600)";
    for native in grouped(Limits { tasks: 30, ..Limits::default() }).await {
        let mut running = native.run(python(script)).await;
        printed(&running, "29").await;
        assert_eq!(running.stop().await.usage.peak_tasks, Some(30));
    }
}

#[tokio::test]
async fn time_of_children_that_nobody_waits_for_counts() {
    let script = "import os, signal, time\n\
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n\
        for _ in range(4):\n    \
            if os.fork() == 0:\n        \
                end = time.process_time() + 0.25\n        \
                while time.process_time() < end: pass\n        \
                os._exit(0)\n\
        try:\n    \
            while True: os.wait()\n\
        except ChildProcessError: pass";
    for native in grouped(Limits::default()).await {
        let mut running = native.run(python(script)).await;
        timeout(BOUND, running.wait()).await.expect("it ends");
        let usage = running.stop().await.usage;
        assert!(usage.cpu >= Duration::from_secs(1), "{usage:?}");
        assert!(usage.source.contains("cpu.stat"), "{usage:?}");
    }
}
