//! `gradus check` of real solutions, as a learner runs it again and again: in the native sandbox against none, and of a
//! compiled one that has not changed, against its own start.

use crate::measure::{self, Contestant};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ROUNDS: usize = 21;

/// Measures and prints.
pub fn run(gradus: &Path) {
    sandboxes(gradus);
    unchanged(gradus);
}

/// A copy of a solution, and a home in which its build is kept.
pub struct Home {
    folder: TempDir,
    gradus: PathBuf,
}

impl Home {
    /// That of a solution below graders/.
    pub fn of(gradus: &Path, solution: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let from = repository().join("graders").join(solution);
        let work = folder.path().join("work");
        std::fs::create_dir(&work).expect("a folder");
        for entry in std::fs::read_dir(from).expect("a solution").map(|entry| entry.expect("a file")) {
            std::fs::copy(entry.path(), work.join(entry.file_name())).expect("a copy");
        }
        Self { folder, gradus: gradus.to_owned() }
    }

    fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// `gradus check` of it, in that sandbox, with more arguments.
    pub fn command(&self, sandbox: &str, selection: &[&str]) -> Command {
        let mut command = Command::new(&self.gradus);
        command.arg("check").args(selection).arg(self.work()).args([
            "--sandbox",
            sandbox,
            "--seed",
            "1",
            "--exercises",
        ]);
        command.arg(repository()).env("HOME", self.folder.path()).env_remove("XDG_CACHE_HOME");
        command
    }

    fn check(&self, sandbox: &str, selection: &[&str]) -> Duration {
        measure::time(&mut self.command(sandbox, selection))
    }
}

fn sandboxes(gradus: &Path) {
    let home = Home::of(gradus, "todo-backend/solutions/python");
    for (title, selection) in [
        ("## One check of todo-backend's solution in Python", ["--only", "list"].as_slice()),
        ("## All of its checks, which start it three times", [].as_slice()),
    ] {
        let mut contestants = [
            Contestant { name: "`--sandbox none`", run: Box::new(|| home.check("none", selection)) },
            Contestant { name: "`--sandbox native`", run: Box::new(|| home.check("native", selection)) },
        ];
        let medians = measure::medians(ROUNDS, &mut contestants);
        measure::print(title, &contestants, &medians);
        let (none, native) = (medians[0].as_secs_f64(), medians[1].as_secs_f64());
        println!("\nThe native sandbox adds {:.1} ms.", (native - none) * 1e3);
    }
}

fn unchanged(gradus: &Path) {
    let home = Home::of(gradus, "hello-service/solutions/java");
    let alone = Home::of(gradus, "hello-service/solutions/java");
    let compiled = Command::new("sh").args(["-c", "javac -d out *.java"]).current_dir(alone.work()).status();
    assert!(compiled.expect("javac").success());
    let mut contestants = [
        Contestant { name: "its own start, until it listens", run: Box::new(|| start(&alone.work())) },
        Contestant {
            name: "`gradus check` of it, unchanged, with one check",
            run: Box::new(|| home.check("native", &["--only", "greeting"])),
        },
    ];
    let medians = measure::medians(ROUNDS, &mut contestants);
    measure::print("## hello-service's solution in Java", &contestants, &medians);
    let beyond = medians[1].saturating_sub(medians[0]);
    println!("\nBeyond its start: {:.1} ms.", beyond.as_secs_f64() * 1e3);
}

fn start(work: &Path) -> Duration {
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    let begun = Instant::now();
    let mut server = Command::new("java")
        .args(["-cp", "out", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "Main"])
        .current_dir(work)
        .envs([("PORT", port.to_string()), ("HOST", "127.0.0.1".into()), ("DATA_DIR", "/tmp".into())])
        .stdout(Stdio::null())
        .spawn()
        .expect("java");
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the server never listens");
        std::thread::sleep(Duration::from_millis(1));
    }
    let took = begun.elapsed();
    server.kill().and_then(|()| server.wait()).expect("it ends");
    took
}

/// The root of this repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("benches/ has a parent")
}
