//! Each limit with and without: what is over it is ended or refused, what is below it goes on.

use crate::support::*;
use gradus_sandbox::{Ending, Limits, Program};
use std::time::{Duration, Instant};
use tokio::time::timeout;

const MIB: u64 = 1 << 20;

async fn python_with(limits: Limits, script: &str) -> Vec<(Grader, Ending, String)> {
    let mut all = Vec::new();
    for grader in graders() {
        let (ending, out) = Native::of(grader).limits(limits.clone()).python(script).await;
        all.push((grader, ending, out.trim().to_owned()));
    }
    all
}

/// The same program with two limits, and how it ends with each.
async fn memory(script: &str) {
    let small = Limits { memory: 128 * MIB, ..Limits::default() };
    for (grader, ending, out) in python_with(small, script).await {
        let held = ending == Ending::OutOfMemory { limit: 128 * MIB } || out.contains("MemoryError");
        assert!(held, "{grader:?}: {ending:?} {out}");
        assert!(!out.contains("all of it"), "{grader:?}: {out}");
    }
    let large = Limits { memory: 1024 * MIB, ..Limits::default() };
    for (grader, ending, out) in python_with(large, script).await {
        assert_eq!((ending, out.as_str()), (Ending::Exited(0), "all of it"), "{grader:?}");
    }
}

#[tokio::test]
async fn one_process_cannot_take_more_memory_than_there_is() {
    memory(
        "a = []\n\
         try:\n    \
             for _ in range(300): a.append(b'x' * (1 << 20))\n    \
             print('all of it')\n\
         except MemoryError: print('MemoryError')",
    )
    .await;
}

#[tokio::test]
async fn many_processes_together_cannot_either() {
    memory(
        "import os, time\n\
         children = []\n\
         for _ in range(6):\n    \
             pid = os.fork()\n    \
             if pid == 0:\n        \
                 a = b'x' * (50 << 20); time.sleep(0.4); os._exit(0)\n    \
             children.append(pid)\n\
         for pid in children: os.waitpid(pid, 0)\n\
         print('all of it')",
    )
    .await;
}

#[tokio::test]
async fn shared_memory_counts_too() {
    memory(
        "import mmap, time\n\
         a = mmap.mmap(-1, 300 << 20)\n\
         for at in range(0, 300 << 20, 4096): a[at] = 1\n\
         time.sleep(0.1)\n\
         print('all of it')",
    )
    .await;
}

#[tokio::test]
async fn what_comes_after_a_limit_was_passed_is_not_taken_along() {
    let limits = Limits { memory: 64 * MIB, ..Limits::default() };
    for grader in graders() {
        let native = Native::of(grader).limits(limits.clone());
        let hog = native
            .run(python(
                "import os, time\nfor _ in range(5): os.fork()\na = b'x' * (100 << 20); time.sleep(60)",
            ))
            .await;
        for _ in 0..3 {
            assert_eq!(
                timeout(BOUND, hog.wait()).await.expect("it ends").ending,
                Ending::OutOfMemory { limit: 64 * MIB }
            );
            let next = hog.room().run(program("sleep 0.05; echo well")).await.expect("it starts");
            let ending = timeout(BOUND, next.wait()).await.expect("it ends").ending;
            assert_eq!(ending, Ending::Exited(0), "{grader:?}");
        }
    }
}

#[tokio::test]
async fn socket_buffers_are_bounded_by_the_open_files() {
    let script = "import socket\n\
        total, pairs = 0, []\n\
        try:\n    \
            while True:\n        \
                pair = socket.socketpair(); pairs.append(pair)\n        \
                pair[0].setblocking(False)\n        \
                try:\n            \
                    while True: total += pair[0].send(b'x' * 65536)\n        \
                except BlockingIOError: pass\n\
        except OSError as error: print(error.errno, total < 400 << 20)";
    for (grader, ending, out) in python_with(Limits::default(), script).await {
        assert_eq!((ending, out.as_str()), (Ending::Exited(0), "24 True"), "{grader:?}");
    }
}

const FORKS: &str = "import os, time\n\
    count = 0\n\
    try:\n    \
        while count < 300:\n        \
            if os.fork() == 0: time.sleep(30); os._exit(0)\n        \
            count += 1\n\
    except BlockingIOError: pass\n\
    print(count)";

#[tokio::test]
async fn processes_are_limited() {
    let few = Limits { tasks: 40, ..Limits::default() };
    for (grader, _, out) in python_with(few, FORKS).await {
        let count: u32 = out.parse().expect("a number");
        assert!((35..40).contains(&count), "{grader:?}: {count}");
    }
    for (grader, _, out) in python_with(Limits::default(), FORKS).await {
        assert_eq!(out, "300", "{grader:?}");
    }
}

#[tokio::test]
async fn threads_are_limited() {
    let script = "import threading, time\n\
        count = 0\n\
        try:\n    \
            while count < 100:\n        \
                threading.Thread(target=time.sleep, args=(30,), daemon=True).start(); count += 1\n\
        except RuntimeError: pass\n\
        print(count)";
    for (tasks, range) in [(40, 35..40), (512, 100..101)] {
        for (grader, _, out) in python_with(Limits { tasks, ..Limits::default() }, script).await {
            let count: u32 = out.parse().expect("a number");
            assert!(range.contains(&count), "{grader:?}: {count}");
        }
    }
}

/// Every process forks for five seconds.
const BOMB: &str = "import os, time\n\
    end = time.monotonic() + 5\n\
    while time.monotonic() < end:\n    \
        try: os.fork()\n    \
        except OSError: time.sleep(0.001)";

#[tokio::test]
async fn a_fork_bomb_is_gone_when_its_room_is() {
    for grader in graders() {
        let limits = Limits { tasks: 60, ..Limits::default() };
        let native = Native::of(grader).limits(limits);
        let mut running = native.run(python(BOMB)).await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        let begun = Instant::now();
        let exit = timeout(BOUND, running.stop()).await.expect("it stops");
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        assert!(exit.usage.peak_tasks.is_some_and(|tasks| tasks > 20 && tasks <= 61), "{:?}", exit.usage);
    }
}

#[tokio::test]
async fn the_disk_is_limited_in_bytes_and_in_files() {
    let script = "import os\n\
        total = 0\n\
        try:\n    \
            for name in ('/data/a', '/tmp/b', '/home/gradus/c'):\n        \
                with open(name, 'wb', 0) as file:\n            \
                    while total < 40 << 20: total += file.write(b'x' * (1 << 20))\n\
        except OSError as error: print(error.errno)\n\
        print(total >> 20)";
    let limits = |disk| Limits { disk, ..Limits::default() };
    for (grader, _, out) in python_with(limits(16 * MIB), script).await {
        let (errno, total) = out.split_once('\n').expect("two lines");
        let total: u64 = total.parse().expect("a number");
        assert!(errno == "28" && total <= 16, "{grader:?}: {out}");
    }
    for (grader, _, out) in python_with(limits(64 * MIB), script).await {
        assert_eq!(out, "40", "{grader:?}");
    }
    let files = "import os\n\
        count = 0\n\
        try:\n    \
            while count < 5000: open(f'/data/{count}', 'w').close(); count += 1\n\
        except OSError as error: print(error.errno)\n\
        print(count < 5000)";
    for (grader, _, out) in python_with(limits(16 * MIB), files).await {
        assert_eq!(out, "28\nTrue", "{grader:?}");
    }
    for (grader, _, out) in python_with(limits(512 * MIB), files).await {
        assert_eq!(out, "False", "{grader:?}");
    }
}

#[tokio::test]
async fn open_files_are_limited() {
    let script = "count, kept = 0, []\n\
        try:\n    \
            while count < 200: kept.append(open('/dev/null')); count += 1\n\
        except OSError as error: print(error.errno)\n\
        print(count)";
    for (grader, _, out) in python_with(Limits { files: 50, ..Limits::default() }, script).await {
        assert!(out.starts_with("24\n4"), "{grader:?}: {out}");
    }
    for (grader, _, out) in python_with(Limits::default(), script).await {
        assert_eq!(out, "200", "{grader:?}");
    }
}

#[tokio::test]
async fn processor_time_is_limited() {
    let limit = Duration::from_secs(1);
    let script = "import time\nwhile time.process_time() < 1.3: pass\nprint('all of it')";
    for (grader, ending, _) in python_with(Limits { cpu: Some(limit), ..Limits::default() }, script).await {
        assert_eq!(ending, Ending::OutOfCpu { limit }, "{grader:?}");
    }
    for (grader, ending, out) in python_with(Limits::default(), script).await {
        assert_eq!((ending, out.as_str()), (Ending::Exited(0), "all of it"), "{grader:?}");
    }
}

#[tokio::test]
async fn time_is_limited() {
    for grader in graders() {
        let limit = Duration::from_millis(200);
        let sleeper = Program { wall: Some(limit), ..program("trap '' TERM; while true; do sleep 1; done") };
        let exit = timeout(BOUND, Native::of(grader).run(sleeper).await.wait()).await.expect("it ends");
        assert_eq!(exit.ending, Ending::OutOfTime { limit }, "{grader:?}");
    }
}

#[tokio::test]
async fn what_was_used_is_told_even_of_children_that_nobody_waits_for() {
    let script = "import os, signal, time\n\
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n\
        a = b'x' * (60 << 20)\n\
        if os.fork() == 0:\n    \
            while time.process_time() < 0.4: pass\n    \
            os._exit(0)\n\
        open('/data/x', 'wb').write(b'x' * (5 << 20))\n\
        try: os.wait()\n\
        except ChildProcessError: pass";
    for grader in graders() {
        let native = Native::of(grader);
        let mut running = native.run(python(script)).await;
        timeout(BOUND, running.wait()).await.expect("it ends");
        let usage = running.stop().await.usage;
        assert!(usage.cpu > Duration::from_millis(150), "{grader:?}: {usage:?}");
        assert!((60 * MIB..200 * MIB).contains(&usage.peak_memory), "{grader:?}: {usage:?}");
        assert_eq!(usage.peak_tasks, Some(2), "{grader:?}");
        assert!(
            usage.peak_disk.is_some_and(|disk| (5 * MIB..6 * MIB).contains(&disk)),
            "{grader:?}: {usage:?}"
        );
    }
}
