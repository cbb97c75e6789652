//! What a program in a room of its own sees and reaches: nothing that was not given to it.

use crate::support::*;
use gradus_sandbox::{Access, Ending, Limits, Program, Stdin};
use std::io::Read;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// Runs a Python program as each grader; it must print exactly this.
async fn prints(script: &str, expected: &str) {
    for grader in graders() {
        let (ending, out) = Native::of(grader).python(script).await;
        assert_eq!((ending, out.trim()), (Ending::Exited(0), expected), "{grader:?}");
    }
}

/// The names of the errors that these expressions end with, in order.
async fn errors(setup: &str, attempts: &[(&str, &str)]) {
    let calls: Vec<String> = attempts.iter().map(|(call, _)| format!("lambda: {call}")).collect();
    let script = format!(
        "import ctypes, errno, fcntl, os, signal, socket, subprocess\n\
         libc = ctypes.CDLL(None, use_errno=True)\n\
         def call(number, *rest):\n    \
             if libc.syscall(number, *rest) < 0: raise OSError(ctypes.get_errno(), '')\n\
         {setup}\n\
         for attempt in [{}]:\n    \
             try: attempt(); print('done')\n    \
             except OSError as error: print(errno.errorcode.get(error.errno, error.errno))\n",
        calls.join(",\n ")
    );
    let expected: Vec<&str> = attempts.iter().map(|(_, error)| *error).collect();
    for grader in graders() {
        let (ending, out) = Native::of(grader).python(&script).await;
        let got: Vec<&str> = out.lines().collect();
        let named: Vec<_> = attempts.iter().map(|(call, _)| *call).zip(&got).collect();
        assert_eq!((ending, &got), (Ending::Exited(0), &expected), "{grader:?}: {named:?}");
    }
}

#[tokio::test]
async fn it_is_an_ordinary_user_without_privileges() {
    let script = "import os\n\
        status = dict((line.rstrip() + ':').split(':')[:2] for line in open('/proc/self/status'))\n\
        status = {name: value.strip() for name, value in status.items()}\n\
        print(os.getuid(), os.getgid(), [status[name] for name in ('CapPrm', 'CapEff', 'CapBnd', 'CapAmb')], status['NoNewPrivs'], status['Seccomp'])";
    let none = "'0000000000000000'";
    prints(script, &format!("1000 1000 [{none}, {none}, {none}, {none}] 1 2")).await;
}

#[tokio::test]
async fn outside_it_is_never_root_and_as_root_every_room_is_somebody_else() {
    let mut seen = Vec::new();
    for grader in graders() {
        for _ in 0..2 {
            let native = Native::of(grader);
            let running = native.run(python("import time; print('up'); time.sleep(60)")).await;
            printed(&running, "up").await;
            let user = user_of_the_newest("import time; print('up'); time.sleep(60)");
            assert_ne!(user, 0);
            seen.push((grader, user));
        }
    }
    let root: Vec<u32> =
        seen.iter().filter(|(grader, _)| *grader == Grader::Root).map(|(_, user)| *user).collect();
    assert!(root.is_empty() || root[0] != root[1], "{seen:?}");
}

/// Whose the process is that was started last with this argument.
fn user_of_the_newest(argument: &str) -> u32 {
    let processes = std::fs::read_dir("/proc").expect("/proc").flatten();
    let matching = processes.filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let command = std::fs::read(entry.path().join("cmdline")).ok()?;
        command.split(|byte| *byte == 0).any(|word| word == argument.as_bytes()).then_some(pid)
    });
    let pid = matching.max().expect("it runs");
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a status");
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:")).expect("a user");
    line.split_whitespace().next().and_then(|id| id.parse().ok()).expect("a number")
}

#[tokio::test]
async fn nothing_of_the_machine_is_there_but_its_programs() {
    let script = "import os\n\
        print(sorted(os.listdir('/')))\n\
        print([path for path in ['/root', '/sys', '/var', '/run', '/etc/shadow', '/etc/gshadow', '/boot', '/mnt', '/dev/vda', '/dev/kmsg', '/dev/mem', '/dev/tty'] if os.path.exists(path)])\n\
        print(os.listdir('/home'), os.listdir('/tmp'), os.listdir('/data'))";
    for grader in graders() {
        let (_, out) = Native::of(grader).python(script).await;
        let lines: Vec<&str> = out.lines().collect();
        let root: Vec<&str> =
            lines[0].split(['\'', '[', ']', ',', ' ']).filter(|word| !word.is_empty()).collect();
        let known = [
            "bin", "data", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "nix", "proc", "sbin",
            "tmp", "usr",
        ];
        assert!(root.iter().all(|name| known.contains(name)), "{grader:?}: {out}");
        assert_eq!(&lines[1..], ["[]", "['gradus'] [] []"], "{grader:?}");
    }
}

#[tokio::test]
async fn other_processes_are_neither_seen_nor_reached() {
    let canary = std::process::id();
    let script = format!(
        "import os, signal\n\
         print(sorted(int(name) for name in os.listdir('/proc') if name.isdigit()))\n\
         for pid in (1, {canary}):\n    \
             for signal_ in (signal.SIGSTOP, signal.SIGKILL):\n        \
                 try: os.kill(pid, signal_)\n        \
                 except ProcessLookupError: print('no such process')\n        \
                 except PermissionError: pass\n\
         for name in ('environ', 'mem', 'maps', 'root', 'fd', 'cwd'):\n    \
             try: os.listdir('/proc/1/' + name) if name in ('root', 'fd', 'cwd') else open('/proc/1/' + name, 'rb').read(1); print('read', name)\n    \
             except OSError: pass\n\
         print('alive')"
    );
    // To pid 1 a signal is refused by Landlock, or sent without effect: in its own namespace it is immune.
    prints(&script, "[1, 2]\nno such process\nno such process\nalive").await;
}

#[tokio::test]
async fn what_is_not_its_own_cannot_be_written() {
    errors(
        "",
        &[
            ("open('/usr/x', 'w')", "EROFS"),
            ("open('/x', 'w')", "EROFS"),
            ("open('/etc/passwd', 'w')", "EROFS"),
            ("os.mkdir('/dev/x')", "EROFS"),
            ("open('/proc/sys/kernel/core_pattern', 'w')", "EACCES"),
            ("open('/proc/sys/kernel/hostname', 'w')", "EACCES"),
            ("open('/proc/1/oom_score_adj', 'w').write('-1000')", "EACCES"),
            ("open('/data/x', 'w')", "done"),
            ("open('/tmp/x', 'w')", "done"),
            ("open('/home/gradus/x', 'w')", "done"),
            ("open('/dev/null', 'w').write('x')", "done"),
        ],
    )
    .await;
}

#[tokio::test]
async fn system_calls_that_leave_a_room_are_refused() {
    #[cfg(target_arch = "x86_64")]
    let (unshare, setns, mount, bpf, perf, keyctl, userfault, io_uring, clone3, memfd, ptrace, kexec) =
        (272, 308, 165, 321, 298, 250, 323, 425, 435, 319, 101, 246);
    #[cfg(target_arch = "aarch64")]
    let (unshare, setns, mount, bpf, perf, keyctl, userfault, io_uring, clone3, memfd, ptrace, kexec) =
        (97, 268, 40, 280, 241, 219, 282, 425, 435, 279, 117, 104);
    let call = |number: i32| format!("call({number}, 0, 0, 0, 0, 0)");
    let new_user = format!("call({unshare}, 0x10000000)");
    // SIGCHLD and CLONE_NEWUSER, and a child that would end at once.
    let clone = if cfg!(target_arch = "x86_64") { 56 } else { 220 };
    let clone = format!("call({clone}, 0x10000000 | 17, 0, 0, 0, 0) or os._exit(0)");
    let attempts = [
        (new_user, "EPERM"),
        (clone, "EPERM"),
        (call(setns), "EPERM"),
        (call(mount), "EPERM"),
        (call(bpf), "EPERM"),
        (call(perf), "EPERM"),
        (call(keyctl), "EPERM"),
        (call(userfault), "EPERM"),
        (call(ptrace), "EPERM"),
        (call(kexec), "EPERM"),
        (call(io_uring), "ENOSYS"),
        (call(clone3), "ENOSYS"),
        (call(memfd), "ENOSYS"),
        ("os.chroot('/tmp')".into(), "EPERM"),
        ("os.setuid(0)".into(), "EINVAL"),
        ("os.setgroups([])".into(), "EPERM"),
        ("os.mknod('/tmp/null', 0o20666, os.makedev(1, 3))".into(), "EPERM"),
        ("os.mkfifo('/tmp/fifo')".into(), "done"),
        ("os.nice(-5)".into(), "EPERM"),
        ("fcntl.ioctl(0, 0x5412, b'x')".into(), "EPERM"),
        ("subprocess.run(['/usr/bin/true'], check=True)".into(), "done"),
    ];
    let attempts: Vec<(&str, &str)> = attempts.iter().map(|(call, error)| (call.as_str(), *error)).collect();
    errors("", &attempts).await;
}

#[tokio::test]
async fn programs_with_the_setuid_bit_stay_ordinary() {
    let script = "import subprocess, os\n\
        found = [path for path in ('/usr/bin/su', '/usr/bin/passwd', '/usr/bin/mount') if os.path.exists(path)]\n\
        print(bool(found), [os.stat(path).st_mode & 0o4000 == 0o4000 for path in found[:1]])\n\
        out = subprocess.run(['su', '-c', 'id -u'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)\n\
        print(out.returncode != 0)";
    prints(script, "True [True]\nTrue").await;
}

#[tokio::test]
async fn nothing_outside_its_own_loopback_is_reached() {
    let canary = std::net::TcpListener::bind("127.0.0.1:0").expect("a listener");
    canary.set_nonblocking(true).expect("a listener that does not wait");
    let port = canary.local_addr().expect("an address").port();
    let name = format!("gradus-canary-{port}");
    use std::os::linux::net::SocketAddrExt;
    let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).expect("a name");
    let _local = std::os::unix::net::UnixListener::bind_addr(&address).expect("a local listener");
    let stream = "socket.socket(socket.AF_INET, socket.SOCK_STREAM)";
    let attempts = [
        (format!("{stream}.connect(('1.1.1.1', 80))"), "ENETUNREACH"),
        (
            "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('1.1.1.1', 53))".into(),
            "ENETUNREACH",
        ),
        ("socket.socket(socket.AF_INET6).connect(('2606:4700:4700::1111', 80))".into(), "ENETUNREACH"),
        (format!("{stream}.connect(('127.0.0.1', {port}))"), "ECONNREFUSED"),
        (format!("socket.socket(socket.AF_UNIX).connect('\\0{name}')"), "ECONNREFUSED"),
        ("socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)".into(), "EPERM"),
        ("socket.socket(socket.AF_PACKET, socket.SOCK_RAW)".into(), "EPERM"),
        ("socket.socket(40, socket.SOCK_STREAM)".into(), "EPERM"),
        ("socket.socket(38, socket.SOCK_SEQPACKET)".into(), "EPERM"),
        ("socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9)".into(), "EPERM"),
        ("socket.if_nameindex()".into(), "done"),
        ("socket.create_server(('127.0.0.1', 8080))".into(), "done"),
        ("socket.create_server(('::1', 8080), family=socket.AF_INET6)".into(), "done"),
    ];
    let attempts: Vec<(&str, &str)> = attempts.iter().map(|(call, error)| (call.as_str(), *error)).collect();
    errors("", &attempts).await;
    assert!(canary.accept().is_err(), "somebody came");
}

const ECHO: &str = "import socket, sys\n\
    server = socket.create_server((sys.argv[1], 8080), family=socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)\n\
    print('up')\n\
    while True:\n    \
        connection = server.accept()[0]\n    \
        connection.sendall(sys.argv[2].encode() + connection.recv(100))\n    \
        connection.close()\n";

fn echo(host: &str, name: &str) -> Program {
    let command = ["python3", "-u", "-c", ECHO, host, name].map(Into::into).to_vec();
    Program { command, ..program("") }
}

async fn ask(running: &gradus_sandbox::Running, host: &str) -> String {
    let address = std::net::SocketAddr::new(host.parse().expect("an address"), 8080);
    let mut stream = running.room().connect(address).await.expect("a connection");
    stream.write_all(b"!").await.expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    answer
}

#[tokio::test]
async fn many_rooms_use_the_same_port_and_each_is_reached_on_its_own() {
    let native = Native::of(graders()[0]);
    let mut rooms = Vec::new();
    for number in 0..30 {
        rooms.push(native.run(echo("127.0.0.1", &number.to_string())).await);
    }
    for (number, running) in rooms.iter().enumerate() {
        printed(running, "up").await;
        assert_eq!(ask(running, "127.0.0.1").await, format!("{number}!"));
    }
}

#[tokio::test]
async fn a_hundred_rooms_have_port_8080_at_once() {
    let native = Native::of(graders()[0]);
    let address = ([127, 0, 0, 1], 8080).into();
    let mut rooms = Vec::new();
    for _ in 0..100 {
        let room = native.launcher.open(&native.room).await.expect("a room");
        let listener = room.listen(address).await.expect("a port of its own");
        rooms.push((room, listener));
    }
    for (number, (room, listener)) in (0_u8..).zip(&rooms) {
        let connected = async { tokio::join!(room.connect(address), listener.accept()) };
        let (theirs, ours) = timeout(BOUND, connected).await.expect("in time");
        ours.expect("somebody connects").0.write_all(&[number]).await.expect("an answer");
        let mut answer = [u8::MAX];
        theirs.expect("somebody listens").read_exact(&mut answer).await.expect("an answer");
        assert_eq!(answer, [number]);
    }
}

#[tokio::test]
async fn sockets_are_handed_out_for_both_families() {
    for grader in graders() {
        let native = Native::of(grader);
        for host in ["127.0.0.1", "::1"] {
            let running = native.run(echo(host, "x")).await;
            printed(&running, "up").await;
            for _ in 0..40 {
                assert_eq!(ask(&running, host).await, "x!");
            }
        }
    }
}

#[tokio::test]
async fn two_rooms_of_one_grader_have_nothing_in_common() {
    let leaves = "import os, socket, time\n\
        for folder in ('/data', '/tmp', '/home/gradus', '/dev/shm'): open(folder + '/secret', 'w').write('mine')\n\
        listeners = [socket.create_server(('127.0.0.1', 9000)), socket.socket(socket.AF_UNIX)]\n\
        listeners[1].bind('\\0secret'); listeners[1].listen()\n\
        print('up'); time.sleep(60)";
    let looks = "import os, socket\n\
        print([folder for folder in ('/data', '/tmp', '/home/gradus', '/dev/shm') if os.listdir(folder)])\n\
        for family, address in ((socket.AF_INET, ('127.0.0.1', 9000)), (socket.AF_UNIX, '\\0secret')):\n    \
            try: socket.socket(family).connect(address); print('reached')\n    \
            except ConnectionRefusedError: print('refused')\n\
        print(sorted(int(name) for name in os.listdir('/proc') if name.isdigit()))\n\
        try: os.kill(-1, 9)\n\
        except OSError: pass";
    for grader in graders() {
        let native = Native::of(grader);
        let first = native.run(python(leaves)).await;
        printed(&first, "up").await;
        let mut second = native.run(python(looks)).await;
        timeout(BOUND, second.wait()).await.expect("it ends");
        second.stop().await;
        let out = printed_so_far(&second);
        assert_eq!(out, "[]\nrefused\nrefused\n[1, 2]\n", "{grader:?}");
        assert!(first.exited().is_none(), "{grader:?}: it reached the other one");
    }
}

#[tokio::test]
async fn the_grader_can_listen_inside() {
    for grader in graders() {
        let native = Native::of(grader);
        let room = native.launcher.open(&native.room).await.expect("a room");
        let listener = room.listen(([127, 0, 0, 1], 9000).into()).await.expect("a listener");
        let asks = python(
            "import socket; s = socket.create_connection(('127.0.0.1', 9000)); s.sendall(b'hello'); print(s.recv(100))",
        );
        let running = room.run(asks).await.expect("it starts");
        let (mut stream, _) = timeout(BOUND, listener.accept()).await.expect("in time").expect("it asks");
        let mut asked = [0; 5];
        stream.read_exact(&mut asked).await.expect("a question");
        stream.write_all(b"answer").await.expect("an answer");
        assert_eq!(&asked, b"hello");
        timeout(BOUND, running.wait()).await.expect("it ends");
        printed(&running, "b'answer'").await;
    }
}

#[tokio::test]
async fn a_covered_folder_is_changed_only_inside() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("below")).expect("a folder");
    std::fs::write(folder.path().join("below/file"), "before").expect("a file");
    for grader in graders() {
        let native = Native::of(grader);
        // Both who must own it to change it, and who must enter it to see it.
        open_to(folder.path(), grader, &native);
        let native = native.view(|view| view.put(folder.path().to_owned(), "/work".into(), Access::Overlay));
        let script = "import os, shutil\n\
            os.chdir('/work')\n\
            open('below/file', 'a').write(' and after'); print(open('below/file').read())\n\
            open('new', 'w').write('x'); os.rename('new', 'newer')\n\
            shutil.rmtree('below'); print(os.listdir('.'))";
        let (ending, out) = native.python(script).await;
        assert_eq!(
            (ending, out.as_str()),
            (Ending::Exited(0), "before and after\n['newer']\n"),
            "{grader:?}"
        );
        assert_eq!(std::fs::read_to_string(folder.path().join("below/file")).expect("it is there"), "before");
        assert!(!folder.path().join("newer").exists());
    }
}

/// Gives a folder to whoever stands behind the programs of a room.
fn open_to(folder: &Path, grader: Grader, native: &Native) {
    use std::os::unix::fs::chown;
    let id = match (&native.room.rung, grader) {
        (gradus_sandbox::Rung::Native(view), Grader::Root) => view.host_id,
        (_, Grader::User) if is_root() => Some(61234),
        _ => None,
    };
    for path in [folder.to_owned(), folder.join("below"), folder.join("below/file")] {
        if let Some(id) = id.filter(|_| path.exists()) {
            chown(&path, Some(id), Some(id)).expect("root may give");
        }
    }
}

#[tokio::test]
async fn a_folder_below_a_private_one_can_be_shown() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("private/below");
    std::fs::create_dir_all(&below).expect("folders");
    std::fs::write(below.join("tool"), "inside").expect("a file");
    let private = || <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o700);
    std::fs::set_permissions(folder.path().join("private"), private()).expect("a private folder");
    // An ordinary user can show what is its own; here it is the grader's.
    let grader = graders()[0];
    let native = Native::of(grader).view(|view| view.show(below.clone()));
    let script =
        format!("import os\nprint(open('{0}/tool').read())\nprint(os.listdir('{0}/..'))", below.display());
    let (_, out) = native.python(&script).await;
    assert_eq!(out, "inside\n['below']\n");
}

#[tokio::test]
async fn its_environment_is_what_it_was_given_and_nothing_else() {
    for grader in graders() {
        let env = vec![("A".into(), "b".into())];
        let given = Program { command: vec!["/usr/bin/env".into()], env, ..program("") };
        let mut running = Native::of(grader).run(given).await;
        running.wait().await;
        running.stop().await;
        assert_eq!(printed_so_far(&running), "A=b\n");
    }
}

#[tokio::test]
async fn locks_that_databases_need_are_there() {
    let script = "import fcntl, os, sqlite3\n\
        a = open('/data/lock', 'w'); fcntl.flock(a, fcntl.LOCK_EX)\n\
        b = open('/data/lock', 'w')\n\
        try: fcntl.flock(b, fcntl.LOCK_EX | fcntl.LOCK_NB)\n\
        except BlockingIOError: print('locked')\n\
        fcntl.lockf(a, fcntl.LOCK_EX)\n\
        one = sqlite3.connect('/data/db', isolation_level=None); one.execute('pragma journal_mode=wal'); one.execute('create table t (x)')\n\
        one.execute('begin immediate'); one.execute('insert into t values (1)')\n\
        two = sqlite3.connect('/data/db', timeout=0, isolation_level=None)\n\
        try: two.execute('begin immediate')\n\
        except sqlite3.OperationalError as error: print(error)\n\
        one.execute('commit'); print(two.execute('select x from t').fetchall())";
    prints(script, "locked\ndatabase is locked\n[(1,)]").await;
}

#[tokio::test]
async fn a_room_outlives_its_programs_and_keeps_what_they_wrote() {
    for grader in graders() {
        let native = Native::of(grader);
        let room = native.launcher.open(&native.room).await.expect("a room");
        let mut first = room
            .run(python("open('/data/x', 'w').write('kept'); import time; print('up'); time.sleep(60)"))
            .await
            .expect("it starts");
        printed(&first, "up").await;
        let beside = room.run(python("print(open('/data/x').read())")).await.expect("it runs beside");
        timeout(BOUND, beside.wait()).await.expect("it ends");
        printed(&beside, "kept").await;
        assert!(first.exited().is_none());
        assert_eq!(first.stop().await.ending, Ending::Stopped);
        let again = room.run(python("print(open('/data/x').read())")).await.expect("it starts again");
        timeout(BOUND, again.wait()).await.expect("it ends");
        printed(&again, "kept").await;
    }
}

#[tokio::test]
async fn files_are_collected_without_following_what_leads_elsewhere() {
    for grader in graders() {
        let native = Native::of(grader);
        let room = native.launcher.open(&native.room).await.expect("a room");
        let script = "import os\n\
            open('/data/plain', 'w').write('content')\n\
            open(b'/data/\\xff\\n', 'w').write('odd')\n\
            os.symlink('/etc/hostname', '/data/link'); os.symlink('/proc/1/root/etc', '/data/folder')\n\
            os.mkfifo('/data/fifo'); os.mkdir('/data/dir')\n\
            os.truncate(os.open('/data/huge', os.O_CREAT | os.O_WRONLY), 1 << 40)\n\
            print('done')";
        let running = room.run(python(script)).await.expect("it starts");
        printed(&running, "done").await;
        let read = async |path: &[u8]| {
            use std::os::unix::ffi::OsStrExt;
            let path = Path::new(std::ffi::OsStr::from_bytes(path));
            let file = timeout(BOUND, room.file(path)).await.expect("it never hangs");
            file.map(|file| {
                let mut bytes = Vec::new();
                file.take(100).read_to_end(&mut bytes).expect("it is read");
                String::from_utf8_lossy(&bytes).into_owned()
            })
        };
        assert_eq!(read(b"/data/plain").await.expect("a file"), "content");
        assert_eq!(read(b"/data/\xff\n").await.expect("a file"), "odd");
        assert_eq!(read(b"/data/huge").await.expect("a file").len(), 100);
        for path in [&b"/data/link"[..], b"/data/folder/passwd", b"/data/fifo", b"/data/dir", b"/data/none"] {
            let answer = read(path).await;
            assert!(answer.is_err(), "{:?}: {answer:?}", String::from_utf8_lossy(path));
        }
    }
}

#[tokio::test]
async fn a_program_that_is_not_there_is_an_ending() {
    for grader in graders() {
        let missing = Program { command: vec!["/no/such/program".into()], stdin: Stdin::Null, ..program("") };
        match Native::of(grader).run(missing).await.wait().await.ending {
            Ending::NotStarted(why) => assert!(why.contains("No such file"), "{why}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn what_a_room_cannot_show_is_named() {
    let native = Native::of(graders()[0]).limits(Limits::default());
    let native = native.view(|view| view.put("/no/such/folder".into(), "/work".into(), Access::Overlay));
    let error = native.launcher.open(&native.room).await.expect_err("it is refused").to_string();
    assert_eq!(error, "could not take /no/such/folder: No such file or directory (os error 2)");
    // A refused room costs nobody else theirs.
    assert_eq!(Native::of(graders()[0]).python("print('well')").await.1, "well\n");
    tokio::time::sleep(Duration::from_millis(1)).await;
}
