//! Launchers, rooms and programs for the tests.

use gradus_sandbox::{Ending, Launcher, Limits, Program, RoomSpec, Rung, Running, Stdin, View, host_id};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// No test waits longer than this for anything; a machine that is emulated takes its time.
pub const BOUND: Duration = Duration::from_secs(45);

pub const KEEPER: &str = env!("CARGO_BIN_EXE_gradus-keeper");

/// Who the grader is: a sandbox must hold for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grader {
    /// Root, who gives each room an id of its own.
    Root,
    /// An ordinary user.
    User,
}

/// The ordinary user whom root becomes.
const USER: u32 = 61234;

impl Grader {
    /// A launcher whose processes are the grader's; the folder is for what that needs.
    pub fn launcher(self, folder: &Path) -> Launcher {
        if self.is_played() { as_user(folder) } else { launcher() }
    }

    /// A command of the grader's.
    pub fn command(self, command: &str) -> std::process::Command {
        let mut words = command.split(' ');
        if !self.is_played() {
            let mut command = std::process::Command::new(words.next().expect("a program"));
            command.args(words);
            return command;
        }
        let mut played = std::process::Command::new("setpriv");
        played
            .args([format!("--reuid={USER}"), format!("--regid={USER}"), "--clear-groups".to_owned()])
            .args(words);
        played
    }

    /// Gives a folder to the grader.
    pub fn give(self, folder: &Path) {
        if self.is_played() {
            std::os::unix::fs::chown(folder, Some(USER), Some(USER)).expect("root may give");
        }
    }

    /// Whether root plays the part.
    fn is_played(self) -> bool {
        self == Self::User && is_root()
    }
}

/// Root can play both parts, everybody else only their own.
pub fn graders() -> Vec<Grader> {
    if is_root() { vec![Grader::Root, Grader::User] } else { vec![Grader::User] }
}

pub fn is_root() -> bool {
    host_id("").is_some()
}

pub fn launcher() -> Launcher {
    Launcher::with_keeper(KEEPER).expect("a zygote")
}

/// A launcher and a room of namespaces as this grader makes them, and the folder that they need.
pub struct Native {
    pub launcher: Launcher,
    pub room: RoomSpec,
    _folder: tempfile::TempDir,
}

impl Native {
    pub fn of(grader: Grader) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = folder.path().display().to_string();
        let host_id = host_id(&key).filter(|_| grader == Grader::Root);
        let view = View { host_id, ..View::of_room().folder("/data") };
        let launcher = grader.launcher(folder.path());
        let room = RoomSpec { rung: Rung::Native(view), limits: Limits::default() };
        Self { launcher, room, _folder: folder }
    }

    pub fn limits(mut self, limits: Limits) -> Self {
        self.room.limits = limits;
        self
    }

    pub fn view(mut self, change: impl FnOnce(View) -> View) -> Self {
        if let Rung::Native(view) = self.room.rung {
            self.room.rung = Rung::Native(change(view));
        }
        self
    }

    pub async fn run(&self, program: Program) -> Running {
        self.launcher.launch(&self.room, program).await.expect("it starts")
    }

    /// Runs a Python program to its end; how it ended, and what it printed.
    pub async fn python(&self, script: &str) -> (Ending, String) {
        let mut running = self.run(python(script)).await;
        let ending = timeout(BOUND, running.wait()).await.expect("it ends").ending;
        running.stop().await;
        (ending, printed_so_far(&running))
    }
}

/// A launcher whose processes are an ordinary user's.
fn as_user(folder: &Path) -> Launcher {
    behind(folder, &format!("setpriv --reuid={USER} --regid={USER} --clear-groups \"$@\""))
}

/// A launcher whose processes are started by this line of a shell's, in which `"$@"` stands for them.
pub fn behind(folder: &Path, line: &str) -> Launcher {
    use std::os::unix::fs::PermissionsExt;
    let open = || std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder, open()).expect("a folder for everybody");
    let (keeper, script) = (folder.join("keeper"), folder.join("script"));
    std::fs::copy(KEEPER, &keeper).expect("a copy");
    let text = format!("#!/bin/sh\nset -- {} \"$@\"\nexec {line}\n", keeper.display());
    std::fs::write(&script, text).expect("a script");
    std::fs::set_permissions(&script, open()).expect("a program");
    Launcher::with_keeper(script).expect("a zygote")
}

/// A room of plain child processes.
pub fn room() -> RoomSpec {
    RoomSpec { rung: Rung::None, limits: Limits::default() }
}

/// A shell script.
pub fn program(script: &str) -> Program {
    Program {
        command: ["sh", "-c", script].map(Into::into).to_vec(),
        dir: "/tmp".into(),
        env: vec![("PATH".into(), "/usr/local/bin:/usr/bin:/bin".into())],
        stdin: Stdin::Null,
        output_cap: 64 * 1024,
        wall: None,
        user: None,
    }
}

/// A Python program.
pub fn python(script: &str) -> Program {
    let command = ["python3", "-u", "-c", script].map(Into::into).to_vec();
    Program { command, ..program("") }
}

pub async fn launch(script: &str) -> Running {
    launcher().launch(&room(), program(script)).await.expect("it starts")
}

pub async fn ending(script: &str) -> Ending {
    timeout(BOUND, launch(script).await.wait()).await.expect("it ends").ending
}

pub fn printed_so_far(running: &Running) -> String {
    String::from_utf8_lossy(&running.output().all().bytes).into_owned()
}

/// Waits until the program has printed this.
pub async fn printed(running: &Running, text: &str) {
    let begun = Instant::now();
    while !printed_so_far(running).contains(text) {
        assert!(begun.elapsed() < BOUND, "it never printed {text:?}, but {:?}", printed_so_far(running));
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

pub fn alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}
