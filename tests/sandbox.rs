//! Which sandbox a submission gets, what is said of it, and that nothing of the grader's is in sight, whoever grades.

use crate::support::Gradus;
use crate::support::course::{Course, http_server};
use crate::support::grader::graders;

const HELLO: &str = "def answer(method, path, body):\n    return 200, {}, b'hello'\n";

#[test]
fn the_strongest_sandbox_is_the_default_and_the_report_says_what_holds_each_limit() {
    for course in Course::each(|| Course::get_root(&http_server(HELLO))) {
        let (code, report) = course.report(&[]);
        assert_eq!((code, &report["isolation"]["kind"]), (0, &"native".into()));
        let limits = report["isolation"]["limits"].as_array().expect("limits");
        let network = limits.iter().find(|limit| limit["name"] == "network").expect("a limit");
        assert_eq!(network["by"], "network namespace");
        assert!(limits.iter().all(|limit| limit["by"].is_string()), "{limits:?}");
        let usage = &report["usage"];
        assert!(usage["peak_memory_bytes"].as_u64().is_some_and(|bytes| bytes > 1 << 20), "{usage}");
        assert!(usage["peak_tasks"].as_u64().is_some_and(|tasks| tasks > 0), "{usage}");
    }
}

#[test]
fn the_limit_that_ended_a_server_is_named() {
    let hog = http_server(
        "def answer(method, path, body):\n    a = [b'x' * (1 << 20) for _ in range(400)]\n    time.sleep(5)\n    return 200, {}, b''\n",
    );
    for course in Course::each(|| Course::get_root(&hog).limits("memory = \"128 MiB\"")) {
        course.check(&[]).code(1).says("used more than 128 MiB of memory");
    }
    for course in Course::each(|| Course::get_root(&hog.replace("time.sleep(5)", "pass"))) {
        course.check(&[]).code(0);
    }
}

#[test]
fn neither_the_server_nor_the_build_sees_the_grader_a_home_or_the_network() {
    let look = |root: &str, port: u16| {
        format!(
            "import os, socket\ndef reached():\n    try: socket.create_connection(('127.0.0.1', {port}), 1); return True\n    except OSError: return False\nprint('sees', [path for path in ('{root}', '/root/.bashrc', '/root/.profile', '/root/.cargo/registry', '/var', '/etc/shadow') if os.path.exists(path)], reached(), [name for name in os.environ if 'TOKEN' in name or 'GITHUB' in name])\n"
        )
    };
    let canary = std::net::TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = canary.local_addr().expect("an address").port();
    for course in Course::each(|| Course::get_root(HELLO)) {
        let look = look(&course.root.path().display().to_string(), port);
        course.write("work/app.py", &(look.clone() + &http_server(HELLO)));
        course.write("work/build.py", &look);
        course.write(
            "work/gradus.toml",
            "format = 1\nexercise = \"demo\"\n[run]\nbuild = \"python3 build.py\"\nstart = \"python3 -u app.py\"\n",
        );
        let gradus = course.gradus(&["--report", "json"]).env("API_TOKEN", "x").env("GITHUB_TOKEN", "x");
        let report = gradus.run().code(0).json();
        for phase in ["build", "boot"] {
            assert_eq!(report[phase]["output"]["text"], "sees [] False []\n", "{phase}");
        }
    }
}

#[test]
fn a_build_may_neither_fill_the_disk_nor_take_all_memory() {
    let each = |code: &'static str| {
        Course::each(move || {
            let course = Course::get_root(&http_server(HELLO)).limits("disk = \"2 MiB\"");
            course.write("work/build.py", code);
            course.write(
                "work/gradus.toml",
                "format = 1\nexercise = \"demo\"\n[run]\nbuild = \"python3 build.py\"\nstart = \"python3 -u app.py\"\n",
            );
            course
        })
    };
    let many =
        "import time\nfor n in range(8): open(f'file{n}', 'wb').write(b'x' * (4 << 20))\ntime.sleep(20)\n";
    for course in each(many) {
        let ran = course.check(&[]).code(1);
        ran.says("The submission does not build").says("the build wrote more than 16 MiB");
    }
    for course in each("open('file', 'wb').write(b'x' * (40 << 20))\n") {
        course.check(&[]).code(1).says("The submission does not build").says("File too large");
    }
    for course in each("open('file', 'wb').write(b'x' * (1 << 20))\n") {
        course.check(&[]).code(0);
    }
}

#[test]
fn what_a_server_writes_beside_its_data_goes_with_it() {
    let writes = http_server(
        "def answer(method, path, body):\n    found = os.path.exists('state')\n    open('state', 'w').write('x')\n    return (500 if found else 200), {}, b''\n",
    );
    for course in Course::each(|| Course::get_root(&writes)) {
        let cache = tempfile::tempdir().expect("a folder");
        for kind in ["native", "guarded", "none"] {
            for _ in 0..2 {
                let arguments = ["--sandbox", kind];
                course.gradus(&arguments).env("XDG_CACHE_HOME", cache.path()).run().code(0);
            }
        }
        assert!(!course.work().join("state").exists());
    }
}

/// What a command is preceded by to run where nobody gets a user namespace.
const NO_NAMESPACES: &[&str] =
    &["unshare", "-Ur", "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces; exec \"$@\"", "sh"];
/// The same where everybody gets one in which nobody is anybody: what says so can't be written.
const NO_MAPS: &[&str] =
    &["unshare", "-Urm", "sh", "-c", "mount -o remount,bind,ro /proc && exec \"$@\"", "sh"];

#[test]
fn without_namespaces_the_next_rung_is_taken_and_said() {
    for course in Course::each(|| Course::get_root(&http_server(HELLO))) {
        let check = |arguments: &[&str]| course.gradus(arguments).below(NO_NAMESPACES).run();
        check(&[]).code(0).says("No full sandbox could be had here").says("`gradus doctor`");
        let report = check(&["--report", "json"]).json();
        assert_eq!(report["isolation"]["kind"], "guarded");
    }
}

#[test]
fn a_namespace_in_which_nobody_is_anybody_is_no_sandbox() {
    for course in Course::each(|| Course::get_root(&http_server(HELLO))) {
        let ran = course.gradus(&["--report", "json"]).below(NO_MAPS).run().code(0);
        let isolation = &ran.json()["isolation"];
        assert_eq!(isolation["kind"], "guarded");
        let says = isolation["says"].as_str().expect("a sentence");
        assert!(says.contains("make a process in namespaces of its own"), "{says}");
    }
}

#[test]
fn a_sandbox_that_is_asked_for_is_had_or_refused() {
    for course in Course::each(|| Course::get_root(&http_server(HELLO))) {
        let refused = course.gradus(&["--sandbox", "native"]).below(NO_NAMESPACES).run();
        refused.code(4).complains("gradus doctor");
        for kind in ["native", "guarded", "none"] {
            let (code, report) = course.report(&["--sandbox", kind]);
            assert_eq!((code, &report["isolation"]["kind"]), (0, &kind.into()));
        }
    }
}

#[test]
fn doctor_says_what_holds_and_what_hinders() {
    for grader in graders() {
        Gradus::new(["doctor"])
            .by(grader)
            .run()
            .code(0)
            .says("✓   native")
            .says("a loopback of its own")
            .says("✓   guarded");
        Gradus::new(["doctor"])
            .by(grader)
            .below(NO_NAMESPACES)
            .run()
            .code(4)
            .says("✗   native")
            .says("sudo sysctl user.max_user_namespaces")
            .says("✓   guarded");
    }
}
