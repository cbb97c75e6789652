//! What a sandbox costs: the life of `/bin/true` in a room of its own, against a plain spawn and bubblewrap with the same
//! options; many rooms at once; and requests through a room's own network against this machine's loopback.

use crate::measure::{self, Contestant};
use crate::raw;
use gradus_sandbox::{
    Access, Ending, Launcher, Limits, Program, RoomSpec, Rung, Running, Stdin, View, host_id,
};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const ROUNDS: usize = 201;
const MANY: usize = 100;
const REQUESTS: usize = 2000;

/// Measures and prints.
pub fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let launcher = Launcher::start().expect("a zygote");
    let work = tempfile::tempdir().expect("a folder");
    life(&runtime, &launcher, work.path());
    many(&runtime, &launcher, work.path());
    requests(&runtime, &launcher, work.path());
}

/// A room as a grading opens it.
fn room(work: &Path) -> RoomSpec {
    let view = View { host_id: host_id("bench"), ..View::of_room() };
    let view = view.folder("/data").put(work.to_owned(), "/work".into(), Access::Overlay);
    RoomSpec { rung: Rung::Native(view), limits: Limits::default() }
}

fn plain() -> RoomSpec {
    RoomSpec { rung: Rung::None, limits: Limits::default() }
}

fn program<const N: usize>(command: [&str; N], env: &[(&str, String)]) -> Program {
    Program {
        command: command.map(Into::into).to_vec(),
        dir: "/".into(),
        env: env.iter().map(|(name, value)| (name.into(), value.into())).collect(),
        stdin: Stdin::Null,
        output_cap: 4096,
        wall: None,
        user: None,
    }
}

fn life(runtime: &Runtime, launcher: &Launcher, work: &Path) {
    let whole = |spec: &RoomSpec| {
        let begun = Instant::now();
        let exit = runtime.block_on(async {
            launcher.launch(spec, program(["/bin/true"], &[])).await.expect("it starts").wait().await
        });
        assert_eq!(exit.ending, Ending::Exited(0));
        begun.elapsed()
    };
    let started = |spec: &RoomSpec| {
        let begun = Instant::now();
        let running = runtime.block_on(launcher.launch(spec, program(["/bin/true"], &[])));
        let took = begun.elapsed();
        runtime.block_on(running.expect("it starts").wait());
        took
    };
    let (native, plain) = (room(work), plain());
    let mut contestants = vec![
        Contestant {
            name: "plain spawn of `/bin/true`, to its end",
            run: Box::new(|| measure::time(&mut Command::new("/bin/true"))),
        },
        Contestant { name: "a room until `/bin/true` runs", run: Box::new(|| started(&native)) },
        Contestant { name: "a room, to the end of `/bin/true`", run: Box::new(|| whole(&native)) },
        Contestant { name: "`--sandbox none`, to its end", run: Box::new(|| whole(&plain)) },
    ];
    if Command::new("bwrap").arg("--version").stdout(Stdio::null()).status().is_ok() {
        contestants.push(Contestant {
            name: "bubblewrap with the same options",
            run: Box::new(|| bubblewrap(work)),
        });
    }
    let medians = measure::medians(ROUNDS, &mut contestants);
    measure::print("## A sandbox's life", &contestants, &medians);
}

fn bubblewrap(work: &Path) -> Duration {
    let mut command = Command::new("bwrap");
    command.args([
        "--unshare-all",
        "--die-with-parent",
        "--new-session",
        "--cap-drop",
        "ALL",
        "--uid",
        "1000",
    ]);
    for folder in ["/usr", "/bin", "/sbin", "/lib", "/lib64"] {
        match fs::read_link(folder) {
            Ok(target) => command.arg("--symlink").arg(target).arg(folder),
            Err(_) => command.args(["--ro-bind-try", folder, folder]),
        };
    }
    for setting in ["alternatives", "ssl", "ld.so.cache", "localtime", "services", "mime.types"] {
        let path = format!("/etc/{setting}");
        command.args(["--ro-bind-try", &path, &path]);
    }
    command.args([
        "--tmpfs",
        "/tmp",
        "--tmpfs",
        "/home/gradus",
        "--tmpfs",
        "/data",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
    ]);
    command.arg("--ro-bind").arg(work).arg("/work").args(["--remount-ro", "/", "/bin/true"]);
    measure::time(&mut command)
}

fn many(runtime: &Runtime, launcher: &Launcher, work: &Path) {
    let spec = room(work);
    let begun = Instant::now();
    runtime.block_on(async {
        let life = async || {
            for _ in 0..MANY {
                let running = launcher.launch(&spec, program(["/bin/true"], &[])).await.expect("it starts");
                running.wait().await;
            }
        };
        tokio::join!(life(), life(), life(), life());
    });
    let rate = (4 * MANY) as f64 / begun.elapsed().as_secs_f64();
    let before = available();
    let alive: Vec<Running> = runtime.block_on(async {
        let mut alive = Vec::new();
        for _ in 0..MANY {
            alive.push(launcher.launch(&spec, program(["/bin/sleep", "60"], &[])).await.expect("it starts"));
        }
        alive
    });
    let each = before.saturating_sub(available()) as f64 / MANY as f64;
    let begun = Instant::now();
    drop(alive);
    while Command::new("pgrep")
        .args(["-f", "^/bin/sleep 60$"])
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
    {
        std::thread::sleep(Duration::from_millis(1));
    }
    println!(
        "\n{rate:.0} whole lives a second, four at a time. A hundred alive at once: {:.2} MiB each, gone within {} ms.",
        each / 1024.0,
        begun.elapsed().as_millis()
    );
}

/// KiB of memory that this machine has to spare.
fn available() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").expect("/proc/meminfo");
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")).expect("a line");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

fn requests(runtime: &Runtime, launcher: &Launcher, work: &Path) {
    fs::copy(std::env::current_exe().expect("our own path"), work.join("server")).expect("a copy");
    let port = "4711".to_owned();
    let hold = gradus_sandbox::free_port().expect("a port");
    let outside = hold.port().to_string();
    let up = |spec: &RoomSpec, program: Program| {
        let (running, port) = runtime.block_on(async {
            let port =
                program.env.first().and_then(|(_, value)| value.to_str()?.parse().ok()).expect("a port");
            let running = launcher.launch(spec, program).await.expect("it starts");
            while running.room().connect(([127, 0, 0, 1], port).into()).await.is_err() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            (running, port)
        });
        move || {
            let begun = Instant::now();
            runtime.block_on(async {
                let stream = running.room().connect(([127, 0, 0, 1], port).into()).await.expect("a server");
                raw::ask_on(stream, "localhost", REQUESTS).await;
            });
            begun.elapsed()
        }
    };
    let connect = |spec: &RoomSpec, program: Program| Box::new(up(spec, program));
    let path = work.join("server").display().to_string();
    let mut contestants = [
        Contestant {
            name: "2000 requests over this machine's loopback",
            run: connect(&plain(), program([&path, "serve"], &[("PORT", outside)])),
        },
        Contestant {
            name: "2000 requests over a room's own",
            run: connect(&room(work), program(["/work/server", "serve"], &[("PORT", port)])),
        },
    ];
    let medians = measure::medians(31, &mut contestants);
    measure::print("## Through a sandbox's network", &contestants, &medians);
}
