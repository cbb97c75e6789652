//! The rung below namespaces: what Landlock and seccomp hold by themselves.

use crate::support::*;
use gradus_sandbox::{Access, Ending, Launcher, Limits, Program, RoomSpec, Rung, Running, View, free_port};
use std::time::Duration;
use tokio::time::timeout;

/// A room of this rung as this grader makes it, with a folder to write into and a port.
struct Guarded {
    launcher: Launcher,
    room: RoomSpec,
    folder: tempfile::TempDir,
    port: gradus_sandbox::PortHold,
    _keepers: tempfile::TempDir,
}

impl Guarded {
    fn of(grader: Grader) -> Self {
        let (folder, keepers) =
            (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        grader.give(folder.path());
        let port = free_port().expect("a port");
        let view = View::of_system().put(folder.path().to_owned(), folder.path().to_owned(), Access::Write);
        let rung = Rung::Guarded { view, ports: vec![port.port()] };
        let launcher = grader.launcher(keepers.path());
        Self { launcher, room: RoomSpec { rung, limits: Limits::default() }, folder, port, _keepers: keepers }
    }

    async fn run(&self, program: Program) -> Running {
        let program = Program { dir: self.folder.path().to_owned(), ..program };
        self.launcher.launch(&self.room, program).await.expect("it starts")
    }

    async fn python(&self, script: &str) -> (Ending, String) {
        let mut running = self.run(python(script)).await;
        let ending = timeout(BOUND, running.wait()).await.expect("it ends").ending;
        running.stop().await;
        (ending, printed_so_far(&running))
    }
}

#[tokio::test]
async fn only_its_own_files_ports_and_processes_are_reached() {
    let canary = std::net::TcpListener::bind("127.0.0.1:0").expect("a listener");
    let taken = canary.local_addr().expect("an address").port();
    // Everybody could read it, and only the fence is in the way.
    let secret = tempfile::NamedTempFile::new().expect("a file");
    let everybody = || std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(secret.path(), everybody()).expect("a file for everybody");
    for grader in graders() {
        let guarded = Guarded::of(grader);
        let attempts = [
            (format!("open('{}').read()", secret.path().display()), false),
            ("open('/etc/shadow').read()".into(), false),
            ("os.listdir('/root')".into(), false),
            ("open('/tmp/x', 'w')".into(), false),
            ("open('/usr/x', 'w')".into(), false),
            (format!("open('/proc/{}/environ', 'rb').read()", std::process::id()), false),
            ("open('x', 'w').write('x')".into(), true),
            ("open('/usr/bin/env', 'rb').read(1)".into(), true),
            (format!("socket.create_connection(('127.0.0.1', {taken}))"), false),
            ("socket.create_server(('127.0.0.1', 0))".into(), false),
            (format!("socket.create_server(('127.0.0.1', {}))", guarded.port.port()), true),
            ("socket.socket(socket.AF_INET, socket.SOCK_DGRAM)".into(), false),
            ("socket.socket(socket.AF_PACKET, socket.SOCK_RAW)".into(), false),
            ("os.chroot('.')".into(), false),
            ("os.setuid(12345) if os.getuid() == 0 else open('/none')".into(), false),
        ];
        let calls: Vec<String> = attempts.iter().map(|(call, _)| format!("lambda: {call}")).collect();
        let script = format!(
            "import os, socket\nfor attempt in [{}]:\n    try: attempt(); print('True')\n    except OSError: print('False')",
            calls.join(", ")
        );
        let (ending, out) = guarded.python(&script).await;
        let got: Vec<bool> = out.lines().map(|line| line == "True").collect();
        let wanted: Vec<bool> = attempts.iter().map(|(_, may)| *may).collect();
        assert_eq!((ending, &got), (Ending::Exited(0), &wanted), "{grader:?}: {attempts:?}\n{out}");
    }
}

#[tokio::test]
async fn other_processes_are_not_ended() {
    for grader in graders() {
        // One's own processes could be ended, were it not for the fence.
        let mut canary = grader.command("sleep 60").spawn().expect("it runs");
        let script =
            format!("import os\ntry: os.kill({}, 9)\nexcept PermissionError: print('refused')", canary.id());
        let (_, out) = Guarded::of(grader).python(&script).await;
        let ended = canary.try_wait().expect("a status");
        canary.kill().and_then(|()| canary.wait()).expect("it ends");
        assert_eq!((ended, out.as_str()), (None, "refused\n"), "{grader:?}");
    }
}

#[tokio::test]
async fn memory_is_limited_and_daemons_are_gone() {
    for grader in graders() {
        let mut guarded = Guarded::of(grader);
        guarded.room.limits.memory = 128 << 20;
        let hog =
            "import os, time\na = []\nwhile len(a) < 400: a.append(b'x' * (1 << 20))\nprint('all of it')";
        let (ending, out) = guarded.python(hog).await;
        assert_eq!((ending, out.as_str()), (Ending::OutOfMemory { limit: 128 << 20 }, ""), "{grader:?}");
        let mut running =
            guarded.run(program("(setsid sh -c 'echo daemon $$; sleep 60' &) ; sleep 60")).await;
        printed(&running, "daemon ").await;
        let pid = printed_so_far(&running).replace("daemon ", "");
        assert!(alive(&pid));
        timeout(Duration::from_secs(2), running.stop()).await.expect("it stops");
        assert!(!alive(&pid), "{grader:?}");
    }
}
